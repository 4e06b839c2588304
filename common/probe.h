// SPDX-License-Identifier: GPL-2.0-or-later
// Asking routers whether they are there, as the kernel itself would before it sends them anything: by
// ARP (RFC 826, packet(7)) and by neighbour discovery (RFC 4861, raw(7)).
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>

#include "error.h"
#include "facts.h"
#include "plan.h"
#include "router.h"

/*
 * Ask them from a link, all at once and again and again, until all have answered or so many
 * milliseconds are over. `answered` says who has. A question that cannot be sent for now, as from a
 * link without carrier, is one without an answer.
 */
int probe_ask(const struct link *link, const struct router *routers, size_t count,
	      int milliseconds, bool *answered, struct error *err) MUST_CHECK;

/* Carry out a step: -ETIMEDOUT names the first router that has not answered in time. */
struct netlink;
int probe_apply(struct netlink *netlink, const struct confirm *confirm,
		struct error *err) MUST_CHECK;

#endif
