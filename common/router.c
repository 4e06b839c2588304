// SPDX-License-Identifier: GPL-2.0-or-later
#include "router.h"

#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

static size_t inet_len(int family)
{
	return family == AF_INET6 ? 16 : 4;
}

static bool take_inet(const void *data, size_t len, int family, struct inet_prefix *out)
{
	if (len != inet_len(family))
		return false;
	memset(out, 0, sizeof(*out));
	out->family = (uint8_t)family;
	out->len = (uint8_t)(8 * len);
	memcpy(out->addr, data, len);
	return true;
}

/* RTA_GATEWAY; or RTA_VIA, which has the family first: IPv4 by an IPv6 router. */
static bool find_gateway(struct attr_span attrs, int family, struct inet_prefix *out)
{
	const struct rtattr *gateway = attr_find(attrs, RTA_GATEWAY);
	const struct rtattr *via = attr_find(attrs, RTA_VIA);
	const struct rtvia *hop = via && attr_len(via) > sizeof(*hop) ? attr_data(via) : NULL;

	if (gateway)
		return take_inet(attr_data(gateway), attr_len(gateway), family, out);
	return hop && take_inet(hop->rtvia_addr, attr_len(via) - sizeof(*hop), hop->rtvia_family,
				out);
}

/* Of several next hops the first that is the device's. */
static bool find_hop(const struct rtattr *hops, int index, int family, struct inet_prefix *out)
{
	struct attr_span span = attr_inside(hops);
	const struct rtnexthop *hop;

	while ((hop = entry_next_hop(&span))) {
		const struct attr_span attrs = {
			.at = (const unsigned char *)RTNH_DATA(hop),
			.left = hop->rtnh_len - RTNH_LENGTH(0),
		};

		if (hop->rtnh_ifindex == index && find_gateway(attrs, family, out))
			return true;
	}
	return false;
}

static bool is_default(const struct entry *entry)
{
	const struct rtmsg *route = (const struct rtmsg *)entry->data;
	const struct rtattr *table = attr_find(entry_attrs(entry), RTA_TABLE);

	return !route->rtm_dst_len && route->rtm_type == RTN_UNICAST && !route->rtm_tos &&
	       (table ? attr_u32(table) : route->rtm_table) == RT_TABLE_MAIN;
}

static uint32_t metric_of(const struct entry *entry)
{
	const struct rtattr *metric = attr_find(entry_attrs(entry), RTA_PRIORITY);

	return metric ? attr_u32(metric) : 0;
}

static bool find_router(const struct entry *entry, struct inet_prefix *out)
{
	const struct attr_span attrs = entry_attrs(entry);
	const struct rtattr *hops = attr_find(attrs, RTA_MULTIPATH);
	int family = entry_family(entry);

	return hops ? find_hop(hops, entry->spot.index, family, out) :
		      find_gateway(attrs, family, out);
}

static const struct entry *best_default(const struct entries *routes, struct inet_prefix *router)
{
	const struct entry *best = NULL;
	struct inet_prefix found;

	for (size_t i = 0; i < routes->count; i++) {
		const struct entry *entry = routes->list[i];

		if (!is_default(entry) || (best && metric_of(best) <= metric_of(entry)) ||
		    !find_router(entry, &found))
			continue;
		best = entry;
		*router = found;
	}
	return best;
}

/* In whose network the router is; else the first one. */
static void find_source(const struct entries *addresses, struct router *router)
{
	const int family = router->address.family;

	for (size_t i = 0; i < addresses->count; i++) {
		const struct entry *entry = addresses->list[i];
		const struct ifaddrmsg *info = (const struct ifaddrmsg *)entry->data;
		const struct rtattr *local = attr_find(entry_attrs(entry), IFA_LOCAL);
		struct inet_prefix own, there = router->address;

		if (!local)
			local = attr_find(entry_attrs(entry), IFA_ADDRESS);
		if (!local || !take_inet(attr_data(local), attr_len(local), family, &own))
			continue;
		if (!router->source.family)
			router->source = own;
		own.len = there.len = info->ifa_prefixlen;
		own = inet_mask(&own);
		there = inet_mask(&there);
		if (!inet_equal(&own, &there))
			continue;
		take_inet(attr_data(local), attr_len(local), family, &router->source);
		return;
	}
}

/* What the route itself says, if it says something. */
static void choose_source(const struct netdev *netdev, const struct entry *route,
			  struct router *router)
{
	const struct rtattr *source = attr_find(entry_attrs(route), RTA_PREFSRC);
	int family = router->address.family;

	memset(&router->source, 0, sizeof(router->source));
	if (source && entry_family(route) == family &&
	    take_inet(attr_data(source), attr_len(source), family, &router->source))
		return;
	/* Of IPv6's the kernel chooses one that the router knows a way back to. */
	if (family == AF_INET)
		find_source(&netdev->parts[PART_ADDRESSES4], router);
}

size_t router_find(const struct netdev *netdev, struct router out[static ROUTERS])
{
	static const enum netdev_part parts[] = { PART_ROUTES4, PART_ROUTES6 };
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const struct entry *route = best_default(&netdev->parts[parts[i]],
							 &out[count].address);

		if (!route)
			continue;
		choose_source(netdev, route, &out[count]);
		count++;
	}
	return count;
}
