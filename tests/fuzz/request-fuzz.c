// SPDX-License-Identifier: GPL-2.0-or-later
// The input is lines: arguments, an empty line, environment, an empty line, xenstore's values as
// KEY=VALUE. What is accepted is planned for a hook, and the plan read back as a shell reads it.
#include "tests/fuzz/fuzz.h"

#include "common/plan.h"
#include "common/print.h"
#include "common/vif.h"
#include "tests/unit/given.h"

#define PRINTED_MAX 65536

/* Cut a text into lines up to an empty one; returns the rest. */
static char *take_words(char *text, const char **words)
{
	size_t count = 0;

	while (text && *text != '\n') {
		char *end = strchr(text, '\n');

		if (end)
			*end++ = '\0';
		if (count < GIVEN_WORDS - 1)
			words[count++] = text;
		text = end;
	}
	return text ? text + 1 : NULL;
}

static void check_path(const struct request *request)
{
	const char *path = request_get(request, KEY_XENBUS_PATH);
	char tail[64];
	size_t n;

	if (!request->has_path)
		return;
	REQUIRE(request->domid < 0x7ff0 && request->devid <= 0xffff);
	n = (size_t)sprintf(tail, "vif/%u/%u", request->domid, request->devid);
	REQUIRE(strlen(path) >= n && !strcmp(path + strlen(path) - n, tail));
	REQUIRE(strlen(path) == n || path[strlen(path) - n - 1] == '/');
	REQUIRE(strlen(path) + sizeof("/hotplug-status") < FACTS_PATH);
}

static void check_name(const char *name)
{
	char again[IFNAMSIZ];
	struct error err = { 0 };

	REQUIRE(!inet_interface_name("name", name, "", again, &err));
	REQUIRE(!strcmp(name, again));
}

static void check_port(const struct request *request)
{
	REQUIRE(request->mtu == 0 || (request->mtu >= 68 && request->mtu <= 65535));
	REQUIRE(request->ip_count <= REQUEST_IPS);
	REQUIRE(request->isolated >= TOGGLE_UNSET && request->isolated <= TOGGLE_ON);
	REQUIRE(request->learning >= TOGGLE_UNSET && request->learning <= TOGGLE_ON);
	REQUIRE(request->neigh_suppress >= TOGGLE_UNSET &&
		request->neigh_suppress <= TOGGLE_ON);
}

static void check_accepted(const struct request *request)
{
	REQUIRE(request->command != COMMAND_NONE);
	REQUIRE(request->timeout >= 1 && request->timeout < 40);
	check_path(request);
	check_name(request->device);
	check_name(request->wanted);
	if (*request->bridge)
		check_name(request->bridge);
	if (request_is_up(request))
		check_port(request);
}

/* "dev=" and the like are in the hook's command, with the values as they came. */
static void check_words(const char *printed, const struct hook_call *call)
{
	static char word[PRINTED_MAX];
	const struct hook_variable *v = call->variables;
	size_t count = 0;

	for (const char *at = printed; *at; at += *at == ' ') {
		at = fuzz_unquote(at, word, sizeof(word));
		if (count++ < 2 || !v->name)
			continue;
		REQUIRE(!strncmp(word, v->name, strlen(v->name)));
		REQUIRE(word[strlen(v->name)] == '=');
		REQUIRE(!strcmp(word + strlen(v->name) + 1, v->value));
		v++;
	}
	REQUIRE(!v->name);
	REQUIRE(!strcmp(word, call->file));
}

static void check_hook(const struct request *request)
{
	static struct facts facts;
	static struct plan plan;
	static char printed[PRINTED_MAX];
	struct text out = TEXT_IN(printed);

	memset(&facts, 0, sizeof(facts));
	memset(&plan, 0, sizeof(plan));
	strcpy(facts.hooks[facts.hook_count++], "/vif-post.d/it's.hook");
	facts.link.index = 7;
	memcpy(facts.link.name, request->device, IFNAMSIZ);
	vif_plan_hooks(request, &facts, &plan);
	vif_plan_connected(request, &facts, 1500, &plan);
	REQUIRE(plan.count >= 1 && !plan.too_long);
	step_print(&plan.steps[0], &out);
	REQUIRE(!out.cut);
	check_words(printed, &plan.steps[0].hook);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct given_text text;
	static struct request request;
	struct given given = { .file = NULL };
	char *copy = fuzz_string(data, size), *rest;
	struct error err = { 0 };
	int rc;

	rest = take_words(copy, given.arguments);
	rest = take_words(rest, given.environment);
	take_words(rest, given.store);
	rc = given_read(&given, &text, &request, &err);
	fuzz_check_result(rc, &err);
	if (!rc) {
		check_accepted(&request);
		check_hook(&request);
	}
	free(copy);
	return 0;
}
