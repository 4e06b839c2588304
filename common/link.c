// SPDX-License-Identifier: GPL-2.0-or-later
#include "link.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "netlink.h"

/* A string attribute into an array, cut if need be; "" when there is none. */
static void take_string(struct nlattr *attr, char *out, size_t size)
{
	out[0] = '\0';
	if (attr)
		nla_strlcpy(out, attr, size);
}

static void take_port(struct nlattr *data, struct port_flags *port)
{
	struct nlattr *tb[IFLA_BRPORT_MAX + 1];

	if (nla_parse_nested(tb, IFLA_BRPORT_MAX, data, NULL))
		return;
	if (tb[IFLA_BRPORT_ISOLATED])
		port->isolated = nla_get_u8(tb[IFLA_BRPORT_ISOLATED]);
	if (tb[IFLA_BRPORT_LEARNING])
		port->learning = nla_get_u8(tb[IFLA_BRPORT_LEARNING]);
	if (tb[IFLA_BRPORT_NEIGH_SUPPRESS])
		port->neigh_suppress = nla_get_u8(tb[IFLA_BRPORT_NEIGH_SUPPRESS]);
}

/* A kernel without VLANs on bridges reports that none are filtered all the same, but no more. */
static void take_bridge_settings(struct nlattr *data, struct link *link)
{
	struct nlattr *tb[IFLA_BR_MAX + 1];

	if (nla_parse_nested(tb, IFLA_BR_MAX, data, NULL) || !tb[IFLA_BR_VLAN_FILTERING] ||
	    !tb[IFLA_BR_VLAN_DEFAULT_PVID])
		return;
	link->vlan_filtering = nla_get_u8(tb[IFLA_BR_VLAN_FILTERING]) ? TOGGLE_ON : TOGGLE_OFF;
	link->default_pvid = nla_get_u16(tb[IFLA_BR_VLAN_DEFAULT_PVID]);
}

static void take_info(struct nlattr *info, struct link *link)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1];
	char master_kind[IFNAMSIZ];

	if (!info || nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL))
		return;
	take_string(tb[IFLA_INFO_KIND], link->kind, sizeof(link->kind));
	take_string(tb[IFLA_INFO_SLAVE_KIND], master_kind, sizeof(master_kind));
	if (!strcmp(master_kind, "bridge") && tb[IFLA_INFO_SLAVE_DATA])
		take_port(tb[IFLA_INFO_SLAVE_DATA], &link->port);
	if (!strcmp(link->kind, "bridge") && tb[IFLA_INFO_DATA])
		take_bridge_settings(tb[IFLA_INFO_DATA], link);
}

/* IFLA_AF_SPEC has an AF_INET6 part only while the link has IPv6 (addrconf.c, inet6_fill_link_af). */
static int take_addr_gen(struct nlattr *families)
{
	struct nlattr *inet6, *mode;

	inet6 = families ? nla_find(nla_data(families), nla_len(families), AF_INET6) : NULL;
	mode = inet6 ? nla_find(nla_data(inet6), nla_len(inet6), IFLA_INET6_ADDR_GEN_MODE) : NULL;
	return mode ? nla_get_u8(mode) : -1;
}

static int take_link(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *tb[IFLA_MAX + 1];
	struct ifinfomsg *info = nlmsg_data(reply);
	struct link *link = arg;

	if (nlmsg_parse((struct nlmsghdr *)reply, sizeof(*info), tb, IFLA_MAX, NULL) ||
	    !tb[IFLA_IFNAME])
		return error_set(err, EBADMSG, "the kernel described a link in an unknown way");
	memset(link, 0, sizeof(*link));
	link->port = PORT_FLAGS_DEFAULT;
	link->vlan_filtering = TOGGLE_UNSET;
	link->index = info->ifi_index;
	link->is_ethernet = info->ifi_type == ARPHRD_ETHER && !(info->ifi_flags & IFF_LOOPBACK);
	link->up = info->ifi_flags & IFF_UP;
	link->running = info->ifi_flags & IFF_RUNNING;
	link->no_arp = info->ifi_flags & IFF_NOARP;
	link->no_multicast = !(info->ifi_flags & IFF_MULTICAST);
	take_string(tb[IFLA_IFNAME], link->name, sizeof(link->name));
	take_string(tb[IFLA_IFALIAS], link->alias, sizeof(link->alias));
	take_string(tb[IFLA_PARENT_DEV_NAME], link->parent, sizeof(link->parent));
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == MAC_LEN)
		memcpy(link->mac, nla_data(tb[IFLA_ADDRESS]), MAC_LEN);
	if (tb[IFLA_MTU])
		link->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_TXQLEN])
		link->txqlen = nla_get_u32(tb[IFLA_TXQLEN]);
	/* The number is one of another namespace's, if that is named. */
	if (tb[IFLA_LINK] && !tb[IFLA_LINK_NETNSID])
		link->peer = (int)nla_get_u32(tb[IFLA_LINK]);
	if (tb[IFLA_MASTER])
		link->master = (int)nla_get_u32(tb[IFLA_MASTER]);
	take_info(tb[IFLA_LINKINFO], link);
	link->addr_gen = take_addr_gen(tb[IFLA_AF_SPEC]);
	return 0;
}

