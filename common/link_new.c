// SPDX-License-Identifier: GPL-2.0-or-later
// Links that are made and deleted, and those that one waits for.
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <time.h>

#include "link.h"
#include "log.h"
#include "netlink.h"

static int put_link(struct nl_msg *message, const struct link *link)
{
	static const uint8_t any[MAC_LEN];
	int rc = nla_put_string(message, IFLA_IFNAME, link->name);

	if (memcmp(link->mac, any, MAC_LEN))
		rc |= nla_put(message, IFLA_ADDRESS, MAC_LEN, link->mac);
	if (link->mtu)
		rc |= nla_put_u32(message, IFLA_MTU, link->mtu);
	if (link->txqlen)
		rc |= nla_put_u32(message, IFLA_TXQLEN, link->txqlen);
	return rc;
}

/* A port speaks at once: no spanning tree. */
static int put_bridge(struct nl_msg *message, bool vlan_filtering)
{
	int rc = nla_put_u32(message, IFLA_BR_STP_STATE, 0);

	rc |= nla_put_u32(message, IFLA_BR_FORWARD_DELAY, 0);
	if (vlan_filtering)
		rc |= nla_put_u8(message, IFLA_BR_VLAN_FILTERING, 1);
	return rc;
}

static int put_peer(struct nl_msg *message, const struct link *peer)
{
	struct ifinfomsg info = { 0 };
	struct nlattr *nest = nla_nest_start(message, VETH_INFO_PEER);
	int rc = nest ? nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO) : -ENOMEM;

	if (!rc)
		rc = put_link(message, peer);
	if (!rc)
		nla_nest_end(message, nest);
	return rc;
}

static int put_kind(struct nl_msg *message, const struct link_make *make)
{
	bool is_veth = *make->peer.name;
	struct nlattr *info = nla_nest_start(message, IFLA_LINKINFO), *data;
	int rc = info ? nla_put_string(message, IFLA_INFO_KIND, is_veth ? "veth" : "bridge") :
			-ENOMEM;

	data = rc ? NULL : nla_nest_start(message, IFLA_INFO_DATA);
	if (!data)
		return -ENOMEM;
	rc = is_veth ? put_peer(message, &make->peer) : put_bridge(message, make->vlan_filtering);
	nla_nest_end(message, data);
	nla_nest_end(message, info);
	return rc;
}

static int delete_link(struct netlink *netlink, const struct link *link, struct error *err)
{
	const struct ifinfomsg info = { .ifi_index = link->index };
	struct nl_msg *message = netlink_message(RTM_DELLINK, 0, &info, sizeof(info));
	struct error refusal = { 0 };
	int failed = !message, rc;

	if (!failed && !link->index)
		failed = nla_put_string(message, IFLA_IFNAME, link->name);
	rc = netlink_talk(netlink, message, failed, NULL, NULL, &refusal);
	return rc && rc != -ENODEV ? error_set(err, -rc, "%s", refusal.text) : 0;
}

int link_apply_new(struct netlink *netlink, const struct link_make *make, struct error *err)
{
	const struct ifinfomsg info = { 0 };
	struct nl_msg *message;

	if (!make->add)
		return delete_link(netlink, &make->link, err);
	message = netlink_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));
	return netlink_talk(netlink, message, !message || put_link(message, &make->link) ||
			    put_kind(message, make), NULL, NULL, err);
}

static long milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int look(struct netlink *netlink, const struct link *wanted, struct link *link,
		struct error *err)
{
	return wanted->index ? link_by_index(netlink, wanted->index, link, err) :
			       link_by_name(netlink, wanted->name, link, err);
}

static int hear_carrier(struct netlink *netlink, struct netlink *events,
			const struct carrier_wait *wait, struct error *err)
{
	long deadline = milliseconds_now() + wait->seconds * 1000L, left;
	struct link link;
	int rc;

	for (rc = look(netlink, &wait->link, &link, err); !rc && !link.running;
	     rc = look(netlink, &wait->link, &link, err)) {
		left = deadline - milliseconds_now();
		rc = left > 0 ? netlink_hear(events, (int)left, err) : -ETIMEDOUT;
		if (rc)
			break;
	}
	if (rc != -ETIMEDOUT)
		return rc;
	log_line(LOG_WARNING, "%s has had no carrier for %d s", wait->link.name, wait->seconds);
	return 0;
}

int link_wait_carrier(struct netlink *netlink, const struct carrier_wait *wait, struct error *err)
{
	struct netlink *events = NULL;
	int rc = netlink_listen(&events, err);

	if (!rc)
		rc = hear_carrier(netlink, events, wait, err);
	netlink_close(events);
	return rc;
}
