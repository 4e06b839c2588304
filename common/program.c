// SPDX-License-Identifier: GPL-2.0-or-later
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apply.h"
#include "firewall.h"
#include "frame.h"
#include "hook.h"
#include "log.h"
#include "netlink.h"
#include "print.h"
#include "store.h"

#define REPORT_TEXT 4096	/* an error's text with every byte quoted, and two paths */
#define REPORT_SECONDS 5	/* for xenstore, when all that is left is to say what failed */

/* One run of a program, with everything it owns. */
struct run {
	const struct vif_program *program;
	const char *argv0;
	struct request request;
	struct facts facts;
	struct plan plan;
	struct tools tools;
	struct look look;
	char config[FRAME_CONFIG];
};

static const char *backend(const struct run *run)
{
	return request_get(&run->request, KEY_XENBUS_PATH);
}

static int print_help(const struct run *run)
{
	printf("Usage: %s [-nvhV] online|offline|add|remove [KEY=VALUE]...\n\n"
	       "Connects a Xen guest's network interface to the host's network, or disconnects it;\n"
	       "run by libxl, or by hand: vif=vif1.0 %s %s online\n\n"
	       "  -n, --dry-run  print what would be done as a shell script\n"
	       "  -v, --verbose  print each step as it is done\n"
	       "  -h, --help     print this\n"
	       "  -V, --version  print the version\n\n"
	       "Keys, also read from the environment, %s and xenstore: see %s(8).\n",
	       run->program->name, run->program->example, run->program->name, CONFIG_FILE,
	       run->program->name);
	return 0;
}

static int carry_out(struct run *run, struct error *err)
{
	return frame_carry_out(&run->tools, &run->plan, request_is_up(&run->request),
			       run->request.dry_run, err);
}

static int bring_up(struct run *run, struct error *err)
{
	int rc = look_up(&run->look, run->program->look, err);

	if (!rc)
		rc = run->program->plan_up(&run->request, &run->facts, &run->plan, err);
	if (!rc)
		rc = carry_out(run, err);
	if (!rc && run->request.type == TYPE_VIF && !run->request.has_path)
		log_line(LOG_NOTICE, "XENBUS_PATH is not set: %s is connected, but nothing was "
			 "reported to xenstore", run->request.wanted);
	return rc;
}

/* Nothing that fails keeps the rest from being taken away; the first failure is kept. */
static int take_down(struct run *run, struct error *err)
{
	int rc = request_check(&run->request, err), look_rc;

	if (rc)
		return rc;
	look_rc = look_down(&run->look, run->program->look_down, err);
	if (!look_rc && !run->facts.link.index)
		log_line(LOG_DEBUG, "%s is gone already", run->request.wanted);
	run->program->plan_down(&run->request, &run->facts, &run->plan);
	rc = carry_out(run, err);
	return rc || look_rc ? -err->code : 0;
}

static int read_arguments(struct run *run, int argc, char **argv, struct error *err)
{
	int rc;

	request_environment(&run->request, environ);
	rc = request_arguments(&run->request, argc, argv, err);
	if (run->request.help || run->request.version)
		return 0;
	if (!rc)
		rc = request_check_command(&run->request, err);
	/* Also after an error, which is to be reported there. */
	return request_check_path(&run->request, err) ? -err->code : rc;
}

/* What the program itself goes by. */
static int get_ready(struct run *run, struct error *err)
{
	int rc = frame_read_config(&run->request, run->program->name, run->config, err);

	if (request_check_run(&run->request, err))
		rc = -err->code;
	run->tools.seconds = run->request.timeout;
	log_verbose(run->request.verbose == TOGGLE_ON);
	if (hook_list(run->argv0, run->facts.hooks, FACTS_HOOKS, &run->facts.hook_count, err))
		rc = -err->code;
	run->facts.has_bash = run->facts.hook_count && hook_has_bash();
	return rc;
}

static int serve(struct run *run, struct error *err)
{
	int rc = get_ready(run, err);

	if (request_is_up(&run->request))
		rc = rc ? rc : bring_up(run, err);
	else if (take_down(run, err))
		rc = -err->code;
	if (!rc)
		log_line(LOG_DEBUG, "Successful %s %s for %s%s%s.", run->program->name,
			 run->request.word, run->request.wanted,
			 run->facts.bridge.index ? ", bridge " : "", run->facts.bridge.name);
	return rc;
}

/* What store_report_error does, printed; on the same condition, too. */
static int report_to_script(struct run *run, const struct error *failure, struct error *err)
{
	char buf[REPORT_TEXT], **names = NULL;
	struct text text = TEXT_IN(buf);
	unsigned count;
	int rc = store_list(run->tools.store, backend(run), &names, &count, err);

	report_print(backend(run), failure->text, &text);
	if (names)
		printf("%s\n", buf);
	free(names);
	return rc;
}

static int report_to_store(struct run *run, const struct error *failure, struct error *err)
{
	int rc = 0;

	if (!run->tools.store)
		rc = store_open(&run->tools.store, REPORT_SECONDS, err);
	if (rc)
		return rc;
	return run->request.dry_run ? report_to_script(run, failure, err) :
	       store_report_error(run->tools.store, backend(run), failure->text, err);
}

static void report(struct run *run, const struct error *failure)
{
	struct error err = { 0 };
	int rc = 0;

	log_line(LOG_ERR, "%s", failure->text);
	if (run->request.has_path)
		rc = report_to_store(run, failure, &err);
	if (rc == -ENOENT)
		log_line(LOG_DEBUG, "not reported to xenstore: %s is gone", backend(run));
	else if (rc)
		log_line(LOG_ERR, "not reported to xenstore: %s", err.text);
	if (run->request.dry_run)
		puts("exit 1");
}

int vif_program_main(int argc, char **argv, const struct vif_program *program)
{
	static struct run run;
	struct error err = { 0 };
	int rc;

	run.program = program;
	run.argv0 = argv[0];
	run.look = (struct look){ &run.tools, &run.request, &run.facts, program->routed, { NULL } };
	rc = read_arguments(&run, argc, argv, &err);
	if (run.request.help)
		return print_help(&run);
	if (run.request.version)
		return frame_print_version(program->name);
	if (!rc && !request_is_ours(&run.request))
		return 0;
	frame_settle_in();
	log_open(program->name, run.request.dry_run);
	if (!rc)
		rc = serve(&run, &err);
	if (rc)
		report(&run, &err);
	look_close(&run.look);
	firewall_close(run.tools.firewall);
	netlink_close(run.tools.netlink);
	store_close(run.tools.store);
	return rc ? 1 : 0;
}
