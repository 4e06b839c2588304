// SPDX-License-Identifier: GPL-2.0-or-later
// What the guard consists of in the kernel, as messages to nf_tables: its tables, what is in
// their sets for an interface, and an interface's chain.
#ifndef GUARD_BUILD_H
#define GUARD_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "guard.h"

#define GUARD_DOOR_FAMILY 5	/* NFPROTO_NETDEV */

struct nft_batch;
struct nl_msg;

/*
 * A message about the guard's table in a family, or about one thing in it: `table` and `name` are
 * the attributes for their names. NULL: out of memory.
 */
struct nl_msg *guard_message(int type, int flags, uint8_t family, int table, int name,
			     const char *word);
struct nl_msg *guard_chain_message(int type, int flags, uint8_t family, const char *chain);
struct nl_msg *guard_set_message(int type, int flags, uint8_t family, const char *set);

/* Put an element into a set's message, with a comment on `guard` unless that is NULL; or -ENOMEM. */
int guard_put_element(struct nl_msg *message, const struct guard_element *element,
		      const struct guard *guard);

/* Add or delete one element, or all that an interface has in a family. */
void guard_change_element(struct nft_batch *batch, const struct guard *guard,
			  const struct guard_element *element, bool adding);
void guard_change(struct nft_batch *batch, const struct guard *guard, enum guard_family family,
		  bool adding);

/*
 * Make a family's table; that it is there already refuses the whole batch (-EEXIST), for two
 * programs may come to it at once. Or delete it.
 */
int guard_add_table(struct nft_batch *batch, enum guard_family family,
		    struct error *err) MUST_CHECK;
void guard_delete_table(struct nft_batch *batch, enum guard_family family);

/* Make the chain that an interface's frames come to first, or delete it. -EINVAL: guard_rule_read. */
int guard_add_door(struct nft_batch *batch, const struct guard *guard,
		   struct error *err) MUST_CHECK;
void guard_delete_door(struct nft_batch *batch, const char *device);

#endif
