// SPDX-License-Identifier: GPL-2.0-or-later
#include "print.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "dhcp_print.h"
#include "print_link.h"
#include "vlan_print.h"

#define RULE_TEXT 512	/* one rule's words */

static void print_word(struct text *out, const char *keyword, const char *value)
{
	text_add(out, " %s ", keyword);
	text_quote(out, value);
}

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
static void print_rules(const struct rules_change *change, struct text *out)
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

static void print_policy(const struct policy_change *change, struct text *out)
{
	text_add(out, "%s -w -P " RULE_CHAIN " %s",
		 change->firewall.tool[change->family == AF_INET ? 0 : 1],
		 change->to ? "DROP" : "ACCEPT");
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
static void print_address(const struct address_change *change, struct text *out)
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

static void print_route(const struct route_change *change, struct text *out)
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
static void print_neighbour(const struct neighbour_change *change, struct text *out)
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
static void print_conntrack(const struct conntrack_change *change, struct text *out)
{
	const char *family = change->source.family == AF_INET6 ? "ipv6" : "ipv4";

	text_add(out, "{ conntrack -D -f %s -s ", family);
	print_prefix(&change->source, out);
	text_add(out, "; conntrack -D -f %s -r ", family);
	print_prefix(&change->source, out);
	text_add(out, "; } >/dev/null 2>&1 || :");
}

static void print_ifup(const struct ifup_change *change, struct text *out)
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

static void print_sysctl(const struct sysctl_change *change, struct text *out)
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
static void print_file(const struct file_change *change, struct text *out)
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

static void print_store(const struct store_change *change, struct text *out)
{
	text_add(out, change->to ? "xenstore-write " : "xenstore-rm ");
	text_quote(out, change->path);
	if (change->to) {
		text_add(out, " ");
		text_quote(out, change->to);
	}
}

static void print_hook(const struct hook_call *call, struct text *out)
{
	text_add(out, "env command=%s", request_command_name(call->command));
	for (const struct hook_variable *v = call->variables; v->name; v++) {
		text_add(out, " %s=", v->name);
		text_quote(out, v->value);
	}
	text_add(out, " %s -c ", call->shell);
	text_quote(out, hook_prelude);
	text_add(out, " ");
	text_quote(out, call->file);
}

/* As long as there are kinds of steps. NOLINTNEXTLINE(readability-function-size) */
void step_print(const struct step *step, struct text *out)
{
	switch (step->kind) {
	case STEP_LINK:
		print_link(&step->link, out);
		break;
	case STEP_NEW_LINK:
		print_new_link(&step->new_link, out);
		break;
	case STEP_CARRIER:
		print_carrier(&step->carrier, out);
		break;
	case STEP_CONFIRM:
		print_confirm(&step->confirm, out);
		break;
	case STEP_ENTRIES:
		print_entries(&step->entries, out);
		break;
	case STEP_PORT:
		print_port(&step->link, out);
		break;
	case STEP_VLAN_FILTERING:
		vlan_print_filtering(&step->link, out);
		break;
	case STEP_VLANS:
		vlan_print_change(&step->vlans, out);
		break;
	case STEP_UPLINK:
		vlan_print_uplink(&step->uplink, out);
		break;
	case STEP_ADDRESS:
		print_address(&step->address, out);
		break;
	case STEP_RULES:
		print_rules(&step->rules, out);
		break;
	case STEP_POLICY:
		print_policy(&step->policy, out);
		break;
	case STEP_GUARD:
		guard_print(step->guard.from, step->guard.to, out);
		break;
	case STEP_ROUTE:
		print_route(&step->route, out);
		break;
	case STEP_NEIGHBOUR:
		print_neighbour(&step->neighbour, out);
		break;
	case STEP_CONNTRACK:
		print_conntrack(&step->conntrack, out);
		break;
	case STEP_IFUP:
		print_ifup(&step->ifup, out);
		break;
	case STEP_SYSCTL:
		print_sysctl(&step->sysctl, out);
		break;
	case STEP_FILE:
		print_file(&step->file, out);
		break;
	case STEP_STORE:
		print_store(&step->store, out);
		break;
	case STEP_HOOK:
		print_hook(&step->hook, out);
		break;
	case STEP_DHCP:
		dhcp_print(&step->dhcp, out);
		break;
	case STEP_SUBNET:
		dhcp_print_subnet(&step->subnet, out);
		break;
	case STEP_DNSMASQ:
		dhcp_print_dnsmasq(&step->dnsmasq, out);
		break;
	}
}

static void print_node(struct text *out, const char *directory, const char *node,
		       const char *value)
{
	char path[FACTS_PATH];

	snprintf(path, sizeof(path), "%s/%s", directory, node);
	text_add(out, " ");
	text_quote(out, path);
	text_add(out, " ");
	text_quote(out, value);
}

void report_print(const char *directory, const char *message, struct text *out)
{
	text_add(out, "xenstore-write");
	print_node(out, directory, "hotplug-error", message);
	print_node(out, directory, "hotplug-status", "error");
}
