// SPDX-License-Identifier: GPL-2.0-or-later
#include "netdev.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

const char *const setting_folders[SETTINGS_FOLDERS] = {
	[SETTINGS_IPV4] = "net/ipv4/conf",
	[SETTINGS_IPV6] = "net/ipv6/conf",
	[SETTINGS_NEIGHBOUR4] = "net/ipv4/neigh",
	[SETTINGS_NEIGHBOUR6] = "net/ipv6/neigh",
};

void netdev_free(struct netdev *netdev)
{
	for (int part = 0; part < PARTS; part++)
		entries_free(&netdev->parts[part]);
	netdev->setting_count = 0;
}

static bool route_has_nexthop(const void *data, size_t len)
{
	size_t head = sizeof(struct rtmsg);

	return len >= head && attr_find((struct attr_span){ (const unsigned char *)data + head,
							    len - head }, RTA_NH_ID);
}

struct entries *netdev_part(struct netdev *netdev, uint16_t type, const void *data, size_t len)
{
	/* Each of the structures has its family there. */
	bool v6 = len && *(const uint8_t *)data == AF_INET6;

	switch (type) {
	case RTM_NEWADDR:
		return &netdev->parts[v6 ? PART_ADDRESSES6 : PART_ADDRESSES4];
	case RTM_NEWROUTE:
		if (route_has_nexthop(data, len))
			return &netdev->parts[PART_NEXTHOP_ROUTES];
		if (!v6 && len >= sizeof(struct rtmsg) &&
		    !entry_goes_by(netdev->spot.index, data, len))
			return &netdev->parts[PART_OTHERS];
		return &netdev->parts[v6 ? PART_ROUTES6 : PART_ROUTES4];
	case RTM_NEWNEIGH:
		return &netdev->parts[PART_NEIGHBOURS];
	case RTM_NEWNEXTHOP:
		return &netdev->parts[PART_NEXTHOPS];
	}
	return &netdev->parts[PART_RULES];
}

int netdev_take(struct netdev *netdev, uint16_t type, const void *data, size_t len,
		struct error *err)
{
	struct entries *part = netdev_part(netdev, type, data, len);
	struct spot spot = netdev->spot;
	int rc = 0;

	if (type == RTM_NEWRULE && *netdev->called)
		memcpy(spot.name, netdev->called, IFNAMSIZ);
	if (part == &netdev->parts[PART_OTHERS]) {
		rc = entries_take_other(part, &spot, &netdev->parts[PART_ADDRESSES4], data, len,
					err);
		part = &netdev->parts[PART_ROUTES4];	/* where it may show which is ahead */
	}
	return rc ? rc : entries_take(part, &spot, type, data, len, err);
}

/* The kernel puts the newest IPv6 address of a scope first (addrconf.c, ipv6_link_dev_addr). */
int netdev_order(struct netdev *netdev, struct error *err)
{
	struct entries *addresses = &netdev->parts[PART_ADDRESSES6];
	int rc = entries_sort(&netdev->parts[PART_ROUTES4], err);

	for (size_t i = 0, j = addresses->count; i + 1 < j; i++) {
		struct entry *first = addresses->list[i];

		addresses->list[i] = addresses->list[--j];
		addresses->list[j] = first;
	}
	return rc ? rc : entries_sort(&netdev->parts[PART_ROUTES6], err);
}

/* As the kernel makes it of the MAC address whenever a device comes up. */
static bool is_link_local(const struct entry *address)
{
	const struct ifaddrmsg *ifa = (const void *)address->data;

	return ifa->ifa_family == AF_INET6 && ifa->ifa_scope == RT_SCOPE_LINK;
}

int netdev_add_addresses(struct netdev *netdev, const struct netdev *other, struct error *err)
{
	int rc = 0;

	for (int part = PART_ADDRESSES4; part <= PART_ADDRESSES6; part++)
		for (size_t i = 0; i < other->parts[part].count && !rc; i++) {
			const struct entry *address = other->parts[part].list[i];

			if (!is_link_local(address) &&
			    !entries_have(&netdev->parts[part], address))
				rc = entries_add(&netdev->parts[part], &address->spot,
						 address->type, address->data, address->len, err);
		}
	return rc;
}

/* ---- settings --------------------------------------------------------------------------------- */

bool netdev_copies(int folder, const char *name)
{
	/* Which IPv6 is on, and makes which addresses, is a link's business; the others are there
	   twice, in two units. */
	static const char *const others[] = {
		"addr_gen_mode", "base_reachable_time", "disable_ipv6", "mc_forwarding",
		"retrans_time", "stable_secret", "unres_qlen",
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(name, others[i]))
			return false;
	return folder >= 0 && folder < SETTINGS_FOLDERS && strlen(name) < SETTING_NAME;
}

