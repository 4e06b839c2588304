// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/vlans.h"

/* Printed in the same grammar: what it was read as. */
static void grammar(void **state)
{
	static const struct {
		const char *text, *read;
	} cases[] = {
		{ "1", "1p" },
		{ "4094", "4094p" },
		{ "10p", "10p" },
		{ "10u", "10p" },
		{ "10-10", "10p" },
		{ "10-10u", "10p" },
		{ "10p/20", "10p/20" },
		{ "20/10p", "10p/20" },
		{ "10p/20u", "10p/20u" },
		{ "10p/11/12/13", "10p/11-13" },
		{ "10p/9/11", "9/10p/11" },
		{ "10p/20-30/31u", "10p/20-30/31u" },
		{ "10p/20-30u/31u", "10p/20-31u" },
		{ "1-4093/4094p", "1-4093/4094p" },
		{ "1p/2-4094u", "1p/2-4094u" },
		/* COUNT further ones */
		{ "10p/100+10x4", "10p/100/110/120/130/140" },
		{ "10p/100+10x4u", "10p/100u/110u/120u/130u/140u" },
		{ "100+1x3/5p", "5p/100-103" },
		{ "5p/4092+2x1", "5p/4092/4094" },
		{ "2+1x4092/1p", "1p/2-4094" },
		{ "1p/10-15/20-25u", "1p/10-15/20-25u" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buf[VLAN_TEXT] = "";
		struct text text = TEXT_IN(buf);
		struct error err = { 0 };
		struct vlan_set set;

		assert_int_equal(vlan_parse(cases[i].text, &set, &err), 0);
		vlan_print(&set, &text);
		assert_string_equal(buf, cases[i].read);
		assert_int_equal(set.ids[0], 0);
	}
}

static void nonsense(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "", "no VLAN is named" },
		{ "10/20", "of several VLANs one must be the PVID (10p)" },
		{ "30-20+1x1", "'30-20+1x1' ends before it begins" },
		{ "20u/30-40u", "of several VLANs one must be the PVID (20p)" },
		{ "10p/20p", "both 10 and 20 are to be the PVID" },
		{ "20p/5/10p", "both 10 and 20 are to be the PVID" },
		{ "10p/10p", "VLAN 10 is named more than once" },
		{ "10p/10", "VLAN 10 is named more than once" },
		{ "10-20/15p", "VLAN 15 is named more than once" },
		{ "1p/10-20/5+5x2", "VLAN 10 is named more than once" },
		{ "0", "VLAN 0 is not from 1 to 4094" },
		{ "4095", "VLAN 4095 is not from 1 to 4094" },
		{ "999999999", "VLAN 999999999 is not from 1 to 4094" },
		{ "1p/0-5", "VLAN 0 is not from 1 to 4094" },
		{ "1p/4000-4095", "VLAN 4095 is not from 1 to 4094" },
		{ "1p/4000-999999999", "VLAN 4095 is not from 1 to 4094" },
		{ "1p/4000+50x2", "VLAN 4100 is not from 1 to 4094" },
		{ "1+999999999x999999999", "VLAN 1000000000 is not from 1 to 4094" },
		{ "10+0x3", "'10+0x3' has an offset of 0" },
		{ "10+3x0", "'10+3x0' has a count of 0" },
		{ "20-10", "'20-10' ends before it begins" },
		{ "ten", "'ten' is no VLAN, range or series of VLANs" },
		{ "010", "'010' is no VLAN, range or series of VLANs" },
		{ "1234567890", "'1234567890' is no VLAN, range or series of VLANs" },
		{ "-5", "'-5' is no VLAN, range or series of VLANs" },
		{ "+5x2", "'+5x2' is no VLAN, range or series of VLANs" },
		{ "10P", "'10P' is no VLAN, range or series of VLANs" },
		{ "10t", "'10t' is no VLAN, range or series of VLANs" },
		{ "10pu", "'10pu' is no VLAN, range or series of VLANs" },
		{ "10uu", "'10uu' is no VLAN, range or series of VLANs" },
		{ "10p20", "'10p20' is no VLAN, range or series of VLANs" },
		{ "10-20p", "'10-20p' is no VLAN, range or series of VLANs" },
		{ "10+2x3p", "'10+2x3p' is no VLAN, range or series of VLANs" },
		{ "10-", "'10-' is no VLAN, range or series of VLANs" },
		{ "10-x", "'10-x' is no VLAN, range or series of VLANs" },
		{ "10-20-30", "'10-20-30' is no VLAN, range or series of VLANs" },
		{ "10+", "'10+' is no VLAN, range or series of VLANs" },
		{ "10+5", "'10+5' is no VLAN, range or series of VLANs" },
		{ "10+5x", "'10+5x' is no VLAN, range or series of VLANs" },
		{ "10+5,4", "'10+5,4' is no VLAN, range or series of VLANs" },
		{ "10+x4", "'10+x4' is no VLAN, range or series of VLANs" },
		{ "10 ", "'10 ' is no VLAN, range or series of VLANs" },
		{ " 10", "' 10' is no VLAN, range or series of VLANs" },
		{ "10\n", "'10 ' is no VLAN, range or series of VLANs" },
		{ "10p,20", "'10p,20' is no VLAN, range or series of VLANs" },
		{ "/", "'' is no VLAN, range or series of VLANs" },
		{ "10p/", "'' is no VLAN, range or series of VLANs" },
		{ "/10p", "'' is no VLAN, range or series of VLANs" },
		{ "10p//20", "'' is no VLAN, range or series of VLANs" },
		{ "12345678901234567890123456789012345678901234567890123456789012345678901/5",
		  "'123456789012345678901234567890123456789012345678901234567890' is no VLAN, "
		  "range or series of VLANs" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = { 0 };
		struct vlan_set set;

		assert_int_equal(vlan_parse(cases[i].text, &set, &err), -EINVAL);
		assert_string_equal(err.text, cases[i].message);
	}
}

