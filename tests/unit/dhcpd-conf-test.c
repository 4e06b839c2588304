// SPDX-License-Identifier: GPL-2.0-or-later
// Each case is tried twice: on a text, and on a file with the printed commands.
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/dhcpd_conf.h"
#include "common/file.h"

#define DOM(name, mac, n)                                                            \
	"host " name " { hardware ethernet " mac "; fixed-address 10.0.0." n "; "    \
	"option routers 10.0.0.254; option host-name \"" name "\"; }"

#define DOM1 DOM("dom1", "00:16:3e:00:01:00", "1")
#define DOM1_NEW DOM("dom1", "00:16:3e:00:01:01", "9")
#define DOM1_2 DOM("dom1-2", "00:16:3e:00:01:02", "2")
#define DOM10 DOM("dom10", "00:16:3e:00:0a:00", "10")
#define XDOM1 DOM("xdom1", "00:16:3e:00:0b:00", "11")

static char path[64];

static int make_file(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/dhcpd-conf-test.XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd) ? -1 : 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void run(const char *command, const char *expected)
{
	struct error err = { 0 };
	char *text;

	assert_int_equal(system(command), 0);
	assert_int_equal(file_read(path, &text, &err), 0);
	if (strcmp(text, expected) != 0)
		fail_msg("%s\ngave:\n%s\ninstead of:\n%s", command, text, expected);
	free(text);
}

static void an_entry_reads_as_the_scripts(void **state)
{
	char buf[256];
	struct text text = TEXT_IN(buf);

	(void)state;
	dhcpd_conf_entry("dom1", "00:16:3e:00:01:00", "10.0.0.1", "10.0.0.254", &text);
	assert_string_equal(buf, DOM1);
}

/* A last line without a newline gets one when something is put behind it. */
static const struct {
	const char *before, *entry, *after;
} sets[] = {
	{ "", DOM1, DOM1 "\n" },
	{ "# admin\n", DOM1, "# admin\n" DOM1 "\n" },
	{ "# admin", DOM1, "# admin\n" DOM1 "\n" },
	{ "# admin\n\n\n", DOM1, "# admin\n\n\n" DOM1 "\n" },
	{ "a\r\nb \t\n", DOM1, "a\r\nb \t\n" DOM1 "\n" },
	{ DOM10 "\n" DOM1_2 "\n", DOM1, DOM10 "\n" DOM1_2 "\n" DOM1 "\n" },
	{ XDOM1 "\n", DOM1, XDOM1 "\n" DOM1 "\n" },
	{ "# " DOM1 "\n", DOM1, "# " DOM1 "\n" DOM1 "\n" },
	{ "#host dom1 {\n", DOM1, "#host dom1 {\n" DOM1 "\n" },
	{ "host dom1x {}\n", DOM1, "host dom1x {}\n" DOM1 "\n" },
	/* renewed where it is */
	{ "a\n" DOM1 "\nb\n", DOM1, "a\n" DOM1 "\nb\n" },
	{ "a\n" DOM1 "\nb\n", DOM1_NEW, "a\n" DOM1_NEW "\nb\n" },
	{ "a\n" DOM1 "\nb", DOM1_NEW, "a\n" DOM1_NEW "\nb" },
	{ "a\n" DOM1, DOM1_NEW, "a\n" DOM1_NEW "\n" },
	{ DOM1 " \t\r\n" DOM10 "\n", DOM1_NEW, DOM1_NEW "\n" DOM10 "\n" },
	/* removed */
	{ "", NULL, "" },
	{ "a\nb", NULL, "a\nb" },
	{ DOM1, NULL, "" },
	{ "a\n" DOM1 "\nb\n", NULL, "a\nb\n" },
	{ DOM1 "\n" DOM10 "\n" DOM1_2 "\n" XDOM1 "\n", NULL, DOM10 "\n" DOM1_2 "\n" XDOM1 "\n" },
	{ "a\n" DOM1 "\n" DOM1_NEW "\nb\n", NULL, "a\nb\n" },
	{ "# " DOM1 "\n", NULL, "# " DOM1 "\n" },
	{ " " DOM1 "\n", NULL, " " DOM1 "\n" },
	{ DOM1 " # mine\n", NULL, DOM1 " # mine\n" },
	{ "host dom1 {\n hardware ethernet 1;\n}\n", NULL, "host dom1 {\n hardware ethernet 1;\n}\n" },
};

static void a_hosts_line_is_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		struct error err = { 0 };
		char buf[4096], found[256];
		struct text command = TEXT_IN(buf);
		bool had = dhcpd_conf_find(sets[i].before, "dom1", found, sizeof(found));
		char *after = NULL;

		assert_int_equal(dhcpd_conf_set(sets[i].before, "dom1", sets[i].entry, &after,
						&err), 0);
		assert_string_equal(after, sets[i].after);
		free(after);
		write_file(sets[i].before);
		dhcpd_conf_print_set(path, "dom1", had, sets[i].entry, &command);
		run(buf, sets[i].after);
	}
}

