// SPDX-License-Identifier: GPL-2.0-or-later
#include "network.h"

#include <stdio.h>
#include <stdlib.h>

#include "firewall.h"
#include "frame.h"
#include "frame_host.h"
#include "host_look.h"
#include "lock.h"
#include "log.h"
#include "netlink.h"

#define STATUS_TEXT 4096
#define STATUS_INCOMPLETE 3	/* LSB, "Init Script Actions": not running */

static const enum command commands[] = {
	COMMAND_START, COMMAND_STOP, COMMAND_STATUS, COMMAND_NONE
};

/* One run of a program, with everything it owns. */
struct run {
	const struct network_program *program;
	struct request request;
	bool is_unknown;	/* the command is */
	struct host host;
	struct plan plan;
	struct tools tools;
	char config[FRAME_CONFIG];
};

static int print_help(const struct network_program *program)
{
	printf("Usage: %s [-nvhV] start|stop|status [KEY=VALUE]...\n\n"
	       "%s\n\n"
	       "  -n, --dry-run  print what would be done as a shell script\n"
	       "  -v, --verbose  print each step as it is done\n"
	       "  -h, --help     print this\n"
	       "  -V, --version  print the version\n\n"
	       "Keys, also read from the environment and %s: see %s(8).\n",
	       program->name, program->purpose, CONFIG_FILE, program->name);
	return 0;
}

static int change(struct run *run, struct error *err)
{
	bool up = run->request.command == COMMAND_START;
	int rc = up ? host_settle(&run->host, err) : 0;

	if (rc)
		return rc;
	if (up)
		run->program->plan_start(&run->host, &run->plan);
	else
		run->program->plan_stop(&run->host, &run->plan);
	return frame_carry_out(&run->tools, &run->plan, up, run->request.dry_run, err);
}

/* A positive number is the exit status. */
static int tell_status(const struct run *run)
{
	char buf[STATUS_TEXT];
	struct text text = TEXT_IN(buf);
	bool complete = host_status(&run->host, &text);

	fputs(buf, stdout);
	return complete ? 0 : STATUS_INCOMPLETE;
}

static int look_and_act(struct run *run, struct error *err)
{
	const struct network_program *program = run->program;
	int rc;

	run->host.program = program->name;
	run->host.partner = program->partner;
	run->host.masquerades = program->masquerades;
	rc = host_look(&run->request, &run->tools, &run->host, err);
	if (rc)
		return rc;
	program->want(&run->host);
	return run->request.command == COMMAND_STATUS ? tell_status(run) : change(run, err);
}

static int serve(struct run *run, struct error *err)
{
	struct request *request = &run->request;
	int lock = -1, rc = frame_read_config(request, run->program->name, run->config, err);

	if (!rc)
		rc = request_check_run(request, err);
	if (!rc)
		rc = request_check_network(request, err);
	if (rc)
		return rc;
	run->tools.seconds = request->timeout;
	log_verbose(request->verbose == TOGGLE_ON);
	/* Both programs change the same settings, so the lock is for both. */
	rc = frame_host_lock(request, HOST_DIRECTORY, HOST_LOCK, &lock, err);
	/* The note is the new start's before all that an earlier one left is gone. */
	if (!rc && request->command != COMMAND_STATUS)
		frame_host_hold_signals();
	if (!rc)
		rc = look_and_act(run, err);
	lock_release(lock);
	if (!rc)
		log_line(LOG_DEBUG, "Successful %s %s.", run->program->name, request->word);
	return rc;
}

int network_program_main(int argc, char **argv, const struct network_program *program)
{
	static struct run run;
	struct error err = { 0 };
	int rc;

	run.program = program;
	rc = frame_host_read(&run.request, argc, argv, commands, &run.is_unknown, &err);
	if (run.request.help)
		return print_help(program);
	if (run.request.version)
		return frame_print_version(program->name);
	frame_settle_in();
	log_open(program->name, run.request.dry_run);
	if (!rc)
		rc = serve(&run, &err);
	if (rc < 0)
		rc = frame_host_report(&run.request, commands, run.is_unknown, &err);
	free(run.host.own_text);
	free(run.host.serve.config);
	firewall_close(run.tools.firewall);
	netlink_close(run.tools.netlink);
	return rc;
}
