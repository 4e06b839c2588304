// SPDX-License-Identifier: GPL-2.0-or-later
// Includes routing.c: its static parts are in reach. Whole plans are in plans/.
#include "tests/unit/test.h"

#include "common/routing.c"

static struct request request;
static struct facts facts;
static struct routing routing;
static struct error err;

static int fresh(void **state)
{
	(void)state;
	memset(&request, 0, sizeof(request));
	memset(&facts, 0, sizeof(facts));
	memset(&err, 0, sizeof(err));
	request.command = COMMAND_ONLINE;
	request.has_path = true;
	request.domid = 1;
	strcpy(request.wanted, "vif1.0");
	strcpy(facts.gateway.name, "eth0");
	return 0;
}

static void set(enum key key, const char *value)
{
	request.settings[key].value = value;
}

static void set_ip(const char *list)
{
	set(KEY_IP, list);
	assert_int_equal(request_check_ips(&request, &err), 0);
}

/* The guest's entries, as in `ip`. */
static const char *guest(void)
{
	static char buf[4096];
	struct text out = TEXT_IN(buf);
	char text[INET_TEXT];

	buf[0] = '\0';
	for (size_t i = 0; i < routing.count; i++) {
		inet_print(&routing.guest[i], text);
		text_add(&out, "%s%s/%u", i ? " " : "", text, routing.guest[i].len);
	}
	return buf;
}

static const char *router(void)
{
	static char text[INET_TEXT];

	inet_print(&routing.router, text);
	return text;
}

static void entries(void **state)
{
	(void)state;
	set_ip("10.0.0.1 10.0.0.1/32 10.0.0.0/24 fe80::1 2001:db8::1 2001:db8::1 10.0.0.1/32");
	assert_int_equal(routing_of_entries(&request, &routing, &err), 0);
	assert_string_equal(guest(), "10.0.0.1/32 10.0.0.0/24 2001:db8::1/128");
	assert_int_equal(routing.metric, 2);
	assert_int_equal(routing.metric6, 2);
	request.type = TYPE_TAP;
	assert_int_equal(routing_of_entries(&request, &routing, &err), 0);
	assert_int_equal(routing.metric, 1);
}

/* All that is good is there for taking down; the first mistake is what is told. */
static void bad_entries(void **state)
{
	(void)state;
	set_ip("10.0.0.1 10.0.0.1/24 10.0.0.2 2001:db8::1/64");
	set(KEY_CONNTRACK, "purge");
	set(KEY_NEIGH, "x");
	assert_int_equal(routing_of_entries(&request, &routing, &err), -EINVAL);
	assert_string_equal(err.text, "ip: 10.0.0.1/24 is no prefix that can be routed: it has "
			    "bits set behind its length");
	assert_string_equal(guest(), "10.0.0.1/32 10.0.0.2/32");
	assert_true(routing.purge);
}

