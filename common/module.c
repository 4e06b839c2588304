// SPDX-License-Identifier: GPL-2.0-or-later
#include "module.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "log.h"
#include "process.h"

#define MODPROBE_FILE "/proc/sys/kernel/modprobe"
#define MODPROBE_SIZE 256		/* KMOD_PATH_LEN of linux/kmod.h */

static void run_modprobe(char *path, const char *name, int seconds)
{
	char *const argv[] = { path, (char *)"-q", (char *)name, NULL };
	struct error err = { 0 };
	int status = 0;
	pid_t pid;

	if (process_start(argv, true, &pid, &err))
		log_line(LOG_DEBUG, "%s", err.text);
	else if (process_wait(pid, seconds, &status) || status)
		log_line(LOG_DEBUG, "%s did not load the module %s", path, name);
}

void module_load(const char *name, int seconds)
{
	char path[MODPROBE_SIZE] = "";
	FILE *file = fopen(MODPROBE_FILE, "re");

	if (file && fgets(path, sizeof(path), file))
		path[strcspn(path, "\n")] = '\0';
	if (file)
		fclose(file);
	/* Empty: the admin wants no modules loaded. */
	if (*path)
		run_modprobe(path, name, seconds);
}
