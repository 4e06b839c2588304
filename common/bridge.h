// SPDX-License-Identifier: GPL-2.0-or-later
// Which bridge a guest's interface goes to, and how it becomes a port of it.
#ifndef BRIDGE_H
#define BRIDGE_H

#include "error.h"
#include "facts.h"
#include "plan.h"
#include "request.h"

struct netlink;

/*
 * Find the bridge into facts->bridge: the one that is named; when there is no link of that name, but
 * it ends in VLANs as vif-openvswitch takes them, the one named in front; when xenbrN is named and
 * absent but ethN is a bridge, that (Xen 3.2–4.4 called its bridge so); when none is named, the one
 * with the lowest index. -ENODEV with the scripts' messages. Logs what an admin should know about
 * the choice.
 *
 * With VLANs, also what they come to: -EOPNOTSUPP or -EINVAL when the bridge cannot, or shall not,
 * filter them.
 */
int bridge_look(struct netlink *netlink, const struct request *request, struct facts *facts,
		struct error *err) MUST_CHECK;

/* In taking down: the physical ports that guests' VLANs were added to; for hooks, the bridge. */
int bridge_look_down(struct netlink *netlink, const struct request *request, struct facts *facts,
		     struct error *err) MUST_CHECK;

/* The VLANs that the guest's port shall have; empty: as the bridge gives them. */
const struct vlan_set *bridge_vlans(const struct request *request, const struct facts *facts);

/* The MTU a port shall have, in bytes: the backend's key, else the bridge's. */
unsigned bridge_port_mtu(const struct request *request, const struct facts *facts);

/* Make `wanted` a port of facts->bridge, with the port flags that were asked for. */
void bridge_want(const struct request *request, const struct facts *facts, struct link *wanted);

/*
 * Plan that the link, as it is `now`, becomes `wanted`: in one step, or, where flags or VLANs are to
 * change, with these set before it is up.
 */
void bridge_plan_join(const struct request *request, const struct facts *facts,
		      const struct link *now, const struct link *wanted, struct plan *plan);

/*
 * Plan that the link leaves its bridge, if it is in one, and goes down; and that the bridge's
 * physical port has no VLANs any more that were only there for it.
 */
void bridge_plan_leave(const struct facts *facts, struct plan *plan);

#endif
