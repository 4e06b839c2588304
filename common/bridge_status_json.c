// SPDX-License-Identifier: GPL-2.0-or-later
// The status for programs.
#include "bridge_status.h"
#include "json.h"
#include "request.h"

static const char *const roles[ROLES] = {
	[ROLE_NIC] = "physical", [ROLE_BRIDGE] = "bridge", [ROLE_FAR] = "host-port",
	[ROLE_FRONT] = "host", [ROLE_GUEST] = "guest", [ROLE_OTHER] = "other",
};

static const char *const states[] = {
	[STATE_NOT_STARTED] = "not started", [STATE_STARTED] = "started",
	[STATE_BROKEN] = "broken",
};

static void print_addresses(const struct status_device *device, struct json *json)
{
	char text[INET_TEXT], prefix[INET_TEXT + 4];
	struct text out;

	json_open(json, "addresses", '[');
	for (size_t i = 0; i < device->address_count; i++) {
		inet_print(&device->addresses[i], text);
		out = (struct text)TEXT_IN(prefix);
		text_add(&out, "%s/%u", text, device->addresses[i].len);
		json_text(json, NULL, prefix);
	}
	json_close(json, ']');
}

static void print_guest(const struct status_device *device, struct json *json)
{
	if (!device->of_guest)
		return;
	json_number(json, "domain", device->domid);
	json_text(json, "guest", *device->guest ? device->guest : NULL);
}

static void print_device(const struct bridge_status *status, const struct status_device *device,
			 struct json *json)
{
	static const char *const managers[] = {
		[MANAGER_NONE] = NULL, [MANAGER_NETWORKMANAGER] = "NetworkManager",
		[MANAGER_NETWORKD] = "systemd-networkd",
	};
	const struct status_device *parent = bridge_status_parent(status, device);
	const struct link *link = &device->link;
	char mac[MAC_TEXT];

	inet_print_mac(link->mac, mac);
	json_open(json, NULL, '{');
	json_text(json, "name", link->name);
	json_text(json, "role", roles[device->role]);
	json_text(json, "parent", parent ? parent->link.name : NULL);
	json_number(json, "ifindex", (uint64_t)link->index);
	json_text(json, "kind", *link->kind ? link->kind : NULL);
	json_text(json, "master", link->master ? link->master_name : NULL);
	json_text(json, "state", bridge_status_word(device));
	json_bool(json, "up", link->up);
	json_bool(json, "carrier", link->running);
	json_text(json, "mac", mac);
	json_number(json, "mtu", link->mtu);
	print_addresses(device, json);
	json_number(json, "received_packets", device->received);
	json_number(json, "sent_packets", device->sent);
	json_number(json, "accept_rules_ipv4", device->rules[0]);
	json_number(json, "accept_rules_ipv6", device->rules[1]);
	json_bool(json, "guarded", device->guarded);
	json_text(json, "managed_by", managers[device->manager]);
	print_guest(device, json);
	json_close(json, '}');
}

static void print_finding(const struct status_finding *finding, struct json *json)
{
	json_open(json, NULL, '{');
	json_text(json, "severity", finding->is_warning ? "warning" : "broken");
	json_text(json, "kind", finding->kind);
	json_text(json, "device", *finding->device ? finding->device : NULL);
	json_text(json, "text", finding->text);
	json_text(json, "fix", *finding->fix ? finding->fix : NULL);
	json_close(json, '}');
}

void bridge_status_json(const struct bridge_status *status, struct json *json)
{
	const struct journal *journal = &status->journal;

	json_open(json, NULL, '{');
	json_text(json, "netdev", journal->netdev);
	json_text(json, "bridge", journal->bridge);
	json_text(json, "physical", journal->physical);
	json_text(json, "style", request_style_name(journal->style));
	json_text(json, "state", states[status->state]);
	json_bool(json, "healthy", !bridge_status_exit(status));
	json_open(json, "devices", '[');
	for (size_t i = 0; i < status->device_count; i++)
		if (status->devices[i].link.index)
			print_device(status, &status->devices[i], json);
	json_close(json, ']');
	json_open(json, "findings", '[');
	for (size_t i = 0; i < status->finding_count; i++)
		print_finding(&status->findings[i], json);
	json_close(json, ']');
	json_close(json, '}');
}
