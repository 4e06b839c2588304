// SPDX-License-Identifier: GPL-2.0-or-later
// What the host itself lives on and has across the network.
#ifndef STORAGE_H
#define STORAGE_H

#include "error.h"
#include "facts.h"

struct netlink;

#define STORAGE_TEXT 160

/*
 * Whether the root file system (NFS) or a disk (iSCSI) is reached through a device. `what` says
 * which, for a message; "": neither. What cannot be found out is not there.
 */
int storage_over(struct netlink *netlink, const struct link *device,
		 char what[static STORAGE_TEXT], struct error *err) MUST_CHECK;

#endif
