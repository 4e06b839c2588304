// SPDX-License-Identifier: GPL-2.0-or-later
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "apply.h"
#include "hook.h"
#include "link.h"
#include "log.h"
#include "netlink.h"
#include "store.h"
#include "vif.h"

#define CONFIG_MAX 65536	/* bytes of a config file; more is a mistake */
#define REPORT_TEXT 4096	/* an error's text with every byte quoted, and two paths */
#define REPORT_SECONDS 5	/* for xenstore, when all that is left is to say what failed */

#ifndef VERSION
#define VERSION "unknown"
#endif

/* One run of a program, with everything it owns. */
struct run {
	const struct vif_program *program;
	const char *argv0;
	struct request request;
	struct facts facts;
	struct plan plan;
	struct tools tools;
	char config[CONFIG_MAX];
	char *values[KEY_COUNT];	/* read from the store */
};

static int print_help(const struct run *run)
{
	printf("Usage: %s [-nvhV] online|offline|add|remove [KEY=VALUE]...\n\n"
	       "Connects a Xen guest's network interface to the host's network, or disconnects it;\n"
	       "run by libxl, or by hand: vif=vif1.0 bridge=xenbr0 %s online\n\n"
	       "  -n, --dry-run  print what would be done as a shell script\n"
	       "  -v, --verbose  print each step as it is done\n"
	       "  -h, --help     print this\n"
	       "  -V, --version  print the version\n\n"
	       "Keys, also read from the environment, %s and xenstore: see %s(8).\n",
	       run->program->name, run->program->name, CONFIG_FILE, run->program->name);
	return 0;
}

/* A missing file is no error; one that cannot be read is. */
static int read_config(struct run *run, struct error *err)
{
	int fd = open(CONFIG_FILE, O_RDONLY | O_CLOEXEC), saved;
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 :
		       error_set(err, errno, "%s: %s", CONFIG_FILE, strerror(errno));
	n = read(fd, run->config, CONFIG_MAX);
	saved = errno;
	close(fd);
	if (n < 0)
		return error_set(err, saved, "%s: %s", CONFIG_FILE, strerror(saved));
	if (n == CONFIG_MAX)
		return error_set(err, EFBIG, "%s is longer than %d bytes", CONFIG_FILE,
				 CONFIG_MAX - 1);
	run->config[n] = '\0';
	return request_file(&run->request, run->program->name, CONFIG_FILE, run->config, err);
}

static const char *backend(const struct run *run)
{
	return request_get(&run->request, KEY_XENBUS_PATH);
}

static int read_key(struct run *run, enum key key, struct error *err)
{
	int rc = store_read(run->tools.store, backend(run), request_key_name(key),
			    &run->values[key], err);

	request_store(&run->request, key, run->values[key]);
	return rc;
}

static bool listed(char *const *names, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* Only what is there is read, for each node takes a round trip. */
static int read_listed(struct run *run, char *const *names, unsigned count, struct error *err)
{
	static const enum key wanted[] = { KEY_BRIDGE, KEY_IP, KEY_MTU, KEY_VIFNAME };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(wanted) && !rc; i++)
		if (listed(names, count, request_key_name(wanted[i])))
			rc = read_key(run, wanted[i], err);
	if (!rc && listed(names, count, "hotplug-error"))
		rc = store_read(run->tools.store, backend(run), "hotplug-error",
				&run->facts.stale_error, err);
	return rc;
}

static int read_frontend(struct run *run, struct error *err)
{
	char frontend[FACTS_PATH];

	if (run->request.type == TYPE_TAP)
		return 0;
	vif_frontend(&run->request, frontend);
	return store_read(run->tools.store, frontend, "mtu", &run->facts.frontend_mtu, err);
}

static int read_backend(struct run *run, struct error *err)
{
	char **names;
	unsigned count;
	int rc = store_list(run->tools.store, backend(run), &names, &count, err);

	if (!rc && !names)
		rc = error_set(err, ENOENT, "there is no %s in xenstore", backend(run));
	if (!rc)
		rc = read_listed(run, names, count, err);
	free(names);
	return rc ? rc : read_frontend(run, err);
}

