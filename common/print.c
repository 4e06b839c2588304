// SPDX-License-Identifier: GPL-2.0-or-later
#include "print.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define RULE_TEXT 512	/* one rule's words */

/* An exact set: each of them once, where it is or else at the end; or none, however many. */
static void print_exact(const struct rules_change *change, const char *tool, struct text *out)
{
	const struct rule_set *set = change->set;

	for (size_t i = 0; i < set->count; i++) {
		char buf[RULE_TEXT];
		struct text words = TEXT_IN(buf);

		rule_print(&set->rules[i], &words);
		if (i)
			text_add(out, " &&\n");
		if (set->unwanted == change->restore)
			text_add(out, "{ %s -w -t %s -C %s%s 2>/dev/null || %s -w -t %s -A %s%s; }",
				 tool, set->table, set->chain, buf, tool, set->table, set->chain,
				 buf);
		else
			text_add(out, "while %s -w -t %s -D %s%s 2>/dev/null; do :; done", tool,
				 set->table, set->chain, buf);
	}
}

/* The device's old rules go; that there were any to be put back cannot be told in advance. */
void print_rules(const struct rules_change *change, struct text *out)
{
	const struct rule_set *set = change->set;
	const char *tool = change->firewall.tool[set->family == AF_INET ? 0 : 1];

	if (set->exact) {
		print_exact(change, tool, out);
		return;
	}
	rule_print_forget(tool, set->device, out);
	for (size_t i = 0; i < set->count && !change->restore; i++) {
		text_add(out, " &&\n%s -w -I " RULE_CHAIN, tool);
		rule_print(&set->rules[i], out);
	}
}

static void print_word(struct text *out, const char *keyword, const char *value)
{
	text_add(out, " %s ", keyword);
	text_quote(out, value);
}

static void print_seconds(struct text *out, const char *keyword, uint32_t seconds)
{
	if (seconds == UINT32_MAX)
		text_add(out, " %s forever", keyword);
	else
		text_add(out, " %s %u", keyword, seconds);
}

static void print_address_flags(uint32_t flags, struct text *out)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{ IFA_F_NODAD, "nodad" },
		{ IFA_F_HOMEADDRESS, "home" },
		{ IFA_F_MANAGETEMPADDR, "mngtmpaddr" },
		{ IFA_F_NOPREFIXROUTE, "noprefixroute" },
		{ IFA_F_MCAUTOJOIN, "autojoin" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			text_add(out, " %s", names[i].name);
}

/* As ip(8) reads it back; its scope and flags are words there, too. */
void print_address(const struct address_change *change, struct text *out)
{
	const struct address *address = &change->address;
	char text[INET_TEXT];

	inet_print(&address->local, text);
	text_add(out, "ip address %s %s", change->add ? "add" : "del", text);
	if (address->has_peer) {
		inet_print(&address->peer, text);
		text_add(out, " peer %s", text);
	}
	text_add(out, "/%u", address->local.len);
	if (change->add && address->has_broadcast) {
		inet_print(&address->broadcast, text);
		text_add(out, " broadcast %s", text);
	}
	if (change->add && *address->label)
		print_word(out, "label", address->label);
	if (change->add && address->scope != RT_SCOPE_UNIVERSE)
		text_add(out, " scope %u", address->scope);
	print_word(out, "dev", address->link_name);
	if (change->add && address->preferred != UINT32_MAX) {
		print_seconds(out, "valid_lft", address->valid);
		print_seconds(out, "preferred_lft", address->preferred);
	}
	if (change->add && address->protocol)
		text_add(out, " proto %u", address->protocol);
	if (change->add)
		print_address_flags(address->flags, out);
}

static void print_prefix(const struct inet_prefix *prefix, struct text *out)
{
	char text[INET_TEXT];

	inet_print(prefix, text);
	text_add(out, inet_is_host(prefix) ? "%s" : "%s/%u", text, prefix->len);
}

void print_route(const struct route_change *change, struct text *out)
{
	const struct route *route = &change->route;

	text_add(out, "ip route %s ", change->add ? "add" : "del");
	print_prefix(&route->to, out);
	text_add(out, " dev ");
	text_quote(out, route->link_name);
	if (route->source.family) {
		text_add(out, " src ");
		print_prefix(&route->source, out);
	}
	if (route->metric)
		text_add(out, " metric %u", route->metric);
	if (change->add && route->protocol != RTPROT_BOOT)
		text_add(out, " proto %u", route->protocol);
}

/* `replace` takes the place of what was learned, and does not mind what is there already. */
void print_neighbour(const struct neighbour_change *change, struct text *out)
{
	const struct neighbour *neighbour = &change->neighbour;
	char mac[MAC_TEXT];

	text_add(out, "ip neighbour %s ", change->add ? "replace" : "del");
	if (neighbour->proxy)
		text_add(out, "proxy ");
	print_prefix(&neighbour->ip, out);
	if (change->add && !neighbour->proxy) {
		inet_print_mac(neighbour->mac, mac);
		text_add(out, " lladdr %s nud permanent", mac);
	}
	text_add(out, " dev ");
	text_quote(out, neighbour->link_name);
}

/* As a source in either direction. conntrack(8) fails when there was nothing to forget. */
void print_conntrack(const struct conntrack_change *change, struct text *out)
{
	const char *family = change->source.family == AF_INET6 ? "ipv6" : "ipv4";

	text_add(out, "{ conntrack -D -f %s -s ", family);
	print_prefix(&change->source, out);
	text_add(out, "; conntrack -D -f %s -r ", family);
	print_prefix(&change->source, out);
	text_add(out, "; } >/dev/null 2>&1 || :");
}

void print_ifup(const struct ifup_change *change, struct text *out)
{
	text_add(out, "%s/%s ", change->folder, change->up ? "ifup" : "ifdown");
	text_quote(out, change->link_name);
	if (change->lenient)
		text_add(out, " || :");
}

/* sysctl(8) would take an interface's name that has one of these apart. */
static bool is_plain(const char *name)
{
	return !strpbrk(name, "=*?[]{}\\;#");
}

void print_sysctl(const struct sysctl_change *change, struct text *out)
{
	if (is_plain(change->name)) {
		text_add(out, "sysctl -qw ");
		text_quote(out, change->name);
		text_add(out, "=%d", change->to);
	} else {
		text_add(out, "echo %d >/proc/sys/", change->to);
		text_quote(out, change->name);
	}
}

/* Not in one go as the program does it, for which a shell has no short words. */
void print_file(const struct file_change *change, struct text *out)
{
	const char *slash = strrchr(change->path, '/');
	char directory[FACTS_PATH];

	if (!change->to) {
		text_add(out, "rm -f ");
		text_quote(out, change->path);
		return;
	}
	snprintf(directory, sizeof(directory), "%.*s", (int)(slash - change->path), change->path);
	text_add(out, "mkdir -p ");
	text_quote(out, directory);
	text_add(out, " && printf %%s ");
	text_quote(out, change->to);
	text_add(out, " >");
	text_quote(out, change->path);
}
