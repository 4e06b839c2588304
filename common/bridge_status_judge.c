// SPDX-License-Identifier: GPL-2.0-or-later
// What is wrong, from what was seen.
#include <linux/if_bridge.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bridge_status.h"

#define QUOTED (4 * IFNAMSIZ)

static const char *const ip_names[] = { "IPv4", "IPv6" };

/* ---- findings, one by one --------------------------------------------------------------------- */

/* The last place is for what there is no room for. */
static struct status_finding *add(struct bridge_status *status, const char *kind,
				  const char *device)
{
	struct status_finding *finding = &status->findings[status->finding_count];

	if (status->finding_count < STATUS_FINDINGS - 1)
		status->finding_count++;
	else
		status->left_out++;
	memset(finding, 0, sizeof(*finding));
	finding->kind = kind;
	snprintf(finding->device, IFNAMSIZ, "%s", device);
	return finding;
}

static void PRINTF(2, 3) say(struct status_finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->text, STATUS_WORDS, format, args);
	va_end(args);
}

static void PRINTF(2, 3) mend(struct status_finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->fix, STATUS_WORDS, format, args);
	va_end(args);
}

/* A name as the shell reads it. */
struct quoted {
	char text[QUOTED];
};

static struct quoted quote(const char *name)
{
	struct quoted quoted = { "" };
	struct text text = TEXT_IN(quoted.text);

	text_quote(&text, name);
	return quoted;
}

static const char *guest_of(const struct status_device *device, char out[static STATUS_NAME])
{
	if (*device->guest)
		snprintf(out, STATUS_NAME, "%s", device->guest);
	else if (device->of_guest)
		snprintf(out, STATUS_NAME, "domain %u", device->domid);
	else
		snprintf(out, STATUS_NAME, "a guest");
	return out;
}

/* ---- what is missing -------------------------------------------------------------------------- */

static void tell_half_way(struct bridge_status *status)
{
	const struct journal *journal = &status->journal;
	const char *what = journal->phase == PHASE_STARTING ? "start" : "stop";
	struct status_finding *finding;

	if (*status->busy) {
		finding = add(status, "at-work", "");
		finding->is_warning = true;
		say(finding, "%s is under way just now: %.200s", what, status->busy);
		return;
	}
	finding = add(status, "half-way", "");
	say(finding, "an earlier %s was left half way, as its journal tells", what);
	mend(finding, "%s recover", status->program);
}

static void tell_missing(struct bridge_status *status, const struct status_device *device)
{
	const struct journal *journal = &status->journal;
	struct status_finding *finding;

	if (device->link.index)
		return;
	finding = add(status, "missing", device->link.name);
	switch (device->role) {
	case ROLE_NIC:
		say(finding, "the physical device %s is gone: its driver, or the hardware",
		    device->link.name);
		return;
	case ROLE_BRIDGE:
		say(finding, "there is no bridge %s", device->link.name);
		break;
	default:
		say(finding, "%s, by which this host is on the bridge, is gone", device->link.name);
	}
	mend(finding, "%s start netdev=%s", status->program, quote(journal->netdev).text);
}

static void tell_unplugged(struct bridge_status *status, const struct status_device *device)
{
	const struct status_device *bridge = bridge_status_find(status, ROLE_BRIDGE);
	struct status_finding *finding;
	char guest[STATUS_NAME], elsewhere[2 * IFNAMSIZ] = "";

	if (!status_is_there(device) || !status_is_there(bridge) || status_is_port(device, bridge) ||
	    (device->role != ROLE_NIC && device->role != ROLE_FAR && device->role != ROLE_GUEST))
		return;
	finding = add(status, "unplugged", device->link.name);
	if (device->link.master)
		snprintf(elsewhere, sizeof(elsewhere), ", but of %s", device->link.master_name);
	if (device->role == ROLE_GUEST)
		say(finding, "%s is no port of %s%s: %.100s is not where its configuration wants it",
		    device->link.name, bridge->link.name, elsewhere, guest_of(device, guest));
	else
		say(finding, "%s is no port of %s%s", device->link.name, bridge->link.name,
		    elsewhere);
	mend(finding, "ip link set dev %s master %s up", quote(device->link.name).text,
	     quote(bridge->link.name).text);
}

