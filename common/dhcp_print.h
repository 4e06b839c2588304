// SPDX-License-Identifier: GPL-2.0-or-later
// A change of a guest's DHCP entry as shell commands. Pure.
#ifndef DHCP_PRINT_H
#define DHCP_PRINT_H

#include "plan.h"
#include "text.h"

/* Print commands, on one line, that do the same. They need GNU sed and flock(1). */
void dhcp_print(const struct dhcp_change *change, struct text *out);

#endif
