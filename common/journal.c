// SPDX-License-Identifier: GPL-2.0-or-later
#include "journal.h"

#include <ctype.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

#define HEAD_SIZE 2048	/* bytes of all lines but those of entries */
#define WORDS_SIZE 1024	/* of an entry's in ip(8)'s words, apart from those of many next hops */

static const char *const phase_names[PHASES] = {
	[PHASE_NONE] = "", [PHASE_STARTING] = "starting", [PHASE_STARTED] = "started",
	[PHASE_STOPPING] = "stopping",
};

static const char *const firewall_names[] = {
	[FIREWALL_AUTO] = "auto", [FIREWALL_NFTABLES] = "nftables",
	[FIREWALL_IPTABLES] = "iptables", [FIREWALL_NONE] = "none",
};

/* The lines that are names of devices, and those that are numbers. */
static const struct {
	const char *key;
	size_t offset;
} names[] = {
	{ "netdev", offsetof(struct journal, netdev) },
	{ "bridge", offsetof(struct journal, bridge) },
	{ "physical", offsetof(struct journal, physical) },
	{ "stage", offsetof(struct journal, stage) },
	{ "far", offsetof(struct journal, far) },
	{ "device", offsetof(struct journal, wanted.spot.name) },
};

static const struct {
	const char *key;
	size_t offset;
	bool is_flag;
} numbers[] = {
	{ "nic", offsetof(struct journal, nic), false },
	{ "made_bridge", offsetof(struct journal, made_bridge), true },
	{ "ifup", offsetof(struct journal, ifup), true },
	{ "antispoof", offsetof(struct journal, antispoof), true },
	{ "dropped", offsetof(struct journal, dropped), true },
	{ "arp_ignore", offsetof(struct journal, arp_ignore), false },
	{ "mtu", offsetof(struct journal, like.mtu), false },
	{ "txqueuelen", offsetof(struct journal, like.txqlen), false },
	{ "up", offsetof(struct journal, like.up), true },
	{ "running", offsetof(struct journal, like.running), true },
	{ "no_arp", offsetof(struct journal, like.no_arp), true },
	{ "no_multicast", offsetof(struct journal, like.no_multicast), true },
	{ "addr_gen", offsetof(struct journal, like.addr_gen), false },
	{ "no_ipv6", offsetof(struct journal, no_ipv6), false },
	{ "time", offsetof(struct journal, time), false },
	{ "index", offsetof(struct journal, wanted.spot.index), false },
};

/* ---- printing --------------------------------------------------------------------------------- */

size_t journal_size(const struct journal *journal)
{
	size_t size = HEAD_SIZE;

	for (int part = 0; part < PARTS; part++) {
		const struct entries *entries = &journal->wanted.parts[part];

		for (size_t i = 0; i < entries->count; i++)
			size += WORDS_SIZE + 10 * (size_t)entries->list[i]->len;
	}
	return size;
}

static void print_number(const struct journal *journal, size_t i, struct text *out)
{
	const char *at = (const char *)journal + numbers[i].offset;
	bool flag;
	int value;

	if (numbers[i].is_flag) {
		memcpy(&flag, at, sizeof(flag));
		value = flag;
	} else {
		memcpy(&value, at, sizeof(value));
	}
	text_add(out, "%s=%d\n", numbers[i].key, value);
}

static void print_entry(const struct entry *entry, struct text *out)
{
	text_add(out, "# ");
	entry_print(entry, &entry->spot, ENTRY_CHANGE, out);
	text_add(out, "\nentry=%u %u ", entry->type, entry->ahead);
	for (size_t i = 0; i < entry->len; i++)
		text_add(out, "%02x", entry->data[i]);
	text_add(out, "\n");
}

void journal_print(const struct journal *journal, enum phase phase, struct text *out)
{
	char mac[MAC_TEXT];

	inet_print_mac(journal->like.mac, mac);
	text_add(out, "# Of network-bridge. With it, network-bridge recover brings the host back.\n"
		 "phase=%s\nstyle=%s\nfirewall=%s\nmac=%s\n", phase_names[phase],
		 request_style_name(journal->style), firewall_names[journal->firewall], mac);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		text_add(out, "%s=%s\n", names[i].key, (const char *)journal + names[i].offset);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		print_number(journal, i, out);
	for (int part = 0; part < PARTS; part++)
		for (size_t i = 0; i < journal->wanted.parts[part].count; i++)
			print_entry(journal->wanted.parts[part].list[i], out);
}

