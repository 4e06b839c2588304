// SPDX-License-Identifier: GPL-2.0-or-later
// Includes entry.c: its static parts are in reach.
#include "tests/unit/test.h"

#include <arpa/inet.h>

#include "common/entry.c"

#define NIC 3
#define FRONT 7
#define OTHER 5

static const struct spot nic = { NIC, "eth0" }, front = { FRONT, "eth0" }, bridge = { 9, "xenbr0" };
static struct entries list;
static struct error err;

/* A message as the kernel would send it. */
static unsigned char bytes[ENTRY_SIZE] __attribute__((aligned(4)));
static struct attr_writer out;

static void begin(const void *head, size_t size)
{
	out = (struct attr_writer){ .buf = bytes, .size = sizeof(bytes) };
	attr_put_raw(&out, head, size);
}

static void put_inet(unsigned type, int family, const char *text)
{
	unsigned char address[16];

	assert_int_equal(inet_pton(family, text, address), 1);
	attr_put(&out, type, address, family == AF_INET6 ? 16 : 4);
}

static int take_it(uint16_t type)
{
	memset(&err, 0, sizeof(err));
	return entries_take(&list, &nic, type, bytes, out.len, &err);
}

static const struct entry *taken(uint16_t type)
{
	assert_int_equal(take_it(type), 0);
	assert_true(list.count > 0);
	return list.list[list.count - 1];
}

static int fresh_list(void **state)
{
	(void)state;
	entries_free(&list);
	return 0;
}

static int free_list(void **state)
{
	return fresh_list(state);
}

static void begin_address(int family, int len, uint32_t flags)
{
	const struct ifaddrmsg head = {
		.ifa_family = (unsigned char)family, .ifa_prefixlen = (unsigned char)len,
		.ifa_flags = (unsigned char)flags, .ifa_index = NIC,
	};

	begin(&head, sizeof(head));
	attr_put_u32(&out, IFA_FLAGS, flags);
}

static void begin_route(int family, int len, int protocol, int index)
{
	const struct rtmsg head = {
		.rtm_family = (unsigned char)family, .rtm_dst_len = (unsigned char)len,
		.rtm_table = RT_TABLE_MAIN, .rtm_protocol = (unsigned char)protocol,
		.rtm_type = RTN_UNICAST, .rtm_flags = RTNH_F_LINKDOWN | RTNH_F_ONLINK,
	};

	begin(&head, sizeof(head));
	attr_put_u32(&out, RTA_TABLE, RT_TABLE_MAIN);
	if (index)
		attr_put_u32(&out, RTA_OIF, (uint32_t)index);
}

static const char *printed(const struct entry *entry, const struct spot *spot,
			   enum entry_verb verb)
{
	static char buf[4096];
	struct text text = TEXT_IN(buf);

	entry_print(entry, spot, verb, &text);
	assert_false(text.cut);
	return buf;
}

static void a_label_goes_with_the_name(void **state)
{
	const struct entry *entry;

	(void)state;
	begin_address(AF_INET, 24, IFA_F_PERMANENT | IFA_F_SECONDARY);
	put_inet(IFA_LOCAL, AF_INET, "10.0.0.1");
	put_inet(IFA_ADDRESS, AF_INET, "10.0.0.1");
	attr_put(&out, IFA_LABEL, "eth0:1", 7);
	entry = taken(RTM_NEWADDR);
	assert_string_equal(printed(entry, &front, ENTRY_ADD),
			    "ip address add 10.0.0.1/24 dev eth0 label eth0:1");
	assert_string_equal(printed(entry, &bridge, ENTRY_ADD),
			    "ip address add 10.0.0.1/24 dev xenbr0 label xenbr0:1");
	assert_string_equal(printed(entry, &bridge, ENTRY_DELETE),
			    "ip address del 10.0.0.1/24 dev xenbr0");
}

