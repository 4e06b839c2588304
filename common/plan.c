// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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
	if (from->no_arp != to->no_arp)
		set |= LINK_ARP;
	if (from->no_multicast != to->no_multicast)
		set |= LINK_MULTICAST;
	if (from->txqlen != to->txqlen)
		set |= LINK_TXQLEN;
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

void plan_link_in_place(struct plan *plan, const struct link *from, const struct link *to)
{
	struct step *step = link_changes(from, to) ? add(plan, STEP_LINK) : NULL;

	if (!step)
		return;
	step->link.from = *from;
	step->link.to = *to;
	step->link.may_go_down = true;
}

void plan_new_link(struct plan *plan, const struct link *link, const struct link *peer,
		   bool vlan_filtering)
{
	struct step *step = add(plan, STEP_NEW_LINK);

	if (!step)
		return;
	step->new_link.link = *link;
	if (peer)
		step->new_link.peer = *peer;
	step->new_link.vlan_filtering = vlan_filtering;
	step->new_link.add = true;
}

void plan_delete_link(struct plan *plan, const struct link *link)
{
	struct step *step = add(plan, STEP_NEW_LINK);

	if (step)
		step->new_link.link = *link;
}

void plan_carrier(struct plan *plan, const struct link *link, int seconds)
{
	struct step *step = add(plan, STEP_CARRIER);

	if (!step)
		return;
	step->carrier.link = *link;
	step->carrier.seconds = seconds;
}

void plan_confirm(struct plan *plan, const struct link *link, const struct router *routers,
		  size_t count, int seconds)
{
	struct step *step = count ? add(plan, STEP_CONFIRM) : NULL;

	if (!step)
		return;
	step->confirm.link = *link;
	memcpy(step->confirm.routers, routers, count * sizeof(*routers));
	step->confirm.count = count;
	step->confirm.seconds = seconds;
}

void plan_entries(struct plan *plan, const struct entries *entries, const struct link *link,
		  enum entry_verb verb)
{
	struct step *step = entries->count ? add(plan, STEP_ENTRIES) : NULL;

	if (!step)
		return;
	step->entries.entries = entries;
	step->entries.spot.index = link->index;
	memcpy(step->entries.spot.name, link->name, IFNAMSIZ);
	step->entries.verb = verb;
}

void plan_port(struct plan *plan, const struct link *from, const struct link *to)
{
	if (port_changes(&from->port, &to->port))
		add_link(plan, STEP_PORT, from, to);
}

void plan_vlan_filtering(struct plan *plan, const struct link *bridge)
{
	struct link filtering = *bridge;

	filtering.vlan_filtering = TOGGLE_ON;
	if (bridge->vlan_filtering != TOGGLE_ON)
		add_link(plan, STEP_VLAN_FILTERING, bridge, &filtering);
}

void plan_vlans(struct plan *plan, const struct link *link, const struct vlan_set *from,
		const struct vlan_set *to)
{
	struct step *step = vlan_same(from, to) ? NULL : add(plan, STEP_VLANS);

	if (!step)
		return;
	step->vlans.link = link->index;
	memcpy(step->vlans.link_name, link->name, IFNAMSIZ);
	step->vlans.from = from;
	step->vlans.to = to;
}

void plan_uplink(struct plan *plan, const struct uplink_change *change)
{
	struct step *step = add(plan, STEP_UPLINK);

	if (step)
		step->uplink = *change;
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

void plan_policy(struct plan *plan, const struct firewall_facts *firewall, uint8_t family,
		 bool from, bool to)
{
	struct step *step = from == to ? NULL : add(plan, STEP_POLICY);

	if (!step)
		return;
	step->policy.firewall = *firewall;
	step->policy.family = family;
	step->policy.from = from;
	step->policy.to = to;
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
	if (!text_copy(step->ifup.link_name, IFNAMSIZ, link_name))
		plan->too_long = true;
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

void plan_subnet(struct plan *plan, const struct dhcp_server *server,
		 const struct inet_prefix *subnet, const char *from, const char *to)
{
	struct step *step = is_same(from, to) ? NULL : add(plan, STEP_SUBNET);

	if (step)
		step->subnet = (struct subnet_change){ server, *subnet, from, to };
}

void plan_dnsmasq(struct plan *plan, const char *program, bool run)
{
	struct step *step = add(plan, STEP_DNSMASQ);

	if (step)
		step->dnsmasq = (struct dnsmasq_change){ program, run };
}

int plan_check(const struct plan *plan, struct error *err)
{
	if (plan->too_long)
		return error_set(err, E2BIG, "this takes more than %d steps, or names that are "
				 "too long", PLAN_STEPS);
	return 0;
}
