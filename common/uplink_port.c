// SPDX-License-Identifier: GPL-2.0-or-later
#include "uplink_port.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "link.h"
#include "lock.h"
#include "log.h"
#include "text.h"
#include "uplink.h"
#include "vlan_link.h"

#define LOCK UPLINK_DIRECTORY ".lock"

/* ---- looking -------------------------------------------------------------------------------- */

static void free_text(char **text)
{
	free(*text);
}

/* The ports of one bridge, as far as they matter. */
struct ports {
	struct uplink *uplink;
	int bridge;
	int guest;
};

static int take_port(const struct vlan_port *port, void *arg, struct error *err)
{
	const struct ports *ports = arg;
	struct uplink *uplink = ports->uplink;

	(void)err;
	if (!port) {
		memset(&uplink->present, 0, sizeof(uplink->present));
		memset(&uplink->used, 0, sizeof(uplink->used));
		return 0;
	}
	if (port->master != ports->bridge || port->index == ports->guest)
		return 0;
	if (port->index == uplink->index)
		uplink->present = port->vlans;
	for (unsigned id = 1; id <= VLAN_MAX && port->index != uplink->index; id++)
		uplink->used.ids[id] |= port->vlans.ids[id];
	return 0;
}

/* What cannot be read was not written by us; then nothing was added. */
static int read_added(struct uplink *uplink, struct error *err)
{
	char path[FACTS_PATH], *text CLEANUP(free_text) = NULL;
	struct error nonsense = { 0 };
	int rc;

	uplink_file(uplink, path);
	rc = file_read(path, &text, err);
	if (rc || !text)
		return rc;
	text[strcspn(text, "\n")] = '\0';
	if (vlan_parse_list(text, &uplink->added, &nonsense)) {
		log_line(LOG_WARNING, "%s: %s", path, nonsense.text);
		memset(&uplink->added, 0, sizeof(uplink->added));
	}
	return 0;
}

static int look_at(struct netlink *netlink, const struct link *link, int guest,
		   struct uplink *uplink, struct error *err)
{
	struct ports ports = { uplink, link->master, guest };
	int rc;

	memset(uplink, 0, sizeof(*uplink));
	uplink->index = link->index;
	memcpy(uplink->name, link->name, IFNAMSIZ);
	rc = read_added(uplink, err);
	if (rc || !link->master)
		return rc;
	return vlan_link_each(netlink, take_port, &ports, err);
}

/* "vif1.0", or with "-emu" behind it. */
static bool is_guest_name(const char *name)
{
	return !strncmp(name, "vif", 3) && isdigit((unsigned char)name[3]) && strchr(name, '.');
}

/* netback's device is vif-DOMID-DEVID on its bus; netfront's, in a driver domain, vif-DEVID. */
static bool is_guest(const struct link *link)
{
	bool is_netback = !strncmp(link->parent, "vif-", 4) && strchr(link->parent + 4, '-');

	return is_netback || !strcmp(link->kind, "tun") || is_guest_name(link->name) ||
	       is_guest_name(link->alias);
}

/* Those that might be it; hardware and what stands for it comes before others' veths. */
struct candidates {
	struct link port;
	size_t count;
	bool are_veths;
	struct text names;
};

static int take_candidate(const struct link *link, void *arg, struct error *err)
{
	struct candidates *candidates = arg;
	bool is_veth = link && !strcmp(link->kind, "veth");

	(void)err;
	if (link && (is_guest(link) || (is_veth && candidates->count && !candidates->are_veths)))
		return 0;
	if (!link || (candidates->are_veths && !is_veth)) {
		candidates->count = 0;
		candidates->names.len = 0;
	}
	if (!link)
		return 0;
	candidates->are_veths = is_veth;
	candidates->port = *link;
	candidates->count++;
	text_add(&candidates->names, " %s", link->name);
	return 0;
}

int uplink_port_find(struct netlink *netlink, const struct link *bridge, int guest,
		     struct uplink *uplink, struct error *err)
{
	char buf[FACTS_BRIDGES * IFNAMSIZ];
	struct candidates candidates = { .names = TEXT_IN(buf) };
	int rc = link_each_port(netlink, bridge->index, take_candidate, &candidates, err);

