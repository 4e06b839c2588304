// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq_own.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/types.h>
#include <unistd.h>

#include "dnsmasq_conf.h"
#include "file.h"
#include "process.h"

#define CALL_SIZE 1024
#define WORDS_SIZE 4096

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Whether a process was called with the option that names its configuration. */
static bool has_option(pid_t pid)
{
	char path[32], call[CALL_SIZE + 1];
	size_t len, n = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	len = fread(call, 1, CALL_SIZE, file);
	fclose(file);
	call[len] = '\0';
	while (n < len && strcmp(call + n, DNSMASQ_OWN_OPTION) != 0)
		n += strlen(call + n) + 1;
	return n < len;
}

/*
 * The process in the pid file, by a descriptor that stays with it: another one may get its number.
 * 0 with *fd at -1: it does not run.
 */
static int find(int *fd, struct error *err)
{
	char *text;
	pid_t pid;
	int rc = file_read(DNSMASQ_OWN_PID, &text, err);

	*fd = -1;
	if (rc || !text)
		return rc;
	pid = (pid_t)strtol(text, NULL, 10);
	free(text);
	if (pid <= 1)
		return 0;
	*fd = pidfd_open(pid, 0);
	if (*fd < 0)
		return errno == ESRCH ? 0 : error_set(err, errno, "looking for dnsmasq (process "
						      "%d): %s", pid, strerror(errno));
	if (!has_option(pid)) {
		close(*fd);
		*fd = -1;
	}
	return 0;
}

bool dnsmasq_own_runs(void)
{
	struct error ignored = { 0 };
	int fd CLEANUP(close_fd) = -1;

	return !find(&fd, &ignored) && fd >= 0;
}

/* The last line of what it said, without its own name. */
static int refused(int words, int status, struct error *err)
{
	static const char name[] = "dnsmasq: ";
	char text[WORDS_SIZE], *line;
	ssize_t n = pread(words, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	while (n > 0 && strchr("\n ", text[n - 1]))
		text[--n] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	if (!strncmp(line, name, strlen(name)))
		line += strlen(name);
	if (!*line)
		return error_set(err, ECHILD, "dnsmasq failed with status %d", status);
	return error_set(err, ECHILD, "dnsmasq does not run: %s", line);
}

/* It goes to the background once all is well, and closes what it was given. */
static int run(const char *program, int seconds, struct error *err)
{
	char *const argv[] = { (char *)program, (char *)DNSMASQ_OWN_OPTION, NULL };
	int words CLEANUP(close_fd) = memfd_create("dnsmasq", MFD_CLOEXEC);
	struct error own = { 0 };
	pid_t pid = 0;
	int rc = file_make_directory(DNSMASQ_HOSTS, err);

	if (rc)
		return rc;
	if (words < 0)
		return error_set(err, errno, "no place for dnsmasq's words: %s", strerror(errno));
	rc = process_start_heard(argv, words, &pid, err);
	if (rc)
		return rc;
	rc = process_finish(pid, seconds, &own);
	if (rc < 0)
		return error_set(err, -rc, "dnsmasq %s", own.text);
	return rc ? refused(words, rc, err) : 0;
}

static int end(int fd, int seconds, struct error *err)
{
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	int n;

	if (pidfd_send_signal(fd, SIGTERM, NULL, 0) && errno != ESRCH)
		return error_set(err, errno, "ending dnsmasq: %s", strerror(errno));
	n = (int)TEMP_FAILURE_RETRY(poll(&ended, 1, seconds * 1000));
	if (n < 0)
		return error_set(err, errno, "waiting for dnsmasq's end: %s", strerror(errno));
	return n ? 0 : error_set(err, ETIMEDOUT, "dnsmasq has not ended after %d s", seconds);
}

/* What it leaves. Guests' files stay, for vif-nat to remove. */
static int remove_files(struct error *err)
{
	int rc = file_remove(DNSMASQ_OWN_PID, err);

	rc = file_remove(DNSMASQ_OWN_LEASES, err) || rc ? -err->code : 0;
	if (rmdir(DNSMASQ_HOSTS) && errno != ENOENT && errno != ENOTEMPTY)
		return error_set(err, errno, "%s: %s", DNSMASQ_HOSTS, strerror(errno));
	return rc;
}

int dnsmasq_own_apply(const struct dnsmasq_change *change, int seconds, struct error *err)
{
	int fd CLEANUP(close_fd) = -1;
	int rc;

	if (change->run)
		return run(change->program, seconds, err);
	rc = find(&fd, err);
	if (!rc && fd >= 0)
		rc = end(fd, seconds, err);
	return rc ? rc : remove_files(err);
}