/* Nobody else can have had it; what it was like is set once it is there. */
static void an_ipv6_address_comes_at_once(void **state)
{
	const struct entry *entry;
	struct ifa_cacheinfo life = { .ifa_prefered = 100, .ifa_valid = 200, .cstamp = 7 };

	(void)state;
	begin_address(AF_INET6, 64, IFA_F_MANAGETEMPADDR);
	put_inet(IFA_ADDRESS, AF_INET6, "2001:db8::1");
	attr_put(&out, IFA_CACHEINFO, &life, sizeof(life));
	entry = taken(RTM_NEWADDR);
	assert_true(entry_expires(entry));
	assert_string_equal(printed(entry, &front, ENTRY_ADD),
			    "ip address add 2001:db8::1/64 dev eth0 nodad mngtmpaddr "
			    "valid_lft 200 preferred_lft 100");
	assert_string_equal(printed(entry, &front, ENTRY_CHANGE),
			    "ip address replace 2001:db8::1/64 dev eth0 mngtmpaddr "
			    "valid_lft 200 preferred_lft 100");
	entries_age(&list, 150);
	assert_string_equal(printed(list.list[0], &front, ENTRY_CHANGE),
			    "ip address replace 2001:db8::1/64 dev eth0 mngtmpaddr "
			    "valid_lft 50 preferred_lft 0");
	entries_age(&list, 50);
	assert_int_equal(list.count, 0);
}

static void what_the_kernel_makes_is_left(void **state)
{
	(void)state;
	/* Another host has that address. */
	begin_address(AF_INET6, 64, IFA_F_DADFAILED | IFA_F_TENTATIVE);
	put_inet(IFA_ADDRESS, AF_INET6, "2001:db8::1");
	assert_int_equal(take_it(RTM_NEWADDR), 0);
	begin_route(AF_INET, 32, RTPROT_KERNEL, NIC);
	((struct rtattr *)(void *)(bytes + sizeof(struct rtmsg)))->rta_len = 8;
	memcpy(bytes + sizeof(struct rtmsg) + 4, &(uint32_t){ RT_TABLE_LOCAL }, 4);
	assert_int_equal(take_it(RTM_NEWROUTE), 0);
	/* And what is another device's. */
	begin_route(AF_INET, 0, RTPROT_BOOT, OTHER);
	assert_int_equal(take_it(RTM_NEWROUTE), 0);
	assert_int_equal(list.count, 0);
}

static void a_route_loses_its_state(void **state)
{
	struct rta_cacheinfo cache = { .rta_expires = 1234, .rta_used = 3 };
	const struct entry *entry;
	uint16_t flags;
	struct rtmsg *rtm = (void *)bytes;

	(void)state;
	begin_route(AF_INET6, 0, RTPROT_STATIC, NIC);
	put_inet(RTA_GATEWAY, AF_INET6, "fe80::1");
	attr_put_u32(&out, RTA_PRIORITY, 1024);
	attr_put(&out, RTA_CACHEINFO, &cache, sizeof(cache));
	entry = taken(RTM_NEWROUTE);
	assert_string_equal(printed(entry, &front, ENTRY_ADD),
			    "ip -6 route append default dev eth0 via fe80::1 metric 1024 "
			    "expires 13 proto static onlink");
	out.len = entry_message(entry, &front, ENTRY_ADD, &flags, bytes);
	assert_int_equal(rtm->rtm_flags, RTNH_F_ONLINK);
	assert_int_equal(flags, NLM_F_CREATE | NLM_F_APPEND);
	assert_int_equal(attr_u32(attr_find(span_of(bytes, RTM_NEWROUTE, out.len), RTA_OIF)),
			 FRONT);
}

/* It would meet the kernel's own, which the router's next word brings. */
static void what_a_router_told_gets_another_metric(void **state)
{
	(void)state;
	begin_route(AF_INET6, 0, RTPROT_RA, NIC);
	attr_put_u32(&out, RTA_PRIORITY, 1024);
	assert_non_null(strstr(printed(taken(RTM_NEWROUTE), &front, ENTRY_ADD), " metric 1025 "));
	assert_non_null(strstr(printed(list.list[0], &front, ENTRY_DELETE), " metric 1024 "));
}

static void begin_hops(size_t *nest)
{
	begin_route(AF_INET, 0, RTPROT_BOOT, 0);
	*nest = attr_nest(&out, RTA_MULTIPATH);
}

static void put_hop(int index, const char *gateway, int weight)
{
	struct rtnexthop hop = { .rtnh_len = sizeof(hop) + 8, .rtnh_ifindex = index,
				 .rtnh_hops = (unsigned char)(weight - 1),
				 .rtnh_flags = RTNH_F_DEAD };

	attr_put_raw(&out, &hop, sizeof(hop));
	put_inet(RTA_GATEWAY, AF_INET, gateway);
}

