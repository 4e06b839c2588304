// SPDX-License-Identifier: GPL-2.0-or-later
#include "vif.h"

#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

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

/*
 * The kernel takes IPv6 off a link, with all its settings, while the MTU is too small for it
 * (addrconf.c, NETDEV_CHANGEMTU). Whether there is IPv6 at all, the bridge tells then.
 */
static bool gains_ipv6(const struct facts *facts, unsigned mtu)
{
	return facts->link.mtu < IPV6_MTU_MIN && mtu >= IPV6_MTU_MIN &&
	       facts->bridge.addr_gen >= 0;
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

struct link vif_plan_prepare(const struct facts *facts, const struct link *wanted,
			     struct plan *plan)
{
	const unsigned needs_down = LINK_NAME | LINK_MAC | LINK_MASTER;
	struct link now = facts->link;

	/* The last first: a primary address would take its secondaries with it. */
	for (size_t i = facts->address_count; i-- > 0;)
		plan_address(plan, &facts->addresses[i], false);
	/* IPv6 that comes to an up link brings an address at once. */
	if (link_changes(&now, wanted) & needs_down || gains_ipv6(facts, wanted->mtu))
		now.up = false;
	if (gains_ipv6(facts, wanted->mtu))
		now.mtu = wanted->mtu;
	plan_link(plan, &facts->link, &now);
	if (gains_ipv6(facts, wanted->mtu))
		now.addr_gen = IN6_ADDR_GEN_MODE_EUI64;
	return now;
}

static void set_variables(const struct request *request, const struct facts *facts,
			  const char *name, struct plan *plan)
{
	const char *bridge = facts->bridge.index ? facts->bridge.name : request->bridge;
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
	bool there = facts->link.index && !request_is_up(request);

	if (!facts->hook_count)
		return;
	set_variables(request, facts, there ? facts->link.name : request->wanted, plan);
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
	plan_store(plan, frontend, "mtu", facts->frontend_mtu, plan->mtu);
	plan_store(plan, backend, "hotplug-error", facts->stale_error, NULL);
	/* Written each time, for netback may have deleted it; libxl makes it empty at first. */
	plan_store(plan, backend, "hotplug-status", "", "connected");
}
