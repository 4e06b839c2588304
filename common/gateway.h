// SPDX-License-Identifier: GPL-2.0-or-later
// Looking at what routing takes: the device to the LAN, and what is set already.
#ifndef GATEWAY_H
#define GATEWAY_H

#include "error.h"
#include "facts.h"
#include "request.h"
#include "routing.h"

struct netlink;

/* The device of the default route, IPv4's, else IPv6's; index 0: there is none. */
int gateway_default(struct netlink *netlink, struct link *gateway, struct error *err) MUST_CHECK;

/*
 * Find the gateway device, as far as routing needs one: the one that is named (gatewaydev, else
 * netdev), else the default route's, else eth0; and see what is set of its address, of the
 * link's settings, routes and neighbours. That the device is absent is no error yet: its name is
 * in facts->gateway. Logs what an admin should know about IPv6.
 */
int gateway_look(struct netlink *netlink, const struct request *request,
		 const struct routing *routing, struct facts *facts,
		 struct error *err) MUST_CHECK;

/* The same in taking down: only what may have to be taken away. */
int gateway_look_down(struct netlink *netlink, const struct request *request,
		      const struct routing *routing, struct facts *facts,
		      struct error *err) MUST_CHECK;

/* Find the host's ifup into facts->ifup, for a vif: nobody configures the taps beside them. */
void gateway_look_ifup(const struct request *request, struct facts *facts);

#endif
