// SPDX-License-Identifier: GPL-2.0-or-later
// What network-route and network-nat set of the host: what is wanted and what there is, and the
// plan for both ways. Pure.
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "facts.h"
#include "inet.h"
#include "note.h"
#include "plan.h"
#include "serve.h"
#include "text.h"

#define HOST_WISHES 4

/* A setting that a program wants. */
struct host_wish {
	char name[FACTS_PATH];
	int now;			/* -1: there is no such */
	int value;
	bool of_netdev;
	const char *done, *missing;	/* status, in words; of_netdev: behind its name */
};

/* All that such a program looked at, and what comes of it. */
struct host {
	const char *program;		/* whose settings they are */
	const char *partner;		/* the program that shares some of them */
	bool masquerades;		/* the program does, and has its guests served by DHCP */

	/* What is asked for, or, if that is not said anew, was at start. */
	struct link netdev;		/* index 0: there is no such; name "": none is known */
	struct inet_prefix subnet;	/* family 0: whatever the address */
	bool ipv6;

	/* Settings, as they are; -1: there is no such. */
	int ip_forward;
	int ipv6_forwarding;
	int proxy_arp;			/* netdev's */
	int accept_ra;
	struct note followers;		/* what the kernel changes with either forwarding, if it is off */
	bool masqueraded;		/* the rule is there */
	struct firewall_facts firewall;		/* where it belongs */
	struct firewall_facts noted_firewall;	/* and where start put it then */

	struct serve serve;		/* by whom; unless it masquerades, nobody */

	char *own_text;			/* own's, as it is in the file, or NULL */
	struct note own;		/* of the last start */
	struct note other;		/* of the partner's */

	/* Set by host_want_*. */
	struct host_wish wishes[HOST_WISHES];
	size_t wish_count;
	bool wants_rule;

	/* Set by host_settle. */
	struct note next;		/* of this start */
	char path[FACTS_PATH];
	char next_text[NOTE_TEXT];
};

/*
 * Want that packets are forwarded: IPv4's, and IPv6's if that is asked for. A host that forwards
 * IPv6 loses the default route that a router told it of, unless the device goes on listening
 * (accept_ra=2; net/ipv6/addrconf.c, addrconf_fixup_forwarding).
 */
void host_want_forwarding(struct host *host);

/* Want that netdev answers ARP requests for the guests' addresses. */
void host_want_proxy_arp(struct host *host);

/* Want that what goes out by netdev gets its address. */
void host_want_masquerade(struct host *host);

/* The rule for that, wanted or not. */
void host_rule(const struct host *host, bool wanted, struct rule_set *set);

/*
 * What start is to note, once all is wanted. A setting's found value is the one of the first
 * start, be it the partner's. -ENOENT: a setting is wanted that the kernel does not have.
 */
int host_settle(struct host *host, struct error *err) MUST_CHECK;

/*
 * Plan the parts of start. What an earlier one changed and is no longer wanted, is put back, unless
 * somebody has changed it since.
 */
void host_plan_note(const struct host *host, struct plan *plan);
void host_plan_settings(const struct host *host, struct plan *plan);
void host_plan_masquerade(const struct host *host, struct plan *plan);
void host_plan_dhcp(const struct host *host, struct plan *plan);

/*
 * Plan the parts of stop. What the partner has noted, too, is left for it to put back. A
 * setting that somebody has changed since start, and a rule that start found, are left. Without a
 * note the rule alone goes.
 */
void host_plan_settings_back(const struct host *host, struct plan *plan);
void host_plan_no_masquerade(const struct host *host, struct plan *plan);
void host_plan_no_dhcp(const struct host *host, struct plan *plan);
void host_plan_no_note(const struct host *host, struct plan *plan);

/* Print a line for each thing that is wanted; whether all is there. */
bool host_status(const struct host *host, struct text *out);

#endif
