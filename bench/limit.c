// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * limit.c - the least that `vif-bridge online` and `offline` can cost
 *
 * The same requests to the kernel and to xenstored as vif-bridge makes, written by
 * hand over two sockets: no library but libc, no choices, no undo. Not a program to
 * use: it knows only a plain guest interface, named as netback names it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "limit: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- the store: one request, one reply, as in xen/io/xs_wire.h ---- */

enum { XS_DIRECTORY = 1, XS_READ = 2, XS_WRITE = 11, XS_ERROR = 16 };

struct xs_header {
	uint32_t type, req_id, tx_id, len;
};

static int store_open(void)
{
	const char *path = getenv("XENSTORED_PATH");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	snprintf(to.sun_path, sizeof(to.sun_path), "%s",
		 path ? path : "/run/xenstored/socket");
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die(to.sun_path);
	return fd;
}

/* The daemon writes header and body apart: each has to be waited for. */
static void store_receive(int fd, void *buffer, size_t len)
{
	if (recv(fd, buffer, len, MSG_WAITALL) != (ssize_t)len)
		die("xenstored");
}

/* key: relative to XENBUS_PATH, or absolute; value: NULL, or what is written */
static size_t store_talk(int fd, uint32_t type, const char *key, const char *value,
			 char *reply, size_t size)
{
	struct {
		struct xs_header head;
		char body[512];
	} request = { .head.type = type };
	struct xs_header head;
	const size_t max = sizeof(request.body);
	int len;

	if (key[0] == '/')
		len = snprintf(request.body, max, "%s", key);
	else
		len = snprintf(request.body, max, "%s%s%s", getenv("XENBUS_PATH"),
			       key[0] ? "/" : "", key);
	len++;
	if (value)
		len += snprintf(request.body + len, max - len, "%s", value);
	request.head.len = len;
	if (send(fd, &request, sizeof(head) + len, MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(head) + len)
		die("xenstored");

	store_receive(fd, &head, sizeof(head));
	if (head.len >= size)
		die("xenstored: long reply");
	store_receive(fd, reply, head.len);
	reply[head.len] = '\0';
	if (head.type == XS_ERROR) {
		fprintf(stderr, "limit: %s: %s\n", request.body, reply);
		exit(1);
	}
	return head.len;
}

/* ---- the kernel ---- */

struct request {
	struct nlmsghdr head;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
	};
	char attributes[256];
};

static _Alignas(struct nlmsghdr) char answer[16384];

static struct request new_request(uint16_t type, uint16_t flags, uint32_t size)
{
	return (struct request){
		.head = { .nlmsg_len = NLMSG_LENGTH(size),
			  .nlmsg_type = type,
			  .nlmsg_flags = NLM_F_REQUEST | flags },
	};
}

static struct rtattr *put(struct request *r, uint16_t type, const void *data, size_t len)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (uint16_t)RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), data, len);
	r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static void close_nest(struct request *r, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((char *)r + r->head.nlmsg_len - (char *)nest);
}

static int kernel_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int one = 1;

	if (fd < 0)
		die("socket");
	if (setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one)))
		die("NETLINK_GET_STRICT_CHK");
	return fd;
}

static ssize_t kernel_receive(int fd)
{
	ssize_t len = recv(fd, answer, sizeof(answer), 0);

	if (len < (ssize_t)sizeof(struct nlmsghdr))
		die("netlink");
	return len;
}

static void check(const struct nlmsghdr *h, const char *what)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (h->nlmsg_type != NLMSG_ERROR || !e->error)
		return;
	errno = -e->error;
	die(what);
}

static struct nlmsghdr *kernel_talk(int fd, const struct request *r, const char *what)
{
	struct nlmsghdr *h = (void *)answer;

	if (send(fd, r, r->head.nlmsg_len, 0) != (ssize_t)r->head.nlmsg_len)
		die(what);
	kernel_receive(fd);
	check(h, what);
	return h;
}

struct link {
	int index;
	uint32_t mtu;
	uint8_t mac[6];
};

static struct link get_link(int fd, const char *name)
{
	struct request r = new_request(RTM_GETLINK, 0, sizeof(r.link));
	struct link link = { 0 };
	struct nlmsghdr *h;
	struct ifinfomsg *info;
	unsigned int len;

	put(&r, IFLA_IFNAME, name, strlen(name) + 1);
	h = kernel_talk(fd, &r, name);
	if (h->nlmsg_type != RTM_NEWLINK)
		die(name);
	info = NLMSG_DATA(h);
	link.index = info->ifi_index;
	len = (unsigned int)IFLA_PAYLOAD(h);
	for (struct rtattr *a = IFLA_RTA(info); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == IFLA_MTU)
			memcpy(&link.mtu, RTA_DATA(a), sizeof(link.mtu));
		else if (a->rta_type == IFLA_ADDRESS)
			memcpy(link.mac, RTA_DATA(a), sizeof(link.mac));
	return link;
}

