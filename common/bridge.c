// SPDX-License-Identifier: GPL-2.0-or-later
#include "bridge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "log.h"
#include "text.h"
#include "uplink.h"
#include "uplink_port.h"
#include "vlan_link.h"

static bool is_bridge(const struct link *link)
{
	return link->index && !strcmp(link->kind, "bridge");
}

/* xenbrN is absent: the bridge of an older network-bridge was called ethN. */
static int look_for_old_name(struct netlink *netlink, const char *name, struct link *bridge,
			     struct error *err)
{
	char old[IFNAMSIZ];

	if (strncmp(name, "xenbr", 5))
		return 0;
	snprintf(old, sizeof(old), "eth%s", name + 5);
	return link_by_name(netlink, old, bridge, err);
}

/* One link of several names: the first that there is. */
static int look_for_named(struct netlink *netlink, const struct request *request,
			  struct facts *facts, struct error *err)
{
	const char *whole = request->bridge, *base = request->bridge_base;
	struct link *bridge = &facts->bridge;
	int rc = 0;

	if (*whole)
		rc = link_by_name(netlink, whole, bridge, err);
	if (!rc && !bridge->index && *base) {
		rc = link_by_name(netlink, base, bridge, err);
		if (!rc && !bridge->index)
			rc = look_for_old_name(netlink, base, bridge, err);
		facts->bridge_split = is_bridge(bridge);
	}
	if (!rc && !bridge->index)
		rc = look_for_old_name(netlink, whole, bridge, err);
	if (rc || is_bridge(bridge))
		return rc;
	return error_set(err, ENODEV, "Could not find bridge device %s%s", *whole ? whole : base,
			 bridge->index && !strcmp(*whole ? whole : base, bridge->name) ?
			 " (there is a link of that name, but it is no bridge)" : "");
}

unsigned bridge_port_mtu(const struct request *request, const struct facts *facts)
{
	return request->mtu ? request->mtu : facts->bridge.mtu;
}

static void advise(const struct request *request, const struct facts *facts)
{
	unsigned mtu = bridge_port_mtu(request, facts);
	char buf[FACTS_BRIDGES * IFNAMSIZ + 1];
	struct text names = TEXT_IN(buf);

	for (size_t i = 0; i < facts->bridge_count; i++)
		text_add(&names, "%s%s", i ? " " : "", facts->bridges[i]);
	if (facts->bridge_count > 1)
		log_line(LOG_WARNING, "no bridge was specified and there are several (%s): taking "
			 "%s", buf, facts->bridge.name);
	if (mtu != facts->bridge.mtu)
		log_line(LOG_WARNING, "%s gets an MTU of %u, %s than the %u of its bridge %s",
			 request->wanted, mtu, mtu < facts->bridge.mtu ? "smaller" : "larger",
			 facts->bridge.mtu, facts->bridge.name);
}

const struct vlan_set *bridge_vlans(const struct request *request, const struct facts *facts)
{
	return facts->bridge_split ? &request->bridge_vlans : &request->vlans;
}

static int check_filtering(const struct request *request, const struct facts *facts,
			   struct error *err)
{
	const struct link *bridge = &facts->bridge;

	if (facts->bridge_split && !vlan_is_empty(&request->vlans))
		return error_set(err, EINVAL, "both vlan and bridge='%.60s' name VLANs",
				 request_get(request, KEY_BRIDGE));
	if (bridge->vlan_filtering == TOGGLE_UNSET)
		return error_set(err, EOPNOTSUPP, "this kernel has no VLANs on bridges "
				 "(CONFIG_BRIDGE_VLAN_FILTERING)");
	if (bridge->vlan_filtering == TOGGLE_OFF && request->vlan_filtering != TOGGLE_ON)
		return error_set(err, EINVAL, "the bridge %s does not filter VLANs: `ip link set dev %s "
				 "type bridge vlan_filtering 1` turns that on", bridge->name,
				 bridge->name);
	return 0;
}

/* Those that the port has are looked at when they will change, and be wanted back by an undo. */
static int look_at_port(struct netlink *netlink, struct facts *facts, bool asked,
			struct error *err)
{
	bool stays = facts->link.master == facts->bridge.index;
	struct link left;
	int rc;

	if (!facts->link.master || (stays && !asked))
		return 0;
	rc = vlan_link_read(netlink, facts->link.index, &facts->vlans, err);
	if (rc || stays)
		return rc;
	rc = link_by_index(netlink, facts->link.master, &left, err);
	facts->left_pvid = left.default_pvid;
	return rc;
}

static int look_at_vlans(struct netlink *netlink, const struct request *request,
			 struct facts *facts, struct error *err)
{
	bool asked = !vlan_is_empty(bridge_vlans(request, facts));
	int rc = asked ? check_filtering(request, facts, err) : 0;

