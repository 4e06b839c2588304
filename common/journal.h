// SPDX-License-Identifier: GPL-2.0-or-later
// What network-bridge has on disk about a device, from before its first step: with it the host can
// be brought back from wherever the program was stopped. As long as the bridge is there, it
// tells what stop shall undo. Pure.
#ifndef JOURNAL_H
#define JOURNAL_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "facts.h"
#include "netdev.h"
#include "style.h"
#include "text.h"

#define JOURNAL_MAX ((16 << 20) - 1)	/* bytes; file_read reads no more */

/* While it is not started, what has begun is to be undone, while stopping to be ended: alike. */
enum phase { PHASE_NONE, PHASE_STARTING, PHASE_STARTED, PHASE_STOPPING, PHASES };

struct journal {
	enum phase phase;
	enum style style;
	char netdev[IFNAMSIZ];		/* what the host calls it */
	char bridge[IFNAMSIZ];
	char physical[IFNAMSIZ];	/* the physical device's name while started */
	char stage[IFNAMSIZ];		/* the name of what takes netdev's, before and after */
	char far[IFNAMSIZ];		/* STYLE_VETH: the end on the bridge; "" */
	int nic;			/* the physical device's index */
	bool made_bridge;		/* stop deletes it, for start made it */
	bool ifup;			/* the host's ifup gives netdev its addresses */
	bool antispoof;			/* FORWARD drops what comes by no port that it knows */
	bool dropped;			/* it did so before */
	enum firewall_kind firewall;	/* where */
	int arp_ignore;			/* that setting of an admin's bridge, before */
	struct link like;		/* netdev at first: MAC, MTU, flags …. Not its name. */
	int no_ipv6;			/* its setting disable_ipv6; -1: the host has no IPv6 */
	uint32_t time;			/* when what follows was seen: seconds of CLOCK_BOOTTIME */
	struct netdev wanted;		/* what shall be on netdev; while started: what was */
};

/* How many bytes journal_print needs at most. */
size_t journal_size(const struct journal *journal);

/* Print it, in another phase than it says. */
void journal_print(const struct journal *journal, enum phase phase, struct text *out);

/*
 * Read it. NULL: there is none, PHASE_NONE. -EINVAL names `file` and the line. What it holds is
 * to be freed by netdev_free(&journal->wanted).
 */
int journal_parse(const char *file, const char *text, struct journal *journal,
		  struct error *err) MUST_CHECK;

#endif
