// SPDX-License-Identifier: GPL-2.0-or-later
// Guests' VLANs on a bridge's physical port: which are to be added, and which taken back. Pure.
//
// Remembered is only what was added, in a file named after the port. Who still needs it, the
// kernel knows: a VLAN that no other port of the bridge has is nobody's.
#ifndef UPLINK_H
#define UPLINK_H

#include "facts.h"

#define UPLINK_DIRECTORY "/run/xen-hotplug/vlan-uplink"

/*
 * The port when it has a guest's VLANs, tagged, and none any more that was added for guests that
 * are gone. What was there by itself stays as it is.
 */
void uplink_after(const struct uplink *now, const struct vlan_set *ids, struct uplink *after);

/*
 * What is to be remembered on the way from one to the other: at each moment nothing is on the port
 * for guests that is not in the file.
 */
void uplink_between(const struct uplink *from, const struct uplink *to, struct vlan_set *added);

/* The name of the port's file. */
void uplink_file(const struct uplink *uplink, char out[static FACTS_PATH]);

#endif
