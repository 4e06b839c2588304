// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"

static void the_first_error_wins(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_set(&err, ENOENT, "no %s", "bridge"), -ENOENT);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.text, "no bridge");
	/* The caller returns its own code even then. */
	assert_int_equal(error_set(&err, EIO, "later"), -EIO);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.text, "no bridge");
}

static void it_is_one_line(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_set(&err, EINVAL, "a\nb\r\nc");
	assert_string_equal(err.text, "a b  c");
	error_prefix(&err, "x\ny");
	assert_string_equal(err.text, "x y: a b  c");
}

static void a_prefix_keeps_the_code(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_set(&err, EPERM, "not allowed");
	assert_int_equal(error_prefix(&err, "%s:%d", "file", 3), -EPERM);
	assert_int_equal(err.code, EPERM);
	assert_string_equal(err.text, "file:3: not allowed");
}

static void long_texts_are_cut(void **state)
{
	struct error err = { 0 };
	char text[2 * sizeof(err.text)];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&err, EINVAL, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	error_prefix(&err, "before");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_memory_equal(err.text, "before: aaa", 11);
	error_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(it_is_one_line),
		cmocka_unit_test(a_prefix_keeps_the_code),
		cmocka_unit_test(long_texts_are_cut),
	};

	return RUN_TESTS(tests);
}
