// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flow.c - how much passes from one network namespace to another
 *
 *	flow FROM TO ADDRESS MILLISECONDS tcp|udp BYTES
 *
 * Sends in writes of so many BYTES from the namespace FROM to ADDRESS (IPv4), which is in the
 * namespace TO; both are files, as `ip netns` makes them. Sender and receiver have a CPU each, if
 * there are two. Printed is what arrived, once the flow was under way; what was lost of all; and
 * what a write took of the sender's CPU, in which all is done up to the receiver's socket:
 *
 *	MBIT_PER_SECOND WRITES_PER_SECOND LOST_PERCENT CPU_NANOSECONDS
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 5001, TOGETHER = 64, MAX_BYTES = 1 << 18, WARM_MS = 100, QUIET_MS = 200 };

/* What the sender tells the receiver at its end. */
struct sent {
	double bytes, cpu_ms;
};

static int type;
static size_t bytes;
static struct sockaddr_in to = { .sin_family = AF_INET };
static char payload[MAX_BYTES];

static void die(const char *what)
{
	fprintf(stderr, "flow: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double clock_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

/* With one CPU it fails, and does not matter. */
static void take_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* A socket stays in the namespace that it was made in. */
static int socket_in(const char *namespace)
{
	int fd = open(namespace, O_RDONLY | O_CLOEXEC);
	int room = 1 << 24, s;

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(namespace);
	close(fd);
	s = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (s < 0)
		die("socket");
	if (type == SOCK_DGRAM && (setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
				   setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room))))
		die("buffer");
	return s;
}

static int listening(const char *namespace)
{
	struct timeval quiet = { .tv_usec = QUIET_MS * 1000 };
	int s = socket_in(namespace), one = 1;

	if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(s, (struct sockaddr *)&to, sizeof(to)))
		die("bind");
	if (type == SOCK_STREAM && listen(s, 1))
		die("listen");
	if (type == SOCK_DGRAM && setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof(quiet)))
		die("SO_RCVTIMEO");
	return s;
}

/* Some writes at once, so that little of the time is the system call's; returns how many bytes. */
static ssize_t send_some(int s)
{
	static struct mmsghdr messages[TOGETHER];
	static struct iovec one;
	int n;

	if (type == SOCK_STREAM)
		return write(s, payload, bytes);
	one = (struct iovec){ payload, bytes };
	for (int i = 0; i < TOGETHER; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &one, .msg_iovlen = 1 };
	n = sendmmsg(s, messages, TOGETHER, 0);
	return n < 0 ? n : n * (ssize_t)bytes;
}

static ssize_t receive_some(int s)
{
	static struct mmsghdr messages[TOGETHER];
	static struct iovec one;
	int n;

	if (type == SOCK_STREAM)
		return read(s, payload, sizeof(payload));
	one = (struct iovec){ payload, bytes };
	for (int i = 0; i < TOGETHER; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &one, .msg_iovlen = 1 };
	n = recvmmsg(s, messages, TOGETHER, MSG_WAITFORONE, NULL);
	return n < 0 ? n : n * (ssize_t)bytes;
}

static void send_all(int s, int milliseconds, volatile struct sent *sent)
{
	double end = now_ms() + milliseconds, cpu = clock_ms(CLOCK_THREAD_CPUTIME_ID), all = 0;
	ssize_t n;

	while (now_ms() < end) {
		n = send_some(s);
		if (n < 0 && errno != ENOBUFS)
			die("send");
		if (n > 0)
			all += (double)n;
	}
	sent->cpu_ms = clock_ms(CLOCK_THREAD_CPUTIME_ID) - cpu;
	sent->bytes = all;
	close(s);
}

static void receive_all(int s, const volatile struct sent *sent)
{
	double all = 0, first = 0, counted = 0, last = 0, lost;
	ssize_t n;

	while ((n = receive_some(s)) > 0) {
		last = now_ms();
		if (!first)
			first = last;
		all += (double)n;
		if (last < first + WARM_MS)
			counted = all;
	}
	if (n < 0 && errno != EAGAIN)
		die("receive");
	last -= first + WARM_MS;
	if (all <= 0 || last <= 0) {
		fprintf(stderr, "flow: nothing arrived\n");
		exit(1);
	}
	lost = 100 * (1 - all / sent->bytes);
	all -= counted;
	printf("%.1f %.0f %.2f %.0f\n", all * 8 / last / 1e3, all / (double)bytes / last * 1e3,
	       lost, sent->cpu_ms * 1e6 / (sent->bytes / (double)bytes));
	fflush(stdout);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct sent *sent = mmap(NULL, sizeof(*sent), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int receiver, sender, status;

	if (argc != 7 || sent == MAP_FAILED || inet_pton(AF_INET, argv[3], &to.sin_addr) != 1)
		return 1;
	to.sin_port = htons(PORT);
	type = strcmp(argv[5], "tcp") ? SOCK_DGRAM : SOCK_STREAM;
	bytes = strtoul(argv[6], NULL, 10);
	if (!bytes || bytes > sizeof(payload))
		return 1;

	receiver = listening(argv[2]);
	sender = socket_in(argv[1]);
	if (connect(sender, (struct sockaddr *)&to, sizeof(to)))
		die("connect");
	if (fork() == 0) {
		take_cpu(1);
		close(sender);
		if (type == SOCK_STREAM)
			receiver = accept4(receiver, NULL, NULL, SOCK_CLOEXEC);
		receive_all(receiver, sent);
	}
	take_cpu(0);
	send_all(sender, atoi(argv[4]), sent);
	if (wait(&status) < 0 || status)
		return 1;
	return 0;
}
