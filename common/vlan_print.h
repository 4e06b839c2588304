// SPDX-License-Identifier: GPL-2.0-or-later
// Changes of bridge ports' VLANs as shell commands. Pure.
#ifndef VLAN_PRINT_H
#define VLAN_PRINT_H

#include "plan.h"
#include "text.h"

/* Print commands, one on a line, that do the same, without the last newline. */
void vlan_print_filtering(const struct link_change *change, struct text *out);
void vlan_print_change(const struct vlan_change *change, struct text *out);
void vlan_print_uplink(const struct uplink_change *change, struct text *out);

#endif
