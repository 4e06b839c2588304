// SPDX-License-Identifier: GPL-2.0-or-later
// Which device a call of network-bridge means, and the journals of those that are started.
#ifndef DANCE_FIND_H
#define DANCE_FIND_H

#include "dance.h"
#include "error.h"
#include "request.h"

struct netlink;

#define DANCE_DIRECTORY "/run/xen-hotplug"
#define DANCE_LOCK DANCE_DIRECTORY "/network.lock"
#define DANCE_JOURNAL "network-bridge."	/* and netdev's name */
#define DANCE_JOURNALS 64		/* more devices are not looked after */

/* Seconds since the host was started, as journals have them. (CLOCK_BOOTTIME) */
uint32_t dance_now(void);

/* The devices that there is a journal of. */
int dance_journals(char netdevs[][IFNAMSIZ], size_t max, size_t *count,
		   struct error *err) MUST_CHECK;

/* Read the journal of a device; there being none is no error: PHASE_NONE. */
int dance_read_journal(const char *netdev, struct dance *dance, struct error *err) MUST_CHECK;

/*
 * What the request means on this host: which device, bridge, style and names; with its journal, if
 * there is one, which counts for more. -ENODEV: none is asked for and there is no default route.
 */
int dance_find(struct netlink *netlink, const struct request *request, struct dance *dance,
	       struct error *err) MUST_CHECK;

/*
 * Whether another device has antispoof by means of the same firewall. Only then *dropped is set:
 * whether FORWARD dropped before the first of them.
 */
int dance_others_drop(const struct journal *journal, bool *others, bool *dropped,
		      struct error *err) MUST_CHECK;

#endif
