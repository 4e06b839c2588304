// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

#define LINE_SIZE 1024

static struct {
	const char *program;
	bool stderr_only;
	bool verbose;
} state = { .program = "xen-hotplug", .stderr_only = true };

void log_open(const char *program, bool stderr_only)
{
	state.program = program;
	state.stderr_only = stderr_only;
}

void log_verbose(bool on)
{
	state.verbose = on;
}

bool log_is_verbose(void)
{
	return state.verbose;
}

/*
 * What syslog(3) does, but for the waiting: it hangs while the daemon does not read, and a guest
 * would wait with it. Better a line is missing. The time is the daemon's to add.
 */
static void send_to_syslog(int priority, const char *message)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char buf[LINE_SIZE];
	struct text line = TEXT_IN(buf);

	if (fd < 0)
		return;
	text_add(&line, "<%d>%s[%d]: %s", LOG_DAEMON | priority, state.program, (int)getpid(),
		 message);
	sendto(fd, buf, line.len, MSG_NOSIGNAL, (const struct sockaddr *)&address,
	       sizeof(address));
	close(fd);
}

/* The local time, or 1900 begun, which shows that it is not known. */
static struct tm local_time(void)
{
	const time_t now = time(NULL);
	struct tm tm = { .tm_mday = 1 };

	localtime_r(&now, &tm);
	return tm;
}

/* One write(2) in append mode, so that lines of programs that run at once do not mix. */
static void append_to_file(const char *message)
{
	int fd = open(LOG_FILE, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
	const struct tm now = local_time();
	char buf[LINE_SIZE], when[32] = "";
	struct text line = TEXT_IN(buf);

	if (fd < 0)
		return;
	strftime(when, sizeof(when), "%F %T", &now);
	line.size--;	/* the newline's place */
	text_add(&line, "%s %s[%d]: %s", when, state.program, (int)getpid(), message);
	line.size++;
	text_add(&line, "\n");
	if (write(fd, buf, line.len) < 0)
		fprintf(stderr, "%s: cannot write to %s: %s\n", state.program, LOG_FILE,
			strerror(errno));
	close(fd);
}

void log_line(int priority, const char *format, ...)
{
	bool loud = state.verbose || priority <= LOG_NOTICE;
	int saved = errno;
	char message[LINE_SIZE - 100];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (loud)
		fprintf(stderr, "%s: %s\n", state.program, message);
	if (!state.stderr_only)
		send_to_syslog(priority, message);
	if (!state.stderr_only && loud)
		append_to_file(message);
	errno = saved;
}
