// SPDX-License-Identifier: GPL-2.0-or-later
// All that lives on a network device and can be moved to another: addresses, routes, permanent
// neighbours, nexthops, the policy rules that name it, the settings below /proc/sys. Pure.
#ifndef NETDEV_H
#define NETDEV_H

#include "entry.h"
#include "error.h"
#include "util.h"

/* Which one: they are put in this order, for each needs what comes before it. */
enum netdev_part {
	PART_ADDRESSES4, PART_ADDRESSES6,
	PART_NEIGHBOURS,
	PART_ROUTES4, PART_ROUTES6,
	PART_NEXTHOPS,
	PART_NEXTHOP_ROUTES,	/* those that go where a nexthop object says */
	PART_RULES,
	PART_OTHERS,	/* IPv4 routes by other devices, which go with its addresses, their source */
	PARTS
};

/* The folders below /proc/sys with settings of each device. */
enum { SETTINGS_IPV4, SETTINGS_IPV6, SETTINGS_NEIGHBOUR4, SETTINGS_NEIGHBOUR6, SETTINGS_FOLDERS };
extern const char *const setting_folders[SETTINGS_FOLDERS];

#define SETTINGS 192		/* of one device; there are about 140 */
#define SETTING_NAME 48

struct device_setting {
	int folder;
	char name[SETTING_NAME];
	int value;
};

struct netdev {
	struct spot spot;
	char called[IFNAMSIZ];	/* its name in policy rules; "": the same. Not its labels'. */
	struct entries parts[PARTS];
	struct device_setting settings[SETTINGS];
	size_t setting_count;
};

/* Free its lists, which are empty then. */
void netdev_free(struct netdev *netdev);

/* Take what the kernel told, if it is of this device (entries_take). */
int netdev_take(struct netdev *netdev, uint16_t type, const void *data, size_t len,
		struct error *err) MUST_CHECK;

/* Once all has been taken: put it into the order in which it can be made again. */
int netdev_order(struct netdev *netdev, struct error *err) MUST_CHECK;

/* Add the addresses of another that it does not have, but for IPv6's link-local ones. -ENOMEM. */
int netdev_add_addresses(struct netdev *netdev, const struct netdev *other,
			 struct error *err) MUST_CHECK;

/* Where an entry with such data belongs. */
struct entries *netdev_part(struct netdev *netdev, uint16_t type, const void *data, size_t len);

/* Whether a setting is one that can be copied; the others are the business of links or read only. */
bool netdev_copies(int folder, const char *name);

/* The value of a setting, or -1; and another one, if there is one. */
int netdev_setting(const struct netdev *netdev, int folder, const char *name);
void netdev_set(struct netdev *netdev, int folder, const char *name, int value);

/*
 * What has to be done for a device to have all that another had. Its lists only point to entries
 * of these two, but for `surplus4` and `surplus6`, which it owns.
 */
struct transfer {
	struct entries on[PARTS];	/* to be made on the one */
	struct entries off[PARTS];	/* and to be taken from it, before */
	struct entries leave[PARTS];	/* what the other would keep, although its addresses go */
	struct entries late;		/* addresses that are changed once more behind all */
	/* Routes that come with addresses, and had been deleted, or had been before others'. IPv6's
	   come once more with the change. */
	struct entries surplus4, surplus6;
};

enum transfer_mode {
	TRANSFER_ALL,
	/* Nothing that it has goes. With an IPv4 address with a lifetime it gets no other such:
	   somebody else has seen to that. */
	TRANSFER_KEEP,
};

/* `now` is what it has, `wanted` what it shall have. -ENOMEM. */
int transfer_make(struct transfer *transfer, const struct netdev *now,
		  const struct netdev *wanted, enum transfer_mode mode,
		  struct error *err) MUST_CHECK;

/* Whether it has an IPv4 address that somebody, a DHCP client, must renew. */
bool netdev_expires(const struct netdev *netdev);

/* Free its lists, which are empty then. */
void transfer_free(struct transfer *transfer);

#endif
