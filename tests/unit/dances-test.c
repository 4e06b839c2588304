// SPDX-License-Identifier: GPL-2.0-or-later
// The plans of network-bridge as golden texts, tests/unit/dances/*.txt: what is seen is made here.
// UPDATE=1 build/unit/dances-test writes them anew; then read what git diff shows.
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/dance.h"
#include "common/network_bridge.h"
#include "common/print.h"

#define TEXT_MAX 65536
#define FOLDER "tests/unit/dances/"

enum { NIC = 3, BRIDGE = 4, FRONT = 5, FAR = 6 };

/* The program's main(), under a name of its own (tests/unit/Makefile). */
int network_bridge_main(int argc, char **argv);

static const struct network_bridge *program;
static struct dance dance;
static struct plan plan;
static char text[TEXT_MAX];

int network_bridge_run(int argc, char **argv, const struct network_bridge *its)
{
	(void)argc, (void)argv;
	program = its;
	return 0;
}

/* ---- what is seen ----------------------------------------------------------------------------- */

static struct link link_of(int index, const char *name, const char *kind)
{
	struct link link = { .index = index, .mtu = 1500, .txqlen = 1000, .up = true,
			     .running = true, .is_ethernet = true, .port = PORT_FLAGS_DEFAULT,
			     .mac = { 0, 0x50, 0x8b, 0xdc, 0xf7, 0x2b } };

	snprintf(link.name, IFNAMSIZ, "%s", name);
	snprintf(link.kind, IFNAMSIZ, "%s", kind);
	return link;
}

static void take(struct netdev *netdev, uint16_t type, const struct attr_writer *out)
{
	struct error err = { 0 };

	assert_false(out->full);
	assert_int_equal(netdev_take(netdev, type, out->buf, out->len, &err), 0);
}

static void put_inet(struct attr_writer *out, unsigned type, int family, const char *address)
{
	unsigned char bytes[16];

	assert_int_equal(inet_pton(family, address, bytes), 1);
	attr_put(out, type, bytes, family == AF_INET6 ? 16 : 4);
}

static void give_address(struct netdev *netdev, int family, const char *address, int len)
{
	const struct ifaddrmsg head = {
		.ifa_family = (unsigned char)family, .ifa_prefixlen = (unsigned char)len,
		.ifa_index = (unsigned)netdev->spot.index,
	};
	unsigned char bytes[256] __attribute__((aligned(4)));
	struct attr_writer out = { .buf = bytes, .size = sizeof(bytes) };

	attr_put_raw(&out, &head, sizeof(head));
	put_inet(&out, IFA_ADDRESS, family, address);
	if (family == AF_INET)
		put_inet(&out, IFA_LOCAL, family, address);
	attr_put_u32(&out, IFA_FLAGS, IFA_F_PERMANENT);
	take(netdev, RTM_NEWADDR, &out);
}

static void give_default_route(struct netdev *netdev, int family, const char *gateway)
{
	const struct rtmsg head = {
		.rtm_family = (unsigned char)family, .rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST,
	};
	unsigned char bytes[256] __attribute__((aligned(4)));
	struct attr_writer out = { .buf = bytes, .size = sizeof(bytes) };

	attr_put_raw(&out, &head, sizeof(head));
	attr_put_u32(&out, RTA_TABLE, RT_TABLE_MAIN);
	put_inet(&out, RTA_GATEWAY, family, gateway);
	attr_put_u32(&out, RTA_OIF, (uint32_t)netdev->spot.index);
	take(netdev, RTM_NEWROUTE, &out);
}

/* An address and a default route of each family, and the routes that come with them. */
static void furnish(struct netdev *netdev, int index, const char *name)
{
	struct error err = { 0 };

	netdev->spot.index = index;
	snprintf(netdev->spot.name, IFNAMSIZ, "%s", name);
	give_address(netdev, AF_INET, "192.168.0.3", 26);
	give_address(netdev, AF_INET6, "2001:db8::3", 64);
	give_default_route(netdev, AF_INET, "192.168.0.1");
	give_default_route(netdev, AF_INET6, "2001:db8::1");
	for (int part = PART_ADDRESSES4; part <= PART_ADDRESSES6; part++)
		assert_int_equal(entries_add_prefix(&netdev->parts[part == PART_ADDRESSES4 ?
								   PART_ROUTES4 : PART_ROUTES6],
						    netdev->parts[part].list[0], &err), 0);
	assert_int_equal(netdev_order(netdev, &err), 0);
}

