// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#include "dhcp_print.h"
#include "print.h"

/*
 * What xen-hotplug-common.sh offers to the hooks that it sources, as far as hooks use it; `set -e`
 * as there: a command that fails makes the hook fail.
 */
const char hook_prelude[] =
	"set -e; "
	"log() { shift; echo \"$0: $*\" >&2; }; "
	"fatal() { log err \"$@\"; exit 1; }; "
	"xenstore_read() { xenstore-read \"$@\"; }; "
	"xenstore_read_default() { xenstore-read \"$1\" 2>/dev/null || echo \"$2\"; }; "
	"xenstore_write() { xenstore-write \"$@\"; }; "
	". \"$0\"";

unsigned link_changes(const struct link *from, const struct link *to)
{
	unsigned set = 0;

	if (strcmp(from->name, to->name))
		set |= LINK_NAME;
	if (strcmp(from->alias, to->alias))
		set |= LINK_ALIAS;
	if (memcmp(from->mac, to->mac, MAC_LEN))
		set |= LINK_MAC;
	if (from->mtu != to->mtu)
		set |= LINK_MTU;
	if (from->addr_gen != to->addr_gen)
		set |= LINK_ADDR_GEN;
	if (from->master != to->master)
		set |= LINK_MASTER;
	if (from->up != to->up)
		set |= LINK_UP;
	return set;
}

bool port_changes(const struct port_flags *from, const struct port_flags *to)
{
	return from->isolated != to->isolated || from->learning != to->learning ||
	       from->neigh_suppress != to->neigh_suppress;
}

static struct step *add(struct plan *plan, enum step_kind kind)
{
	struct step *step;

	if (plan->count == PLAN_STEPS) {
		plan->too_long = true;
		return NULL;
	}
	step = &plan->steps[plan->count++];
	memset(step, 0, sizeof(*step));
	step->kind = kind;
	return step;
}

static void add_link(struct plan *plan, enum step_kind kind, const struct link *from,
		     const struct link *to)
{
	struct step *step = add(plan, kind);

	if (!step)
		return;
	step->link.from = *from;
	step->link.to = *to;
}

/* Of two texts, either of which may be none. */
static bool is_same(const char *from, const char *to)
{
	return from && to ? !strcmp(from, to) : from == to;
}

void plan_link(struct plan *plan, const struct link *from, const struct link *to)
{
	unsigned apart = LINK_NAME | LINK_MAC | LINK_ADDR_GEN;
	unsigned set = link_changes(from, to);
	struct link middle = to->up ? *to : *from;

	if (from->master && to->master)
		apart |= LINK_MASTER;
	middle.up = false;
	if (set & LINK_UP && set & apart) {
		add_link(plan, STEP_LINK, from, &middle);
		add_link(plan, STEP_LINK, &middle, to);
	} else if (set) {
		add_link(plan, STEP_LINK, from, to);
	}
}

void plan_port(struct plan *plan, const struct link *from, const struct link *to)
{
	if (port_changes(&from->port, &to->port))
		add_link(plan, STEP_PORT, from, to);
}

void plan_address(struct plan *plan, const struct address *address, bool adding)
{
	struct step *step = add(plan, STEP_ADDRESS);

	if (!step)
		return;
	step->address.address = *address;
	step->address.add = adding;
}

void plan_rules(struct plan *plan, const struct firewall_facts *firewall,
		const struct rule_set *set, bool optional)
{
	struct step *step = add(plan, STEP_RULES);

	if (!step)
		return;
	step->optional = optional;
	step->rules.firewall = *firewall;
	step->rules.set = set;
}

void plan_guard(struct plan *plan, const struct guard *from, const struct guard *to)
{
	struct step *step;

	if (guard_same(from, to))
		return;
	step = add(plan, STEP_GUARD);
	if (!step)
		return;
	step->guard.from = from;
	step->guard.to = to;
}

void plan_route(struct plan *plan, const struct route *route, bool adding)
{
	struct step *step = add(plan, STEP_ROUTE);

	if (!step)
		return;
	step->route.route = *route;
	step->route.add = adding;
}

void plan_neighbour(struct plan *plan, const struct neighbour *neighbour, bool adding)
{
	struct step *step = add(plan, STEP_NEIGHBOUR);

	if (!step)
		return;
	step->neighbour.neighbour = *neighbour;
	step->neighbour.add = adding;
}

