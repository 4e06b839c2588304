// SPDX-License-Identifier: GPL-2.0-or-later
#include "ifup.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "process.h"

static bool can_run(const char *folder, const char *name)
{
	char path[FACTS_PATH];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return !access(path, X_OK);
}

void ifup_find(char out[static FACTS_PATH])
{
	static const char *const folders[] = { "/usr/sbin", "/sbin", "/usr/bin", "/bin" };

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(folders) && !*out; i++)
		if (can_run(folders[i], "ifup") && can_run(folders[i], "ifdown"))
			snprintf(out, FACTS_PATH, "%s", folders[i]);
}

static int run(const struct ifup_change *change, int seconds, struct error *err)
{
	char path[FACTS_PATH], name[IFNAMSIZ];
	char *const argv[] = { path, name, NULL };
	int rc, status = 0;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", change->folder, change->up ? "ifup" : "ifdown");
	memcpy(name, change->link_name, IFNAMSIZ);
	rc = process_start(argv, false, &pid, err);
	if (rc)
		return rc;
	rc = process_wait(pid, seconds, &status);
	if (rc) {
		kill(-pid, SIGKILL);
		TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
	}
	if (rc == -ETIMEDOUT)
		return error_set(err, ETIMEDOUT, "it ran for more than %d s", seconds);
	if (rc)
		return error_set(err, -rc, "%s", strerror(-rc));
	if (WIFSIGNALED(status))
		return error_set(err, ECHILD, "killed by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status))
		return error_set(err, ECHILD, "failed with status %d", WEXITSTATUS(status));
	return 0;
}

int ifup_apply(const struct ifup_change *change, int seconds, struct error *err)
{
	struct error own = { 0 };
	int rc = run(change, seconds, &own);

	if (rc && !change->lenient)
		return error_set(err, own.code, "%s", own.text);
	if (rc)
		log_line(LOG_INFO, "%s %s: %s", change->up ? "ifup" : "ifdown", change->link_name,
			 own.text);
	return 0;
}