static void give_setting(struct netdev *netdev, const char *name, int value)
{
	struct device_setting *setting = &netdev->settings[netdev->setting_count++];

	setting->folder = SETTINGS_IPV4;
	snprintf(setting->name, SETTING_NAME, "%s", name);
	setting->value = value;
}

static void begin(enum style style, const char *netdev)
{
	struct journal *journal = &dance.journal;

	memset(&plan, 0, sizeof(plan));
	journal->style = style;
	journal->nic = NIC;
	journal->made_bridge = true;
	snprintf(journal->netdev, IFNAMSIZ, "%s", netdev);
	snprintf(journal->bridge, IFNAMSIZ, "%s", style == STYLE_BRIDGE ? netdev : "xenbr0");
	dance_name(journal, 0);
	snprintf(dance.path, sizeof(dance.path), "/run/xen-hotplug/network-bridge.%s", netdev);
	dance.carrier = 10;
	dance.front_no_ipv6 = dance.far_no_ipv6 = dance.bridge_no_ipv6 = -1;
	dance.arp_ignore = journal->arp_ignore = -1;
}

/* As it is before start. */
static void see_off(enum style style, const char *netdev)
{
	begin(style, netdev);
	dance.nic = link_of(NIC, netdev, "");
	dance.journal.like = dance.nic;
	furnish(&dance.on_nic, NIC, netdev);
	furnish(&dance.journal.wanted, NIC, netdev);
}

static void become_port(struct link *link, int bridge, const char *name)
{
	link->master = bridge;
	snprintf(link->master_name, IFNAMSIZ, "%s", name);
	link->addr_gen = 1;
}

/* As start leaves it. */
static void see_on(enum style style)
{
	begin(style, "eth0");
	dance.nic = link_of(NIC, dance.journal.physical, "");
	dance.nic_no_ipv6 = 1;
	if (style == STYLE_VETH) {
		dance.bridge = link_of(BRIDGE, "xenbr0", "bridge");
		dance.far = link_of(FAR, "vif0.0", "veth");
		become_port(&dance.far, BRIDGE, "xenbr0");
		memset(dance.nic.mac, 0xff, MAC_LEN);
		dance.nic.no_arp = dance.nic.no_multicast = true;
		dance.bridge_no_ipv6 = dance.far_no_ipv6 = 1;
	}
	dance.front = link_of(FRONT, dance_front_name(&dance.journal),
			      style == STYLE_VETH ? "veth" : "bridge");
	become_port(&dance.nic, style == STYLE_VETH ? BRIDGE : FRONT, dance.journal.bridge);
	dance.front_no_ipv6 = 0;
	dance.journal.like = dance.front;
	furnish(&dance.on_front, FRONT, dance_front_name(&dance.journal));
	furnish(&dance.journal.wanted, FRONT, dance_front_name(&dance.journal));
}

/* ---- the plans -------------------------------------------------------------------------------- */

static void print_plan(void)
{
	struct text out = TEXT_IN(text);

	text[0] = '\0';
	for (size_t i = 0; i < plan.count; i++) {
		const struct step *step = &plan.steps[i];

		if (step->optional)
			text_add(&out, "(if need be) ");
		/* The journal's text has its own test. */
		if (step->kind == STEP_FILE)
			text_add(&out, "%s %s", step->file.to ? "write" : "remove", step->file.path);
		else
			step_print(step, &out);
		text_add(&out, "\n");
	}
	assert_false(out.cut || plan.too_long);
}

static void matches(const char *name)
{
	static char expected[TEXT_MAX];
	char path[128];
	FILE *file;
	size_t n;

	print_plan();
	snprintf(path, sizeof(path), FOLDER "%s.txt", name);
	file = fopen(path, getenv("UPDATE") ? "w" : "r");
	assert_non_null(file);
	if (getenv("UPDATE")) {
		fprintf(file, "# SPDX-License-Identifier: GPL-2.0-or-later\n%s", text);
	} else {
		n = fread(expected, 1, sizeof(expected) - 1, file);
		expected[n] = '\0';
		assert_string_equal(text, strchr(expected, '\n') + 1);
	}
	fclose(file);
	dance_free(&dance);
}

static void plan_start(void)
{
	struct error err = { 0 };

	assert_int_equal(dance_settle(&dance, true, &err), 0);
	program->plan_start(&dance, &plan);
}

static void plan_stop(void)
{
	struct error err = { 0 };

	assert_int_equal(dance_settle(&dance, false, &err), 0);
	program->plan_stop(&dance, &plan);
}

