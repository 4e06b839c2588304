// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "dnsmasq_conf.h"
#include "dnsmasq_own.h"
#include "file.h"
#include "log.h"
#include "service.h"

#define CONFIG_FILE "/etc/dnsmasq.conf"
#define CONFIG_DIRECTORY "/etc/dnsmasq.d"	/* Debian's and Fedora's conf-dir= */

/* What we want to know of its configuration. */
struct options {
	char hosts[FACTS_PATH];
	char pid_file[FACTS_PATH];
	char leases[FACTS_PATH];
};

/* A file that cannot be read tells nothing. */
static void read_options(const char *path, struct options *options)
{
	struct error ignored = { 0 };
	char *text;

	if (file_read(path, &text, &ignored) || !text)
		return;
	dnsmasq_conf_option(text, "dhcp-hostsdir", options->hosts, FACTS_PATH);
	dnsmasq_conf_option(text, "pid-file", options->pid_file, FACTS_PATH);
	dnsmasq_conf_option(text, "dhcp-leasefile", options->leases, FACTS_PATH);
	free(text);
}

/* Not what dnsmasq leaves out, nor what Debian's call of it does. */
static int is_config(const struct dirent *entry)
{
	const char *name = entry->d_name;
	size_t len = strlen(name);

	return name[0] != '.' && name[0] != '#' && name[len - 1] != '~' &&
	       !strstr(name, ".dpkg-") && !strstr(name, ".rpm");
}

static void read_directory(struct options *options)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int n = scandir(CONFIG_DIRECTORY, &entries, is_config, alphasort);

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), CONFIG_DIRECTORY "/%s", entries[i]->d_name);
		read_options(path, options);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static void find_file(const char *const *usual, char out[static FACTS_PATH])
{
	for (; *usual && !*out; usual++)
		if (!access(*usual, F_OK))
			snprintf(out, FACTS_PATH, "%s", *usual);
}

/* Debian's, Fedora's, and dnsmasq's own. */
static void find_files(struct options *options)
{
	static const char *const pid_files[] = { "/run/dnsmasq/dnsmasq.pid", "/run/dnsmasq.pid",
						 "/var/run/dnsmasq.pid", NULL };
	static const char *const leases[] = { "/var/lib/misc/dnsmasq.leases",
					      "/var/lib/dnsmasq/dnsmasq.leases", NULL };

	find_file(pid_files, options->pid_file);
	find_file(leases, options->leases);
}

static void find_options(struct options *options)
{
	memset(options, 0, sizeof(*options));
	if (dnsmasq_own_runs()) {
		snprintf(options->pid_file, FACTS_PATH, DNSMASQ_OWN_PID);
		snprintf(options->leases, FACTS_PATH, DNSMASQ_OWN_LEASES);
		return;
	}
	read_options(CONFIG_FILE, options);
	read_directory(options);
	find_files(options);
}

bool dnsmasq_is_set_up(void)
{
	struct options options = { 0 };

	read_options(CONFIG_FILE, &options);
	read_directory(&options);
	return *options.hosts == '/';
}

bool dnsmasq_find(const char *host, struct dhcp_server *server)
{
	struct options options;
	bool ready;

	find_options(&options);
	ready = *options.hosts == '/' || !access(DNSMASQ_HOSTS, F_OK);
	if (*options.hosts != '/')
		snprintf(options.hosts, FACTS_PATH, DNSMASQ_HOSTS);
	memset(server, 0, sizeof(*server));
	server->kind = DHCP_DNSMASQ;
	memcpy(server->control, options.pid_file, FACTS_PATH);
	memcpy(server->leases, options.leases, FACTS_PATH);
	return snprintf(server->entries, FACTS_PATH, "%s/%s", options.hosts, host) < FACTS_PATH &&
	       ready;
}

const char *dnsmasq_program(void)
{
	static const char *const files[] = { "/usr/sbin/dnsmasq", "/usr/bin/dnsmasq",
					     "/usr/local/sbin/dnsmasq" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!access(files[i], X_OK))
			return files[i];
	return NULL;
}

int dnsmasq_read(struct dhcp_server *server, struct error *err)
{
	char *text;
	int rc = file_read(server->entries, &text, err);

	if (rc || !text)
		return rc;
	snprintf(server->entry, FACTS_DHCP_ENTRY, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
	return 0;
}

void dnsmasq_find_holder(struct dhcp_server *server, const char *ip, const char *mac)
{
	struct error ignored = { 0 };
	char *text;

	if (!*server->leases || file_read(server->leases, &text, &ignored))
		return;
	if (!dnsmasq_conf_lease(text, ip, server->holder) || !strcasecmp(server->holder, mac))
		server->holder[0] = '\0';
	free(text);
}

static int write_entry(const char *path, const char *entry, struct error *err)
{
	char directory[FACTS_PATH], line[FACTS_DHCP_ENTRY + 1];
	int rc;

	snprintf(directory, sizeof(directory), "%.*s", (int)(strrchr(path, '/') - path), path);
	snprintf(line, sizeof(line), "%s\n", entry);
	rc = file_make_directory(directory, err);
	return rc ? rc : file_replace(path, line, err);
}

/* Or else it would go by what is gone, and refuse another guest with the same address. */
static void reread(const struct dhcp_server *server)
{
	struct error err = { 0 };

	if (!*server->control)
		log_line(LOG_DEBUG, "dnsmasq is not running: no pid file");
	else if (service_reload(server->control, "dnsmasq", &err))
		log_line(LOG_WARNING, "%s", err.text);
}

int dnsmasq_apply(const struct dhcp_change *change, struct error *err)
{
	const char *path = change->server->entries;
	int rc = change->to ? write_entry(path, change->to, err) : file_remove(path, err);

	if (!rc && change->from)
		reread(change->server);
	return rc;
}
