// SPDX-License-Identifier: GPL-2.0-or-later
// How many rules of the legacy tables' FORWARD are about which device.
#ifndef IPTCOUNT_H
#define IPTCOUNT_H

#include "error.h"
#include "rule.h"

/* Add the rules of FORWARD, a chain that must be there, to the counts. */
int iptcount(uint8_t family, struct rule_count *counts, size_t count,
	     struct error *err) MUST_CHECK;

#endif