/* By name, or, when that is NULL, by index. */
static int get_link(struct netlink *netlink, const char *name, int index, struct link *link,
		    struct error *err)
{
	const struct ifinfomsg info = { .ifi_index = index };
	struct nl_msg *message = netlink_message(RTM_GETLINK, 0, &info, sizeof(info));
	struct error refusal = { 0 };
	int failed = !message, rc;

	memset(link, 0, sizeof(*link));
	if (!failed && name)
		failed = nla_put_string(message, IFLA_IFNAME, name);
	/* Counters of every CPU are not needed. */
	if (!failed)
		failed = nla_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	rc = netlink_talk(netlink, message, failed, take_link, link, &refusal);
	if (!rc || rc == -ENODEV)
		return 0;
	return error_set(err, -rc, "looking for %s: %s", name ? name : "a link", refusal.text);
}

int link_by_name(struct netlink *netlink, const char *name, struct link *link, struct error *err)
{
	return get_link(netlink, name, 0, link, err);
}

int link_by_index(struct netlink *netlink, int index, struct link *link, struct error *err)
{
	return get_link(netlink, NULL, index, link, err);
}

int link_master_name(struct netlink *netlink, struct link *link, struct error *err)
{
	struct link master;
	int rc = get_link(netlink, NULL, link->master, &master, err);

	memcpy(link->master_name, master.name, IFNAMSIZ);
	return rc;
}

static long milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int wait_until_there(struct netlink *netlink, struct netlink *events, const char *name,
			    int seconds, struct link *link, struct error *err)
{
	long deadline = milliseconds_now() + seconds * 1000L;
	int rc;

	/* Look again behind the subscription: it may have come in between. */
	for (rc = link_by_name(netlink, name, link, err); !rc && !link->index;
	     rc = link_by_name(netlink, name, link, err)) {
		long left = deadline - milliseconds_now();

		rc = left > 0 ? netlink_hear(events, (int)left, err) : -ETIMEDOUT;
		if (rc == -ETIMEDOUT)
			error_set(err, ETIMEDOUT, "the interface %s did not appear within %d s",
				  name, seconds);
		if (rc)
			break;
	}
	return rc;
}

int link_wait(struct netlink *netlink, const char *name, int seconds, struct link *link,
	      struct error *err)
{
	struct netlink *events = NULL;
	int rc = link_by_name(netlink, name, link, err);

	if (rc || link->index)
		return rc;
	rc = netlink_listen(&events, err);
	if (!rc)
		rc = wait_until_there(netlink, events, name, seconds, link, err);
	netlink_close(events);
	return rc;
}

struct bridge_list {
	struct link *first;
	char (*names)[IFNAMSIZ];
	size_t max, count;
};

static int take_bridge(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct bridge_list *list = arg;
	struct link link = { 0 };
	int rc = take_link(reply, &link, err);

	if (rc || strcmp(link.kind, "bridge"))
		return rc;
	if (!list->first->index || link.index < list->first->index)
		*list->first = link;
	if (list->count < list->max)
		memcpy(list->names[list->count], link.name, IFNAMSIZ);
	list->count++;
	return 0;
}

