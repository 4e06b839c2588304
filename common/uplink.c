// SPDX-License-Identifier: GPL-2.0-or-later
#include "uplink.h"

#include <stdio.h>

void uplink_after(const struct uplink *now, const struct vlan_set *ids, struct uplink *after)
{
	*after = *now;
	for (unsigned id = 1; id <= VLAN_MAX; id++) {
		bool ours = now->added.ids[id] && now->present.ids[id];

		if (ids->ids[id] && !now->present.ids[id]) {
			after->present.ids[id] = VLAN_MEMBER;
			ours = true;
		} else if (ours && !ids->ids[id] && !now->used.ids[id]) {
			after->present.ids[id] = 0;
			ours = false;
		}
		after->added.ids[id] = ours ? VLAN_MEMBER : 0;
	}
}

void uplink_between(const struct uplink *from, const struct uplink *to, struct vlan_set *added)
{
	*added = to->added;
	for (unsigned id = 1; id <= VLAN_MAX; id++)
		if (from->added.ids[id] && from->present.ids[id])
			added->ids[id] = VLAN_MEMBER;
}

void uplink_file(const struct uplink *uplink, char out[static FACTS_PATH])
{
	snprintf(out, FACTS_PATH, UPLINK_DIRECTORY "/%s", uplink->name);
}
