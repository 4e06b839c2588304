// SPDX-License-Identifier: GPL-2.0-or-later
#include "vlan_link.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

#define LIST_TRIES 100

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/. */
#define FNV_BASIS 14695981039346656037u
#define FNV_PRIME 1099511628211u

/* Each VLAN an entry of its own. */
#define VLANS_SIZE (VLAN_MAX * (NLA_HDRLEN + sizeof(struct bridge_vlan_info)))

/* ---- looking -------------------------------------------------------------------------------- */

static uint8_t flags_of(const struct bridge_vlan_info *info)
{
	uint8_t flags = VLAN_MEMBER;

	if (info->flags & BRIDGE_VLAN_INFO_PVID)
		flags |= VLAN_PVID;
	if (info->flags & BRIDGE_VLAN_INFO_UNTAGGED)
		flags |= VLAN_UNTAGGED;
	return flags;
}

/* The beginning of a range and its end are two entries. */
static void take_vlans(struct nlattr *spec, struct vlan_set *vlans)
{
	struct nlattr *entry;
	unsigned first = 0;
	int left;

	nla_for_each_nested(entry, spec, left) {
		struct bridge_vlan_info info;

		if (nla_type(entry) != IFLA_BRIDGE_VLAN_INFO ||
		    nla_len(entry) < (int)sizeof(info))
			continue;
		memcpy(&info, nla_data(entry), sizeof(info));
		if (!(info.flags & BRIDGE_VLAN_INFO_RANGE_END))
			first = info.vid;
		if (info.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN)
			continue;
		for (unsigned id = first; id <= info.vid && id <= VLAN_MAX; id++)
			vlans->ids[id] = flags_of(&info);
	}
}

/* Of the switch in a network card, and not of the bridge that the card is a port of. */
static bool is_of_hardware(struct nlattr *spec)
{
	struct nlattr *flags = nla_find(nla_data(spec), nla_len(spec), IFLA_BRIDGE_FLAGS);

	return flags && nla_get_u16(flags) & BRIDGE_FLAGS_SELF;
}

struct walk {
	vlan_take take;
	void *arg;
	unsigned sequence;
	uint64_t sum;	/* of all that was listed */
};

static void add_to_sum(struct walk *walk, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < len; i++)
		walk->sum = (walk->sum ^ bytes[i]) * FNV_PRIME;
}

static int begin_anew(struct walk *walk, struct error *err)
{
	walk->sequence = 0;
	walk->sum = FNV_BASIS;
	return walk->take(NULL, walk->arg, err);
}

static int take_port(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	const struct ifinfomsg *info = nlmsg_data(reply);
	struct walk *walk = arg;
	struct nlattr *tb[IFLA_MAX + 1], *spec;
	struct vlan_port port = { 0 };

	/* Should a kernel find out by itself one day that the dump was disturbed. */
	if (walk->sequence && reply->nlmsg_seq != walk->sequence && begin_anew(walk, err))
		return -err->code;
	walk->sequence = reply->nlmsg_seq;

	if (nlmsg_parse((struct nlmsghdr *)reply, sizeof(*info), tb, IFLA_MAX, NULL))
		return error_set(err, EBADMSG, "the kernel described a port in an unknown way");
	spec = tb[IFLA_AF_SPEC];
	if (!spec || is_of_hardware(spec))
		return 0;
	port.index = info->ifi_index;
	if (tb[IFLA_MASTER])
		port.master = (int)nla_get_u32(tb[IFLA_MASTER]);
	take_vlans(spec, &port.vlans);
	add_to_sum(walk, &port.index, sizeof(port.index));
	add_to_sum(walk, &port.master, sizeof(port.master));
	add_to_sum(walk, nla_data(spec), (size_t)nla_len(spec));
	return walk->take(&port, walk->arg, err);
}

static int list_ports(struct netlink *netlink, struct walk *walk, struct error *err)
{
	const struct ifinfomsg info = { .ifi_family = AF_BRIDGE };
	struct nl_msg *message;
	int failed, rc = begin_anew(walk, err);

	if (rc)
		return rc;
	message = netlink_message(RTM_GETLINK, NLM_F_DUMP, &info, sizeof(info));
	failed = !message ||
		 nla_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
	return netlink_talk(netlink, message, failed, take_port, walk, err);
}

