// SPDX-License-Identifier: GPL-2.0-or-later
// The status of network-bridge as golden texts: each tests/unit/statuses/*.txt is what was seen, a
// line "---", what people are told and the exit status, a line "---", and what programs are told.
// UPDATE=1 build/unit/statuses-test writes them anew; then read what git diff shows.
#include "tests/unit/test.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bridge_status.h"
#include "common/json.h"
#include "common/request.h"
#include "tests/unit/golden.h"


static struct bridge_status s;

static struct status_device *device_of(const char *name)
{
	for (size_t i = 0; i < s.device_count; i++)
		if (s.devices[i].link.index && !strcmp(s.devices[i].link.name, name))
			return &s.devices[i];
	fail_msg("no such device: %s", name);
	return NULL;
}

static enum status_role role_of(const char *word)
{
	static const char *const words[ROLES] = { "nic", "bridge", "far", "front", "guest", "other" };

	for (int i = 0; i < ROLES; i++)
		if (!strcmp(word, words[i]))
			return (enum status_role)i;
	fail_msg("no such role: %s", word);
	return ROLES;
}

static int state_of(const char *word)
{
	static const char *const words[] = { "disabled", "listening", "learning", "forwarding",
					     "blocking" };

	for (int i = 0; i < (int)ARRAY_SIZE(words); i++)
		if (!strcmp(word, words[i]))
			return i;
	return -1;
}

static void take_attribute(struct status_device *device, char *word)
{
	struct error err = { 0 };

	if (!strncmp(word, "master=", 7)) {
		assert_true(text_copy(device->link.master_name, IFNAMSIZ, word + 7));
		device->link.master = device_of(word + 7)->link.index;
	} else if (!strncmp(word, "mac=", 4)) {
		assert_int_equal(inet_parse_mac(word + 4, device->link.mac, &err), 0);
	} else if (!strncmp(word, "domain=", 7)) {
		device->of_guest = true;
		device->domid = (unsigned)atoi(word + 7);
	} else if (!strncmp(word, "packets=", 8)) {
		device->received = strtoull(word + 8, &word, 10);
		device->sent = strtoull(word + 1, NULL, 10);
	} else if (!strncmp(word, "rules=", 6)) {
		device->rules[0] = strtoul(word + 6, &word, 10);
		device->rules[1] = strtoul(word + 1, NULL, 10);
	} else if (!strcmp(word, "down")) {
		device->link.up = device->link.running = false;
	} else if (!strcmp(word, "no-carrier")) {
		device->link.running = false;
	} else if (!strcmp(word, "missing")) {
		device->link.index = 0;
	} else if (!strcmp(word, "guarded")) {
		device->guarded = true;
	} else if (!strcmp(word, "NetworkManager")) {
		device->manager = MANAGER_NETWORKMANAGER;
	} else if (!strcmp(word, "networkd")) {
		device->manager = MANAGER_NETWORKD;
	} else {
		device->port_state = state_of(word);
		assert_true(device->port_state >= 0);
	}
}

/* "nic peth0 master=xenbr0 forwarding"; up and running, unless it says otherwise. */
static void take_device(char *value)
{
	struct status_device *device = &s.devices[s.device_count++];
	char *rest = NULL;
	const char *name;

	device->role = role_of(strtok_r(value, " ", &rest));
	name = strtok_r(NULL, " ", &rest);
	assert_true(text_copy(device->link.name, IFNAMSIZ, name));
	device->link.index = (int)s.device_count + 1;
	device->link.up = device->link.running = true;
	device->link.mtu = 1500;
	device->port_state = -1;
}

/* The bridge may be behind its first port. */
static void take_attributes(char *value, struct status_device *device)
{
	char *rest = NULL, *word;

	strtok_r(value, " ", &rest);
	strtok_r(NULL, " ", &rest);
	while ((word = strtok_r(NULL, " ", &rest)))
		take_attribute(device, word);
}

static void take_address(char *value)
{
	char *space = strchr(value, ' ');
	struct status_device *device;
	struct error err = { 0 };

	*space = '\0';
	device = device_of(value);
	device->addresses = reallocarray(device->addresses, device->address_count + 1,
					 sizeof(*device->addresses));
	assert_int_equal(inet_parse(space + 1, &device->addresses[device->address_count++], &err),
			 0);
}

/* "vif1.0 web\x1b": the name is the rest of the line, with C's escapes for bytes. */
static void take_guest(char *value)
{
	char *space = strchr(value, ' '), *to;
	const char *from = space + 1;

	*space = '\0';
	for (to = device_of(value)->guest; *from; to++) {
		if (!strncmp(from, "\\x", 2)) {
			char digits[3] = { from[2], from[3], '\0' };

			*to = (char)strtoul(digits, NULL, 16);
			from += 4;
		} else {
			*to = *from++;
		}
	}
}

