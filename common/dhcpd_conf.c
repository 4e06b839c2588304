// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcpd_conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART_SIZE 128	/* the longest host's name and the words around it */
#define SCRIPT_SIZE 1024

/* How a guest's line begins and ends. */
#define HEAD "host %s { hardware ethernet "
#define TAIL "option host-name \"%s\"; }"

#define BLANK " \t"

static const char *const lists[] = { "DHCPDARGS", "DHCPD_INTERFACE", "INTERFACES", "INTERFACESv4" };

/* A piece of a text, not terminated. */
struct piece {
	const char *at;
	size_t len;
};

/* Where a text grows that is as long as it may get. */
struct copy {
	char *buf;
	size_t len;
};

static int copy_begin(struct copy *copy, size_t size, struct error *err)
{
	copy->buf = malloc(size + 1);
	copy->len = 0;
	return copy->buf ? 0 : error_set(err, ENOMEM, "out of memory");
}

static void copy_add(struct copy *copy, const char *at, size_t len)
{
	memcpy(copy->buf + copy->len, at, len);
	copy->len += len;
}

static void copy_add_string(struct copy *copy, const char *string)
{
	copy_add(copy, string, strlen(string));
}

static char *copy_end(struct copy *copy)
{
	copy->buf[copy->len] = '\0';
	return copy->buf;
}

/* Take the first line off `text`, with its newline, if it has one. False at the end. */
static bool next_line(const char **text, struct piece *line)
{
	const char *newline = strchr(*text, '\n');

	line->at = *text;
	line->len = newline ? (size_t)(newline + 1 - *text) : strlen(*text);
	*text += line->len;
	return line->len > 0;
}

/* Without the white space at its end. */
static struct piece trimmed(struct piece line)
{
	while (line.len && isspace((unsigned char)line.at[line.len - 1]))
		line.len--;
	return line;
}

static bool begins(struct piece piece, const char *word)
{
	return piece.len >= strlen(word) && !memcmp(piece.at, word, strlen(word));
}

static bool ends(struct piece piece, const char *word)
{
	size_t len = strlen(word);

	return piece.len >= len && !memcmp(piece.at + piece.len - len, word, len);
}

void dhcpd_conf_entry(const char *host, const char *mac, const char *ip, const char *router,
		      struct text *out)
{
	text_add(out, HEAD, host);
	text_add(out, "%s; fixed-address %s; option routers %s; ", mac, ip, router);
	text_add(out, TAIL, host);
}

static bool is_entry(struct piece line, const char *host)
{
	char head[PART_SIZE], tail[PART_SIZE];

	snprintf(head, sizeof(head), HEAD, host);
	snprintf(tail, sizeof(tail), TAIL, host);
	line = trimmed(line);
	return line.len >= strlen(head) + strlen(tail) && begins(line, head) && ends(line, tail);
}

static bool skip_blanks(struct piece *line)
{
	const char *start = line->at;

	while (line->len && isspace((unsigned char)*line->at)) {
		line->at++;
		line->len--;
	}
	return line->at > start;
}

static bool skip_word(struct piece *line, const char *word)
{
	if (!begins(*line, word))
		return false;
	line->at += strlen(word);
	line->len -= strlen(word);
	return true;
}

/* A line that begins to declare the host, in whatever way. */
static bool declares(struct piece line, const char *host)
{
	skip_blanks(&line);
	if (!skip_word(&line, "host") || !skip_blanks(&line) || !skip_word(&line, host))
		return false;
	return !line.len || isspace((unsigned char)*line.at) || *line.at == '{';
}

bool dhcpd_conf_find(const char *text, const char *host, char *out, size_t size)
{
	struct piece line;

	out[0] = '\0';
	while (next_line(&text, &line)) {
		if (!is_entry(line, host))
			continue;
		line = trimmed(line);
		if (line.len >= size)
			return false;
		memcpy(out, line.at, line.len);
		out[line.len] = '\0';
		return true;
	}
	return false;
}

static int check_hosts(const char *text, const char *host, struct error *err)
{
	struct piece line;

	while (next_line(&text, &line))
		if (declares(line, host) && !is_entry(line, host))
			return error_set(err, EEXIST, "there is another host %s, which is not "
					 "ours", host);
	return 0;
}

/* The entry on a line of its own, also behind a last line without a newline. */
static void add_entry(struct copy *copy, const char *entry)
{
	if (copy->len && copy->buf[copy->len - 1] != '\n')
		copy_add_string(copy, "\n");
	copy_add_string(copy, entry);
	copy_add_string(copy, "\n");
}

