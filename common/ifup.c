// SPDX-License-Identifier: GPL-2.0-or-later
#include "ifup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
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

/* Lines "eth0=eth0": the device, and by which of its configurations. */
static bool is_listed(const char *file, const char *device)
{
	size_t len = strlen(device);
	char *text = NULL, *line, *rest;
	struct error unreadable = { 0 };
	bool found = false;

	if (!file_read(file, &text, &unreadable) && text)
		for (rest = text; !found && (line = strsep(&rest, "\n"));)
			found = !strncmp(line, device, len) && line[len] == '=';
	free(text);
	return found;
}

bool ifup_manages(const char *device)
{
	static const char *const lists[] = { "/run/network/ifstate", "/run/ifstate" };
	static const char *const folders[] = {
		"/etc/sysconfig/network", "/etc/sysconfig/network-scripts",
	};
	char path[FACTS_PATH];

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (is_listed(lists[i], device))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s/ifcfg-%s", folders[i], device);
		if (!access(path, R_OK))
			return true;
	}
	return false;
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
