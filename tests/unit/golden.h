// SPDX-License-Identifier: GPL-2.0-or-later
// Golden texts: each file is what a case is made of, a line "---", and what shall come of it.
// UPDATE=1 in the environment writes the latter anew; then read what git diff shows.
#ifndef GOLDEN_H
#define GOLDEN_H

#include "tests/unit/test.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

#define GOLDEN_TEXT 131072	/* bytes */
#define GOLDEN_FILES 200
#define GOLDEN_FEW 10		/* a pattern that finds less proves nothing */
#define GOLDEN_END "\n---\n"	/* of the inputs */

/* Makes of the inputs, which it may change, what is compared. */
typedef void (*golden_case)(char *inputs, struct text *out);

static golden_case golden_run;

static void golden_read(const char *path, char text[static GOLDEN_TEXT])
{
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	n = fread(text, 1, GOLDEN_TEXT - 1, file);
	fclose(file);
	text[n] = '\0';
}

static void golden_write(const char *path, const char *inputs, const char *found)
{
	FILE *file = fopen(path, "w");

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	fprintf(file, "%s" GOLDEN_END "%s", inputs, found);
	assert_int_equal(fclose(file), 0);
}

static void it_is_as_written(void **state)
{
	static char inputs[GOLDEN_TEXT], whole[GOLDEN_TEXT], found[GOLDEN_TEXT];
	struct text out = TEXT_IN(found);
	const char *path = *state;
	char *expected;

	found[0] = '\0';
	golden_read(path, whole);
	expected = strstr(whole, GOLDEN_END);
	if (!expected)
		fail_msg("%s: no line ---", path);
	*expected = '\0';
	expected += strlen(GOLDEN_END);
	strcpy(inputs, whole);
	golden_run(inputs, &out);
	assert_false(out.cut);
	if (getenv("UPDATE"))
		golden_write(path, whole, found);
	else
		assert_string_equal(found, expected);
}

/* A test for each file, and one more, unless that is NULL; returns main()'s exit status. */
static inline int golden_main(const char *pattern, golden_case run, const struct CMUnitTest *more)
{
	static struct CMUnitTest tests[GOLDEN_FILES + 1];
	glob_t found;
	size_t count;
	int failed;

	if (glob(pattern, 0, NULL, &found) || found.gl_pathc < GOLDEN_FEW ||
	    found.gl_pathc > GOLDEN_FILES) {
		printf("Bail out! %s: not between %d and %d (run it from the root)\n", pattern,
		       GOLDEN_FEW, GOLDEN_FILES);
		return 1;
	}
	golden_run = run;
	for (count = 0; count < found.gl_pathc; count++)
		tests[count] = (struct CMUnitTest){
			.name = strrchr(found.gl_pathv[count], '/') + 1,
			.test_func = it_is_as_written,
			.initial_state = found.gl_pathv[count],
		};
	if (more)
		tests[count++] = *more;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests(pattern, tests, count, NULL, NULL);
	globfree(&found);
	return failed;
}

#endif