int dhcpd_conf_set(const char *text, const char *host, const char *entry, char **out,
		   struct error *err)
{
	const char *left = entry;
	struct piece line;
	struct copy copy;
	int rc = entry ? check_hosts(text, host, err) : 0;

	if (!rc)
		rc = copy_begin(&copy, strlen(text) + (entry ? strlen(entry) + 2 : 0), err);
	if (rc)
		return rc;
	while (next_line(&text, &line)) {
		if (!is_entry(line, host)) {
			copy_add(&copy, line.at, line.len);
		} else if (left) {
			add_entry(&copy, left);
			left = NULL;
		}
	}
	if (left)
		add_entry(&copy, left);
	*out = copy_end(&copy);
	return 0;
}

/* A line NAME=VALUE of the init script's settings, NAME being one of the lists. */
struct list {
	struct piece name;	/* with the equals sign */
	char quote;		/* what the value stands in, or '\0' */
	struct piece value;	/* without quotes */
	struct piece rest;	/* behind it */
};

static bool take_name(struct piece line, struct list *list)
{
	size_t len = strcspn(line.at, "=\n");

	if (line.at[len] != '=')
		return false;
	list->name = (struct piece){ line.at, len + 1 };
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (strlen(lists[i]) == len && begins(line, lists[i]))
			return true;
	return false;
}

/* Values that are put together from several quotes are left alone: nobody writes them so. */
static bool parse_list(struct piece line, struct list *list)
{
	const char *at, *end = line.at + line.len;
	size_t len;

	if (!take_name(line, list))
		return false;
	at = line.at + list->name.len;
	list->quote = *at == '"' || *at == '\'' ? *at : '\0';
	if (list->quote)
		at++;
	len = strcspn(at, list->quote ? "\"'\n" : "\"'#;\n" BLANK);
	list->value = (struct piece){ at, len };
	at += len;
	if (list->quote ? *at != list->quote : *at && !strchr(BLANK "\n", *at))
		return false;
	if (list->quote)
		at++;
	list->rest = (struct piece){ at, (size_t)(end - at) };
	return true;
}

/* Take the first word off the value, with the blanks behind it. False at the end. */
static bool next_word(struct piece *value, struct piece *word)
{
	size_t len = 0;

	while (len < value->len && !strchr(BLANK, value->at[len]))
		len++;
	*word = (struct piece){ value->at, len };
	while (len < value->len && strchr(BLANK, value->at[len]))
		len++;
	value->at += len;
	value->len -= len;
	return len > 0;
}

static bool is_word(struct piece word, const char *device)
{
	return word.len == strlen(device) && !memcmp(word.at, device, word.len);
}

static bool has_word(struct piece value, const char *device)
{
	struct piece word;

	while (next_word(&value, &word))
		if (is_word(word, device))
			return true;
	return false;
}

/*
 * A word behind others gets the blank that separates it, one behind a blank, or the first, gets
 * one behind it, as the script writes it; without_word takes the same blank away.
 */
static void with_word(const struct list *list, const char *device, struct copy *copy)
{
	const char quote[] = { list->quote ? list->quote : '"', '\0' };
	bool apart = !list->value.len || strchr(BLANK, list->value.at[list->value.len - 1]);

	copy_add(copy, list->name.at, list->name.len);
	copy_add_string(copy, quote);
	copy_add(copy, list->value.at, list->value.len);
	copy_add_string(copy, apart ? "" : " ");
	copy_add_string(copy, device);
	copy_add_string(copy, apart ? " " : "");
	copy_add_string(copy, quote);
	copy_add(copy, list->rest.at, list->rest.len);
}

static void without_word(const struct list *list, const char *device, struct copy *copy)
{
	struct piece value = list->value, word;
	size_t start;

	copy_add(copy, list->name.at, (size_t)(list->value.at - list->name.at));
	start = copy->len;
	for (const char *at = value.at; next_word(&value, &word); at = value.at) {
		if (!is_word(word, device))
			copy_add(copy, at, (size_t)(value.at - at));
		else if (word.at + word.len < value.at)
			copy_add(copy, word.at + word.len + 1,
				 (size_t)(value.at - word.at) - word.len - 1);
		else if (copy->len > start)
			copy->len--;
	}
	copy_add(copy, value.at, (size_t)(list->rest.at + list->rest.len - value.at));
}

