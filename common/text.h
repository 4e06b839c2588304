// SPDX-License-Identifier: GPL-2.0-or-later
// A bounded string that grows at its end: what printed commands are made of.
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

/* Always terminated. What does not fit is cut and `cut` set. */
struct text {
	char *buf;
	size_t size;	/* bytes at buf, the terminator's included; at least 1 */
	size_t len;
	bool cut;
};

/* An empty text in the array `array`. */
#define TEXT_IN(array) \
	{                                            \
		.buf = (array), .size = sizeof(array) \
	}

/* Append, as printf. */
void text_add(struct text *text, const char *format, ...) PRINTF(2, 3);

/*
 * Append a word as sh reads it back: as it is when it has only letters, digits and %+,-./:=@_
 * (POSIX, Shell Command Language, 2.2 Quoting), else in single quotes.
 */
void text_quote(struct text *text, const char *word);

/* Copy a string that must fit; false, and dst empty, when it does not. */
bool text_copy(char *dst, size_t size, const char *src) MUST_CHECK;

#endif
