// SPDX-License-Identifier: GPL-2.0-or-later
// The input's first line is read as `vlan`, and as `bridge` with VLANs behind the name; the second as
// other VLANs, for what differs.
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>

#include "common/uplink.h"
#include "common/vlan.h"

static size_t count(const struct vlan_set *set, uint8_t flag)
{
	size_t n = 0;

	for (unsigned id = 0; id <= VLAN_MAX; id++)
		n += !!(set->ids[id] & flag);
	return n;
}

/* Every VLAN is in one range, none is next to one that is like it, and they come in order. */
static void check_ranges(const struct vlan_set *set)
{
	struct vlan_range range = { 0 }, before = { 0 };
	size_t n = 0;

	while (vlan_next_range(set, &range)) {
		REQUIRE(range.first > before.last && range.first <= range.last);
		REQUIRE(range.last <= VLAN_MAX);
		REQUIRE(range.flags == set->ids[range.first] && range.flags & VLAN_MEMBER);
		REQUIRE(range.first > before.last + 1 || range.flags != before.flags ||
			range.flags & VLAN_PVID);
		REQUIRE(!(range.flags & VLAN_PVID) || range.first == range.last);
		n += range.last - range.first + 1;
		before = range;
	}
	REQUIRE(n == count(set, VLAN_MEMBER));
}

/* What is printed is read as the same. */
static void check_set(const struct vlan_set *set)
{
	char buf[VLAN_TEXT] = "";
	struct text text = TEXT_IN(buf);
	struct error err = { 0 };
	struct vlan_set again;

	REQUIRE(!set->ids[0]);
	check_ranges(set);
	vlan_print(set, &text);
	REQUIRE(!text.cut);
	REQUIRE(!vlan_parse_list(buf, &again, &err));
	REQUIRE(vlan_same(set, &again));
	REQUIRE(vlan_is_empty(set) == !*buf);
}

static bool try_vlans(const char *text, struct vlan_set *set)
{
	struct error err = { 0 };
	int rc = vlan_parse(text, set, &err);

	fuzz_check_result(rc, &err);
	if (rc)
		return false;
	check_set(set);
	REQUIRE(count(set, VLAN_PVID) == 1);
	for (unsigned id = 1; id <= VLAN_MAX; id++)
		REQUIRE(!(set->ids[id] & VLAN_PVID) || set->ids[id] == VLAN_ACCESS);
	REQUIRE(!text[strspn(text, "0123456789-+x/pu")]);
	REQUIRE(strspn(text, "0123456789") == strlen(text) ?
		count(set, VLAN_MEMBER) == 1 && set->ids[atoi(text)] == VLAN_ACCESS : true);
	return true;
}

static void try_bridge(const char *text)
{
	struct vlan_set set;
	size_t len = vlan_split_bridge(text, &set);

	REQUIRE(len < strlen(text) || !len);
	if (!len)
		return;
	REQUIRE(text[len] == '.' || text[len] == ':');
	REQUIRE(!memchr(text, ':', len));
	REQUIRE(!text[len + strspn(text + len, ".:0123456789")]);
	check_set(&set);
	REQUIRE(!vlan_is_empty(&set));
	REQUIRE(count(&set, VLAN_PVID) == (text[len] == '.'));
}

static void try_difference(const struct vlan_set *from, const struct vlan_set *to)
{
	struct vlan_set gone, fresh;

	vlan_changes(from, to, &gone, &fresh);
	for (unsigned id = 0; id <= VLAN_MAX; id++) {
		uint8_t now = gone.ids[id] ? 0 : from->ids[id];

		REQUIRE(!gone.ids[id] || !fresh.ids[id]);
		REQUIRE((fresh.ids[id] ? fresh.ids[id] : now) == to->ids[id]);
	}
}

/* One guest comes, and goes: nothing is left; what others have there stays. */
static void try_uplink(const struct vlan_set *present, const struct vlan_set *needed)
{
	static const struct vlan_set none;
	struct uplink before = { .index = 1 }, during, after;

	before.present = *present;
	uplink_after(&before, needed, &during);
	for (unsigned id = 1; id <= VLAN_MAX; id++) {
		REQUIRE(!needed->ids[id] || during.present.ids[id]);
		REQUIRE(!present->ids[id] || during.present.ids[id] == present->ids[id]);
		REQUIRE(!during.added.ids[id] || !present->ids[id]);
	}
	uplink_after(&during, &none, &after);
	REQUIRE(vlan_same(&after.present, present));
	REQUIRE(vlan_is_empty(&after.added));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *second = strchr(text, '\n');
	struct vlan_set one, other;

	if (second)
		*second++ = '\0';
	try_bridge(text);
	/* Most are nonsense, and the rest takes its time. */
	if (try_vlans(text, &one) && second && try_vlans(second, &other)) {
		try_difference(&one, &other);
		try_uplink(&one, &other);
	}
	free(text);
	return 0;
}
