// SPDX-License-Identifier: GPL-2.0-or-later
// The VLANs of bridge ports in the kernel. (rtnetlink, family AF_BRIDGE; linux/if_bridge.h)
#ifndef VLAN_LINK_H
#define VLAN_LINK_H

#include "error.h"
#include "plan.h"
#include "vlan.h"

struct netlink;

/* A port, or a bridge itself, which is its own master. */
struct vlan_port {
	int index;
	int master;
	struct vlan_set vlans;
};

/* Called for each, or with NULL when all begin anew; a negative errno (with err set) ends it. */
typedef int (*vlan_take)(const struct vlan_port *port, void *arg, struct error *err);

/*
 * Look at all ports of all bridges: the kernel offers no selection that is older than Linux 5.6.
 * Ranges come as ranges.
 *
 * It does not tell when a port was passed over because another one left meanwhile. So the ports
 * are listed until two lists in a row are the same, each beginning with take(NULL). -EBUSY: no two
 * of a hundred are.
 */
int vlan_link_each(struct netlink *netlink, vlan_take take, void *arg,
		   struct error *err) MUST_CHECK;

/* The VLANs of one port: empty, when it is none or the kernel knows no VLANs on bridges. */
int vlan_link_read(struct netlink *netlink, int index, struct vlan_set *vlans,
		   struct error *err) MUST_CHECK;

/*
 * Change a port's VLANs: what is to go in one message, what is to come in another, each range one
 * entry. Not atomic: after a failure some of it may have been done, which the reverse change undoes.
 */
int vlan_link_apply(struct netlink *netlink, const struct vlan_change *change,
		    struct error *err) MUST_CHECK;

#endif
