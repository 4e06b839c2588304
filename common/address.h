// SPDX-License-Identifier: GPL-2.0-or-later
// IP addresses of one link. (rtnetlink(7), linux/if_addr.h)
#ifndef ADDRESS_H
#define ADDRESS_H

#include "error.h"
#include "facts.h"
#include "plan.h"

struct netlink;

/*
 * The addresses of both families on a link. The kernel picks them out (ifa_index in a strict
 * request), whatever else the host has. More than `max`: -E2BIG.
 */
int address_list(struct netlink *netlink, const struct link *link, struct address *out, size_t max,
		 size_t *count, struct error *err) MUST_CHECK;

/*
 * The first primary IPv4 address of a link, its own as others know it; there being none is no
 * error: out->local.family is 0 then.
 */
int address_main(struct netlink *netlink, const struct link *link, struct address *out,
		 struct error *err) MUST_CHECK;

/* Add or delete an address. One that is there or gone already is no error. */
int address_apply(struct netlink *netlink, const struct address_change *change,
		  struct error *err) MUST_CHECK;

#endif
