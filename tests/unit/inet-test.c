// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/inet.h"

static void addresses_are_read(void **state)
{
	static const struct {
		const char *text, *printed;
		int family, len;
	} cases[] = {
		{ "10.0.0.1", "10.0.0.1", AF_INET, 32 },
		{ "10.1.0.0/16", "10.1.0.0", AF_INET, 16 },
		{ "0.0.0.0/0", "0.0.0.0", AF_INET, 0 },
		{ "255.255.255.255/32", "255.255.255.255", AF_INET, 32 },
		{ "fe80::1", "fe80::1", AF_INET6, 128 },
		{ "FE80:0::0:1/64", "fe80::1", AF_INET6, 64 },
		{ "::/0", "::", AF_INET6, 0 },
		{ "::ffff:192.0.2.1/128", "::ffff:192.0.2.1", AF_INET6, 128 },
		{ "0000:0000:0000:0000:0000:ffff:255.255.255.255/128",
		  "::ffff:255.255.255.255", AF_INET6, 128 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };
		struct inet_prefix prefix;
		char text[INET_TEXT];

		assert_int_equal(inet_parse(cases[i].text, &prefix, &err), 0);
		inet_print(&prefix, text);
		assert_string_equal(text, cases[i].printed);
		assert_int_equal(prefix.family, cases[i].family);
		assert_int_equal(prefix.len, cases[i].len);
	}
}

static void other_texts_are_refused(void **state)
{
	static const char *const cases[] = {
		"", "/", "/24", "10.0.0", "10.0.0.256", "10.0.0.1/", "10.0.0.1/33",
		"10.0.0.1/-1", "10.0.0.1/+1", "10.0.0.1/08", "10.0.0.1/ 8", "10.0.0.1/8 ",
		"10.0.0.1/8/8", "10.0.0.1/255.255.255.0", " 10.0.0.1", "10.0.0.01", "0x0a.0.0.1",
		"10", "fe80::1%eth0", "fe80::1/129", "fe80::1/64x", ":", "1::2::3", "vif1.0",
		"10.0.0.1/4294967328",
		"00000000000000000000000000000000000000000000000000010.0.0.1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };
		struct inet_prefix prefix;

		assert_int_equal(inet_parse(cases[i], &prefix, &err), -EINVAL);
		assert_int_equal(err.code, EINVAL);
		assert_non_null(strstr(err.text, "is not an IP address or prefix"));
		assert_non_null(strstr(err.text, cases[i]));
	}
}

static void lists_are_read(void **state)
{
	struct error err = { 0 };
	struct inet_prefix list[3];
	size_t count;

	(void)state;
	assert_int_equal(inet_parse_list("  10.0.0.1\t10.1.0.0/16\n 2001:db8::1/64 ", list, 3,
					 &count, &err), 0);
	assert_int_equal(count, 3);
	assert_int_equal(list[1].len, 16);
	assert_int_equal(list[2].family, AF_INET6);
	assert_int_equal(inet_parse_list("", list, 3, &count, &err), 0);
	assert_int_equal(count, 0);
	assert_int_equal(inet_parse_list(" \n", list, 0, &count, &err), 0);
	assert_int_equal(err.code, 0);
}

static void lists_can_be_wrong(void **state)
{
	static const struct {
		const char *text;
		int code;
		size_t count;
		const char *message;
	} cases[] = {
		{ "10.0.0.1 10.0.0.2 10.0.0.3", E2BIG, 2, "more than 2 addresses" },
		{ "10.0.0.1 nonsense", EINVAL, 1, "'nonsense' is not an IP address or prefix" },
		{ "10.0.0.1,10.0.0.2", EINVAL, 0,
		  "'10.0.0.1,10.0.0.2' is not an IP address or prefix" },
		/* Cut to what would be right, it is still wrong. */
		{ "10.0.0.1/24xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", EINVAL, 0,
		  "'10.0.0.1/24xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' is not an IP address "
		  "or prefix" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };
		struct inet_prefix list[2];
		size_t count = 99;

		assert_int_equal(inet_parse_list(cases[i].text, list, 2, &count, &err),
				 -cases[i].code);
		assert_int_equal(count, cases[i].count);
		assert_string_equal(err.text, cases[i].message);
	}
}

static void mac_addresses(void **state)
{
	static const char *const wrong[] = {
		"", "00", "00:16:3e:00:00", "00:16:3e:00:00:0", "00:16:3e:00:00:000",
		"00:16:3e:00:00:00:00", "00-16-3e-00-00-00", "0g:16:3e:00:00:00",
		"00:16:3e:00:00:00 ", " 00:16:3e:00:00:00", "0:16:3e:00:00:00",
	};
	struct error err = { 0 };
	uint8_t mac[MAC_LEN];
	char text[MAC_TEXT];

	(void)state;
	assert_int_equal(inet_parse_mac("00:16:3E:aB:cd:ef", mac, &err), 0);
	inet_print_mac(mac, text);
	assert_string_equal(text, "00:16:3e:ab:cd:ef");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct error own = { 0 };

		assert_int_equal(inet_parse_mac(wrong[i], mac, &own), -EINVAL);
		assert_non_null(strstr(own.text, "is not a MAC address"));
	}
}

