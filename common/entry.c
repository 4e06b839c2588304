// SPDX-License-Identifier: GPL-2.0-or-later
#include "entry.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"

#define USER_HZ 100	/* rta_expires counts in clock_t */

/* ---- what a message consists of ------------------------------------------------------------- */

size_t entry_head_size(uint16_t type)
{
	switch (type) {
	case RTM_NEWADDR:
		return sizeof(struct ifaddrmsg);
	case RTM_NEWROUTE:
		return sizeof(struct rtmsg);
	case RTM_NEWNEIGH:
		return sizeof(struct ndmsg);
	case RTM_NEWNEXTHOP:
		return sizeof(struct nhmsg);
	case RTM_NEWRULE:
		return sizeof(struct fib_rule_hdr);
	}
	return 0;
}

void entry_set_index(uint16_t type, void *head, int index)
{
	struct ifaddrmsg *address = head;
	struct ndmsg *neighbour = head;

	if (type == RTM_NEWADDR)
		address->ifa_index = (uint32_t)index;
	else if (type == RTM_NEWNEIGH)
		neighbour->ndm_ifindex = index;
}

static struct attr_span span_of(const void *data, uint16_t type, size_t len)
{
	size_t head = entry_head_size(type);

	return (struct attr_span){ (const unsigned char *)data + head, len - head };
}

struct attr_span entry_attrs(const struct entry *entry)
{
	return span_of(entry->data, entry->type, entry->len);
}

/* All of these structures begin with it. */
int entry_family(const struct entry *entry)
{
	return entry->data[0];
}

const struct rtnexthop *entry_next_hop(struct attr_span *span)
{
	const struct rtnexthop *hop = (const void *)span->at;
	size_t used;

	if (span->left < sizeof(*hop) || hop->rtnh_len < sizeof(*hop) ||
	    hop->rtnh_len > span->left)
		return NULL;
	used = RTNH_ALIGN(hop->rtnh_len);
	if (used > span->left)
		used = span->left;
	span->at += used;
	span->left -= used;
	return hop;
}

/* How many ways a route has by the device, and by others. */
static void count_hops(struct attr_span span, int index, size_t *own, size_t *others)
{
	const struct rtattr *oif = attr_find(span, RTA_OIF);
	const struct rtattr *paths = attr_find(span, RTA_MULTIPATH);
	const struct rtnexthop *hop;
	struct attr_span hops;

	*own = *others = 0;
	if (oif)
		*(attr_u32(oif) == (uint32_t)index ? own : others) += 1;
	if (!paths)
		return;
	hops = attr_inside(paths);
	while ((hop = entry_next_hop(&hops)))
		*(hop->rtnh_ifindex == index ? own : others) += 1;
}

static bool names(struct attr_span span, unsigned type, const char *name)
{
	const struct rtattr *attr = attr_find(span, type);
	char text[IFNAMSIZ];

	if (!attr)
		return false;
	attr_string(attr, text, sizeof(text));
	return !strcmp(text, name);
}

static uint32_t value_of(struct attr_span span, unsigned type)
{
	const struct rtattr *attr = attr_find(span, type);

	return attr ? attr_u32(attr) : 0;
}

static bool is_on(const struct spot *spot, uint16_t type, const void *data, struct attr_span span)
{
	size_t own, others;

	switch (type) {
	case RTM_NEWNEXTHOP:
		return value_of(span, NHA_OIF) == (uint32_t)spot->index;
	case RTM_NEWADDR:
		return ((const struct ifaddrmsg *)data)->ifa_index == (uint32_t)spot->index;
	case RTM_NEWNEIGH:
		return ((const struct ndmsg *)data)->ndm_ifindex == spot->index;
	case RTM_NEWRULE:
		return names(span, FRA_IIFNAME, spot->name) || names(span, FRA_OIFNAME, spot->name);
	}
	count_hops(span, spot->index, &own, &others);
	return own;
}

static bool is_set_route(const struct rtmsg *rtm, struct attr_span span)
{
	const struct rtattr *table = attr_find(span, RTA_TABLE);
	uint32_t number = table ? attr_u32(table) : rtm->rtm_table;

	return !(rtm->rtm_flags & RTM_F_CLONED) && rtm->rtm_protocol != RTPROT_REDIRECT &&
	       !(number == RT_TABLE_LOCAL && rtm->rtm_protocol == RTPROT_KERNEL);
}

