// SPDX-License-Identifier: GPL-2.0-or-later
// A request from all its sources, read in the order in which program.c does it.
#ifndef GIVEN_H
#define GIVEN_H

#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/request.h"

#define GIVEN_WORDS 16
#define GIVEN_FILE "hotplug.conf"

struct given {
	const char *program;			/* NULL: vif-bridge */
	const char *arguments[GIVEN_WORDS];	/* without argv[0] */
	const char *environment[GIVEN_WORDS];
	const char *file;			/* the config file's text, or NULL */
	const char *store[GIVEN_WORDS];		/* "bridge=xenbr0" */
};

/* Cut into pieces; must live as long as the request. */
struct given_text {
	char file[65536];
};

/* Of the backend's directory program.c takes these alone. */
static inline void given_store(const char *const *words, struct request *request)
{
	static const enum key keys[] = { KEY_BRIDGE, KEY_GATEWAYDEV, KEY_IP, KEY_MAC, KEY_MTU,
					 KEY_VIFNAME, KEY_VLAN };

	for (; *words; words++)
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
			const char *name = request_key_name(keys[i]);
			size_t len = strlen(name);

			if (!strncmp(*words, name, len) && (*words)[len] == '=')
				request_store(request, keys[i], *words + len + 1);
		}
}

static inline int given_arguments(const struct given *given, struct request *request,
				  struct error *err)
{
	const char *argv[GIVEN_WORDS + 1] = { "vif-bridge" };
	int argc = 1;

	while (given->arguments[argc - 1]) {
		argv[argc] = given->arguments[argc - 1];
		argc++;
	}
	return request_arguments(request, argc, (char *const *)argv, err);
}

/* 0, or the first refusal. */
static inline int given_read(const struct given *given, struct given_text *text,
			     struct request *request, struct error *err)
{
	int rc;

	memset(request, 0, sizeof(*request));
	snprintf(text->file, sizeof(text->file), "%s", given->file ? given->file : "");
	request_environment(request, (char *const *)given->environment);
	rc = given_arguments(given, request, err);
	if (!rc)
		rc = request_check_command(request, err);
	if (!rc)
		rc = request_check_path(request, err);
	if (!rc)
		rc = request_file(request, given->program ? given->program : "vif-bridge",
				  GIVEN_FILE, text->file, err);
	if (!rc)
		rc = request_check_run(request, err);
	given_store(given->store, request);
	return rc ? rc : request_check(request, err);
}

#endif
