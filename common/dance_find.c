// SPDX-License-Identifier: GPL-2.0-or-later
#include "dance_find.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "file.h"
#include "gateway.h"
#include "link.h"

/* ---- journals --------------------------------------------------------------------------------- */

int dance_journals(char netdevs[][IFNAMSIZ], size_t max, size_t *count, struct error *err)
{
	const size_t prefix = strlen(DANCE_JOURNAL);
	DIR *directory = opendir(DANCE_DIRECTORY);
	const char *name;
	int rc;

	*count = 0;
	if (!directory)
		return errno == ENOENT ? 0 : error_set(err, errno, "%s: %s", DANCE_DIRECTORY,
						       strerror(errno));
	do {
		rc = file_next_name(directory, DANCE_DIRECTORY, &name, err);
		if (!rc && name && !strncmp(name, DANCE_JOURNAL, prefix) &&
		    text_copy(netdevs[*count], IFNAMSIZ, name + prefix))
			(*count)++;
	} while (!rc && name && *count < max);
	closedir(directory);
	return rc;
}

uint32_t dance_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint32_t)time.tv_sec;
}

int dance_read_journal(const char *netdev, struct dance *dance, struct error *err)
{
	struct journal *journal = &dance->journal;
	int rc;

	snprintf(dance->path, sizeof(dance->path), DANCE_DIRECTORY "/" DANCE_JOURNAL "%s", netdev);
	rc = file_read(dance->path, &dance->text, err);
	if (!rc)
		rc = journal_parse(dance->path, dance->text, journal, err);
	if (rc || !dance->text)
		return rc;
	for (int part = 0; part < PARTS; part++)
		entries_age(&journal->wanted.parts[part], dance_now() - journal->time);
	journal->time = dance_now();
	return 0;
}

/* ---- which device ----------------------------------------------------------------------------- */

/* The number at the end of a name, as the scripts took it; -1: none. */
static int trailing_number(const char *name)
{
	size_t len = strlen(name), digits = 0;

	while (digits < len && isdigit((unsigned char)name[len - 1 - digits]))
		digits++;
	return digits && digits < 5 ? (int)strtol(name + len - digits, NULL, 10) : -1;
}

/* What a journal is looked for by: the first of these that is set; none: any will do. */
struct sought {
	const char *bridge;
	int vifnum;		/* -1: not set */
	const char *device;	/* that the default route goes by */
};

/* The number that start gave, or found in the bridge's name. */
static int number_of(const struct journal *journal)
{
	return trailing_number(*journal->far ? journal->far : journal->bridge);
}

static bool fits(const struct journal *journal, const struct sought *sought)
{
	if (journal->phase == PHASE_NONE)
		return false;
	if (*sought->bridge)
		return !strcmp(journal->bridge, sought->bridge);
	if (sought->vifnum >= 0)
		return number_of(journal) == sought->vifnum;
	return !*sought->device || !strcmp(dance_front_name(journal), sought->device);
}

static int is_of(const char *netdev, const struct sought *sought, bool *is, struct error *err)
{
	struct dance *dance = calloc(1, sizeof(*dance));
	int rc;

	if (!dance)
		return error_set(err, ENOMEM, "out of memory");
	rc = dance_read_journal(netdev, dance, err);
	*is = !rc && fits(&dance->journal, sought);
	dance_free(dance);
	free(dance);
	return rc;
}

/* The last that fits, and how many do. */
static int find_in_journals(const struct sought *sought, char netdev[static IFNAMSIZ],
			    size_t *fitting, struct error *err)
{
	char names[DANCE_JOURNALS][IFNAMSIZ];
	size_t count;
	int rc = dance_journals(names, DANCE_JOURNALS, &count, err);

	*fitting = 0;
	for (size_t i = 0; !rc && i < count; i++) {
		bool is = false;

		rc = is_of(names[i], sought, &is, err);
		*fitting += is;
		if (is)
			memcpy(netdev, names[i], IFNAMSIZ);
	}
	return rc;
}

/* What is started must not stay so without a word because the default route goes elsewhere now. */
static int refuse_others(const char *device, struct error *err)
{
	const struct sought any = { "", -1, "" };
	char started[IFNAMSIZ];
	size_t count;
	int rc = find_in_journals(&any, started, &count, err);

	return rc || !count ? rc :
	       error_set(err, ENODEV, "the default route goes by %s, which is not started; %s is: say "
			 "which by netdev", device, started);
}

/* "": nothing that is started is meant. */
static int find_started(const struct request *request, const char *device,
			char netdev[static IFNAMSIZ], struct error *err)
{
	const struct sought sought = { request->bridge, request->vifnum, device };
	bool is_named = *request->bridge || request->vifnum >= 0;
	size_t count;
	int rc = find_in_journals(&sought, netdev, &count, err);

	if (rc || count == 1)
		return rc;
	if (count)
		return error_set(err, EINVAL, "several devices are started, and netdev is not set");
	return is_named || request->command == COMMAND_START ? 0 : refuse_others(device, err);
}

/* netdev=eth<vifnum> if there is one, else the default route's device, which has no other number. */
static int numbered_netdev(struct netlink *netlink, const struct request *request,
			   const struct link *device, char netdev[static IFNAMSIZ],
			   struct error *err)
{
	const struct sought taken = { "", -1, device->name };
	int number = request->vifnum >= 0 ? request->vifnum : trailing_number(device->name);
	char other[IFNAMSIZ];
	struct link link;
	size_t count = 0;
	int rc;

