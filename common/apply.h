// SPDX-License-Identifier: GPL-2.0-or-later
// Carrying a plan out, or printing it.
#ifndef APPLY_H
#define APPLY_H

#include <stdio.h>

#include "error.h"
#include "plan.h"

struct firewall;
struct netlink;
struct store;

/* What the steps are carried out with. */
struct tools {
	struct netlink *netlink;
	struct firewall *firewall;	/* opened by who needs it first */
	struct store *store;	/* may be NULL when the plan has no STEP_STORE */
	int seconds;		/* how long a hook may run, or a lock be waited for */
};

/*
 * Bring up: all steps in order, or none. The first failure stops; the steps done so far, and the
 * failed one, which may be half done, are undone in reverse. What cannot be undone is logged.
 */
int apply_all_or_nothing(const struct tools *tools, const struct plan *plan,
			 struct error *err) MUST_CHECK;

/* All steps in order up to the first failure; who calls it knows the way back. */
int apply_until_failure(const struct tools *tools, const struct plan *plan,
			struct error *err) MUST_CHECK;

/*
 * Take down: every step is tried; each failure is logged, the first is returned. But no file is
 * removed after a failure.
 */
int apply_whatever_works(const struct tools *tools, const struct plan *plan,
			 struct error *err) MUST_CHECK;

/*
 * Print the plan as a shell script that does the same. -EIO: it could not be written.
 * all_or_nothing: the script stops at the first failure (it does not undo).
 */
int apply_print(const struct plan *plan, bool all_or_nothing, FILE *out,
		struct error *err) MUST_CHECK;

#endif
