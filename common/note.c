// SPDX-License-Identifier: GPL-2.0-or-later
#include "note.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LINE_MAX (FACTS_PATH + 16)

static const char *const rules[] = {
	[FIREWALL_AUTO] = "", [FIREWALL_NFTABLES] = "nftables", [FIREWALL_IPTABLES] = "iptables",
	[FIREWALL_NONE] = "",
};

static const char *const servers[] = {
	[NOTE_DHCP_NOBODY] = "", [NOTE_DHCP_DNSMASQ] = "dnsmasq", [NOTE_DHCP_DHCPD] = "dhcpd",
};

void note_add(struct note *note, const struct note_setting *setting)
{
	if (note->count < NOTE_SETTINGS)
		note->found[note->count++] = *setting;
}

struct note_setting *note_find(const struct note *note, const char *name)
{
	for (size_t i = 0; i < note->count; i++)
		if (!note->found[i].follows && !strcmp(note->found[i].name, name))
			return (struct note_setting *)&note->found[i];
	return NULL;
}

const struct note_setting *note_next(const struct note *note, const struct note_setting *setting)
{
	const struct note_setting *next = setting + 1;

	return next < note->found + note->count && next->follows ? next : NULL;
}

void note_print(const struct note *note, const char *program, struct text *out)
{
	char subnet[INET_TEXT];

	text_add(out, "# What %s start was asked for and what it found, for %s stop.\n", program,
		 program);
	text_add(out, "netdev=%s\n", note->netdev);
	if (note->subnet.family) {
		inet_print(&note->subnet, subnet);
		text_add(out, "subnet=%s/%u\n", subnet, note->subnet.len);
	}
	if (note->ipv6)
		text_add(out, "ipv6=yes\n");
	if (*rules[note->rule])
		text_add(out, "rule=%s\n", rules[note->rule]);
	if (*servers[note->dhcp])
		text_add(out, "dhcp=%s\n", servers[note->dhcp]);
	if (*note->line)
		text_add(out, "line=%s\n", note->line);
	for (size_t i = 0; i < note->count; i++)
		text_add(out, "%s%s=%d\n", note->found[i].follows ? "\t" : "", note->found[i].name,
			 note->found[i].value);
}

/* Digits alone. */
static bool parse_value(const char *text, int *value)
{
	size_t len = strspn(text, "0123456789");

	*value = (int)strtol(text, NULL, 10);
	return len > 0 && len < 10 && !text[len];
}

/* An interface's name may have a "=" in it, so the last one counts. */
static bool parse_setting(char *line, struct note *note)
{
	struct note_setting setting = { .follows = *line == '\t', .now = -1 };
	char *name = line + setting.follows, *equals = strrchr(line, '=');

	if (!equals || strncmp(name, "net/", 4) || (setting.follows && !note->count))
		return false;
	*equals = '\0';
	if (!text_copy(setting.name, sizeof(setting.name), name) ||
	    !parse_value(equals + 1, &setting.value))
		return false;
	note_add(note, &setting);
	return true;
}

static bool parse_rule(const char *word, struct note *note)
{
	note->rule = FIREWALL_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (*rules[i] && !strcmp(word, rules[i]))
			note->rule = (enum firewall_kind)i;
	return note->rule != FIREWALL_NONE;
}

static bool parse_dhcp(const char *word, struct note *note)
{
	note->dhcp = NOTE_DHCP_NOBODY;
	for (size_t i = 0; i < ARRAY_SIZE(servers); i++)
		if (*servers[i] && !strcmp(word, servers[i]))
			note->dhcp = (enum note_dhcp)i;
	return note->dhcp != NOTE_DHCP_NOBODY;
}

/* Keys of a later version are skipped. */
static bool parse_line(char *line, struct note *note)
{
	char *equals = strchr(line, '=');
	struct error nonsense = { 0 };

	if (*line == '#' || !*line)
		return true;
	if (*line == '\t' || !strncmp(line, "net/", 4))
		return parse_setting(line, note);
	if (!equals)
		return false;
	*equals++ = '\0';
	if (!strcmp(line, "netdev"))
		return !inet_interface_name(line, equals, "", note->netdev, &nonsense);
	if (!strcmp(line, "subnet"))
		return !inet_parse(equals, &note->subnet, &nonsense) &&
		       note->subnet.family == AF_INET;
	if (!strcmp(line, "rule"))
		return parse_rule(equals, note);
	if (!strcmp(line, "dhcp"))
		return parse_dhcp(equals, note);
	if (!strcmp(line, "line"))
		return *equals == '/' && text_copy(note->line, FACTS_PATH, equals);
	note->ipv6 |= !strcmp(line, "ipv6") && !strcmp(equals, "yes");
	return true;
}

int note_parse(const char *file, const char *text, struct note *note, struct error *err)
{
	char line[LINE_MAX];
	int number = 1;

	memset(note, 0, sizeof(*note));
	note->rule = FIREWALL_NONE;
	note->exists = text;
	for (; text && *text; number++) {
		size_t len = strcspn(text, "\n");

		if (len >= sizeof(line))
			return error_set(err, EINVAL, "%s:%d is too long", file, number);
		memcpy(line, text, len);
		line[len] = '\0';
		text += len + (text[len] == '\n');
		if (!parse_line(line, note))
			return error_set(err, EINVAL, "%s:%d makes no sense: without the file, stop "
					 "would put nothing back", file, number);
	}
	return 0;
}
