// SPDX-License-Identifier: GPL-2.0-or-later
// The input is a config file's text.
#include "tests/fuzz/fuzz.h"

#include "common/request.h"

#define FILE_NAME "hotplug.conf"

static const enum key in_file[] = {
	KEY_BRIDGE, KEY_DHCP, KEY_ISOLATED, KEY_LEARNING, KEY_MTU, KEY_NEIGH_SUPPRESS,
	KEY_NETDEV, KEY_TIMEOUT, KEY_VERBOSE,
};

static bool may_be_in_file(enum key key)
{
	for (size_t i = 0; i < ARRAY_SIZE(in_file); i++)
		if (in_file[i] == key)
			return true;
	return false;
}

/* What was taken over lies in the text, is one line's, and is not empty. */
static void check_settings(const struct request *request, const char *text, size_t size)
{
	for (enum key key = 0; key < KEY_COUNT; key++) {
		const char *value = request_get(request, key);

		if (!value)
			continue;
		REQUIRE(may_be_in_file(key));
		REQUIRE(request->settings[key].source == SOURCE_FILE);
		REQUIRE(value > text && value + strlen(value) <= text + size);
		REQUIRE(*value && !strchr(value, '\n'));
	}
}

/* "hotplug.conf:12: …" */
static void check_place(const struct error *err)
{
	const char *colon = err->text + strlen(FILE_NAME);
	char *end;

	REQUIRE(!strncmp(err->text, FILE_NAME ":", strlen(FILE_NAME) + 1));
	REQUIRE(strtol(colon + 1, &end, 10) > 0);
	REQUIRE(!strncmp(end, ": ", 2) && end[2]);
}

/* An arbitrary file must not lead to arbitrary numbers. */
static void check_request(struct request *request)
{
	struct error run = { 0 }, rest = { 0 };

	request->word = "online";
	request->settings[KEY_VIF].value = "vif1.0";
	REQUIRE(!request_check_command(request, &rest));
	fuzz_check_result(request_check_run(request, &run), &run);
	REQUIRE(run.code || (request->timeout >= 1 && request->timeout < 40));
	fuzz_check_result(request_check(request, &rest), &rest);
	REQUIRE(strlen(request->bridge) < IFNAMSIZ);
	REQUIRE(!strcmp(request->device, "vif1.0"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct request request = { 0 };
	struct error err = { 0 };
	int rc = request_file(&request, "vif-bridge", FILE_NAME, text, &err);

	fuzz_check_result(rc, &err);
	check_settings(&request, text, size);
	if (rc)
		check_place(&err);
	else
		check_request(&request);
	free(text);
	return 0;
}
