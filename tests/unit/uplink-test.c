// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <string.h>

#include "common/uplink.h"
#include "tests/unit/vlans.h"

static void what_is_added_and_taken_back(void **state)
{
	static const struct {
		/* on the port, added for guests, used by others; needed by this guest */
		const char *present, *added, *used, *needed;
		const char *present_then, *added_then, *between;
	} cases[] = {
		/* a first guest, with and without VLANs that the admin has there */
		{ "1p", "", "1p", "10p", "1p/10", "10", "10" },
		{ "1p/10", "", "1p", "10p", "1p/10", "", "" },
		{ "1p/10u/20-30", "", "1p", "10p/25-31", "1p/10u/20-31", "31", "31" },
		/* a second one */
		{ "1p/10", "10", "1p/10p", "10p/20", "1p/10/20", "10/20", "10/20" },
		/* the last goes, and one that is not the last */
		{ "1p/10/20", "10/20", "1p", "", "1p", "", "10/20" },
		{ "1p/10/20", "10/20", "1p/20", "", "1p/20", "20", "10/20" },
		/* other VLANs in place of those */
		{ "1p/10", "10", "1p", "20p", "1p/20", "20", "10/20" },
		/* what a killed run remembered and did not add is no guest's, whoever added it then */
		{ "1p", "10", "1p", "", "1p", "", "" },
		{ "1p", "10", "1p/10p", "20p", "1p/20", "20", "20" },
		/* and what one added and took nothing of back */
		{ "1p/10/20", "10/20", "1p", "30p", "1p/30", "30", "10/20/30" },
		/* the port has left the bridge, and its VLANs are gone */
		{ "", "10", "", "", "", "", "" },
		{ "", "", "", "1p/2-4094", "1-4094", "1-4094", "1-4094" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct uplink now = { .index = 3, .name = "eth0" }, after;
		struct vlan_set needed, between;

		vlans_read(cases[i].present, &now.present);
		vlans_read(cases[i].added, &now.added);
		vlans_read(cases[i].used, &now.used);
		vlans_read(cases[i].needed, &needed);
		uplink_after(&now, &needed, &after);
		uplink_between(&now, &after, &between);
		vlans_are(&after.present, cases[i].present_then);
		vlans_are(&after.added, cases[i].added_then);
		vlans_are(&between, cases[i].between);
	}
}

static void the_file(void **state)
{
	const struct uplink uplink = { .name = "eth0.5" };
	char path[FACTS_PATH];

	(void)state;
	uplink_file(&uplink, path);
	assert_string_equal(path, "/run/xen-hotplug/vlan-uplink/eth0.5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_and_taken_back),
		cmocka_unit_test(the_file),
	};

	return RUN_TESTS(tests);
}