/* One line for each host, however many there were: the commands do not do that. */
static void of_two_lines_one_stays(void **state)
{
	struct error err = { 0 };
	char *after = NULL;

	(void)state;
	assert_int_equal(dhcpd_conf_set("a\n" DOM1 "\nb\n" DOM1 "\nc\n", "dom1", DOM1_NEW, &after,
					&err), 0);
	assert_string_equal(after, "a\n" DOM1_NEW "\nb\nc\n");
	free(after);
}

static void a_line_is_found(void **state)
{
	static const struct {
		const char *text, *host, *line;
	} cases[] = {
		{ "a\n" DOM10 "\n" DOM1 " \nb\n", "dom1", DOM1 },
		{ DOM1, "dom1", DOM1 },
		{ DOM10 "\n" DOM1_2 "\n", "dom1", "" },
		{ DOM10 "\n" DOM1_2 "\n", "dom1-2", DOM1_2 },
		{ "", "dom1", "" },
		{ "host dom1 { hardware ethernet option host-name \"dom1\"; }\n", "dom1",
		  "host dom1 { hardware ethernet option host-name \"dom1\"; }" },
		{ "host dom1 { hardware ethernet 1; option host-name \"dom10\"; }\n", "dom1", "" },
	};
	char found[200], small[20];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(dhcpd_conf_find(cases[i].text, cases[i].host, found,
						 sizeof(found)), *cases[i].line != '\0');
		assert_string_equal(found, cases[i].line);
	}
	assert_false(dhcpd_conf_find(DOM1, "dom1", small, sizeof(small)));
	assert_string_equal(small, "");
}

/* dhcpd would not start with both. */
static void an_admins_host_of_that_name_is_refused(void **state)
{
	static const char *const texts[] = {
		"host dom1 {\n  hardware ethernet 00:00:00:00:00:01;\n}\n",
		"  host\tdom1{ }\n", "host dom1\n{\n}\n", "x\nhost dom1",
		"host dom1 { hardware ethernet 00:00:00:00:00:01; }\n",
	};
	static const char *const others[] = { "host dom10 {\n}\n", "hostdom1 {\n", "host dom1-2{\n",
					      "# host dom1 {\n", "host \"dom1\n" };
	struct error none = { 0 };
	char *after = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct error err = { 0 };

		assert_int_equal(dhcpd_conf_set(texts[i], "dom1", DOM1, &after, &err), -EEXIST);
		assert_non_null(strstr(err.text, "dom1"));
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		assert_int_equal(dhcpd_conf_set(others[i], "dom1", DOM1, &after, &none), 0);
		free(after);
	}
}

/* Every "without" is what comes back when the interface is taken out again, but for quotes. */
static const struct {
	const char *without, *with, *back;
} listed[] = {
	{ "INTERFACES=\"\"\n", "INTERFACES=\"vif1.0 \"\n", NULL },
	{ "INTERFACES=\"eth0 \"\n", "INTERFACES=\"eth0 vif1.0 \"\n", NULL },
	{ "INTERFACES=\"eth0\"\n", "INTERFACES=\"eth0 vif1.0\"\n", NULL },
	{ "INTERFACES=\" eth0  eth1\"", "INTERFACES=\" eth0  eth1 vif1.0\"", NULL },
	{ "INTERFACES=\"  \"\n", "INTERFACES=\"  vif1.0 \"\n", NULL },
	{ "INTERFACES='eth0'\n", "INTERFACES='eth0 vif1.0'\n", NULL },
	{ "INTERFACES=''\n", "INTERFACES='vif1.0 '\n", NULL },
	{ "INTERFACES=\n", "INTERFACES=\"vif1.0 \"\n", "INTERFACES=\"\"\n" },
	{ "INTERFACES=", "INTERFACES=\"vif1.0 \"", "INTERFACES=\"\"" },
	{ "INTERFACES=eth0\n", "INTERFACES=\"eth0 vif1.0\"\n", "INTERFACES=\"eth0\"\n" },
	{ "INTERFACES=eth0 # x\n", "INTERFACES=\"eth0 vif1.0\" # x\n", "INTERFACES=\"eth0\" # x\n" },
	{ "INTERFACES=\"\" # vif1.0 \n", "INTERFACES=\"vif1.0 \" # vif1.0 \n", NULL },
	{ "INTERFACESv4=\"\"\nINTERFACESv6=\"\"\n", "INTERFACESv4=\"vif1.0 \"\nINTERFACESv6=\"\"\n",
	  NULL },
	{ "DHCPDARGS=\"-q eth0\"\n", "DHCPDARGS=\"-q eth0 vif1.0\"\n", NULL },
	{ "DHCPD_INTERFACE=\"\"\n", "DHCPD_INTERFACE=\"vif1.0 \"\n", NULL },
	{ "DHCPDARGS=\"\"\nINTERFACES=\"vif1 \"\n",
	  "DHCPDARGS=\"vif1.0 \"\nINTERFACES=\"vif1 vif1.0 \"\n", NULL },
	/* not the same name, not as a pattern */
	{ "INTERFACES=\"vif1.01 vif1x0 xvif1.0 vif1.0-emu \"\n",
	  "INTERFACES=\"vif1.01 vif1x0 xvif1.0 vif1.0-emu vif1.0 \"\n", NULL },
	/* none of these is a list */
	{ "", "", NULL },
	{ "# INTERFACES=\"\"\n INTERFACES=\"\"\nINTERFACES\n", "# INTERFACES=\"\"\n INTERFACES=\"\"\n"
	  "INTERFACES\n", NULL },
	{ "XINTERFACES=\"\"\nINTERFACESX=\"\"\n", "XINTERFACES=\"\"\nINTERFACESX=\"\"\n", NULL },
	{ "INTERFACES=\"eth0\n", "INTERFACES=\"eth0\n", NULL },
	{ "INTERFACES=\"eth0'\n", "INTERFACES=\"eth0'\n", NULL },
	{ "INTERFACES=a\"b\"\n", "INTERFACES=a\"b\"\n", NULL },
	{ "INTERFACES=a;b\n", "INTERFACES=a;b\n", NULL },
};

