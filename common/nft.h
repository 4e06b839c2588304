// SPDX-License-Identifier: GPL-2.0-or-later
// The conversation with nf_tables: transactions, and the expressions that rules are made of.
// (linux/netfilter/nf_tables.h, net/netfilter/nf_tables_api.c)
#ifndef NFT_H
#define NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct netlink;
struct nl_msg;
struct nlattr;
struct nlmsghdr;

/* A new message of type NFT_MSG_*, NLM_F_* flags and a family (NFPROTO_*); NULL: out of memory. */
struct nl_msg *nft_message(int type, int flags, uint8_t family);

/* The attributes of a message that the kernel sent. */
struct nlattr *nft_find(const struct nlmsghdr *message, int attribute);

/*
 * The number of the ruleset as it is now: it changes with every transaction. -EOPNOTSUPP: the
 * kernel has no nf_tables.
 */
int nft_generation(struct netlink *netlink, uint32_t *generation, struct error *err) MUST_CHECK;

/*
 * Once another has come between: from then on take turns with all programs of ours that had the
 * same, so that none is overtaken for ever. *lock is -1 at first, and for lock_release in the end.
 * That the turn does not come within `seconds` is no error: it can be tried all the same.
 */
void nft_take_turns(int *lock, int seconds);


/* Changes that become true together, or not at all. */
struct nft_batch {
	struct netlink *netlink;
	char *data;
	size_t len, size;
	unsigned first, last;	/* sequence numbers */
	bool failed;		/* out of memory */
};

/*
 * Begin. With a generation, the whole is refused (-ERESTART) if anything has changed since; 0:
 * whatever has.
 */
void nft_begin(struct nft_batch *batch, struct netlink *netlink, uint32_t generation);

/* Add a change, and free the message. As for netlink_talk: put_failed is what building it came to. */
void nft_add(struct nft_batch *batch, struct nl_msg *message, int put_failed);

/* Commit it, or, if it is empty, nothing. The batch is freed in any case. */
int nft_commit(struct nft_batch *batch, struct error *err) MUST_CHECK;

/* Free a batch that is not to be committed. */
void nft_abandon(struct nft_batch *batch);

/*
 * Expressions, put one after the other into the nest of NFTA_RULE_EXPRESSIONS. They work on
 * register `reg`, NFT_REG32_00 and up; all return 0, or non-zero when out of memory.
 */
int nft_put_meta(struct nl_msg *message, uint32_t key, uint32_t reg);
int nft_put_payload(struct nl_msg *message, uint32_t base, uint32_t offset, uint32_t len,
		    uint32_t reg);
int nft_put_mask(struct nl_msg *message, const void *mask, uint32_t len, uint32_t reg);
int nft_put_compare(struct nl_msg *message, uint32_t operator, const void *data, uint32_t len,
		    uint32_t reg);
int nft_put_lookup(struct nl_msg *message, const char *set, bool inverted, uint32_t reg);
int nft_put_match(struct nl_msg *message, const char *name, uint32_t revision, const void *info,
		  uint32_t size);
int nft_put_target(struct nl_msg *message, const char *name, uint32_t revision, const void *info,
		   uint32_t size);
int nft_put_counter(struct nl_msg *message);
int nft_put_verdict(struct nl_msg *message, int verdict, const char *chain);

/* Integers are in network byte order. One that is not there reads as UINT32_MAX. */
int nft_put_u32(struct nl_msg *message, int attribute, uint32_t value);
uint32_t nft_u32(struct nlattr *attr);

#endif
