// SPDX-License-Identifier: GPL-2.0-or-later
#include "vlan_print.h"

#include "uplink.h"
#include "vlan.h"

void vlan_print_filtering(const struct link_change *change, struct text *out)
{
	text_add(out, "ip link set dev ");
	text_quote(out, change->to.name);
	text_add(out, " type bridge vlan_filtering 1");
}

/* A line each, with `between` before all but the first. */
static void print_ranges(const char *command, const char *link_name, const struct vlan_set *vlans,
			 const char **between, struct text *out)
{
	struct vlan_range range = { 0 };

	while (vlan_next_range(vlans, &range)) {
		text_add(out, "%sbridge vlan %s dev ", *between, command);
		text_quote(out, link_name);
		text_add(out, " vid %u", range.first);
		if (range.last > range.first)
			text_add(out, "-%u", range.last);
		if (range.flags & VLAN_PVID && *command == 'a')
			text_add(out, " pvid");
		if (range.flags & VLAN_UNTAGGED && *command == 'a')
			text_add(out, " untagged");
		*between = " &&\n";
	}
}

static void print_changes(const char *link_name, const struct vlan_set *from,
			  const struct vlan_set *to, const char **between, struct text *out)
{
	struct vlan_set gone, fresh;

	vlan_changes(from, to, &gone, &fresh);
	print_ranges("del", link_name, &gone, between, out);
	print_ranges("add", link_name, &fresh, between, out);
}

void vlan_print_change(const struct vlan_change *change, struct text *out)
{
	const char *between = "";

	print_changes(change->link_name, change->from, change->to, &between, out);
}

static void print_added(const struct uplink *uplink, const struct vlan_set *from,
			const struct vlan_set *to, const char **between, struct text *out)
{
	char path[FACTS_PATH];

	if (vlan_same(from, to))
		return;
	uplink_file(uplink, path);
	text_add(out, "%s", *between);
	if (vlan_is_empty(to)) {
		text_add(out, "rm -f ");
	} else {
		text_add(out, "mkdir -p " UPLINK_DIRECTORY " &&\necho ");
		vlan_print(to, out);
		text_add(out, " >");
	}
	text_quote(out, path);
	*between = " &&\n";
}

void vlan_print_uplink(const struct uplink_change *change, struct text *out)
{
	const struct uplink *before = change->before, *after = change->after;
	const char *between = "";
	struct vlan_set added;

	uplink_between(before, after, &added);
	print_added(before, &before->added, &added, &between, out);
	print_changes(before->name, &before->present, &after->present, &between, out);
	print_added(before, &added, &after->added, &between, out);
	if (!*between)
		text_add(out, "# %s has the VLANs that it needs", before->name);
}
