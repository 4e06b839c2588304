// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "link.h"

#define AGAIN 250	/* milliseconds until it is asked once more */
#define HOPS 255	/* RFC 4861, 7.1.1: what was routed is none */

/* An ARP message for Ethernet and IPv4. */
struct arp {
	struct arphdr head;
	uint8_t sender_mac[MAC_LEN];
	uint8_t sender[4];
	uint8_t target_mac[MAC_LEN];
	uint8_t target[4];
} __attribute__((packed));

struct solicitation {
	struct nd_neighbor_solicit head;
	struct nd_opt_hdr option;
	uint8_t mac[MAC_LEN];
};

static long milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int refused(const char *what, struct error *err)
{
	return error_set(err, errno, "cannot ask a router, %s: %s", what, strerror(errno));
}

/* ---- ARP -------------------------------------------------------------------------------------- */

static int open_arp(const struct link *link, int *fd, struct error *err)
{
	const struct sockaddr_ll here = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = link->index,
	};

	*fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return refused("socket", err);
	return bind(*fd, (const struct sockaddr *)&here, sizeof(here)) ? refused("bind", err) : 0;
}

/* Whether it went out. */
static bool send_arp(int fd, const struct link *link, const struct router *router)
{
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = link->index,
		.sll_halen = MAC_LEN,
	};
	struct arp arp = {
		.head = { htons(ARPHRD_ETHER), htons(ETH_P_IP), MAC_LEN, sizeof(arp.sender),
			  htons(ARPOP_REQUEST) },
	};

	memset(all.sll_addr, 0xff, MAC_LEN);
	memcpy(arp.sender_mac, link->mac, MAC_LEN);
	memcpy(arp.sender, router->source.addr, sizeof(arp.sender));
	memcpy(arp.target, router->address.addr, sizeof(arp.target));
	return sendto(fd, &arp, sizeof(arp), 0, (const struct sockaddr *)&all, sizeof(all)) ==
	       (ssize_t)sizeof(arp);
}

static bool is_arp_answer(const void *data, size_t len, const struct router *router)
{
	const struct arp *arp = data;

	return len >= sizeof(*arp) && arp->head.ar_op == htons(ARPOP_REPLY) &&
	       arp->head.ar_pro == htons(ETH_P_IP) &&
	       !memcmp(arp->sender, router->address.addr, sizeof(arp->sender));
}

/* ---- neighbour discovery ---------------------------------------------------------------------- */

static int open_icmp(const struct link *link, int *fd, struct error *err)
{
	struct icmp6_filter filter;
	int hops = HOPS;

	*fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
	if (*fd < 0)
		return refused("socket", err);
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
	if (setsockopt(*fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(*fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) ||
	    setsockopt(*fd, SOL_SOCKET, SO_BINDTODEVICE, link->name,
		       (socklen_t)strlen(link->name)))
		return refused("setsockopt", err);
	return 0;
}

/* To the router's solicited-node address (RFC 4291, 2.7.1). */
static bool send_solicitation(int fd, const struct link *link, const struct router *router)
{
	static const uint8_t group[13] = { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff };
	struct solicitation message = {
		.head.nd_ns_type = ND_NEIGHBOR_SOLICIT,
		.option = { ND_OPT_SOURCE_LINKADDR, 1 },
	};
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_scope_id = (uint32_t)link->index };

	memcpy(&message.head.nd_ns_target, router->address.addr, sizeof(struct in6_addr));
	memcpy(message.mac, link->mac, MAC_LEN);
	memcpy(&to.sin6_addr, group, sizeof(group));
	memcpy(&to.sin6_addr.s6_addr[sizeof(group)], &router->address.addr[sizeof(group)],
	       sizeof(struct in6_addr) - sizeof(group));
	return sendto(fd, &message, sizeof(message), 0, (const struct sockaddr *)&to, sizeof(to)) ==
	       (ssize_t)sizeof(message);
}

