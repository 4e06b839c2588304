// SPDX-License-Identifier: GPL-2.0-or-later
// Includes plan.c: its static parts are in reach.
#include "tests/unit/test.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <errno.h>
#include <string.h>

#include "common/plan_reverse.c"
#include "common/print.h"

static struct plan plan;

static const struct link down = {
	.index = 7, .name = "vif1.0", .mac = { 2, 0, 0, 0, 0, 1 }, .mtu = 1500,
	.port.learning = true,
};

static int fresh_plan(void **state)
{
	(void)state;
	memset(&plan, 0, sizeof(plan));
	return 0;
}

static const char *printed(const struct step *step)
{
	static char buf[4096];
	struct text text = TEXT_IN(buf);

	buf[0] = '\0';
	step_print(step, &text);
	assert_false(text.cut);
	return buf;
}

/* What a change of each attribute alone prints, and its undoing. */
static void each_attribute_of_a_link(void **state)
{
	static struct link changed[7];
	static const char *const texts[][2] = {
		{ "name web0", "name vif1.0" },
		{ "alias x", "alias ''" },
		{ "address fe:ff:ff:ff:ff:ff", "address 02:00:00:00:00:01" },
		{ "mtu 9000", "mtu 1500" },
		{ "addrgenmode none", "addrgenmode eui64" },
		{ "master xenbr0", "nomaster" },
		{ "up", "down" },
	};
	char line[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changed); i++)
		changed[i] = down;
	strcpy(changed[0].name, "web0");
	strcpy(changed[1].alias, "x");
	memcpy(changed[2].mac, "\xfe\xff\xff\xff\xff\xff", MAC_LEN);
	changed[3].mtu = 9000;
	changed[4].addr_gen = IN6_ADDR_GEN_MODE_NONE;
	changed[5].master = 3;
	strcpy(changed[5].master_name, "xenbr0");
	changed[6].up = true;
	for (size_t i = 0; i < ARRAY_SIZE(changed); i++) {
		struct step undo;

		fresh_plan(NULL);
		assert_int_equal(link_changes(&down, &changed[i]), 1u << i);
		plan_link(&plan, &down, &changed[i]);
		assert_int_equal(plan.count, 1);
		snprintf(line, sizeof(line), "ip link set dev vif1.0 %s", texts[i][0]);
		assert_string_equal(printed(&plan.steps[0]), line);
		undo = step_reverse(&plan.steps[0]);
		snprintf(line, sizeof(line), "ip link set dev %s %s", changed[i].name,
			 texts[i][1]);
		assert_string_equal(printed(&undo), line);
	}
}

static void nothing_to_change_is_no_step(void **state)
{
	struct link other = down;

	(void)state;
	/* Not what a change is made of. */
	strcpy(other.kind, "veth");
	strcpy(other.parent, "vif-1-0");
	plan_link(&plan, &down, &other);
	plan_port(&plan, &down, &other);
	plan_store(&plan, "a", "b", "same", "same");
	plan_store(&plan, "a", "b", NULL, NULL);
	assert_int_equal(plan.count, 0);
}

/* Up or down stand apart from what may need a link that is down. */
static void up_is_a_message_of_its_own(void **state)
{
	struct link up = down;

	(void)state;
	up.up = true;
	up.mtu = 9000;
	plan_link(&plan, &down, &up);
	assert_int_equal(plan.count, 1);
	fresh_plan(NULL);
	strcpy(up.name, "web0");
	plan_link(&plan, &down, &up);
	assert_int_equal(plan.count, 2);
	assert_string_equal(printed(&plan.steps[0]), "ip link set dev vif1.0 name web0 mtu 9000");
	assert_string_equal(printed(&plan.steps[1]), "ip link set dev web0 up");
	fresh_plan(NULL);
	plan_link(&plan, &up, &down);
	assert_int_equal(plan.count, 2);
	assert_string_equal(printed(&plan.steps[0]), "ip link set dev web0 down");
	assert_string_equal(printed(&plan.steps[1]), "ip link set dev web0 name vif1.0 mtu 1500");
}

static void port_flags_print_only_what_differs(void **state)
{
	struct link flagged = down;
	struct step undo;

	(void)state;
	flagged.port.isolated = true;
	plan_port(&plan, &down, &flagged);
	assert_string_equal(printed(&plan.steps[0]), "bridge link set dev vif1.0 isolated on");
	flagged.port.learning = false;
	flagged.port.neigh_suppress = true;
	plan_port(&plan, &down, &flagged);
	undo = step_reverse(&plan.steps[1]);
	assert_string_equal(printed(&undo), "bridge link set dev vif1.0 isolated off learning on "
			    "neigh_suppress off");
}