static enum phase phase_of(const char *word)
{
	return !strcmp(word, "starting") ? PHASE_STARTING : !strcmp(word, "started") ?
	       PHASE_STARTED : !strcmp(word, "stopping") ? PHASE_STOPPING : PHASE_NONE;
}

/* "4 1 0": IPv4 is forwarded, but not from the front. */
static void take_forwarding(const char *value)
{
	int family = *value == '6';

	s.forwarding[family] = value[2] - '0';
	s.front_forwarding[family] = value[4] - '0';
}

static void take_line(const char *key, char *value)
{
	if (!strcmp(key, "netdev"))
		assert_true(text_copy(s.journal.netdev, IFNAMSIZ, value));
	else if (!strcmp(key, "bridge"))
		assert_true(text_copy(s.journal.bridge, IFNAMSIZ, value));
	else if (!strcmp(key, "physical"))
		assert_true(text_copy(s.journal.physical, IFNAMSIZ, value));
	else if (!strcmp(key, "style"))
		assert_true(request_style(value, &s.journal.style));
	else if (!strcmp(key, "phase"))
		s.journal.phase = phase_of(value);
	else if (!strcmp(key, "in_place"))
		s.in_place = !strcmp(value, "yes");
	else if (!strcmp(key, "device"))
		take_device(value);
	else if (!strcmp(key, "address"))
		take_address(value);
	else if (!strcmp(key, "guest"))
		take_guest(value);
	else if (!strcmp(key, "filters"))
		s.filters[*value == '6'] = true;
	else if (!strcmp(key, "drops"))
		s.drops[*value == '6'] = true;
	else if (!strcmp(key, "forwarding"))
		take_forwarding(value);
	else if (!strcmp(key, "busy"))
		assert_true(text_copy(s.busy, STATUS_WORDS, value));
	else
		fail_msg("no such line: %s", key);
}

static void take_lines(char *text, bool attributes)
{
	struct status_device *device = s.devices;
	char *line, *rest = text;

	while ((line = strsep(&rest, "\n"))) {
		char *colon = strstr(line, ": ");

		if (*line == '#')
			continue;
		if (!colon)
			fail_msg("not KEY: VALUE: %s", line);
		*colon = '\0';
		if (!attributes)
			take_line(line, colon + 2);
		else if (!strcmp(line, "device"))
			take_attributes(colon + 2, device++);
	}
}

static void fill(const char *inputs)
{
	char copy[GOLDEN_TEXT];

	memset(&s, 0, sizeof(s));
	s.in_place = true;
	s.journal.phase = PHASE_STARTED;
	strcpy(s.program, "network-bridge");
	strcpy(copy, inputs);
	take_lines(copy, false);
	strcpy(copy, inputs);
	take_lines(copy, true);
}

static void tell(char *inputs, struct text *out)
{
	struct json json = { .out = out };
	struct error err = { 0 };
	size_t before;

	fill(inputs);
	bridge_status_judge(&s);
	assert_int_equal(bridge_status_print(&s, out, &err), 0);
	assert_true(out->len < bridge_status_size(&s));
	text_add(out, "exit %d" GOLDEN_END, bridge_status_exit(&s));
	before = out->len;
	bridge_status_json(&s, &json);
	assert_true(out->len - before < bridge_status_size(&s));
	bridge_status_free(&s);
}

static void all_findings_are_counted(void **state)
{
	struct link down = { .index = 1, .name = "vif1.0" };

	(void)state;
	memset(&s, 0, sizeof(s));
	s.in_place = true;
	s.journal.phase = PHASE_STARTED;
	s.device_count = STATUS_DEVICES;
	for (size_t i = 0; i < STATUS_DEVICES; i++)
		s.devices[i] = (struct status_device){ .role = ROLE_GUEST, .link = down,
						       .port_state = -1 };
	s.devices[0].role = ROLE_BRIDGE;
	bridge_status_judge(&s);
	/* Each is down and, but for the bridge, unplugged. */
	assert_int_equal(s.finding_count + s.left_out, 2 * STATUS_DEVICES - 1);
	assert_int_equal(s.finding_count, STATUS_FINDINGS - 1);
	assert_int_equal(bridge_status_exit(&s), 1);
}

int main(void)
{
	const struct CMUnitTest more = cmocka_unit_test(all_findings_are_counted);

	return golden_main("tests/unit/statuses/*.txt", tell, &more);
}