static void interface_names(void **state)
{
	static const struct {
		const char *name, *suffix, *result;
	} cases[] = {
		{ "vif1.0", "", "vif1.0" },
		{ "a", "", "a" },
		{ "fifteen-bytes-a", "", "fifteen-bytes-a" },
		{ "eleven-byte", "-emu", "eleven-byte-emu" },
		{ "...", "", "..." },
		{ ".", "-emu", ".-emu" },
		{ "a'b;rm", "", "a'b;rm" },
		{ "\xc3\xa4", "", "\xc3\xa4" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };
		char out[IFNAMSIZ];

		assert_int_equal(inet_interface_name("vif", cases[i].name, cases[i].suffix, out,
						     &err), 0);
		assert_string_equal(out, cases[i].result);
	}
}

#define NOT_IN_ONE ": no slash, colon, % or white space may be in one"

static void wrong_interface_names(void **state)
{
	static const struct {
		const char *name, *suffix;
		int code;
		const char *message;
	} cases[] = {
		{ "", "", EINVAL, "vif='' is not an interface name" },
		{ "", "-emu", EINVAL, "vif='' is not an interface name" },
		{ ".", "", EINVAL, "vif='.' is not an interface name" },
		{ "..", "", EINVAL, "vif='..' is not an interface name" },
		{ "a/b", "", EINVAL, "vif='a/b' is not an interface name" NOT_IN_ONE },
		{ "a:b", "", EINVAL, "vif='a:b' is not an interface name" NOT_IN_ONE },
		{ "a%d", "", EINVAL, "vif='a%d' is not an interface name" NOT_IN_ONE },
		{ "a b", "", EINVAL, "vif='a b' is not an interface name" NOT_IN_ONE },
		{ "a\n", "", EINVAL, "vif='a ' is not an interface name" NOT_IN_ONE },
		{ "a\vb", "", EINVAL, NULL },
		/* Latin-1's fixed space is one for the kernel (lib/ctype.c). */
		{ "a\xa0", "", EINVAL, NULL },
		{ "sixteen-bytes-ab", "", ENAMETOOLONG,
		  "vif='sixteen-bytes-ab' is too long: an interface name has at most 15 bytes" },
		{ "twelve-bytes", "-emu", ENAMETOOLONG,
		  "vif='twelve-bytes' is too long: an interface name has at most 11 bytes "
		  "before its '-emu'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };
		char out[IFNAMSIZ] = "zzz";

		assert_int_equal(inet_interface_name("vif", cases[i].name, cases[i].suffix, out,
						     &err), -cases[i].code);
		if (cases[i].message)
			assert_string_equal(err.text, cases[i].message);
		assert_string_equal(out, "");
	}
}

static void very_long_names_are_refused(void **state)
{
	struct error err = { 0 };
	char name[5000], out[IFNAMSIZ];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(inet_interface_name("vif", name, "-emu", out, &err), -ENAMETOOLONG);
	assert_true(strlen(err.text) < 200);
}

static struct inet_prefix prefix(const char *text)
{
	struct inet_prefix out;
	struct error err = { 0 };

	assert_int_equal(inet_parse(text, &out, &err), 0);
	return out;
}

static void what_a_prefix_is(void **state)
{
	static const struct {
		const char *text;
		bool host, host_bits, link_local;
	} cases[] = {
		{ "10.0.0.1", true, false, false },
		{ "10.0.0.0/8", false, false, false },
		{ "10.0.0.1/31", false, true, false },
		{ "10.0.0.2/31", false, false, false },
		{ "10.128.0.0/9", false, false, false },
		{ "10.64.0.0/9", false, true, false },
		{ "0.0.0.0/0", false, false, false },
		{ "0.0.0.1/0", false, true, false },
		{ "169.254.1.1", true, false, false },
		{ "2001:db8::1", true, false, false },
		{ "2001:db8::/64", false, false, false },
		{ "2001:db8::8000:0:0:0/64", false, true, false },
		{ "2001:db8::/32", false, false, false },
		{ "fe80::1", true, false, true },
		{ "febf::1", true, false, true },
		{ "fec0::1", true, false, false },
		{ "fe80::/64", false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct inet_prefix p = prefix(cases[i].text);

		assert_int_equal(inet_is_host(&p), cases[i].host);
		assert_int_equal(inet_has_host_bits(&p), cases[i].host_bits);
		assert_int_equal(inet_is_link_local(&p), cases[i].link_local);
	}
}

static void which_are_the_same(void **state)
{
	static const char *const texts[] = {
		"10.0.0.1", "10.0.0.2", "10.0.0.1/31", "2001:db8::1", "2001:db8::2",
		"2001:db8::1/64", "a00:1::",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (size_t j = 0; j < ARRAY_SIZE(texts); j++) {
			struct inet_prefix a = prefix(texts[i]), b = prefix(texts[j]);

			/* What stands behind an IPv4 address does not matter. */
			if (a.family == AF_INET)
				a.addr[15] = 1;
			assert_int_equal(inet_equal(&a, &b), i == j);
		}
}

static void link_local_of_a_mac(void **state)
{
	static const uint8_t netback[MAC_LEN] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct inet_prefix out = inet_link_local(netback);
	char text[INET_TEXT];

	(void)state;
	inet_print(&out, text);
	assert_string_equal(text, "fe80::fcff:ffff:feff:ffff");
	assert_int_equal(out.len, 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(lists_can_be_wrong),
		cmocka_unit_test(mac_addresses),
		cmocka_unit_test(interface_names),
		cmocka_unit_test(wrong_interface_names),
		cmocka_unit_test(very_long_names_are_refused),
		cmocka_unit_test(what_a_prefix_is),
		cmocka_unit_test(which_are_the_same),
		cmocka_unit_test(link_local_of_a_mac),
	};

	return RUN_TESTS(tests);
}
