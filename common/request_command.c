// SPDX-License-Identifier: GPL-2.0-or-later
// The word that says what to do.
#include <errno.h>
#include <string.h>

#include "request.h"

static const char *const names[] = {
	[COMMAND_NONE] = "", [COMMAND_ONLINE] = "online", [COMMAND_OFFLINE] = "offline",
	[COMMAND_ADD] = "add", [COMMAND_REMOVE] = "remove", [COMMAND_START] = "start",
	[COMMAND_STOP] = "stop", [COMMAND_STATUS] = "status",
	[COMMAND_RESTART] = "restart", [COMMAND_RECOVER] = "recover",
};

static const enum command of_interfaces[] = {
	COMMAND_ONLINE, COMMAND_OFFLINE, COMMAND_ADD, COMMAND_REMOVE, COMMAND_NONE
};

const char *request_command_name(enum command command)
{
	return names[command];
}

/* The one of `commands` that is called so, or COMMAND_NONE. */
static enum command find(const char *word, const enum command *commands)
{
	while (*commands != COMMAND_NONE && strcmp(word, names[*commands]) != 0)
		commands++;
	return *commands;
}

int request_check_command(struct request *request, struct error *err)
{
	const char *type = request_get(request, KEY_TYPE_IF);

	request->command = request->word ? find(request->word, of_interfaces) : COMMAND_NONE;
	if (!request->word)
		return error_set(err, EINVAL, "no command: one of online, offline, add, remove");
	if (request->command == COMMAND_NONE)
		return error_set(err, EINVAL, "Invalid command: %.60s", request->word);
	if (type && strcmp(type, "vif") && strcmp(type, "tap"))
		return error_set(err, EINVAL, "unknown interface type %.60s", type);
	request->type = type && !strcmp(type, "tap") ? TYPE_TAP : TYPE_VIF;
	return 0;
}

int request_check_host_command(struct request *request, const enum command *commands,
			       struct error *err)
{
	const char *word = request->word ? request->word : "";

	request->command = find(word, commands);
	return request->command == COMMAND_NONE ?
		       error_set(err, EINVAL, "Unknown command: %.60s", word) : 0;
}

bool request_is_ours(const struct request *request)
{
	switch (request->command) {
	case COMMAND_ONLINE:
	case COMMAND_OFFLINE:
		return request->type == TYPE_VIF;
	case COMMAND_ADD:
	case COMMAND_REMOVE:
		return request->type == TYPE_TAP;
	default:
		return false;
	}
}

bool request_is_up(const struct request *request)
{
	return request->command == COMMAND_ONLINE || request->command == COMMAND_ADD;
}
