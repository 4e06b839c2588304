// SPDX-License-Identifier: GPL-2.0-or-later
// The host's own firewall, in which a guest's packets are to be accepted: which of the kernel's
// two it is, and the accept rules in it; and those of network address translation.
#ifndef FIREWALL_H
#define FIREWALL_H

#include "error.h"
#include "facts.h"
#include "plan.h"
#include "rule.h"

struct firewall;

/* For a run of the program. Nothing is talked to yet. `seconds`: for a lock, or for others' changes. */
int firewall_open(struct firewall **firewall, int seconds, struct error *err) MUST_CHECK;

/* Close; NULL is fine. */
void firewall_close(struct firewall *firewall);

/*
 * Find out which firewall is the host's: the one that is `asked` for; else the one whose rules the
 * host's command iptables shows; without such a command the one that has a table `filter`. Says
 * so to the debug log. Never fails: what cannot be found out is not there.
 */
void firewall_look(struct firewall *firewall, enum firewall_kind asked,
		   struct firewall_facts *facts);

/*
 * Warn of what will keep a guest's packets from passing, whatever is done here: rules in the
 * firewall that is not the host's; none of ours, where a bridge's frames meet a FORWARD that
 * drops.
 */
void firewall_warn(struct firewall *firewall, const struct firewall_facts *facts);

/* Whether all rules of an exact set are in the firewall, wanted or not. */
int firewall_has(struct firewall *firewall, const struct firewall_facts *facts,
		 const struct rule_set *set, bool *has, struct error *err) MUST_CHECK;

/* Carry out a change of rules, or take it back. */
int firewall_apply(struct firewall *firewall, const struct rules_change *change,
		   struct error *err) MUST_CHECK;

/*
 * Look what bridged packets would meet, in both firewalls: whether a FORWARD drops by its policy,
 * and how many of the rules there accept each device's. What cannot be looked at is not there.
 */
void firewall_count(struct firewall *firewall, uint8_t family, bool *drops,
		    struct rule_count *counts, size_t count);

/* Whether a family's FORWARD drops by its policy; change that. */
bool firewall_drops(struct firewall *firewall, const struct firewall_facts *facts, uint8_t family);
int firewall_policy(struct firewall *firewall, const struct policy_change *change,
		    struct error *err) MUST_CHECK;

/* Look what guards a device (guard_nft.h): nothing, in a kernel without nf_tables. */
int firewall_look_at_guard(struct firewall *firewall, const char *device, struct guard *guard,
			   struct error *err) MUST_CHECK;

/* Carry out a change of that. */
int firewall_guard(struct firewall *firewall, const struct guard_change *change,
		   struct error *err) MUST_CHECK;

#endif
