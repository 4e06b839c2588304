// SPDX-License-Identifier: GPL-2.0-or-later
#include "vif.h"

#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define IPV6_MTU_MIN 1280	/* RFC 8200, section 5 */

/* High, so that a bridge never takes it for its own; netback sets it too (interface.c). */
static const uint8_t port_mac[MAC_LEN] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff };

bool vif_owns(const struct request *request, const struct link *link)
{
	char ours[IFNAMSIZ * 2];

	if (!link->index)
		return false;
	snprintf(ours, sizeof(ours), "vif-%u-%u", request->domid, request->devid);
	if (request->has_path && !strncmp(link->parent, "vif-", 4))
		return !strcmp(link->parent, ours);
	return !strcmp(link->name, request->device) || !strcmp(link->alias, request->device);
}

void vif_frontend(const struct request *request, char out[static FACTS_PATH])
{
	snprintf(out, FACTS_PATH, "/local/domain/%u/device/vif/%u", request->domid,
		 request->devid);
}

const char *vif_name(const struct request *request, const struct facts *facts)
{
	if (request_is_up(request))
		return request->wanted;
	if (facts->link.index)
		return facts->link.name;
	return facts->namesake.index ? request->device : request->wanted;
}

/*
 * The kernel takes IPv6 off a link, with all its settings, while the MTU is too small for it
 * (addrconf.c, NETDEV_CHANGEMTU). Whether there is IPv6 at all, the bridge tells then, if
 * there is one.
 */
static bool gains_ipv6(const struct facts *facts, unsigned mtu)
{
	return facts->link.mtu < IPV6_MTU_MIN && mtu >= IPV6_MTU_MIN &&
	       (facts->bridge.index ? facts->bridge.addr_gen >= 0 : facts->has_ipv6);
}

int vif_want(const struct request *request, const struct facts *facts, unsigned mtu,
	     struct link *wanted, struct error *err)
{
	*wanted = facts->link;
	if (facts->link.index && !vif_owns(request, &facts->link))
		return error_set(err, EEXIST, "%s is another guest's interface (%s)",
				 facts->link.name, facts->link.parent);
	if (facts->namesake.index)
		return error_set(err, EEXIST, "Cannot rename interface %s. An interface with name "
				 "%s already exists.", request->device, request->wanted);
	if (strcmp(wanted->name, request->wanted)) {
		memcpy(wanted->name, request->wanted, IFNAMSIZ);
		memcpy(wanted->alias, request->device, IFNAMSIZ);
	}
	memcpy(wanted->mac, port_mac, MAC_LEN);
	wanted->mtu = mtu;
	if ((wanted->addr_gen >= 0 && mtu >= IPV6_MTU_MIN) || gains_ipv6(facts, mtu))
		wanted->addr_gen = IN6_ADDR_GEN_MODE_NONE;
	wanted->up = true;
	return 0;
}

/* As steps of their own they come back with an undo. */
static void plan_bare(const struct facts *facts, struct plan *plan)
{
	for (size_t i = 0; i < facts->neighbour_count; i++)
		if (facts->neighbours[i].link == facts->link.index)
			plan_neighbour(plan, &facts->neighbours[i], false);
	for (size_t i = 0; i < facts->route_count; i++)
		plan_route(plan, &facts->routes[i], false);
	/* The last first: a primary address would take its secondaries with it. */
	for (size_t i = facts->address_count; i-- > 0;)
		plan_address(plan, &facts->addresses[i], false);
}

struct link vif_plan_prepare(const struct facts *facts, const struct link *wanted, bool keep,
			     struct plan *plan)
{
	const unsigned needs_down = LINK_NAME | LINK_MAC | LINK_MASTER;
	struct link now = facts->link, prepared = *wanted;

	prepared.master = now.master;
	memcpy(prepared.master_name, now.master_name, IFNAMSIZ);
	prepared.port = now.port;
	prepared.up = now.up && !gains_ipv6(facts, wanted->mtu) &&
		      !(link_changes(&now, wanted) & needs_down);
	if (!keep || prepared.up != now.up)
		plan_bare(facts, plan);
	/* IPv6 that comes to an up link brings an address at once. */
	if (gains_ipv6(facts, wanted->mtu)) {
		now.up = false;
		now.mtu = wanted->mtu;
		plan_link(plan, &facts->link, &now);
		now.addr_gen = IN6_ADDR_GEN_MODE_EUI64;
	}
	plan_link(plan, &now, &prepared);
	return prepared;
}

