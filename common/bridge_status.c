// SPDX-License-Identifier: GPL-2.0-or-later
#include "bridge_status.h"

#include <linux/if_bridge.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_NOT_STARTED 3

const struct status_device *bridge_status_find(const struct bridge_status *status,
					       enum status_role role)
{
	for (size_t i = 0; i < status->device_count; i++)
		if (status->devices[i].role == role)
			return &status->devices[i];
	return NULL;
}

const struct status_device *bridge_status_front(const struct bridge_status *status)
{
	return bridge_status_find(status, status->journal.style == STYLE_VETH ? ROLE_FRONT : ROLE_BRIDGE);
}

bool status_is_there(const struct status_device *device)
{
	return device && device->link.index;
}

bool status_is_port(const struct status_device *port, const struct status_device *bridge)
{
	return status_is_there(bridge) && port->link.master == bridge->link.index;
}

const struct status_device *bridge_status_parent(const struct bridge_status *status,
						 const struct status_device *device)
{
	const struct status_device *bridge = bridge_status_find(status, ROLE_BRIDGE), *nic, *far;

	switch (device->role) {
	case ROLE_NIC:
		return NULL;
	case ROLE_BRIDGE:
		nic = bridge_status_find(status, ROLE_NIC);
		return nic && status_is_port(nic, device) ? nic : NULL;
	case ROLE_FRONT:
		far = bridge_status_find(status, ROLE_FAR);
		return status_is_there(far) ? far : NULL;
	default:
		return status_is_port(device, bridge) ? bridge : NULL;
	}
}

const char *bridge_status_word(const struct status_device *device)
{
	static const char *const words[] = {
		[BR_STATE_DISABLED] = "disabled", [BR_STATE_LISTENING] = "listening",
		[BR_STATE_LEARNING] = "learning", [BR_STATE_FORWARDING] = "forwarding",
		[BR_STATE_BLOCKING] = "blocking",
	};

	if (!device->link.up)
		return "down";
	if (!device->link.running)
		return "no carrier";
	return device->port_state >= 0 && device->port_state < (int)ARRAY_SIZE(words) ?
		       words[device->port_state] : "up";
}

int bridge_status_exit(const struct bridge_status *status)
{
	if (status->state == STATE_NOT_STARTED)
		return EXIT_NOT_STARTED;
	for (size_t i = 0; i < status->finding_count; i++)
		if (!status->findings[i].is_warning)
			return EXIT_FAILURE;
	return status->left_out ? EXIT_FAILURE : 0;
}

size_t bridge_status_size(const struct bridge_status *status)
{
	/* As JSON, each byte of a name may take six, and a device has some 500 bytes of keys. */
	size_t size = 8192 + 6 * status->finding_count * sizeof(struct status_finding);

	for (size_t i = 0; i < status->device_count; i++)
		size += 2048 + 6 * STATUS_NAME + sizeof(char[2 * INET_TEXT]) * status->devices[i].address_count;
	return size;
}

void bridge_status_free(struct bridge_status *status)
{
	for (size_t i = 0; i < status->device_count; i++)
		free(status->devices[i].addresses);
	memset(status, 0, sizeof(*status));
}
