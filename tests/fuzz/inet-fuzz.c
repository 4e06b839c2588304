// SPDX-License-Identifier: GPL-2.0-or-later
// The input is one text, read as everything that inet.h reads.
#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <sys/socket.h>

#include "common/inet.h"
#include "common/text.h"

#define LIST_MAX 4

static void check_prefix(const struct inet_prefix *prefix)
{
	char text[INET_TEXT + 4];
	struct inet_prefix again;
	struct error err = { 0 };

	REQUIRE(prefix->family == AF_INET || prefix->family == AF_INET6);
	REQUIRE(prefix->len <= (prefix->family == AF_INET ? 32 : 128));
	inet_print(prefix, text);
	sprintf(text + strlen(text), "/%u", prefix->len);
	REQUIRE(strlen(text) < INET_TEXT);
	REQUIRE(!inet_parse(text, &again, &err));
	REQUIRE(!memcmp(&again, prefix, sizeof(again)));
}

static void try_address(const char *text)
{
	const char *slash = strchr(text, '/');
	struct inet_prefix prefix;
	struct error err = { 0 };
	int rc = inet_parse(text, &prefix, &err);

	fuzz_check_result(rc, &err);
	if (rc)
		return;
	check_prefix(&prefix);
	REQUIRE(slash ? prefix.len == atoi(slash + 1) :
			prefix.len == (prefix.family == AF_INET ? 32 : 128));
	REQUIRE(!text[strcspn(text, " \t\r\n%")]);
}

static void try_list(const char *text)
{
	struct inet_prefix list[LIST_MAX];
	struct error err = { 0 };
	size_t count = LIST_MAX + 1;
	int rc = inet_parse_list(text, list, LIST_MAX, &count, &err);

	fuzz_check_result(rc, &err);
	REQUIRE(count <= LIST_MAX);
	for (size_t i = 0; i < count; i++)
		check_prefix(&list[i]);
}

static void try_mac(const char *text)
{
	uint8_t mac[MAC_LEN];
	char printed[MAC_TEXT];
	struct error err = { 0 };
	int rc = inet_parse_mac(text, mac, &err);

	fuzz_check_result(rc, &err);
	if (rc)
		return;
	inet_print_mac(mac, printed);
	REQUIRE(!strcasecmp(text, printed));
}

static void try_name(const char *text, const char *suffix)
{
	char out[IFNAMSIZ];
	struct error err = { 0 };
	int rc = inet_interface_name("name", text, suffix, out, &err);
	size_t len = strlen(text);

	fuzz_check_result(rc, &err);
	if (rc) {
		REQUIRE(!*out);
		return;
	}
	REQUIRE(len > 0 && len + strlen(suffix) < IFNAMSIZ);
	REQUIRE(!memcmp(out, text, len) && !strcmp(out + len, suffix));
	REQUIRE(strcmp(out, ".") && strcmp(out, ".."));
	for (const char *c = out; *c; c++)
		REQUIRE(!isspace((unsigned char)*c) && !strchr("/:%", *c));
}

static void try_quote(const char *word)
{
	size_t size = 4 * strlen(word) + 3;
	char *buf = malloc(size), *back = malloc(size);
	struct text text = { .buf = buf, .size = size };

	REQUIRE(buf && back);
	text_quote(&text, word);
	REQUIRE(!text.cut && text.len == strlen(buf));
	REQUIRE(!*fuzz_unquote(buf, back, size));
	REQUIRE(!strcmp(back, word));
	free(buf);
	free(back);
}

/* Whatever the room, it stays in it, terminated, and says whether it sufficed. */
static void try_room(const char *word, size_t size)
{
	char *buf = malloc(size);
	struct text text = { .buf = buf, .size = size };

	REQUIRE(buf);
	text_quote(&text, word);
	REQUIRE(text.len < size && strlen(buf) == text.len);
	REQUIRE(text.cut || text.len >= strlen(word));
	REQUIRE(text_copy(buf, size, word) == (strlen(word) < size));
	free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	try_address(text);
	try_list(text);
	try_mac(text);
	try_name(text, "");
	try_name(text, EMU_SUFFIX);
	try_quote(text);
	try_room(text, 1 + size % 7);
	free(text);
	return 0;
}
