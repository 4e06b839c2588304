// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/note.h"

static struct note note;
static struct error err;

static int parse(const char *text)
{
	memset(&err, 0, sizeof(err));
	return note_parse("FILE", text, &note, &err);
}

static void it_reads_what_it_prints(void **state)
{
	static const char text[] =
		"# What network-nat start was asked for and what it found, for network-nat stop.\n"
		"netdev=a=b#c\n"
		"subnet=10.8.0.0/13\n"
		"ipv6=yes\n"
		"rule=iptables\n"
		"dhcp=dhcpd\n"
		"line=/etc/dhcp=x/dhcpd.conf\n"
		"net/ipv4/ip_forward=0\n"
		"\tnet/ipv4/conf/a=b#c/forwarding=1\n"
		"net/ipv4/conf/a=b#c/proxy_arp=0\n";
	char buf[4096];
	struct text out = TEXT_IN(buf);

	(void)state;
	assert_int_equal(parse(text), 0);
	assert_true(note.exists);
	assert_string_equal(note.netdev, "a=b#c");
	assert_int_equal(note.subnet.len, 13);
	assert_true(note.ipv6);
	assert_int_equal(note.rule, FIREWALL_IPTABLES);
	assert_int_equal(note.dhcp, NOTE_DHCP_DHCPD);
	assert_string_equal(note.line, "/etc/dhcp=x/dhcpd.conf");
	assert_int_equal(note.count, 3);
	note_print(&note, "network-nat", &out);
	assert_string_equal(buf, text);
}

static void none_is_none(void **state)
{
	(void)state;
	assert_int_equal(parse(NULL), 0);
	assert_false(note.exists);
	assert_int_equal(note.rule, FIREWALL_NONE);
	assert_int_equal(parse(""), 0);
	assert_true(note.exists);
	assert_int_equal(note.count, 0);
}

static void what_follows_is_found_behind_it(void **state)
{
	const struct note_setting *setting;

	(void)state;
	assert_int_equal(parse("net/ipv4/ip_forward=0\n"
			       "\tnet/ipv4/conf/x/forwarding=1\n"
			       "\tnet/ipv4/conf/y/forwarding=1\n"
			       "net/ipv4/conf/x/forwarding=0"), 0);
	setting = note_find(&note, "net/ipv4/ip_forward");
	assert_ptr_equal(setting, &note.found[0]);
	setting = note_next(&note, setting);
	assert_ptr_equal(setting, &note.found[1]);
	setting = note_next(&note, setting);
	assert_ptr_equal(setting, &note.found[2]);
	assert_null(note_next(&note, setting));
	assert_ptr_equal(note_find(&note, "net/ipv4/conf/x/forwarding"), &note.found[3]);
	assert_null(note_next(&note, &note.found[3]));
	assert_null(note_find(&note, "net/ipv4/conf/y/forwarding"));
}

static void keys_of_a_later_version_are_skipped(void **state)
{
	(void)state;
	assert_int_equal(parse("colour=green\nnet/ipv4/ip_forward=1\n"), 0);
	assert_int_equal(note.count, 1);
	assert_int_equal(note.found[0].value, 1);
}

static void what_makes_no_sense_is_refused(void **state)
{
	static const char *const cases[] = {
		"nonsense", "netdev=", "netdev=a/b", "netdev=abcdefghijklmnop", "subnet=10.0.0.0/33",
		"subnet=2001:db8::/64", "rule=pf", "rule=", "net/ipv4/ip_forward",
		"net/ipv4/ip_forward=", "net/ipv4/ip_forward=-1", "net/ipv4/ip_forward=1x",
		"net/ipv4/ip_forward=1234567890", "\tnet/ipv4/conf/x/forwarding=1", "\tx=1",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(text, sizeof(text), "# first\n%s\n", cases[i]);
		assert_int_equal(parse(text), -EINVAL);
		assert_non_null(strstr(err.text, "FILE:2 "));
	}
}

static void lines_and_lists_have_an_end(void **state)
{
	static char text[NOTE_SETTINGS * 64 + 1024];

	(void)state;
	memset(text, 'x', FACTS_PATH + 100);
	assert_int_equal(parse(text), -EINVAL);
	memcpy(text, "net/", 4);
	text[FACTS_PATH + 5] = '=';
	text[FACTS_PATH + 6] = '1';
	text[FACTS_PATH + 7] = '\0';
	assert_int_equal(parse(text), -EINVAL);
	text[0] = '\0';
	for (size_t i = 0; i < NOTE_SETTINGS + 1; i++)
		snprintf(text + strlen(text), 64, "net/x%zu=1\n", i);
	assert_int_equal(parse(text), 0);
	assert_int_equal(note.count, NOTE_SETTINGS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_what_it_prints),
		cmocka_unit_test(none_is_none),
		cmocka_unit_test(what_follows_is_found_behind_it),
		cmocka_unit_test(keys_of_a_later_version_are_skipped),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(lines_and_lists_have_an_end),
	};

	return RUN_TESTS(tests);
}
