// SPDX-License-Identifier: GPL-2.0-or-later
// One message, three readers: stderr, syslog and Xen's own hotplug log.
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <syslog.h>

#include "util.h"

/* Where Xen's scripts send their stderr; written to only when its directory exists. */
#define LOG_FILE "/var/log/xen/xen-hotplug.log"

/*
 * Name the program (the syslog tag). Until then, and always with stderr_only (a dry run),
 * messages go to stderr alone.
 */
void log_open(const char *program, bool stderr_only);

/* From here on stderr and the file get every message. */
void log_verbose(bool on);
bool log_is_verbose(void);

/*
 * Log one line, as printf, without a newline; priority is one of syslog(3)'s. Syslog gets it in
 * the daemon facility, as the scripts' `logger -p daemon.…` did; stderr and the file get what is
 * a notice or worse, and all of it when verbose. Never waits for a reader, never
 * changes errno; a log that cannot be written is no error of the program.
 */
void log_line(int priority, const char *format, ...) PRINTF(2, 3);

#endif
