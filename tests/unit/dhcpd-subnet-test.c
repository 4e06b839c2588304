// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/dhcpd_subnet.h"

#define OURS "subnet 10.0.0.0 netmask 255.255.0.0 { option domain-name \"example.org\"; " \
	"option domain-name-servers 192.0.2.1; }"

static const struct inet_prefix usual = { AF_INET, 16, { 10 } };

static void the_line_says_what_is_known(void **state)
{
	static const struct {
		const char *resolv, *line;
	} cases[] = {
		{ "search example.org\nnameserver 192.0.2.1\n", OURS },
		{ "nameserver 192.0.2.1\nnameserver 192.0.2.2\n",
		  "subnet 10.0.0.0 netmask 255.255.0.0 { "
		  "option domain-name-servers 192.0.2.1, 192.0.2.2; }" },
		{ "search example.org\n",
		  "subnet 10.0.0.0 netmask 255.255.0.0 { option domain-name \"example.org\"; }" },
		{ "", "subnet 10.0.0.0 netmask 255.255.0.0 { }" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char buf[DHCPD_SUBNET_LINE];
		struct text text = TEXT_IN(buf);
		struct resolv resolv;

		resolv_parse(cases[i].resolv, &resolv);
		dhcpd_subnet_line(&usual, &resolv, &text);
		assert_string_equal(buf, cases[i].line);
	}
}

static void a_subnet_is_declared_in_whatever_way(void **state)
{
	static const char *const texts[] = {
		OURS,
		"subnet 10.0.0.0 netmask 255.255.0.0 {}",
		"subnet 10.0.0.0 netmask 255.255.0.0{}",
		"\tsubnet\n10.0.0.0 # here\n netmask  255.255.0.0\n{\n}\n",
		"subnet 10.0.0.0 netmask 255.0.0.0 { }",
		"subnet 0.0.0.0 netmask 0.0.0.0 { }",
		"shared-network \"a # b\" { subnet 10.0.0.0 netmask 255.255.0.0 { } }",
		"subnet 10.1.0.0 netmask 255.255.0.0 { }\nsubnet 10.0.0.0 netmask 255.255.0.0 { }",
		"option x \"\";subnet 10.0.0.0 netmask 255.255.0.0 { }",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!dhcpd_subnet_is_declared(texts[i], &usual))
			fail_msg("%s", texts[i]);
}

static void others_are_not_it(void **state)
{
	static const char *const texts[] = {
		"", "\n", "subnet", "subnet 10.0.0.0", "subnet 10.0.0.0 netmask",
		"# " OURS, "x #" OURS "\n",
		"subnet 10.0.0.0 netmask 255.255.255.0 { }",
		"subnet 10.0.0.0 netmask 255.255.128.0 { }",
		"subnet 110.0.0.0 netmask 255.255.0.0 { }",
		"subnet 10.0.0.01 netmask 255.255.0.0 { }",
		"subnet 10.0.1.0 netmask 255.255.0.0 { }",
		"subnet 10.1.0.0 netmask 255.255.0.0 { }",
		"subnet 10.0.0.0 mask 255.255.0.0 { }",
		"subnet6 10.0.0.0 netmask 255.255.0.0 { }",
		"xsubnet 10.0.0.0 netmask 255.255.0.0 { }",
		"option x \"subnet 10.0.0.0 netmask 255.255.0.0 {\";",
		"option x \"" "subnet 10.0.0.0 netmask 255.255.0.0 {",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (dhcpd_subnet_is_declared(texts[i], &usual))
			fail_msg("%s", texts[i]);
}

static void our_line_is_found(void **state)
{
	char out[DHCPD_SUBNET_LINE];

	(void)state;
	assert_true(dhcpd_subnet_find(OURS, &usual, out, sizeof(out)));
	assert_string_equal(out, OURS);
	assert_true(dhcpd_subnet_find("# mine\n" OURS " \t\r\nx\n", &usual, out, sizeof(out)));
	assert_string_equal(out, OURS);
	assert_false(dhcpd_subnet_find(OURS, &usual, out, strlen(OURS)));
	assert_false(dhcpd_subnet_find("", &usual, out, sizeof(out)));
	assert_false(dhcpd_subnet_find(" " OURS "\n# " OURS "\n", &usual, out, sizeof(out)));
	assert_string_equal(out, "");
}

static void check_set(const char *text, const char *line, const char *expected)
{
	struct error err = { 0 };
	char *out;

	assert_int_equal(dhcpd_subnet_set(text, &usual, line, &out, &err), 0);
	assert_string_equal(out, expected);
	free(out);
}

static void the_line_goes_to_the_end(void **state)
{
	(void)state;
	check_set("", OURS, OURS "\n");
	check_set("# mine\n", OURS, "# mine\n" OURS "\n");
	check_set("# mine", OURS, "# mine\n" OURS "\n");
	check_set("\n", OURS, "\n" OURS "\n");
}

static void exactly_our_lines_go(void **state)
{
	static const char *const others =
		"# " OURS "\n"
		" " OURS "\n"
		"subnet 10.0.0.0 netmask 255.255.0.0 {\n"
		"\toption routers 10.0.0.1;\n"
		"}\n"
		"subnet 10.0.0.0 netmask 255.255.255.0 { }\n"
		"subnet 110.0.0.0 netmask 255.255.0.0 { }\n"
		"subnet 10x0.0.0 netmask 255.255.0.0 { }\n"
		"subnet 10.0.0.0 netmask 255.255.0.0 { } # mine\n"
		"\\1 & \\n %s\n\n\nno newline";
	char text[2048];

	(void)state;
	check_set(others, NULL, others);
	snprintf(text, sizeof(text), OURS "\n%s", others);
	check_set(text, NULL, others);

	check_set(OURS "\r\na\n" OURS "\n" OURS, NULL, "a\n");
	check_set(OURS, NULL, "");
	check_set("", NULL, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_says_what_is_known),
		cmocka_unit_test(a_subnet_is_declared_in_whatever_way),
		cmocka_unit_test(others_are_not_it),
		cmocka_unit_test(our_line_is_found),
		cmocka_unit_test(the_line_goes_to_the_end),
		cmocka_unit_test(exactly_our_lines_go),
	};

	return RUN_TESTS(tests);
}
