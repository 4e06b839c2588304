// SPDX-License-Identifier: GPL-2.0-or-later
// Links, and what is on them, in ip(8)'s words; for print.c alone.
#ifndef PRINT_LINK_H
#define PRINT_LINK_H

#include "plan.h"
#include "text.h"

/* Each prints the shell command that does the same, without a newline (see step_print). */
void print_link(const struct link_change *change, struct text *out);
void print_port(const struct link_change *change, struct text *out);
void print_new_link(const struct link_make *make, struct text *out);
void print_carrier(const struct carrier_wait *wait, struct text *out);
void print_confirm(const struct confirm *confirm, struct text *out);
void print_entries(const struct entries_change *change, struct text *out);

#endif
