// SPDX-License-Identifier: GPL-2.0-or-later
#include "ifup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
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

int ifup_apply(const struct ifup_change *change, int seconds, struct error *err)
{
	char path[FACTS_PATH], name[IFNAMSIZ];
	char *const argv[] = { path, name, NULL };
	pid_t pid = 0;
	int rc;

	snprintf(path, sizeof(path), "%s/%s", change->folder, change->up ? "ifup" : "ifdown");
	memcpy(name, change->link_name, IFNAMSIZ);
	rc = process_start(argv, false, &pid, err);
	if (!rc)
		rc = process_finish(pid, seconds, err);
	if (rc > 0 && change->lenient) {
		log_line(LOG_INFO, "%s %s failed with status %d", change->up ? "ifup" : "ifdown",
			 change->link_name, rc);
		return 0;
	}
	return rc > 0 ? error_set(err, ECHILD, "failed with status %d", rc) : rc;
}
