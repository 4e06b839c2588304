// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <string.h>
#include <sys/socket.h>

#include "common/dnsmasq_conf.h"

static void an_entry_is_what_a_hosts_file_holds(void **state)
{
	char buf[100];
	struct text text = TEXT_IN(buf);

	(void)state;
	dnsmasq_conf_entry("dom1", "00:16:3e:00:01:00", "", "10.0.0.1", &text);
	assert_string_equal(buf, "00:16:3e:00:01:00,10.0.0.1,dom1");
	text.len = 0;
	dnsmasq_conf_entry("dom2", "00:16:3e:00:02:00", "00:16:3e:00:01:00", "10.0.0.1", &text);
	assert_string_equal(buf, "00:16:3e:00:02:00,00:16:3e:00:01:00,10.0.0.1,dom2");
}

#define LEASES                                                                          \
	"1795325428 00:16:3e:00:01:00 10.0.0.1 dom1 01:00:16:3e:00:01:00\n"             \
	"duid 00:01\n\n"                                                                \
	"1795325428 06-00:16:3e:00:05:00 10.0.0.5 dom5 *\n"                             \
	"1795325428 00:16:3e:00:02:00 10.0.0.11 * *\n"                                  \
	"0 00:16:3e:00:03:00 10.0.0.3x"

static void a_lease_is_found(void **state)
{
	char mac[MAC_TEXT];

	(void)state;
	assert_true(dnsmasq_conf_lease(LEASES, "10.0.0.1", mac));
	assert_string_equal(mac, "00:16:3e:00:01:00");
	assert_true(dnsmasq_conf_lease(LEASES, "10.0.0.11", mac));
	assert_string_equal(mac, "00:16:3e:00:02:00");
	/* No Ethernet address, and nobody. */
	assert_false(dnsmasq_conf_lease(LEASES, "10.0.0.5", mac));
	assert_false(dnsmasq_conf_lease(LEASES, "10.0.0.2", mac));
	assert_false(dnsmasq_conf_lease("", "10.0.0.1", mac));
	assert_false(dnsmasq_conf_lease(NULL, "10.0.0.1", mac));
}

static void the_own_one_is_configured(void **state)
{
	struct inet_prefix subnet = { AF_INET, 22, { 192, 168, 100 } };
	struct resolv resolv = { 0 };
	char buf[DNSMASQ_OWN_TEXT];
	struct text text = TEXT_IN(buf);
	char out[100];

	(void)state;
	dnsmasq_conf_own(&subnet, &resolv, &text);
	assert_true(dnsmasq_conf_option(buf, "dhcp-range", out, sizeof(out)));
	assert_string_equal(out, "192.168.100.0,static,255.255.252.0");
	assert_true(dnsmasq_conf_option(buf, "interface", out, sizeof(out)));
	assert_string_equal(out, "vif*");
	assert_false(dnsmasq_conf_option(buf, "domain", out, sizeof(out)));
	assert_false(dnsmasq_conf_option(buf, "dhcp-option", out, sizeof(out)));
	text.len = 0;
	memset(resolv.domain, 'a', RESOLV_DOMAIN - 1);
	for (uint8_t i = 0; i < RESOLV_SERVERS; i++)
		resolv.servers[resolv.count++] =
			(struct inet_prefix){ AF_INET, 32, { 255, 255, 255, (uint8_t)(100 + i) } };
	dnsmasq_conf_own(&subnet, &resolv, &text);
	assert_false(text.cut);
	assert_true(dnsmasq_conf_option(buf, "dhcp-option", out, sizeof(out)));
	assert_string_equal(out, "option:dns-server,255.255.255.100,255.255.255.101,"
			    "255.255.255.102");
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
		cmocka_unit_test(a_lease_is_found),
		cmocka_unit_test(the_own_one_is_configured),
		cmocka_unit_test(an_option_is_found),
		cmocka_unit_test(what_is_not_said_stays_open),
	};

	return RUN_TESTS(tests);
}