/* ---- what does not pass ----------------------------------------------------------------------- */

static void tell_down(struct bridge_status *status, const struct status_device *device)
{
	struct status_finding *finding;
	char guest[STATUS_NAME];

	if (!status_is_there(device) || device->link.up)
		return;
	finding = add(status, "down", device->link.name);
	switch (device->role) {
	case ROLE_NIC:
		say(finding, "%s is down: the LAN cannot be reached", device->link.name);
		break;
	case ROLE_BRIDGE:
		say(finding, "%s is down: nothing passes", device->link.name);
		break;
	case ROLE_GUEST:
		say(finding, "%s is down: %.100s is cut off", device->link.name,
		    guest_of(device, guest));
		break;
	case ROLE_OTHER:
		finding->is_warning = true;
		say(finding, "%s is down", device->link.name);
		break;
	default:
		say(finding, "%s is down: this host is cut off", device->link.name);
	}
	mend(finding, "ip link set dev %s up", quote(device->link.name).text);
}

static void tell_no_carrier(struct bridge_status *status, const struct status_device *device)
{
	if (!status_is_there(device) || device->role != ROLE_NIC || !device->link.up ||
	    device->link.running)
		return;
	say(add(status, "no-carrier", device->link.name),
	    "%s has no carrier: the cable, or the port of the switch", device->link.name);
}

static void tell_blocked(struct bridge_status *status, const struct status_device *device)
{
	const struct status_device *bridge = bridge_status_find(status, ROLE_BRIDGE);
	struct status_finding *finding;

	if (!status_is_there(device) || device->port_state < 0 || !device->link.up ||
	    !device->link.running || device->port_state == BR_STATE_FORWARDING)
		return;
	/* With the bridge, all its ports are. */
	if (!status_is_there(bridge) || !bridge->link.up)
		return;
	finding = add(status, "not-forwarding", device->link.name);
	switch (device->port_state) {
	case BR_STATE_BLOCKING:
		say(finding, "the spanning tree of %s blocks %s: there is another way to the same "
		    "LAN, a loop", device->link.master_name, device->link.name);
		break;
	case BR_STATE_DISABLED:
		say(finding, "%s is switched off as a port of %s", device->link.name,
		    device->link.master_name);
		mend(finding, "bridge link set dev %s state 3", quote(device->link.name).text);
		break;
	default:
		finding->is_warning = true;
		say(finding, "%s does not forward yet: it is %s", device->link.name,
		    bridge_status_word(device));
	}
}

static void add_name(char *names, const char *name)
{
	size_t len = strlen(names);

	if (len < STATUS_WORDS / 2)
		snprintf(names + len, STATUS_WORDS / 2 + IFNAMSIZ + 8 - len, "%s%s",
			 len ? ", " : "", name);
	else if (strcmp(names + len - 3, "..."))
		snprintf(names + len, 6, ", ...");
}

static bool has_veths(const struct bridge_status *status)
{
	return status->journal.style == STYLE_VETH;
}

/* Whether rules accept what the host sends and gets: they are of either end of its way. */
static bool host_passes(const struct bridge_status *status, int family)
{
	const struct status_device *nic = bridge_status_find(status, ROLE_NIC);
	const struct status_device *far = bridge_status_find(status, ROLE_FAR);

	return !has_veths(status) || !status_is_there(far) || (nic && nic->rules[family]) ||
	       far->rules[family];
}

