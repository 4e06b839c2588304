// SPDX-License-Identifier: GPL-2.0-or-later
#include "dance_look.h"

#include <stdio.h>
#include <string.h>

#include "dance_find.h"
#include "inventory.h"
#include "link.h"
#include "sysctl.h"

/* ---- links ------------------------------------------------------------------------------------ */

static int look_at_ipv6(const struct link *link, int *no_ipv6, struct error *err)
{
	char name[FACTS_PATH];

	*no_ipv6 = -1;
	if (!*link->name)
		return 0;
	snprintf(name, sizeof(name), "net/ipv6/conf/%s/disable_ipv6", link->name);
	return sysctl_read(name, no_ipv6, err);
}

static int look_at_arp(const struct link *bridge, int *arp_ignore, struct error *err)
{
	char name[FACTS_PATH];

	*arp_ignore = -1;
	if (!*bridge->name)
		return 0;
	snprintf(name, sizeof(name), "net/ipv4/conf/%s/arp_ignore", bridge->name);
	return sysctl_read(name, arp_ignore, err);
}

/* By its index, unless that has become another's since; else by the name that the front leaves it. */
static int find_nic(struct netlink *netlink, struct dance *dance, struct error *err)
{
	const struct journal *journal = &dance->journal;
	struct link *nic = &dance->nic;
	bool away = dance->front.index && !strcmp(dance->front.name, journal->netdev);
	int rc = 0;

	memset(nic, 0, sizeof(*nic));
	if (journal->nic)
		rc = link_by_index(netlink, journal->nic, nic, err);
	if (!rc && nic->index && !strcmp(nic->name, journal->netdev))
		return 0;
	if (!rc && nic->index && !strcmp(nic->name, journal->physical))
		return 0;
	return rc ? rc : link_by_name(netlink, away ? journal->physical : journal->netdev, nic,
				      err);
}

static int find_bridge(struct netlink *netlink, const char *name, struct link *bridge,
		       struct error *err)
{
	int rc = link_by_name(netlink, name, bridge, err);

	if (strcmp(bridge->kind, "bridge"))
		memset(bridge, 0, sizeof(*bridge));
	return rc;
}

static int find_veths(struct netlink *netlink, struct dance *dance, struct error *err)
{
	int rc = link_by_name(netlink, dance->journal.far, &dance->far, err);

	if (!rc && dance->far.index && dance->far.peer && !strcmp(dance->far.kind, "veth"))
		rc = link_by_index(netlink, dance->far.peer, &dance->front, err);
	/* Another netdev's. */
	if (strcmp(dance->front.name, dance->journal.netdev) &&
	    strcmp(dance->front.name, dance->journal.stage)) {
		memset(&dance->far, 0, sizeof(dance->far));
		memset(&dance->front, 0, sizeof(dance->front));
	}
	return rc ? rc : find_bridge(netlink, dance->journal.bridge, &dance->bridge, err);
}

static int find_front(struct netlink *netlink, struct dance *dance, struct error *err)
{
	const struct journal *journal = &dance->journal;
	int rc;

	switch (journal->style) {
	case STYLE_VETH:
		return find_veths(netlink, dance, err);
	case STYLE_BRIDGE:
		rc = find_bridge(netlink, journal->bridge, &dance->front, err);
		if (!rc && !dance->front.index)
			rc = find_bridge(netlink, journal->stage, &dance->front, err);
		return rc;
	default:
		return find_bridge(netlink, journal->bridge, &dance->front, err);
	}
}

static int find_ports(struct netlink *netlink, struct dance *dance, struct error *err)
{
	const struct link *bridge = dance_seen_bridge(dance);
	size_t count = 0, all;
	int rc;

	dance->port_count = 0;
	if (!bridge->index)
		return 0;
	rc = link_ports(netlink, bridge, dance->ports, DANCE_PORTS, &all, err);
	for (size_t i = 0; !rc && i < all; i++)
		if (dance->ports[i].index != dance->nic.index &&
		    dance->ports[i].index != dance->far.index)
			dance->ports[count++] = dance->ports[i];
	dance->port_count = count;
	return rc;
}

static int name_master(struct netlink *netlink, struct link *link, struct error *err)
{
	return link->master ? link_master_name(netlink, link, err) : 0;
}