static void start_in_each_style(void **state)
{
	(void)state;
	see_off(STYLE_VETH, "eth0");
	plan_start();
	matches("start-veth");
	see_off(STYLE_BRIDGE, "eth0");
	plan_start();
	matches("start-bridge");
	see_off(STYLE_PLAIN, "eth0");
	plan_start();
	matches("start-plain");
}

static void stop_in_each_style(void **state)
{
	(void)state;
	see_on(STYLE_VETH);
	plan_stop();
	matches("stop-veth");
	see_on(STYLE_BRIDGE);
	plan_stop();
	matches("stop-bridge");
	see_on(STYLE_PLAIN);
	plan_stop();
	matches("stop-plain");
}

static void start_with_all_there_is(void **state)
{
	(void)state;
	see_off(STYLE_VETH, "enp0s20f0u1u2u3");
	dance.journal.antispoof = true;
	dance.firewall = (struct firewall_facts){ .kind = FIREWALL_NFTABLES,
						  .tool = { "iptables", "ip6tables" } };
	dance.vlan_filtering = true;
	dance.journal.like.mtu = 9000;
	dance.journal.like.txqlen = 77;
	give_setting(&dance.on_nic, "rp_filter", 2);
	give_setting(&dance.on_nic, "forwarding", 1);
	give_setting(&dance.fresh, "rp_filter", 0);
	give_setting(&dance.fresh, "forwarding", 1);
	plan_start();
	matches("start-all");
}

static void start_on_an_admins_bridge(void **state)
{
	(void)state;
	see_off(STYLE_VETH, "eth0");
	dance.journal.made_bridge = false;
	dance.bridge = link_of(BRIDGE, "xenbr0", "bridge");
	dance.bridge.up = false;
	dance.bridge_no_ipv6 = dance.arp_ignore = 0;
	plan_start();
	matches("start-admins-bridge");
}

static void a_host_without_ipv6(void **state)
{
	(void)state;
	see_off(STYLE_VETH, "eth0");
	entries_free(&dance.on_nic.parts[PART_ADDRESSES6]);
	entries_free(&dance.on_nic.parts[PART_ROUTES6]);
	entries_free(&dance.journal.wanted.parts[PART_ADDRESSES6]);
	entries_free(&dance.journal.wanted.parts[PART_ROUTES6]);
	dance.nic.addr_gen = dance.journal.like.addr_gen = -1;
	dance.nic_no_ipv6 = dance.fresh_no_ipv6 = dance.journal.no_ipv6 = -1;
	plan_start();
	matches("start-no-ipv6");
}

static void ifup_is_asked_first(void **state)
{
	(void)state;
	see_off(STYLE_VETH, "eth0");
	strcpy(dance.ifup, "/sbin");
	dance.ifdown = dance.by_ifup = dance.again = true;
	plan_start();
	matches("start-ifup");
}

/* The nic has its port's MAC and is off the air; the veths have nothing yet. */
static void back_from_half_way(void **state)
{
	(void)state;
	see_off(STYLE_VETH, "eth0");
	dance.journal.phase = PHASE_STARTING;
	dance.bridge = link_of(BRIDGE, "xenbr0", "bridge");
	dance.far = link_of(FAR, "vif0.0", "veth");
	dance.front = link_of(FRONT, "veth0", "veth");
	become_port(&dance.far, BRIDGE, "xenbr0");
	become_port(&dance.nic, BRIDGE, "xenbr0");
	strcpy(dance.nic.name, "peth0");
	memset(dance.nic.mac, 0xff, MAC_LEN);
	dance.nic.no_arp = dance.nic.no_multicast = true;
	dance.nic_no_ipv6 = 1;
	dance.front_no_ipv6 = 0;
	entries_free(&dance.on_nic.parts[PART_ADDRESSES6]);
	entries_free(&dance.on_nic.parts[PART_ROUTES6]);
	plan_stop();
	matches("back-half");
}

/* Nothing has been done but the journal. */
static void back_from_the_beginning(void **state)
{
	(void)state;
	see_off(STYLE_PLAIN, "eth0");
	plan_stop();
	matches("back-beginning");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_in_each_style),
		cmocka_unit_test(stop_in_each_style),
		cmocka_unit_test(start_with_all_there_is),
		cmocka_unit_test(start_on_an_admins_bridge),
		cmocka_unit_test(a_host_without_ipv6),
		cmocka_unit_test(ifup_is_asked_first),
		cmocka_unit_test(back_from_half_way),
		cmocka_unit_test(back_from_the_beginning),
	};

	network_bridge_main(0, NULL);
	return RUN_TESTS(tests);
}
