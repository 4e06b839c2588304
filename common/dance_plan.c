// SPDX-License-Identifier: GPL-2.0-or-later
// The steps of the dance.
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "dance.h"

#define VETH_WAIT 5	/* seconds for the veths' own carrier, which comes at once */

/* What Xen's bridges' ports all have, so that the bridge's own MAC never changes. */
static const uint8_t port_mac[MAC_LEN] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff };

static bool has_veths(const struct dance *dance)
{
	return dance->journal.style == STYLE_VETH;
}

void dance_plan_journal(struct dance *dance, struct plan *plan)
{
	plan_file(plan, dance->path, dance->text, dance->next);
}

void dance_plan_journal_done(struct dance *dance, struct plan *plan)
{
	if (dance->again)
		return;
	plan_file(plan, dance->path, dance->next, dance->done);
}

/* ---- parts of steps --------------------------------------------------------------------------- */

static void turn(struct plan *plan, struct link *now, const struct link *to)
{
	plan_link(plan, now, to);
	*now = *to;
}

static void turn_in_place(struct plan *plan, struct link *now, const struct link *to)
{
	plan_link_in_place(plan, now, to);
	*now = *to;
}

static void plan_no_ipv6(struct plan *plan, const struct link *link, int *now, int to)
{
	if (*now < 0 || to < 0)
		return;
	plan_sysctl(plan, "ipv6", link->name, "disable_ipv6", *now, to);
	*now = to;
}

/* Addresses come by hand here, not by themselves; else some would come twice. */
static void plan_addr_gen(struct plan *plan, struct link *link, int mode)
{
	struct link to = *link;

	if (link->addr_gen < 0 || mode < 0)
		return;
	to.addr_gen = mode;
	turn(plan, link, &to);
}

static void plan_up(struct plan *plan, struct link *link)
{
	struct link to = *link;

	to.up = true;
	turn(plan, link, &to);
}

static void plan_rename(struct plan *plan, struct link *link, const char *name)
{
	struct link to = *link;

	memcpy(to.name, name, IFNAMSIZ);
	turn_in_place(plan, link, &to);
}

static void set_master(struct link *link, const struct link *bridge)
{
	link->master = bridge->index ? bridge->index : -1;
	memcpy(link->master_name, bridge->name, IFNAMSIZ);
}

/* As it is when it has just been made. */
static void make(const struct dance *dance, const char *name, const uint8_t mac[static MAC_LEN],
		 struct link *link)
{
	memset(link, 0, sizeof(*link));
	memcpy(link->name, name, IFNAMSIZ);
	memcpy(link->mac, mac, MAC_LEN);
	link->addr_gen = dance->fresh_no_ipv6 < 0 ? -1 : IN6_ADDR_GEN_MODE_EUI64;
	link->port = PORT_FLAGS_DEFAULT;
}

static void make_like_netdev(const struct dance *dance, const char *name, struct link *link)
{
	const struct link *like = &dance->journal.like;

	make(dance, name, like->mac, link);
	link->mtu = like->mtu;
	link->txqlen = like->txqlen;
}

/* What differs between a device and the one whose settings it shall have. */
static void plan_settings(struct plan *plan, const struct link *link, const struct netdev *now,
			  const struct netdev *wanted)
{
	for (size_t i = 0; i < wanted->setting_count; i++) {
		const struct device_setting *setting = &wanted->settings[i];
		char name[FACTS_PATH];

		snprintf(name, sizeof(name), "%s/%s/%s", setting_folders[setting->folder],
			 link->name, setting->name);
		plan_setting(plan, name, netdev_setting(now, setting->folder, setting->name),
			     setting->value);
	}
}

/* ---- start ------------------------------------------------------------------------------------ */

/* It carries frames, and the host is not there. */
static void plan_silent(struct plan *plan, struct link *link, const struct link *bridge,
			int *no_ipv6)
{
	struct link to = *link;

	to.no_arp = true;
	to.no_multicast = true;
	if (to.addr_gen >= 0)
		to.addr_gen = IN6_ADDR_GEN_MODE_NONE;
	if (bridge)
		set_master(&to, bridge);
	turn(plan, link, &to);
	plan_no_ipv6(plan, link, no_ipv6, 1);
}

void dance_plan_settings(struct dance *dance, struct plan *plan)
{
	bool is_new = !dance->front.index;

	if (dance->keeps_front)
		return;
	plan_settings(plan, &dance->front, is_new ? &dance->fresh : &dance->on_front,
		      &dance->on_nic);
}

