// SPDX-License-Identifier: GPL-2.0-or-later
// An admin's hooks: vif-post.d/*.hook beside the programs. (xen-hotplug-common.sh, call_hooks)
#ifndef HOOK_H
#define HOOK_H

#include "error.h"
#include "facts.h"
#include "plan.h"

#define HOOK_DIRECTORY "vif-post.d"

/*
 * The executable files *.hook in vif-post.d beside the program, in the order of a shell's glob
 * in the C locale. `program` is argv[0]; as in the scripts, a link to the program is looked
 * beside, not its target. No directory or no such file: *count is 0. Too many: -E2BIG.
 */
int hook_list(const char *program, char files[][FACTS_PATH], size_t max, size_t *count,
	      struct error *err) MUST_CHECK;

/* Whether there is a bash to source them; a POSIX sh must do otherwise. */
bool hook_has_bash(void);

/*
 * Run one hook to its end. A status other than 0 is an error that names it. One that runs for
 * more than `seconds` is killed, with what it started: -ETIMEDOUT.
 */
int hook_apply(const struct hook_call *call, int seconds, struct error *err) MUST_CHECK;

#endif
