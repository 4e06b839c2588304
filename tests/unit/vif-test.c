// SPDX-License-Identifier: GPL-2.0-or-later
// Includes vif.c: its static parts are in reach.
#include "tests/unit/test.h"

#include "common/vif.c"

static struct request request;
static struct facts facts;
static struct plan plan;

/* Guest 1's first interface, as netback makes it. */
static int fresh(void **state)
{
	(void)state;
	memset(&request, 0, sizeof(request));
	memset(&facts, 0, sizeof(facts));
	memset(&plan, 0, sizeof(plan));
	request.has_path = true;
	request.domid = 1;
	request.command = COMMAND_ONLINE;
	request.settings[KEY_XENBUS_PATH].value = "backend/vif/1/0";
	strcpy(request.device, "vif1.0");
	strcpy(request.wanted, "vif1.0");
	facts.link.index = 7;
	facts.link.mtu = 1500;
	facts.link.port.learning = true;
	strcpy(facts.link.name, "vif1.0");
	strcpy(facts.link.parent, "vif-1-0");
	memcpy(facts.link.mac, port_mac, MAC_LEN);
	return 0;
}

static void who_owns_a_link(void **state)
{
	static const struct {
		int index;
		const char *name, *alias, *parent;
		bool has_path, ours;
	} cases[] = {
		{ 7, "vif1.0", "", "vif-1-0", true, true },
		{ 7, "web0", "", "vif-1-0", true, true },
		{ 7, "web0", "vif1.0", "vif-1-0", true, true },
		/* netback knows better than names. */
		{ 7, "vif1.0", "", "vif-2-0", true, false },
		{ 7, "vif1.0", "vif1.0", "vif-1-1", true, false },
		{ 7, "vif1.0", "", "vif-1-00", true, false },
		/* No netback: names. */
		{ 7, "vif1.0", "", "", true, true },
		{ 7, "web0", "vif1.0", "", true, true },
		{ 7, "web0", "", "", true, false },
		{ 7, "web0", "vif1.0x", "", true, false },
		{ 7, "vif1.0", "", "0000:00:1f.6", true, true },
		/* Called by hand without XENBUS_PATH: domid and devid are not known. */
		{ 7, "vif1.0", "", "vif-5-0", false, true },
		{ 7, "web0", "", "vif-0-0", false, false },
		{ 0, "vif1.0", "vif1.0", "vif-1-0", true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct link link = { .index = cases[i].index };

		request.has_path = cases[i].has_path;
		strcpy(link.name, cases[i].name);
		strcpy(link.alias, cases[i].alias);
		strcpy(link.parent, cases[i].parent);
		assert_int_equal(vif_owns(&request, &link), cases[i].ours);
	}
}

static void the_frontend_is_in_the_guest(void **state)
{
	char path[FACTS_PATH];

	(void)state;
	request.domid = 32751;
	request.devid = 65535;
	vif_frontend(&request, path);
	assert_string_equal(path, "/local/domain/32751/device/vif/65535");
}

static void what_is_wanted(void **state)
{
	struct error err = { 0 };
	struct link wanted;

	(void)state;
	memset(facts.link.mac, 1, MAC_LEN);
	assert_int_equal(vif_want(&request, &facts, 9000, &wanted, &err), 0);
	assert_string_equal(wanted.name, "vif1.0");
	assert_string_equal(wanted.alias, "");
	assert_memory_equal(wanted.mac, port_mac, MAC_LEN);
	assert_int_equal(wanted.mtu, 9000);
	assert_int_equal(wanted.addr_gen, IN6_ADDR_GEN_MODE_NONE);
	assert_true(wanted.up);
	assert_int_equal(wanted.index, 7);
}

static void a_rename_leaves_the_first_name(void **state)
{
	struct error err = { 0 };
	struct link wanted;

	(void)state;
	strcpy(request.wanted, "web0");
	assert_int_equal(vif_want(&request, &facts, 1500, &wanted, &err), 0);
	assert_string_equal(wanted.name, "web0");
	assert_string_equal(wanted.alias, "vif1.0");
	/* A second time there is nothing to rename, and another's alias stays. */
	facts.link = wanted;
	strcpy(facts.link.alias, "an admin's");
	assert_int_equal(vif_want(&request, &facts, 1500, &wanted, &err), 0);
	assert_string_equal(wanted.alias, "an admin's");
}

static void a_name_can_be_taken(void **state)
{
	struct error err = { 0 };
	struct link wanted;

	(void)state;
	strcpy(request.wanted, "web0");
	facts.namesake.index = 9;
	assert_int_equal(vif_want(&request, &facts, 1500, &wanted, &err), -EEXIST);
	assert_string_equal(err.text, "Cannot rename interface vif1.0. An interface with name web0 "
			    "already exists.");
}

static void another_guests_link_is_refused(void **state)
{
	struct error err = { 0 };
	struct link wanted;

	(void)state;
	strcpy(facts.link.parent, "vif-2-0");
	assert_int_equal(vif_want(&request, &facts, 1500, &wanted, &err), -EEXIST);
	assert_non_null(strstr(err.text, "vif1.0 is another guest's interface"));
}

static void ipv6_depends_on_the_mtu(void **state)
{
	static const struct {
		unsigned before, after;
		int link, bridge, wanted;
	} cases[] = {
		{ 1500, 1500, 0, 0, 1 },
		{ 1500, 1500, -1, 0, -1 },	/* no IPv6 here, though on the bridge */
		{ 1500, 1279, 0, 0, 0 },	/* ends with the change */
		{ 1500, 1280, 0, 0, 1 },
		{ 1279, 1280, -1, 0, 1 },
		{ 1279, 1280, -1, -1, -1 },	/* the host has none */
		{ 1000, 1279, -1, 0, -1 },
	};
	struct error err = { 0 };
	struct link wanted;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		facts.link.mtu = cases[i].before;
		facts.link.addr_gen = cases[i].link;
		facts.bridge.index = 3;
		facts.bridge.addr_gen = cases[i].bridge;
		assert_int_equal(vif_want(&request, &facts, cases[i].after, &wanted, &err), 0);
		assert_int_equal(wanted.addr_gen, cases[i].wanted);
		/* Without a bridge the host tells. */
		facts.bridge = (struct link){ 0 };
		facts.has_ipv6 = cases[i].bridge >= 0;
		assert_int_equal(vif_want(&request, &facts, cases[i].after, &wanted, &err), 0);
		assert_int_equal(wanted.addr_gen, cases[i].wanted);
	}
}

