// SPDX-License-Identifier: GPL-2.0-or-later
// Neighbours with a fixed MAC, and those that the host answers for. (rtnetlink(7), ip-neighbour(8))
#ifndef NEIGHBOUR_H
#define NEIGHBOUR_H

#include "error.h"
#include "facts.h"
#include "plan.h"

struct netlink;

/*
 * Look a neighbour up by its link, address, and whether it is proxied; a permanent one's MAC is
 * filled in. Others, which come and go, count as none: *found is false then.
 */
int neighbour_find(struct netlink *netlink, struct neighbour *neighbour, bool *found,
		   struct error *err) MUST_CHECK;

/*
 * Add a neighbour, in place of what was learned of it, or delete it. One that is gone already is
 * no error.
 */
int neighbour_apply(struct netlink *netlink, const struct neighbour_change *change,
		    struct error *err) MUST_CHECK;

#endif