/* ---- parsing ---------------------------------------------------------------------------------- */

static int find(const char *word, const char *const *list, int count)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(list[i], word))
			return i;
	return -1;
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* How many bytes; 0 if it is none. */
static size_t parse_hex(const char *text, unsigned char out[static ENTRY_SIZE])
{
	size_t len = 0;

	for (; text[0] && len < ENTRY_SIZE; text += 2) {
		int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

		if (low < 0)
			return 0;
		out[len++] = (unsigned char)(high << 4 | low);
	}
	return *text ? 0 : len;
}

/* "TYPE AHEAD HEX" */
static bool parse_entry(const char *value, struct journal *journal, struct error *err)
{
	unsigned char data[ENTRY_SIZE] __attribute__((aligned(4)));
	struct entries *part;
	char *end;
	unsigned long type = strtoul(value, &end, 10), ahead;
	size_t len;

	if (*end++ != ' ')
		return false;
	ahead = strtoul(end, &end, 10);
	if (*end++ != ' ')
		return false;
	len = parse_hex(end, data);
	if (!len || type > UINT16_MAX)
		return false;
	part = netdev_part(&journal->wanted, (uint16_t)type, data, len);
	if (entries_add(part, &journal->wanted.spot, (uint16_t)type, data, len, err))
		return false;
	part->list[part->count - 1]->ahead = ahead;
	return true;
}

static bool parse_number(const char *key, const char *value, struct journal *journal)
{
	char *end;
	long number = strtol(value, &end, 10);

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		char *at = (char *)journal + numbers[i].offset;
		bool flag = number;
		int whole = (int)number;

		if (strcmp(key, numbers[i].key))
			continue;
		if (numbers[i].is_flag)
			memcpy(at, &flag, sizeof(flag));
		else
			memcpy(at, &whole, sizeof(whole));
		return end != value && !*end && number == whole;
	}
	return true;	/* a later version's */
}

static bool parse_pair(const char *key, const char *value, struct journal *journal,
		       struct error *err)
{
	struct error nonsense = { 0 };
	int found;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *at = (char *)journal + names[i].offset;

		if (strcmp(key, names[i].key))
			continue;
		return !*value || !inet_interface_name(key, value, "", at, &nonsense);
	}
	if (!strcmp(key, "phase")) {
		found = find(value, phase_names, PHASES);
		journal->phase = found < 0 ? PHASE_NONE : (enum phase)found;
		return found > 0;
	}
	if (!strcmp(key, "style"))
		return request_style(value, &journal->style);
	if (!strcmp(key, "firewall")) {
		found = find(value, firewall_names, ARRAY_SIZE(firewall_names));
		journal->firewall = found < 0 ? FIREWALL_NONE : (enum firewall_kind)found;
		return found >= 0;
	}
	if (!strcmp(key, "mac"))
		return !inet_parse_mac(value, journal->like.mac, &nonsense);
	return !strcmp(key, "entry") ? parse_entry(value, journal, err) :
				       parse_number(key, value, journal);
}

static bool parse_line(char *line, struct journal *journal, struct error *err)
{
	char *equals = strchr(line, '=');

	if (*line == '#' || !*line)
		return true;
	if (!equals)
		return false;
	*equals = '\0';
	return parse_pair(line, equals + 1, journal, err);
}

static int parse_lines(const char *file, char *text, struct journal *journal, struct error *err)
{
	char *line, *rest = text;

	for (int number = 1; (line = strsep(&rest, "\n")); number++) {
		if (parse_line(line, journal, err))
			continue;
		if (err->code)
			return error_prefix(err, "%s:%d", file, number);
		return error_set(err, EINVAL, "%s:%d makes no sense", file, number);
	}
	if (journal->phase == PHASE_NONE || !*journal->netdev || !*journal->bridge)
		return error_set(err, EINVAL, "%s is not whole", file);
	return 0;
}

int journal_parse(const char *file, const char *text, struct journal *journal,
		  struct error *err)
{
	char *copy;
	int rc;

	memset(journal, 0, sizeof(*journal));
	if (!text)
		return 0;
	copy = strdup(text);
	if (!copy)
		return error_set(err, ENOMEM, "out of memory");
	rc = parse_lines(file, copy, journal, err);
	free(copy);
	return rc;
}
