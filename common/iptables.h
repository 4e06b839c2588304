// SPDX-License-Identifier: GPL-2.0-or-later
// A set's rules in the legacy tables, which libiptc copies out of the kernel and in again as a
// whole: iptables-legacy(8) shows them.
#ifndef IPTABLES_H
#define IPTABLES_H

#include "error.h"
#include "rule.h"

struct iptables;

/* For a run of the program. Each change may take `seconds`, most of it to wait for the lock. */
int iptables_open(struct iptables **iptables, int seconds, struct error *err) MUST_CHECK;

/* Close; NULL is fine. */
void iptables_close(struct iptables *iptables);

/*
 * Make the rules that end in ACCEPT and name the set's device those of the set, under iptables'
 * own lock (/run/xtables.lock, or $XTABLES_LOCKFILE), in one copy out and in. When they are that
 * already, in whatever order, nothing is written. New ones go to the chain's top in the set's
 * order, so that its last is the first. What was there is kept for iptables_restore. No table is
 * loaded for an empty set. With an exact set, only its rules are looked at: what is missing goes
 * to the chain's end, or, if they are unwanted, all copies of them go. -ETIMEDOUT names the lock's holder; -ENOPROTOOPT or -ENOENT: the
 * kernel has no such tables.
 */
int iptables_replace(struct iptables *iptables, const struct rule_set *set,
		     struct error *err) MUST_CHECK;

/*
 * Make the set's rules again what they were before the last iptables_replace of such a set, where
 * they were and with what they had counted.
 */
int iptables_restore(struct iptables *iptables, const struct rule_set *set,
		     struct error *err) MUST_CHECK;

/* Whether all rules of an exact set are there, wanted or not; the table is not loaded for that. */
int iptables_has(const struct rule_set *set, bool *has, struct error *err) MUST_CHECK;

/* Have FORWARD drop, or accept, what no rule is about. */
int iptables_policy(struct iptables *iptables, uint8_t family, bool drop,
		    struct error *err) MUST_CHECK;

/* Look at FORWARD; the table is not loaded for that. All false when there is none. */
int iptables_look(uint8_t family, struct rule_chain *chain, struct error *err) MUST_CHECK;

#endif
