// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame_host.h"

#include <stdio.h>
#include <unistd.h>

#include "file.h"
#include "lock.h"
#include "log.h"

#define STATUS_UNKNOWN 4	/* LSB, "Init Script Actions" */

int frame_host_read(struct request *request, int argc, char **argv, const enum command *commands,
		    bool *is_unknown, struct error *err)
{
	int rc;

	request_environment(request, environ);
	rc = request_arguments(request, argc, argv, err);
	if (rc || request->help || request->version)
		return rc;
	rc = request_check_host_command(request, commands, err);
	*is_unknown = rc;
	return rc;
}

int frame_host_lock(const struct request *request, const char *directory, const char *path,
		    int *lock, struct error *err)
{
	int rc;

	if (request->dry_run || request->command == COMMAND_STATUS)
		return 0;
	rc = file_make_directory(directory, err);
	return rc ? rc : lock_take(path, request->timeout, lock, err);
}

static void print_unknown(const enum command *commands, const struct error *failure)
{
	const char *between = "Valid commands are: ";

	fprintf(stderr, "%s\n", failure->text);
	for (; *commands != COMMAND_NONE; commands++, between = ", ")
		fprintf(stderr, "%s%s", between, request_command_name(*commands));
	fputs("\n", stderr);
}

int frame_host_report(const struct request *request, const enum command *commands,
		      bool is_unknown, const struct error *failure)
{
	if (is_unknown)
		print_unknown(commands, failure);
	else
		log_line(LOG_ERR, "%s", failure->text);
	if (request->dry_run)
		puts("exit 1");
	return request->command == COMMAND_STATUS ? STATUS_UNKNOWN : 1;
}