bool dhcpd_conf_can_list(const char *device)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._";

	return *device && *device != '-' && device[strspn(device, plain)] == '\0';
}

bool dhcpd_conf_lists(const char *text, const char *device)
{
	struct piece line;
	struct list list;

	while (next_line(&text, &line))
		if (parse_list(line, &list) && has_word(list.value, device))
			return true;
	return false;
}

/* How much a text may grow: by a word, a blank and two quotes in each line. */
static size_t growth(const char *text, const char *device)
{
	size_t size = 0;
	struct piece line;

	while (next_line(&text, &line))
		size += strlen(device) + 3;
	return size;
}

int dhcpd_conf_list(const char *text, const char *device, bool listed, char **out,
		    struct error *err)
{
	struct piece line;
	struct copy copy;
	struct list list;
	int rc = copy_begin(&copy, strlen(text) + (listed ? growth(text, device) : 0), err);

	if (rc)
		return rc;
	while (next_line(&text, &line)) {
		if (!parse_list(line, &list) || has_word(list.value, device) == listed)
			copy_add(&copy, line.at, line.len);
		else if (listed)
			with_word(&list, device, &copy);
		else
			without_word(&list, device, &copy);
	}
	*out = copy_end(&copy);
	return 0;
}

static void print_sed(const char *script, const char *file, struct text *out)
{
	text_add(out, "sed -i --follow-symlinks -E -e ");
	text_quote(out, script);
	text_add(out, " ");
	text_quote(out, file);
}

void dhcpd_conf_print_set(const char *file, const char *host, bool had, const char *entry,
			  struct text *out)
{
	char buf[SCRIPT_SIZE];
	struct text script = TEXT_IN(buf);

	if (had || !entry)
		text_add(&script, "/^host %s \\{ hardware ethernet .*option host-name \"%s\"; "
			 "\\}[[:space:]]*$/", host, host);
	/* The last: a last line without a newline gets one. */
	text_add(&script, !entry ? "d" : had ? "c %s" : "$a\\", entry);
	print_sed(buf, file, out);
	if (!entry || had)
		return;
	text_add(out, " && echo ");
	text_quote(out, entry);
	text_add(out, " >>");
	text_quote(out, file);
}

#define VALUE "^([^=]*=([\"'])"		/* up to a value in quotes: \1, with the quote as \2 */
#define WORDS "([^\"']*[[:blank:]])?"	/* and words before the one in question */

/* In the terms of with_word, with its two cases and a value without quotes before them. */
static void print_with_word(const char *name, struct text *script)
{
	text_add(script, "/" VALUE WORDS ")%s([[:blank:]][^\"']*)?\\2/b;", name);
	text_add(script, "/^[^=]*=%s([[:blank:]]|$)/b;", name);
	text_add(script, "s/^([^=]*=)([^\"'#;[:blank:]]*)([[:blank:]].*|)$/\\1\"\\2\"\\3/;");
	text_add(script, "s/" VALUE WORDS ")\\2/\\1%s \\2/;", name);
	text_add(script, "s/" VALUE "[^\"']*[^\"'[:blank:]])\\2/\\1 %s\\2/", name);
}

/* Of without_word: with a blank behind, with one before, alone, alone without quotes. */
static void print_without_word(const char *name, struct text *script)
{
	text_add(script, ":a;s/" VALUE WORDS ")%s[[:blank:]]([^\"']*\\2)/\\1\\4/;ta;", name);
	text_add(script, "s/" VALUE "[^\"']*)[[:blank:]]%s\\2/\\1\\2/;", name);
	text_add(script, "s/" VALUE ")%s\\2/\\1\\2/;", name);
	text_add(script, "s/^([^=]*=)%s([[:blank:]]|$)/\\1\\2/", name);
}

void dhcpd_conf_print_list(const char *file, const char *device, bool listed, struct text *out)
{
	char name_buf[PART_SIZE], buf[SCRIPT_SIZE];
	struct text name = TEXT_IN(name_buf), script = TEXT_IN(buf);

	/* Of what dhcpd_conf_can_list lets pass only dots mean something to sed. */
	for (; *device; device++)
		text_add(&name, *device == '.' ? "\\%c" : "%c", *device);
	text_add(&script, "/^(%s|%s|%s|%s)=/{", lists[0], lists[1], lists[2], lists[3]);
	if (listed)
		print_with_word(name_buf, &script);
	else
		print_without_word(name_buf, &script);
	text_add(&script, "}");
	print_sed(buf, file, out);
}
