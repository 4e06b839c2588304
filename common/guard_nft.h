// SPDX-License-Identifier: GPL-2.0-or-later
// The guard in the kernel: its tables are made with the first guarded interface and go with the
// last; what an interface may send changes in one transaction.
#ifndef GUARD_NFT_H
#define GUARD_NFT_H

#include "error.h"
#include "guard.h"

struct netlink;

/* Look what guards a device. A kernel without nf_tables, or without the tables: nothing. */
int guard_look(struct netlink *netlink, const char *device, struct guard *guard,
	       struct error *err) MUST_CHECK;

/*
 * Change from one guard to another; the device must be there if it is to be guarded. What is gone
 * already of the old one is no error. Begun anew, for at most `seconds`, when somebody
 * else makes or deletes the tables at the same time.
 */
int guard_apply(struct netlink *netlink, const struct guard *from, const struct guard *to,
		int seconds, struct error *err) MUST_CHECK;

#endif
