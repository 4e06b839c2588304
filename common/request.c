// SPDX-License-Identifier: GPL-2.0-or-later
#include "request.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define CALLER (SOURCE_ENVIRONMENT | SOURCE_ARGUMENT)

/* Every setting, and who may give it: what names the interface cannot come from the host's file. */
static const struct {
	const char *name;
	unsigned sources;
} keys[KEY_COUNT] = {
	[KEY_ANTISPOOF] = { "antispoof", SOURCE_FILE | CALLER },
	[KEY_BRIDGE] = { "bridge", SOURCE_FILE | CALLER | SOURCE_STORE },
	[KEY_CARRIER] = { "carrier", SOURCE_FILE | CALLER },
	[KEY_CONFIRM] = { "confirm", SOURCE_FILE | CALLER },
	[KEY_CONNTRACK] = { "conntrack", SOURCE_FILE | CALLER },
	[KEY_DHCP] = { "dhcp", SOURCE_FILE | CALLER },
	[KEY_FIREWALL] = { "firewall", SOURCE_FILE | CALLER },
	[KEY_FORCE] = { "force", CALLER },
	[KEY_GATEWAY6] = { "gateway6", SOURCE_FILE | CALLER },
	[KEY_GATEWAYDEV] = { "gatewaydev", CALLER | SOURCE_STORE },
	[KEY_INTERFACE] = { "INTERFACE", CALLER },
	[KEY_IP] = { "ip", CALLER | SOURCE_STORE },
	[KEY_IPV6] = { "ipv6", SOURCE_FILE | CALLER },
	[KEY_ISOLATED] = { "isolated", SOURCE_FILE | CALLER },
	[KEY_LEARNING] = { "learning", SOURCE_FILE | CALLER },
	[KEY_MAC] = { "mac", CALLER | SOURCE_STORE },
	[KEY_MTU] = { "mtu", SOURCE_FILE | CALLER | SOURCE_STORE },
	[KEY_NEIGH] = { "neigh", SOURCE_FILE | CALLER },
	[KEY_NEIGH_SUPPRESS] = { "neigh_suppress", SOURCE_FILE | CALLER },
	[KEY_NETDEV] = { "netdev", SOURCE_FILE | CALLER },
	[KEY_SCRIPT] = { "script", CALLER },
	[KEY_STYLE] = { "style", SOURCE_FILE | CALLER },
	[KEY_SUBNET] = { "subnet", SOURCE_FILE | CALLER },
	[KEY_TIMEOUT] = { "timeout", SOURCE_FILE | CALLER },
	[KEY_TYPE_IF] = { "type_if", CALLER },
	[KEY_VERBOSE] = { "verbose", SOURCE_FILE | SOURCE_ARGUMENT },
	[KEY_VIF] = { "vif", CALLER },
	[KEY_VIFNAME] = { "vifname", CALLER | SOURCE_STORE },
	[KEY_VIFNUM] = { "vifnum", SOURCE_FILE | CALLER },
	[KEY_VLAN] = { "vlan", SOURCE_FILE | CALLER | SOURCE_STORE },
	[KEY_VLAN_FILTERING] = { "vlan_filtering", SOURCE_FILE | CALLER },
	[KEY_VLAN_UPLINK] = { "vlan_uplink", SOURCE_FILE | CALLER },
	[KEY_XENBUS_BASE_PATH] = { "XENBUS_BASE_PATH", CALLER },
	[KEY_XENBUS_PATH] = { "XENBUS_PATH", CALLER },
	[KEY_XENBUS_TYPE] = { "XENBUS_TYPE", CALLER },
};

static const struct {
	const char *name;
	char letter;
	size_t flag;	/* of struct request, or 0: the setting verbose */
} options[] = {
	{ "--dry-run", 'n', offsetof(struct request, dry_run) },
	{ "--help", 'h', offsetof(struct request, help) },
	{ "--json", 'j', offsetof(struct request, json) },
	{ "--verbose", 'v', 0 },
	{ "--version", 'V', offsetof(struct request, version) },
};

/* The key whose name is the first `len` bytes of `name`, or KEY_COUNT. */
static enum key find_key(const char *name, size_t len)
{
	enum key key;

	for (key = 0; key < KEY_COUNT; key++)
		if (strlen(keys[key].name) == len && !memcmp(keys[key].name, name, len))
			break;
	return key;
}

/* An empty value counts as none: libxl passes an empty netdev for "no gatewaydev". */
static void put(struct request *request, enum key key, const char *value, enum source source)
{
	struct setting *setting = &request->settings[key];

	if (!value || !*value || (setting->value && setting->source > source))
		return;
	setting->value = value;
	setting->source = source;
}

void request_environment(struct request *request, char *const *environment)
{
	for (; *environment; environment++) {
		const char *equals = strchr(*environment, '=');
		enum key key;

		if (!equals)
			continue;
		key = find_key(*environment, (size_t)(equals - *environment));
		if (key < KEY_COUNT && keys[key].sources & SOURCE_ENVIRONMENT)
			put(request, key, equals + 1, SOURCE_ENVIRONMENT);
	}
}

static void set_option(struct request *request, size_t i)
{
	if (options[i].flag)
		*(bool *)((char *)request + options[i].flag) = true;
	else
		put(request, KEY_VERBOSE, "yes", SOURCE_ARGUMENT);
}

