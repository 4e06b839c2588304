// SPDX-License-Identifier: GPL-2.0-or-later
#include "request.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define DOMID_MAX 0x7fefu	/* below DOMID_FIRST_RESERVED, xen/include/public/xen.h */
#define DEVID_MAX 0xffffu
#define MTU_MIN 68u		/* ETH_MIN_MTU and ETH_MAX_MTU, linux/if_ether.h */
#define MTU_MAX 65535u
#define TIMEOUT_MAX 39u		/* libxl kills a script after 40 s (LIBXL_HOTPLUG_TIMEOUT) */

#define CALLER (SOURCE_ENVIRONMENT | SOURCE_ARGUMENT)

/* Every setting, and who may give it: what names the interface cannot come from the host's file. */
static const struct {
	const char *name;
	unsigned sources;
} keys[KEY_COUNT] = {
	[KEY_BRIDGE] = { "bridge", SOURCE_FILE | CALLER | SOURCE_STORE },
	[KEY_INTERFACE] = { "INTERFACE", CALLER },
	[KEY_IP] = { "ip", CALLER | SOURCE_STORE },
	[KEY_ISOLATED] = { "isolated", SOURCE_FILE | CALLER },
	[KEY_LEARNING] = { "learning", SOURCE_FILE | CALLER },
	[KEY_MTU] = { "mtu", SOURCE_FILE | CALLER | SOURCE_STORE },
	[KEY_NEIGH_SUPPRESS] = { "neigh_suppress", SOURCE_FILE | CALLER },
	[KEY_NETDEV] = { "netdev", SOURCE_FILE | CALLER },
	[KEY_SCRIPT] = { "script", CALLER },
	[KEY_TIMEOUT] = { "timeout", SOURCE_FILE | CALLER },
	[KEY_TYPE_IF] = { "type_if", CALLER },
	[KEY_VERBOSE] = { "verbose", SOURCE_FILE | SOURCE_ARGUMENT },
	[KEY_VIF] = { "vif", CALLER },
	[KEY_VIFNAME] = { "vifname", CALLER | SOURCE_STORE },
	[KEY_XENBUS_BASE_PATH] = { "XENBUS_BASE_PATH", CALLER },
	[KEY_XENBUS_PATH] = { "XENBUS_PATH", CALLER },
	[KEY_XENBUS_TYPE] = { "XENBUS_TYPE", CALLER },
};

static const struct {
	const char *name;
	enum command command;
	enum vif_type type;	/* the only one that libxl uses it for */
	bool up;
} commands[] = {
	{ "online", COMMAND_ONLINE, TYPE_VIF, true },
	{ "offline", COMMAND_OFFLINE, TYPE_VIF, false },
	{ "add", COMMAND_ADD, TYPE_TAP, true },
	{ "remove", COMMAND_REMOVE, TYPE_TAP, false },
};

static const struct {
	const char *name;
	char letter;
	size_t flag;	/* of struct request, or 0: the setting verbose */
} options[] = {
	{ "--dry-run", 'n', offsetof(struct request, dry_run) },
	{ "--help", 'h', offsetof(struct request, help) },
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

/* "[vif-bridge]": whether the section is the program's. -EINVAL when it has no end. */
static int section_is_ours(char *line, const char *program, struct error *err)
{
	size_t len = strlen(line);

	if (line[len - 1] != ']')
		return error_set(err, EINVAL, "'%.60s' has no closing ]", line);
	line[len - 1] = '\0';
	return !strcmp(trim(line + 1), program);
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
			rc = ours = section_is_ours(line, program, err);
		else if (*line && *line != '#' && ours)
			rc = file_setting(request, line, err);
		if (rc < 0)
			return error_prefix(err, "%s:%d", file, number);
	}
	return 0;
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

int request_check_command(struct request *request, struct error *err)
{
	const char *type = request_get(request, KEY_TYPE_IF);

	request->command = COMMAND_NONE;
	for (size_t i = 0; request->word && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(request->word, commands[i].name))
			request->command = commands[i].command;
	if (!request->word)
		return error_set(err, EINVAL, "no command: one of online, offline, add, remove");
	if (request->command == COMMAND_NONE)
		return error_set(err, EINVAL, "Invalid command: %.60s", request->word);
	if (type && strcmp(type, "vif") && strcmp(type, "tap"))
		return error_set(err, EINVAL, "unknown interface type %.60s", type);
	request->type = type && !strcmp(type, "tap") ? TYPE_TAP : TYPE_VIF;
	return 0;
}

bool request_is_ours(const struct request *request)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].command == request->command)
			return commands[i].type == request->type;
	return false;
}

