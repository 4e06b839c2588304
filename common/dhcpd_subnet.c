// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcpd_subnet.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HEAD_SIZE 64	/* how the line begins, to its brace */
#define WORD_SIZE INET_TEXT

/* ---- the line ------------------------------------------------------------------------------- */

static void add_head(const struct inet_prefix *subnet, struct text *out)
{
	const struct inet_prefix mask = inet_netmask(subnet);
	char address[INET_TEXT], netmask[INET_TEXT];

	inet_print(subnet, address);
	inet_print(&mask, netmask);
	text_add(out, "subnet %s netmask %s {", address, netmask);
}

void dhcpd_subnet_line(const struct inet_prefix *subnet, const struct resolv *resolv,
		       struct text *out)
{
	char address[INET_TEXT];

	add_head(subnet, out);
	if (*resolv->domain)
		text_add(out, " option domain-name \"%s\";", resolv->domain);
	for (size_t i = 0; i < resolv->count; i++) {
		inet_print(&resolv->servers[i], address);
		text_add(out, "%s%s", i ? ", " : " option domain-name-servers ", address);
	}
	text_add(out, resolv->count ? "; }" : " }");
}

/* How long a line is without the white space at its end, and its newline. */
static size_t trimmed(const char *line)
{
	size_t len = strcspn(line, "\n");

	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	return len;
}

static bool is_line(const char *line, const struct inet_prefix *subnet)
{
	size_t len = trimmed(line);
	char buf[HEAD_SIZE];
	struct text head = TEXT_IN(buf);

	add_head(subnet, &head);
	return len > head.len && !strncmp(line, buf, head.len) && line[len - 1] == '}';
}

/* The line behind this one; NULL: there is none. */
static const char *next_line(const char *line)
{
	const char *newline = strchr(line, '\n');

	return newline && newline[1] ? newline + 1 : NULL;
}

bool dhcpd_subnet_find(const char *text, const struct inet_prefix *subnet, char *out, size_t size)
{
	out[0] = '\0';
	for (; text; text = next_line(text)) {
		size_t len = trimmed(text);

		if (!is_line(text, subnet))
			continue;
		if (len >= size)
			return false;
		memcpy(out, text, len);
		out[len] = '\0';
		return true;
	}
	return false;
}

/* ---- what others declare -------------------------------------------------------------------- */

/* Blanks, newlines and comments; what is in quotes is a word (dhcpd.conf(5)). */
static const char *skip_blanks(const char *text)
{
	for (;;) {
		text += strspn(text, " \t\r\n");
		if (*text != '#')
			return text;
		text += strcspn(text, "\n");
	}
}

static size_t word_length(const char *text)
{
	const char *end;

	if (*text == '"') {
		end = strchr(text + 1, '"');
		return end ? (size_t)(end + 1 - text) : strlen(text);
	}
	if (*text && strchr("{};,", *text))
		return 1;
	return strcspn(text, " \t\r\n#\"{};,");
}

/* Take the next word, cut to what fits: longer ones are not of interest. False at the end. */
static bool next_word(const char **text, char word[static WORD_SIZE])
{
	size_t len;

	*text = skip_blanks(*text);
	len = word_length(*text);
	memcpy(word, *text, len < WORD_SIZE ? len : WORD_SIZE - 1);
	word[len < WORD_SIZE ? len : WORD_SIZE - 1] = '\0';
	*text += len;
	return len > 0;
}

static bool next_address(const char **text, struct inet_prefix *ip)
{
	struct error nonsense = { 0 };
	char word[WORD_SIZE];

	return next_word(text, word) && !inet_parse(word, ip, &nonsense) &&
	       ip->family == AF_INET && inet_is_host(ip);
}

/* Whether the words behind "subnet" are those of one that `subnet` is in. */
static bool covers(const char *text, const struct inet_prefix *subnet)
{
	const struct inet_prefix all = inet_netmask(subnet);
	struct inet_prefix address, mask;
	char word[WORD_SIZE];

	if (!next_address(&text, &address) || !next_word(&text, word) ||
	    strcmp(word, "netmask") != 0 || !next_address(&text, &mask))
		return false;
	for (size_t i = 0; i < 4; i++)
		if ((subnet->addr[i] & mask.addr[i]) != address.addr[i] ||
		    (mask.addr[i] & ~all.addr[i]))
			return false;
	return true;
}

bool dhcpd_subnet_is_declared(const char *text, const struct inet_prefix *subnet)
{
	char word[WORD_SIZE];

	while (next_word(&text, word))
		if (!strcmp(word, "subnet") && covers(text, subnet))
			return true;
	return false;
}

/* ---- changes -------------------------------------------------------------------------------- */

static void remove_lines(char *text, const struct inet_prefix *subnet)
{
	const char *line = text;
	char *to = text;

	while (*line) {
		size_t len = strcspn(line, "\n");

		len += line[len] == '\n';
		if (!is_line(line, subnet)) {
			memmove(to, line, len);
			to += len;
		}
		line += len;
	}
	*to = '\0';
}

int dhcpd_subnet_set(const char *text, const struct inet_prefix *subnet, const char *line,
		     char **out, struct error *err)
{
	const size_t len = strlen(text), size = len + (line ? strlen(line) : 0) + sizeof("\n\n");
	struct text copy = { .buf = malloc(size), .size = size };

	*out = copy.buf;
	if (!copy.buf)
		return error_set(err, ENOMEM, "out of memory");
	text_add(&copy, "%s", text);
	/* A last line without its newline gets one, when another comes behind it. */
	if (line)
		text_add(&copy, "%s%s\n", len && text[len - 1] != '\n' ? "\n" : "", line);
	else
		remove_lines(copy.buf, subnet);
	return 0;
}

static void print_pattern(const struct inet_prefix *subnet, struct text *out)
{
	char buf[HEAD_SIZE];
	struct text head = TEXT_IN(buf);

	add_head(subnet, &head);
	text_add(out, "/^");
	for (const char *c = buf; *c; c++)
		text_add(out, strchr(".{", *c) ? "\\%c" : "%c", *c);
	text_add(out, ".*\\}[[:space:]]*$/d");
}

void dhcpd_subnet_print(const char *file, const struct inet_prefix *subnet, const char *line,
			struct text *out)
{
	char buf[2 * HEAD_SIZE];
	struct text script = TEXT_IN(buf);

	if (line)
		text_add(&script, "$a\\");
	else
		print_pattern(subnet, &script);
	text_add(out, "sed -i --follow-symlinks -E -e ");
	text_quote(out, buf);
	text_add(out, " ");
	text_quote(out, file);
	if (!line)
		return;
	text_add(out, " && echo ");
	text_quote(out, line);
	text_add(out, " >>");
	text_quote(out, file);
}
