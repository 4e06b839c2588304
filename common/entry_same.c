// SPDX-License-Identifier: GPL-2.0-or-later
// Entries compared, as if they were on no device in particular.
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "entry.h"

#define ATTRS 64	/* in one entry; there are not as many types */

static void neutral_hops(const struct rtattr *attr, int index, struct attr_writer *out)
{
	struct attr_span hops = attr_inside(attr);
	const struct rtnexthop *hop;

	while ((hop = entry_next_hop(&hops))) {
		struct rtnexthop head = *hop;

		if (head.rtnh_ifindex == index)
			head.rtnh_ifindex = 0;
		attr_put_raw(out, &head, sizeof(head));
		attr_put_raw(out, hop + 1, hop->rtnh_len - sizeof(head));
	}
}

static void neutral_address(const struct entry *entry, const struct rtattr *attr,
			    struct attr_writer *out)
{
	struct ifa_cacheinfo life = { 0 };
	char label[IFNAMSIZ];
	const char *end;

	switch (attr_type(attr)) {
	case IFA_CACHEINFO:	/* but that it has one */
		attr_put(out, IFA_CACHEINFO, &life, sizeof(life));
		break;
	case IFA_FLAGS:
		attr_put_u32(out, IFA_FLAGS, attr_u32(attr) & ENTRY_FLAGS);
		break;
	case IFA_LABEL:
		attr_string(attr, label, sizeof(label));
		end = entry_label_end(label, entry->spot.name);
		attr_put(out, IFA_LABEL, end ? end : label, strlen(end ? end : label));
		break;
	default:
		attr_copy(out, attr);
	}
}

static void neutral_rule(const struct entry *entry, const struct rtattr *attr,
			 struct attr_writer *out)
{
	unsigned type = attr_type(attr);
	char name[IFNAMSIZ];

	attr_string(attr, name, sizeof(name));
	if ((type == FRA_IIFNAME || type == FRA_OIFNAME) && !strcmp(name, entry->spot.name))
		attr_put(out, type, "", 1);
	else
		attr_copy(out, attr);
}

static void neutral_attr(const struct entry *entry, const struct rtattr *attr,
			 struct attr_writer *out)
{
	unsigned type = attr_type(attr);

	if (entry->type == RTM_NEWADDR)
		neutral_address(entry, attr, out);
	else if (entry->type == RTM_NEWRULE)
		neutral_rule(entry, attr, out);
	else if (entry->type == RTM_NEWNEXTHOP && type == NHA_OIF)
		attr_put_u32(out, NHA_OIF, 0);
	else if (entry->type == RTM_NEWROUTE && type == RTA_OIF &&
		 attr_u32(attr) == (uint32_t)entry->spot.index)
		attr_put_u32(out, RTA_OIF, 0);
	else if (entry->type == RTM_NEWROUTE && type == RTA_MULTIPATH)
		neutral_hops(attr, entry->spot.index, out);
	else if (entry->type == RTM_NEWROUTE && type == RTA_PRIORITY)
		attr_put_u32(out, RTA_PRIORITY, entry_metric(entry, attr_u32(attr)));
	else if (entry->type != RTM_NEWROUTE || type != RTA_EXPIRES)
		attr_copy(out, attr);
}

static size_t sorted_attrs(const struct entry *entry, const struct rtattr *list[static ATTRS])
{
	struct attr_span span = entry_attrs(entry);
	const struct rtattr *attr;
	size_t count = 0, i;

	while (count < ATTRS && (attr = attr_next(&span))) {
		for (i = count++; i > 0 && attr_type(list[i - 1]) > attr_type(attr); i--)
			list[i] = list[i - 1];
		list[i] = attr;
	}
	return count;
}

/* Its data as it would be on no device in particular, for being compared. */
static size_t neutral(const struct entry *entry, unsigned char out[static ENTRY_SIZE])
{
	struct attr_writer writer = { .buf = out, .size = ENTRY_SIZE };
	const struct rtattr *list[ATTRS];
	size_t count = sorted_attrs(entry, list);

	attr_put_raw(&writer, entry->data, entry_head_size(entry->type));
	entry_set_index(entry->type, out, 0);
	for (size_t i = 0; i < count; i++)
		neutral_attr(entry, list[i], &writer);
	return writer.len;
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/. */
uint32_t entry_hash(const struct entry *entry)
{
	unsigned char data[ENTRY_SIZE];
	size_t len = neutral(entry, data);
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ data[i]) * 16777619u;
	return hash;
}

static bool same(const struct entry *a, const struct entry *b)
{
	unsigned char first[ENTRY_SIZE], second[ENTRY_SIZE];
	size_t len;

	if (a->type != b->type || a->hash != b->hash)
		return false;
	len = neutral(a, first);
	return neutral(b, second) == len && !memcmp(first, second, len);
}

const struct entry *entries_find(const struct entries *entries, const struct entry *entry)
{
	for (size_t i = 0; i < entries->count; i++)
		if (same(entries->list[i], entry))
			return entries->list[i];
	return NULL;
}

bool entries_have(const struct entries *entries, const struct entry *entry)
{
	return entries_find(entries, entry);
}

bool entries_same(const struct entries *a, const struct entries *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (!same(a->list[i], b->list[i]))
			return false;
	return true;
}
