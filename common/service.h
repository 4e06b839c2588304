// SPDX-License-Identifier: GPL-2.0-or-later
// The host's daemons: having them started anew, or read their files again.
#ifndef SERVICE_H
#define SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "facts.h"

/*
 * What restarts a daemon: the first of these init scripts that can be run, else, on a host that
 * systemd runs, the first of these units ("dhcpd.service") that there is. Both lists end with
 * NULL. False: neither.
 */
bool service_find(const char *const *scripts, const char *const *units,
		  char out[static FACTS_PATH]);

/*
 * Restart what service_find has found. It is waited for, for at most `seconds` (-ETIMEDOUT); it is
 * not killed then, for half a restart leaves no daemon at all.
 */
int service_restart(const char *service, int seconds, struct error *err) MUST_CHECK;

/*
 * Have a daemon that runs read its files again: SIGHUP to the process in a pid file, if it is
 * called `name`. That there is none is no error.
 */
int service_reload(const char *pid_file, const char *name, struct error *err) MUST_CHECK;

#endif
