// SPDX-License-Identifier: GPL-2.0-or-later
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "seconds.h"

#define LOCK_MODE 0600			/* as iptables(8) creates its own */
#define AGAIN_MICROSECONDS 10000	/* until the alarm rings again */
#define COMMAND_SIZE 64			/* a command's name in /proc is shorter */
#define PID_SIZE 16
#define FILE_ID_SIZE 64
#define HOLDER_SIZE (COMMAND_SIZE + PID_SIZE + 32)

/* What the alarm was for the rest of the program. */
struct alarm {
	struct sigaction action;
	sigset_t mask;
};

static void on_alarm(int signal)
{
	(void)signal;
}

/*
 * No SA_RESTART: the signal makes flock() return. It comes again, for the first may find the
 * program just before that call.
 */
static void set_alarm(struct alarm *saved, time_t seconds)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval timer = {
		.it_value.tv_sec = seconds,
		.it_interval.tv_usec = AGAIN_MICROSECONDS,
	};
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGALRM);
	sigaction(SIGALRM, &action, &saved->action);
	sigprocmask(SIG_UNBLOCK, &ours, &saved->mask);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void clear_alarm(const struct alarm *saved)
{
	const struct itimerval off = { 0 };

	setitimer(ITIMER_REAL, &off, NULL);
	sigprocmask(SIG_SETMASK, &saved->mask, NULL);
	sigaction(SIGALRM, &saved->action, NULL);
}

/* 0, -ETIMEDOUT or another errno. */
static int wait_for(int fd, time_t deadline)
{
	struct alarm saved;
	time_t left = deadline - seconds_now();
	int rc;

	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	if (errno != EWOULDBLOCK)
		return -errno;
	if (left <= 0)
		return -ETIMEDOUT;
	set_alarm(&saved, left);
	do
		rc = flock(fd, LOCK_EX) ? -errno : 0;
	while (rc == -EINTR && seconds_now() < deadline);
	clear_alarm(&saved);
	return rc == -EINTR ? -ETIMEDOUT : rc;
}

/* Whoever else uses the lock may have removed its file while we waited: locking.sh does. */
static bool is_current(int fd, const char *path)
{
	struct stat ours, current;

	return !fstat(fd, &ours) && !stat(path, &current) && ours.st_dev == current.st_dev &&
	       ours.st_ino == current.st_ino;
}

/*
 * A line of /proc/locks (man 5 proc) as "1: FLOCK ADVISORY WRITE 4711 fe:00:1234 0 EOF"; of
 * whoever waits, with "->" behind the number. Returns the PID if it is the file's.
 */
static const char *parse_holder(char *line, const char *file)
{
	enum { NUMBER, TYPE, KIND, ACCESS, PID, FILE_ID, WORDS };
	char *words[WORDS] = { 0 }, *rest = NULL;
	size_t n = 0;

	for (char *word = strtok_r(line, " ", &rest); word && n < WORDS;
	     word = strtok_r(NULL, " ", &rest))
		words[n++] = word;
	return n == WORDS && !strcmp(words[TYPE], "FLOCK") && !strcmp(words[FILE_ID], file) ?
	       words[PID] : NULL;
}

static bool find_holder(int fd, char pid[static PID_SIZE])
{
	FILE *locks = fopen("/proc/locks", "re");
	char id[FILE_ID_SIZE], line[256];
	const char *found = NULL;
	struct stat file;

	if (!locks)
		return false;
	if (!fstat(fd, &file)) {
		snprintf(id, sizeof(id), "%02x:%02x:%ju", major(file.st_dev), minor(file.st_dev),
			 (uintmax_t)file.st_ino);
		while (!found && fgets(line, sizeof(line), locks))
			found = parse_holder(line, id);
	}
	fclose(locks);
	if (found)
		snprintf(pid, PID_SIZE, "%s", found);
	return found;
}

static bool read_command(const char *pid, char command[static COMMAND_SIZE])
{
	char path[sizeof("/proc//comm") + PID_SIZE];
	FILE *file;
	bool done;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	done = fgets(command, COMMAND_SIZE, file);
	fclose(file);
	if (done)
		command[strcspn(command, "\n")] = '\0';
	return done;
}

/* The one that took it may have ended, and left it to a child. */
static void name_holder(int fd, char holder[static HOLDER_SIZE])
{
	char command[COMMAND_SIZE], pid[PID_SIZE];

	if (!find_holder(fd, pid))
		snprintf(holder, HOLDER_SIZE, "another process");
	else if (!read_command(pid, command))
		snprintf(holder, HOLDER_SIZE, "a child of process %s", pid);
	else
		snprintf(holder, HOLDER_SIZE, "process %s (%s)", pid, command);
}

static int refused(int rc, const char *path, int fd, int seconds, struct error *err)
{
	char holder[HOLDER_SIZE];

	if (rc != -ETIMEDOUT)
		return error_set(err, -rc, "cannot lock %s: %s", path, strerror(-rc));
	name_holder(fd, holder);
	return error_set(err, ETIMEDOUT, "the lock %s was not to be had within %d s: %s has it",
			 path, seconds, holder);
}

int lock_take(const char *path, int seconds, int *fd, struct error *err)
{
	const time_t deadline = seconds_now() + seconds;
	int rc;

	for (;;) {
		*fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, LOCK_MODE);
		if (*fd < 0)
			return error_set(err, errno, "cannot open the lock %s: %s", path,
					 strerror(errno));
		rc = wait_for(*fd, deadline);
		if (!rc && is_current(*fd, path))
			return 0;
		if (rc)
			rc = refused(rc, path, *fd, seconds, err);
		lock_release(*fd);
		*fd = -1;
		if (rc)
			return rc;
	}
}

void lock_release(int fd)
{
	if (fd >= 0)
		close(fd);
}

void lock_remove(const char *path, int fd)
{
	if (fd < 0)
		return;
	unlink(path);
	close(fd);
}