/*
 * A list comes in parts. For each further one the kernel counts the ports from the beginning
 * (net/core/rtnetlink.c, rtnl_bridge_getlink), so that when one has left since, another is passed
 * over; and, other than for links, it never says that the dump was disturbed. Only two lists that
 * are the same are to be believed.
 */
int vlan_link_each(struct netlink *netlink, vlan_take take, void *arg, struct error *err)
{
	struct walk walk = { .take = take, .arg = arg };
	uint64_t before;
	int tries = LIST_TRIES, rc = list_ports(netlink, &walk, err);

	do {
		before = walk.sum;
		if (!rc)
			rc = list_ports(netlink, &walk, err);
	} while (!rc && walk.sum != before && --tries);
	if (!rc && walk.sum != before)
		rc = error_set(err, EBUSY, "they keep changing");
	return rc ? error_prefix(err, "listing the VLANs of bridge ports") : 0;
}

struct one_port {
	int index;
	struct vlan_set *vlans;
};

static int take_one(const struct vlan_port *port, void *arg, struct error *err)
{
	const struct one_port *one = arg;

	(void)err;
	if (!port)
		memset(one->vlans, 0, sizeof(*one->vlans));
	else if (port->index == one->index)
		*one->vlans = port->vlans;
	return 0;
}

int vlan_link_read(struct netlink *netlink, int index, struct vlan_set *vlans, struct error *err)
{
	struct one_port one = { index, vlans };

	return vlan_link_each(netlink, take_one, &one, err);
}

/* ---- changing ------------------------------------------------------------------------------- */

static int put_entry(struct nl_msg *message, unsigned id, uint8_t flags, uint16_t range)
{
	struct bridge_vlan_info info = { .flags = range, .vid = (uint16_t)id };

	if (flags & VLAN_PVID)
		info.flags |= BRIDGE_VLAN_INFO_PVID;
	if (flags & VLAN_UNTAGGED)
		info.flags |= BRIDGE_VLAN_INFO_UNTAGGED;
	return nla_put(message, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info);
}

static int put_range(struct nl_msg *message, const struct vlan_range *range)
{
	if (range->first == range->last)
		return put_entry(message, range->first, range->flags, 0);
	return put_entry(message, range->first, range->flags, BRIDGE_VLAN_INFO_RANGE_BEGIN) ||
	       put_entry(message, range->last, range->flags, BRIDGE_VLAN_INFO_RANGE_END);
}

static int put_vlans(struct nl_msg *message, const struct vlan_set *vlans)
{
	struct vlan_range range = { 0 };
	struct nlattr *spec;
	/* Besides the page that it has. */
	int rc = nlmsg_expand(message, (size_t)getpagesize() + VLANS_SIZE);

	spec = rc ? NULL : nla_nest_start(message, IFLA_AF_SPEC | NLA_F_NESTED);
	if (!spec)
		return -ENOMEM;
	while (!rc && vlan_next_range(vlans, &range))
		rc = put_range(message, &range);
	if (!rc)
		nla_nest_end(message, spec);
	return rc;
}

/* type: RTM_SETLINK or RTM_DELLINK */
static int change_vlans(struct netlink *netlink, int type, int index,
			const struct vlan_set *vlans, struct error *err)
{
	const struct ifinfomsg info = { .ifi_family = AF_BRIDGE, .ifi_index = index };
	struct nl_msg *message;

	if (vlan_is_empty(vlans))
		return 0;
	message = netlink_message(type, 0, &info, sizeof(info));
	return netlink_talk(netlink, message, !message || put_vlans(message, vlans), NULL, NULL,
			    err);
}

int vlan_link_apply(struct netlink *netlink, const struct vlan_change *change, struct error *err)
{
	struct vlan_set gone, fresh;
	struct error own = { 0 };
	int rc;

	vlan_changes(change->from, change->to, &gone, &fresh);
	rc = change_vlans(netlink, RTM_DELLINK, change->link, &gone, &own);
	if (!rc)
		rc = change_vlans(netlink, RTM_SETLINK, change->link, &fresh, &own);
	return rc ? error_set(err, -rc, "the VLANs of %s: %s", change->link_name, own.text) : 0;
}
