// SPDX-License-Identifier: GPL-2.0-or-later
// What the frames of the host's programs have in common, which init or a hand calls with a word.
#ifndef FRAME_HOST_H
#define FRAME_HOST_H

#include <stdbool.h>

#include "error.h"
#include "request.h"

/*
 * Read environment and command line. `commands` are those that the program has, up to COMMAND_NONE;
 * -EINVAL and *is_unknown, if it is another. Asked for help or its version it needs none. After an
 * error in the other words the command is known all the same, for frame_host_report.
 */
int frame_host_read(struct request *request, int argc, char **argv, const enum command *commands,
		    bool *is_unknown, struct error *err) MUST_CHECK;

/*
 * Wait for the lock `path`, which lies in `directory`, for the request's timeout (lock_take). What
 * changes nothing needs none.
 */
int frame_host_lock(const struct request *request, const char *directory, const char *path,
		    int *lock, struct error *err) MUST_CHECK;

/*
 * Hold back what asks the program to end or to pause, from its first change on: by hanging up or by ^C
 * nobody must leave things half way. Other programs that it starts get all signals (process_start).
 */
void frame_host_hold_signals(void);

/* Say what went wrong, in the scripts' two lines if the command is unknown; main's result. */
int frame_host_report(const struct request *request, const enum command *commands,
		      bool is_unknown, const struct error *failure);

#endif
