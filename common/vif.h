// SPDX-License-Identifier: GPL-2.0-or-later
// What every program plans for a guest's interface, whatever it connects it to. Pure.
#ifndef VIF_H
#define VIF_H

#include <stdbool.h>

#include "error.h"
#include "facts.h"
#include "plan.h"
#include "request.h"

/* Print the frontend's directory into FACTS_PATH bytes. The request must have an XENBUS_PATH. */
void vif_frontend(const struct request *request, char out[static FACTS_PATH]);

/*
 * Whether a link is this guest interface's own, whatever its name says: netback's parent device
 * tells (vif-DOMID-DEVID, drivers/xen/xenbus/xenbus_probe_backend.c), else the name that netback
 * or QEMU gave, else that name in the alias, where a rename of ours leaves it.
 */
bool vif_owns(const struct request *request, const struct link *link);

/*
 * The name that the interface is to have, or, when it is to be taken down, has or had: what the
 * firewall knows it by. One that another link bears was never its own.
 */
const char *vif_name(const struct request *request, const struct facts *facts);

/*
 * The link as it shall be: named as asked; with an MTU of `mtu` bytes and the MAC that keeps a bridge from taking its own
 * address from it; without an IPv6 address of the host's. -EEXIST when the link is another guest's,
 * or, with the script's message, when the name is another link's.
 */
int vif_want(const struct request *request, const struct facts *facts, unsigned mtu,
	     struct link *wanted, struct error *err) MUST_CHECK;

/*
 * Plan what has to come first: the link's addresses go, an up link goes down when its name, MAC
 * or bridge is to change, and it becomes what is wanted but for its bridge, its port's flags and
 * that it is up. `keep`: addresses and routes stay unless the link goes down. Returns the link
 * as it is then.
 */
struct link vif_plan_prepare(const struct facts *facts, const struct link *wanted, bool keep,
			     struct plan *plan);

/*
 * Plan what the firewall does about the link's traffic, under its wanted name, which it has by
 * now: with antispoof, that the guest can send nothing else; and the accept rules. That these
 * cannot be set is a failure only with antispoof, and only in IPv4.
 */
void vif_plan_firewall(const struct request *request, const struct facts *facts,
		       const struct traffic *traffic, struct plan *plan);

/* Plan that the firewall knows nothing of the link any more. */
void vif_plan_no_firewall(const struct request *request, const struct facts *facts,
			  struct plan *plan);

/* Plan the hooks, with their variables. */
void vif_plan_hooks(const struct request *request, const struct facts *facts, struct plan *plan);

/*
 * Plan to tell the frontend its MTU, unless that is 0, and, last, netback that it may connect.
 * For a tap, and without an XENBUS_PATH, nothing.
 */
void vif_plan_connected(const struct request *request, const struct facts *facts, unsigned mtu,
			struct plan *plan);

#endif