static void store_writes_and_removes(void **state)
{
	static const struct {
		const char *from, *to, *text, *undo;
	} cases[] = {
		{ NULL, "1500", "xenstore-write d/n 1500", "xenstore-rm d/n" },
		{ "a'b; rm", NULL, "xenstore-rm d/n", "xenstore-write d/n 'a'\\''b; rm'" },
		{ "", "connected", "xenstore-write d/n connected", "xenstore-write d/n ''" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct step undo;

		plan_store(&plan, "d", "n", cases[i].from, cases[i].to);
		undo = step_reverse(&plan.steps[i]);
		assert_string_equal(printed(&plan.steps[i]), cases[i].text);
		assert_string_equal(printed(&undo), cases[i].undo);
	}
}

static void hooks_get_quoted_values(void **state)
{
	struct step undo;

	(void)state;
	plan.variables[0] = (struct hook_variable){ "dev", "a'b; rm" };
	plan.variables[1] = (struct hook_variable){ "ip", "" };
	plan_hook(&plan, "/x y.hook", "sh", COMMAND_ADD);
	assert_non_null(strstr(printed(&plan.steps[0]),
			       "env command=add dev='a'\\''b; rm' ip='' sh -c 'set -e; "));
	assert_non_null(strstr(printed(&plan.steps[0]), ". \"$0\"' '/x y.hook'"));
	undo = step_reverse(&plan.steps[0]);
	assert_int_equal(undo.hook.command, COMMAND_REMOVE);
	undo = step_reverse(&undo);
	assert_int_equal(undo.hook.command, COMMAND_ADD);
}

static void commands_have_opposites(void **state)
{
	(void)state;
	assert_int_equal(opposite(COMMAND_ONLINE), COMMAND_OFFLINE);
	assert_int_equal(opposite(COMMAND_OFFLINE), COMMAND_ONLINE);
	assert_int_equal(opposite(COMMAND_ADD), COMMAND_REMOVE);
	assert_int_equal(opposite(COMMAND_REMOVE), COMMAND_ADD);
	assert_int_equal(opposite(COMMAND_NONE), COMMAND_NONE);
}

static void addresses_keep_what_they_had(void **state)
{
	struct address address = { .link_name = "a b", .label = "a b:1", .has_peer = true,
				   .has_broadcast = true, .scope = RT_SCOPE_LINK,
				   .protocol = 2, .flags = IFA_F_NOPREFIXROUTE, .valid = 60,
				   .preferred = 30 };
	struct error err = { 0 };
	struct step undo;

	(void)state;
	assert_int_equal(inet_parse("10.0.0.1/24", &address.local, &err), 0);
	assert_int_equal(inet_parse("10.0.0.2/24", &address.peer, &err), 0);
	assert_int_equal(inet_parse("10.0.0.255", &address.broadcast, &err), 0);
	plan_address(&plan, &address, false);
	assert_string_equal(printed(&plan.steps[0]),
			    "ip address del 10.0.0.1 peer 10.0.0.2/24 dev 'a b'");
	undo = step_reverse(&plan.steps[0]);
	assert_string_equal(printed(&undo),
			    "ip address add 10.0.0.1 peer 10.0.0.2/24 broadcast 10.0.0.255 label "
			    "'a b:1' scope 253 dev 'a b' valid_lft 60 preferred_lft 30 "
			    "proto 2 noprefixroute");
}

static void routes_and_neighbours(void **state)
{
	struct route route = { .link_name = "a b", .metric = 7, .protocol = RTPROT_STATIC };
	struct neighbour neighbour = { .link_name = "a b", .mac = { 0, 0x16, 0x3e, 1, 2, 3 } };
	struct error err = { 0 };
	struct step undo;

	(void)state;
	assert_int_equal(inet_parse("10.0.0.0/8", &route.to, &err), 0);
	assert_int_equal(inet_parse("10.1.1.1", &route.source, &err), 0);
	plan_route(&plan, &route, true);
	assert_string_equal(printed(&plan.steps[0]),
			    "ip route add 10.0.0.0/8 dev 'a b' src 10.1.1.1 metric 7 proto 4");
	undo = step_reverse(&plan.steps[0]);
	assert_string_equal(printed(&undo),
			    "ip route del 10.0.0.0/8 dev 'a b' src 10.1.1.1 metric 7");
	assert_int_equal(inet_parse("2001:db8::1", &neighbour.ip, &err), 0);
	plan_neighbour(&plan, &neighbour, true);
	assert_string_equal(printed(&plan.steps[1]), "ip neighbour replace 2001:db8::1 lladdr "
			    "00:16:3e:01:02:03 nud permanent dev 'a b'");
	undo = step_reverse(&plan.steps[1]);
	assert_string_equal(printed(&undo), "ip neighbour del 2001:db8::1 dev 'a b'");
	neighbour.proxy = true;
	plan_neighbour(&plan, &neighbour, false);
	assert_string_equal(printed(&plan.steps[2]),
			    "ip neighbour del proxy 2001:db8::1 dev 'a b'");
}

static void settings(void **state)
{
	struct step undo;

	(void)state;
	plan_sysctl(&plan, "ipv4", "vif1.0", "proxy_arp", 1, 1);
	assert_int_equal(plan.count, 0);
	plan_sysctl(&plan, "ipv4", "vif1.0", "proxy_arp", 0, 1);
	assert_string_equal(printed(&plan.steps[0]),
			    "sysctl -qw net/ipv4/conf/vif1.0/proxy_arp=1");
	undo = step_reverse(&plan.steps[0]);
	assert_string_equal(printed(&undo), "sysctl -qw net/ipv4/conf/vif1.0/proxy_arp=0");
	/* What others rely on by now stays. */
	plan_sysctl(&plan, "ipv6", "eth0", "proxy_ndp", -1, 1);
	undo = step_reverse(&plan.steps[1]);
	assert_string_equal(printed(&undo), "sysctl -qw net/ipv6/conf/eth0/proxy_ndp=1");
	/* sysctl(8) would look for another setting. */
	plan_sysctl(&plan, "ipv4", "a=b'c", "proxy_arp", 0, 1);
	assert_string_equal(printed(&plan.steps[2]),
			    "echo 1 >/proc/sys/'net/ipv4/conf/a=b'\\''c/proxy_arp'");
}

static void connections_stay_forgotten(void **state)
{
	struct inet_prefix source;
	struct error err = { 0 };
	struct step undo;

	(void)state;
	assert_int_equal(inet_parse("10.0.0.0/24", &source, &err), 0);
	plan_conntrack(&plan, &source);
	assert_string_equal(printed(&plan.steps[0]),
			    "{ conntrack -D -f ipv4 -s 10.0.0.0/24; "
			    "conntrack -D -f ipv4 -r 10.0.0.0/24; } >/dev/null 2>&1 || :");
	undo = step_reverse(&plan.steps[0]);
	assert_int_equal(undo.kind, STEP_CONNTRACK);
}

static void ifup_and_ifdown(void **state)
{
	struct step undo;

	(void)state;
	plan_ifup(&plan, "/sbin", "web", true, false);
	plan_ifup(&plan, "/sbin", "web", false, true);
	assert_string_equal(printed(&plan.steps[0]), "/sbin/ifup web");
	assert_string_equal(printed(&plan.steps[1]), "/sbin/ifdown web || :");
	undo = step_reverse(&plan.steps[0]);
	assert_string_equal(printed(&undo), "/sbin/ifdown web");
}

static void a_plan_has_an_end(void **state)
{
	char directory[FACTS_PATH];
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < PLAN_STEPS; i++)
		plan_store(&plan, "d", "n", NULL, "x");
	assert_int_equal(plan_check(&plan, &err), 0);
	plan_store(&plan, "d", "n", NULL, "x");
	assert_int_equal(plan.count, PLAN_STEPS);
	assert_int_equal(plan_check(&plan, &err), -E2BIG);
	fresh_plan(NULL);
	memset(directory, 'd', sizeof(directory) - 1);
	directory[sizeof(directory) - 1] = '\0';
	plan_store(&plan, directory, "n", NULL, "x");
	assert_int_equal(plan_check(&plan, &err), -E2BIG);
}