static size_t find_setting(const struct netdev *netdev, int folder, const char *name)
{
	size_t i;

	for (i = 0; i < netdev->setting_count; i++)
		if (netdev->settings[i].folder == folder && !strcmp(netdev->settings[i].name, name))
			break;
	return i;
}

int netdev_setting(const struct netdev *netdev, int folder, const char *name)
{
	size_t i = find_setting(netdev, folder, name);

	return i < netdev->setting_count ? netdev->settings[i].value : -1;
}

void netdev_set(struct netdev *netdev, int folder, const char *name, int value)
{
	size_t i = find_setting(netdev, folder, name);

	if (i < netdev->setting_count)
		netdev->settings[i].value = value;
}

bool netdev_expires(const struct netdev *netdev)
{
	const struct entries *addresses = &netdev->parts[PART_ADDRESSES4];

	for (size_t i = 0; i < addresses->count; i++)
		if (entry_expires(addresses->list[i]))
			return true;
	return false;
}

/* ---- transfers -------------------------------------------------------------------------------- */

/* A list that only points to another's entries. */
static int point_to(struct entries *list, struct entry *entry, struct error *err)
{
	size_t room = list->room ? 2 * list->room : 8;
	struct entry **more;

	if (list->count == list->room) {
		more = reallocarray(list->list, room, sizeof(struct entry *));
		if (!more)
			return error_set(err, ENOMEM, "out of memory");
		list->list = more;
		list->room = room;
	}
	list->list[list->count++] = entry;
	return 0;
}

static int point_to_all(struct entries *list, const struct entries *from, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < from->count && !rc; i++)
		rc = point_to(list, from->list[i], err);
	return rc;
}

/*
 * What is wanted, and not there, nor among what comes by itself. But what comes by itself comes
 * last, behind other devices' routes.
 */
static int point_to_missing(struct entries *list, const struct entries *wanted,
			    const struct entries *now, const struct entries *by_itself,
			    struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < wanted->count && !rc; i++)
		if (!entries_have(now, wanted->list[i]) &&
		    (wanted->list[i]->ahead || !entries_have(by_itself, wanted->list[i])))
			rc = point_to(list, wanted->list[i], err);
	return rc;
}

static int add_prefixes(struct entries *prefixes, const struct entries *addresses,
			struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < addresses->count && !rc; i++)
		rc = entries_add_prefix(prefixes, addresses->list[i], err);
	return rc;
}

static bool is_fine(const struct entries *wanted, const struct entry *prefix)
{
	const struct entry *found = entries_find(wanted, prefix);

	return found && !found->ahead;
}

/* Keep those that are not wanted, or not there; `there`, if not NULL, says which are at all. */
static void keep_surplus(struct entries *prefixes, const struct entries *wanted,
			 const struct entries *there)
{
	size_t count = 0;

	for (size_t i = 0; i < prefixes->count; i++) {
		const struct entry *prefix = prefixes->list[i];
		bool fine = there ? entries_have(wanted, prefix) || !entries_have(there, prefix) :
				    is_fine(wanted, prefix);

		if (fine)
			free(prefixes->list[i]);
		else
			prefixes->list[count++] = prefixes->list[i];
	}
	prefixes->count = count;
}

/*
 * A family's addresses and routes. When not all addresses are there, in their order, which
 * decides which of them are secondary, all are made anew; with the last one the routes go.
 */
static int transfer_kept(struct transfer *transfer, const struct netdev *now,
			 const struct netdev *wanted, enum netdev_part addresses,
			 struct error *err)
{
	enum netdev_part routes = addresses == PART_ADDRESSES4 ? PART_ROUTES4 : PART_ROUTES6;
	const struct entries *shall = &wanted->parts[addresses];
	const struct entries none = { 0 };
	bool renewed = addresses == PART_ADDRESSES4 && netdev_expires(now);
	int rc = 0;

	for (size_t i = 0; i < shall->count && !rc; i++)
		if (!entries_have(&now->parts[addresses], shall->list[i]) &&
		    !(renewed && entry_expires(shall->list[i])))
			rc = point_to(&transfer->on[addresses], shall->list[i], err);
	return rc ? rc : point_to_missing(&transfer->on[routes], &wanted->parts[routes],
					  &now->parts[routes], &none, err);
}

