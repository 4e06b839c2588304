// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"

#include <inttypes.h>
#include <stdio.h>

/* The bytes after the first, as far as they are such. */
static size_t count_more(const char *text, size_t wanted)
{
	size_t n = 0;

	while (n < wanted && (text[n + 1] & 0xc0) == 0x80)
		n++;
	return n;
}

size_t json_utf8(const char *text)
{
	/* Each length's first bytes, and the least that it may stand for: no detours. */
	static const struct {
		unsigned char mask, first;
		uint32_t min;
	} forms[] = { { 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };

	for (size_t more = 0; more < ARRAY_SIZE(forms); more++) {
		uint32_t code = (unsigned char)*text & (unsigned char)~forms[more].mask;

		if (((unsigned char)*text & forms[more].mask) != forms[more].first)
			continue;
		if (count_more(text, more) < more)
			return 0;
		for (size_t i = 1; i <= more; i++)
			code = code << 6 | ((unsigned char)text[i] & 0x3f);
		return code < forms[more].min || code > 0x10ffff ||
				       (code >= 0xd800 && code <= 0xdfff) ? 0 : more + 1;
	}
	return 0;
}

static void quote(struct text *out, const char *value)
{
	text_add(out, "\"");
	while (*value) {
		size_t len = json_utf8(value);

		if (!len)
			text_add(out, "\\ufffd");
		else if (*value == '"' || *value == '\\')
			text_add(out, "\\%c", *value);
		else if ((unsigned char)*value < ' ' || *value == 0x7f)
			text_add(out, "\\u%04x", (unsigned)*value);
		else
			text_add(out, "%.*s", (int)len, value);
		value += len ? len : 1;
	}
	text_add(out, "\"");
}

static void new_line(struct json *json)
{
	text_add(json->out, "\n%*s", (int)(2 * json->depth), "");
}

static void begin(struct json *json, const char *key)
{
	if (json->follows)
		text_add(json->out, ",");
	if (json->depth)
		new_line(json);
	if (key) {
		quote(json->out, key);
		text_add(json->out, ": ");
	}
	json->follows = true;
}

void json_open(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	text_add(json->out, "%c", bracket);
	json->depth++;
	json->follows = false;
}

void json_close(struct json *json, char bracket)
{
	json->depth--;
	if (json->follows)
		new_line(json);
	text_add(json->out, "%c", bracket);
	json->follows = true;
	if (!json->depth)
		text_add(json->out, "\n");
}

void json_text(struct json *json, const char *key, const char *value)
{
	begin(json, key);
	if (value)
		quote(json->out, value);
	else
		text_add(json->out, "null");
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	text_add(json->out, "%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	text_add(json->out, value ? "true" : "false");
}