static void of_several_ways_only_the_devices_own_changes(void **state)
{
	const struct rtattr *gateways[4];
	const struct entry *entry;
	size_t nest;

	(void)state;
	begin_hops(&nest);
	put_hop(NIC, "10.0.0.1", 3);
	put_hop(OTHER, "10.1.0.1", 1);
	attr_nest_end(&out, nest);
	entry = taken(RTM_NEWROUTE);
	assert_true(entry_is_shared(entry));
	assert_int_equal(entry_gateways(entry, gateways, 4), 1);
	assert_string_equal(printed(entry, &bridge, ENTRY_ADD),
			    "ip route append default proto boot scope global onlink "
			    "nexthop via 10.0.0.1 dev xenbr0 weight 3 "
			    "nexthop via 10.1.0.1 dev if5 weight 1");
}

/* Where another device has the next best, it must be put in front of that. */
static void the_first_of_equal_routes_stays_first(void **state)
{
	(void)state;
	begin_route(AF_INET, 0, RTPROT_BOOT, NIC);
	put_inet(RTA_GATEWAY, AF_INET, "10.0.0.1");
	taken(RTM_NEWROUTE);
	begin_route(AF_INET, 0, RTPROT_BOOT, NIC);
	put_inet(RTA_GATEWAY, AF_INET, "10.0.0.2");
	taken(RTM_NEWROUTE);
	begin_route(AF_INET, 0, RTPROT_BOOT, OTHER);
	assert_int_equal(take_it(RTM_NEWROUTE), 0);
	begin_route(AF_INET, 0, RTPROT_BOOT, NIC);
	put_inet(RTA_GATEWAY, AF_INET, "10.0.0.3");
	taken(RTM_NEWROUTE);
	assert_int_equal(list.count, 3);
	assert_int_equal(entries_sort(&list, &err), 0);
	assert_non_null(strstr(printed(list.list[0], &front, ENTRY_ADD), "append default dev eth0 via 10.0.0.3"));
	assert_non_null(strstr(printed(list.list[1], &front, ENTRY_ADD), "prepend default dev eth0 via 10.0.0.2"));
	assert_non_null(strstr(printed(list.list[2], &front, ENTRY_ADD), "prepend default dev eth0 via 10.0.0.1"));
}

static void gateways_come_last(void **state)
{
	(void)state;
	begin_route(AF_INET, 0, RTPROT_BOOT, NIC);
	put_inet(RTA_GATEWAY, AF_INET, "10.9.0.1");
	taken(RTM_NEWROUTE);
	begin_route(AF_INET, 24, RTPROT_BOOT, NIC);
	put_inet(RTA_DST, AF_INET, "10.9.0.0");
	taken(RTM_NEWROUTE);
	assert_int_equal(entries_sort(&list, &err), 0);
	assert_non_null(strstr(printed(list.list[0], &front, ENTRY_ADD), "10.9.0.0/24"));
}

static void the_same_on_another_device_is_the_same(void **state)
{
	struct entries others = { 0 };
	uint16_t flags;

	(void)state;
	begin_address(AF_INET, 24, IFA_F_PERMANENT);
	put_inet(IFA_LOCAL, AF_INET, "10.0.0.1");
	attr_put(&out, IFA_LABEL, "eth0:x", 7);
	taken(RTM_NEWADDR);
	out.len = entry_message(list.list[0], &bridge, ENTRY_ADD, &flags, bytes);
	assert_int_equal(entries_take(&others, &bridge, RTM_NEWADDR, bytes, out.len, &err), 0);
	assert_int_equal(others.count, 1);
	assert_true(entries_same(&list, &others));
	/* With another scope it is another. */
	((struct ifaddrmsg *)(void *)bytes)->ifa_scope = RT_SCOPE_LINK;
	assert_int_equal(entries_take(&others, &bridge, RTM_NEWADDR, bytes, out.len, &err), 0);
	assert_null(entries_find(&list, others.list[1]));
	entries_free(&others);
}

