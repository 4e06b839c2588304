// SPDX-License-Identifier: GPL-2.0-or-later
// Changes of what a DHCP server is told, and of who it is, as shell commands. Pure.
#ifndef DHCP_PRINT_H
#define DHCP_PRINT_H

#include "plan.h"
#include "text.h"

/* Print commands, on one line, that do the same. They need GNU sed and flock(1). */
void dhcp_print(const struct dhcp_change *change, struct text *out);
void dhcp_print_subnet(const struct subnet_change *change, struct text *out);
void dhcp_print_dnsmasq(const struct dnsmasq_change *change, struct text *out);

/* What the last needs defined once before it, to end dnsmasq. */
extern const char dhcp_end_function[];

#endif