	snprintf(netdev, IFNAMSIZ, "eth%d", number < 0 ? 0 : number);
	rc = link_by_name(netlink, netdev, &link, err);
	if (rc || link.index)
		return rc;
	if (*device->name && request->vifnum >= 0)
		rc = find_in_journals(&taken, other, &count, err);
	if (!rc && !*device->name)
		rc = error_set(err, ENODEV, "netdev is not set, there is no default route, and no %s",
			       netdev);
	if (!rc && count)
		rc = error_set(err, ENODEV, "netdev is not set, there is no %s, and %s is started "
			       "already", netdev, device->name);
	if (!rc)
		memcpy(netdev, device->name, IFNAMSIZ);
	return rc;
}

static int default_netdev(struct netlink *netlink, const struct request *request,
			  char netdev[static IFNAMSIZ], struct error *err)
{
	struct link device = { 0 };
	int rc = gateway_default(netlink, &device, err);

	if (!rc)
		rc = find_started(request, device.name, netdev, err);
	return rc || *netdev ? rc : numbered_netdev(netlink, request, &device, netdev, err);
}

int dance_others_drop(const struct journal *journal, bool *others, bool *dropped,
		      struct error *err)
{
	char names[DANCE_JOURNALS][IFNAMSIZ];
	size_t count;
	int rc = dance_journals(names, DANCE_JOURNALS, &count, err);

	*others = false;
	for (size_t i = 0; !rc && !*others && i < count; i++) {
		struct dance dance = { 0 };
		const struct journal *other = &dance.journal;

		if (!strcmp(names[i], journal->netdev))
			continue;
		rc = dance_read_journal(names[i], &dance, err);
		*others = !rc && other->phase != PHASE_NONE && other->antispoof &&
			  other->firewall == journal->firewall;
		if (*others)
			*dropped = other->dropped;
		dance_free(&dance);
	}
	return rc;
}

/* A number whose veths' names are nobody else's. */
static int free_number(struct netlink *netlink, int *vifnum, struct error *err)
{
	struct link near, far;
	char name[IFNAMSIZ];
	int rc;

	do {
		snprintf(name, sizeof(name), "veth%d", *vifnum);
		rc = link_by_name(netlink, name, &near, err);
		snprintf(name, sizeof(name), "vif0.%d", *vifnum);
		if (!rc)
			rc = link_by_name(netlink, name, &far, err);
	} while (!rc && (near.index || far.index) && ++*vifnum < 100);
	return rc;
}

/*
 * Without a journal, as after another program's start: a netdev that is a bridge, or one end of a
 * pair of veths whose other end is on one, tells the rest itself.
 */
static int recognise(struct netlink *netlink, struct journal *journal, bool *found,
		     struct error *err)
{
	struct link netdev, far = { 0 }, physical;
	int rc = link_by_name(netlink, journal->netdev, &netdev, err);

	if (!rc && !strcmp(netdev.kind, "veth") && netdev.peer)
		rc = link_by_index(netlink, netdev.peer, &far, err);
	if (!rc && far.master)
		rc = link_master_name(netlink, &far, err);
	journal->style = far.master ? STYLE_VETH : STYLE_BRIDGE;
	memcpy(journal->bridge, far.master ? far.master_name : journal->netdev, IFNAMSIZ);
	dance_name(journal, trailing_number(far.name));
	memcpy(journal->far, far.name, IFNAMSIZ);
	if (!rc)
		rc = link_by_name(netlink, journal->physical, &physical, err);
	*found = !rc && physical.index && (far.master || !strcmp(netdev.kind, "bridge"));
	return rc;
}

static int name_all(struct netlink *netlink, const struct request *request,
		    struct journal *journal, struct error *err)
{
	bool chosen = request->vifnum >= 0;
	int vifnum = chosen ? request->vifnum : trailing_number(request->bridge), rc = 0;
	char name[IFNAMSIZ];

	if (vifnum < 0)
		vifnum = trailing_number(journal->netdev);
	if (vifnum < 0)
		vifnum = 0;
	journal->style = request->has_style ? request->style : STYLE_VETH;
	*journal->far = '\0';
	if (journal->style == STYLE_BRIDGE)
		memcpy(name, journal->netdev, IFNAMSIZ);
	else
		snprintf(name, sizeof(name), "xenbr%d", vifnum);
	memcpy(journal->bridge, *request->bridge ? request->bridge : name, IFNAMSIZ);
	if (!chosen && journal->style == STYLE_VETH && request->command == COMMAND_START)
		rc = free_number(netlink, &vifnum, err);
	dance_name(journal, vifnum);
	return rc;
}

int dance_find(struct netlink *netlink, const struct request *request, struct dance *dance,
	       struct error *err)
{
	struct journal *journal = &dance->journal;
	char netdev[IFNAMSIZ] = "";
	bool found = false;
	int rc = 0;

	if (*request->netdev)
		memcpy(netdev, request->netdev, IFNAMSIZ);
	else
		rc = default_netdev(netlink, request, netdev, err);
	if (!rc)
		rc = dance_read_journal(netdev, dance, err);
	/* One of another bridge does not count: stop of the one that is named must not stop it. */
	if (!rc && *request->bridge && journal->phase != PHASE_NONE &&
	    strcmp(journal->bridge, request->bridge)) {
		if (request->command == COMMAND_START)
			return error_set(err, EBUSY, "%s is started already, on the bridge %s",
					 netdev, journal->bridge);
		dance_free(dance);
		snprintf(dance->path, sizeof(dance->path), DANCE_DIRECTORY "/" DANCE_JOURNAL "%s",
			 netdev);
	}
	if (rc || journal->phase != PHASE_NONE)
		return rc;
	memcpy(journal->netdev, netdev, IFNAMSIZ);
	rc = recognise(netlink, journal, &found, err);
	if (*request->bridge && strcmp(journal->bridge, request->bridge))
		found = false;
	return rc || found ? rc : name_all(netlink, request, journal, err);
}
