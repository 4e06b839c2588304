// SPDX-License-Identifier: GPL-2.0-or-later
// Small text files of the host's, read whole and replaced whole.
#ifndef FILE_H
#define FILE_H

#include <dirent.h>

#include "error.h"

/*
 * Read a file, to be freed. There being none is no error: *text is NULL then. -EFBIG above
 * 16 MiB, -EINVAL when it is no regular file or holds a NUL byte.
 */
int file_read(const char *path, char **text, struct error *err) MUST_CHECK;

/*
 * Give a file another text, or make it: whoever reads it sees the one or the other, also after a
 * crash (written beside it, fsync, rename). Mode and owner stay, 0644 for a new one; a symbolic
 * link stays, and what it points to is replaced. Two at once on one file: take a lock.
 */
int file_replace(const char *path, const char *text, struct error *err) MUST_CHECK;

/* Remove a file; that there is none is no error. */
int file_remove(const char *path, struct error *err) MUST_CHECK;

/* Make a directory, and those above it that are missing, with mode 0755. */
int file_make_directory(const char *path, struct error *err) MUST_CHECK;

/*
 * The next name in an open directory, in no order, "." and ".." among them; *name is NULL behind the
 * last one. An error of reading, which readdir(3) tells from the end by errno alone, names `path`.
 */
int file_next_name(DIR *directory, const char *path, const char **name,
		   struct error *err) MUST_CHECK;

#endif