/* Whether it has been set, by whomever, and not come about. */
static bool is_set(uint16_t type, const void *data, struct attr_span span)
{
	const struct rtattr *flags = attr_find(span, IFA_FLAGS);
	const struct ndmsg *neighbour = data;
	const struct rtmsg *rtm = data;

	switch (type) {
	case RTM_NEWADDR:
		return !flags || !(attr_u32(flags) & IFA_F_DADFAILED);
	case RTM_NEWROUTE:
		return is_set_route(rtm, span);
	case RTM_NEWNEIGH:
		return (neighbour->ndm_state & NUD_PERMANENT || neighbour->ndm_flags & NTF_PROXY) &&
		       (neighbour->ndm_family == AF_INET || neighbour->ndm_family == AF_INET6);
	}
	return true;
}

/* Whether a route is for the same packets as another, so that only their order decides. */
static bool competes(const struct entry *entry, const struct rtmsg *rtm, struct attr_span span)
{
	const struct rtmsg *own = (const void *)entry->data;
	const struct rtattr *to = attr_find(span, RTA_DST);
	const struct rtattr *own_to = attr_find(entry_attrs(entry), RTA_DST);

	if (own->rtm_family != rtm->rtm_family || own->rtm_dst_len != rtm->rtm_dst_len ||
	    own->rtm_tos != rtm->rtm_tos || !to != !own_to ||
	    value_of(entry_attrs(entry), RTA_TABLE) != value_of(span, RTA_TABLE) ||
	    value_of(entry_attrs(entry), RTA_PRIORITY) != value_of(span, RTA_PRIORITY))
		return false;
	return !to || (attr_len(to) == attr_len(own_to) &&
		       !memcmp(attr_data(to), attr_data(own_to), attr_len(to)));
}

/* ---- taking what the kernel told ------------------------------------------------------------- */

static void clean_address(const struct rtattr *attr, int family, struct attr_writer *out)
{
	/* That bit has another meaning in IPv6. */
	const uint32_t keep = ENTRY_FLAGS | IFA_F_TENTATIVE |
			      (family == AF_INET ? IFA_F_SECONDARY : 0);
	struct ifa_cacheinfo life;

	switch (attr_type(attr)) {
	case IFA_FLAGS:
		attr_put_u32(out, IFA_FLAGS, attr_u32(attr) & keep);
		break;
	case IFA_CACHEINFO:
		if (attr_len(attr) < sizeof(life))
			break;
		memcpy(&life, attr_data(attr), sizeof(life));
		life.cstamp = life.tstamp = 0;
		if (life.ifa_valid != UINT32_MAX || life.ifa_prefered != UINT32_MAX)
			attr_put(out, IFA_CACHEINFO, &life, sizeof(life));
		break;
	case IFA_MULTICAST:
	case IFA_ANYCAST:
	case IFA_TARGET_NETNSID:
		break;
	default:
		attr_copy(out, attr);
	}
}

static void clean_hops(const struct rtattr *attr, struct attr_writer *out)
{
	size_t nest = attr_nest(out, RTA_MULTIPATH);
	struct attr_span hops = attr_inside(attr);
	const struct rtnexthop *hop;

	while ((hop = entry_next_hop(&hops))) {
		struct rtnexthop head = *hop;

		head.rtnh_flags &= RTNH_F_ONLINK | RTNH_F_PERVASIVE;
		attr_put_raw(out, &head, sizeof(head));
		attr_put_raw(out, hop + 1, hop->rtnh_len - sizeof(head));
	}
	attr_nest_end(out, nest);
}

/*
 * What is left of a route's life is told in one way and set in another. Of a nexthop object is told
 * what it says, too.
 */
