// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <string.h>

#include "common/dnsmasq_conf.h"

static void an_entry_is_what_a_hosts_file_holds(void **state)
{
	char buf[100];
	struct text text = TEXT_IN(buf);

	(void)state;
	dnsmasq_conf_entry("dom1", "00:16:3e:00:01:00", "10.0.0.1", &text);
	assert_string_equal(buf, "00:16:3e:00:01:00,10.0.0.1,dom1");
}

static void an_option_is_found(void **state)
{
	static const char *const cases[][2] = {
		{ "dhcp-hostsdir=/a", "/a" },
		{ "x=1\ndhcp-hostsdir=/a\ny\n", "/a" },
		{ " \tdhcp-hostsdir = /a b \t\r\n", "/a b" },
		{ "dhcp-hostsdir=/a # here\n", "/a" },
		{ "dhcp-hostsdir=/a#b\n", "/a#b" },
		{ "dhcp-hostsdir=\"/a\"\n", "/a" },
		{ "dhcp-hostsdir=/a\ndhcp-hostsdir=/b\n", "/b" },
		{ "dhcp-hostsdir=/a\n#dhcp-hostsdir=/b\n", "/a" },
		{ "dhcp-hostsdir=/a\ndhcp-hostsdir=\n", "/a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[16] = "";

		assert_true(dnsmasq_conf_option(cases[i][0], "dhcp-hostsdir", out, sizeof(out)));
		assert_string_equal(out, cases[i][1]);
	}
}

static void what_is_not_said_stays_open(void **state)
{
	static const char *const texts[] = {
		"", "\n\n", "#dhcp-hostsdir=/a\n", "dhcp-hostsdir\n", "dhcp-hostsdir=\n",
		"dhcp-hostsdir=\"\"\n", "dhcp-hostsdirs=/a\n", "xdhcp-hostsdir=/a\n",
		"dhcp-hostsfile=/a\n", "dhcp-hostsdir=/too/long/for/it\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char out[16] = "before";

		assert_false(dnsmasq_conf_option(texts[i], "dhcp-hostsdir", out, sizeof(out)));
		assert_string_equal(out, "before");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_what_a_hosts_file_holds),
		cmocka_unit_test(an_option_is_found),
		cmocka_unit_test(what_is_not_said_stays_open),
	};

	return RUN_TESTS(tests);
}