/* As Docker does it: br_netfilter, bridge-nf-call-iptables, and a policy that drops. */
static void tell_dropped(struct bridge_status *status, int family)
{
	const struct status_device *bridge = bridge_status_find(status, ROLE_BRIDGE);
	const char *tool = family ? "ip6tables" : "iptables";
	char names[STATUS_WORDS] = "";
	struct status_finding *finding;
	bool host = !host_passes(status, family);

	if (!status->filters[family] || !status->drops[family] || !status_is_there(bridge) ||
	    bridge->rules[family])
		return;
	if (host)
		add_name(names, "this host");
	for (size_t i = 0; i < status->device_count; i++)
		if (status->devices[i].role == ROLE_GUEST && !status->devices[i].rules[family] &&
		    status_is_port(&status->devices[i], bridge))
			add_name(names, status->devices[i].link.name);
	if (!*names)
		return;
	finding = add(status, "dropped", bridge->link.name);
	/* Without IPv6 among its `ip`, a guest is meant to have none. */
	finding->is_warning = family && !host;
	say(finding, "bridged %s packets meet FORWARD (bridge-nf-call-%s=1), whose policy is DROP, "
	    "and no rule accepts those of %.190s", ip_names[family], tool, names);
	mend(finding, "%s -I FORWARD -i %s -o %s -j ACCEPT", tool, quote(bridge->link.name).text,
	     quote(bridge->link.name).text);
}

static void tell_no_forwarding(struct bridge_status *status, int family)
{
	const struct status_device *front = bridge_status_front(status);
	struct status_finding *finding;

	if (!status_is_there(front) || status->forwarding[family] != 1 ||
	    status->front_forwarding[family] != 0)
		return;
	finding = add(status, "no-forwarding", front->link.name);
	say(finding, "this host forwards %s, but not what comes from %s", ip_names[family],
	    front->link.name);
	mend(finding, "sysctl -w net/ipv%d/conf/%s/forwarding=1", family ? 6 : 4,
	     quote(front->link.name).text);
}

/* ---- what is in the wrong place --------------------------------------------------------------- */

static bool has_address(const struct status_device *device, const struct inet_prefix *address)
{
	for (size_t i = 0; device && i < device->address_count; i++)
		if (device->addresses[i].family == address->family &&
		    !memcmp(device->addresses[i].addr, address->addr, sizeof(address->addr)))
			return true;
	return false;
}

static void tell_misplaced(struct bridge_status *status, const struct status_device *device,
			   const struct inet_prefix *address)
{
	const struct status_device *front = bridge_status_front(status);
	struct status_finding *finding = add(status, "misplaced", device->link.name);
	struct quoted from = quote(device->link.name);
	char text[INET_TEXT];

	inet_print(address, text);
	mend(finding, "ip address del %s/%u dev %s", text, address->len, from.text);
	if (status_is_there(front) && has_address(front, address)) {
		say(finding, "the address %s is on %s, too", text, device->link.name);
		return;
	}
	/* Somebody may have meant it. */
	finding->is_warning = device->role == ROLE_GUEST || device->role == ROLE_OTHER;
	if (finding->is_warning || !status_is_there(front)) {
		say(finding, "the address %s is on %s, a port", text, device->link.name);
		return;
	}
	say(finding, "the address %s is on %s, and belongs on %s", text, device->link.name,
	    front->link.name);
	mend(finding, "ip address add %s/%u%s dev %s && ip address del %s/%u dev %s", text,
	     address->len, address->family == AF_INET ? " broadcast +" : "",
	     quote(front->link.name).text, text, address->len, from.text);
}

static void tell_all_misplaced(struct bridge_status *status, const struct status_device *device)
{
	if (!status_is_there(device) || device == bridge_status_front(status))
		return;
	for (size_t i = 0; i < device->address_count; i++)
		if (!inet_is_link_local(&device->addresses[i]))
			tell_misplaced(status, device, &device->addresses[i]);
}

/*
 * Who manages a port may give it addresses, or take it off the bridge. Where the physical device
 * keeps its name, it is to be managed until start, so there is no simple fix.
 */
