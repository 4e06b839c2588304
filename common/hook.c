// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

#define BASH "/bin/bash"
#define HOOK_SUFFIX ".hook"

/* Beside the program as it was called, or as it is, when it was found through PATH. */
static int hook_directory(const char *program, char out[static PATH_MAX], struct error *err)
{
	char *slash;
	ssize_t n;

	snprintf(out, PATH_MAX, "%s", program);
	if (!strchr(program, '/')) {
		n = readlink("/proc/self/exe", out, PATH_MAX - 1);
		if (n < 0)
			return error_set(err, errno, "reading /proc/self/exe: %s", strerror(errno));
		out[n] = '\0';
	}
	slash = strrchr(out, '/');
	n = slash + 1 - out;
	if (snprintf(slash + 1, PATH_MAX - (size_t)n, HOOK_DIRECTORY) >= PATH_MAX - n)
		return error_set(err, ENAMETOOLONG, "the path to the hooks is too long");
	return 0;
}

static int is_hook(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), suffix = strlen(HOOK_SUFFIX);

	return entry->d_name[0] != '.' && len >= suffix &&
	       !strcmp(entry->d_name + len - suffix, HOOK_SUFFIX);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int take_hook(const char *directory, const char *name, char files[][FACTS_PATH], size_t max,
		     size_t *count, struct error *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= FACTS_PATH)
		return error_set(err, ENAMETOOLONG, "a hook's path is too long: %s", path);
	if (access(path, X_OK))
		return 0;
	if (*count == max)
		return error_set(err, E2BIG, "more than %zu hooks in %s", max, directory);
	memcpy(files[(*count)++], path, strlen(path) + 1);
	return 0;
}

int hook_list(const char *program, char files[][FACTS_PATH], size_t max, size_t *count,
	      struct error *err)
{
	char directory[PATH_MAX];
	struct dirent **entries;
	int rc, n;

	*count = 0;
	rc = hook_directory(program, directory, err);
	if (rc)
		return rc;
	n = scandir(directory, &entries, is_hook, by_bytes);
	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 :
		       error_set(err, errno, "reading %s: %s", directory, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (!rc)
			rc = take_hook(directory, entries[i]->d_name, files, max, count, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

bool hook_has_bash(void)
{
	return !access(BASH, X_OK);
}

/* Our own environment will do: nothing but hooks looks at it any more. */
static int set_variables(const struct hook_call *call, struct error *err)
{
	int rc = setenv("command", request_command_name(call->command), 1);

	for (const struct hook_variable *v = call->variables; !rc && v->name; v++)
		rc = setenv(v->name, v->value, 1);
	return rc ? error_set(err, errno, "setting a hook's variables: %s", strerror(errno)) : 0;
}

int hook_apply(const struct hook_call *call, int seconds, struct error *err)
{
	char *const argv[] = { (char *)call->shell, "-c", (char *)hook_prelude,
			       (char *)call->file, NULL };
	int rc = set_variables(call, err);
	struct error own = { 0 };
	pid_t pid = 0;

	if (!rc)
		rc = process_start(argv, false, &pid, err);
	if (rc)
		return rc;
	rc = process_finish(pid, seconds, &own);
	if (rc < 0)
		return error_set(err, -rc, "hook %s %s", call->file, own.text);
	return rc ? error_set(err, ECHILD, "hook %s failed with status %d", call->file, rc) : 0;
}