static void reports_are_one_command(void **state)
{
	char buf[500];
	struct text text = TEXT_IN(buf);

	(void)state;
	report_print("backend/vif/1/0", "it's $(gone)", &text);
	assert_string_equal(buf, "xenstore-write backend/vif/1/0/hotplug-error "
			    "'it'\\''s $(gone)' backend/vif/1/0/hotplug-status error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_attribute_of_a_link, fresh_plan),
		cmocka_unit_test_setup(nothing_to_change_is_no_step, fresh_plan),
		cmocka_unit_test_setup(up_is_a_message_of_its_own, fresh_plan),
		cmocka_unit_test_setup(port_flags_print_only_what_differs, fresh_plan),
		cmocka_unit_test_setup(store_writes_and_removes, fresh_plan),
		cmocka_unit_test_setup(hooks_get_quoted_values, fresh_plan),
		cmocka_unit_test_setup(commands_have_opposites, fresh_plan),
		cmocka_unit_test_setup(addresses_keep_what_they_had, fresh_plan),
		cmocka_unit_test_setup(routes_and_neighbours, fresh_plan),
		cmocka_unit_test_setup(settings, fresh_plan),
		cmocka_unit_test_setup(connections_stay_forgotten, fresh_plan),
		cmocka_unit_test_setup(ifup_and_ifdown, fresh_plan),
		cmocka_unit_test_setup(a_plan_has_an_end, fresh_plan),
		cmocka_unit_test_setup(reports_are_one_command, fresh_plan),
	};

	return RUN_TESTS(tests);
}
