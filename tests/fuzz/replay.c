// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a fuzzer's function on the files of its corpus, without the fuzzer. Run from the root as
// …/fuzz-NAME-test; the files are those of tests/fuzz/corpus/NAME; in TAP.
#include <glob.h>

#include "tests/fuzz/fuzz.h"

#define SIZE_MAX_READ 65536

static void replay(size_t number, const char *path)
{
	static uint8_t data[SIZE_MAX_READ];
	FILE *file = fopen(path, "r");
	size_t size;

	REQUIRE(file);
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	/* Named first, for a property that does not hold ends the program. */
	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, size);
	printf("ok %zu - %s\n", number, strrchr(path, '/') + 1);
}

/* "build/unit/fuzz-inet-test" → "tests/fuzz/corpus/inet/" and "*" */
static void corpus_pattern(const char *program, char *out, size_t size)
{
	const char *start = strstr(program, "fuzz-"), *end;

	REQUIRE(start);
	start += strlen("fuzz-");
	end = strstr(start, "-test");
	REQUIRE(end);
	snprintf(out, size, "tests/fuzz/corpus/%.*s/*", (int)(end - start), start);
}

int main(int argc, char **argv)
{
	char pattern[256];
	glob_t found;

	(void)argc;
	corpus_pattern(strrchr(argv[0], '/'), pattern, sizeof(pattern));
	if (glob(pattern, 0, NULL, &found)) {
		printf("Bail out! nothing in %s\n", pattern);
		return 1;
	}
	printf("1..%zu\n", found.gl_pathc);
	for (size_t i = 0; i < found.gl_pathc; i++)
		replay(i + 1, found.gl_pathv[i]);
	globfree(&found);
	return 0;
}
