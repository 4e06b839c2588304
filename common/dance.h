// SPDX-License-Identifier: GPL-2.0-or-later
// The dance of network-bridge: who takes whose name and place, and the steps of it. Pure.
//
// Before, and after stop:       While started (STYLE_VETH):
//
//   LAN --- eth0                  LAN --- peth0 --+
//           (addresses,                           xenbr0      eth0 (addresses, routes)
//            routes)                    vif0.0 ---+             |
//                                         +---------------------+
//
// Three devices have a part: the nic, which is the hardware or a bond …; the front, which the host
// uses while started: one end of a pair of veths, or the bridge itself; and, with veths, the far
// end, a port of the bridge beside the nic.
#ifndef DANCE_H
#define DANCE_H

#include "error.h"
#include "facts.h"
#include "journal.h"
#include "netdev.h"
#include "plan.h"

#define DANCE_NAMES 4
#define DANCE_PORTS 256	/* of one bridge that are told of; there can be 1023 */

struct dance {
	struct journal journal;		/* names, and what there shall be on netdev */
	char path[FACTS_PATH];		/* the journal's file */
	char *text;			/* it, as it is on disk, or NULL */
	char *next;			/* what it shall be before the first step, */
	char *done;			/* and behind the last; NULL: none. All three are owned. */
	bool vlan_filtering;
	struct firewall_facts firewall;	/* if the journal says antispoof */
	bool others_drop;		/* FORWARD is to go on dropping for other devices */
	char ifup[FACTS_PATH];		/* the folder of ifup and ifdown, or "" */
	bool ifdown;			/* this plan has ifdown take netdev's addresses, */
	bool by_ifup;			/* has ifup give it them again, */
	enum transfer_mode mode;	/* which plan this is of what lives on netdev */
	bool again;			/* another look and plan follow, which end it */
	bool keeps_front;		/* what is wanted is on the front already */
	int carrier;			/* seconds to wait for one */
	struct router routers[ROUTERS];	/* that must answer in the end, */
	size_t router_count;
	int confirm;			/* within so many seconds */

	/* The links as seen; then, as far as planned. Without a name: there is none. */
	struct link nic, front, far, bridge;
	int nic_no_ipv6, front_no_ipv6, far_no_ipv6, bridge_no_ipv6;	/* disable_ipv6, or -1 */
	int arp_ignore;			/* the bridge's setting */
	struct link taken[DANCE_NAMES];	/* those that have a name which start is to give */
	struct link ports[DANCE_PORTS];	/* the bridge's other ports: guests */
	size_t port_count;

	/* What lives there, as seen, and what a new device's settings are. */
	struct netdev on_nic, on_front, fresh;
	int fresh_no_ipv6;
	struct transfer transfer;	/* of what is wanted, to where it shall be */
};

/* Fill in the names that follow from netdev, bridge, style and the number of the veths. */
void dance_name(struct journal *journal, int vifnum);

/* What the front is called while the host uses it. */
const char *dance_front_name(const struct journal *journal);

/* The bridge, whatever the style. */
struct link *dance_bridge(struct dance *dance);
const struct link *dance_seen_bridge(const struct dance *dance);

/* Whether all have the names and places that they shall have while started. */
bool dance_is_started(const struct dance *dance);

/* Whether the host uses the front, be the rest as it may. */
bool dance_uses_front(const struct dance *dance);

/* Why start cannot be, if so, in words: -ENODEV, -EBUSY, -EEXIST, -EINVAL. */
int dance_check(const struct dance *dance, struct error *err) MUST_CHECK;

/* The bridge's other ports, with commas between. */
void dance_list_ports(const struct dance *dance, struct text *out);

/*
 * Before planning: what has to be moved, and the journal's texts: forward, to the front, else
 * back to the nic. -ENOMEM.
 */
int dance_settle(struct dance *dance, bool forward, struct error *err) MUST_CHECK;

/* The journal, before the first step and behind the last. */
void dance_plan_journal(struct dance *dance, struct plan *plan);
void dance_plan_journal_done(struct dance *dance, struct plan *plan);

/* Start, beforehand: the bridge, and the veths on it, ready to talk. */
void dance_plan_bridge(struct dance *dance, struct plan *plan);
void dance_plan_front(struct dance *dance, struct plan *plan);

/* And behind it: what the front's settings are otherwise than foreseen. */
void dance_plan_settings(struct dance *dance, struct plan *plan);

/* The host's ifdown takes the addresses that ifup shall give it again, if so. */
void dance_plan_ifdown(struct dance *dance, struct plan *plan);

/* Start: the nic falls silent and becomes the bridge's port; the front takes its name. */
void dance_plan_nic_away(struct dance *dance, struct plan *plan);
void dance_plan_front_on(struct dance *dance, struct plan *plan);

/*
 * antispoof=yes: FORWARD drops what bridged frames it is shown but for those that come from the
 * LAN or the host. (The guests' are vif-bridge's business.) And the same undone.
 */
void dance_plan_antispoof(struct dance *dance, struct plan *plan);
void dance_plan_no_antispoof(struct dance *dance, struct plan *plan);

/* Stop: what was set of netdev since start is not lost. */
void dance_plan_settings_back(struct dance *dance, struct plan *plan);

/* Start, at last: the routers answer, or it was all in vain. */
void dance_plan_confirm(struct dance *dance, struct plan *plan);

/* Stop, or back from wherever start was: the same the other way round. */
void dance_plan_front_away(struct dance *dance, struct plan *plan);
void dance_plan_nic_on(struct dance *dance, struct plan *plan);

/* All that lives on netdev goes to the front, or to the nic. */
void dance_plan_to_front(struct dance *dance, struct plan *plan);
void dance_plan_to_nic(struct dance *dance, struct plan *plan);

/* In the last plan: what else has gone with the addresses. */
void dance_plan_others(struct dance *dance, struct plan *plan);

/* Behind it: the veths go, and the bridge, if start made it. */
void dance_plan_clear_away(struct dance *dance, struct plan *plan);

/* Free all that it owns. */
void dance_free(struct dance *dance);

#endif
