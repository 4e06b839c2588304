// SPDX-License-Identifier: GPL-2.0-or-later
#include "route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netlink.h"

static int inet_size(int family)
{
	return family == AF_INET6 ? 16 : 4;
}

/* The default route has no address. */
static void take_inet(struct nlattr *attr, int family, uint8_t len, struct inet_prefix *out)
{
	out->family = (uint8_t)family;
	out->len = len;
	if (attr && nla_len(attr) == inet_size(family))
		memcpy(out->addr, nla_data(attr), (size_t)nla_len(attr));
}

static bool is_plain(const struct rtmsg *rtm, struct nlattr **tb, const struct link *link)
{
	return rtm->rtm_type == RTN_UNICAST && rtm->rtm_table == RT_TABLE_MAIN &&
	       rtm->rtm_protocol != RTPROT_KERNEL && tb[RTA_OIF] &&
	       (int)nla_get_u32(tb[RTA_OIF]) == link->index && !tb[RTA_GATEWAY] && !tb[RTA_VIA];
}

static int take_route(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *tb[RTA_MAX + 1];
	const struct rtmsg *rtm = nlmsg_data(reply);
	struct facts *facts = arg;
	struct route route = { .link = facts->link.index };

	if (reply->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)reply, sizeof(*rtm), tb, RTA_MAX, NULL))
		return error_set(err, EBADMSG, "the kernel described a route in an unknown way");
	if (!is_plain(rtm, tb, &facts->link))
		return 0;
	if (facts->route_count == FACTS_ROUTES)
		return error_set(err, E2BIG, "%s has more than %d routes", facts->link.name,
				 FACTS_ROUTES);
	memcpy(route.link_name, facts->link.name, IFNAMSIZ);
	take_inet(tb[RTA_DST], rtm->rtm_family, rtm->rtm_dst_len, &route.to);
	if (tb[RTA_PREFSRC])
		take_inet(tb[RTA_PREFSRC], rtm->rtm_family,
			  (uint8_t)(inet_size(rtm->rtm_family) * 8), &route.source);
	if (tb[RTA_PRIORITY])
		route.metric = nla_get_u32(tb[RTA_PRIORITY]);
	route.protocol = rtm->rtm_protocol;
	facts->routes[facts->route_count++] = route;
	return 0;
}

int route_list(struct netlink *netlink, int family, struct facts *facts, struct error *err)
{
	const struct rtmsg rtm = { .rtm_family = (uint8_t)family, .rtm_table = RT_TABLE_MAIN };
	struct nl_msg *message = netlink_message(RTM_GETROUTE, NLM_F_DUMP, &rtm, sizeof(rtm));
	int failed = !message || nla_put_u32(message, RTA_OIF, (uint32_t)facts->link.index);
	struct error refusal = { 0 };
	int rc = netlink_talk(netlink, message, failed, take_route, facts, &refusal);

	/* A host without any route has no table, either (fib_frontend.c, inet_dump_fib). */
	if (!rc || rc == -ENOENT)
		return 0;
	return error_set(err, -rc, "listing the routes to %s: %s", facts->link.name, refusal.text);
}

/* What the kernel says of the way to an address. */
struct way {
	int len;	/* of the route's prefix, when asked for the route itself */
	int link;
};

static int take_way(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *tb[RTA_MAX + 1];
	const struct rtmsg *rtm = nlmsg_data(reply);
	struct way *way = arg;

	if (nlmsg_parse((struct nlmsghdr *)reply, sizeof(*rtm), tb, RTA_MAX, NULL))
		return error_set(err, EBADMSG, "the kernel described a route in an unknown way");
	way->len = rtm->rtm_type == RTN_UNICAST ? rtm->rtm_dst_len : -1;
	way->link = tb[RTA_OIF] ? (int)nla_get_u32(tb[RTA_OIF]) : 0;
	return 0;
}

/* flags: RTM_F_FIB_MATCH for the route itself, else what comes of it, after any multipath. */
static int ask_way(struct netlink *netlink, const struct inet_prefix *to, unsigned flags,
		   struct way *way, struct error *err)
{
	const struct rtmsg rtm = { .rtm_family = to->family, .rtm_dst_len = to->len,
				   .rtm_flags = flags };
	struct nl_msg *message = netlink_message(RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	int failed = !message || nla_put(message, RTA_DST, inet_size(to->family), to->addr);
	struct error refusal = { 0 };
	int rc = netlink_talk(netlink, message, failed, take_way, way, &refusal);

	switch (rc) {
	case -ENETUNREACH:
	case -EHOSTUNREACH:
	case -EACCES:		/* a prohibiting route */
	case -EINVAL:		/* a black hole */
	case -EOPNOTSUPP:	/* the kernel has no such family */
		*way = (struct way){ .len = -1 };
		return 0;
	}
	return rc ? error_set(err, -rc, "looking for a route: %s", refusal.text) : 0;
}

int route_default(struct netlink *netlink, int family, int *index, struct error *err)
{
	/* Nobody's, and such as few hosts have a route of their own to (RFC 5737, 3849). */
	static const char *const strangers[] = {
		"192.0.2.1", "198.51.100.1", "1.1.1.1", "150.1.1.1", "2001:db8::1", "2600::1",
	};
	int rc = 0;

	*index = 0;
	for (size_t i = 0; !rc && !*index && i < ARRAY_SIZE(strangers); i++) {
		struct inet_prefix to;
		struct way way;

		rc = inet_parse(strangers[i], &to, err);
		if (rc || to.family != family)
			continue;
		rc = ask_way(netlink, &to, RTM_F_FIB_MATCH, &way, err);
		if (rc || way.len != 0)
			continue;
		rc = ask_way(netlink, &to, 0, &way, err);
		*index = way.link;
	}
	return rc;
}

int route_device(struct netlink *netlink, const struct inet_prefix *to, int *index,
		 struct error *err)
{
	struct way way;
	int rc = ask_way(netlink, to, 0, &way, err);

	*index = way.len < 0 ? 0 : way.link;
	return rc;
}

static int put_route(struct nl_msg *message, const struct route *route)
{
	int rc = nla_put(message, RTA_DST, inet_size(route->to.family), route->to.addr);

	rc |= nla_put_u32(message, RTA_OIF, (uint32_t)route->link);
	if (route->source.family)
		rc |= nla_put(message, RTA_PREFSRC, inet_size(route->source.family),
			      route->source.addr);
	if (route->metric)
		rc |= nla_put_u32(message, RTA_PRIORITY, route->metric);
	return rc;
}

int route_apply(struct netlink *netlink, const struct route_change *change, struct error *err)
{
	const struct route *route = &change->route;
	const struct rtmsg rtm = {
		.rtm_family = route->to.family,
		.rtm_dst_len = route->to.len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = change->add ? route->protocol : RTPROT_UNSPEC,
		.rtm_scope = route->to.family == AF_INET6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *message = netlink_message(change->add ? RTM_NEWROUTE : RTM_DELROUTE,
						 change->add ? NLM_F_CREATE | NLM_F_EXCL : 0,
						 &rtm, sizeof(rtm));
	struct error refusal = { 0 };
	int rc = netlink_talk(netlink, message, !message || put_route(message, route), NULL, NULL,
			      &refusal);

	if (!change->add && rc == -ESRCH)
		return 0;
	return rc ? error_set(err, -rc, "%s", refusal.text) : 0;
}
