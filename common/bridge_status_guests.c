// SPDX-License-Identifier: GPL-2.0-or-later
// What xenstore knows of a bridge's guests. That it is not to be had keeps no status from being
// told.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge_status_look.h"
#include "link.h"
#include "log.h"
#include "store.h"

#define BACKEND "backend/vif"	/* of this domain, whichever it is */

static void name_guest(struct store *store, struct status_device *device)
{
	char directory[FACTS_PATH], *name = NULL;
	struct error err = { 0 };

	snprintf(directory, sizeof(directory), "/local/domain/%u", device->domid);
	if (store_read(store, directory, "name", &name, &err))
		log_line(LOG_DEBUG, "%s", err.text);
	if (name)
		snprintf(device->guest, STATUS_NAME, "%s", name);
	free(name);
}

static bool has_value(struct store *store, const char *directory, const char *node,
		      const char *wanted)
{
	struct error err = { 0 };
	char *value = NULL;
	bool has;

	if (store_read(store, directory, node, &value, &err))
		log_line(LOG_DEBUG, "%s", err.text);
	has = value && !strcmp(value, wanted);
	free(value);
	return has;
}

/* The name that the interface has by its configuration, or by itself. */
static void name_vif(struct store *store, const char *directory, const char *domid,
		     const char *devid, char out[static IFNAMSIZ])
{
	struct error err = { 0 };
	char *name = NULL;

	if (store_read(store, directory, "vifname", &name, &err))
		log_line(LOG_DEBUG, "%s", err.text);
	if (!name || !*name || !text_copy(out, IFNAMSIZ, name))
		snprintf(out, IFNAMSIZ, "vif%.5s.%.5s", domid, devid);
	free(name);
}

static bool is_known(const struct bridge_status *status, const struct link *link)
{
	for (size_t i = 0; i < status->device_count; i++)
		if (status->devices[i].link.index == link->index)
			return true;
	return false;
}

static void add_unplugged(struct tools *tools, struct bridge_status *status, const char *name,
			  const char *domid)
{
	struct status_device *device;
	struct error err = { 0 };
	struct link link;
	int rc = link_by_name(tools->netlink, name, &link, &err);

	if (!rc && link.master)
		rc = link_master_name(tools->netlink, &link, &err);
	if (rc)
		log_line(LOG_DEBUG, "%s", err.text);
	if (rc || !link.index || is_known(status, &link))
		return;
	device = bridge_status_add(status, ROLE_GUEST, &link);
	if (!device)
		return;
	device->of_guest = true;
	device->domid = (unsigned)strtoul(domid, NULL, 10);
	if (bridge_status_look_at(tools, device, &err))
		log_line(LOG_DEBUG, "%s", err.text);
}

/* One that was connected to this bridge, and whose link is there, is to be on it. */
static void check_vif(struct tools *tools, struct bridge_status *status, const char *domid,
		      const char *devid)
{
	const struct status_device *bridge = bridge_status_find(status, ROLE_BRIDGE);
	char directory[FACTS_PATH], name[IFNAMSIZ], emulated[IFNAMSIZ + sizeof(EMU_SUFFIX)];

	snprintf(directory, sizeof(directory), BACKEND "/%.16s/%.16s", domid, devid);
	if (!has_value(tools->store, directory, "bridge", bridge->link.name) ||
	    !has_value(tools->store, directory, "hotplug-status", "connected"))
		return;
	name_vif(tools->store, directory, domid, devid, name);
	add_unplugged(tools, status, name, domid);
	snprintf(emulated, sizeof(emulated), "%s" EMU_SUFFIX, name);
	if (strlen(emulated) < IFNAMSIZ)
		add_unplugged(tools, status, emulated, domid);
}

static void check_domain(struct tools *tools, struct bridge_status *status, const char *domid)
{
	char directory[FACTS_PATH], **names = NULL;
	struct error err = { 0 };
	unsigned count = 0;

	snprintf(directory, sizeof(directory), BACKEND "/%.16s", domid);
	if (store_list(tools->store, directory, &names, &count, &err))
		log_line(LOG_DEBUG, "%s", err.text);
	for (unsigned i = 0; names && i < count; i++)
		check_vif(tools, status, domid, names[i]);
	free(names);
}

void bridge_status_look_for_guests(struct tools *tools, struct bridge_status *status)
{
	struct error err = { 0 };
	char **names = NULL;
	unsigned count = 0;

	if (!tools->store)
		return;
	if (store_list(tools->store, BACKEND, &names, &count, &err))
		log_line(LOG_DEBUG, "%s", err.text);
	for (unsigned i = 0; names && i < count; i++)
		check_domain(tools, status, names[i]);
	free(names);
	for (size_t i = 0; i < status->device_count; i++)
		if (status->devices[i].of_guest)
			name_guest(tools->store, &status->devices[i]);
}