static int transfer_family(struct transfer *transfer, const struct netdev *now,
			   const struct netdev *wanted, enum netdev_part addresses,
			   struct error *err)
{
	enum netdev_part routes = addresses == PART_ADDRESSES4 ? PART_ROUTES4 : PART_ROUTES6;
	const struct entries *had = &now->parts[addresses], *shall = &wanted->parts[addresses];
	struct entries by_itself = { 0 };
	const struct entries none = { 0 };
	bool same = entries_same(had, shall);
	int rc = 0;

	if (!same)
		rc = point_to_all(&transfer->off[addresses], had, err);
	if (!rc && !same)
		rc = point_to_all(&transfer->on[addresses], shall, err);
	if (!rc)
		rc = add_prefixes(&by_itself, shall, err);
	if (!rc)
		rc = point_to_missing(&transfer->on[routes], &wanted->parts[routes],
				      same ? &now->parts[routes] : &none,
				      same ? &none : &by_itself, err);
	keep_surplus(&by_itself, &wanted->parts[routes], same ? &now->parts[routes] : NULL);
	if (!rc)
		rc = point_to_all(addresses == PART_ADDRESSES4 ? &transfer->surplus4 :
				  &transfer->surplus6, &by_itself, err);
	free(by_itself.list);
	return rc;
}

/*
 * What goes to the one, and stays with the other although it loses its addresses: without one it
 * can have routes all the same; and those that go by others, too.
 */
static int transfer_leave(struct transfer *transfer, enum netdev_part part, bool all,
			  struct error *err)
{
	const struct entries *entries = &transfer->on[part];
	int rc = 0;

	for (size_t i = 0; i < entries->count && !rc; i++)
		if (all || entry_is_shared(entries->list[i]))
			rc = point_to(&transfer->leave[part], entries->list[i], err);
	return rc;
}

static int transfer_all_leave(struct transfer *transfer, const struct netdev *wanted,
			      struct error *err)
{
	bool no_ipv4 = !wanted->parts[PART_ADDRESSES4].count;
	int rc = transfer_leave(transfer, PART_ROUTES4, no_ipv4, err);

	if (!rc)
		rc = transfer_leave(transfer, PART_ROUTES6, false, err);
	if (!rc)
		rc = transfer_leave(transfer, PART_NEIGHBOURS, no_ipv4, err);
	return rc ? rc : transfer_leave(transfer, PART_RULES, true, err);
}

/* Whether ENTRY_ADD leaves something to be changed. */
static bool is_late(const struct entry *address)
{
	const struct rtattr *flags = attr_find(entry_attrs(address), IFA_FLAGS);

	return flags && !(attr_u32(flags) & (IFA_F_NODAD | IFA_F_TENTATIVE));
}

static int transfer_late(struct transfer *transfer, struct error *err)
{
	const struct entries *addresses = &transfer->on[PART_ADDRESSES6];
	int rc = 0;

	for (size_t i = 0; i < addresses->count && !rc; i++)
		if (is_late(addresses->list[i]))
			rc = point_to(&transfer->late, addresses->list[i], err);
	return rc;
}

int transfer_make(struct transfer *transfer, const struct netdev *now,
		  const struct netdev *wanted, enum transfer_mode mode, struct error *err)
{
	static const enum netdev_part others[] = {
		PART_NEIGHBOURS, PART_NEXTHOPS, PART_NEXTHOP_ROUTES, PART_RULES, PART_OTHERS,
	};
	const struct entries none = { 0 };
	bool anew;
	int rc = 0;

	for (int part = PART_ADDRESSES4; part <= PART_ADDRESSES6 && !rc; part++)
		rc = mode == TRANSFER_KEEP ? transfer_kept(transfer, now, wanted, part, err) :
					     transfer_family(transfer, now, wanted, part, err);
	/* With its last IPv4 address a device loses more (net/ipv4/fib_frontend.c, fib_disable_ip). */
	anew = transfer->off[PART_ADDRESSES4].count;
	for (size_t i = 0; i < ARRAY_SIZE(others) && !rc; i++)
		rc = point_to_missing(&transfer->on[others[i]], &wanted->parts[others[i]],
				      anew ? &none : &now->parts[others[i]], &none, err);
	if (!rc)
		rc = transfer_all_leave(transfer, wanted, err);
	return rc ? rc : transfer_late(transfer, err);
}

void transfer_free(struct transfer *transfer)
{
	for (int part = 0; part < PARTS; part++) {
		free(transfer->on[part].list);
		free(transfer->off[part].list);
		free(transfer->leave[part].list);
	}
	free(transfer->late.list);
	entries_free(&transfer->surplus4);
	entries_free(&transfer->surplus6);
	*transfer = (struct transfer){ 0 };
}