static void try_list(const char *before, bool list, const char *expected)
{
	struct error err = { 0 };
	char buf[4096], *after = NULL;
	struct text command = TEXT_IN(buf);

	assert_int_equal(dhcpd_conf_list(before, "vif1.0", list, &after, &err), 0);
	assert_string_equal(after, expected);
	free(after);
	write_file(before);
	dhcpd_conf_print_list(path, "vif1.0", list, &command);
	run(buf, expected);
}

static void an_interface_is_listed_and_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(listed); i++) {
		const char *without = listed[i].without, *with = listed[i].with;
		const char *back = listed[i].back ? listed[i].back : without;
		bool is_list = strcmp(without, with) != 0;

		assert_false(dhcpd_conf_lists(without, "vif1.0"));
		assert_int_equal(dhcpd_conf_lists(with, "vif1.0"), is_list);
		try_list(without, false, without);
		try_list(without, true, with);
		try_list(with, true, with);
		try_list(with, false, back);
	}
}

/* As an admin or the script may have left it. */
static void it_is_taken_out_wherever_it_stands(void **state)
{
	static const char *const cases[][2] = {
		{ "INTERFACES=\"vif1.0 eth0\"\n", "INTERFACES=\"eth0\"\n" },
		{ "INTERFACES=\"eth0 vif1.0 eth1\"\n", "INTERFACES=\"eth0 eth1\"\n" },
		{ "INTERFACES=\"eth0\tvif1.0\"\n", "INTERFACES=\"eth0\"\n" },
		{ "INTERFACES=vif1.0\n", "INTERFACES=\n" },
		{ "INTERFACES=vif1.0 # x\n", "INTERFACES= # x\n" },
		{ "INTERFACES=\"vif1.0\"\n", "INTERFACES=\"\"\n" },
		{ "INTERFACES=\"vif1.0 vif1.0 \"\n", "INTERFACES=\"\"\n" },
		{ "INTERFACES=\"a vif1.0 vif1.0\"\n", "INTERFACES=\"a\"\n" },
		{ "INTERFACES=\"a vif1.0  b\"\n", "INTERFACES=\"a  b\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		try_list(cases[i][0], true, cases[i][0]);
		try_list(cases[i][0], false, cases[i][1]);
	}
}

/* Many come and go in any order, and the admin's text is what it was. */
static void nothing_is_left_of_many(void **state)
{
	static const char admin[] = "# mine\nINTERFACES=\"eth0\"\nDHCPDARGS=''\n\n";
	struct error err = { 0 };
	char *text = strdup(admin), *next, name[16];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "vif%d.0", i * 37 % 50 + 1);
		assert_int_equal(dhcpd_conf_lists(text, name), i >= 50);
		assert_int_equal(dhcpd_conf_list(text, name, i < 50, &next, &err), 0);
		free(text);
		text = next;
	}
	assert_string_equal(text, admin);
	free(text);
}

/* The settings are read by a shell as root. */
static void names_that_could_do_harm_are_not_listed(void **state)
{
	static const char *const good[] = { "vif1.0", "web-1_a", "A" };
	static const char *const bad[] = { "", "-i", "a b", "$(id)", "`id`", "a\"b", "a'b", "a;b",
					   "a\\b", "a/b", "a&b", "\xc3\xa4" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(dhcpd_conf_can_list(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(dhcpd_conf_can_list(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_reads_as_the_scripts),
		cmocka_unit_test_setup_teardown(a_hosts_line_is_set, make_file, remove_file),
		cmocka_unit_test(of_two_lines_one_stays),
		cmocka_unit_test(a_line_is_found),
		cmocka_unit_test(an_admins_host_of_that_name_is_refused),
		cmocka_unit_test_setup_teardown(an_interface_is_listed_and_not, make_file,
						remove_file),
		cmocka_unit_test_setup_teardown(it_is_taken_out_wherever_it_stands, make_file,
						remove_file),
		cmocka_unit_test(nothing_is_left_of_many),
		cmocka_unit_test(names_that_could_do_harm_are_not_listed),
	};

	return RUN_TESTS(tests);
}
