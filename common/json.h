// SPDX-License-Identifier: GPL-2.0-or-later
// JSON (RFC 8259), written one value after the other. Commas, quotes and escapes come by themselves.
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct json {
	struct text *out;
	unsigned depth;
	bool follows;	/* something stands before it on this level */
};

/* Begin and end an object or a list: '{' and '}', '[' and ']'. A member of a list has no key: NULL. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);

/* Write a value. A text of NULL is null; its bytes that are no UTF-8 become U+FFFD. */
void json_text(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

/* How many bytes the UTF-8 character (RFC 3629) at `text` has; 0: it is none. */
size_t json_utf8(const char *text);

#endif
