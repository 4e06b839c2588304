// SPDX-License-Identifier: GPL-2.0-or-later
#include "counters.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netlink.h"

static void take_port(struct nlattr *info, struct counters *counters)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1], *state;

	if (!info || nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL) || !tb[IFLA_INFO_SLAVE_KIND] ||
	    !tb[IFLA_INFO_SLAVE_DATA] || nla_strcmp(tb[IFLA_INFO_SLAVE_KIND], "bridge"))
		return;
	state = nla_find(nla_data(tb[IFLA_INFO_SLAVE_DATA]), nla_len(tb[IFLA_INFO_SLAVE_DATA]),
			 IFLA_BRPORT_STATE);
	if (state)
		counters->port_state = nla_get_u8(state);
}

static int take(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *tb[IFLA_MAX + 1];
	struct counters *counters = arg;
	struct rtnl_link_stats64 stats = { 0 };

	if (nlmsg_parse((struct nlmsghdr *)reply, sizeof(struct ifinfomsg), tb, IFLA_MAX, NULL))
		return error_set(err, EBADMSG, "the kernel described a link in an unknown way");
	if (tb[IFLA_STATS64])
		nla_memcpy(&stats, tb[IFLA_STATS64], sizeof(stats));
	counters->received = stats.rx_packets;
	counters->sent = stats.tx_packets;
	take_port(tb[IFLA_LINKINFO], counters);
	return 0;
}

int counters_look(struct netlink *netlink, const struct link *link, struct counters *counters,
		  struct error *err)
{
	const struct ifinfomsg info = { .ifi_index = link->index };
	struct error refusal = { 0 };
	int rc;

	*counters = (struct counters){ .port_state = -1 };
	rc = netlink_talk(netlink, netlink_message(RTM_GETLINK, 0, &info, sizeof(info)), 0, take,
			  counters, &refusal);
	return !rc || rc == -ENODEV ? 0 :
	       error_set(err, -rc, "looking at %s: %s", link->name, refusal.text);
}
