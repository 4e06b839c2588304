// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq_conf.h"

#include <string.h>

#define BLANK " \t"

void dnsmasq_conf_entry(const char *host, const char *mac, const char *ip, struct text *out)
{
	text_add(out, "%s,%s,%s", mac, ip, host);
}

/* The value of a line that sets the option, or NULL. */
static const char *value_of(const char *line, const char *option)
{
	size_t len = strlen(option);

	line += strspn(line, BLANK);
	if (strncmp(line, option, len) != 0)
		return NULL;
	line += len;
	line += strspn(line, BLANK);
	if (*line != '=')
		return NULL;
	line++;
	return line + strspn(line, BLANK);
}

/* Up to the end of the line or a comment, and without the white space before that. */
static size_t length_of(const char *value)
{
	size_t len = strcspn(value, "\r\n");

	for (size_t i = 1; i < len; i++)
		if (value[i] == '#' && strchr(BLANK, value[i - 1]))
			len = i;
	while (len && strchr(BLANK, value[len - 1]))
		len--;
	return len;
}

static bool copy_value(const char *value, char *out, size_t size)
{
	size_t len = length_of(value);

	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	if (!len || len >= size)
		return false;
	memcpy(out, value, len);
	out[len] = '\0';
	return true;
}

bool dnsmasq_conf_option(const char *text, const char *option, char *out, size_t size)
{
	bool found = false;

	while (text) {
		const char *value = value_of(text, option);

		if (value && copy_value(value, out, size))
			found = true;
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return found;
}