static int read_for_up(struct run *run, struct error *err)
{
	int rc;

	if (!run->request.has_path)
		return 0;
	rc = store_open(&run->tools.store, run->request.timeout, err);
	return rc ? rc : read_backend(run, err);
}

/* Nodes that are gone are no hindrance to taking the rest away. */
static int read_for_down(struct run *run, struct error *err)
{
	int rc;

	if (!run->request.has_path)
		return 0;
	rc = store_open(&run->tools.store, run->request.timeout, err);
	if (!rc)
		rc = read_key(run, KEY_VIFNAME, err);
	if (!rc && run->facts.hook_count)
		rc = read_key(run, KEY_BRIDGE, err);
	if (!rc && run->facts.hook_count)
		rc = read_key(run, KEY_IP, err);
	return rc;
}

/* A link under the wanted name: ours, from an earlier run, or somebody else's. */
static int look_for_wanted(struct run *run, struct link *other, struct error *err)
{
	other->index = 0;
	if (!strcmp(run->request.wanted, run->request.device))
		return 0;
	return link_by_name(run->tools.netlink, run->request.wanted, other, err);
}

static int look_for_link_up(struct run *run, struct error *err)
{
	struct netlink *netlink = run->tools.netlink;
	struct facts *facts = &run->facts;
	struct link other = { 0 };
	int rc = link_by_name(netlink, run->request.device, &facts->link, err);

	if (!rc)
		rc = look_for_wanted(run, &other, err);
	if (rc)
		return rc;
	if (!facts->link.index && vif_owns(&run->request, &other))
		facts->link = other;
	else
		facts->namesake = other;
	if (facts->link.index || facts->namesake.index)
		return 0;
	return link_wait(netlink, run->request.device, run->request.timeout, &facts->link, err);
}

/*
 * Under its own name, or the one that xenstore says it has, which is asked only when need be.
 * xenstore's failure goes to *store_rc, for the rest can be taken down without.
 */
static int look_down(struct run *run, int *store_rc, struct error *err)
{
	struct facts *facts = &run->facts;
	struct link other = { 0 };
	int rc = link_by_name(run->tools.netlink, run->request.device, &facts->link, err);
	bool found = !rc && vif_owns(&run->request, &facts->link);

	if (rc || (found && !facts->hook_count))
		return rc;
	*store_rc = read_for_down(run, err);
	rc = request_check(&run->request, err);
	if (rc || found)
		return rc;
	rc = look_for_wanted(run, &other, err);
	if (!vif_owns(&run->request, &other))
		other.index = 0;
	facts->link = other;
	return rc;
}

/* The bridge that the link is in already: its name is needed for the way back. */
static int look_for_master(struct run *run, struct error *err)
{
	struct facts *facts = &run->facts;
	struct link *link = &facts->link;

	if (link->master && link->master == facts->bridge.index)
		memcpy(link->master_name, facts->bridge.name, IFNAMSIZ);
	else if (link->master)
		return link_master_name(run->tools.netlink, link, err);
	return 0;
}

/* What hooks are told of the host: its first IPv4 address on the bridge. */
static int look_for_main_ip(struct run *run, struct error *err)
{
	struct address addresses[FACTS_ADDRESSES];
	struct facts *facts = &run->facts;
	size_t count;
	int rc;

	if (!facts->hook_count || !facts->bridge.index)
		return 0;
	rc = address_list(run->tools.netlink, &facts->bridge, addresses, FACTS_ADDRESSES, &count,
			  err);
	for (size_t i = 0; !rc && i < count && !*facts->main_ip; i++)
		if (addresses[i].local.family == AF_INET)
			inet_print(&addresses[i].local, facts->main_ip);
	return rc;
}

static int look_up(struct run *run, struct error *err)
{
	struct facts *facts = &run->facts;
	int rc = look_for_link_up(run, err);

	if (!rc && !facts->namesake.index)
		rc = address_list(run->tools.netlink, &facts->link, facts->addresses,
				  FACTS_ADDRESSES, &facts->address_count, err);
	if (!rc)
		rc = run->program->look(run->tools.netlink, &run->request, facts, err);
	if (!rc)
		rc = look_for_master(run, err);
	return rc ? rc : look_for_main_ip(run, err);
}

