// SPDX-License-Identifier: GPL-2.0-or-later
// The chain of one guarded port at the door: what most of its packets are is accepted there, the
// rest goes to the chain that all ports share. Pure.
//
// A lookup in a set costs a packet several times what a comparison does, so that a port's own
// rules say what is asked of most packets without one.
#ifndef GUARD_DOOR_H
#define GUARD_DOOR_H

#include <stddef.h>

#include "guard.h"
#include "text.h"

#define GUARD_CHAIN_NAME 64	/* bytes */
#define GUARD_DOOR_IPS 4	/* so many addresses have rules of their own */
#define GUARD_DOOR_RULES (2 * GUARD_DOOR_IPS + 1)
#define GUARD_RULE_TEXT 208	/* bytes */

/* The chain's name: the port's, with what is no letter, digit or dot in hexadecimal. */
void guard_door_name(const char *device, char out[static GUARD_CHAIN_NAME]);

/* The chain's rules, in nft's language; returns how many. */
size_t guard_door_rules(const struct guard *guard, char rules[GUARD_DOOR_RULES][GUARD_RULE_TEXT]);

/* Print the nft commands that make the chain, or delete it. */
void guard_door_print(const struct guard *guard, struct text *out);
void guard_door_print_gone(const struct guard *guard, struct text *out);

#endif
