// SPDX-License-Identifier: GPL-2.0-or-later
// A set's rules in nf_tables, in the form in which iptables-nft(8) reads and writes them: the
// tables `ip filter`, `ip6 filter` and `ip nat`; physdev and MASQUERADE through nft_compat.
#ifndef NFTABLES_H
#define NFTABLES_H

#include "error.h"
#include "rule.h"

struct netlink;
struct nftables;

/* For a run of the program. Changes that others' keep undoing are tried for `seconds`. */
int nftables_open(struct nftables **nftables, int seconds, struct error *err) MUST_CHECK;

/* Close; NULL is fine. */
void nftables_close(struct nftables *nftables);

/* The conversation itself, for what else there is to be said in it. */
struct netlink *nftables_netlink(struct nftables *nftables);

/*
 * Make the rules that name the set's device (rule.h) those of the set, in one transaction, which
 * is begun anew when another one came in between. When they are that already, nothing is
 * changed. New ones go to the chain's top, in the set's order, so that its last is the first. Table
 * and chain are made if there are rules to put in. What was there is kept for nftables_restore.
 * With an exact set, only its rules are looked at: what is missing goes to the chain's end, or,
 * if they are unwanted, all copies of them go.
 */
int nftables_replace(struct nftables *nftables, const struct rule_set *set,
		     struct error *err) MUST_CHECK;

/* Put back what the last nftables_replace of such a set took away, and take away what it put in. */
int nftables_restore(struct nftables *nftables, const struct rule_set *set,
		     struct error *err) MUST_CHECK;

/* Whether all rules of an exact set are there, wanted or not. */
int nftables_has(struct nftables *nftables, const struct rule_set *set, bool *has,
		 struct error *err) MUST_CHECK;

/* Have FORWARD drop, or accept, what no rule is about; it is made if need be (nftables_policy.c). */
int nftables_policy(struct netlink *netlink, uint8_t family, bool drop,
		    struct error *err) MUST_CHECK;

/* Look at FORWARD. All false when there is none. */
int nftables_look(struct nftables *nftables, uint8_t family, struct rule_chain *chain,
		  struct error *err) MUST_CHECK;

#endif
