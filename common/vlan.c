// SPDX-License-Identifier: GPL-2.0-or-later
#include "vlan.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define DIGITS_MAX 9	/* of a number; more could not be held */

/* One term: a VLAN, and as many further ones at a distance. */
struct term {
	const char *text;
	int len;
	unsigned first, offset, further;
	uint8_t flags;
};

/* A number without zeros in front of it, which a shell takes for octal. */
static bool take_number(const char **at, unsigned *out)
{
	const char *start = *at;

	for (*out = 0; isdigit((unsigned char)**at); (*at)++)
		if (*at - start < DIGITS_MAX)
			*out = *out * 10 + (unsigned)(**at - '0');
	return *at > start && *at - start <= DIGITS_MAX && (*start != '0' || *at == start + 1);
}

static bool take(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static int garbage(const struct term *term, struct error *err)
{
	return error_set(err, EINVAL, "'%.*s' is no VLAN, range or series of VLANs",
			 term->len < 60 ? term->len : 60, term->text);
}

/* "-V" or "+OFFSETxCOUNT", behind the first VLAN. */
static int read_further(const char **at, struct term *term, struct error *err)
{
	unsigned last;

	if (take(at, '-')) {
		if (!take_number(at, &last))
			return garbage(term, err);
		if (last < term->first)
			return error_set(err, EINVAL, "'%.*s' ends before it begins", term->len,
					 term->text);
		term->offset = 1;
		term->further = last - term->first;
	} else if (take(at, '+')) {
		if (!take_number(at, &term->offset) || !take(at, 'x') ||
		    !take_number(at, &term->further))
			return garbage(term, err);
		if (!term->offset || !term->further)
			return error_set(err, EINVAL, "'%.*s' has %s of 0", term->len, term->text,
					 term->offset ? "a count" : "an offset");
	}
	return 0;
}

static int read_term(const char **at, struct term *term, struct error *err)
{
	const char *behind;
	int rc;

	*term = (struct term){ .text = *at, .len = (int)strcspn(*at, "/"), .flags = VLAN_MEMBER };
	if (!take_number(at, &term->first))
		return garbage(term, err);
	behind = *at;
	rc = read_further(at, term, err);
	if (rc)
		return rc;
	if (*at == behind && take(at, 'p'))
		term->flags = VLAN_ACCESS;
	else if (take(at, 'u'))
		term->flags |= VLAN_UNTAGGED;
	return *at == term->text + term->len ? 0 : garbage(term, err);
}

static int add(struct vlan_set *set, unsigned id, uint8_t flags, struct error *err)
{
	if (id < 1 || id > VLAN_MAX)
		return error_set(err, EINVAL, "VLAN %u is not from 1 to %d", id, VLAN_MAX);
	if (set->ids[id])
		return error_set(err, EINVAL, "VLAN %u is named more than once", id);
	set->ids[id] = flags;
	return 0;
}

/* Too long a series ends at the first VLAN that does not exist. */
static int add_term(struct vlan_set *set, const struct term *term, struct error *err)
{
	unsigned id = term->first;
	int rc = add(set, id, term->flags, err);

	for (unsigned i = 0; i < term->further && !rc; i++) {
		id += term->offset;
		rc = add(set, id, term->flags, err);
	}
	return rc;
}

int vlan_parse_list(const char *text, struct vlan_set *set, struct error *err)
{
	struct term term;
	int rc;

	memset(set, 0, sizeof(*set));
	if (!*text)
		return 0;
	do {
		rc = read_term(&text, &term, err);
		if (!rc)
			rc = add_term(set, &term, err);
	} while (!rc && take(&text, '/'));
	return rc;
}

static int check_pvid(struct vlan_set *set, struct error *err)
{
	unsigned count = 0, pvid = 0, first = 0;

	for (unsigned id = 1; id <= VLAN_MAX; id++) {
		if (!set->ids[id])
			continue;
		if (set->ids[id] & VLAN_PVID && pvid)
			return error_set(err, EINVAL, "both %u and %u are to be the PVID", pvid,
					 id);
		if (set->ids[id] & VLAN_PVID)
			pvid = id;
		if (!count++)
			first = id;
	}
	if (count == 1)
		set->ids[first] = VLAN_ACCESS;
	else if (!pvid)
		return error_set(err, EINVAL, "of several VLANs one must be the PVID (%up)", first);
	return 0;
}

int vlan_parse(const char *text, struct vlan_set *set, struct error *err)
{
	int rc = vlan_parse_list(text, set, err);

	if (!rc && !*text)
		rc = error_set(err, EINVAL, "no VLAN is named");
	return rc ? rc : check_pvid(set, err);
}

void vlan_print(const struct vlan_set *set, struct text *out)
{
	struct vlan_range range = { 0 };
	bool more = false;

	while (vlan_next_range(set, &range)) {
		text_add(out, "%s%u", more ? "/" : "", range.first);
		if (range.last > range.first)
			text_add(out, "-%u", range.last);
		if (range.flags & VLAN_PVID)
			text_add(out, "p");
		else if (range.flags & VLAN_UNTAGGED)
			text_add(out, "u");
		more = true;
	}
}

size_t vlan_split_bridge(const char *text, struct vlan_set *set)
{
	const char *colon = strchrnul(text, ':'), *at = colon, *dot;
	struct error nonsense = { 0 };
	size_t len = (size_t)(colon - text);
	unsigned id;

	memset(set, 0, sizeof(*set));
	while (take(&at, ':'))
		if (!take_number(&at, &id) || add(set, id, VLAN_MEMBER, &nonsense))
			return 0;
	if (*at)
		return 0;
	dot = memrchr(text, '.', len);
	at = dot ? dot + 1 : colon;
	if (dot && take_number(&at, &id) && at == colon) {
		if (add(set, id, VLAN_ACCESS, &nonsense))
			return 0;
		len = (size_t)(dot - text);
	}
	return vlan_is_empty(set) ? 0 : len;
}

bool vlan_next_range(const struct vlan_set *set, struct vlan_range *range)
{
	unsigned id = range->last + 1;

	while (id <= VLAN_MAX && !set->ids[id])
		id++;
	if (id > VLAN_MAX)
		return false;
	range->first = id;
	range->flags = set->ids[id];
	while (id < VLAN_MAX && set->ids[id + 1] == range->flags && !(range->flags & VLAN_PVID))
		id++;
	range->last = id;
	return true;
}

bool vlan_is_empty(const struct vlan_set *set)
{
	static const struct vlan_set none;

	return vlan_same(set, &none);
}

bool vlan_same(const struct vlan_set *a, const struct vlan_set *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool vlan_has_tagged(const struct vlan_set *set)
{
	struct vlan_range range = { 0 };

	while (vlan_next_range(set, &range))
		if (!(range.flags & VLAN_UNTAGGED))
			return true;
	return false;
}

void vlan_set_default(struct vlan_set *set, unsigned pvid)
{
	memset(set, 0, sizeof(*set));
	if (pvid && pvid <= VLAN_MAX)
		set->ids[pvid] = VLAN_ACCESS;
}

void vlan_changes(const struct vlan_set *from, const struct vlan_set *to, struct vlan_set *gone,
		  struct vlan_set *fresh)
{
	for (unsigned id = 0; id <= VLAN_MAX; id++) {
		gone->ids[id] = to->ids[id] ? 0 : from->ids[id];
		fresh->ids[id] = to->ids[id] == from->ids[id] ? 0 : to->ids[id];
	}
}
