// SPDX-License-Identifier: GPL-2.0-or-later
// xenstore, through libxenstore. Every call has a deadline, for the library itself has none.
#ifndef STORE_H
#define STORE_H

#include "error.h"
#include "plan.h"

struct store;

/*
 * Connect as the library does: $XENSTORED_PATH, the socket of xenstored, then /dev/xen/xenbus
 * (xs.c, xs_open). No answer to any later call within `seconds`: -ETIMEDOUT, and the connection
 * is of no more use.
 */
int store_open(struct store **store, int seconds, struct error *err) MUST_CHECK;

/* Close; NULL is fine. */
void store_close(struct store *store);

/* The names in a directory, to be freed with one free(). There being none: *names is NULL. */
int store_list(struct store *store, const char *directory, char ***names, unsigned *count,
	       struct error *err) MUST_CHECK;

/* A node's value, terminated, to be freed. There being no such node: *value is NULL. */
int store_read(struct store *store, const char *directory, const char *node, char **value,
	       struct error *err) MUST_CHECK;

/*
 * Write or remove one node. The value has exactly strlen bytes: netback compares the 9 bytes of
 * "connected" (drivers/net/xen-netback/xenbus.c, hotplug_status_changed). Removing what is not
 * there is no error.
 */
int store_apply(struct store *store, const struct store_change *change,
		struct error *err) MUST_CHECK;

/*
 * Tell libxl what went wrong: hotplug-error, then hotplug-status=error, together in one
 * transaction, so that who sees the status can read the reason. Only if the directory (still)
 * exists, so that nothing is left behind a device that is gone: -ENOENT otherwise.
 */
int store_report_error(struct store *store, const char *directory, const char *message,
		       struct error *err) MUST_CHECK;

#endif
