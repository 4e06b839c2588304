// SPDX-License-Identifier: GPL-2.0-or-later
// What the frames of all programs have in common.
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>

#include "apply.h"
#include "error.h"
#include "plan.h"
#include "request.h"

#define CONFIG_FILE "/etc/xen/hotplug.conf"
#define FRAME_CONFIG 65536	/* bytes of a config file; more is a mistake */

/*
 * Whatever our caller left us: a message that nobody reads must not kill us half way, a timer must
 * be heard, and nothing may end up in a socket that took the place of a closed stderr.
 */
void frame_settle_in(void);

/* Read the config file's text; a missing file has none. */
int frame_read_text(char text[static FRAME_CONFIG], struct error *err) MUST_CHECK;

/*
 * Read the config file into the request, as the program's. Its text goes to `text`, and must live as
 * long. A missing file is no error; one that cannot be read is.
 */
int frame_read_config(struct request *request, const char *program,
		      char text[static FRAME_CONFIG], struct error *err) MUST_CHECK;

/* Print the version, and what the program can talk to; the result is main's. */
int frame_print_version(const char *program);

/* Carry a plan out, all of it or nothing, or whatever works; or print it. */
int frame_carry_out(const struct tools *tools, const struct plan *plan, bool all_or_nothing,
		    bool dry_run, struct error *err) MUST_CHECK;

#endif
