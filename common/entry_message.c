// SPDX-License-Identifier: GPL-2.0-or-later
// Entries made again elsewhere: the messages, and their order.
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"

/* ---- questions -------------------------------------------------------------------------------- */

static const struct rtmsg *route_of(const struct entry *entry)
{
	return (const void *)entry->data;
}

static const struct rtattr *find(const struct entry *entry, unsigned type)
{
	return attr_find(entry_attrs(entry), type);
}

bool entry_expires(const struct entry *entry)
{
	return entry->type == RTM_NEWADDR && find(entry, IFA_CACHEINFO);
}

bool entry_is_shared(const struct entry *entry)
{
	const struct rtattr *paths = entry->type == RTM_NEWROUTE ? find(entry, RTA_MULTIPATH) : NULL;
	const struct rtnexthop *hop;
	struct attr_span hops;

	if (!paths)
		return false;
	hops = attr_inside(paths);
	while ((hop = entry_next_hop(&hops)))
		if (hop->rtnh_ifindex != entry->spot.index)
			return true;
	return false;
}

size_t entry_gateways(const struct entry *entry, const struct rtattr **out, size_t max)
{
	const struct rtattr *gateway = find(entry, RTA_GATEWAY);
	const struct rtattr *paths = find(entry, RTA_MULTIPATH);
	const struct rtnexthop *hop;
	struct attr_span hops;
	size_t count = 0;

	if (gateway && max)
		out[count++] = gateway;
	if (!paths)
		return count;
	hops = attr_inside(paths);
	while (count < max && (hop = entry_next_hop(&hops))) {
		struct attr_span span = {
			(const unsigned char *)(hop + 1), hop->rtnh_len - sizeof(*hop),
		};

		gateway = attr_find(span, RTA_GATEWAY);
		if (gateway && hop->rtnh_ifindex == entry->spot.index)
			out[count++] = gateway;
	}
	return count;
}

uint32_t entry_metric(const struct entry *route, uint32_t metric)
{
	const struct rtmsg *rtm = route_of(route);

	return rtm->rtm_protocol == RTPROT_RA && !rtm->rtm_dst_len ? metric | 1 : metric;
}

const char *entry_label_end(const char *label, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(label, name, len) && (label[len] == ':' || !label[len]) ? label + len : NULL;
}

/* ---- messages --------------------------------------------------------------------------------- */

uint16_t entry_message_type(const struct entry *entry, enum entry_verb verb)
{
	/* Each RTM_DEL… is the one behind its RTM_NEW…. */
	return (uint16_t)(verb == ENTRY_DELETE ? entry->type + 1 : entry->type);
}

static uint16_t flags_of(const struct entry *entry, enum entry_verb verb)
{
	if (verb == ENTRY_DELETE)
		return 0;
	if (verb == ENTRY_CHANGE || entry->type == RTM_NEWNEIGH ||
	    entry->type == RTM_NEWNEXTHOP)
		return NLM_F_CREATE | NLM_F_REPLACE;
	if (entry->type == RTM_NEWROUTE)
		return entry->ahead ? NLM_F_CREATE : NLM_F_CREATE | NLM_F_APPEND;
	return NLM_F_CREATE | NLM_F_EXCL;
}

/* Long names lose what does not fit in front of a label's end, as in net/ipv4/devinet.c. */
static void put_label(const struct rtattr *attr, const struct entry *entry,
		      const struct spot *spot, struct attr_writer *out)
{
	char label[IFNAMSIZ], moved[2 * IFNAMSIZ];
	const char *end;

	attr_string(attr, label, sizeof(label));
	end = entry_label_end(label, entry->spot.name);
	if (end)
		snprintf(moved, sizeof(moved), "%.*s%s", IFNAMSIZ - 1 - (int)strlen(end),
			 spot->name, end);
	else
		memcpy(moved, label, sizeof(label));
	attr_put(out, IFA_LABEL, moved, strlen(moved) + 1);
}

/* What was in use needs no detection of others that use it; there is no time for it. */
static uint32_t address_flags(const struct entry *entry, uint32_t flags, enum entry_verb verb)
{
	bool quick = verb == ENTRY_ADD && entry_family(entry) == AF_INET6 &&
		     !(flags & IFA_F_TENTATIVE);

	return (flags & ENTRY_FLAGS) | (quick ? IFA_F_NODAD : 0);
}

static void put_address(const struct rtattr *attr, const struct entry *entry,
			const struct spot *spot, enum entry_verb verb, struct attr_writer *out)
{
	unsigned type = attr_type(attr);

	/* What is to be deleted is found by these alone. */
	if (verb == ENTRY_DELETE && type != IFA_LOCAL && type != IFA_ADDRESS)
		return;
	if (type == IFA_LABEL)
		put_label(attr, entry, spot, out);
	else if (type == IFA_FLAGS)
		attr_put_u32(out, IFA_FLAGS, address_flags(entry, attr_u32(attr), verb));
	else
		attr_copy(out, attr);
}