int dance_look_links(struct netlink *netlink, struct dance *dance, struct error *err)
{
	int rc;

	memset(&dance->front, 0, sizeof(dance->front));
	memset(&dance->far, 0, sizeof(dance->far));
	memset(&dance->bridge, 0, sizeof(dance->bridge));
	rc = find_front(netlink, dance, err);
	if (!rc)
		rc = find_nic(netlink, dance, err);
	if (!rc)
		rc = name_master(netlink, &dance->nic, err);
	if (!rc)
		rc = name_master(netlink, &dance->far, err);
	if (!rc)
		rc = find_ports(netlink, dance, err);
	if (!rc)
		rc = look_at_ipv6(&dance->nic, &dance->nic_no_ipv6, err);
	if (!rc)
		rc = look_at_ipv6(&dance->front, &dance->front_no_ipv6, err);
	if (!rc)
		rc = look_at_ipv6(&dance->far, &dance->far_no_ipv6, err);
	if (!rc)
		rc = look_at_ipv6(&dance->bridge, &dance->bridge_no_ipv6, err);
	if (!rc)
		rc = look_at_arp(&dance->bridge, &dance->arp_ignore, err);
	return rc ? rc : sysctl_read("net/ipv6/conf/default/disable_ipv6",
				     &dance->fresh_no_ipv6, err);
}

/* ---- what lives there ------------------------------------------------------------------------- */

static int look_at_device(struct netlink *netlink, const struct link *link, const char *name,
			  struct netdev *netdev, struct error *err)
{
	int rc;

	netdev_free(netdev);
	if (!link->index)
		return 0;
	netdev->spot.index = link->index;
	memcpy(netdev->spot.name, link->name, IFNAMSIZ);
	memcpy(netdev->called, name, IFNAMSIZ);
	rc = inventory_look(netlink, netdev, err);
	return rc ? rc : inventory_look_settings(link->name, netdev, err);
}

int dance_look(struct netlink *netlink, struct dance *dance, struct error *err)
{
	const struct journal *journal = &dance->journal;
	const char *front = dance_front_name(journal);
	int rc = dance_look_links(netlink, dance, err);

	if (!rc)
		rc = look_at_device(netlink, &dance->nic, journal->netdev, &dance->on_nic, err);
	if (!rc)
		rc = look_at_device(netlink, &dance->front, front, &dance->on_front, err);
	/* Those of a front that is yet to be made. */
	if (!rc && !dance->front.index)
		rc = inventory_look_settings("default", &dance->fresh, err);
	/* IPv6's MTU is a new device's own. */
	netdev_set(&dance->fresh, SETTINGS_IPV6, "mtu", (int)dance->nic.mtu);
	return rc;
}

int dance_look_for_names(struct netlink *netlink, struct dance *dance, struct error *err)
{
	const struct journal *journal = &dance->journal;
	const char *const names[DANCE_NAMES] = {
		journal->physical, journal->stage, journal->far, journal->bridge,
	};
	int rc = 0;

	for (size_t i = 0; i < DANCE_NAMES && !rc; i++) {
		memset(&dance->taken[i], 0, sizeof(dance->taken[i]));
		if (*names[i])
			rc = link_by_name(netlink, names[i], &dance->taken[i], err);
	}
	return rc;
}

/* What it was like, but for what has been made otherwise on purpose. */
static void note_like(const struct dance *dance, bool started, struct journal *journal)
{
	const struct link was = journal->like;
	const struct netdev *there = started ? &dance->on_front : &dance->on_nic;
	bool known = journal->phase == PHASE_STARTED;

	journal->like = started ? dance->front : dance->nic;
	journal->like.master = 0;
	journal->like.running = dance->nic.running;
	journal->no_ipv6 = started ? dance->front_no_ipv6 : dance->nic_no_ipv6;
	if (known) {
		journal->like.no_arp = was.no_arp;
		journal->like.no_multicast = was.no_multicast;
	}
	/* A bridge is always up. */
	if (started && journal->style != STYLE_VETH)
		journal->like.up = !known || was.up || there->parts[PART_ADDRESSES4].count;
}

int dance_look_wanted(struct netlink *netlink, struct dance *dance, struct error *err)
{
	struct journal *journal = &dance->journal;
	bool started = dance_uses_front(dance), known = journal->phase == PHASE_STARTED;
	const struct link *from = started ? &dance->front : &dance->nic;
	const struct netdev *there = started ? &dance->on_front : &dance->on_nic;

	dance->keeps_front = started;
	journal->nic = dance->nic.index;
	journal->time = dance_now();
	if (!known)
		journal->arp_ignore = dance->arp_ignore;
	if (started || !known)
		note_like(dance, started, journal);
	else if (!there->parts[PART_ADDRESSES4].count && !there->parts[PART_ADDRESSES6].count)
		return 0;
	return look_at_device(netlink, from, there->called, &journal->wanted, err);
}
