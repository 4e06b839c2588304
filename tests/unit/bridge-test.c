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

int link_by_index(struct netlink *netlink, int index, struct link *link, struct error *err)
{
	(void)netlink, (void)err;
	memset(link, 0, sizeof(*link));
	for (const struct link *l = host; l->index; l++)
		if (l->index == index)
			*link = *l;
	return 0;
}

int vlan_link_read(struct netlink *netlink, int index, struct vlan_set *vlans, struct error *err)
{
	(void)netlink, (void)err;
	memset(vlans, 0, sizeof(*vlans));
	vlans->ids[index] = VLAN_MEMBER;
	return 0;
}

int uplink_port_find(struct netlink *netlink, const struct link *bridge, int guest,
		     struct uplink *uplink, struct error *err)
{
	(void)netlink, (void)bridge, (void)err;
	uplink->index = guest + 1;
	return 0;
}

int uplink_port_remembered(struct netlink *netlink, struct facts *seen, struct error *err)
{
	(void)netlink, (void)err;
	seen->uplink_count = 1;
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
	link->vlan_filtering = TOGGLE_ON;
	link->default_pvid = (unsigned)link->index;
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

static void read_list(const char *text, struct vlan_set *set)
{
	struct error err = { 0 };

	assert_int_equal(vlan_parse_list(text, set, &err), 0);
}

static void which_bridge_with_vlans(void **state)
{
	static const struct {
		const char *names[2][2];
		const char *whole, *base, *taken, *message;
		bool split;
	} cases[] = {
		{ { { "br0", "bridge" } }, "br0.10", "br0", "br0", "", true },
		{ { { "br0", "bridge" }, { "br0.10", "bridge" } }, "br0.10", "br0", "br0.10", "",
		  false },
		{ { { "br0", "bridge" }, { "br0.10", "vlan" } }, "br0.10", "br0", NULL,
		  "Could not find bridge device br0.10 (there is a link of that name, but it is no "
		  "bridge)", false },
		{ { { "br0", "bridge" } }, "", "br0", "br0", "", true },
		{ { { "eth0", "bridge" } }, "xenbr0.10", "xenbr0", "eth0", "", true },
		{ { { "eth0", "bridge" } }, "", "xenbr0", "eth0", "", true },
		{ { { "eth0.10", "bridge" } }, "xenbr0.10", "xenbr0", "eth0.10", "", false },
		{ { { "eth0", "" } }, "eth0.10", "eth0", NULL,
		  "Could not find bridge device eth0.10", false },
		{ { { "eth0", "" } }, "", "br0", NULL, "Could not find bridge device br0", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };
		int rc;

		fresh(NULL);
		for (int l = 0; l < 2 && cases[i].names[l][0]; l++)
			add_host_link(cases[i].names[l][0], cases[i].names[l][1]);
		strcpy(request.bridge, cases[i].whole);
		strcpy(request.bridge_base, cases[i].base);
		read_list("10p", &request.bridge_vlans);
		rc = bridge_look(NULL, &request, &facts, &err);
		assert_string_equal(err.text, cases[i].message);
		assert_int_equal(rc, cases[i].taken ? 0 : -ENODEV);
		if (!cases[i].taken)
			continue;
		assert_string_equal(facts.bridge.name, cases[i].taken);
		assert_int_equal(facts.bridge_split, cases[i].split);
		assert_int_equal(!vlan_is_empty(bridge_vlans(&request, &facts)), cases[i].split);
	}
}

static void vlans_are_refused(void **state)
{
	static const struct {
		enum toggle kernel, asked;
		const char *split, *message;
		int code;
	} cases[] = {
		{ TOGGLE_ON, TOGGLE_UNSET, "", "", 0 },
		{ TOGGLE_OFF, TOGGLE_ON, "", "", 0 },
		{ TOGGLE_OFF, TOGGLE_UNSET, "", "the bridge br0 does not filter VLANs: `ip link set dev "
		  "br0 type bridge vlan_filtering 1` turns that on", EINVAL },
		{ TOGGLE_OFF, TOGGLE_OFF, "", "the bridge br0 does not filter VLANs: `ip link set dev br0 "
		  "type bridge vlan_filtering 1` turns that on", EINVAL },
		{ TOGGLE_UNSET, TOGGLE_ON, "", "this kernel has no VLANs on bridges "
		  "(CONFIG_BRIDGE_VLAN_FILTERING)", EOPNOTSUPP },
		{ TOGGLE_ON, TOGGLE_ON, "br0.20", "both vlan and bridge='br0.20' name VLANs", EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };

		fresh(NULL);
		add_host_link("br0", "bridge");
		host[0].vlan_filtering = cases[i].kernel;
		strcpy(*cases[i].split ? request.bridge_base : request.bridge, "br0");
		request_store(&request, KEY_BRIDGE, cases[i].split);
		request.vlan_filtering = cases[i].asked;
		read_list("10p", &request.vlans);
		read_list("20p", &request.bridge_vlans);
		assert_int_equal(bridge_look(NULL, &request, &facts, &err), -cases[i].code);
		assert_string_equal(err.text, cases[i].message);
		/* Who does not ask for VLANs may have none. */
		if (*cases[i].split)
			continue;
		memset(&request.vlans, 0, sizeof(request.vlans));
		memset(&err, 0, sizeof(err));
		assert_int_equal(bridge_look(NULL, &request, &facts, &err), 0);
	}
}

/* The port's own are looked at only when they are to change. */
static void what_is_looked_at(void **state)
{
	static const struct {
		const char *vlans;
		enum toggle uplink;
		bool stays, is_port;
		bool looks, looks_at_uplink;
	} cases[] = {
		{ "10p", TOGGLE_UNSET, false, false, false, false },
		{ "10p", TOGGLE_ON, false, false, false, true },
		{ "10p", TOGGLE_UNSET, true, true, true, false },
		{ "10p", TOGGLE_UNSET, false, true, true, false },
		{ "", TOGGLE_ON, true, true, false, false },
		{ "", TOGGLE_ON, false, true, true, false },
		{ "", TOGGLE_UNSET, false, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };

		fresh(NULL);
		add_host_link("br0", "bridge");
		add_host_link("br1", "bridge");
		strcpy(request.bridge, "br0");
		read_list(cases[i].vlans, &request.vlans);
		request.vlan_uplink = cases[i].uplink;
		facts.link.index = 100;
		if (cases[i].is_port)
			facts.link.master = cases[i].stays ? host[0].index : host[1].index;
		assert_int_equal(bridge_look(NULL, &request, &facts, &err), 0);
		assert_int_equal(facts.vlans.ids[100], cases[i].looks ? VLAN_MEMBER : 0);
		assert_int_equal(facts.left_pvid, cases[i].looks && !cases[i].stays ?
				 host[1].default_pvid : 0);
		assert_int_equal(facts.uplink_count, cases[i].looks_at_uplink);
	}
}

static void in_taking_down(void **state)
{
	struct error err = { 0 };

	(void)state;
	add_host_link("br0", "bridge");
	strcpy(request.bridge, "br0.10");
	strcpy(request.bridge_base, "br0");
	assert_int_equal(bridge_look_down(NULL, &request, &facts, &err), 0);
	assert_int_equal(facts.uplink_count, 1);
	assert_string_equal(facts.bridge.name, "");
	facts.hook_count = 1;
	assert_int_equal(bridge_look_down(NULL, &request, &facts, &err), 0);
	assert_string_equal(facts.bridge.name, "br0");
	memset(host, 0, sizeof(host));
	assert_int_equal(bridge_look_down(NULL, &request, &facts, &err), 0);
	assert_int_equal(facts.bridge.index, 0);
	assert_string_equal(err.text, "");
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
		cmocka_unit_test_setup(which_bridge_with_vlans, fresh),
		cmocka_unit_test_setup(vlans_are_refused, fresh),
		cmocka_unit_test_setup(what_is_looked_at, fresh),
		cmocka_unit_test_setup(in_taking_down, fresh),
		cmocka_unit_test_setup(several_bridges_are_listed, fresh),
		cmocka_unit_test_setup(another_mtu_is_said, fresh),
		cmocka_unit_test_setup(flags_are_as_asked_or_as_they_were, fresh),
	};

	return RUN_TESTS(tests);
}
