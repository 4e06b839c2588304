// SPDX-License-Identifier: GPL-2.0-or-later
// The frame of network-bridge: read, look, plan, apply, look again; and back, if anything fails.
#ifndef NETWORK_BRIDGE_H
#define NETWORK_BRIDGE_H

#include "dance.h"
#include "plan.h"

struct network_bridge {
	/* Pure: the steps from what was seen to the bridge, and from wherever it is back. */
	void (*plan_start)(struct dance *dance, struct plan *plan);
	void (*plan_stop)(struct dance *dance, struct plan *plan);
};

/* The whole program; the result is main's: 0, or 1 with the reason on stderr and in the logs. */
int network_bridge_run(int argc, char **argv, const struct network_bridge *program);

#endif