static void prepare_takes_down_what_must_be_down(void **state)
{
	static const struct {
		bool up, rename, mac, master, mtu;
		size_t steps;
		bool stays_up;
	} cases[] = {
		{ false, true, true, true, true, 1, false },
		{ true, false, false, false, false, 0, true },
		{ true, false, false, false, true, 1, true },
		{ true, true, false, false, false, 2, false },
		{ true, false, true, false, false, 2, false },
		{ true, false, false, true, false, 1, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct link wanted, now;

		fresh(NULL);
		facts.link.up = cases[i].up;
		wanted = facts.link;
		wanted.up = true;
		wanted.name[0] = cases[i].rename ? 'w' : 'v';
		wanted.mac[0] = cases[i].mac ? 2 : 0xfe;
		wanted.master = cases[i].master ? 3 : 0;
		wanted.mtu = cases[i].mtu ? 1400 : 1500;
		now = vif_plan_prepare(&facts, &wanted, false, &plan);
		assert_int_equal(plan.count, cases[i].steps);
		assert_int_equal(now.up, cases[i].stays_up);
		assert_int_equal(now.master, facts.link.master);
		assert_int_equal(link_changes(&now, &wanted) & ~(LINK_MASTER | LINK_UP), 0);
		if (cases[i].up && !now.up)
			assert_int_equal(link_changes(&plan.steps[0].link.from,
						      &plan.steps[0].link.to), LINK_UP);
	}
}

static void what_is_kept_goes_only_with_the_link(void **state)
{
	static const struct {
		bool up, rename;
		size_t steps;
	} cases[] = {
		{ false, false, 0 },
		{ false, true, 1 },
		{ true, false, 0 },
		{ true, true, 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct link wanted;

		fresh(NULL);
		facts.link.up = cases[i].up;
		facts.address_count = 1;
		facts.route_count = 1;
		wanted = facts.link;
		wanted.up = true;
		wanted.name[0] = cases[i].rename ? 'w' : 'v';
		vif_plan_prepare(&facts, &wanted, true, &plan);
		assert_int_equal(plan.count, cases[i].steps);
		if (!cases[i].up || !cases[i].rename)
			continue;
		assert_int_equal(plan.steps[0].kind, STEP_ROUTE);
		assert_int_equal(plan.steps[1].kind, STEP_ADDRESS);
		assert_int_equal(plan.steps[2].kind, STEP_LINK);
	}
}

static void addresses_go_first(void **state)
{
	struct link wanted = facts.link;

	(void)state;
	facts.link.up = true;
	wanted.master = 3;
	facts.address_count = 2;
	vif_plan_prepare(&facts, &wanted, false, &plan);
	assert_int_equal(plan.count, 3);
	assert_int_equal(plan.steps[0].kind, STEP_ADDRESS);
	assert_false(plan.steps[0].address.add);
	assert_int_equal(plan.steps[1].kind, STEP_ADDRESS);
	assert_int_equal(plan.steps[2].kind, STEP_LINK);
}

static void connected_is_the_last_step(void **state)
{
	const struct step *last;

	(void)state;
	facts.frontend_mtu = (char *)"1400";
	facts.stale_error = (char *)"old";
	vif_plan_connected(&request, &facts, 1500, &plan);
	assert_int_equal(plan.count, 3);
	assert_string_equal(plan.steps[0].store.path, "/local/domain/1/device/vif/0/mtu");
	assert_string_equal(plan.steps[0].store.to, "1500");
	assert_string_equal(plan.steps[1].store.path, "backend/vif/1/0/hotplug-error");
	assert_null(plan.steps[1].store.to);
	last = &plan.steps[plan.count - 1];
	assert_string_equal(last->store.path, "backend/vif/1/0/hotplug-status");
	assert_string_equal(last->store.from, "");
	assert_string_equal(last->store.to, "connected");
}

static void who_is_not_told(void **state)
{
	(void)state;
	request.type = TYPE_TAP;
	vif_plan_connected(&request, &facts, 1500, &plan);
	assert_int_equal(plan.count, 0);
	request.type = TYPE_VIF;
	request.has_path = false;
	vif_plan_connected(&request, &facts, 1500, &plan);
	assert_int_equal(plan.count, 0);
}

static const char *variable(const char *name)
{
	for (const struct hook_variable *v = plan.variables; v->name; v++)
		if (!strcmp(v->name, name))
			return v->value;
	return NULL;
}

static void hooks_know_the_name(void **state)
{
	static const struct {
		enum command command;
		int index;
		const char *dev;
	} cases[] = {
		{ COMMAND_ONLINE, 7, "web0" },	/* by then it is renamed */
		{ COMMAND_OFFLINE, 7, "vif1.0" },	/* it never was */
		{ COMMAND_OFFLINE, 0, "web0" },
	};

	(void)state;
	vif_plan_hooks(&request, &facts, &plan);
	assert_int_equal(plan.count, 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fresh(NULL);
		strcpy(request.wanted, "web0");
		request.command = cases[i].command;
		facts.link.index = cases[i].index;
		facts.hook_count = 2;
		vif_plan_hooks(&request, &facts, &plan);
		assert_int_equal(plan.count, 2);
		assert_string_equal(variable("dev"), cases[i].dev);
		assert_string_equal(variable("domid"), "1");
		assert_string_equal(variable("bridge"), "");
		assert_string_equal(plan.steps[0].hook.shell, "sh");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_owns_a_link, fresh),
		cmocka_unit_test_setup(the_frontend_is_in_the_guest, fresh),
		cmocka_unit_test_setup(what_is_wanted, fresh),
		cmocka_unit_test_setup(a_rename_leaves_the_first_name, fresh),
		cmocka_unit_test_setup(a_name_can_be_taken, fresh),
		cmocka_unit_test_setup(another_guests_link_is_refused, fresh),
		cmocka_unit_test_setup(ipv6_depends_on_the_mtu, fresh),
		cmocka_unit_test_setup(prepare_takes_down_what_must_be_down, fresh),
		cmocka_unit_test_setup(what_is_kept_goes_only_with_the_link, fresh),
		cmocka_unit_test_setup(addresses_go_first, fresh),
		cmocka_unit_test_setup(connected_is_the_last_step, fresh),
		cmocka_unit_test_setup(who_is_not_told, fresh),
		cmocka_unit_test_setup(hooks_know_the_name, fresh),
	};

	return RUN_TESTS(tests);
}