static void numbers(void **state)
{
	static const struct {
		unsigned domid, devid;
		const char *guest, *router;
	} cases[] = {
		{ 1, 0, "10.0.1.1/32", "10.0.1.128" },
		{ 255, 0, "10.0.255.1/32", "10.0.255.128" },
		{ 256, 1, "10.1.0.2/32", "10.1.0.129" },
		{ 32751, 127, "10.127.239.128/32", "10.127.239.255" },
		{ 1, 128, "10.0.1.129/32", "10.0.1.2" },
		{ 1, 254, "10.0.1.255/32", "10.0.1.128" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		request.domid = cases[i].domid;
		request.devid = cases[i].devid;
		assert_int_equal(routing_by_number(&request, &routing, &err), 0);
		assert_string_equal(guest(), cases[i].guest);
		assert_string_equal(router(), cases[i].router);
		assert_int_equal(routing.metric, 0);
		assert_int_equal(routing.metric6, 1024);
	}
	request.devid = 255;
	assert_int_equal(routing_by_number(&request, &routing, &err), -EINVAL);
}

static void numbers_by_entries(void **state)
{
	static const struct {
		const char *ip, *guest, *router;
	} cases[] = {
		{ "10.0.0.1", "10.0.0.1/32", "10.0.0.128" },
		{ "10.0.0.128", "10.0.0.128/32", "10.0.0.255" },
		{ "10.0.0.129", "10.0.0.129/32", "10.0.0.2" },
		{ "10.0.0.0", "10.0.0.0/32", "10.0.0.127" },
		{ "10.0.0.255", "10.0.0.255/32", "10.0.0.128" },
		{ "10.0.0.1/16", "10.0.0.1/32", "10.0.0.128" },
		{ "2001:db8::1 10.0.0.1/16 10.1.0.0/16", "10.0.0.1/32 2001:db8::1/128 10.1.0.0/16",
		  "10.0.0.128" },
		{ "2001:db8::1", "10.0.1.1/32 2001:db8::1/128", "10.0.1.128" },
		{ "10.0.0.1 10.0.0.1", "10.0.0.1/32", "10.0.0.128" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		set_ip(cases[i].ip);
		assert_int_equal(routing_by_number(&request, &routing, &err), 0);
		assert_string_equal(guest(), cases[i].guest);
		assert_string_equal(router(), cases[i].router);
	}
}

/* As many as `ip` can hold, and the one by number besides. */
static void there_is_room(void **state)
{
	char list[REQUEST_IPS * 20] = "";
	struct text out = TEXT_IN(list);

	(void)state;
	for (int i = 0; i < REQUEST_IPS; i++)
		text_add(&out, "2001:db8::%x ", i);
	set_ip(list);
	assert_int_equal(routing_by_number(&request, &routing, &err), 0);
	assert_int_equal(routing.count, REQUEST_IPS + 1);
}

static void without_a_number(void **state)
{
	(void)state;
	request.has_path = false;
	assert_int_equal(routing_by_number(&request, &routing, &err), -EINVAL);
	assert_string_equal(err.text, "neither ip nor XENBUS_PATH is set: the guest's address is "
			    "not known");
}

static void the_gateways_address(void **state)
{
	struct address *address = &facts.gateway_address;

	(void)state;
	assert_int_equal(inet_parse("192.168.1.20/24", &address->local, &err), 0);
	assert_int_equal(inet_parse("192.168.1.255", &address->broadcast, &err), 0);
	address->has_broadcast = true;
	assert_int_equal(routing_of_entries(&request, &routing, &err), 0);
	assert_int_equal(routing_by_gateway(&request, &facts, &routing, &err), 0);
	assert_string_equal(router(), "192.168.1.20");
	assert_int_equal(routing.router.len, 32);
	assert_int_equal(routing.broadcast.family, AF_INET);
}

static void when_no_gateway_is_needed(void **state)
{
	static const struct {
		const char *ip, *ifup;
		int rc;
	} cases[] = {
		{ NULL, "", -ENETDOWN },
		{ "10.0.0.1", "", -ENETDOWN },
		{ "10.0.0.1 2001:db8::1", "", -ENETDOWN },
		{ "2001:db8::1", "", 0 },
		{ NULL, "/sbin", 0 },
		{ "10.0.0.1", "/sbin", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fresh(NULL);
		if (cases[i].ip)
			set_ip(cases[i].ip);
		strcpy(facts.ifup, cases[i].ifup);
		assert_int_equal(routing_of_entries(&request, &routing, &err), 0);
		assert_int_equal(routing_by_gateway(&request, &facts, &routing, &err),
				 cases[i].rc);
		assert_int_equal(routing.router.family, 0);
	}
	assert_string_equal(err.text, "");
}

static void names_for_ifup(void **state)
{
	static const char *const good[] = { "vif1.0", "vifalice.0", "a-b", "A_1" };
	static const char *const bad[] = { "-a", "--all", "a=b", "a*", "?", "a b", "a;b", "@a",
					   "vif\xc3\xa4" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(is_plain(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(is_plain(bad[i]));
}

static void words(void **state)
{
	static const struct {
		enum key key;
		const char *value, *message;
	} cases[] = {
		{ KEY_CONNTRACK, "purge", NULL },
		{ KEY_CONNTRACK, "keep", NULL },
		{ KEY_CONNTRACK, "yes", "conntrack='yes' is neither purge nor keep" },
		{ KEY_NEIGH, "learned", NULL },
		{ KEY_NEIGH, "Permanent", "neigh='Permanent' is neither permanent nor learned" },
		{ KEY_NEIGH, "permanent",
		  "neigh=permanent, but the guest's MAC address (mac) is not known" },
		{ KEY_GATEWAY6, "fe80::1", NULL },
		{ KEY_GATEWAY6, "10.0.0.1", "gateway6='10.0.0.1' is not an IPv6 address" },
		{ KEY_GATEWAY6, "fe80::1/64", "gateway6='fe80::1/64' is not an IPv6 address" },
		{ KEY_GATEWAY6, "eth0", "gateway6: 'eth0' is not an IP address or prefix" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fresh(NULL);
		set(cases[i].key, cases[i].value);
		assert_int_equal(routing_of_entries(&request, &routing, &err),
				 cases[i].message ? -EINVAL : 0);
		assert_string_equal(err.text, cases[i].message ? cases[i].message : "");
	}
	fresh(NULL);
	request.has_mac = true;
	set(KEY_NEIGH, "permanent");
	assert_int_equal(routing_of_entries(&request, &routing, &err), 0);
	assert_true(routing.permanent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(entries, fresh),
		cmocka_unit_test_setup(bad_entries, fresh),
		cmocka_unit_test_setup(numbers, fresh),
		cmocka_unit_test_setup(numbers_by_entries, fresh),
		cmocka_unit_test_setup(there_is_room, fresh),
		cmocka_unit_test_setup(without_a_number, fresh),
		cmocka_unit_test_setup(the_gateways_address, fresh),
		cmocka_unit_test_setup(when_no_gateway_is_needed, fresh),
		cmocka_unit_test_setup(names_for_ifup, fresh),
		cmocka_unit_test_setup(words, fresh),
	};

	return RUN_TESTS(tests);
}