static void tell_managed(struct bridge_status *status, const struct status_device *device)
{
	const char *name = device->link.name;
	struct status_finding *finding;
	struct quoted quoted = quote(name);

	if (!status_is_there(device) || device->manager == MANAGER_NONE ||
	    device->role == ROLE_FRONT || device == bridge_status_front(status))
		return;
	finding = add(status, "managed", name);
	finding->is_warning = true;
	if (device->manager == MANAGER_NETWORKMANAGER) {
		say(finding, "NetworkManager manages %s and may take it off the bridge", name);
		if (strcmp(name, status->journal.netdev))
			mend(finding, "printf '[keyfile]\\nunmanaged-devices+="
			     "interface-name:%%s\\n' %s >/etc/NetworkManager/conf.d/xen-%s.conf && nmcli general reload",
			     quoted.text, quoted.text);
	} else {
		say(finding, "systemd-networkd manages %s and may take it off the bridge", name);
		if (strcmp(name, status->journal.netdev))
			mend(finding, "printf '[Match]\\nName=%%s\\n[Link]\\nUnmanaged=yes\\n' %s "
			     ">/etc/systemd/network/05-xen-%s.network && networkctl reload",
			     quoted.text, quoted.text);
	}
}

/* ---- all of them ------------------------------------------------------------------------------ */

static bool is_in_use(const struct status_device *device)
{
	for (size_t i = 0; i < device->address_count; i++)
		if (!inet_is_link_local(&device->addresses[i]))
			return true;
	return false;
}

/* The device is back where it was; in the style plain its name was always its own. */
static bool is_undone(const struct bridge_status *status)
{
	const struct status_device *nic = bridge_status_find(status, ROLE_NIC);
	const struct status_device *far = bridge_status_find(status, ROLE_FAR);

	return nic && nic->link.index && !nic->link.master &&
	       !strcmp(nic->link.name, status->journal.netdev) &&
	       (status->journal.style != STYLE_PLAIN || is_in_use(nic)) &&
	       !status_is_there(bridge_status_find(status, ROLE_BRIDGE)) && !status_is_there(far);
}

static void tell_stale(struct bridge_status *status)
{
	const struct journal *journal = &status->journal;
	struct status_finding *finding = add(status, "stale", journal->netdev);

	say(finding, "the journal says that %s is on %s, but somebody has undone it",
	    journal->netdev, journal->bridge);
	mend(finding, "%s start netdev=%s", status->program, quote(journal->netdev).text);
}

static void tell_no_journal(struct bridge_status *status)
{
	struct status_finding *finding = add(status, "no-journal", "");

	finding->is_warning = true;
	say(finding, "there is no journal: stop will go by what it sees");
}

static void tell_all(struct bridge_status *status)
{
	static void (*const tell[])(struct bridge_status *status,
				    const struct status_device *device) = {
		tell_missing, tell_unplugged, tell_down, tell_no_carrier, tell_blocked,
		tell_all_misplaced,
	};

	for (size_t i = 0; i < ARRAY_SIZE(tell); i++)
		for (size_t j = 0; j < status->device_count; j++)
			tell[i](status, &status->devices[j]);
	for (int family = 0; family < 2; family++)
		tell_dropped(status, family);
	for (int family = 0; family < 2; family++)
		tell_no_forwarding(status, family);
	for (size_t j = 0; j < status->device_count; j++)
		tell_managed(status, &status->devices[j]);
}

void bridge_status_judge(struct bridge_status *status)
{
	enum phase phase = status->journal.phase;

	status->finding_count = status->left_out = 0;
	status->state = status->in_place ? STATE_STARTED :
			phase == PHASE_NONE ? STATE_NOT_STARTED : STATE_BROKEN;
	if (status->state == STATE_NOT_STARTED)
		return;
	if (phase == PHASE_STARTING || phase == PHASE_STOPPING) {
		tell_half_way(status);
	} else if (is_undone(status)) {
		tell_stale(status);
	} else {
		if (phase == PHASE_NONE)
			tell_no_journal(status);
		tell_all(status);
	}
}