	if (!rc)
		rc = look_at_port(netlink, facts, asked, err);
	if (rc || !asked || request->vlan_uplink != TOGGLE_ON)
		return rc;
	rc = uplink_port_find(netlink, &facts->bridge, facts->link.index, &facts->uplinks[0], err);
	facts->uplink_count = !rc && facts->uplinks[0].index;
	return rc;
}

int bridge_look(struct netlink *netlink, const struct request *request, struct facts *facts,
		struct error *err)
{
	int rc;

	if (*request->bridge || *request->bridge_base)
		rc = look_for_named(netlink, request, facts, err);
	else
		rc = link_bridges(netlink, &facts->bridge, facts->bridges, FACTS_BRIDGES,
				  &facts->bridge_count, err);
	if (!rc && !facts->bridge.index)
		rc = error_set(err, ENODEV, "Could not find bridge, and none was specified");
	if (!rc)
		rc = look_at_vlans(netlink, request, facts, err);
	if (!rc)
		advise(request, facts);
	return rc;
}

int bridge_look_down(struct netlink *netlink, const struct request *request, struct facts *facts,
		     struct error *err)
{
	struct error gone = { 0 };

	/* What was its name, and what is VLANs behind it? */
	if (facts->hook_count && *request->bridge_base &&
	    look_for_named(netlink, request, facts, &gone))
		facts->bridge.index = 0;
	return uplink_port_remembered(netlink, facts, err);
}

static bool pick(enum toggle asked, bool now)
{
	return asked == TOGGLE_UNSET ? now : asked == TOGGLE_ON;
}

void bridge_want(const struct request *request, const struct facts *facts, struct link *wanted)
{
	struct port_flags *port = &wanted->port;

	if (wanted->master != facts->bridge.index)
		*port = PORT_FLAGS_DEFAULT;
	wanted->master = facts->bridge.index;
	memcpy(wanted->master_name, facts->bridge.name, IFNAMSIZ);
	port->isolated = pick(request->isolated, port->isolated);
	port->learning = pick(request->learning, port->learning);
	port->neigh_suppress = pick(request->neigh_suppress, port->neigh_suppress);
}

/* Of a bridge that is left they end there; as steps of their own they come back with an undo. */
static struct link plan_parting(const struct facts *facts, const struct link *now,
				struct plan *plan)
{
	struct link parted = *now;

	parted.port = PORT_FLAGS_DEFAULT;
	plan_port(plan, now, &parted);
	vlan_set_default(&plan->left, facts->left_pvid);
	if (!vlan_is_empty(&facts->vlans))
		plan_vlans(plan, now, &facts->vlans, &plan->left);
	return parted;
}

/* The VLANs of a bridge's physical port; an undo wants only those back that it had. */
static void plan_uplinks(const struct facts *facts, const struct vlan_set *vlans,
			 struct plan *plan)
{
	for (size_t i = 0; i < facts->uplink_count; i++) {
		const struct uplink *before = &facts->uplinks[i];
		const struct uplink_change change = {
			facts->link.index, &plan->kept, vlans, before, &plan->uplinks[i],
		};

		uplink_after(before, vlans, &plan->uplinks[i]);
		plan_uplink(plan, &change);
	}
}

static void plan_port_vlans(const struct request *request, const struct facts *facts,
			    const struct link *now, const struct link *port, struct plan *plan)
{
	const struct vlan_set *vlans = bridge_vlans(request, facts);
	bool stays = now->master == port->master;

	if (vlan_is_empty(vlans))
		return;
	vlan_set_default(&plan->joined, facts->bridge.default_pvid);
	plan_vlans(plan, port, stays ? &facts->vlans : &plan->joined, vlans);
	for (unsigned id = 1; id <= VLAN_MAX && stays; id++)
		plan->kept.ids[id] = facts->uplinks[0].present.ids[id] ? facts->vlans.ids[id] : 0;
	plan_uplinks(facts, vlans, plan);
}

void bridge_plan_join(const struct request *request, const struct facts *facts,
		      const struct link *now, const struct link *wanted, struct plan *plan)
{
	bool has_vlans = !vlan_is_empty(bridge_vlans(request, facts));
	struct link from = *now, closed = *wanted;

	if (has_vlans)
		plan_vlan_filtering(plan, &facts->bridge);
	if (now->master != wanted->master)
		from = plan_parting(facts, now, plan);
	if (!port_changes(&from.port, &wanted->port) && !has_vlans) {
		plan_link(plan, &from, wanted);
		return;
	}
	/* Only a port has flags and VLANs, and no frame shall pass without them. */
	closed.up = from.up;
	closed.port = from.port;
	plan_link(plan, &from, &closed);
	plan_port(plan, &closed, wanted);
	plan_port_vlans(request, facts, now, wanted, plan);
	closed.port = wanted->port;
	plan_link(plan, &closed, wanted);
}

void bridge_plan_leave(const struct facts *facts, struct plan *plan)
{
	struct link after = facts->link;

	after.master = 0;
	after.master_name[0] = '\0';
	after.up = false;
	plan_link(plan, &facts->link, &after);
	plan_uplinks(facts, &plan->none, plan);
}
