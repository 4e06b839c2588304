// SPDX-License-Identifier: GPL-2.0-or-later
// What is routed to a guest's interface, from which address of the host, and the plan for it. Pure.
#ifndef ROUTING_H
#define ROUTING_H

#include "error.h"
#include "facts.h"
#include "plan.h"
#include "request.h"

struct routing {
	struct inet_prefix guest[REQUEST_IPS + 1];	/* addresses and prefixes */
	size_t count;
	struct inet_prefix router;	/* the host's on the interface, IPv4; family 0: none */
	struct inet_prefix broadcast;	/* goes with it; family 0: none */
	uint32_t metric;		/* of IPv4 routes; 0: none */
	uint32_t metric6;
	bool permanent;			/* neigh=permanent: the guest's MAC is fixed */
	bool purge;			/* conntrack=purge */
	struct inet_prefix gateway6;	/* the host's on the interface, IPv6, as set; family 0: none */
};

/*
 * vif-route: the entries of `ip` as they are, without duplicates and link-local addresses, which
 * need no route. -EINVAL for a prefix with bits behind its length, which no route can have, and
 * for other settings that make no sense; what does, is in *routing all the same, for taking down.
 */
int routing_of_entries(const struct request *request, struct routing *routing,
		       struct error *err);

/*
 * vif-route: the host has the gateway device's address. -ENETDOWN with the script's message when
 * there is none and one is needed, which is not so for a guest with IPv6 addresses alone.
 * With facts->ifup the host's own configuration gives the interface its addresses; none is needed
 * then, and none added. -EINVAL: that would misread the interface's name.
 */
int routing_by_gateway(const struct request *request, const struct facts *facts,
		       struct routing *routing, struct error *err) MUST_CHECK;

/*
 * vif-nat: the guest has the first IPv4 address in `ip`, whatever its prefix length, or else
 * 10.(domid / 256).(domid % 256).(devid + 1); the host has one 127 away from that in the last
 * byte, above it if there is room. The other entries are as vif-route's. -EINVAL also when there
 * is neither an address nor a domid, or the devid is too large for it; else as above.
 */
int routing_by_number(const struct request *request, struct routing *routing,
		      struct error *err);

/* Whether an IPv6 address or prefix is among the guest's. */
bool routing_has_ipv6(const struct routing *routing);

/*
 * Make `wanted` a link that is routed: in no bridge, with the MAC that it has, and, with
 * facts->ifup, with the IPv6 addresses that come by themselves.
 */
void routing_want(const struct facts *facts, struct link *wanted);

/* What the guest may send and be sent. */
struct traffic routing_traffic(const struct routing *routing);

/*
 * Plan that the link, as it is `now`, leaves a bridge, its settings, and that connections of an
 * earlier guest with its addresses are forgotten. Returns how it is after it.
 */
struct link routing_plan_settings(const struct facts *facts, const struct routing *routing,
				  const struct link *now, const struct link *wanted,
				  struct plan *plan);

/*
 * Plan the rest: up, the host's addresses, that the gateway device answers for the guest's IPv6
 * addresses, routes, and the guest's MAC.
 */
void routing_plan_join(const struct request *request, const struct facts *facts,
		       const struct routing *routing, const struct link *now,
		       const struct link *wanted, struct plan *plan);

/*
 * Plan that what joining brought is gone, and the link down, with which routes and neighbours go.
 * Of the host's addresses all single ones go, for the gateway's may have been another one then.
 */
void routing_plan_leave(const struct request *request, const struct facts *facts,
			const struct routing *routing, struct plan *plan);

#endif