static void clean_route(const struct rtattr *attr, bool has_nexthop, struct attr_writer *out)
{
	struct rta_cacheinfo cache;

	switch (attr_type(attr)) {
	case RTA_CACHEINFO:
		if (attr_len(attr) < sizeof(cache))
			break;
		memcpy(&cache, attr_data(attr), sizeof(cache));
		if ((int32_t)cache.rta_expires > 0)
			attr_put_u32(out, RTA_EXPIRES, (uint32_t)cache.rta_expires / USER_HZ + 1);
		break;
	case RTA_MULTIPATH:
		if (!has_nexthop)
			clean_hops(attr, out);
		break;
	case RTA_OIF:
	case RTA_GATEWAY:
	case RTA_VIA:
	case RTA_FLOW:
	case RTA_ENCAP:
	case RTA_ENCAP_TYPE:
		if (!has_nexthop)
			attr_copy(out, attr);
		break;
	case RTA_IIF:
	case RTA_MARK:
		break;
	default:
		attr_copy(out, attr);
	}
}

/* The others are counters, and say how the kernel was asked. */
static void clean_nexthop(const struct rtattr *attr, struct attr_writer *out)
{
	if (attr_type(attr) <= NHA_ENCAP || attr_type(attr) == NHA_FDB)
		attr_copy(out, attr);
}

static void clean_neighbour(const struct rtattr *attr, struct attr_writer *out)
{
	switch (attr_type(attr)) {
	case NDA_CACHEINFO:
	case NDA_PROBES:
	case NDA_MASTER:
	case NDA_IFINDEX:
		break;
	default:
		attr_copy(out, attr);
	}
}

static void clean_head(uint16_t type, bool has_nexthop, unsigned char *head)
{
	struct nhmsg *nexthop = (void *)head;
	struct ifaddrmsg *address = (void *)head;
	struct fib_rule_hdr *rule = (void *)head;
	struct rtmsg *route = (void *)head;

	switch (type) {
	case RTM_NEWADDR:	/* IFA_FLAGS has them all */
		address->ifa_flags = 0;
		break;
	case RTM_NEWROUTE:
		route->rtm_flags &= RTNH_F_ONLINK | RTNH_F_PERVASIVE;
		if (has_nexthop)
			route->rtm_flags = 0;
		break;
	case RTM_NEWNEXTHOP:
		nexthop->nh_flags &= RTNH_F_ONLINK;
		nexthop->nh_scope = 0;	/* the kernel's finding */
		break;
	case RTM_NEWRULE:
		rule->flags &= FIB_RULE_INVERT;
		break;
	}
}

static size_t clean(uint16_t type, const void *data, struct attr_span span,
		    unsigned char out[static ENTRY_SIZE])
{
	struct attr_writer writer = { .buf = out, .size = ENTRY_SIZE };
	bool has_nexthop = type == RTM_NEWROUTE && attr_find(span, RTA_NH_ID);
	const struct rtattr *attr;

	attr_put_raw(&writer, data, entry_head_size(type));
	clean_head(type, has_nexthop, out);
	while ((attr = attr_next(&span))) {
		if (type == RTM_NEWADDR)
			clean_address(attr, *(const uint8_t *)data, &writer);
		else if (type == RTM_NEWROUTE)
			clean_route(attr, has_nexthop, &writer);
		else if (type == RTM_NEWNEXTHOP)
			clean_nexthop(attr, &writer);
		else if (type == RTM_NEWNEIGH)
			clean_neighbour(attr, &writer);
		else if (attr_type(attr) != FRA_PAD)
			attr_copy(&writer, attr);
	}
	return writer.full ? 0 : writer.len;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static bool attrs_are_whole(uint16_t type, const void *data, size_t len)
{
	struct attr_span span = span_of(data, type, len);

	while (attr_next(&span))
		continue;
	return span.left == 0;
}

int entries_add(struct entries *entries, const struct spot *spot, uint16_t type,
		const void *data, size_t len, struct error *err)
{
	struct entry **entry;

	if (!entry_head_size(type) || len < entry_head_size(type) || len > ENTRY_SIZE ||
	    !attrs_are_whole(type, data, len))
		return error_set(err, EBADMSG, "a message about %s that is not understood",
				 spot->name);
	if (entries->count == entries->room) {
		size_t room = entries->room ? 2 * entries->room : 8;
		struct entry **more = reallocarray(entries->list, room, sizeof(struct entry *));

		if (!more)
			return error_set(err, ENOMEM, "out of memory");
		entries->list = more;
		entries->room = room;
	}
	entry = &entries->list[entries->count];
	*entry = malloc(sizeof(**entry) + len);
	if (!*entry)
		return error_set(err, ENOMEM, "out of memory");
	**entry = (struct entry){ .spot = *spot, .type = type, .len = (uint16_t)len };
	memcpy((*entry)->data, data, len);
	(*entry)->hash = entry_hash(*entry);
	entries->count++;
	return 0;
}

/* The routes by other devices that the kernel told of before are no worse than this one. */
static void mark_ahead(struct entries *entries, const void *data, struct attr_span span)
{
	/* In IPv6 nothing can be put before another of the same metric (net/ipv6/ip6_fib.c). */
	for (size_t i = *(const uint8_t *)data == AF_INET ? entries->count : 0; i-- > 0;) {
		struct entry *entry = entries->list[i];

		if (entry->type != RTM_NEWROUTE || !competes(entry, data, span))
			return;
		entry->ahead = true;
	}
}

/* A group of nexthops is on no device; but without a member, which goes for a moment, it is less. */
static bool has_member(const struct entries *nexthops, const struct rtattr *group)
{
	const struct nexthop_grp *members = attr_data(group);
	size_t count = attr_len(group) / sizeof(*members);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < nexthops->count; j++)
			if (value_of(entry_attrs(nexthops->list[j]), NHA_ID) == members[i].id)
				return true;
	return false;
}