/* "--verbose", or letters behind one dash: "-nv". */
static int parse_option(struct request *request, const char *word, struct error *err)
{
	bool is_long = word[1] == '-';
	const char *letter = word + 1;
	size_t i;

	do {
		for (i = 0; i < ARRAY_SIZE(options); i++)
			if (is_long ? !strcmp(word, options[i].name) : *letter == options[i].letter)
				break;
		if (i == ARRAY_SIZE(options))
			return error_set(err, EINVAL, "unknown option: %.60s", word);
		set_option(request, i);
	} while (!is_long && *++letter);
	return 0;
}

/* A word that is no option: the command, or KEY=VALUE. */
static int parse_word(struct request *request, const char *word, struct error *err)
{
	const char *equals = strchr(word, '=');
	enum key key;

	if (!equals && request->word)
		return error_set(err, EINVAL, "unexpected word: %.60s (the command is %.60s)",
				 word, request->word);
	if (!equals) {
		request->word = word;
		return 0;
	}
	key = find_key(word, (size_t)(equals - word));
	if (key == KEY_COUNT || !(keys[key].sources & SOURCE_ARGUMENT))
		return error_set(err, EINVAL, "unknown parameter: %.60s", word);
	put(request, key, equals + 1, SOURCE_ARGUMENT);
	return 0;
}

int request_arguments(struct request *request, int argc, char *const *argv, struct error *err)
{
	int rc = 0;

	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-' ? parse_option(request, argv[i], err) :
					parse_word(request, argv[i], err))
			rc = -err->code;
	return rc;
}

/* Cut white space off both ends, in place. */
static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* Take a pair of quotes off, in place. A lone one is part of the value. */
static char *unquote(char *text)
{
	size_t len = strlen(text);

	if (len >= 2 && (text[0] == '"' || text[0] == '\'') && text[len - 1] == text[0]) {
		text[len - 1] = '\0';
		text++;
	}
	return text;
}

/* One KEY=VALUE line of the config file. */
static int file_setting(struct request *request, char *line, struct error *err)
{
	char *equals = strchr(line, '=');
	const char *name;
	enum key key;

	if (!equals)
		return error_set(err, EINVAL, "'%.60s' is neither KEY=VALUE nor [section]", line);
	*equals = '\0';
	name = trim(line);
	key = find_key(name, strlen(name));
	if (key == KEY_COUNT)
		return error_set(err, EINVAL, "unknown key '%.60s'", name);
	if (!(keys[key].sources & SOURCE_FILE))
		return error_set(err, EINVAL, "'%s' cannot be set in this file", name);
	put(request, key, unquote(trim(equals + 1)), SOURCE_FILE);
	return 0;
}

/* The NAME of "program NAME"; NULL when it is not that. */
static const char *name_behind(const char *title, const char *program)
{
	size_t len = strlen(program);

	if (strncmp(title, program, len) || !isspace((unsigned char)title[len]))
		return NULL;
	title += len;
	return title + strspn(title, " \t");
}

/* "[vif-bridge]": whether the section is the program's. -EINVAL when it has no end. */
static int section_is_ours(const struct request *request, char *line, const char *program,
			   struct error *err)
{
	size_t len = strlen(line);
	const char *name;

	if (line[len - 1] != ']')
		return error_set(err, EINVAL, "'%.60s' has no closing ]", line);
	line[len - 1] = '\0';
	line = trim(line + 1);
	if (!strcmp(line, program))
		return 1;
	name = request->section ? name_behind(line, program) : NULL;
	return name && !strcmp(name, request->section);
}

size_t request_sections(const char *program, const char *text, char names[][IFNAMSIZ], size_t max)
{
	size_t count = 0;

	for (; text && count < max; text = strchr(text, '\n')) {
		char title[64], *end;
		const char *name;

		text += strspn(text, " \t\r\n");
		if (*text != '[')
			continue;
		snprintf(title, sizeof(title), "%.*s", (int)strcspn(text + 1, "\n"), text + 1);
		end = strrchr(title, ']');
		if (!end)
			continue;
		*end = '\0';
		name = name_behind(trim(title), program);
		if (name && text_copy(names[count], IFNAMSIZ, name))
			count++;
	}
	return count;
}

int request_file(struct request *request, const char *program, const char *file, char *text,
		 struct error *err)
{
	int ours = 1, rc, number = 1;
	char *line, *next;

	for (; text; text = next, number++) {
		next = strchr(text, '\n');
		if (next)
			*next++ = '\0';
		line = trim(text);
		rc = 0;
		if (*line == '[')
			rc = ours = section_is_ours(request, line, program, err);
		else if (*line && *line != '#' && ours)
			rc = file_setting(request, line, err);
		if (rc < 0)
			return error_prefix(err, "%s:%d", file, number);
	}
	return 0;
}

void request_section(struct request *request, enum key key, const char *value)
{
	put(request, key, value, SOURCE_FILE);
}

void request_store(struct request *request, enum key key, const char *value)
{
	put(request, key, value, SOURCE_STORE);
}

const char *request_get(const struct request *request, enum key key)
{
	return request->settings[key].value;
}

const char *request_key_name(enum key key)
{
	return keys[key].name;
}
