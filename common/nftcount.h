// SPDX-License-Identifier: GPL-2.0-or-later
// How many rules of nf_tables' FORWARD are about which device.
#ifndef NFTCOUNT_H
#define NFTCOUNT_H

#include "error.h"
#include "rule.h"

struct netlink;

/* Set the counts, which are zero at first, to those of FORWARD, a chain that must be there. */
int nftcount(struct netlink *netlink, uint8_t family, struct rule_count *counts, size_t count,
	     struct error *err) MUST_CHECK;

#endif
