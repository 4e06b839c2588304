// SPDX-License-Identifier: GPL-2.0-or-later
// Steps in the words of an admin's shell. Pure.
#ifndef PRINT_H
#define PRINT_H

#include "plan.h"
#include "text.h"

/* Print a step as shell commands that do the same, without the last newline. */
void step_print(const struct step *step, struct text *out);

/* Print the report of an error as a shell command (see store_report_error). */
void report_print(const char *directory, const char *message, struct text *out);

#endif
