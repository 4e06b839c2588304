// SPDX-License-Identifier: GPL-2.0-or-later
// What lives on a device, in the kernel: looked at and changed in its own messages.
#ifndef INVENTORY_H
#define INVENTORY_H

#include "error.h"
#include "netdev.h"

struct netlink;

/*
 * Look at all that lives on netdev->spot: in all tables, of both families; of the policy rules
 * those that name it. What netdev had is freed before.
 */
int inventory_look(struct netlink *netlink, struct netdev *netdev, struct error *err) MUST_CHECK;

/* The settings of the device `name`; "default": those of one that is yet to come. */
int inventory_look_settings(const char *name, struct netdev *netdev, struct error *err) MUST_CHECK;

/*
 * Make all entries of a list, or take them away: all that can be. A route that needs one behind it
 * is tried again. The first failure is the result, in the words of the command that met it.
 */
int inventory_apply(struct netlink *netlink, const struct entries_change *change,
		    struct error *err) MUST_CHECK;

#endif
