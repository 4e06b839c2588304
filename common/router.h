// SPDX-License-Identifier: GPL-2.0-or-later
// The routers that a host's default routes go by, as far as they go by one device. Pure.
#ifndef ROUTER_H
#define ROUTER_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "inet.h"
#include "netdev.h"

#define ROUTERS 2	/* IPv4's and IPv6's */

struct router {
	struct inet_prefix address;
	struct inet_prefix source;	/* the host's own; family 0: none in particular */
};

/*
 * The router of each family's default route with the lowest metric, in the table `main`: those of
 * the routes that go by the device. How many there are is returned.
 */
size_t router_find(const struct netdev *netdev, struct router out[static ROUTERS]);

#endif