	uplink->index = 0;
	if (rc || !candidates.count)
		return rc;
	if (candidates.count > 1)
		return error_set(err, EINVAL, "vlan_uplink=yes: which port of %s is the physical one "
				 "cannot be told:%s", bridge->name, buf);
	return look_at(netlink, &candidates.port, guest, uplink, err);
}

/* Files that are being written begin with a dot. */
static int is_port(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strlen(entry->d_name) < IFNAMSIZ;
}

static int look_at_remembered(struct netlink *netlink, const char *name, struct facts *facts,
			      struct error *err)
{
	struct uplink *uplink = &facts->uplinks[facts->uplink_count];
	struct link link;
	int rc;

	if (facts->uplink_count == FACTS_UPLINKS) {
		log_line(LOG_WARNING, "VLANs were added to more than %d ports: those of %s stay "
			 "for now", FACTS_UPLINKS, name);
		return 0;
	}
	rc = link_by_name(netlink, name, &link, err);
	if (rc)
		return rc;
	memcpy(link.name, name, strlen(name) + 1);
	rc = look_at(netlink, &link, facts->link.index, uplink, err);
	if (!rc)
		facts->uplink_count++;
	return rc;
}

int uplink_port_remembered(struct netlink *netlink, struct facts *facts, struct error *err)
{
	struct dirent **entries;
	int n = scandir(UPLINK_DIRECTORY, &entries, is_port, alphasort), rc = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : error_set(err, errno, "reading " UPLINK_DIRECTORY ": %s",
						       strerror(errno));
	for (int i = 0; i < n; i++) {
		if (look_at_remembered(netlink, entries[i]->d_name, facts, err))
			rc = -err->code;
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* ---- changing ------------------------------------------------------------------------------- */

static int write_added(const struct uplink *uplink, const struct vlan_set *from,
		       const struct vlan_set *to, struct error *err)
{
	char path[FACTS_PATH], buf[VLAN_TEXT];
	struct text text = TEXT_IN(buf);

	if (vlan_same(from, to))
		return 0;
	uplink_file(uplink, path);
	if (vlan_is_empty(to))
		return file_remove(path, err);
	vlan_print(to, &text);
	text_add(&text, "\n");
	return file_replace(path, buf, err);
}

static int change_port(struct netlink *netlink, const struct uplink *before,
		       const struct uplink *after, struct error *err)
{
	struct vlan_change change = { .link = before->index, .from = &before->present,
				      .to = &after->present };
	struct vlan_set added;
	int rc;

	memcpy(change.link_name, before->name, IFNAMSIZ);
	uplink_between(before, after, &added);
	rc = write_added(before, &before->added, &added, err);
	if (!rc)
		rc = vlan_link_apply(netlink, &change, err);
	return rc ? rc : write_added(before, &added, &after->added, err);
}

/* Under the lock: what the plan was made of may have changed since. */
static int change_locked(struct netlink *netlink, const struct uplink_change *change,
			 struct error *err)
{
	static const struct vlan_set none;
	struct uplink before = { 0 }, after;
	struct link link;
	int rc = link_by_name(netlink, change->before->name, &link, err);

	if (rc)
		return rc;
	memcpy(link.name, change->before->name, IFNAMSIZ);
	rc = look_at(netlink, &link, change->link, &before, err);
	if (rc)
		return rc;
	/* Gone, or no longer a port: with it went what was added. */
	uplink_after(&before, link.master ? change->to : &none, &after);
	return change_port(netlink, &before, &after, err);
}

int uplink_port_apply(struct netlink *netlink, const struct uplink_change *change, int seconds,
		      struct error *err)
{
	int fd = -1, rc = file_make_directory(UPLINK_DIRECTORY, err);

	if (!rc)
		rc = lock_take(LOCK, seconds, &fd, err);
	if (!rc)
		rc = change_locked(netlink, change, err);
	lock_release(fd);
	return rc;
}
