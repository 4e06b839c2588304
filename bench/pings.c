// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pings.c - how long a host does not answer
 *
 *	pings ADDRESS
 *
 * Sends an ICMP echo request to the IPv4 ADDRESS each millisecond, answered or not (ping(8) slows
 * down when there are no answers), until SIGINT. Printed is how many were sent, how many of them
 * were not answered, and the longest time between two answers in milliseconds:
 *
 *	SENT LOST LONGEST
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/types.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD_US = 1000, LATE_US = 300000, REQUESTS = 1 << 16 };

static volatile sig_atomic_t enough;
static bool answered[REQUESTS];

static void stop(int number)
{
	(void)number;
	enough = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "pings: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static uint16_t checksum(const struct icmphdr *request)
{
	const uint16_t *words = (const void *)request;
	unsigned sum = 0;

	for (size_t i = 0; i < sizeof(*request) / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* That the network is down is what is measured. */
static void ask(int fd, unsigned sequence)
{
	struct icmphdr request = { .type = ICMP_ECHO };

	request.un.echo.id = htons((uint16_t)getpid());
	request.un.echo.sequence = htons((uint16_t)sequence);
	request.checksum = checksum(&request);
	if (send(fd, &request, sizeof(request), MSG_DONTWAIT) < 0 && errno == EPERM)
		die("send");
}

static bool listen_once(int fd)
{
	struct {
		struct iphdr ip;
		struct icmphdr icmp;
	} answer;
	ssize_t n = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);

	if (n < (ssize_t)sizeof(answer) || answer.ip.ihl != 5 ||
	    answer.icmp.type != ICMP_ECHOREPLY ||
	    answer.icmp.un.echo.id != htons((uint16_t)getpid()))
		return false;
	answered[ntohs(answer.icmp.un.echo.sequence)] = true;
	return true;
}

/* Until END; LAST is when the last answer came, 0: never. */
static void listen_until(int fd, long long end, long long *last, long long *longest)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	long long left;

	while ((left = end - now_us()) > 0) {
		struct timespec wait = { .tv_nsec = left * 1000 };
		long long now;

		if (ppoll(&poll_fd, 1, &wait, NULL) <= 0 || !listen_once(fd))
			continue;
		now = now_us();
		if (*last && now - *last > *longest)
			*longest = now - *last;
		*last = now;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct sigaction action = { .sa_handler = stop };
	long long start, last = 0, longest = 0, ignored = 0;
	unsigned sent = 0, lost = 0;
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (argc != 2 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: pings ADDRESS\n");
		return 1;
	}
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die("socket");
	sigaction(SIGINT, &action, NULL);
	start = now_us();
	while (!enough && sent < REQUESTS) {
		ask(fd, sent++);
		listen_until(fd, start + (long long)sent * PERIOD_US, &last, &longest);
	}
	listen_until(fd, now_us() + LATE_US, &last, &ignored);
	for (unsigned i = 0; i < sent; i++)
		lost += !answered[i];
	printf("%u %u %.1f\n", sent, lost, (double)longest / 1000);
	return last ? 0 : 1;
}