void plan_conntrack(struct plan *plan, const struct inet_prefix *source)
{
	struct step *step = add(plan, STEP_CONNTRACK);

	if (step)
		step->conntrack.source = *source;
}

void plan_ifup(struct plan *plan, const char *folder, const char *link_name, bool up,
	       bool lenient)
{
	struct step *step = add(plan, STEP_IFUP);

	if (!step)
		return;
	step->ifup = (struct ifup_change){ .folder = folder, .up = up, .lenient = lenient };
	memcpy(step->ifup.link_name, link_name, IFNAMSIZ);
}

void plan_setting(struct plan *plan, const char *name, int from, int to)
{
	struct step *step = from == to ? NULL : add(plan, STEP_SYSCTL);

	if (!step)
		return;
	snprintf(step->sysctl.name, FACTS_PATH, "%s", name);
	step->sysctl.from = from;
	step->sysctl.to = to;
}

void plan_sysctl(struct plan *plan, const char *family, const char *link_name,
		 const char *setting, int from, int to)
{
	char name[FACTS_PATH];

	snprintf(name, FACTS_PATH, "net/%s/conf/%s/%s", family, link_name, setting);
	plan_setting(plan, name, from, to);
}

void plan_file(struct plan *plan, const char *path, const char *from, const char *to)
{
	struct step *step = is_same(from, to) ? NULL : add(plan, STEP_FILE);

	if (!step)
		return;
	step->file.path = path;
	step->file.from = from;
	step->file.to = to;
}

void plan_store(struct plan *plan, const char *directory, const char *node, const char *from,
		const char *to)
{
	struct step *step;

	if (is_same(from, to))
		return;
	step = add(plan, STEP_STORE);
	if (!step)
		return;
	if (snprintf(step->store.path, FACTS_PATH, "%s/%s", directory, node) >= FACTS_PATH)
		plan->too_long = true;
	step->store.from = from;
	step->store.to = to;
}

void plan_hook(struct plan *plan, const char *file, const char *shell, enum command command)
{
	struct step *step = add(plan, STEP_HOOK);

	if (!step)
		return;
	step->hook.file = file;
	step->hook.shell = shell;
	step->hook.command = command;
	step->hook.variables = plan->variables;
}

void plan_dhcp(struct plan *plan, const struct dhcp_server *server, const char *host,
	       const char *device, const char *to)
{
	struct step *step;

	if (server->kind == DHCP_DNSMASQ && to && !strcmp(server->entry, to))
		return;
	step = add(plan, STEP_DHCP);
	if (!step)
		return;
	step->dhcp.server = server;
	if (!text_copy(step->dhcp.host, DHCP_HOST, host) ||
	    !text_copy(step->dhcp.device, IFNAMSIZ, device))
		plan->too_long = true;
	step->dhcp.from = *server->entry ? server->entry : NULL;
	step->dhcp.from_listed = server->listed;
	step->dhcp.to = to;
	step->dhcp.to_listed = to && *server->lists;
}

int plan_check(const struct plan *plan, struct error *err)
{
	if (plan->too_long)
		return error_set(err, E2BIG, "this takes more than %d steps, or names that are "
				 "too long", PLAN_STEPS);
	return 0;
}

static enum command opposite(enum command command)
{
	switch (command) {
	case COMMAND_ONLINE:
		return COMMAND_OFFLINE;
	case COMMAND_OFFLINE:
		return COMMAND_ONLINE;
	case COMMAND_ADD:
		return COMMAND_REMOVE;
	case COMMAND_REMOVE:
		return COMMAND_ADD;
	case COMMAND_NONE:
	case COMMAND_START:
	case COMMAND_STOP:
	case COMMAND_STATUS:
		break;
	}
	return COMMAND_NONE;
}

struct step step_reverse(const struct step *step)
{
	struct step reverse = *step;

