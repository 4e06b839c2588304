// SPDX-License-Identifier: GPL-2.0-or-later
// Looking how a device on a bridge is getting on.
#ifndef BRIDGE_STATUS_LOOK_H
#define BRIDGE_STATUS_LOOK_H

#include "apply.h"
#include "bridge_status.h"
#include "dance.h"
#include "error.h"

/*
 * Look at all that bridge_status_judge goes by. The dance is one that was found (dance_find).
 * tools->store may be NULL: guests have no names then.
 */
int bridge_status_look(struct tools *tools, struct dance *dance, struct bridge_status *status,
		       struct error *err) MUST_CHECK;

/* Add what xenstore knows of the guests: names, and who should be on the bridge and is not. */
void bridge_status_look_for_guests(struct tools *tools, struct bridge_status *status);

/* A place for one more device with its role; NULL: there is none. */
struct status_device *bridge_status_add(struct bridge_status *status, enum status_role role,
					const struct link *link);

/* Look at what a device has beside its link. */
int bridge_status_look_at(struct tools *tools, struct status_device *device,
			  struct error *err) MUST_CHECK;

#endif
