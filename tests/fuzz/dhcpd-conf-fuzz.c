// SPDX-License-Identifier: GPL-2.0-or-later
// The input is the text of one of dhcpd's files: what is put in and taken out again leaves nothing.
#include "tests/fuzz/fuzz.h"

#include "common/dhcpd_conf.h"

#define HOST "dom1"
#define ENTRY_SIZE 256

static void print_entry(const char *mac, char out[static ENTRY_SIZE])
{
	struct text text = { .buf = out, .size = ENTRY_SIZE };

	dhcpd_conf_entry(HOST, mac, "10.0.0.1", "10.0.0.128", &text);
	REQUIRE(!text.cut);
}

/* NULL when the text has another host of that name. */
static char *set(const char *text, const char *entry)
{
	struct error err = { 0 };
	char *after = NULL;
	int rc = dhcpd_conf_set(text, HOST, entry, &after, &err);

	fuzz_check_result(rc, &err);
	REQUIRE(entry || !rc);
	return after;
}

static char *list(const char *text, bool listed)
{
	struct error err = { 0 };
	char *after = NULL;

	REQUIRE(!dhcpd_conf_list(text, "vif1.0", listed, &after, &err));
	return after;
}

static void require_same(char *a, const char *b)
{
	REQUIRE(!strcmp(a, b));
	free(a);
}

static void check_found(const char *text, const char *entry)
{
	char found[ENTRY_SIZE];

	REQUIRE(dhcpd_conf_find(text, HOST, found, sizeof(found)));
	REQUIRE(!strcmp(found, entry));
}

/* As the text without the host, but for a newline behind what had none. */
static void check_taken_out(const char *with, const char *without)
{
	size_t len = strlen(without);
	char *after = set(with, NULL);

	REQUIRE(!strncmp(after, without, len));
	REQUIRE(!after[len] || (!strcmp(after + len, "\n") && without[len - 1] != '\n'));
	free(after);
}

static void check_hosts(const char *text)
{
	char entry[ENTRY_SIZE], other[ENTRY_SIZE], *without = set(text, NULL), *with;

	print_entry("00:16:3e:00:01:00", entry);
	print_entry("00:16:3e:00:01:01", other);
	require_same(set(without, NULL), without);
	with = set(text, entry);
	if (with) {
		char *renewed = set(with, other);

		check_found(with, entry);
		check_found(renewed, other);
		require_same(set(with, entry), with);
		require_same(set(renewed, entry), with);
		check_taken_out(with, without);
		free(renewed);
	}
	free(with);
	free(without);
}

/* In and out again. */
static char *round_trip(const char *text)
{
	char *with = list(text, true), *without = list(with, false);

	REQUIRE(!dhcpd_conf_lists(without, "vif1.0"));
	REQUIRE(!strcmp(text, with) || dhcpd_conf_lists(with, "vif1.0"));
	require_same(list(with, true), with);
	require_same(list(without, false), without);
	free(with);
	return without;
}

/* Quotes that were put around a value stay there, so the way back counts from the second time. */
static void check_lists(const char *text)
{
	char *first = round_trip(text), *second = round_trip(first), *third = round_trip(second);

	require_same(third, second);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	check_hosts(text);
	check_lists(text);
	free(text);
	return 0;
}