int link_bridges(struct netlink *netlink, struct link *first, char names[][IFNAMSIZ], size_t max,
		 size_t *count, struct error *err)
{
	struct bridge_list list = { .first = first, .names = names, .max = max };
	const struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nl_msg *message = netlink_message(RTM_GETLINK, NLM_F_DUMP, &info, sizeof(info));
	struct nlattr *kind = message ? nla_nest_start(message, IFLA_LINKINFO) : NULL;
	int failed = !kind || nla_put_string(message, IFLA_INFO_KIND, "bridge"), rc;

	memset(first, 0, sizeof(*first));
	if (!failed)
		nla_nest_end(message, kind);
	rc = netlink_talk(netlink, message, failed, take_bridge, &list, err);
	*count = list.count < max ? list.count : max;
	return rc ? error_prefix(err, "listing the bridges") : 0;
}

struct walk {
	int master;
	link_take take;
	void *arg;
	unsigned sequence;
};

/* Whatever the kernel makes of the selection. */
static int take_slave(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct walk *walk = arg;
	struct link link = { 0 };
	int rc = take_link(reply, &link, err);

	/* The dump was disturbed, and is begun anew. */
	if (!rc && walk->sequence && reply->nlmsg_seq != walk->sequence)
		rc = walk->take(NULL, walk->arg, err);
	walk->sequence = reply->nlmsg_seq;
	return rc || link.master != walk->master ? rc : walk->take(&link, walk->arg, err);
}

int link_each_port(struct netlink *netlink, int bridge, link_take take, void *arg,
		   struct error *err)
{
	const struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nl_msg *message = netlink_message(RTM_GETLINK, NLM_F_DUMP, &info, sizeof(info));
	struct walk walk = { bridge, take, arg, 0 };
	int failed = !message || nla_put_u32(message, IFLA_MASTER, (uint32_t)bridge);

	return netlink_talk(netlink, message, failed, take_slave, &walk, err) ?
	       error_prefix(err, "listing a bridge's ports") : 0;
}

struct port_list {
	const struct link *bridge;
	struct link *out;
	size_t max, count;
};

static int take_port_link(const struct link *link, void *arg, struct error *err)
{
	struct port_list *list = arg;

	(void)err;
	if (!link) {
		list->count = 0;
	} else if (list->count < list->max) {
		list->out[list->count] = *link;
		memcpy(list->out[list->count++].master_name, list->bridge->name, IFNAMSIZ);
	}
	return 0;
}

int link_ports(struct netlink *netlink, const struct link *bridge, struct link *out, size_t max,
	       size_t *count, struct error *err)
{
	struct port_list list = { bridge, out, max, 0 };
	int rc = link_each_port(netlink, bridge->index, take_port_link, &list, err);

	*count = list.count;
	return rc;
}

/* The one attribute that lies three levels deep: IFLA_AF_SPEC { AF_INET6 { mode } }. */
static int put_addr_gen(struct nl_msg *message, int mode)
{
	struct nlattr *families = nla_nest_start(message, IFLA_AF_SPEC);
	struct nlattr *inet6 = families ? nla_nest_start(message, AF_INET6) : NULL;

	if (!inet6 || nla_put_u8(message, IFLA_INET6_ADDR_GEN_MODE, (uint8_t)mode))
		return -ENOMEM;
	nla_nest_end(message, inet6);
	nla_nest_end(message, families);
	return 0;
}

static int put_changes(struct nl_msg *message, const struct link *to, unsigned set)
{
	int rc = 0;

	if (set & LINK_NAME)
		rc |= nla_put_string(message, IFLA_IFNAME, to->name);
	if (set & LINK_ALIAS)
		rc |= nla_put(message, IFLA_IFALIAS, (int)strlen(to->alias), to->alias);
	if (set & LINK_MAC)
		rc |= nla_put(message, IFLA_ADDRESS, MAC_LEN, to->mac);
	if (set & LINK_MTU)
		rc |= nla_put_u32(message, IFLA_MTU, to->mtu);
	if (set & LINK_TXQLEN)
		rc |= nla_put_u32(message, IFLA_TXQLEN, to->txqlen);
	if (set & LINK_MASTER)
		rc |= nla_put_u32(message, IFLA_MASTER, (uint32_t)to->master);
	if (set & LINK_ADDR_GEN)
		rc |= put_addr_gen(message, to->addr_gen);
	return rc;
}

static unsigned flags_of(const struct link *link)
{
	return (link->up ? IFF_UP : 0) | (link->no_arp ? IFF_NOARP : 0) |
	       (link->no_multicast ? 0 : IFF_MULTICAST);
}

