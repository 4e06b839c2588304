// SPDX-License-Identifier: GPL-2.0-or-later
#include "bridge_status_look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "counters.h"
#include "dance_find.h"
#include "dance_look.h"
#include "file.h"
#include "firewall.h"
#include "lock.h"
#include "sysctl.h"

#define ADDRESSES 256	/* of one device that are told of */

/* ---- devices ---------------------------------------------------------------------------------- */

struct status_device *bridge_status_add(struct bridge_status *status, enum status_role role,
					const struct link *link)
{
	struct status_device *device = &status->devices[status->device_count];

	if (status->device_count == STATUS_DEVICES)
		return NULL;
	status->device_count++;
	device->role = role;
	device->link = *link;
	device->port_state = -1;
	return device;
}

/* "vif7.0", "vif7.0-emu", or netback's device vif-7-0: of domain 7. */
static bool parse_domid(const char *name, unsigned *domid)
{
	char *end;
	unsigned long number;

	if (strncmp(name, "vif", 3))
		return false;
	name += 3 + (name[3] == '-');
	number = strtoul(name, &end, 10);
	*domid = (unsigned)number;
	return end != name && (*end == '.' || *end == '-') && number < 0x7ff0;
}

/* A rename leaves a vif's first name in its alias (vif.c). */
static bool is_of_guest(const struct link *link, unsigned *domid)
{
	return parse_domid(link->parent, domid) || parse_domid(link->name, domid) ||
	       parse_domid(link->alias, domid);
}

static void add_or_miss(struct bridge_status *status, enum status_role role,
			const struct link *link, const char *name)
{
	struct link missing = { 0 };

	if (link->index) {
		bridge_status_add(status, role, link);
		return;
	}
	snprintf(missing.name, IFNAMSIZ, "%s", name);
	bridge_status_add(status, role, &missing);
}

/* Another device may have got the name that the physical one had. */
static bool is_nic(const struct dance *dance)
{
	return dance->nic.index && dance->nic.index != dance->front.index &&
	       dance->nic.index != dance->bridge.index;
}

static void add_devices(const struct dance *dance, struct bridge_status *status)
{
	static const struct link none;
	const struct journal *journal = &dance->journal;
	bool veths = journal->style == STYLE_VETH;

	add_or_miss(status, ROLE_NIC, is_nic(dance) ? &dance->nic : &none, journal->physical);
	add_or_miss(status, ROLE_BRIDGE, dance_seen_bridge(dance), journal->bridge);
	if (veths) {
		add_or_miss(status, ROLE_FAR, &dance->far, journal->far);
		add_or_miss(status, ROLE_FRONT, &dance->front, journal->netdev);
	}
	for (size_t i = 0; i < dance->port_count; i++) {
		unsigned domid;
		bool guest = is_of_guest(&dance->ports[i], &domid) && domid;
		struct status_device *device = bridge_status_add(
			status, guest ? ROLE_GUEST : ROLE_OTHER, &dance->ports[i]);

		if (!device)
			return;
		device->of_guest = guest;
		device->domid = guest ? domid : 0;
	}
}

/* ---- what each of them has -------------------------------------------------------------------- */

/* Of more than are told of, the first ones. */
static int list_addresses(struct netlink *netlink, const struct link *link, struct address *list,
			  size_t *count, struct error *err)
{
	struct error own = { 0 };
	int rc = address_list(netlink, link, list, ADDRESSES, count, &own);

	return !rc || rc == -E2BIG ? 0 : error_set(err, -rc, "%s", own.text);
}

static int look_at_addresses(struct netlink *netlink, struct status_device *device,
			     struct error *err)
{
	struct address *list = calloc(ADDRESSES, sizeof(*list));
	struct inet_prefix *addresses = calloc(ADDRESSES, sizeof(*addresses));
	size_t count = 0;
	int rc;

	if (!list || !addresses) {
		free(list);
		free(addresses);
		return error_set(err, ENOMEM, "out of memory");
	}
	rc = list_addresses(netlink, &device->link, list, &count, err);
	for (size_t i = 0; i < count; i++)
		addresses[i] = list[i].local;
	device->addresses = addresses;
	device->address_count = rc ? 0 : count;
	free(list);
	return rc;
}

static bool has_line(const char *text, const char *begin)
{
	size_t len = strlen(begin);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, begin, len))
			return true;
	}
	return false;
}

