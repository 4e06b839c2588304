// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame_host.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "file.h"
#include "lock.h"
#include "log.h"
#include "util.h"

#define STATUS_UNKNOWN 4	/* LSB, "Init Script Actions" */

int frame_host_read(struct request *request, int argc, char **argv, const enum command *commands,
		    bool *is_unknown, struct error *err)
{
	int rc, unknown;

	request_environment(request, environ);
	rc = request_arguments(request, argc, argv, err);
	if (request->help || request->version)
		return rc;
	/* After an error, too: what status exits with is its own. */
	unknown = request_check_host_command(request, commands, err);
	*is_unknown = unknown && !rc;
	return rc ? rc : unknown;
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

void frame_host_hold_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTOU };
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&held, signals[i]);
	sigprocmask(SIG_BLOCK, &held, NULL);
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
	int status = request->command == COMMAND_STATUS ? STATUS_UNKNOWN : 1;

	if (is_unknown)
		print_unknown(commands, failure);
	else
		log_line(LOG_ERR, "%s", failure->text);
	if (request->dry_run)
		printf("exit %d\n", status);
	return status;
}
