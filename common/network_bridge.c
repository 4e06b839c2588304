// SPDX-License-Identifier: GPL-2.0-or-later
#include "network_bridge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "bridge_status_tell.h"
#include "dance_find.h"
#include "dance_run.h"
#include "firewall.h"
#include "frame.h"
#include "frame_host.h"
#include "lock.h"
#include "log.h"
#include "netlink.h"

#define NAME "network-bridge"
#define IFUP_SECONDS 90	/* dhclient(8) gives up after 60 */
#define SECTIONS 64

static const enum command commands[] = {
	COMMAND_START, COMMAND_STOP, COMMAND_RESTART, COMMAND_STATUS, COMMAND_RECOVER, COMMAND_NONE
};

/* One run of the program, with everything it owns. */
struct run {
	struct request given;	/* by the caller alone */
	bool is_unknown;	/* the command is */
	struct dance_run dance;	/* the request there is with the config file */
	char config[FRAME_CONFIG];	/* the file's text, and what request points to */
	char parsed[FRAME_CONFIG];
	char sections[SECTIONS][IFNAMSIZ];	/* bridges that have one in it */
	size_t section_count;
};

static int print_help(void)
{
	printf("Usage: " NAME " [-jnvhV] start|stop|restart|status|recover [KEY=VALUE]...\n\n"
	       "Puts the host's network device on a bridge that its guests can be plugged into.\n\n"
	       "  -j, --json     print the status for programs\n"
	       "  -n, --dry-run  print what would be done as a shell script\n"
	       "  -v, --verbose  print each step as it is done\n"
	       "  -h, --help     print this\n"
	       "  -V, --version  print the version\n\n"
	       "Keys, also read from the environment and %s: see " NAME "(8).\n", CONFIG_FILE);
	return 0;
}

/* Beside that, it must not wait for a page of its own, which may be on the other side. */
static void hold_on(void)
{
	frame_host_hold_signals();
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		log_line(LOG_DEBUG, "cannot lock memory: %s", strerror(errno));
}

/* The request with what the file says for all bridges, and for the one whose section it is. */
static int configure(struct run *run, const char *section, struct error *err)
{
	struct request *request = &run->dance.request;
	int rc;

	*request = run->given;
	request->section = section;
	memcpy(run->parsed, run->config, FRAME_CONFIG);
	rc = request_file(request, NAME, CONFIG_FILE, run->parsed, err);
	if (section)
		request_section(request, KEY_BRIDGE, section);
	if (!rc)
		rc = request_check_run(request, err);
	return rc ? rc : request_check_bridge(request, err);
}

static int act_once(struct run *run, enum command command, struct error *err)
{
	if (!strcmp(run->dance.request.bridge, "null"))
		return 0;
	switch (command) {
	case COMMAND_START:
		return dance_run_start(&run->dance, err);
	case COMMAND_STOP:
		return dance_run_stop(&run->dance, err);
	default:
		return dance_run_restart(&run->dance, err);
	}
}

/* All bridges that have a section, and back in reverse. One that fails leaves the others be. */
static int act_on_all(struct run *run, enum command command, struct error *err)
{
	for (size_t i = 0; i < run->section_count; i++) {
		size_t n = command == COMMAND_STOP ? run->section_count - 1 - i : i;
		struct error own = { 0 };

		if (!configure(run, run->sections[n], &own) && !act_once(run, command, &own))
			continue;
		if (err->code)
			log_line(LOG_ERR, "%s", own.text);
		else
			error_set(err, own.code, "%s", own.text);
	}
	return -err->code;
}

static int act(struct run *run, struct error *err)
{
	enum command command = run->given.command;
	bool all = run->section_count && !request_get(&run->given, KEY_BRIDGE) &&
		   !request_get(&run->given, KEY_NETDEV) && !request_get(&run->given, KEY_VIFNUM);
	struct error left = { 0 };
	bool failed;
	int rc;

	if (command == COMMAND_RECOVER)
		return dance_run_recover(&run->dance, err);
	/* One that cannot be brought back is no reason to leave the others alone. */
	failed = dance_run_recover(&run->dance, &left);
	rc = all ? act_on_all(run, command, err) : act_once(run, command, err);
	if (failed && strcmp(left.text, err->text))
		log_line(LOG_ERR, "%s", left.text);
	return rc;
}

static int serve(struct run *run, struct error *err)
{
	const struct request *request = &run->dance.request;
	int lock = -1, rc = frame_read_text(run->config, err);

	run->section_count = request_sections(NAME, run->config, run->sections, SECTIONS);
	if (!rc)
		rc = configure(run, request_get(&run->given, KEY_BRIDGE), err);
	if (rc)
		return rc;
	run->dance.tools.seconds = IFUP_SECONDS;
	log_verbose(request->verbose == TOGGLE_ON);
	rc = frame_host_lock(request, DANCE_DIRECTORY, DANCE_LOCK, &lock, err);
	if (!rc)
		rc = netlink_open(&run->dance.tools.netlink, NETLINK_ROUTE, request->timeout, err);
	if (!rc && request->command == COMMAND_STATUS) {
		rc = bridge_status_tell(request, &run->dance.tools, err);
	} else if (!rc) {
		hold_on();
		rc = act(run, err);
	}
	lock_release(lock);
	if (!rc)
		log_line(LOG_DEBUG, "Successful " NAME " %s.", request->word);
	return rc;
}

int network_bridge_run(int argc, char **argv, const struct network_bridge *program)
{
	static struct run run;
	struct error err = { 0 };
	int rc;

	run.dance.program = program;
	rc = frame_host_read(&run.given, argc, argv, commands, &run.is_unknown, &err);
	if (run.given.help)
		return print_help();
	if (run.given.version)
		return frame_print_version(NAME);
	frame_settle_in();
	log_open(NAME, run.given.dry_run);
	if (!rc)
		rc = serve(&run, &err);
	if (rc < 0)
		rc = frame_host_report(&run.given, commands, run.is_unknown, &err);
	firewall_close(run.dance.tools.firewall);
	netlink_close(run.dance.tools.netlink);
	return rc;
}
