// SPDX-License-Identifier: GPL-2.0-or-later
// Sets of VLANs as texts. For tests.
#ifndef VLANS_H
#define VLANS_H

#include "tests/unit/test.h"

#include "common/vlan.h"

static inline void vlans_read(const char *text, struct vlan_set *set)
{
	struct error err = { 0 };

	assert_int_equal(vlan_parse_list(text, set, &err), 0);
}

static inline void vlans_are(const struct vlan_set *set, const char *wanted)
{
	char buf[VLAN_TEXT] = "";
	struct text text = TEXT_IN(buf);

	vlan_print(set, &text);
	assert_string_equal(buf, wanted);
}

#endif
