// SPDX-License-Identifier: GPL-2.0-or-later
// Routes of the main table to one link, and the default route. (rtnetlink(7))
#ifndef ROUTE_H
#define ROUTE_H

#include "error.h"
#include "facts.h"
#include "plan.h"

struct netlink;

/*
 * Append to facts->routes those of a family to facts->link without a router between, but for what
 * the kernel makes itself. The kernel picks them out (RTA_OIF in a strict request). More than
 * FACTS_ROUTES in all: -E2BIG.
 */
int route_list(struct netlink *netlink, int family, struct facts *facts,
	       struct error *err) MUST_CHECK;

/*
 * The index of the link that a family's default route leads to; 0: there is none. Found by asking
 * for a few addresses, not by reading the table, which has a route for each guest.
 */
int route_default(struct netlink *netlink, int family, int *index, struct error *err) MUST_CHECK;

/* The index of the link that packets to an address leave by; 0: none. */
int route_device(struct netlink *netlink, const struct inet_prefix *to, int *index,
		 struct error *err) MUST_CHECK;

/* Add or delete a route. One that is gone already is no error; one that is there already is. */
int route_apply(struct netlink *netlink, const struct route_change *change,
		struct error *err) MUST_CHECK;

#endif