/* Their own notes on each interface (nm-config.c; networkd-link.c, link_save). */
static int look_for_manager(struct status_device *device, struct error *err)
{
	char path[FACTS_PATH], *text = NULL;
	int rc;

	snprintf(path, sizeof(path), "/run/NetworkManager/devices/%d", device->link.index);
	rc = file_read(path, &text, err);
	if (has_line(text, "managed=true"))
		device->manager = MANAGER_NETWORKMANAGER;
	free(text);
	if (rc || device->manager != MANAGER_NONE)
		return rc;
	text = NULL;
	snprintf(path, sizeof(path), "/run/systemd/netif/links/%d", device->link.index);
	rc = file_read(path, &text, err);
	if (has_line(text, "NETWORK_FILE=") && !has_line(text, "ADMIN_STATE=unmanaged"))
		device->manager = MANAGER_NETWORKD;
	free(text);
	return rc;
}

int bridge_status_look_at(struct tools *tools, struct status_device *device, struct error *err)
{
	struct counters counters;
	struct guard guard;
	int rc = counters_look(tools->netlink, &device->link, &counters, err);

	if (!rc)
		rc = look_at_addresses(tools->netlink, device, err);
	if (!rc)
		rc = look_for_manager(device, err);
	if (!rc && device->of_guest)
		rc = firewall_look_at_guard(tools->firewall, device->link.name, &guard, err);
	if (rc)
		return rc;
	device->received = counters.received;
	device->sent = counters.sent;
	device->port_state = counters.port_state;
	device->guarded = device->of_guest && guard.present && guard.hooked && !guard.damaged;
	return 0;
}

/* ---- the host --------------------------------------------------------------------------------- */

static int look_at_rules(struct tools *tools, struct bridge_status *status, struct error *err)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct rule_count *counts = calloc(status->device_count, sizeof(*counts));

	if (!counts)
		return error_set(err, ENOMEM, "out of memory");
	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		for (size_t i = 0; i < status->device_count; i++) {
			memcpy(counts[i].device, status->devices[i].link.name, IFNAMSIZ);
			counts[i].rules = 0;
		}
		firewall_count(tools->firewall, families[f], &status->drops[f], counts,
			       status->device_count);
		for (size_t i = 0; i < status->device_count; i++)
			status->devices[i].rules[f] = counts[i].rules;
	}
	free(counts);
	return 0;
}

static int look_at_settings(struct bridge_status *status, struct error *err)
{
	static const char *const calls[] = { "net/bridge/bridge-nf-call-iptables",
					     "net/bridge/bridge-nf-call-ip6tables" };
	const struct status_device *front = bridge_status_front(status);
	char name[FACTS_PATH];
	int rc = 0, call;

	for (int f = 0; !rc && f < 2; f++) {
		rc = sysctl_read(calls[f], &call, err);
		status->filters[f] = !rc && call == 1;
		snprintf(name, sizeof(name), "net/ipv%d/conf/all/forwarding", f ? 6 : 4);
		if (!rc)
			rc = sysctl_read(name, &status->forwarding[f], err);
		status->front_forwarding[f] = -1;
		if (rc || !front || !front->link.index)
			continue;
		snprintf(name, sizeof(name), "net/ipv%d/conf/%s/forwarding", f ? 6 : 4,
			 front->link.name);
		rc = sysctl_read(name, &status->front_forwarding[f], err);
	}
	return rc;
}

/* Whether it is half way because somebody is on the way. */
static void look_who_is_busy(struct bridge_status *status)
{
	const struct journal *journal = &status->journal;
	struct error held = { 0 };
	int lock;

	if (journal->phase != PHASE_STARTING && journal->phase != PHASE_STOPPING)
		return;
	if (lock_take(DANCE_LOCK, 0, &lock, &held))
		snprintf(status->busy, STATUS_WORDS, "%.300s", held.text);
	else
		lock_release(lock);
}

/* Where it lies is not where commands are looked for. */
static void look_who_we_are(struct bridge_status *status)
{
	struct text text = TEXT_IN(status->program);
	char path[FACTS_PATH];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n > 0 ? n : 0] = '\0';
	text_quote(&text, n > 0 ? path : "network-bridge");
}

static void take_journal(const struct dance *dance, struct bridge_status *status)
{
	static const struct netdev none;

	status->journal = dance->journal;
	status->journal.wanted = none;
}

int bridge_status_look(struct tools *tools, struct dance *dance, struct bridge_status *status,
		       struct error *err)
{
	int rc = dance_look_links(tools->netlink, dance, err);

	if (rc)
		return rc;
	look_who_we_are(status);
	take_journal(dance, status);
	status->in_place = dance_is_started(dance);
	add_devices(dance, status);
	look_who_is_busy(status);
	for (size_t i = 0; !rc && i < status->device_count; i++)
		if (status->devices[i].link.index)
			rc = bridge_status_look_at(tools, &status->devices[i], err);
	if (!rc)
		bridge_status_look_for_guests(tools, status);
	if (!rc)
		rc = look_at_rules(tools, status, err);
	return rc ? rc : look_at_settings(status, err);
}
