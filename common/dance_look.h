// SPDX-License-Identifier: GPL-2.0-or-later
// Looking at all that network-bridge puts together or takes apart.
#ifndef DANCE_LOOK_H
#define DANCE_LOOK_H

#include "dance.h"
#include "error.h"

struct netlink;

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