/* What the host talks through must be as it was used to. */
static void plan_ready(struct dance *dance, struct plan *plan)
{
	if (!dance->keeps_front) {
		plan_addr_gen(plan, &dance->front, IN6_ADDR_GEN_MODE_NONE);
		dance_plan_settings(dance, plan);
		plan_no_ipv6(plan, &dance->front, &dance->front_no_ipv6, dance->journal.no_ipv6);
	}
	if (!has_veths(dance) || dance->journal.like.up)
		plan_up(plan, &dance->front);
}

/*
 * A host answers ARP for all its addresses on each device. The bridge must not, for its MAC is
 * none that the host can be reached at. One of our own has no ARP at all.
 */
static void plan_arp(struct dance *dance, struct plan *plan, int to)
{
	if (dance->arp_ignore < 0 || to < 0 || (to == 1 && dance->arp_ignore > 1))
		return;
	plan_sysctl(plan, "ipv4", dance->bridge.name, "arp_ignore", dance->arp_ignore, to);
	dance->arp_ignore = to;
}

void dance_plan_bridge(struct dance *dance, struct plan *plan)
{
	const struct journal *journal = &dance->journal;
	struct link *bridge = dance_bridge(dance);

	bool is_new = !*bridge->name;
	struct link to;

	if (is_new && has_veths(dance)) {
		make(dance, journal->bridge, port_mac, bridge);
		plan_new_link(plan, bridge, NULL, dance->vlan_filtering);
		dance->bridge_no_ipv6 = dance->fresh_no_ipv6;
		plan_silent(plan, bridge, NULL, &dance->bridge_no_ipv6);
	} else if (is_new) {
		make_like_netdev(dance, journal->stage, bridge);
		plan_new_link(plan, bridge, NULL, dance->vlan_filtering);
		dance->front_no_ipv6 = dance->fresh_no_ipv6;
	} else if (!has_veths(dance)) {
		to = *bridge;
		memcpy(to.mac, journal->like.mac, MAC_LEN);
		turn(plan, bridge, &to);
	} else if (!journal->made_bridge) {
		plan_arp(dance, plan, 1);
	}
	if (has_veths(dance))
		plan_up(plan, bridge);
}

static void plan_veths(struct dance *dance, struct plan *plan)
{
	struct link *far = &dance->far;

	make(dance, dance->journal.far, port_mac, far);
	far->mtu = dance->journal.like.mtu;
	make_like_netdev(dance, dance->journal.stage, &dance->front);
	plan_new_link(plan, far, &dance->front, false);
	dance->far_no_ipv6 = dance->front_no_ipv6 = dance->fresh_no_ipv6;
}

void dance_plan_front(struct dance *dance, struct plan *plan)
{
	if (has_veths(dance) && !*dance->far.name)
		plan_veths(dance, plan);
	if (has_veths(dance)) {
		plan_silent(plan, &dance->far, &dance->bridge, &dance->far_no_ipv6);
		plan_up(plan, &dance->far);
	}
	plan_ready(dance, plan);
	if (has_veths(dance) && dance->front.up)
		plan_carrier(plan, &dance->front, VETH_WAIT);
}

/* What it takes away, and that it takes the device down, is as if it was never there. */
void dance_plan_ifdown(struct dance *dance, struct plan *plan)
{
	struct link *link = dance->keeps_front ? &dance->front : &dance->nic;
	struct netdev *there = dance->keeps_front ? &dance->on_front : &dance->on_nic;

	if (!dance->ifdown)
		return;
	plan_ifup(plan, dance->ifup, dance->journal.netdev, false, true);
	link->up = false;
	for (int part = 0; part < PARTS; part++)
		entries_free(&there->parts[part]);
}

/*
 * ARP and IPv6 end before the MAC changes, lest they tell the LAN of the new one. The port's MAC
 * is a bridge's own, which is why the host's cannot stay there.
 */
void dance_plan_nic_away(struct dance *dance, struct plan *plan)
{
	struct link *nic = &dance->nic, to;

	if (has_veths(dance)) {
		plan_silent(plan, nic, NULL, &dance->nic_no_ipv6);
	} else {
		plan_addr_gen(plan, nic, IN6_ADDR_GEN_MODE_NONE);
		plan_no_ipv6(plan, nic, &dance->nic_no_ipv6, 1);
	}
	to = *nic;
	if (has_veths(dance))
		memcpy(to.mac, port_mac, MAC_LEN);
	memcpy(to.name, dance->journal.physical, IFNAMSIZ);
	set_master(&to, dance_bridge(dance));
	turn_in_place(plan, nic, &to);
	plan_up(plan, nic);
}

