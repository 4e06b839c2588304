// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcpd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "dhcpd_conf.h"
#include "dhcpd_subnet.h"
#include "file.h"
#include "lock.h"
#include "log.h"
#include "service.h"

/* Restarts that come at once wait for each other here, and note here when one began. */
#define RESTART_LOCK DHCPD_LOCK "-restart"
#define SERVED DHCPD_LOCK ".served"

#define SECOND 1000000000LL	/* in nanoseconds */

/* find_dhcpd_conf_file; and find_dhcpd_arg_file with Debian's name since version 7. */
static const char *const configs[] = {
	"/etc/dhcp/dhcpd.conf", "/etc/dhcp3/dhcpd.conf", "/etc/dhcpd.conf", NULL
};
static const char *const settings[] = {
	"/etc/sysconfig/dhcpd", "/etc/defaults/dhcp", "/etc/default/isc-dhcp-server",
	"/etc/default/dhcp-server", "/etc/default/dhcp3-server", NULL
};

/* find_dhcpd_init_file; and the units of Debian, Fedora and Arch. */
static const char *const scripts[] = {
	"/etc/init.d/isc-dhcp-server", "/etc/init.d/dhcp-server", "/etc/init.d/dhcp3-server",
	"/etc/init.d/dhcp", "/etc/init.d/dhcpd", NULL
};
static const char *const units[] = {
	"isc-dhcp-server.service", "dhcpd.service", "dhcpd4.service", NULL
};

static const char *first_file(const char *const *paths)
{
	struct stat st;

	while (*paths && (stat(*paths, &st) || !S_ISREG(st.st_mode)))
		paths++;
	return *paths;
}

bool dhcpd_is_configured(void)
{
	return first_file(configs);
}

int dhcpd_find(struct dhcp_server *server, struct error *err)
{
	const char *config = first_file(configs), *list = first_file(settings);

	memset(server, 0, sizeof(*server));
	server->kind = DHCP_DHCPD;
	if (!config || !service_find(scripts, units, server->control))
		return error_set(err, ENOENT, "Failed to find dhcpd configuration or init file");
	snprintf(server->entries, FACTS_PATH, "%s", config);
	snprintf(server->lists, FACTS_PATH, "%s", list ? list : "");
	return 0;
}

int dhcpd_read(struct dhcp_server *server, const char *host, const char *device, struct error *err)
{
	char *text;
	int rc = file_read(server->entries, &text, err);

	if (!rc && text)
		dhcpd_conf_find(text, host, server->entry, FACTS_DHCP_ENTRY);
	free(text);
	if (rc || !*server->lists)
		return rc;
	rc = file_read(server->lists, &text, err);
	server->listed = !rc && text && dhcpd_conf_lists(text, device);
	free(text);
	return rc;
}

/* Write `after`, which is freed, unless the file holds that already. */
static int update(const char *path, const char *before, char *after, bool *changed,
		  struct error *err)
{
	int rc = 0;

	if (strcmp(before, after) != 0) {
		rc = file_replace(path, after, err);
		*changed |= !rc;
	}
	free(after);
	return rc;
}

/* Gives the text with a change made, which is the caller's. */
typedef int edit_text(const char *text, const void *change, char **after, struct error *err);

static int set_entry(const char *text, const void *change, char **after, struct error *err)
{
	const struct dhcp_change *entry = change;

	return dhcpd_conf_set(text, entry->host, entry->to, after, err);
}

static int set_listed(const char *text, const void *change, char **after, struct error *err)
{
	const struct dhcp_change *listed = change;

	return dhcpd_conf_list(text, listed->device, listed->to_listed, after, err);
}

static int set_subnet(const char *text, const void *change, char **after, struct error *err)
{
	const struct subnet_change *subnet = change;

	return dhcpd_subnet_set(text, &subnet->subnet, subnet->to, after, err);
}

/* Nothing is to do in a file that is not there, unless it is needed. */
static int edit_file(const char *path, bool needed, edit_text *make, const void *change,
		     bool *changed, struct error *err)
{
	char *text, *after;
	int rc = file_read(path, &text, err);

	if (!rc && !text)
		return needed ? error_set(err, ENOENT, "%s is gone", path) : 0;
	if (!rc)
		rc = make(text, change, &after, err);
	if (!rc)
		rc = update(path, text, after, changed, err);
	free(text);
	return rc;
}

