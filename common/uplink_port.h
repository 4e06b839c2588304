// SPDX-License-Identifier: GPL-2.0-or-later
// The host's side of uplink.h: which port of a bridge is the physical one, what was added to it, and
// changing that, one program at a time.
#ifndef UPLINK_PORT_H
#define UPLINK_PORT_H

#include "error.h"
#include "facts.h"
#include "plan.h"

struct netlink;

/*
 * Look at a bridge's physical port: the only one that is no guest's and, where there are several,
 * no container's (veth) either. That there is none is no error: uplink->index is 0 then. Several:
 * -EINVAL, which names them. `guest` is the index of the guest's own interface, or 0.
 */
int uplink_port_find(struct netlink *netlink, const struct link *bridge, int guest,
		     struct uplink *uplink, struct error *err) MUST_CHECK;

/* Look at all ports to which anything was added, in facts->uplinks. Too many are but a warning. */
int uplink_port_remembered(struct netlink *netlink, struct facts *facts,
			   struct error *err) MUST_CHECK;

/* Carry out a change, or take it back, waiting for the lock for at most `seconds`. */
int uplink_port_apply(struct netlink *netlink, const struct uplink_change *change, int seconds,
		      struct error *err) MUST_CHECK;

#endif
