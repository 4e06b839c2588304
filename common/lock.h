// SPDX-License-Identifier: GPL-2.0-or-later
// Locks between programs: flock(2) on a file that all of them name.
#ifndef LOCK_H
#define LOCK_H

#include "error.h"

/*
 * Take the lock on the file `path`, which is created if need be; *fd is then for lock_release or
 * lock_remove. Its waiters are served in the order in which they came; should the file have lost
 * its name meanwhile, they begin anew. -ETIMEDOUT after `seconds` (0: at once), with a text that
 * names the process that has it. Uses SIGALRM, and leaves it as it was.
 */
int lock_take(const char *path, int seconds, int *fd, struct error *err) MUST_CHECK;

/* Give it back; -1 is fine. The file stays: others than us do not look for its name. */
void lock_release(int fd);

/* The same, but the file goes, as Xen's locking.sh has it for the locks that it shares with us. */
void lock_remove(const char *path, int fd);

#endif
