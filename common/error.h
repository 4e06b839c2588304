// SPDX-License-Identifier: GPL-2.0-or-later
// What went wrong, in words for an admin: made where the fact is known, reported once, at the top.
#ifndef ERROR_H
#define ERROR_H

#include "util.h"

/* Zeroed: no error yet. The caller owns it and hands it down as the last argument. */
struct error {
	int code;	/* a positive errno */
	char text[512];	/* one line without its newline */
};

/*
 * Record an error: `code` is a positive errno, the rest as printf. The first error wins: later
 * calls leave it alone. Line ends in the text become spaces, for it ends up in a log line and in
 * xenstore. Returns -code always, so that callers can `return error_set(…)`.
 */
int error_set(struct error *err, int code, const char *format, ...) PRINTF(3, 4);

/* Put "text: " before a recorded error, to say what was being done. Returns -err->code. */
int error_prefix(struct error *err, const char *format, ...) PRINTF(2, 3);

#endif
