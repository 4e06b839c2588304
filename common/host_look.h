// SPDX-License-Identifier: GPL-2.0-or-later
// Looking at what network-route and network-nat set of the host, and at their notes.
#ifndef HOST_LOOK_H
#define HOST_LOOK_H

#include "apply.h"
#include "error.h"
#include "host.h"
#include "request.h"

#define HOST_DIRECTORY "/run/xen-hotplug"
#define HOST_LOCK HOST_DIRECTORY "/network.lock"

/*
 * Look at all that host->program may have to change: its note, its partner's, netdev, and what is
 * set. Opens the tools.
 *
 * netdev is the one that is asked for, the one that is noted, unless to start, or the default
 * route's. -ENODEV: to start, one is needed. host->own_text and host->serve.config are to be freed.
 */
int host_look(const struct request *request, struct tools *tools, struct host *host,
	      struct error *err) MUST_CHECK;

#endif
