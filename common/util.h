// SPDX-License-Identifier: GPL-2.0-or-later
// The few macros that every file may use; functions with a noun have a module of their own.
#ifndef UTIL_H
#define UTIL_H

#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The result must be looked at: for everything that talks to kernel, store or user. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* printf-like: argument number `string` is the format, `first` the first value. */
#define PRINTF(string, first) __attribute__((format(printf, string, first)))

/* `function` is called with the variable's address when the variable goes out of scope. */
#define CLEANUP(function) __attribute__((cleanup(function)))

#endif
