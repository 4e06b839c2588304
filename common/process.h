// SPDX-License-Identifier: GPL-2.0-or-later
// Other programs, run to their end.
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

/*
 * Start a program, found through PATH, in a process group of its own and with the signals that a
 * program expects. `silent`: it has nothing open but /dev/null, so that a daemon that it leaves
 * behind keeps nobody waiting. Negative errno: it could not be started.
 */
int process_start(char *const *argv, bool silent, pid_t *pid, struct error *err) MUST_CHECK;

/* As process_start, silently, but what it says on stderr goes to the descriptor `words`. */
int process_start_heard(char *const *argv, int words, pid_t *pid, struct error *err) MUST_CHECK;

/*
 * Wait until it has ended, for at most `seconds`; *status is as from wait(2). -ETIMEDOUT, without
 * a text: it still runs.
 */
int process_wait(pid_t pid, int seconds, int *status) MUST_CHECK;

/*
 * Wait until it has ended, and kill it with all that it started when it runs for more than
 * `seconds`: -ETIMEDOUT. Returns its status, or a negative errno whose text says how it ended
 * ("was killed by signal 9").
 */
int process_finish(pid_t pid, int seconds, struct error *err) MUST_CHECK;

#endif