static int carry_out(struct run *run, struct error *err)
{
	bool up = request_is_up(&run->request);

	if (run->request.dry_run)
		return apply_print(&run->plan, up, stdout, err);
	return up ? apply_all_or_nothing(&run->tools, &run->plan, err) :
		    apply_whatever_works(&run->tools, &run->plan, err);
}

static int bring_up(struct run *run, struct error *err)
{
	int rc = read_for_up(run, err);

	if (!rc)
		rc = request_check(&run->request, err);
	if (!rc)
		rc = netlink_open(&run->tools.netlink, err);
	if (!rc)
		rc = look_up(run, err);
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
	int rc = request_check(&run->request, err), store_rc = 0, look_rc;

	if (rc)
		return rc;
	look_rc = netlink_open(&run->tools.netlink, err);
	if (!look_rc)
		look_rc = look_down(run, &store_rc, err);
	if (!look_rc && !run->facts.link.index)
		log_line(LOG_DEBUG, "%s is gone already", run->request.wanted);
	run->program->plan_down(&run->request, &run->facts, &run->plan);
	rc = carry_out(run, err);
	return rc || look_rc || store_rc ? -err->code : 0;
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
	int rc = read_config(run, err);

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

static int report_to_store(struct run *run, const struct error *failure, struct error *err)
{
	int rc = 0;

	if (!run->tools.store)
		rc = store_open(&run->tools.store, REPORT_SECONDS, err);
	return rc ? rc : store_report_error(run->tools.store, backend(run), failure->text, err);
}

/* The same, printed; the same condition, too. */
static int report_to_script(struct run *run, const struct error *failure, struct error *err)
{
	char buf[REPORT_TEXT], **names = NULL;
	struct text text = TEXT_IN(buf);
	unsigned count;
	int rc = 0;

	if (!run->tools.store)
		rc = store_open(&run->tools.store, REPORT_SECONDS, err);
	if (!rc)
		rc = store_list(run->tools.store, backend(run), &names, &count, err);
	report_print(backend(run), failure->text, &text);
	if (names)
		printf("%s\n", buf);
	free(names);
	return rc;
}

static void report(struct run *run, const struct error *failure)
{
	struct error err = { 0 };
	int rc = 0;

	log_line(LOG_ERR, "%s", failure->text);
	if (run->request.has_path)
		rc = run->request.dry_run ? report_to_script(run, failure, &err) :
					    report_to_store(run, failure, &err);
	if (rc == -ENOENT)
		log_line(LOG_DEBUG, "not reported to xenstore: %s is gone", backend(run));
	else if (rc)
		log_line(LOG_ERR, "not reported to xenstore: %s", err.text);
	if (run->request.dry_run)
		puts("exit 1");
}

static void close_run(struct run *run)
{
	netlink_close(run->tools.netlink);
	store_close(run->tools.store);
	for (size_t i = 0; i < KEY_COUNT; i++)
		free(run->values[i]);
	free(run->facts.frontend_mtu);
	free(run->facts.stale_error);
}

/*
 * Whatever our caller left us: a message that nobody reads must not kill us half way, and none
 * may end up in a socket that took the place of a closed stderr.
 */
static void settle_in(void)
{
	signal(SIGPIPE, SIG_IGN);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return;
}

int vif_program_main(int argc, char **argv, const struct vif_program *program)
{
	static struct run run;
	struct error err = { 0 };
	int rc;

	run.program = program;
	run.argv0 = argv[0];
	rc = read_arguments(&run, argc, argv, &err);
	if (run.request.help)
		return print_help(&run);
	if (run.request.version)
		return printf("%s %s\n", program->name, VERSION) < 0;
	if (!rc && !request_is_ours(&run.request))
		return 0;
	settle_in();
	log_open(program->name, run.request.dry_run);
	if (!rc)
		rc = serve(&run, &err);
	if (rc)
		report(&run, &err);
	close_run(&run);
	return rc ? 1 : 0;
}