void dance_plan_front_on(struct dance *dance, struct plan *plan)
{
	plan_rename(plan, &dance->front, dance_front_name(&dance->journal));
}

/* ---- stop ------------------------------------------------------------------------------------- */

void dance_plan_settings_back(struct dance *dance, struct plan *plan)
{
	if (dance->journal.phase == PHASE_STARTING || !dance->front.index)
		return;
	plan_settings(plan, &dance->nic, &dance->on_nic, &dance->on_front);
}

/* Without IPv6 its addresses and routes are gone. */
void dance_plan_front_away(struct dance *dance, struct plan *plan)
{
	if (!*dance->front.name)
		return;
	if (dance->front_no_ipv6 == 0) {
		plan_addr_gen(plan, &dance->front, IN6_ADDR_GEN_MODE_NONE);
		plan_no_ipv6(plan, &dance->front, &dance->front_no_ipv6, 1);
	}
	if (dance->journal.style != STYLE_PLAIN)
		plan_rename(plan, &dance->front, dance->journal.stage);
}

void dance_plan_nic_on(struct dance *dance, struct plan *plan)
{
	const struct link *like = &dance->journal.like;
	struct link *nic = &dance->nic, to = *nic;

	memcpy(to.name, dance->journal.netdev, IFNAMSIZ);
	memcpy(to.mac, like->mac, MAC_LEN);
	to.mtu = like->mtu;
	to.txqlen = like->txqlen;
	to.no_arp = like->no_arp;
	to.no_multicast = like->no_multicast;
	to.up = like->up;
	to.master = 0;
	*to.master_name = '\0';
	turn_in_place(plan, nic, &to);
	if (dance->nic_no_ipv6 == dance->journal.no_ipv6)
		return;
	plan_addr_gen(plan, nic, IN6_ADDR_GEN_MODE_NONE);
	plan_no_ipv6(plan, nic, &dance->nic_no_ipv6, dance->journal.no_ipv6);
}

/* ---- what lives there ------------------------------------------------------------------------- */

static void plan_optional(struct plan *plan, const struct entries *entries,
			  const struct link *link, enum entry_verb verb)
{
	size_t before = plan->count;

	plan_entries(plan, entries, link, verb);
	if (plan->count > before)
		plan->steps[before].optional = true;
}

/* A rule that names the device need not move with it when the name does. */
static bool moves(const struct dance *dance, int part)
{
	if (part == PART_OTHERS)
		return false;
	return part != PART_RULES ||
	       strcmp(dance_front_name(&dance->journal), dance->journal.netdev);
}

/* They outlive the device that they name. */
static void plan_rules_of_lost(struct dance *dance, struct plan *plan)
{
	struct link lost = { 0 };

	memcpy(lost.name, dance_front_name(&dance->journal), IFNAMSIZ);
	if (moves(dance, PART_RULES))
		plan_entries(plan, &dance->transfer.leave[PART_RULES], &lost, ENTRY_DELETE);
}

static void plan_move(struct dance *dance, struct plan *plan, const struct link *from,
		      const struct netdev *there, const struct link *to)
{
	const struct transfer *transfer = &dance->transfer;

	for (int part = PART_ADDRESSES4; part <= PART_ADDRESSES6; part++) {
		plan_entries(plan, &transfer->off[part], to, ENTRY_DELETE);
		plan_entries(plan, &transfer->on[part], to, ENTRY_ADD);
	}
	/* Not before they are elsewhere: other devices' routes may have them as their source. */
	if (*from->name) {
		plan_entries(plan, &there->parts[PART_ADDRESSES4], from, ENTRY_DELETE);
		for (int part = PART_NEIGHBOURS; part < PARTS; part++)
			if (moves(dance, part))
				plan_entries(plan, &transfer->leave[part], from, ENTRY_DELETE);
	}
	if (!*from->name && from == &dance->front)
		plan_rules_of_lost(dance, plan);
	plan_entries(plan, &transfer->surplus4, to, ENTRY_DELETE);
	for (int part = PART_NEIGHBOURS; part < PARTS; part++) {
		/* Where no device went down, these have gone with their nexthops. */
		if (part == PART_NEXTHOP_ROUTES)
			plan_optional(plan, &transfer->on[part], to, ENTRY_ADD);
		else if (moves(dance, part))
			plan_entries(plan, &transfer->on[part], to, ENTRY_ADD);
	}
}