static bool belongs(const struct entries *entries, const struct spot *spot, uint16_t type,
		    const void *data, struct attr_span span)
{
	const struct rtattr *group = type == RTM_NEWNEXTHOP ? attr_find(span, NHA_GROUP) : NULL;

	return group ? has_member(entries, group) : is_on(spot, type, data, span);
}

static int take_clean(struct entries *entries, const struct spot *spot, uint16_t type,
		const void *data, struct attr_span span, struct error *err)
{
	unsigned char cleaned[ENTRY_SIZE];
	size_t size = clean(type, data, span, cleaned);

	return entries_add(entries, spot, type, cleaned, size, err);
}

bool entry_goes_by(int index, const void *data, size_t len)
{
	size_t own, others;

	count_hops(span_of(data, RTM_NEWROUTE, len), index, &own, &others);
	return own;
}

static bool has_address(const struct entries *addresses, const struct rtattr *wanted)
{
	for (size_t i = 0; i < addresses->count; i++) {
		const struct rtattr *own = attr_find(entry_attrs(addresses->list[i]), IFA_LOCAL);

		if (own && attr_len(own) == attr_len(wanted) &&
		    !memcmp(attr_data(own), attr_data(wanted), attr_len(own)))
			return true;
	}
	return false;
}

int entries_take_other(struct entries *entries, const struct spot *spot,
		       const struct entries *addresses, const void *data, size_t len,
		       struct error *err)
{
	const struct rtmsg *rtm = data;
	const struct rtattr *source;
	struct attr_span span;

	if (len < sizeof(*rtm) || rtm->rtm_family != AF_INET)
		return 0;
	span = span_of(data, RTM_NEWROUTE, len);
	source = attr_find(span, RTA_PREFSRC);
	if (!source || attr_find(span, RTA_NH_ID) || !is_set_route(rtm, span) ||
	    entry_goes_by(spot->index, data, len) || !has_address(addresses, source))
		return 0;
	return take_clean(entries, spot, RTM_NEWROUTE, data, span, err);
}

int entries_take(struct entries *entries, const struct spot *spot, uint16_t type,
		 const void *data, size_t len, struct error *err)
{
	struct attr_span span;

	if (!entry_head_size(type) || len < entry_head_size(type))
		return error_set(err, EBADMSG, "the kernel told of %s what is not understood",
				 spot->name);
	span = span_of(data, type, len);
	if (!belongs(entries, spot, type, data, span)) {
		if (type == RTM_NEWROUTE)
			mark_ahead(entries, data, span);
		return 0;
	}
	if (!is_set(type, data, span))
		return 0;
	return take_clean(entries, spot, type, data, span, err);
}

void entries_free(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		free(entries->list[i]);
	free(entries->list);
	*entries = (struct entries){ 0 };
}
