// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <string.h>

#include "common/text.h"

static void words_are_quoted_when_need_be(void **state)
{
	static const struct {
		const char *word, *quoted;
	} cases[] = {
		{ "", "''" },
		{ "vif1.0-emu", "vif1.0-emu" },
		{ "/local/domain/0/backend/vif/1/0", "/local/domain/0/backend/vif/1/0" },
		{ "fe80::1%eth0,a=b:c@d+e_F9", "fe80::1%eth0,a=b:c@d+e_F9" },
		{ "a b", "'a b'" },
		{ "a'b; rm -rf /", "'a'\\''b; rm -rf /'" },
		{ "'", "''\\'''" },
		{ "$(reboot)", "'$(reboot)'" },
		{ "`reboot`", "'`reboot`'" },
		{ "a\"b", "'a\"b'" },
		{ "a\\b", "'a\\b'" },
		{ "~root", "'~root'" },
		{ "#no", "'#no'" },
		{ "a\nb", "'a\nb'" },
		{ "*?[a]!{b}", "'*?[a]!{b}'" },
		{ "\xc3\xa4", "'\xc3\xa4'" },
		{ "100%s%n", "100%s%n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char buf[64];
		struct text text = TEXT_IN(buf);

		text_quote(&text, cases[i].word);
		assert_string_equal(buf, cases[i].quoted);
		assert_int_equal(text.len, strlen(buf));
		assert_false(text.cut);
	}
}

/* Each byte that may mean something to a shell, on its own. */
static void every_special_byte_is_quoted(void **state)
{
	static const char special[] = " \t\n|&;<>()$`\"\\*?[]#~!{}^\x7f\x80";

	(void)state;
	for (const char *c = special; *c; c++) {
		const char word[] = { 'a', *c, 'b', '\0' };
		const char quoted[] = { '\'', 'a', *c, 'b', '\'', '\0' };
		char buf[16];
		struct text text = TEXT_IN(buf);

		text_quote(&text, word);
		assert_string_equal(buf, quoted);
	}
}

static void it_grows_at_its_end(void **state)
{
	char buf[10];
	struct text text = TEXT_IN(buf);

	(void)state;
	text_add(&text, "%s%d", "ab", 12);
	text_add(&text, "-%c", 'x');
	assert_string_equal(buf, "ab12-x");
	assert_int_equal(text.len, 6);
	text_add(&text, "789");
	assert_string_equal(buf, "ab12-x789");
	assert_false(text.cut);
	text_add(&text, "%s", "");
	assert_false(text.cut);
}

static void what_does_not_fit_is_cut(void **state)
{
	char buf[5];
	struct text text = TEXT_IN(buf);

	(void)state;
	text_add(&text, "abcde");
	assert_string_equal(buf, "abcd");
	assert_true(text.cut);
	text_add(&text, "f");
	assert_string_equal(buf, "abcd");
	assert_int_equal(text.len, 4);
}

static void a_cut_quote_is_seen(void **state)
{
	char buf[4];
	struct text text = TEXT_IN(buf);

	(void)state;
	text_quote(&text, "a b");
	assert_true(text.cut);
	assert_int_equal(strlen(buf), 3);
}

static void a_copy_must_fit(void **state)
{
	char buf[4] = "zzz";

	(void)state;
	assert_true(text_copy(buf, sizeof(buf), "abc"));
	assert_string_equal(buf, "abc");
	assert_false(text_copy(buf, sizeof(buf), "abcd"));
	assert_string_equal(buf, "");
	assert_true(text_copy(buf, sizeof(buf), ""));
	assert_string_equal(buf, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_quoted_when_need_be),
		cmocka_unit_test(every_special_byte_is_quoted),
		cmocka_unit_test(it_grows_at_its_end),
		cmocka_unit_test(what_does_not_fit_is_cut),
		cmocka_unit_test(a_cut_quote_is_seen),
		cmocka_unit_test(a_copy_must_fit),
	};

	return RUN_TESTS(tests);
}
