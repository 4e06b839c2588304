// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <string.h>
#include <sys/socket.h>

#include "common/rule.h"
#include "tests/unit/given.h"

/* The rules for some addresses, one a line. */
static void list(const char *ip, uint8_t family, bool bridged, struct text *out)
{
	char store_ip[256] = "ip=";
	struct given given = {
		.arguments = { "online", "vif=vif1.0" },
		.store = { "mac=00:16:3e:00:01:00", ip ? strcat(store_ip, ip) : NULL },
	};
	struct traffic traffic = { .bridged = bridged };
	struct request request;
	struct given_text text;
	struct error err = { 0 };
	struct rule_set set;

	assert_int_equal(given_read(&given, &text, &request, &err), 0);
	traffic.ips = request.ips;
	traffic.count = request.ip_count;
	rule_list(&request, &traffic, family, &set);
	assert_string_equal(set.device, "vif1.0");
	for (size_t i = 0; i < set.count; i++) {
		rule_print(&set.rules[i], out);
		text_add(out, "\n");
	}
}

static void rules_are_those_of_the_scripts(void **state)
{
	static const struct {
		const char *ip;
		uint8_t family;
		bool bridged;
		const char *rules;
	} cases[] = {
		{ NULL, AF_INET, true,
		  " -m physdev --physdev-is-bridged --physdev-in vif1.0 -j ACCEPT\n"
		  " -m physdev --physdev-is-bridged --physdev-out vif1.0 -j ACCEPT\n" },
		{ NULL, AF_INET, false, " -i vif1.0 -j ACCEPT\n -o vif1.0 -j ACCEPT\n" },
		{ NULL, AF_INET6, true, "" },
		{ "10.0.0.1", AF_INET6, true, "" },
		{ "2001:db8::1", AF_INET, true, "" },
		{ "10.0.0.1 10.0.0.1/32", AF_INET, true,
		  " -s 10.0.0.1/32 -m physdev --physdev-is-bridged --physdev-in vif1.0 -j ACCEPT\n"
		  " -p udp -m physdev --physdev-is-bridged --physdev-in vif1.0 --sport 68 "
		  "--dport 67 -j ACCEPT\n"
		  " -m physdev --physdev-is-bridged --physdev-out vif1.0 -j ACCEPT\n" },
		{ "10.1.2.3/16 2001:db8::1", AF_INET, false,
		  " -s 10.1.0.0/16 -i vif1.0 -j ACCEPT\n"
		  " -p udp -i vif1.0 --sport 68 --dport 67 -j ACCEPT\n"
		  " -d 10.1.0.0/16 -o vif1.0 -j ACCEPT\n" },
		{ "2001:db8::1/64", AF_INET6, false,
		  " -s 2001:db8::/64 -i vif1.0 -j ACCEPT\n"
		  " -s fe80::216:3eff:fe00:100/128 -i vif1.0 -j ACCEPT\n"
		  " -p udp -i vif1.0 --sport 546 --dport 547 -j ACCEPT\n"
		  " -d 2001:db8::/64 -o vif1.0 -j ACCEPT\n"
		  " -d fe80::216:3eff:fe00:100/128 -o vif1.0 -j ACCEPT\n" },
		{ "fe80::216:3eff:fe00:100", AF_INET6, true,
		  " -s fe80::216:3eff:fe00:100/128 -m physdev --physdev-is-bridged --physdev-in "
		  "vif1.0 -j ACCEPT\n"
		  " -p udp -m physdev --physdev-is-bridged --physdev-in vif1.0 --sport 546 "
		  "--dport 547 -j ACCEPT\n"
		  " -m physdev --physdev-is-bridged --physdev-out vif1.0 -j ACCEPT\n" },
		{ "0.0.0.0/0", AF_INET, false,
		  " -i vif1.0 -j ACCEPT\n -p udp -i vif1.0 --sport 68 --dport 67 -j ACCEPT\n"
		  " -o vif1.0 -j ACCEPT\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char buf[4096] = "";
		struct text out = TEXT_IN(buf);

		list(cases[i].ip, cases[i].family, cases[i].bridged, &out);
		assert_string_equal(buf, cases[i].rules);
	}
}

/* The fullest list there can be, in both directions. */
static void the_longest_list_fits(void **state)
{
	static const struct request request = { .has_mac = true };
	struct inet_prefix ips[TRAFFIC_IPS];
	const struct traffic traffic = { ips, TRAFFIC_IPS, .bridged = false };
	struct rule_set set;

	(void)state;
	for (size_t i = 0; i < TRAFFIC_IPS; i++)
		ips[i] = (struct inet_prefix){
			.family = AF_INET6, .len = 128, .addr = { 0x20, (uint8_t)i },
		};
	rule_list(&request, &traffic, AF_INET6, &set);
	assert_int_equal(set.count, 2 * (TRAFFIC_IPS + 1) + 1);
	assert_true(set.count <= RULES);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_those_of_the_scripts),
		cmocka_unit_test(the_longest_list_fits),
	};

	return RUN_TESTS(tests);
}