static const uint8_t families[] = { AF_INET, AF_INET6 };

static bool has_firewall(const struct facts *facts)
{
	return facts->firewall.kind == FIREWALL_NFTABLES ||
	       facts->firewall.kind == FIREWALL_IPTABLES;
}

void vif_plan_firewall(const struct request *request, const struct facts *facts,
		       const struct traffic *traffic, struct plan *plan)
{
	bool needed = request->antispoof == TOGGLE_ON;

	guard_want(request, traffic, &plan->guard);
	plan_guard(plan, &facts->guard, &plan->guard);
	for (size_t i = 0; i < ARRAY_SIZE(families) && has_firewall(facts); i++) {
		rule_list(request, traffic, families[i], &plan->rules[i]);
		plan_rules(plan, &facts->firewall, &plan->rules[i],
			   !needed || families[i] != AF_INET);
	}
}

void vif_plan_no_firewall(const struct request *request, const struct facts *facts,
			  struct plan *plan)
{
	const char *name = vif_name(request, facts);

	for (size_t i = 0; i < ARRAY_SIZE(families) && has_firewall(facts); i++) {
		rule_none(name, families[i], &plan->rules[i]);
		plan_rules(plan, &facts->firewall, &plan->rules[i], false);
	}
	guard_none(facts->guard.device, &plan->guard);
	plan_guard(plan, &facts->guard, &plan->guard);
}

static void set_variables(const struct request *request, const struct facts *facts,
			  const char *name, struct plan *plan)
{
	const char *named = *request->bridge ? request->bridge : request->bridge_base;
	const char *bridge = facts->bridge.index ? facts->bridge.name : named;
	const char *vif = request_get(request, KEY_VIF);
	const struct hook_variable variables[HOOK_VARIABLES] = {
		{ "dev", name },
		{ "vif", vif || request->type == TYPE_TAP ? vif : request->device },
		{ "vifname", request_get(request, KEY_VIFNAME) },
		{ "bridge", bridge },
		{ "ip", request_get(request, KEY_IP) },
		{ "main_ip", facts->main_ip },
		{ "domid", plan->domid },
		{ "devid", plan->devid },
		{ "XENBUS_PATH", request_get(request, KEY_XENBUS_PATH) },
		{ "type_if", request->type == TYPE_TAP ? "tap" : "vif" },
	};

	if (request->has_path) {
		snprintf(plan->domid, sizeof(plan->domid), "%u", request->domid);
		snprintf(plan->devid, sizeof(plan->devid), "%u", request->devid);
	}
	memcpy(plan->variables, variables, sizeof(variables));
	for (size_t i = 0; variables[i].name; i++)
		if (!variables[i].value)
			plan->variables[i].value = "";
}

void vif_plan_hooks(const struct request *request, const struct facts *facts, struct plan *plan)
{
	if (!facts->hook_count)
		return;
	set_variables(request, facts, vif_name(request, facts), plan);
	for (size_t i = 0; i < facts->hook_count; i++)
		plan_hook(plan, facts->hooks[i], facts->has_bash ? "bash" : "sh",
			  request->command);
}

void vif_plan_connected(const struct request *request, const struct facts *facts, unsigned mtu,
			struct plan *plan)
{
	const char *backend = request_get(request, KEY_XENBUS_PATH);
	char frontend[FACTS_PATH];

	if (request->type == TYPE_TAP || !request->has_path)
		return;
	vif_frontend(request, frontend);
	snprintf(plan->mtu, sizeof(plan->mtu), "%u", mtu);
	if (mtu)
		plan_store(plan, frontend, "mtu", facts->frontend_mtu, plan->mtu);
	plan_store(plan, backend, "hotplug-error", facts->stale_error, NULL);
	/* Written each time, for netback may have deleted it; libxl makes it empty at first. */
	plan_store(plan, backend, "hotplug-status", "", "connected");
}