static void an_address_brings_its_route(void **state)
{
	struct entries routes = { 0 };

	(void)state;
	begin_address(AF_INET, 20, IFA_F_PERMANENT);
	put_inet(IFA_LOCAL, AF_INET, "10.0.17.1");
	put_inet(IFA_ADDRESS, AF_INET, "10.0.17.1");
	assert_int_equal(entries_add_prefix(&routes, taken(RTM_NEWADDR), &err), 0);
	begin_address(AF_INET6, 64, IFA_F_PERMANENT);
	put_inet(IFA_ADDRESS, AF_INET6, "2001:db8::1");
	assert_int_equal(entries_add_prefix(&routes, taken(RTM_NEWADDR), &err), 0);
	/* These bring none: it is told so, it is the second one, it is the host alone. */
	begin_address(AF_INET, 24, IFA_F_NOPREFIXROUTE);
	put_inet(IFA_LOCAL, AF_INET, "10.1.0.1");
	assert_int_equal(entries_add_prefix(&routes, taken(RTM_NEWADDR), &err), 0);
	begin_address(AF_INET, 24, IFA_F_SECONDARY);
	put_inet(IFA_LOCAL, AF_INET, "10.1.0.1");
	assert_int_equal(entries_add_prefix(&routes, taken(RTM_NEWADDR), &err), 0);
	begin_address(AF_INET, 32, 0);
	put_inet(IFA_LOCAL, AF_INET, "10.1.0.1");
	assert_int_equal(entries_add_prefix(&routes, taken(RTM_NEWADDR), &err), 0);
	assert_int_equal(routes.count, 2);
	assert_string_equal(printed(routes.list[0], &nic, ENTRY_ADD),
			    "ip route append 10.0.16.0/20 src 10.0.17.1 dev eth0 proto kernel "
			    "scope link");
	assert_string_equal(printed(routes.list[1], &nic, ENTRY_ADD),
			    "ip -6 route append 2001:db8::/64 metric 256 dev eth0 proto kernel");
	entries_free(&routes);
}

static void what_is_no_message_is_refused(void **state)
{
	(void)state;
	begin_route(AF_INET, 0, RTPROT_BOOT, NIC);
	out.len = sizeof(struct rtmsg) - 1;
	assert_int_equal(take_it(RTM_NEWROUTE), -EBADMSG);
	memset(&err, 0, sizeof(err));
	assert_int_equal(entries_add(&list, &nic, RTM_NEWLINK, bytes, 20, &err), -EBADMSG);
	begin_route(AF_INET, 0, RTPROT_BOOT, NIC);
	((struct rtattr *)(void *)(bytes + sizeof(struct rtmsg)))->rta_len = 200;
	memset(&err, 0, sizeof(err));
	assert_int_equal(entries_add(&list, &nic, RTM_NEWROUTE, bytes, out.len, &err), -EBADMSG);
}

static void rules_follow_the_name(void **state)
{
	const struct fib_rule_hdr head = { .family = AF_INET, .action = FR_ACT_TO_TBL,
					   .flags = FIB_RULE_IIF_DETACHED };
	const struct entry *entry;

	(void)state;
	begin(&head, sizeof(head));
	attr_put_u32(&out, FRA_TABLE, 100);
	attr_put(&out, FRA_IIFNAME, "eth0", 5);
	attr_put_u32(&out, FRA_PRIORITY, 7);
	entry = taken(RTM_NEWRULE);
	assert_string_equal(printed(entry, &bridge, ENTRY_ADD),
			    "ip rule add from all iif xenbr0 priority 7 lookup 100");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_label_goes_with_the_name, fresh_list, free_list),
		cmocka_unit_test_setup_teardown(an_ipv6_address_comes_at_once, fresh_list, free_list),
		cmocka_unit_test_setup_teardown(what_the_kernel_makes_is_left, fresh_list, free_list),
		cmocka_unit_test_setup_teardown(a_route_loses_its_state, fresh_list, free_list),
		cmocka_unit_test_setup_teardown(what_a_router_told_gets_another_metric, fresh_list,
						free_list),
		cmocka_unit_test_setup_teardown(of_several_ways_only_the_devices_own_changes,
						fresh_list, free_list),
		cmocka_unit_test_setup_teardown(the_first_of_equal_routes_stays_first, fresh_list,
						free_list),
		cmocka_unit_test_setup_teardown(gateways_come_last, fresh_list, free_list),
		cmocka_unit_test_setup_teardown(the_same_on_another_device_is_the_same, fresh_list,
						free_list),
		cmocka_unit_test_setup_teardown(an_address_brings_its_route, fresh_list, free_list),
		cmocka_unit_test_setup_teardown(what_is_no_message_is_refused, fresh_list, free_list),
		cmocka_unit_test_setup_teardown(rules_follow_the_name, fresh_list, free_list),
	};

	return RUN_TESTS(tests);
}
