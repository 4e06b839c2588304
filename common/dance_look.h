// SPDX-License-Identifier: GPL-2.0-or-later
// Looking at all that network-bridge puts together or takes apart, and at its journals.
#ifndef DANCE_LOOK_H
#define DANCE_LOOK_H

#include "dance.h"
#include "error.h"
#include "request.h"

struct netlink;

#define DANCE_DIRECTORY "/run/xen-hotplug"
#define DANCE_LOCK DANCE_DIRECTORY "/network.lock"
#define DANCE_JOURNAL "network-bridge."	/* and netdev's name */
#define DANCE_JOURNALS 64		/* more devices are not looked after */

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

/* Look at the links alone. */
int dance_look_links(struct netlink *netlink, struct dance *dance, struct error *err) MUST_CHECK;

/* Look at the links, and at what lives on them; also once more. */
int dance_look(struct netlink *netlink, struct dance *dance, struct error *err) MUST_CHECK;

/* Look for links that have the names which start is to give. */
int dance_look_for_names(struct netlink *netlink, struct dance *dance,
			 struct error *err) MUST_CHECK;

/*
 * Note what netdev is like and what lives on it: what shall be there, wherever it is. When the
 * front is gone that had it while started, it is what the journal has of that, unless somebody has
 * given the nic addresses meanwhile.
 */
int dance_look_wanted(struct netlink *netlink, struct dance *dance, struct error *err) MUST_CHECK;

#endif