static void put_hops(const struct rtattr *attr, const struct entry *entry,
		     const struct spot *spot, struct attr_writer *out)
{
	size_t nest = attr_nest(out, RTA_MULTIPATH);
	struct attr_span hops = attr_inside(attr);
	const struct rtnexthop *hop;

	while ((hop = entry_next_hop(&hops))) {
		struct rtnexthop head = *hop;

		if (head.rtnh_ifindex == entry->spot.index)
			head.rtnh_ifindex = spot->index;
		attr_put_raw(out, &head, sizeof(head));
		attr_put_raw(out, hop + 1, hop->rtnh_len - sizeof(head));
	}
	attr_nest_end(out, nest);
}

static void put_route(const struct rtattr *attr, const struct entry *entry,
		      const struct spot *spot, enum entry_verb verb, struct attr_writer *out)
{
	uint32_t value = attr_u32(attr);

	switch (attr_type(attr)) {
	case RTA_OIF:
		attr_put_u32(out, RTA_OIF, value == (uint32_t)entry->spot.index ?
			     (uint32_t)spot->index : value);
		break;
	case RTA_MULTIPATH:
		put_hops(attr, entry, spot, out);
		break;
	case RTA_PRIORITY:
		attr_put_u32(out, RTA_PRIORITY,
			     verb == ENTRY_DELETE ? value : entry_metric(entry, value));
		break;
	case RTA_EXPIRES:
		if (verb == ENTRY_DELETE)
			break;
		/* fall through */
	default:
		attr_copy(out, attr);
	}
}

static void put_rule(const struct rtattr *attr, const struct entry *entry,
		     const struct spot *spot, struct attr_writer *out)
{
	unsigned type = attr_type(attr);
	char name[IFNAMSIZ];

	attr_string(attr, name, sizeof(name));
	if ((type == FRA_IIFNAME || type == FRA_OIFNAME) && !strcmp(name, entry->spot.name))
		attr_put(out, type, spot->name, strlen(spot->name) + 1);
	else
		attr_copy(out, attr);
}

size_t entry_message(const struct entry *entry, const struct spot *spot, enum entry_verb verb,
		     uint16_t *flags, unsigned char out[static ENTRY_SIZE])
{
	struct attr_writer writer = { .buf = out, .size = ENTRY_SIZE };
	struct attr_span span = entry_attrs(entry);
	const struct rtattr *attr;

	*flags = flags_of(entry, verb);
	attr_put_raw(&writer, entry->data, entry_head_size(entry->type));
	entry_set_index(entry->type, out, spot->index);
	while ((attr = attr_next(&span))) {
		if (entry->type == RTM_NEWADDR)
			put_address(attr, entry, spot, verb, &writer);
		else if (entry->type == RTM_NEWROUTE)
			put_route(attr, entry, spot, verb, &writer);
		else if (entry->type == RTM_NEWNEXTHOP && attr_type(attr) == NHA_OIF)
			attr_put_u32(&writer, NHA_OIF, (uint32_t)spot->index);
		else if (entry->type == RTM_NEWRULE)
			put_rule(attr, entry, spot, &writer);
		else
			attr_copy(&writer, attr);
	}
	return writer.len;
}

/* ---- what the kernel makes by itself ---------------------------------------------------------- */

/* The bits behind the length go. */
static void mask(unsigned char *address, size_t size, unsigned len)
{
	for (size_t i = 0; i < size; i++) {
		unsigned bits = i * 8 < len ? len - (unsigned)i * 8 : 0;

		if (bits < 8)
			address[i] &= (unsigned char)(0xff00 >> bits);
	}
}

struct prefix {
	int family;
	size_t size;
	unsigned len;
	unsigned char local[16], to[16], peer[16];
	bool has_peer;		/* of IPv6, which has a route of its own */
	uint32_t flags, metric;
};

static bool read_prefix(const struct entry *address, struct prefix *prefix)
{
	const struct ifaddrmsg *info = (const void *)address->data;
	const struct rtattr *local = find(address, IFA_LOCAL), *peer = find(address, IFA_ADDRESS);
	const struct rtattr *flags = find(address, IFA_FLAGS);
	const struct rtattr *metric = find(address, IFA_RT_PRIORITY);

	*prefix = (struct prefix){ .family = info->ifa_family, .len = info->ifa_prefixlen };
	prefix->size = prefix->family == AF_INET6 ? 16 : 4;
	prefix->flags = flags ? attr_u32(flags) : 0;
	prefix->metric = metric ? attr_u32(metric) : 0;
	if (!local)
		local = peer;
	if (!peer || prefix->family == AF_INET6)
		peer = local;
	if (!local || attr_len(local) != prefix->size || attr_len(peer) != prefix->size)
		return false;
	prefix->has_peer = prefix->family == AF_INET6 && find(address, IFA_LOCAL) &&
			   find(address, IFA_ADDRESS);
	if (prefix->has_peer && attr_len(find(address, IFA_ADDRESS)) == prefix->size)
		memcpy(prefix->peer, attr_data(find(address, IFA_ADDRESS)), prefix->size);
	memcpy(prefix->local, attr_data(local), prefix->size);
	memcpy(prefix->to, attr_data(peer), prefix->size);
	mask(prefix->to, prefix->size, prefix->len);
	return true;
}

