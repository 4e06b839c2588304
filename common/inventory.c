// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory.h"

#include <dirent.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "netlink.h"
#include "sysctl.h"

/* ---- looking ---------------------------------------------------------------------------------- */

/* One question; when it is begun anew, what was heard of it before does not count. */
struct listing {
	struct netdev *netdev;
	int family;
	unsigned sequence;
	size_t before[PARTS];
};

static void forget_answers(struct listing *listing)
{
	for (int part = 0; part < PARTS; part++) {
		struct entries *entries = &listing->netdev->parts[part];

		while (entries->count > listing->before[part])
			free(entries->list[--entries->count]);
	}
}

static int take(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct listing *listing = arg;

	if (reply->nlmsg_seq != listing->sequence)
		forget_answers(listing);
	listing->sequence = reply->nlmsg_seq;
	/* Asked for a family that it does not have, the kernel tells of those that it has. */
	if (!nlmsg_datalen(reply) || *(const uint8_t *)nlmsg_data(reply) != listing->family)
		return 0;
	return netdev_take(listing->netdev, reply->nlmsg_type, nlmsg_data(reply),
			   (size_t)nlmsg_datalen(reply), err);
}

struct question {
	int type;		/* RTM_GETADDR … */
	const void *head;	/* its structure, which begins with the family */
	size_t size;
	int attr;		/* the one for the device's index, or 0 */
	int flag;		/* one that says what is asked for, or 0 */
};

static int list(struct netlink *netlink, struct netdev *netdev, const struct question *question,
		struct error *err)
{
	struct listing listing = { .netdev = netdev, .family = *(const uint8_t *)question->head };
	struct nl_msg *message = netlink_message(question->type, NLM_F_DUMP, question->head,
						 question->size);
	struct error refusal = { 0 };
	int failed = !message, rc;

	for (int part = 0; part < PARTS; part++)
		listing.before[part] = netdev->parts[part].count;
	if (!failed && question->attr)
		failed = nla_put_u32(message, question->attr, (uint32_t)netdev->spot.index);
	if (!failed && question->flag)
		failed = nla_put_flag(message, question->flag);
	rc = netlink_talk(netlink, message, failed, take, &listing, &refusal);
	/* A family that the kernel does not have, or that has no table yet. */
	if (!rc || rc == -ENOENT || rc == -EOPNOTSUPP || rc == -EAFNOSUPPORT)
		return 0;
	return error_set(err, -rc, "looking at %s: %s", netdev->spot.name, refusal.text);
}

static int list_family(struct netlink *netlink, struct netdev *netdev, uint8_t family,
		       struct error *err)
{
	const struct ifaddrmsg address = { .ifa_family = family,
					   .ifa_index = (uint32_t)netdev->spot.index };
	const struct rtmsg route = { .rtm_family = family };
	const struct ndmsg neighbour = { .ndm_family = family };
	const struct ndmsg proxy = { .ndm_family = family, .ndm_flags = NTF_PROXY };
	const struct nhmsg nexthop = { .nh_family = family };
	const struct fib_rule_hdr rule = { .family = family };
	const struct question questions[] = {
		{ RTM_GETADDR, &address, sizeof(address), 0, 0 },
		{ RTM_GETROUTE, &route, sizeof(route), 0, 0 },
		{ RTM_GETNEIGH, &neighbour, sizeof(neighbour), NDA_IFINDEX, 0 },
		{ RTM_GETNEIGH, &proxy, sizeof(proxy), NDA_IFINDEX, 0 },
		{ RTM_GETNEXTHOP, &nexthop, sizeof(nexthop), NHA_OIF, 0 },
		{ RTM_GETRULE, &rule, sizeof(rule), 0, 0 },
	};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(questions) && !rc; i++)
		rc = list(netlink, netdev, &questions[i], err);
	return rc;
}

int inventory_look(struct netlink *netlink, struct netdev *netdev, struct error *err)
{
	const struct nhmsg nexthop = { .nh_family = AF_UNSPEC };
	const struct question groups = { RTM_GETNEXTHOP, &nexthop, sizeof(nexthop), 0,
					 NHA_GROUPS };
	int rc;

	for (int part = 0; part < PARTS; part++)
		entries_free(&netdev->parts[part]);
	rc = list_family(netlink, netdev, AF_INET, err);
	if (!rc)
		rc = list_family(netlink, netdev, AF_INET6, err);
	if (!rc)
		rc = list(netlink, netdev, &groups, err);
	return rc ? rc : netdev_order(netdev, err);
}

/* ---- settings --------------------------------------------------------------------------------- */

static int take_setting(struct netdev *netdev, int folder, const char *device, const char *name,
			struct error *err)
{
	struct device_setting *setting = &netdev->settings[netdev->setting_count];
	char path[FACTS_PATH];
	int rc;

	if (netdev->setting_count == SETTINGS || !netdev_copies(folder, name) ||
	    !text_copy(setting->name, SETTING_NAME, name))
		return 0;
	setting->folder = folder;
	snprintf(path, sizeof(path), "%s/%s/%s", setting_folders[folder], device,
		 setting->name);
	rc = sysctl_read(path, &setting->value, err);
	if (!rc)
		netdev->setting_count++;
	return rc;
}

static int take_folder(struct netdev *netdev, int folder, const char *device, struct error *err)
{
	char path[FACTS_PATH];
	const char *name;
	DIR *directory;
	int rc;

	snprintf(path, sizeof(path), "/proc/sys/%s/%s", setting_folders[folder], device);
	directory = opendir(path);
	/* The device has no such protocol. */
	if (!directory)
		return errno == ENOENT ? 0 : error_set(err, errno, "%s: %s", path, strerror(errno));
	do {
		rc = file_next_name(directory, path, &name, err);
		if (!rc && name && *name != '.')
			rc = take_setting(netdev, folder, device, name, err);
	} while (!rc && name);
	closedir(directory);
	return rc;
}

int inventory_look_settings(const char *name, struct netdev *netdev, struct error *err)
{
	int rc = 0;

	netdev->setting_count = 0;
	for (int folder = 0; folder < SETTINGS_FOLDERS && !rc; folder++) {
		size_t before = netdev->setting_count;

		rc = take_folder(netdev, folder, name, err);
		/* Only the first network namespace has neigh/default. */
		if (!rc && netdev->setting_count == before && !strcmp(name, "default"))
			rc = take_folder(netdev, folder, "lo", err);
	}
	return rc;
}