static int change_link(struct netlink *netlink, const struct link *from, const struct link *to,
		       struct error *err)
{
	unsigned set = link_changes(from, to);
	const struct ifinfomsg info = {
		.ifi_index = to->index,
		.ifi_change = flags_of(from) ^ flags_of(to),
		.ifi_flags = flags_of(to),
	};
	struct nl_msg *message = netlink_message(RTM_NEWLINK, 0, &info, sizeof(info));

	return netlink_talk(netlink, message, !message || put_changes(message, to, set), NULL,
			    NULL, err);
}

static int find(struct netlink *netlink, const char *name, int *index, struct error *err)
{
	struct link link;
	int rc = link_by_name(netlink, name, &link, err);

	if (!rc && !link.index)
		rc = error_set(err, ENODEV, "there is no interface %s", name);
	*index = link.index;
	return rc;
}

/* The links that an earlier step made, by their names. */
static int find_made(struct netlink *netlink, struct link_change *change, struct error *err)
{
	struct link *to = &change->to;
	int rc = 0;

	if (!to->index)
		rc = find(netlink, change->from.name, &to->index, err);
	if (!rc && to->master < 0)
		rc = find(netlink, to->master_name, &to->master, err);
	change->from.index = to->index;
	return rc;
}

static int change_while_down(struct netlink *netlink, const struct link_change *change,
			     struct error *err)
{
	struct link down = change->from;
	int rc;

	down.up = false;
	rc = change_link(netlink, &change->from, &down, err);
	return rc ? rc : change_link(netlink, &down, &change->to, err);
}

int link_apply(struct netlink *netlink, const struct link_change *change, struct error *err)
{
	struct link_change known = *change;
	struct error refusal = { 0 };
	int rc = find_made(netlink, &known, err);

	if (rc)
		return rc;
	rc = change_link(netlink, &known.from, &known.to, &refusal);
	if (rc == -EBUSY && known.may_go_down && known.from.up)
		return change_while_down(netlink, &known, err);
	return rc ? error_set(err, -rc, "%s", refusal.text) : 0;
}

static int put_port_changes(struct nl_msg *message, const struct port_flags *from,
			    const struct port_flags *to)
{
	struct nlattr *flags = nla_nest_start(message, IFLA_PROTINFO | NLA_F_NESTED);
	int rc = flags ? 0 : -ENOMEM;

	if (!rc && from->isolated != to->isolated)
		rc = nla_put_u8(message, IFLA_BRPORT_ISOLATED, to->isolated);
	if (!rc && from->learning != to->learning)
		rc = nla_put_u8(message, IFLA_BRPORT_LEARNING, to->learning);
	if (!rc && from->neigh_suppress != to->neigh_suppress)
		rc = nla_put_u8(message, IFLA_BRPORT_NEIGH_SUPPRESS, to->neigh_suppress);
	if (!rc)
		nla_nest_end(message, flags);
	return rc;
}

int link_apply_port(struct netlink *netlink, const struct link_change *change,
		    struct error *err)
{
	const struct ifinfomsg info = {
		.ifi_family = AF_BRIDGE,
		.ifi_index = change->to.index,
	};
	struct nl_msg *message = netlink_message(RTM_SETLINK, 0, &info, sizeof(info));
	int failed = !message ||
		     put_port_changes(message, &change->from.port, &change->to.port);

	return netlink_talk(netlink, message, failed, NULL, NULL, err);
}

int link_apply_vlan_filtering(struct netlink *netlink, const struct link_change *change,
			      struct error *err)
{
	const struct ifinfomsg info = { .ifi_index = change->to.index };
	struct nl_msg *message = netlink_message(RTM_NEWLINK, 0, &info, sizeof(info));
	struct nlattr *link = message ? nla_nest_start(message, IFLA_LINKINFO) : NULL, *data;
	int failed = !link || nla_put_string(message, IFLA_INFO_KIND, "bridge");

	data = failed ? NULL : nla_nest_start(message, IFLA_INFO_DATA);
	failed = !data || nla_put_u8(message, IFLA_BR_VLAN_FILTERING, 1);
	if (!failed) {
		nla_nest_end(message, data);
		nla_nest_end(message, link);
	}
	return netlink_talk(netlink, message, failed, NULL, NULL, err);
}
