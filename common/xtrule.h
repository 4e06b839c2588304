// SPDX-License-Identifier: GPL-2.0-or-later
// A rule as the kernel's legacy tables have it: a struct ipt_entry or ip6t_entry, by its family,
// with matches and target behind it. Pure.
#ifndef XTRULE_H
#define XTRULE_H

#include <stdbool.h>
#include <stdint.h>

#include "rule.h"

/* Make, on the heap, what iptables-legacy(8) makes of the rule's words. NULL: out of memory. */
void *xtrule_make(const struct rule *rule);

/*
 * Copy to the heap a rule that ends in ACCEPT or a module's target, with its counters. NULL: out
 * of memory.
 */
void *xtrule_copy(uint8_t family, const void *xtrule);

/*
 * Whether a rule names the device: by -i, -o, --physdev-in or --physdev-out, not inverted, and
 * not by a part of the name alone (vif1.+).
 */
bool xtrule_names(uint8_t family, const void *xtrule, const char *device);

/*
 * Whether two such rules are the same, whatever they have counted. One that ends in ACCEPT must
 * have been made or copied here.
 */
bool xtrule_same(uint8_t family, const void *a, const void *b);

#endif