/* What was left out so that it is quick. */
static void plan_late(struct dance *dance, struct plan *plan, struct link *link)
{
	plan_entries(plan, &dance->transfer.late, link, ENTRY_CHANGE);
	plan_entries(plan, &dance->transfer.surplus6, link, ENTRY_DELETE);
	plan_addr_gen(plan, link, dance->journal.like.addr_gen);
}

/* Where a hardware device went down for it, its carrier comes back in some seconds. */
static void plan_nic_carrier(struct dance *dance, struct plan *plan)
{
	if (dance->journal.like.running && dance->nic.up)
		plan_carrier(plan, &dance->nic, dance->carrier);
}

void dance_plan_to_front(struct dance *dance, struct plan *plan)
{
	if (dance->by_ifup) {
		plan_ifup(plan, dance->ifup, dance->journal.netdev, true, true);
		return;
	}
	plan_move(dance, plan, &dance->nic, &dance->on_nic, &dance->front);
	plan_late(dance, plan, &dance->front);
	plan_nic_carrier(dance, plan);
}

void dance_plan_to_nic(struct dance *dance, struct plan *plan)
{
	if (dance->by_ifup) {
		plan_ifup(plan, dance->ifup, dance->journal.netdev, true, true);
		return;
	}
	plan_move(dance, plan, &dance->front, &dance->on_front, &dance->nic);
	plan_late(dance, plan, &dance->nic);
	plan_nic_carrier(dance, plan);
}

void dance_plan_others(struct dance *dance, struct plan *plan)
{
	plan_entries(plan, &dance->transfer.on[PART_OTHERS], &dance->nic, ENTRY_ADD);
}

/* ---- antispoof -------------------------------------------------------------------------------- */

void dance_plan_antispoof(struct dance *dance, struct plan *plan)
{
	const struct journal *journal = &dance->journal;

	if (!journal->antispoof)
		return;
	rule_port(journal->physical, AF_INET, &plan->rules[0]);
	plan_rules(plan, &dance->firewall, &plan->rules[0], false);
	if (*journal->far) {
		rule_port(journal->far, AF_INET, &plan->rules[1]);
		plan_rules(plan, &dance->firewall, &plan->rules[1], false);
	}
	plan_policy(plan, &dance->firewall, AF_INET, journal->dropped, true);
}

void dance_plan_no_antispoof(struct dance *dance, struct plan *plan)
{
	const struct journal *journal = &dance->journal;

	if (!journal->antispoof)
		return;
	plan_policy(plan, &dance->firewall, AF_INET, true, journal->dropped || dance->others_drop);
	rule_none(journal->physical, AF_INET, &plan->rules[0]);
	plan_rules(plan, &dance->firewall, &plan->rules[0], false);
	if (*journal->far) {
		rule_none(journal->far, AF_INET, &plan->rules[1]);
		plan_rules(plan, &dance->firewall, &plan->rules[1], false);
	}
}

void dance_plan_confirm(struct dance *dance, struct plan *plan)
{
	plan_confirm(plan, &dance->front, dance->routers, dance->router_count, dance->confirm);
}

/* ---- the end ---------------------------------------------------------------------------------- */

static void plan_ports_away(struct dance *dance, struct plan *plan)
{
	for (size_t i = 0; i < dance->port_count; i++) {
		struct link to = dance->ports[i];

		to.master = 0;
		turn(plan, &dance->ports[i], &to);
	}
}

void dance_plan_clear_away(struct dance *dance, struct plan *plan)
{
	const struct link *bridge = dance_seen_bridge(dance);

	if (*dance->far.name)
		plan_delete_link(plan, &dance->far);
	if (*bridge->name && dance->journal.made_bridge) {
		plan_ports_away(dance, plan);
		plan_delete_link(plan, bridge);
	} else if (*bridge->name && has_veths(dance)) {
		plan_arp(dance, plan, dance->journal.arp_ignore);
	} else if (*bridge->name) {
		plan_no_ipv6(plan, &dance->front, &dance->front_no_ipv6, dance->journal.no_ipv6);
		plan_addr_gen(plan, &dance->front, dance->journal.like.addr_gen);
	}
}
