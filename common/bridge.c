// SPDX-License-Identifier: GPL-2.0-or-later
#include "bridge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "log.h"
#include "text.h"

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

static int look_for_named(struct netlink *netlink, const char *name, struct link *bridge,
			  struct error *err)
{
	int rc = link_by_name(netlink, name, bridge, err);

	if (!rc && !bridge->index)
		rc = look_for_old_name(netlink, name, bridge, err);
	if (rc || is_bridge(bridge))
		return rc;
	return error_set(err, ENODEV, "Could not find bridge device %s%s", name,
			 bridge->index && !strcmp(name, bridge->name) ?
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

int bridge_look(struct netlink *netlink, const struct request *request, struct facts *facts,
		struct error *err)
{
	int rc;

	if (*request->bridge)
		rc = look_for_named(netlink, request->bridge, &facts->bridge, err);
	else
		rc = link_bridges(netlink, &facts->bridge, facts->bridges, FACTS_BRIDGES,
				  &facts->bridge_count, err);
	if (!rc && !facts->bridge.index)
		rc = error_set(err, ENODEV, "Could not find bridge, and none was specified");
	if (!rc)
		advise(request, facts);
	return rc;
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

void bridge_plan_join(const struct link *now, const struct link *wanted, struct plan *plan)
{
	struct link from = *now, closed = *wanted;

	/* Another bridge's flags end there; as a step of their own they come back with an undo. */
	if (now->master != wanted->master) {
		from.port = PORT_FLAGS_DEFAULT;
		plan_port(plan, now, &from);
	}
	if (!port_changes(&from.port, &wanted->port)) {
		plan_link(plan, &from, wanted);
		return;
	}
	/* Only a port has flags, and no frame shall pass without them. */
	closed.up = from.up;
	closed.port = from.port;
	plan_link(plan, &from, &closed);
	plan_port(plan, &closed, wanted);
	closed.port = wanted->port;
	plan_link(plan, &closed, wanted);
}

void bridge_plan_leave(const struct link *now, struct plan *plan)
{
	struct link after = *now;

	after.master = 0;
	after.master_name[0] = '\0';
	after.up = false;
	plan_link(plan, now, &after);
}