static bool is_advertisement(const void *data, size_t len, const struct router *router)
{
	const struct nd_neighbor_advert *advert = data;

	return len >= sizeof(*advert) && advert->nd_na_type == ND_NEIGHBOR_ADVERT &&
	       !memcmp(&advert->nd_na_target, router->address.addr, sizeof(struct in6_addr));
}

/* ---- both ------------------------------------------------------------------------------------- */

static bool is_ipv6(const struct router *router)
{
	return router->address.family == AF_INET6;
}

static void ask(const struct pollfd *sockets, const struct link *link,
		const struct router *routers, size_t count, const bool *answered)
{
	for (size_t i = 0; i < count; i++) {
		if (answered[i])
			continue;
		/* What cannot be sent now may be so in a moment. */
		if (is_ipv6(&routers[i]))
			(void)send_solicitation(sockets[i].fd, link, &routers[i]);
		else
			(void)send_arp(sockets[i].fd, link, &routers[i]);
	}
}

/* All that has come. */
static void listen_to(int fd, const struct router *router, bool *answered)
{
	char data[512] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = recv(fd, data, sizeof(data), 0)) >= 0)
		*answered |= is_ipv6(router) ? is_advertisement(data, (size_t)n, router) :
					       is_arp_answer(data, (size_t)n, router);
}

static bool all_have(const bool *answered, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!answered[i])
			return false;
	return true;
}

static int ask_until(struct pollfd *sockets, const struct link *link,
		     const struct router *routers, size_t count, int milliseconds, bool *answered)
{
	long now = milliseconds_now(), again = now;
	const long end = now + milliseconds;

	for (; !all_have(answered, count) && now < end; now = milliseconds_now()) {
		if (now >= again) {
			ask(sockets, link, routers, count, answered);
			again = now + AGAIN;
		}
		if (poll(sockets, count, (int)((again < end ? again : end) - now)) < 0 &&
		    errno != EINTR)
			return -errno;
		for (size_t i = 0; i < count; i++)
			if (sockets[i].revents)
				listen_to(sockets[i].fd, &routers[i], &answered[i]);
	}
	return 0;
}

int probe_ask(const struct link *link, const struct router *routers, size_t count,
	      int milliseconds, bool *answered, struct error *err)
{
	struct pollfd sockets[ROUTERS];
	int rc = 0;

	for (size_t i = 0; i < ROUTERS; i++)
		sockets[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	for (size_t i = 0; i < count; i++) {
		answered[i] = false;
		if (!rc)
			rc = is_ipv6(&routers[i]) ? open_icmp(link, &sockets[i].fd, err) :
						    open_arp(link, &sockets[i].fd, err);
	}
	if (!rc && ask_until(sockets, link, routers, count, milliseconds, answered))
		rc = refused("poll", err);
	for (size_t i = 0; i < count; i++)
		if (sockets[i].fd >= 0)
			close(sockets[i].fd);
	return rc;
}

static int tell_who_has_not(const struct confirm *confirm, const bool *answered,
			    struct error *err)
{
	char text[INET_TEXT];

	for (size_t i = 0; i < confirm->count; i++) {
		if (answered[i])
			continue;
		inet_print(&confirm->routers[i].address, text);
		return error_set(err, ETIMEDOUT, "the router %s does not answer on %s within %d s, "
				 "as it did before", text, confirm->link.name, confirm->seconds);
	}
	return 0;
}

int probe_apply(struct netlink *netlink, const struct confirm *confirm, struct error *err)
{
	bool answered[ROUTERS];
	struct link link;
	int rc = link_by_name(netlink, confirm->link.name, &link, err);

	if (!rc && !link.index)
		rc = error_set(err, ENODEV, "there is no interface %s", confirm->link.name);
	if (!rc)
		rc = probe_ask(&link, confirm->routers, confirm->count, confirm->seconds * 1000,
			       answered, err);
	return rc ? rc : tell_who_has_not(confirm, answered, err);
}
