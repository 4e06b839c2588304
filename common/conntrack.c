// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <unistd.h>

#include "netlink.h"

/* There is this much only where connections are tracked. */
#define COUNT_FILE "/proc/sys/net/netfilter/nf_conntrack_count"

/* CTA_IP_SRC in CTA_FILTER_*_FLAGS; not in the kernel's public headers (nf_internals.h). */
#define FILTER_SOURCE 1u

/* What is looked for, and where what was found is deleted: a dump keeps its socket busy. */
struct purge {
	const struct inet_prefix *source;
	struct netlink *deleting;
};

static struct nl_msg *new_message(int type, int flags, uint8_t family)
{
	const struct nfgenmsg head = { .nfgen_family = family, .version = NFNETLINK_V0 };

	return netlink_message(NFNL_SUBSYS_CTNETLINK << 8 | type, flags, &head, sizeof(head));
}

static bool is_within(const uint8_t *address, const struct inet_prefix *prefix)
{
	int bytes = prefix->len / 8, bits = prefix->len % 8;
	uint8_t mask = (uint8_t)(0xff00 >> bits);

	return !memcmp(address, prefix->addr, (size_t)bytes) &&
	       (!bits || (address[bytes] & mask) == (prefix->addr[bytes] & mask));
}

/* Whether a direction's source is the one. */
static bool comes_from(struct nlattr *tuple, const struct inet_prefix *source)
{
	bool ipv6 = source->family == AF_INET6;
	struct nlattr *tb[CTA_TUPLE_MAX + 1], *ip[CTA_IP_MAX + 1], *address;

	if (!tuple || nla_parse_nested(tb, CTA_TUPLE_MAX, tuple, NULL) || !tb[CTA_TUPLE_IP] ||
	    nla_parse_nested(ip, CTA_IP_MAX, tb[CTA_TUPLE_IP], NULL))
		return false;
	address = ip[ipv6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC];
	return address && nla_len(address) == (ipv6 ? 16 : 4) &&
	       is_within(nla_data(address), source);
}

static int copy(struct nl_msg *message, struct nlattr *attr)
{
	return attr ? nla_put(message, nla_type(attr) | (attr->nla_type & NLA_F_NESTED),
			      nla_len(attr), nla_data(attr)) : 0;
}

/* One that has ended by itself meanwhile is no error. */
static int forget(struct netlink *netlink, uint8_t family, struct nlattr **tb, struct error *err)
{
	struct nl_msg *message = new_message(IPCTNL_MSG_CT_DELETE, 0, family);
	int failed = !message || copy(message, tb[CTA_TUPLE_ORIG]) || copy(message, tb[CTA_ZONE]) ||
		     copy(message, tb[CTA_ID]);
	struct error refusal = { 0 };
	int rc = netlink_talk(netlink, message, failed, NULL, NULL, &refusal);

	return !rc || rc == -ENOENT ? 0 : error_set(err, -rc, "%s", refusal.text);
}

static int take_connection(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	const struct nfgenmsg *head = nlmsg_data(reply);
	struct nlattr *tb[CTA_MAX + 1];
	struct purge *purge = arg;

	if (nlmsg_parse((struct nlmsghdr *)reply, sizeof(*head), tb, CTA_MAX, NULL))
		return error_set(err, EBADMSG,
				 "the kernel described a connection in an unknown way");
	if (head->nfgen_family != purge->source->family ||
	    (!comes_from(tb[CTA_TUPLE_ORIG], purge->source) &&
	     !comes_from(tb[CTA_TUPLE_REPLY], purge->source)))
		return 0;
	return forget(purge->deleting, head->nfgen_family, tb, err);
}

/*
 * Have the kernel pick out (since Linux 5.8) those of which one direction comes from an address.
 * Not for IPv6: there it picks out all others, up to Linux 6.18 at least (nf_conntrack_netlink.c,
 * ctnetlink_filter_match_tuple).
 */
static int put_filter(struct nl_msg *message, int direction, const struct inet_prefix *source)
{
	struct nlattr *tuple = nla_nest_start(message, direction | NLA_F_NESTED);
	struct nlattr *ip = tuple ? nla_nest_start(message, CTA_TUPLE_IP | NLA_F_NESTED) : NULL;
	struct nlattr *filter;

	if (!ip || nla_put(message, CTA_IP_V4_SRC, 4, source->addr))
		return -ENOMEM;
	nla_nest_end(message, ip);
	nla_nest_end(message, tuple);
	filter = nla_nest_start(message, CTA_FILTER | NLA_F_NESTED);
	if (!filter ||
	    nla_put_u32(message, CTA_FILTER_ORIG_FLAGS,
			direction == CTA_TUPLE_ORIG ? FILTER_SOURCE : 0) ||
	    nla_put_u32(message, CTA_FILTER_REPLY_FLAGS,
			direction == CTA_TUPLE_REPLY ? FILTER_SOURCE : 0))
		return -ENOMEM;
	nla_nest_end(message, filter);
	return 0;
}

/* direction: CTA_TUPLE_ORIG or _REPLY; 0: all are looked at. */
static int purge_direction(struct netlink *netlink, struct purge *purge, int direction,
			   struct error *err)
{
	struct nl_msg *message = new_message(IPCTNL_MSG_CT_GET, NLM_F_DUMP, purge->source->family);
	int failed = !message || (direction && put_filter(message, direction, purge->source));

	return netlink_talk(netlink, message, failed, take_connection, purge, err);
}

int conntrack_apply(const struct conntrack_change *change, int seconds, struct error *err)
{
	struct purge purge = { .source = &change->source };
	bool filtered = change->source.family == AF_INET && inet_is_host(&change->source);
	struct netlink *netlink = NULL;
	int rc;

	if (access(COUNT_FILE, F_OK))
		return 0;
	rc = netlink_open(&netlink, NETLINK_NETFILTER, seconds, err);
	if (!rc)
		rc = netlink_open(&purge.deleting, NETLINK_NETFILTER, seconds, err);
	if (!rc)
		rc = purge_direction(netlink, &purge, filtered ? CTA_TUPLE_ORIG : 0, err);
	if (!rc && filtered)
		rc = purge_direction(netlink, &purge, CTA_TUPLE_REPLY, err);
	netlink_close(netlink);
	netlink_close(purge.deleting);
	return rc;
}