bool request_is_up(const struct request *request)
{
	return request->command == COMMAND_ONLINE || request->command == COMMAND_ADD;
}

/*
 * A whole number in [min, max] from the start of `text` up to `end` (NULL: to its end). Digits
 * alone, and no zero in front: "007" in a path would be another node than "7".
 */
static bool parse_number(const char *text, const char *end, unsigned min, unsigned max,
			 unsigned *out)
{
	size_t len = end ? (size_t)(end - text) : strlen(text);
	unsigned value = 0;

	if (!len || len > 9 || (len > 1 && *text == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

/* A xenstore path's characters and length: docs/misc/xenstore.txt, "Communication with xenstore". */
static bool is_store_path(const char *path)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-/_@";
	size_t len = strlen(path);

	return len < FACTS_PATH / 2 && path[strspn(path, allowed)] == '\0' &&
	       !strstr(path, "//") && path[len - 1] != '/';
}

/* The last slash of `path` before `end`, or NULL. */
static const char *slash_before(const char *path, const char *end)
{
	while (end > path)
		if (*--end == '/')
			return end;
	return NULL;
}

int request_check_path(struct request *request, struct error *err)
{
	const char *path = request_get(request, KEY_XENBUS_PATH);
	const char *dev, *dom, *type, *class;

	request->has_path = false;
	if (!path)
		return 0;
	dev = strrchr(path, '/');
	dom = dev ? slash_before(path, dev) : NULL;
	type = dom ? slash_before(path, dom) : NULL;
	class = type ? type + 1 : path;
	if (!is_store_path(path) || !dom || dom - class != 3 || memcmp(class, "vif", 3) ||
	    !parse_number(dom + 1, dev, 0, DOMID_MAX, &request->domid) ||
	    !parse_number(dev + 1, NULL, 0, DEVID_MAX, &request->devid))
		return error_set(err, EINVAL, "XENBUS_PATH='%.120s' is not a backend's directory "
				 "(…/vif/DOMID/DEVID)", path);
	request->has_path = true;
	return 0;
}

static int check_number(const struct request *request, enum key key, unsigned min, unsigned max,
			unsigned *out, struct error *err)
{
	const char *value = request_get(request, key);

	if (value && !parse_number(value, NULL, min, max, out))
		return error_set(err, EINVAL, "%s='%.60s' is not a number from %u to %u",
				 keys[key].name, value, min, max);
	return 0;
}

static int check_toggle(const struct request *request, enum key key, enum toggle *out,
			struct error *err)
{
	static const struct {
		const char *word;
		enum toggle value;
	} words[] = {
		{ "yes", TOGGLE_ON }, { "on", TOGGLE_ON }, { "true", TOGGLE_ON },
		{ "1", TOGGLE_ON }, { "no", TOGGLE_OFF }, { "off", TOGGLE_OFF },
		{ "false", TOGGLE_OFF }, { "0", TOGGLE_OFF },
	};
	const char *value = request_get(request, key);

	*out = TOGGLE_UNSET;
	if (!value)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(value, words[i].word)) {
			*out = words[i].value;
			return 0;
		}
	return error_set(err, EINVAL, "%s='%.60s' is neither yes nor no", keys[key].name, value);
}

/* The interface's first name: as the caller says, else as XENBUS_PATH implies. */
static int check_device(struct request *request, struct error *err)
{
	bool tap = request->type == TYPE_TAP;
	const char *suffix = tap ? EMU_SUFFIX : "";
	enum key key = tap ? KEY_INTERFACE : KEY_VIF;
	const char *name = request_get(request, key);

	if (name)
		return inet_interface_name(keys[key].name, name, "", request->device, err);
	if (!request->has_path)
		return error_set(err, EINVAL, "%s is not set: name the interface (%s=vif1.0%s) or "
				 "its directory in xenstore (XENBUS_PATH=backend/vif/1/0)",
				 keys[key].name, keys[key].name, suffix);
	if (snprintf(request->device, IFNAMSIZ, "vif%u.%u%s", request->domid, request->devid,
		     suffix) >= IFNAMSIZ)
		return error_set(err, ENAMETOOLONG, "vif%u.%u%s is too long for an interface name",
				 request->domid, request->devid, suffix);
	return 0;
}

/*
 * vifname and its form for the tap. libxl sets INTERFACE in the vif pass too when a tap follows:
 * a name that is too long for that is refused before the first pass changes anything.
 */
static int check_wanted(struct request *request, struct error *err)
{
	const char *name = request_get(request, KEY_VIFNAME);
	bool emulated = request_get(request, KEY_INTERFACE) || request->type == TYPE_TAP;
	char with_suffix[IFNAMSIZ];
	int rc;

	if (!name) {
		memcpy(request->wanted, request->device, IFNAMSIZ);
		return 0;
	}
	rc = inet_interface_name("vifname", name, emulated ? EMU_SUFFIX : "", with_suffix, err);
	if (rc)
		return rc;
	return inet_interface_name("vifname", name, request->type == TYPE_TAP ? EMU_SUFFIX : "",
				   request->wanted, err);
}

static int check_names(struct request *request, struct error *err)
{
	const char *type = request_get(request, KEY_XENBUS_TYPE);
	const char *bridge = request_get(request, KEY_BRIDGE);
	int rc = check_device(request, err);

	if (!rc && type && strcmp(type, "vif"))
		rc = error_set(err, EINVAL, "XENBUS_TYPE='%.60s': only vif is known here", type);
	if (!rc)
		rc = check_wanted(request, err);
	if (!rc && bridge)
		rc = inet_interface_name("bridge", bridge, "", request->bridge, err);
	return rc;
}

static int check_ips(struct request *request, struct error *err)
{
	const char *ip = request_get(request, KEY_IP);

	request->ip_count = 0;
	if (ip && inet_parse_list(ip, request->ips, REQUEST_IPS, &request->ip_count, err))
		return error_prefix(err, "ip");
	return 0;
}

/* What a port shall be like: of use only when it is brought up. */
static int check_port(struct request *request, struct error *err)
{
	int rc = check_ips(request, err);

	if (!rc)
		rc = check_number(request, KEY_MTU, MTU_MIN, MTU_MAX, &request->mtu, err);
	if (!rc)
		rc = check_toggle(request, KEY_ISOLATED, &request->isolated, err);
	if (!rc)
		rc = check_toggle(request, KEY_LEARNING, &request->learning, err);
	if (!rc)
		rc = check_toggle(request, KEY_NEIGH_SUPPRESS, &request->neigh_suppress, err);
	return rc;
}

int request_check_run(struct request *request, struct error *err)
{
	unsigned timeout = REQUEST_TIMEOUT;
	int rc = check_number(request, KEY_TIMEOUT, 1, TIMEOUT_MAX, &timeout, err);

	request->timeout = (int)timeout;
	return rc ? rc : check_toggle(request, KEY_VERBOSE, &request->verbose, err);
}

int request_check(struct request *request, struct error *err)
{
	int rc = check_names(request, err);

	return rc || !request_is_up(request) ? rc : check_port(request, err);
}