	switch (step->kind) {
	case STEP_LINK:
	case STEP_PORT:
		reverse.link.from = step->link.to;
		reverse.link.to = step->link.from;
		break;
	case STEP_ADDRESS:
		reverse.address.add = !step->address.add;
		break;
	case STEP_RULES:
		reverse.rules.restore = !step->rules.restore;
		break;
	case STEP_GUARD:
		reverse.guard.from = step->guard.to;
		reverse.guard.to = step->guard.from;
		break;
	case STEP_ROUTE:
		reverse.route.add = !step->route.add;
		break;
	case STEP_NEIGHBOUR:
		reverse.neighbour.add = !step->neighbour.add;
		break;
	case STEP_CONNTRACK:
		break;
	case STEP_IFUP:
		reverse.ifup.up = !step->ifup.up;
		break;
	case STEP_SYSCTL:
		reverse.sysctl.from = step->sysctl.to;
		reverse.sysctl.to = step->sysctl.from < 0 ? step->sysctl.to : step->sysctl.from;
		break;
	case STEP_FILE:
		reverse.file.from = step->file.to;
		reverse.file.to = step->file.from;
		break;
	case STEP_STORE:
		reverse.store.from = step->store.to;
		reverse.store.to = step->store.from;
		break;
	case STEP_HOOK:
		reverse.hook.command = opposite(step->hook.command);
		break;
	case STEP_DHCP:
		reverse.dhcp.from = step->dhcp.to;
		reverse.dhcp.to = step->dhcp.from;
		reverse.dhcp.from_listed = step->dhcp.to_listed;
		reverse.dhcp.to_listed = step->dhcp.from_listed;
		break;
	}
	return reverse;
}

static const char *addr_gen_name(int mode)
{
	static const char *const names[] = {
		[IN6_ADDR_GEN_MODE_EUI64] = "eui64",
		[IN6_ADDR_GEN_MODE_NONE] = "none",
		[IN6_ADDR_GEN_MODE_STABLE_PRIVACY] = "stable_secret",
		[IN6_ADDR_GEN_MODE_RANDOM] = "random",
	};

	return mode >= 0 && (size_t)mode < ARRAY_SIZE(names) ? names[mode] : "none";
}

static void print_word(struct text *out, const char *keyword, const char *value)
{
	text_add(out, " %s ", keyword);
	text_quote(out, value);
}

static void print_link(const struct link_change *change, struct text *out)
{
	const struct link *from = &change->from, *to = &change->to;
	unsigned set = link_changes(from, to);
	char mac[MAC_TEXT];

	text_add(out, "ip link set dev ");
	text_quote(out, from->name);
	if (set & LINK_NAME)
		print_word(out, "name", to->name);
	if (set & LINK_ALIAS)
		print_word(out, "alias", to->alias);
	if (set & LINK_MAC) {
		inet_print_mac(to->mac, mac);
		print_word(out, "address", mac);
	}
	if (set & LINK_MTU)
		text_add(out, " mtu %u", to->mtu);
	if (set & LINK_ADDR_GEN)
		print_word(out, "addrgenmode", addr_gen_name(to->addr_gen));
	if (set & LINK_MASTER && to->master)
		print_word(out, "master", to->master_name);
	else if (set & LINK_MASTER)
		text_add(out, " nomaster");
	if (set & LINK_UP)
		text_add(out, to->up ? " up" : " down");
}

static void print_flag(struct text *out, const char *name, bool from, bool to)
{
	if (from != to)
		text_add(out, " %s %s", name, to ? "on" : "off");
}

static void print_port(const struct link_change *change, struct text *out)
{
	const struct port_flags *from = &change->from.port, *to = &change->to.port;

	text_add(out, "bridge link set dev ");
	text_quote(out, change->to.name);
	print_flag(out, "isolated", from->isolated, to->isolated);
	print_flag(out, "learning", from->learning, to->learning);
	print_flag(out, "neigh_suppress", from->neigh_suppress, to->neigh_suppress);
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
	text_add(out, "env command=%s", command_name(call->command));
	for (const struct hook_variable *v = call->variables; v->name; v++) {
		text_add(out, " %s=", v->name);
		text_quote(out, v->value);
	}
	text_add(out, " %s -c ", call->shell);
	text_quote(out, hook_prelude);
	text_add(out, " ");
	text_quote(out, call->file);
}

void step_print(const struct step *step, struct text *out)
{
	switch (step->kind) {
	case STEP_LINK:
		print_link(&step->link, out);
		break;
	case STEP_PORT:
		print_port(&step->link, out);
		break;
	case STEP_ADDRESS:
		print_address(&step->address, out);
		break;
	case STEP_RULES:
		print_rules(&step->rules, out);
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

const char *command_name(enum command command)
{
	static const char *const names[] = {
		[COMMAND_NONE] = "", [COMMAND_ONLINE] = "online", [COMMAND_OFFLINE] = "offline",
		[COMMAND_ADD] = "add", [COMMAND_REMOVE] = "remove", [COMMAND_START] = "start",
		[COMMAND_STOP] = "stop", [COMMAND_STATUS] = "status",
	};

	return names[command];
}
