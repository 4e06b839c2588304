// SPDX-License-Identifier: GPL-2.0-or-later
// The connections that the kernel's firewall keeps track of. (conntrack(8), ctnetlink)
#ifndef CONNTRACK_H
#define CONNTRACK_H

#include "error.h"
#include "plan.h"

/*
 * Forget all connections of an address or prefix: those it began, and those that reach it, under
 * its own address or by way of NAT. None at all, or no connection tracking, is no error. No answer
 * from the kernel within `seconds`: -ETIMEDOUT.
 */
int conntrack_apply(const struct conntrack_change *change, int seconds,
		    struct error *err) MUST_CHECK;

#endif
