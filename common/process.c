// SPDX-License-Identifier: GPL-2.0-or-later
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where a program's words go, if not to a descriptor. */
enum { WORDS_STAY = -1, WORDS_NOWHERE = -2 };

static int redirect(posix_spawn_file_actions_t *actions, int words)
{
	int rc = 0;

	for (int fd = STDIN_FILENO; !rc && fd <= STDERR_FILENO; fd++)
		rc = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
	if (!rc && words != WORDS_NOWHERE)
		rc = posix_spawn_file_actions_adddup2(actions, words, STDERR_FILENO);
	/* Also what our own caller forgot to close. */
	return rc ? rc : posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

static int spawn(char *const *argv, const posix_spawn_file_actions_t *actions, pid_t *pid)
{
	posix_spawnattr_t attributes;
	sigset_t ours, held;
	int rc = posix_spawnattr_init(&attributes);

	if (rc)
		return rc;
	/* The one that our programs ignore. */
	sigemptyset(&ours);
	sigaddset(&ours, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &ours);
	/* The host's programs hold some back (frame_host_hold_signals). */
	sigemptyset(&held);
	posix_spawnattr_setsigmask(&attributes, &held);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
					      POSIX_SPAWN_SETSIGMASK);
	rc = posix_spawnp(pid, argv[0], actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	return rc;
}

static int start(char *const *argv, int words, pid_t *pid, struct error *err)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	/* Ignored by our caller, it would make the program's status vanish. */
	signal(SIGCHLD, SIG_DFL);
	if (!rc && words != WORDS_STAY)
		rc = redirect(&actions, words);
	if (!rc)
		rc = spawn(argv, &actions, pid);
	posix_spawn_file_actions_destroy(&actions);
	return rc ? error_set(err, rc, "cannot run %s: %s", argv[0], strerror(rc)) : 0;
}

int process_start(char *const *argv, bool silent, pid_t *pid, struct error *err)
{
	return start(argv, silent ? WORDS_NOWHERE : WORDS_STAY, pid, err);
}

int process_start_heard(char *const *argv, int words, pid_t *pid, struct error *err)
{
	return start(argv, words, pid, err);
}

int process_wait(pid_t pid, int seconds, int *status)
{
	struct pollfd ended = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int n, saved;

	if (ended.fd < 0)
		return -errno;
	n = (int)TEMP_FAILURE_RETRY(poll(&ended, 1, seconds * 1000));
	saved = errno;
	close(ended.fd);
	if (n <= 0)
		return n == 0 ? -ETIMEDOUT : -saved;
	return TEMP_FAILURE_RETRY(waitpid(pid, status, 0)) < 0 ? -errno : 0;
}

int process_finish(pid_t pid, int seconds, struct error *err)
{
	int status = 0, rc = process_wait(pid, seconds, &status);

	if (rc) {
		/* What it started, too. */
		kill(-pid, SIGKILL);
		TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
	}
	if (rc == -ETIMEDOUT)
		return error_set(err, ETIMEDOUT, "ran for more than %d s", seconds);
	if (rc)
		return error_set(err, -rc, "could not be waited for: %s", strerror(-rc));
	if (WIFSIGNALED(status))
		return error_set(err, ECHILD, "was killed by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}
