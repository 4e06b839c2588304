// SPDX-License-Identifier: GPL-2.0-or-later
// Which bridge is chosen and what is said of it, on a host of a few links that stand below.
#include "tests/unit/test.h"

#include "common/bridge.c"

static struct link host[4];	/* up to the first without an index */
static char said[1000];		/* what was logged */
static struct request request;
static struct facts facts;

int link_by_name(struct netlink *netlink, const char *name, struct link *link, struct error *err)
{
	(void)netlink, (void)err;
	memset(link, 0, sizeof(*link));
	for (const struct link *l = host; l->index; l++)
		if (!strcmp(l->name, name))
			*link = *l;
	return 0;
}

int link_bridges(struct netlink *netlink, struct link *first, char names[][IFNAMSIZ], size_t max,
		 size_t *count, struct error *err)
{
	(void)netlink, (void)err;
	memset(first, 0, sizeof(*first));
	*count = 0;
	for (const struct link *l = host; l->index; l++) {
		if (strcmp(l->kind, "bridge") != 0)
			continue;
		assert_true(*count < max);
		if (!first->index)
			*first = *l;
		memcpy(names[(*count)++], l->name, IFNAMSIZ);
	}
	return 0;
}

void log_line(int priority, const char *format, ...)
{
	va_list args;

	assert_int_equal(priority, LOG_WARNING);
	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
}

static void add_host_link(const char *name, const char *kind)
{
	static int index;
	struct link *link = host;

	while (link->index)
		link++;
	link->index = ++index;
	link->mtu = 1500;
	strcpy(link->name, name);
	strcpy(link->kind, kind);
}

static int fresh(void **state)
{
	(void)state;
	memset(host, 0, sizeof(host));
	memset(said, 0, sizeof(said));
	memset(&request, 0, sizeof(request));
	memset(&facts, 0, sizeof(facts));
	request.isolated = request.learning = request.neigh_suppress = TOGGLE_UNSET;
	strcpy(request.wanted, "vif1.0");
	return 0;
}

static void which_bridge(void **state)
{
	static const struct {
		const char *names[3][2];
		const char *asked, *taken, *message;
	} cases[] = {
		{ { { "xenbr0", "bridge" } }, "xenbr0", "xenbr0", "" },
		{ { { "br0", "bridge" } }, "", "br0", "" },
		{ { { "eth3", "bridge" } }, "xenbr3", "eth3", "" },
		{ { { "eth0", "" } }, "xenbr0", NULL, "Could not find bridge device xenbr0" },
		{ { { "eth0", "bridge" } }, "br0", NULL, "Could not find bridge device br0" },
		{ { { "eth0", "" } }, "eth0", NULL, "Could not find bridge device eth0 (there is a "
		  "link of that name, but it is no bridge)" },
		{ { { "eth0", "" } }, "", NULL, "Could not find bridge, and none was specified" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };
		int rc;

		fresh(NULL);
		for (int l = 0; cases[i].names[l][0]; l++)
			add_host_link(cases[i].names[l][0], cases[i].names[l][1]);
		strcpy(request.bridge, cases[i].asked);
		rc = bridge_look(NULL, &request, &facts, &err);
		assert_string_equal(err.text, cases[i].message);
		assert_int_equal(rc, cases[i].taken ? 0 : -ENODEV);
		if (cases[i].taken)
			assert_string_equal(facts.bridge.name, cases[i].taken);
		assert_string_equal(said, "");
	}
}

static void several_bridges_are_listed(void **state)
{
	struct error err = { 0 };

	(void)state;
	add_host_link("br1", "bridge");
	add_host_link("eth0", "");
	add_host_link("br0", "bridge");
	assert_int_equal(bridge_look(NULL, &request, &facts, &err), 0);
	assert_string_equal(facts.bridge.name, "br1");
	assert_string_equal(said, "no bridge was specified and there are several (br1 br0): "
			    "taking br1");
}

static void another_mtu_is_said(void **state)
{
	struct error err = { 0 };

	(void)state;
	add_host_link("xenbr0", "bridge");
	strcpy(request.bridge, "xenbr0");
	request.mtu = 1400;
	assert_int_equal(bridge_look(NULL, &request, &facts, &err), 0);
	assert_string_equal(said, "vif1.0 gets an MTU of 1400, smaller than the 1500 of its bridge "
			    "xenbr0");
	assert_int_equal(bridge_port_mtu(&request, &facts), 1400);
	request.mtu = 9000;
	assert_int_equal(bridge_look(NULL, &request, &facts, &err), 0);
	assert_non_null(strstr(said, "9000, larger than"));
	request.mtu = 0;
	said[0] = '\0';
	assert_int_equal(bridge_look(NULL, &request, &facts, &err), 0);
	assert_string_equal(said, "");
	assert_int_equal(bridge_port_mtu(&request, &facts), 1500);
}

static void flags_are_as_asked_or_as_they_were(void **state)
{
	static const struct {
		enum toggle asked;
		bool same_bridge, before, after;
	} cases[] = {
		{ TOGGLE_ON, true, false, true },
		{ TOGGLE_ON, true, true, true },
		{ TOGGLE_OFF, true, true, false },
		{ TOGGLE_UNSET, true, true, true },
		{ TOGGLE_UNSET, true, false, false },
		/* A new port has the kernel's defaults. */
		{ TOGGLE_UNSET, false, true, false },
		{ TOGGLE_ON, false, true, true },
	};

	(void)state;
	facts.bridge.index = 3;
	strcpy(facts.bridge.name, "xenbr0");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct link wanted = { .port.isolated = cases[i].before, .port.learning = true,
				       .master = cases[i].same_bridge ? 3 : 4 };

		request.isolated = cases[i].asked;
		bridge_want(&request, &facts, &wanted);
		assert_int_equal(wanted.port.isolated, cases[i].after);
		assert_true(wanted.port.learning);
		assert_int_equal(wanted.master, 3);
		assert_string_equal(wanted.master_name, "xenbr0");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(which_bridge, fresh),
		cmocka_unit_test_setup(several_bridges_are_listed, fresh),
		cmocka_unit_test_setup(another_mtu_is_said, fresh),
		cmocka_unit_test_setup(flags_are_as_asked_or_as_they_were, fresh),
	};

	return RUN_TESTS(tests);
}