/* Only of this interface, thanks to NETLINK_GET_STRICT_CHK. */
static int count_addresses(int fd, int index)
{
	struct request r = new_request(RTM_GETADDR, NLM_F_DUMP, sizeof(r.address));
	struct nlmsghdr *h;
	int count = 0;
	ssize_t len;

	r.address.ifa_index = index;
	if (send(fd, &r, r.head.nlmsg_len, 0) != (ssize_t)r.head.nlmsg_len)
		die("addresses");
	for (;;) {
		len = kernel_receive(fd);
		for (h = (void *)answer; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			check(h, "addresses");
			if (h->nlmsg_type == NLMSG_DONE)
				return count;
			count++;
		}
	}
}

static void put_no_link_local(struct request *r)
{
	uint8_t none = IN6_ADDR_GEN_MODE_NONE;
	struct rtattr *spec = put(r, IFLA_AF_SPEC | NLA_F_NESTED, NULL, 0);
	struct rtattr *inet6 = put(r, AF_INET6 | NLA_F_NESTED, NULL, 0);

	put(r, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof(none));
	close_nest(r, inet6);
	close_nest(r, spec);
}

static void put_master(struct request *r, int master)
{
	put(r, IFLA_MASTER, &master, sizeof(master));
}

/* mask, flags: only IFF_UP or nothing */
static void change_link(int fd, struct request *r, int index, unsigned int mask,
			unsigned int flags)
{
	r->head.nlmsg_flags |= NLM_F_ACK;
	r->link.ifi_index = index;
	r->link.ifi_change = mask;
	r->link.ifi_flags = flags;
	kernel_talk(fd, r, "change");
}

/* ---- the two commands ---- */

static void online(const char *vif)
{
	static const uint8_t mac[] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct request r = new_request(RTM_NEWLINK, 0, sizeof(r.link));
	char keys[4096], bridge[64], mtu[32], frontend[96];
	int store = store_open(), kernel = kernel_open();
	struct link port, into;
	int domain, device;
	char *dot;

	if (strncmp(vif, "vif", 3) != 0)
		exit(1);
	domain = (int)strtol(vif + 3, &dot, 10);
	if (*dot != '.')
		exit(1);
	device = (int)strtol(dot + 1, NULL, 10);
	snprintf(frontend, sizeof(frontend), "/local/domain/%d/device/vif/%d/mtu", domain,
		 device);
	store_talk(store, XS_DIRECTORY, "", NULL, keys, sizeof(keys));
	store_talk(store, XS_READ, "bridge", NULL, bridge, sizeof(bridge));
	store_talk(store, XS_READ, frontend, NULL, mtu, sizeof(mtu));

	into = get_link(kernel, bridge);
	port = get_link(kernel, vif);
	errno = EADDRINUSE;
	if (count_addresses(kernel, port.index))
		die(vif);
	/* netback makes it with this MAC, and mostly with this MTU. */
	if (memcmp(port.mac, mac, sizeof(mac)) != 0)
		put(&r, IFLA_ADDRESS, mac, sizeof(mac));
	if (port.mtu != into.mtu)
		put(&r, IFLA_MTU, &into.mtu, sizeof(into.mtu));
	put_no_link_local(&r);
	put_master(&r, into.index);
	change_link(kernel, &r, port.index, 0, 0);
	/*
	 * Apart, for once: had it come up in the same message, the change of
	 * IFLA_AF_SPEC after that would send IPv6 through all its routes.
	 */
	r = new_request(RTM_NEWLINK, 0, sizeof(r.link));
	change_link(kernel, &r, port.index, IFF_UP, IFF_UP);

	store_talk(store, XS_WRITE, "hotplug-status", "connected", keys, sizeof(keys));
}

static void offline(const char *vif)
{
	struct request r = new_request(RTM_NEWLINK, 0, sizeof(r.link));
	int kernel = kernel_open();

	put_master(&r, 0);
	change_link(kernel, &r, get_link(kernel, vif).index, IFF_UP, 0);
}

int main(int argc, char **argv)
{
	const char *vif = getenv("vif");

	if (argc < 2 || !vif || !getenv("XENBUS_PATH"))
		return 1;
	if (!strcmp(argv[1], "online"))
		online(vif);
	else
		offline(vif);
	return 0;
}