/* What vlan_print prints of any set, no PVID needed. */
static void lists(void **state)
{
	static const char *const texts[] = { "", "10", "10u", "10/20-30", "1-4094", "1p/2-4094u" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct vlan_set set;

		vlans_read(texts[i], &set);
		vlans_are(&set, texts[i]);
		assert_int_equal(vlan_is_empty(&set), !*texts[i]);
	}
}

static void longest_list_fits(void **state)
{
	char buf[VLAN_TEXT];
	struct text text = TEXT_IN(buf);
	struct vlan_set set = { { 0 } };

	(void)state;
	for (unsigned id = 1; id <= VLAN_MAX; id++)
		set.ids[id] = id % 2 ? VLAN_MEMBER : VLAN_MEMBER | VLAN_UNTAGGED;
	vlan_print(&set, &text);
	assert_false(text.cut);
}

static void bridges_with_vlans(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *vlans;
	} cases[] = {
		{ "xenbr0.10", 6, "10p" },
		{ "xenbr0:10", 6, "10" },
		{ "xenbr0:30:10:11", 6, "10-11/30" },
		{ "xenbr0.10:20:30", 6, "10p/20/30" },
		{ "br.lan.10", 6, "10p" },
		{ "br.lan:10", 6, "10" },
		{ "a.4094", 1, "4094p" },
		/* nothing of the kind */
		{ "xenbr0", 0, "" },
		{ "xenbr0.", 0, "" },
		{ "xenbr0.lan", 0, "" },
		{ "xenbr0.10x", 0, "" },
		{ "xenbr0.0", 0, "" },
		{ "xenbr0.4095", 0, "" },
		{ "xenbr0.010", 0, "" },
		{ "xenbr0:", 0, "" },
		{ "xenbr0:x", 0, "" },
		{ "xenbr0:10:", 0, "" },
		{ "xenbr0::10", 0, "" },
		{ "xenbr0:10.20", 0, "" },
		{ "xenbr0:10:10", 0, "" },
		{ "xenbr0.10:10", 0, "" },
		{ "xenbr0:0", 0, "" },
		{ "xenbr0:5000", 0, "" },
		{ ".10", 0, "" },
		{ ":10", 0, "" },
		{ "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buf[VLAN_TEXT] = "";
		struct text text = TEXT_IN(buf);
		struct vlan_set set;

		assert_int_equal(vlan_split_bridge(cases[i].text, &set), cases[i].len);
		vlan_print(&set, &text);
		if (cases[i].len)
			assert_string_equal(buf, cases[i].vlans);
	}
}

static void differences(void **state)
{
	static const struct {
		const char *from, *to, *gone, *fresh;
	} cases[] = {
		{ "", "", "", "" },
		{ "1p", "10p", "1p", "10p" },
		{ "1p", "1p/20", "", "20" },
		{ "10p/20-30", "20p/25-31u/10", "21-24", "10/20p/25-31u" },
		{ "1p", "", "1p", "" },
		{ "1-4094", "1-4094u", "", "1-4094u" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vlan_set from, to, gone, fresh;

		vlans_read(cases[i].from, &from);
		vlans_read(cases[i].to, &to);
		vlan_changes(&from, &to, &gone, &fresh);
		vlans_are(&gone, cases[i].gone);
		vlans_are(&fresh, cases[i].fresh);
		assert_int_equal(vlan_same(&from, &to), !strcmp(cases[i].from, cases[i].to));
	}
}

static void which_are_trunks(void **state)
{
	struct vlan_set set;

	(void)state;
	vlans_read("10p/20u", &set);
	assert_false(vlan_has_tagged(&set));
	vlans_read("10p/20u/30", &set);
	assert_true(vlan_has_tagged(&set));
	vlans_read("", &set);
	assert_false(vlan_has_tagged(&set));
}

static void a_bridge_s_own(void **state)
{
	struct vlan_set set;

	(void)state;
	vlan_set_default(&set, 7);
	vlans_are(&set, "7p");
	vlan_set_default(&set, 0);
	vlans_are(&set, "");
	vlan_set_default(&set, 4095);
	vlans_are(&set, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar),	    cmocka_unit_test(nonsense),
		cmocka_unit_test(lists),	    cmocka_unit_test(longest_list_fits),
		cmocka_unit_test(bridges_with_vlans), cmocka_unit_test(differences),
		cmocka_unit_test(which_are_trunks), cmocka_unit_test(a_bridge_s_own),
	};

	return RUN_TESTS(tests);
}
