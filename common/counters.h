// SPDX-License-Identifier: GPL-2.0-or-later
// What a link has carried, and what a bridge does with it as its port. (rtnetlink(7))
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdint.h>

#include "error.h"
#include "facts.h"

struct netlink;

struct counters {
	uint64_t received, sent;	/* packets, as the link itself sees them */
	int port_state;			/* BR_STATE_* (linux/if_bridge.h); -1: no bridge's port */
};

/* Look; a link that is gone has carried nothing. */
int counters_look(struct netlink *netlink, const struct link *link, struct counters *counters,
		  struct error *err) MUST_CHECK;

#endif
