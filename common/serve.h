// SPDX-License-Identifier: GPL-2.0-or-later
// The DHCP server of network-nat's guests: what is wanted and what there is, and the plan for both
// ways. Each guest's own entry is vif-nat's to make. Pure.
#ifndef SERVE_H
#define SERVE_H

#include <stdbool.h>

#include "dhcpd_subnet.h"
#include "dnsmasq_conf.h"
#include "facts.h"
#include "inet.h"
#include "note.h"
#include "plan.h"
#include "resolv.h"
#include "text.h"

/* 10.0.0.0/16, where vif-nat has its guests by itself. */
extern const struct inet_prefix serve_usual_subnet;

struct serve {
	enum note_dhcp by;		/* who is to serve them */
	struct inet_prefix subnet;	/* that they are in */
	struct resolv resolv;		/* what they are to be told */

	/* dnsmasq's. */
	const char *program;		/* its file, or, if it is not installed, its name */
	bool runs;			/* network-nat's own does */
	char *config;			/* the text of its configuration, or NULL; to be freed */

	/* dhcpd's. */
	struct dhcp_server dhcpd;	/* `entries` "": there is none */
	bool declared;			/* it knows the subnet */
	char found[DHCPD_SUBNET_LINE];	/* by such a line as start's, or "" */

	/* What an earlier start has left with dhcpd. */
	struct dhcp_server noted_dhcpd;	/* `entries` "": nothing */
	struct inet_prefix noted_subnet;
	char noted[DHCPD_SUBNET_LINE];

	/* Set by serve_settle. */
	char next_config[DNSMASQ_OWN_TEXT];
	char line[DHCPD_SUBNET_LINE];
};

/* What start is to write, and to note of it. */
void serve_settle(struct serve *serve, struct note *next);

/* Plan start: an earlier one's server goes if another one, or another subnet, is wanted. */
void serve_plan_start(const struct serve *serve, struct plan *plan);

/* Plan stop. Without a note dhcpd's line goes only if dhcp=dhcpd says so. */
void serve_plan_stop(const struct serve *serve, const struct note *own, struct plan *plan);

/* Print a line, if anybody is to serve them; whether that is so. */
bool serve_status(const struct serve *serve, struct text *out);

#endif
