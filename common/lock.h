// SPDX-License-Identifier: GPL-2.0-or-later
// Locks between programs: flock(2) on a file that all of them name.
#ifndef LOCK_H
#define LOCK_H

#include "error.h"

/*
 * Take the lock on the file `path`, which is created if need be; *fd is then for lock_release.
 * Its waiters are served in the order in which they came. -ETIMEDOUT after `seconds` (0: at
 * once), with a text that names the process that has it. Uses SIGALRM, and leaves it as it was.
 */
int lock_take(const char *path, int seconds, int *fd, struct error *err) MUST_CHECK;

/* Give it back; -1 is fine. The file stays: removed, it could be locked twice. */
void lock_release(int fd);

#endif
