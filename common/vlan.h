// SPDX-License-Identifier: GPL-2.0-or-later
// The VLANs of a bridge port, and the words for them in xl's `vlan` and vif-openvswitch's `bridge`.
// Pure.
#ifndef VLAN_H
#define VLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "text.h"

#define VLAN_MAX 4094	/* IEEE 802.1Q: 0 is no VLAN, 4095 reserved */
#define VLAN_TEXT (VLAN_MAX * 6 + 1)	/* a printed set and its terminator: 4094u/… */

/* What a port is to a VLAN. */
enum {
	VLAN_MEMBER = 1 << 0,
	VLAN_UNTAGGED = 1 << 1,	/* its frames leave by the port without a tag */
	VLAN_PVID = 1 << 2,	/* the one VLAN of frames that come without a tag */
};

#define VLAN_ACCESS (VLAN_MEMBER | VLAN_UNTAGGED | VLAN_PVID)

struct vlan_set {
	uint8_t ids[VLAN_MAX + 1];	/* VLAN_* bits of each VLAN, 0: no member */
};

/* VLANs next to each other to which the port is the same. The PVID is always one of its own. */
struct vlan_range {
	unsigned first, last;
	uint8_t flags;
};

/*
 * Read the grammar of xl-network-configuration(5): terms with a slash between, each "V", "V-V" or
 * "V+OFFSETxCOUNT" (V and COUNT further ones), with u behind it for untagged, or p behind a "V" for
 * the PVID, which is untagged. A single VLAN is the PVID; several need one. -EINVAL says what is
 * wrong.
 */
int vlan_parse(const char *text, struct vlan_set *set, struct error *err) MUST_CHECK;

/* The same without a PVID where none is said, and of nothing at all: what vlan_print prints. */
int vlan_parse_list(const char *text, struct vlan_set *set, struct error *err) MUST_CHECK;

/* Print a set in that grammar, "" when it is empty. */
void vlan_print(const struct vlan_set *set, struct text *out);

/*
 * Take apart what vif-openvswitch takes for a bridge with VLANs: NAME.TAG, NAME:TRUNK:TRUNK…, or
 * both; the tag's is the PVID, the trunk's are tagged. Returns NAME's length in bytes, 0 when it is
 * nothing of the kind. A name may look like the first, so that this is to be tried last.
 */
size_t vlan_split_bridge(const char *text, struct vlan_set *set);

/* The first range behind range->last, which is 0 at first; false when there are no more. */
bool vlan_next_range(const struct vlan_set *set, struct vlan_range *range);

bool vlan_is_empty(const struct vlan_set *set);
bool vlan_same(const struct vlan_set *a, const struct vlan_set *b);

/* Whether frames with a tag leave by the port. */
bool vlan_has_tagged(const struct vlan_set *set);

/* The VLAN alone, as PVID: how a port begins on a bridge that has it for its default; 0: none. */
void vlan_set_default(struct vlan_set *set, unsigned pvid);

/* From one set to the other: what is not in it any more, and what is new or different. */
void vlan_changes(const struct vlan_set *from, const struct vlan_set *to, struct vlan_set *gone,
		  struct vlan_set *fresh);

#endif
