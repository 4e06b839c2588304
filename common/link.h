// SPDX-License-Identifier: GPL-2.0-or-later
// Network links: finding them by name, waiting for them, changing them. (rtnetlink(7), libnl)
#ifndef LINK_H
#define LINK_H

#include "error.h"
#include "facts.h"
#include "plan.h"

struct netlink;

/*
 * Look a link up by name. There being none is no error: link->index is 0 then. The name of its
 * bridge is left to link_master_name, for most have no use for it.
 */
int link_by_name(struct netlink *netlink, const char *name, struct link *link,
		 struct error *err) MUST_CHECK;

/* The same by index. */
int link_by_index(struct netlink *netlink, int index, struct link *link,
		  struct error *err) MUST_CHECK;

/* Fill in link->master_name. */
int link_master_name(struct netlink *netlink, struct link *link, struct error *err) MUST_CHECK;

/*
 * Look a link up by name, but wait for it to appear, for at most `seconds` from now; woken by RTNLGRP_LINK.
 * -ETIMEDOUT says what was waited for, and for how long.
 */
int link_wait(struct netlink *netlink, const char *name, int seconds, struct link *link,
	      struct error *err) MUST_CHECK;

/*
 * The host's bridges: *first is the one with the lowest index (index 0: there is none), `names`
 * gets up to `max` of them. The kernel picks them out (IFLA_INFO_KIND in the request), so that no
 * list of all links is sent.
 */
int link_bridges(struct netlink *netlink, struct link *first, char names[][IFNAMSIZ], size_t max,
		 size_t *count, struct error *err) MUST_CHECK;

/* Called for each, or with NULL when all begin anew; a negative errno (with err set) ends it. */
typedef int (*link_take)(const struct link *link, void *arg, struct error *err);

/* The ports of a bridge, by its index; picked out by the kernel, as above. */
int link_each_port(struct netlink *netlink, int bridge, link_take take, void *arg,
		   struct error *err) MUST_CHECK;

/* At most `max` of them, with their master's name. */
int link_ports(struct netlink *netlink, const struct link *bridge, struct link *out, size_t max,
	       size_t *count, struct error *err) MUST_CHECK;

/*
 * Carry out a change in one message. Not atomic: after a failure
 * some of it may have been done, which the reverse change undoes. The link is addressed by its
 * index, so that a rename in between does no harm. -EBUSY: only while it is down.
 */
int link_apply(struct netlink *netlink, const struct link_change *change,
	       struct error *err) MUST_CHECK;

/* Make a link, or delete it; that it is gone is no error (link_new.c). */
int link_apply_new(struct netlink *netlink, const struct link_make *make,
		   struct error *err) MUST_CHECK;

/* Wait for a link's carrier, woken by RTNLGRP_LINK. That it does not come is only logged. */
int link_wait_carrier(struct netlink *netlink, const struct carrier_wait *wait,
		      struct error *err) MUST_CHECK;

/* Carry out a change of bridge port flags (the link must be a port by now). */
int link_apply_port(struct netlink *netlink, const struct link_change *change,
		    struct error *err) MUST_CHECK;

/* Turn a bridge's VLAN filtering on. -EOPNOTSUPP: the kernel knows no such thing. */
int link_apply_vlan_filtering(struct netlink *netlink, const struct link_change *change,
			      struct error *err) MUST_CHECK;

#endif
