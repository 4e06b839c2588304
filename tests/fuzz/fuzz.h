// SPDX-License-Identifier: GPL-2.0-or-later
// What the fuzzers have in common.
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that must hold for every input. */
#define REQUIRE(property)                                                            \
	do {                                                                         \
		if (!(property)) {                                                   \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,   \
				#property);                                          \
			abort();                                                     \
		}                                                                    \
	} while (0)

/* The input as a string, to be freed. What stands behind a NUL does not count. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	REQUIRE(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* Either done and silent, or refused with one line that says why. */
static inline void fuzz_check_result(int rc, const struct error *err)
{
	if (!rc) {
		REQUIRE(err->code == 0);
		REQUIRE(err->text[0] == '\0');
		return;
	}
	REQUIRE(rc < 0);
	REQUIRE(err->code == -rc);
	REQUIRE(err->text[0] != '\0');
	REQUIRE(strlen(err->text) < sizeof(err->text));
	REQUIRE(!strpbrk(err->text, "\r\n"));
}

/*
 * Read one word as a POSIX shell would: plain characters, single quotes, a backslash outside of
 * them. Anything that a shell would treat in another way ends the program. Returns what is behind.
 */
static inline const char *fuzz_unquote(const char *in, char *out, size_t size)
{
	static const char special[] = "|&;<>()$`\"*?[#~!{}\n\t";
	char *end = out + size;

	for (; *in && *in != ' '; in++) {
		REQUIRE(out < end - 1);
		if (*in == '\'') {
			for (in++; *in != '\''; in++) {
				REQUIRE(*in && out < end - 1);
				*out++ = *in;
			}
		} else if (*in == '\\') {
			REQUIRE(*++in);
			*out++ = *in;
		} else {
			REQUIRE(!strchr(special, *in));
			*out++ = *in;
		}
	}
	*out = '\0';
	return in;
}

#endif
