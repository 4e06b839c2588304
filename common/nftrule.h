// SPDX-License-Identifier: GPL-2.0-or-later
// A rule in the expressions of nf_tables, as iptables-nft 1.8 writes it
// (iptables/nft-ipv4.c, nft-shared.c), and what a rule in the kernel is about.
#ifndef NFTRULE_H
#define NFTRULE_H

#include <stdbool.h>

#include "rule.h"

struct nl_msg;
struct nlattr;

/* Put a rule's expressions into the open nest; non-zero: out of memory. */
int nftrule_put(struct nl_msg *message, const struct rule *rule);

/*
 * What iptables tells the kernel beside a rule's expressions, and the kernel does not give back: the
 * protocol that it is about, for matches that insist on one (nft_compat.c). Non-zero: out of
 * memory.
 */
int nftrule_put_protocol(struct nl_msg *message, void *expressions, int len);

/* Whether a rule's expressions accept what comes from, or goes to, the device by its name. */
bool nftrule_is_of(struct nlattr *expressions, const char *device);

/*
 * Whether expressions of the kernel's say what ours do, counters aside. Ours must come from
 * libnl's nests, which are marked as such.
 */
bool nftrule_same(void *theirs, int their_len, struct nlattr *ours);

#endif
