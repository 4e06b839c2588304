// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "common/router.h"

#define NIC 7
#define OTHER 8

static struct netdev netdev;
static struct router routers[ROUTERS];

static void put_inet(struct attr_writer *writer, unsigned type, const char *address)
{
	unsigned char bytes[16];
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, address, bytes), 1);
	attr_put(writer, type, bytes, family == AF_INET6 ? 16 : 4);
}

static void add(enum netdev_part part, uint16_t type, const struct attr_writer *message)
{
	const struct spot spot = { NIC, "eth0" };
	struct error err = { 0 };

	assert_false(message->full);
	assert_int_equal(entries_add(&netdev.parts[part], &spot, type, message->buf, message->len,
				     &err), 0);
}

static void route(const char *gateway, const char *source, uint32_t metric, uint32_t table)
{
	unsigned char buf[512] __attribute__((aligned(4)));
	struct attr_writer message = { .buf = buf, .size = sizeof(buf) };
	bool v6 = strchr(gateway, ':');
	const struct rtmsg head = { .rtm_family = v6 ? AF_INET6 : AF_INET, .rtm_table = (uint8_t)table,
				    .rtm_type = RTN_UNICAST };

	attr_put_raw(&message, &head, sizeof(head));
	attr_put_u32(&message, RTA_TABLE, table);
	attr_put_u32(&message, RTA_PRIORITY, metric);
	attr_put_u32(&message, RTA_OIF, NIC);
	put_inet(&message, RTA_GATEWAY, gateway);
	if (source)
		put_inet(&message, RTA_PREFSRC, source);
	add(v6 ? PART_ROUTES6 : PART_ROUTES4, RTM_NEWROUTE, &message);
}

static void address(const char *local, uint8_t len)
{
	unsigned char buf[512] __attribute__((aligned(4)));
	struct attr_writer message = { .buf = buf, .size = sizeof(buf) };
	const struct ifaddrmsg head = { .ifa_family = AF_INET, .ifa_prefixlen = len,
					.ifa_index = NIC };

	attr_put_raw(&message, &head, sizeof(head));
	put_inet(&message, IFA_LOCAL, local);
	put_inet(&message, IFA_ADDRESS, local);
	add(PART_ADDRESSES4, RTM_NEWADDR, &message);
}

static int clean(void **state)
{
	(void)state;
	for (int part = 0; part < PARTS; part++)
		entries_free(&netdev.parts[part]);
	memset(&netdev, 0, sizeof(netdev));
	memset(routers, 0xff, sizeof(routers));
	return 0;
}

static void is(size_t i, const char *router, const char *source)
{
	char text[INET_TEXT];

	inet_print(&routers[i].address, text);
	assert_string_equal(text, router);
	if (!source) {
		assert_int_equal(routers[i].source.family, 0);
		return;
	}
	inet_print(&routers[i].source, text);
	assert_string_equal(text, source);
}

static void the_lowest_metric_of_main(void **state)
{
	(void)state;
	assert_int_equal(router_find(&netdev, routers), 0);
	route("10.0.0.9", NULL, 1, 100);
	assert_int_equal(router_find(&netdev, routers), 0);
	route("10.0.0.2", NULL, 20, RT_TABLE_MAIN);
	route("10.0.0.1", NULL, 10, RT_TABLE_MAIN);
	route("10.0.0.3", NULL, 10, RT_TABLE_MAIN);
	route("fe80::1", NULL, 1024, RT_TABLE_MAIN);
	assert_int_equal(router_find(&netdev, routers), 2);
	is(0, "10.0.0.1", NULL);
	is(1, "fe80::1", NULL);
}

static void the_source_is_of_its_network(void **state)
{
	(void)state;
	route("10.0.0.1", NULL, 0, RT_TABLE_MAIN);
	address("192.168.0.3", 24);
	assert_int_equal(router_find(&netdev, routers), 1);
	is(0, "10.0.0.1", "192.168.0.3");
	address("10.0.1.3", 24);
	address("10.0.0.3", 24);
	assert_int_equal(router_find(&netdev, routers), 1);
	is(0, "10.0.0.1", "10.0.0.3");
	clean(NULL);
	address("10.0.0.3", 24);
	route("10.0.0.1", "10.0.0.77", 0, RT_TABLE_MAIN);
	assert_int_equal(router_find(&netdev, routers), 1);
	is(0, "10.0.0.1", "10.0.0.77");
}

static void add_hop(struct attr_writer *message, int index, const char *gateway)
{
	struct rtnexthop hop = { .rtnh_len = RTNH_LENGTH(RTA_LENGTH(4)), .rtnh_ifindex = index };

	attr_put_raw(message, &hop, sizeof(hop));
	put_inet(message, RTA_GATEWAY, gateway);
}

static void of_several_hops_the_device_s_own(void **state)
{
	unsigned char buf[512] __attribute__((aligned(4)));
	struct attr_writer message = { .buf = buf, .size = sizeof(buf) };
	const struct rtmsg head = { .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN,
				    .rtm_type = RTN_UNICAST };
	size_t nest;

	(void)state;
	attr_put_raw(&message, &head, sizeof(head));
	nest = attr_nest(&message, RTA_MULTIPATH);
	add_hop(&message, OTHER, "10.0.1.1");
	add_hop(&message, NIC, "10.0.0.1");
	attr_nest_end(&message, nest);
	add(PART_ROUTES4, RTM_NEWROUTE, &message);
	assert_int_equal(router_find(&netdev, routers), 1);
	is(0, "10.0.0.1", NULL);
}

static void ipv4_by_a_router_of_ipv6(void **state)
{
	unsigned char buf[512] __attribute__((aligned(4)));
	struct attr_writer message = { .buf = buf, .size = sizeof(buf) };
	const struct rtmsg head = { .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN,
				    .rtm_type = RTN_UNICAST };
	unsigned char via[18];
	const uint16_t family = AF_INET6;

	(void)state;
	attr_put_raw(&message, &head, sizeof(head));
	memcpy(via, &family, sizeof(family));
	inet_pton(AF_INET6, "fe80::1", via + 2);
	attr_put(&message, RTA_VIA, via, sizeof(via));
	add(PART_ROUTES4, RTM_NEWROUTE, &message);
	address("10.0.0.3", 24);
	assert_int_equal(router_find(&netdev, routers), 1);
	is(0, "fe80::1", NULL);
}

static void without_a_router_there_is_none(void **state)
{
	unsigned char buf[512] __attribute__((aligned(4)));
	struct attr_writer message = { .buf = buf, .size = sizeof(buf) };
	const struct rtmsg head = { .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN,
				    .rtm_type = RTN_UNICAST };

	(void)state;
	attr_put_raw(&message, &head, sizeof(head));
	attr_put_u32(&message, RTA_OIF, NIC);
	add(PART_ROUTES4, RTM_NEWROUTE, &message);
	assert_int_equal(router_find(&netdev, routers), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_lowest_metric_of_main, clean, clean),
		cmocka_unit_test_setup_teardown(the_source_is_of_its_network, clean, clean),
		cmocka_unit_test_setup_teardown(of_several_hops_the_device_s_own, clean, clean),
		cmocka_unit_test_setup_teardown(ipv4_by_a_router_of_ipv6, clean, clean),
		cmocka_unit_test_setup_teardown(without_a_router_there_is_none, clean, clean),
	};

	return RUN_TESTS(tests);
}
