// SPDX-License-Identifier: GPL-2.0-or-later
#include "service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "process.h"
#include "text.h"

#define SYSTEMD_RUNS "/run/systemd/system"	/* sd_booted(3) */

static bool has_unit(const char *unit)
{
	/* systemd.unit(5), "Unit File Load Path" */
	static const char *const directories[] = {
		"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
		"/usr/lib/systemd/system", "/lib/systemd/system",
	};
	char path[FACTS_PATH];

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		snprintf(path, sizeof(path), "%s/%s", directories[i], unit);
		if (!access(path, R_OK))
			return true;
	}
	return false;
}

bool service_find(const char *const *scripts, const char *const *units,
		  char out[static FACTS_PATH])
{
	for (; *scripts; scripts++)
		if (!access(*scripts, X_OK))
			return text_copy(out, FACTS_PATH, *scripts);
	if (access(SYSTEMD_RUNS, F_OK))
		return false;
	for (; *units; units++)
		if (has_unit(*units))
			return text_copy(out, FACTS_PATH, *units);
	return false;
}

int service_restart(const char *service, int seconds, struct error *err)
{
	char *const script[] = { (char *)service, "restart", NULL };
	char *const unit[] = { "systemctl", "restart", (char *)service, NULL };
	int status = 0, rc;
	pid_t pid = 0;

	rc = process_start(*service == '/' ? script : unit, true, &pid, err);
	if (rc)
		return rc;
	rc = process_wait(pid, seconds, &status);
	if (rc == -ETIMEDOUT)
		return error_set(err, ETIMEDOUT, "restarting %s takes more than %d s", service,
				 seconds);
	if (rc)
		return error_set(err, -rc, "restarting %s: %s", service, strerror(-rc));
	if (WIFSIGNALED(status))
		return error_set(err, ECHILD, "restarting %s was ended by signal %d", service,
				 WTERMSIG(status));
	if (WEXITSTATUS(status))
		return error_set(err, ECHILD, "restarting %s failed with status %d", service,
				 WEXITSTATUS(status));
	return 0;
}

/* The process in a pid file that nobody took away may be another one by now. */
static bool is_called(int pid, const char *name)
{
	struct error ignored = { 0 };
	char path[32], *comm;
	bool same;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	if (file_read(path, &comm, &ignored) || !comm)
		return false;
	comm[strcspn(comm, "\n")] = '\0';
	same = !strcmp(comm, name);
	free(comm);
	return same;
}

int service_reload(const char *pid_file, const char *name, struct error *err)
{
	char *text;
	int pid, rc = file_read(pid_file, &text, err);

	if (rc || !text)
		return rc;
	pid = (int)strtol(text, NULL, 10);
	free(text);
	if (pid <= 1 || !is_called(pid, name) || !kill(pid, SIGHUP) || errno == ESRCH)
		return 0;
	return error_set(err, errno, "cannot signal %s (process %d): %s", name, pid,
			 strerror(errno));
}