static bool has_route(const struct prefix *prefix)
{
	if (prefix->flags & IFA_F_NOPREFIXROUTE)
		return false;
	if (prefix->family == AF_INET6)
		return true;
	return prefix->to[0] != 0 && !(prefix->flags & IFA_F_SECONDARY) &&
	       (prefix->len < 32 || memcmp(prefix->to, prefix->local, 4) != 0);
}

static int add_route(struct entries *entries, const struct spot *spot,
		     const struct prefix *prefix, struct error *err)
{
	const bool v6 = prefix->family == AF_INET6;
	const struct rtmsg rtm = {
		.rtm_family = (unsigned char)prefix->family,
		.rtm_dst_len = (unsigned char)prefix->len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_KERNEL,
		.rtm_scope = v6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};
	const uint8_t preference = 0;
	unsigned char bytes[256];
	struct attr_writer out = { .buf = bytes, .size = sizeof(bytes) };

	attr_put_raw(&out, &rtm, sizeof(rtm));
	attr_put_u32(&out, RTA_TABLE, RT_TABLE_MAIN);
	attr_put(&out, RTA_DST, prefix->to, prefix->size);
	if (prefix->metric)
		attr_put_u32(&out, RTA_PRIORITY, prefix->metric);
	if (!v6)
		attr_put(&out, RTA_PREFSRC, prefix->local, prefix->size);
	attr_put_u32(&out, RTA_OIF, (uint32_t)spot->index);
	if (v6)
		attr_put(&out, RTA_PREF, &preference, sizeof(preference));
	return entries_add(entries, spot, RTM_NEWROUTE, bytes, out.len, err);
}

int entries_add_prefix(struct entries *entries, const struct entry *address, struct error *err)
{
	struct prefix prefix;
	int rc;

	if (!read_prefix(address, &prefix) || !has_route(&prefix))
		return 0;
	if (prefix.family == AF_INET6 && !prefix.metric)
		prefix.metric = 256;	/* IP6_RT_PRIO_ADDRCONF, linux/ipv6_route.h */
	rc = add_route(entries, &address->spot, &prefix, err);
	if (rc || !prefix.has_peer)
		return rc;
	prefix.len = 128;
	memcpy(prefix.to, prefix.peer, sizeof(prefix.to));
	return add_route(entries, &address->spot, &prefix, err);
}

/* ---- time ------------------------------------------------------------------------------------- */

/* False: it is over. */
static bool age(uint32_t *left, uint32_t seconds)
{
	if (*left == UINT32_MAX)
		return true;
	if (*left <= seconds) {
		*left = 0;
		return false;
	}
	*left -= seconds;
	return true;
}

static bool age_entry(const struct entry *entry, uint32_t seconds)
{
	const struct rtattr *attr;
	struct ifa_cacheinfo life;
	uint32_t expires;
	bool lives = true;

	attr = find(entry, IFA_CACHEINFO);
	if (entry->type == RTM_NEWADDR && attr && attr_len(attr) >= sizeof(life)) {
		memcpy(&life, attr_data(attr), sizeof(life));
		lives = age(&life.ifa_valid, seconds);
		age(&life.ifa_prefered, seconds);
		memcpy((void *)attr_data(attr), &life, sizeof(life));
	}
	attr = find(entry, RTA_EXPIRES);
	if (entry->type == RTM_NEWROUTE && attr) {
		expires = attr_u32(attr);
		lives = age(&expires, seconds);
		memcpy((void *)attr_data(attr), &expires, sizeof(expires));
	}
	return lives;
}

void entries_age(struct entries *entries, uint32_t seconds)
{
	size_t count = 0;

	for (size_t i = 0; i < entries->count; i++) {
		if (age_entry(entries->list[i], seconds))
			entries->list[count++] = entries->list[i];
		else
			free(entries->list[i]);
	}
	entries->count = count;
}

/* ---- order ------------------------------------------------------------------------------------ */

/*
 * Those without a gateway come first. One that is ahead of another device's goes in front of what
 * there is, so that the best is the last of these.
 */
static int rank(const struct entry *entry)
{
	bool direct = !find(entry, RTA_GATEWAY) && !find(entry, RTA_VIA) &&
		      !find(entry, RTA_MULTIPATH);

	return (direct ? 0 : 2) + (entry->ahead ? 1 : 0);
}

static size_t pick(const struct entries *entries, int wanted, struct entry **out)
{
	size_t count = 0;

	for (size_t i = 0; i < entries->count; i++) {
		struct entry *entry = entries->list[wanted & 1 ? entries->count - 1 - i : i];

		if (rank(entry) == wanted)
			out[count++] = entry;
	}
	return count;
}

int entries_sort(struct entries *entries, struct error *err)
{
	struct entry **sorted;
	size_t count = 0;

	if (!entries->count)
		return 0;
	sorted = calloc(entries->count, sizeof(struct entry *));
	if (!sorted)
		return error_set(err, ENOMEM, "out of memory");
	for (int wanted = 0; wanted < 4; wanted++)
		count += pick(entries, wanted, sorted + count);
	free(entries->list);
	entries->list = sorted;
	entries->room = count;
	return 0;
}
