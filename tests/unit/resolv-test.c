// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <string.h>

#include "common/resolv.h"
#include "common/text.h"

/* "DOMAIN SERVER..." */
static void print(const struct resolv *resolv, struct text *out)
{
	char address[INET_TEXT];

	text_add(out, "%s", resolv->domain);
	for (size_t i = 0; i < resolv->count; i++) {
		inet_print(&resolv->servers[i], address);
		text_add(out, " %s", address);
	}
}

static void a_resolv_conf_is_read(void **state)
{
	static const struct {
		const char *text, *read;
	} cases[] = {
		{ "", "" },
		{ "\n\n", "" },
		{ "nameserver 192.0.2.1", " 192.0.2.1" },
		{ "search example.org\nnameserver 192.0.2.1\n", "example.org 192.0.2.1" },
		{ "domain example.org\r\nnameserver\t192.0.2.1 \r\n", "example.org 192.0.2.1" },
		{ "domain a.example\nsearch b.example c.example\n", "b.example" },
		{ "search b.example\ndomain a.example\n", "a.example" },
		{ "#domain a.example\n;nameserver 192.0.2.1\n# nameserver 192.0.2.2\n", "" },
		{ " nameserver 192.0.2.1\nnameservers 192.0.2.2\nnameserver", "" },
		{ "nameserver 127.0.0.53\nnameserver 127.0.0.1\nnameserver 192.0.2.1\n",
		  " 192.0.2.1" },
		{ "nameserver 2001:db8::1\nnameserver fe80::1%eth0\nnameserver 192.0.2.1\n",
		  " 192.0.2.1" },
		{ "nameserver 0.0.0.0\nnameserver 192.0.2\nnameserver 192.0.2.1/24\n", "" },
		{ "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
		  "nameserver 192.0.2.4\n", " 192.0.2.1 192.0.2.2 192.0.2.3" },
		/* These would mean something to dhcpd or dnsmasq. */
		{ "domain a\"b\n", "" },
		{ "domain a.example\nsearch x,y\n", "a.example" },
		{ "search .\n", "" },
		{ "search -x\n", "" },
		{ "options edns0\nsearch  two.example\t# mine\n", "two.example" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct resolv resolv;
		char buf[256];
		struct text text = TEXT_IN(buf);

		resolv_parse(cases[i].text, &resolv);
		print(&resolv, &text);
		assert_string_equal(buf, cases[i].read);
	}
}

static void no_resolv_conf_is_an_empty_one(void **state)
{
	struct resolv resolv;

	(void)state;
	memset(&resolv, 1, sizeof(resolv));
	resolv_parse(NULL, &resolv);
	assert_int_equal(resolv.count, 0);
	assert_string_equal(resolv.domain, "");
}

static void a_domain_may_be_as_long_as_names_are(void **state)
{
	char text[300] = "search ", *name = text + strlen(text);
	struct resolv resolv;

	(void)state;
	memset(name, 'a', RESOLV_DOMAIN - 1);
	resolv_parse(text, &resolv);
	assert_string_equal(resolv.domain, name);
	name[RESOLV_DOMAIN - 1] = 'a';
	resolv_parse(text, &resolv);
	assert_string_equal(resolv.domain, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resolv_conf_is_read),
		cmocka_unit_test(no_resolv_conf_is_an_empty_one),
		cmocka_unit_test(a_domain_may_be_as_long_as_names_are),
	};

	return RUN_TESTS(tests);
}