/* Under the lock: both files, whatever becomes of the one that something is taken from. */
static int edit(const struct dhcp_change *change, bool *changed, struct error *err)
{
	const struct dhcp_server *server = change->server;
	int rc = edit_file(server->entries, change->to, set_entry, change, changed, err);

	if ((!rc || !change->to) && *server->lists)
		rc = edit_file(server->lists, false, set_listed, change, changed, err) || rc ?
			     -err->code : 0;
	return rc;
}

/* Nanoseconds on the clock that does not jump, which is the same for all processes. */
static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * SECOND + time.tv_nsec;
}

/* When the last restart began that went well; 0: that is not known. */
static long long last_restart(void)
{
	struct error ignored = { 0 };
	long long when;
	char *text;

	if (file_read(SERVED, &text, &ignored) || !text)
		return 0;
	when = strtoll(text, NULL, 10);
	free(text);
	return when;
}

static void note_restart(long long when)
{
	struct error ignored = { 0 };
	char text[32];

	snprintf(text, sizeof(text), "%lld\n", when);
	/* If it cannot be noted, others restart dhcpd once more. */
	if (file_replace(SERVED, text, &ignored))
		log_line(LOG_DEBUG, "%s", ignored.text);
}

/* At least a second, for what comes next. */
static int seconds_left(long long end)
{
	const long long left = (end - now()) / SECOND;

	return left > 1 ? (int)left : 1;
}

/*
 * Those who have changed something while a restart went on share the next one. A time from before
 * the host's own restart, if the file outlives that, is most likely yet to come.
 */
static int restart_for(const char *service, long long changed_at, long long end,
		       struct error *err)
{
	const long long begin = now(), last = last_restart();
	int rc;

	if (last > changed_at && last < begin) {
		log_line(LOG_DEBUG, "dhcpd was restarted with this change already");
		return 0;
	}
	rc = service_restart(service, seconds_left(end), err);
	if (!rc)
		note_restart(begin);
	return rc;
}

static void restart(const char *service, long long changed_at, long long end)
{
	struct error err = { 0 };
	int fd, rc = lock_take(RESTART_LOCK, seconds_left(end), &fd, &err);

	if (rc)
		log_line(LOG_WARNING, "dhcpd: %s", err.text);
	memset(&err, 0, sizeof(err));
	/* A lock that cannot be had at all is no reason not to. */
	if (rc != -ETIMEDOUT && restart_for(service, changed_at, end, &err))
		log_line(LOG_WARNING, "dhcpd: %s", err.text);
	lock_remove(RESTART_LOCK, fd);
}

static int begin(int seconds, int *fd, struct error *err)
{
	int rc = file_make_directory(DHCPD_LOCK_DIRECTORY, err);

	return rc ? rc : lock_take(DHCPD_LOCK, seconds, fd, err);
}

int dhcpd_apply(const struct dhcp_change *change, int seconds, struct error *err)
{
	const long long end = now() + seconds * SECOND;
	bool changed = false;
	int fd, rc;

	rc = begin(seconds, &fd, err);
	if (rc)
		return rc;
	rc = edit(change, &changed, err);
	lock_remove(DHCPD_LOCK, fd);
	/* Bringing up that failed is undone, and that restarts it. */
	if (change->to ? !rc : changed)
		restart(change->server->control, now(), end);
	return rc;
}

int dhcpd_apply_subnet(const struct subnet_change *change, int seconds, struct error *err)
{
	const long long end = now() + seconds * SECOND;
	bool changed = false;
	int fd, rc = begin(seconds, &fd, err);

	if (rc)
		return rc;
	rc = edit_file(change->server->entries, change->to, set_subnet, change, &changed, err);
	lock_remove(DHCPD_LOCK, fd);
	/* It may have been taken off the host since start. */
	if (changed && *change->server->control)
		restart(change->server->control, now(), end);
	return rc;
}
