// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "route.h"

/* iscsi_tcp's and others': the target's address, one a file. */
#define ISCSI "/sys/class/iscsi_connection/*/address"

/* The value of "addr=" among mount options, cut out in place; NULL: there is none. */
static char *find_address(char *options)
{
	char *rest = options, *option;

	while ((option = strsep(&rest, ",")))
		if (!strncmp(option, "addr=", 5))
			return option + 5;
	return NULL;
}

/* "SERVER:/PATH / nfs4 rw,addr=192.168.0.1 0 0": the server's address, if / is mounted so. */
static char *root_server(char *line)
{
	enum { DEVICE, MOUNT_POINT, TYPE, OPTIONS, WORDS };
	char *words[WORDS] = { 0 };

	for (int i = 0; i < WORDS; i++)
		words[i] = strsep(&line, " ");
	if (!words[OPTIONS] || strcmp(words[MOUNT_POINT], "/") || strncmp(words[TYPE], "nfs", 3))
		return NULL;
	return find_address(words[OPTIONS]);
}

static int is_reached(struct netlink *netlink, const struct link *device, const char *address,
		      bool *is, struct error *err)
{
	struct error nonsense = { 0 };
	struct inet_prefix to;
	int index, rc;

	*is = false;
	if (inet_parse(address, &to, &nonsense))
		return 0;
	rc = route_device(netlink, &to, &index, err);
	*is = !rc && index == device->index;
	return rc;
}

static int look_at_mounts(struct netlink *netlink, const struct link *device, char *mounts,
			  char what[static STORAGE_TEXT], struct error *err)
{
	char *line, *rest = mounts;
	bool is = false;
	int rc = 0;

	while (!rc && !is && (line = strsep(&rest, "\n"))) {
		const char *server = root_server(line);

		rc = server ? is_reached(netlink, device, server, &is, err) : 0;
		if (is)
			snprintf(what, STORAGE_TEXT, "the root file system is on the NFS server %s",
				 server);
	}
	return rc;
}

static int look_at_target(struct netlink *netlink, const struct link *device, const char *path,
			  char what[static STORAGE_TEXT], struct error *err)
{
	char *address = NULL;
	bool is = false;
	int rc = file_read(path, &address, err);

	if (!rc && address) {
		address[strcspn(address, "\n")] = '\0';
		rc = is_reached(netlink, device, address, &is, err);
	}
	if (is)
		snprintf(what, STORAGE_TEXT, "there is a disk on the iSCSI target %s", address);
	free(address);
	return rc;
}

static int look_at_targets(struct netlink *netlink, const struct link *device,
			   char what[static STORAGE_TEXT], struct error *err)
{
	glob_t found;
	int rc = 0;

	if (glob(ISCSI, 0, NULL, &found))
		return 0;
	for (size_t i = 0; i < found.gl_pathc && !rc && !*what; i++)
		rc = look_at_target(netlink, device, found.gl_pathv[i], what, err);
	globfree(&found);
	return rc;
}

int storage_over(struct netlink *netlink, const struct link *device,
		 char what[static STORAGE_TEXT], struct error *err)
{
	char *mounts = NULL;
	int rc = file_read("/etc/mtab", &mounts, err);

	*what = '\0';
	if (!rc && !mounts)
		rc = file_read("/proc/self/mounts", &mounts, err);
	if (!rc && mounts)
		rc = look_at_mounts(netlink, device, mounts, what, err);
	free(mounts);
	return rc || *what ? rc : look_at_targets(netlink, device, what, err);
}
