// SPDX-License-Identifier: GPL-2.0-or-later
// How a device that network-bridge put on a bridge is getting on: what was seen, what is wrong with
// it and how it is mended, for people and for programs. Pure.
#ifndef BRIDGE_STATUS_H
#define BRIDGE_STATUS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "facts.h"
#include "inet.h"
#include "journal.h"
#include "text.h"

#define STATUS_DEVICES 512
#define STATUS_FINDINGS 512	/* more are only counted */
#define STATUS_NAME 256		/* of a guest; libxl allows less */
#define STATUS_WORDS 320

enum status_role { ROLE_NIC, ROLE_BRIDGE, ROLE_FAR, ROLE_FRONT, ROLE_GUEST, ROLE_OTHER, ROLES };
enum status_state { STATE_NOT_STARTED, STATE_STARTED, STATE_BROKEN };
enum status_manager { MANAGER_NONE, MANAGER_NETWORKMANAGER, MANAGER_NETWORKD };

struct status_device {
	enum status_role role;
	struct link link;		/* index 0: it is not there, but should be */
	int port_state;			/* BR_STATE_* (linux/if_bridge.h); -1: no port */
	uint64_t received, sent;	/* packets */
	struct inet_prefix *addresses;	/* owned */
	size_t address_count;
	size_t rules[2];		/* that accept and name it: IPv4, IPv6 */
	bool guarded;
	enum status_manager manager;
	bool of_guest;			/* domid is known */
	unsigned domid;
	char guest[STATUS_NAME];	/* its name in xenstore, or "" */
};

struct status_finding {
	bool is_warning;	/* as yet no harm is done */
	const char *kind;	/* "down" */
	char device[IFNAMSIZ];	/* or "" */
	char text[STATUS_WORDS];
	char fix[STATUS_WORDS];	/* a shell command, or "": there is none */
};

struct bridge_status {
	/* What was seen. */
	char program[FACTS_PATH];	/* how this one is called, for the shell */
	struct journal journal;		/* phase, style and names; nothing is owned */
	bool in_place;			/* all have the names and places of a started one */
	char busy[STATUS_WORDS];	/* who is at it just now, or "" */
	struct status_device devices[STATUS_DEVICES];
	size_t device_count;
	bool filters[2];		/* bridged packets meet FORWARD: IPv4, IPv6 */
	bool drops[2];			/* by its policy */
	int forwarding[2];		/* of the host; -1: no such family */
	int front_forwarding[2];	/* of the device that the host uses */

	/* What bridge_status_judge makes of it. */
	enum status_state state;
	struct status_finding findings[STATUS_FINDINGS];
	size_t finding_count;
	size_t left_out;		/* findings for which there was no room */
};

/* Fill in state and findings (bridge_status_judge.c). */
void bridge_status_judge(struct bridge_status *status);

/* 0: healthy, 3: not started (LSB, "Init Script Actions"), 1: something is broken. */
int bridge_status_exit(const struct bridge_status *status);

/* The device that the host itself talks through, if started; NULL: it was not seen. */
const struct status_device *bridge_status_front(const struct bridge_status *status);

/* The first device of a role, there or not; or NULL. */
const struct status_device *bridge_status_find(const struct bridge_status *status,
					       enum status_role role);

/* Whether a device was seen (NULL was not); whether it is a port of the bridge, which was seen. */
bool status_is_there(const struct status_device *device);
bool status_is_port(const struct status_device *port, const struct status_device *bridge);

/* The device that a device is plugged into, or hangs on, in the picture; NULL: none. */
const struct status_device *bridge_status_parent(const struct bridge_status *status,
						 const struct status_device *device);

/* What a device's link does: "forwarding", "down", "no carrier" … */
const char *bridge_status_word(const struct status_device *device);

/* How many bytes the following two need at most. */
size_t bridge_status_size(const struct bridge_status *status);

/* For people: the picture, and the findings below it (bridge_status_tree.c). -ENOMEM. */
int bridge_status_print(const struct bridge_status *status, struct text *out,
			struct error *err) MUST_CHECK;

/* For programs: one JSON object (bridge_status_json.c). */
struct json;
void bridge_status_json(const struct bridge_status *status, struct json *json);

/* Free what it owns. */
void bridge_status_free(struct bridge_status *status);

#endif
