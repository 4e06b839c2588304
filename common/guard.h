// SPDX-License-Identifier: GPL-2.0-or-later
// What one guest's interface may send, and how that is said to the guard's tables. Pure.
#ifndef GUARD_H
#define GUARD_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "facts.h"
#include "guard_table.h"
#include "request.h"
#include "text.h"

#define GUARD_ELEMENTS 512	/* of one interface: at most six for each address */
#define GUARD_COMMENT 128	/* what nft reads at most */

/* An element of a set, or a range of them. */
struct guard_element {
	enum guard_family family;
	const struct guard_set *set;
	uint8_t key[GUARD_KEY], end[GUARD_KEY];	/* end: of an interval set's */
	size_t len;
};

/* With antispoof: that an interface may send this traffic alone; else guard_none. */
void guard_want(const struct request *request, const struct traffic *traffic,
		struct guard *guard);

/* No guard for the device. */
void guard_none(const char *device, struct guard *guard);

bool guard_same(const struct guard *a, const struct guard *b);

/* All elements of a guarded interface; returns how many. */
size_t guard_elements(const struct guard *guard, struct guard_element elements[GUARD_ELEMENTS]);

/* Whether it has elements in a family: at the door, and where others are kept from what it owns. */
bool guard_is_in(const struct guard *guard, enum guard_family family);

/*
 * The comment on the port's element of the set `guarded`: what is needed to take the others away
 * again, "MAC bridged ADDRESS…", as far as it fits. guard_read_comment is the reverse; *listed tells
 * whether the addresses are in there. -EINVAL: this is none.
 */
void guard_comment(const struct guard *guard, struct text *out);
int guard_read_comment(const char *comment, struct guard *guard, bool *listed,
		       struct error *err) MUST_CHECK;

/* Add an address, its host bits zero, unless it is there. */
void guard_add_address(struct guard *guard, const struct inet_prefix *address);

/* Print a change as nft commands in the shell; guard_print_functions comes before, once. */
void guard_print(const struct guard *from, const struct guard *to, struct text *out);
void guard_print_functions(struct text *out);

#endif
