// SPDX-License-Identifier: GPL-2.0-or-later
// Some of the steps in an admin's words; the others are in plan.c. Pure.
#ifndef PRINT_H
#define PRINT_H

#include "plan.h"
#include "text.h"

/* Each prints the shell command that does the same, without a newline (see step_print). */
void print_address(const struct address_change *change, struct text *out);
void print_rules(const struct rules_change *change, struct text *out);
void print_route(const struct route_change *change, struct text *out);
void print_neighbour(const struct neighbour_change *change, struct text *out);
void print_conntrack(const struct conntrack_change *change, struct text *out);
void print_ifup(const struct ifup_change *change, struct text *out);
void print_sysctl(const struct sysctl_change *change, struct text *out);
void print_file(const struct file_change *change, struct text *out);

#endif
