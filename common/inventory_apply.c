// SPDX-License-Identifier: GPL-2.0-or-later
// What shall live on a device, made or taken away.
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdlib.h>

#include "inventory.h"
#include "link.h"
#include "netlink.h"

#define HOPS 16	/* gateways of one route that are looked after */

static bool is_done(int rc, enum entry_verb verb)
{
	if (verb == ENTRY_DELETE)
		return rc == -ESRCH || rc == -ENOENT || rc == -EADDRNOTAVAIL || rc == -ENODEV;
	return rc == -EEXIST;
}

static int talk(struct netlink *netlink, const struct entry *entry, const struct spot *spot,
		enum entry_verb verb, struct error *err)
{
	unsigned char data[ENTRY_SIZE];
	uint16_t flags;
	size_t len = entry_message(entry, spot, verb, &flags, data);

	return netlink_talk(netlink, netlink_message(entry_message_type(entry, verb), flags, data,
						     len), 0, NULL, NULL, err);
}

/*
 * What is in the way of an IPv6 route need not be it: one that has lost its preferred source with
 * the address (net/ipv6/route.c, rt6_remove_prefsrc) counts as the same, and so does what is left
 * of several ways without one's device (ip6_route_multipath_add).
 */
static bool is_in_the_way(int rc, const struct entry *entry, enum entry_verb verb)
{
	return rc == -EEXIST && verb == ENTRY_ADD && entry->type == RTM_NEWROUTE &&
	       entry_family(entry) == AF_INET6;
}

static int carry_out(struct netlink *netlink, const struct entry *entry,
		     const struct entries_change *change, struct error *err)
{
	struct error refusal = { 0 };
	char buf[sizeof(err->text) / 2];
	struct text text = TEXT_IN(buf);
	int rc = talk(netlink, entry, &change->spot, change->verb, &refusal);

	if (is_in_the_way(rc, entry, change->verb)) {
		/* Not all ways need be there, which is no failure. */
		(void)!talk(netlink, entry, &change->spot, ENTRY_DELETE, &refusal);
		refusal = (struct error){ 0 };
		rc = talk(netlink, entry, &change->spot, ENTRY_ADD, &refusal);
	}
	if (!rc || is_done(rc, change->verb))
		return 0;
	entry_print(entry, &change->spot, change->verb, &text);
	return error_set(err, -rc, "%s: %s", buf, refusal.text);
}

/* A route to a gateway, as if it were on the wire; false: there was no need of one. */
static bool set_help(struct netlink *netlink, const struct entry *route, const struct rtattr *gateway,
		 const struct spot *spot, bool add)
{
	bool v6 = entry_family(route) == AF_INET6;
	const struct rtmsg rtm = {
		.rtm_family = (unsigned char)entry_family(route),
		.rtm_dst_len = v6 ? 128 : 32,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT,
		.rtm_scope = v6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *message = netlink_message(add ? RTM_NEWROUTE : RTM_DELROUTE,
						 add ? NLM_F_CREATE | NLM_F_EXCL : 0, &rtm,
						 sizeof(rtm));
	struct error refusal = { 0 };
	int failed = !message || nla_put(message, RTA_DST, (int)attr_len(gateway),
					 attr_data(gateway)) ||
		     nla_put_u32(message, RTA_OIF, (uint32_t)spot->index);

	return !netlink_talk(netlink, message, failed, NULL, NULL, &refusal);
}

/*
 * A route can outlive the one that its gateway is reached by; but to make it, the kernel wants
 * to see that one.
 */
static int carry_out_with_help(struct netlink *netlink, const struct entry *entry,
			       const struct entries_change *change, struct error *err)
{
	const struct rtattr *gateways[HOPS];
	bool helps[HOPS] = { false };
	size_t count = entry->type == RTM_NEWROUTE ? entry_gateways(entry, gateways, HOPS) : 0;
	int rc;

	for (size_t i = 0; i < count; i++)
		helps[i] = set_help(netlink, entry, gateways[i], &change->spot, true);
	rc = carry_out(netlink, entry, change, err);
	for (size_t i = count; i-- > 0;)
		if (helps[i])
			set_help(netlink, entry, gateways[i], &change->spot, false);
	return rc;
}

/* What is still to be done. */
struct rest {
	const struct entry **list;
	size_t count;
};

static void pass(struct netlink *netlink, const struct entries_change *change, bool help,
		 struct rest *rest, struct error *err)
{
	size_t failed = 0;

	*err = (struct error){ 0 };
	for (size_t i = 0; i < rest->count; i++) {
		const struct entry *entry = rest->list[i];

		if (help ? carry_out_with_help(netlink, entry, change, err) :
			   carry_out(netlink, entry, change, err))
			rest->list[failed++] = entry;
	}
	rest->count = failed;
}

static int carry_out_all(struct netlink *netlink, const struct entries_change *change,
			 struct rest *rest, struct error *err)
{
	struct error own = { 0 };
	bool helps = false;
	size_t before;

	while (rest->count) {
		before = rest->count;
		pass(netlink, change, helps, rest, &own);
		if (rest->count == before && (helps || change->verb == ENTRY_DELETE))
			return error_set(err, own.code, "%s", own.text);
		helps = rest->count == before;
	}
	return 0;
}

/* Policy rules name a device that need not be there. */
static bool needs_index(const struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		if (entries->list[i]->type != RTM_NEWRULE)
			return true;
	return false;
}

static int resolve(struct netlink *netlink, struct spot *spot, struct error *err)
{
	struct link link;
	int rc;

	if (spot->index)
		return 0;
	rc = link_by_name(netlink, spot->name, &link, err);
	if (!rc && !link.index)
		rc = error_set(err, ENODEV, "there is no interface %s", spot->name);
	spot->index = link.index;
	return rc;
}

int inventory_apply(struct netlink *netlink, const struct entries_change *change,
		    struct error *err)
{
	const struct entries *entries = change->entries;
	struct entries_change known = *change;
	struct rest rest = { .count = entries->count };
	int rc = needs_index(entries) ? resolve(netlink, &known.spot, err) : 0;

	if (rc || !entries->count)
		return rc;
	rest.list = calloc(entries->count, sizeof(const struct entry *));
	if (!rest.list)
		return error_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < entries->count; i++)
		rest.list[i] = entries->list[change->verb == ENTRY_DELETE ?
					     entries->count - 1 - i : i];
	rc = carry_out_all(netlink, &known, &rest, err);
	free(rest.list);
	return rc;
}
