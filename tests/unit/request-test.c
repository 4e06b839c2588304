// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/given.h"

static struct request request;
static struct given_text text;

static void taken(const struct given *given)
{
	struct error err = { 0 };
	int rc = given_read(given, &text, &request, &err);

	assert_string_equal(err.text, "");
	assert_int_equal(rc, 0);
}

static void as_libxl_calls_it(void **state)
{
	const struct given given = {
		.arguments = { "online", "type_if=vif" },
		.environment = { "PATH=/usr/bin", "script=/etc/xen/scripts/vif-bridge",
				 "XENBUS_TYPE=vif", "XENBUS_PATH=backend/vif/7/1",
				 "XENBUS_BASE_PATH=backend", "netdev=", "vif=vif7.1",
				 "INTERFACE=vif7.1-emu" },
		.store = { "bridge=xenbr0", "ip=10.0.0.7 2001:db8::/64", "mtu=9000",
			   "vifname=web0", "script=/tmp/other" },
	};

	(void)state;
	taken(&given);
	assert_int_equal(request.command, COMMAND_ONLINE);
	assert_string_equal(request_command_name(request.command), "online");
	assert_int_equal(request.type, TYPE_VIF);
	assert_true(request_is_ours(&request));
	assert_true(request_is_up(&request));
	assert_true(request.has_path);
	assert_int_equal(request.domid, 7);
	assert_int_equal(request.devid, 1);
	assert_string_equal(request.device, "vif7.1");
	assert_string_equal(request.wanted, "web0");
	assert_string_equal(request.bridge, "xenbr0");
	assert_int_equal(request.ip_count, 2);
	assert_int_equal(request.ips[1].len, 64);
	assert_int_equal(request.mtu, 9000);
	assert_int_equal(request.timeout, REQUEST_TIMEOUT);
	assert_int_equal(request.isolated, TOGGLE_UNSET);
	assert_null(request_get(&request, KEY_NETDEV));
}

static void a_tap_has_its_own_name(void **state)
{
	const struct given given = {
		.arguments = { "add", "type_if=tap" },
		.environment = { "XENBUS_PATH=backend/vif/7/1", "vif=vif7.1",
				 "INTERFACE=vif7.1-emu" },
		.store = { "vifname=web0" },
	};

	(void)state;
	taken(&given);
	assert_int_equal(request.type, TYPE_TAP);
	assert_string_equal(request.device, "vif7.1-emu");
	assert_string_equal(request.wanted, "web0-emu");
}

static void names_follow_from_the_path(void **state)
{
	static const struct {
		const char *type, *path, *device;
		unsigned domid, devid;
	} cases[] = {
		{ "type_if=vif", "XENBUS_PATH=backend/vif/1/0", "vif1.0", 1, 0 },
		{ "type_if=vif", "XENBUS_PATH=/local/domain/5/backend/vif/12/3", "vif12.3", 12, 3 },
		{ "type_if=vif", "XENBUS_PATH=vif/1/0", "vif1.0", 1, 0 },
		{ "type_if=vif", "XENBUS_PATH=/vif/0/0", "vif0.0", 0, 0 },
		{ "type_if=vif", "XENBUS_PATH=backend/vif/32751/65535", "vif32751.65535", 32751,
		  65535 },
		{ "type_if=tap", "XENBUS_PATH=backend/vif/1/0", "vif1.0-emu", 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct given given = {
			.arguments = { cases[i].type[8] == 't' ? "add" : "online",
				       cases[i].type },
			.environment = { cases[i].path },
		};

		taken(&given);
		assert_string_equal(request.device, cases[i].device);
		assert_string_equal(request.wanted, cases[i].device);
		assert_int_equal(request.domid, cases[i].domid);
		assert_int_equal(request.devid, cases[i].devid);
	}
}

/* file < environment < arguments < xenstore */
static void later_sources_win(void **state)
{
	struct given given = {
		.arguments = { "online", "vif=vif1.0" },
		.environment = { "HOME=/" },
		.file = "bridge=one\n",
	};

	(void)state;
	taken(&given);
	assert_string_equal(request.bridge, "one");
	given.environment[1] = "bridge=two";
	taken(&given);
	assert_string_equal(request.bridge, "two");
	given.arguments[2] = "bridge=three";
	taken(&given);
	assert_string_equal(request.bridge, "three");
	given.store[0] = "bridge=four";
	taken(&given);
	assert_string_equal(request.bridge, "four");
	/* Nothing is not a value. */
	given.store[0] = "bridge=";
	given.arguments[2] = "bridge=";
	taken(&given);
	assert_string_equal(request.bridge, "two");
}

static void sources_have_their_limits(void **state)
{
	const struct given given = {
		.arguments = { "online", "vif=vif1.0" },
		.environment = { "verbose=yes", "Bridge=a", "bridgex=b", "bridg=c", "bridge", "=d",
				 "nonsense=e" },
	};

	(void)state;
	taken(&given);
	assert_int_equal(request.verbose, TOGGLE_UNSET);
	assert_string_equal(request.bridge, "");
}

static void the_last_of_one_source_wins(void **state)
{
	const struct given given = {
		.arguments = { "bridge=a", "online", "bridge=b", "vif=vif1.0" },
	};

	(void)state;
	taken(&given);
	assert_string_equal(request.bridge, "b");
}

static void options(void **state)
{
	static const struct {
		const char *word;
		bool dry_run, help, version;
		enum toggle verbose;
	} cases[] = {
		{ "-n", true, false, false, TOGGLE_UNSET },
		{ "--dry-run", true, false, false, TOGGLE_UNSET },
		{ "-v", false, false, false, TOGGLE_ON },
		{ "--verbose", false, false, false, TOGGLE_ON },
		{ "-h", false, true, false, TOGGLE_UNSET },
		{ "--help", false, true, false, TOGGLE_UNSET },
		{ "-V", false, false, true, TOGGLE_UNSET },
		{ "--version", false, false, true, TOGGLE_UNSET },
		{ "-nv", true, false, false, TOGGLE_ON },
		{ "-nVhn", true, true, true, TOGGLE_UNSET },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct given given = {
			.arguments = { cases[i].word, "online", "vif=vif1.0" },
		};

		taken(&given);
		assert_int_equal(request.dry_run, cases[i].dry_run);
		assert_int_equal(request.help, cases[i].help);
		assert_int_equal(request.version, cases[i].version);
		assert_int_equal(request.verbose, cases[i].verbose);
	}
}

static void every_word_for_yes_and_no(void **state)
{
	static const char *const words[][4] = {
		{ "no", "off", "false", "0" },
		{ "yes", "on", "true", "1" },
	};

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		char isolated[32], learning[32], suppress[32];
		const struct given given = {
			.arguments = { "online", "vif=vif1.0", isolated, learning, suppress },
		};

		snprintf(isolated, sizeof(isolated), "isolated=%s", words[i / 4][i % 4]);
		snprintf(learning, sizeof(learning), "learning=%s", words[i / 4][i % 4]);
		snprintf(suppress, sizeof(suppress), "neigh_suppress=%s", words[i / 4][i % 4]);
		taken(&given);
		assert_int_equal(request.isolated, i / 4);
		assert_int_equal(request.learning, i / 4);
		assert_int_equal(request.neigh_suppress, i / 4);
	}
}

static void vlans_prints(const struct vlan_set *set, const char *wanted)
{
	char buf[VLAN_TEXT] = "";
	struct text out = TEXT_IN(buf);

	vlan_print(set, &out);
	assert_string_equal(buf, wanted);
}

/* A name that may be a link's, or that of a bridge with VLANs behind it, or only the latter. */
static void bridges_and_their_vlans(void **state)
{
	static const struct {
		const char *given, *whole, *base, *vlans;
	} cases[] = {
		{ "bridge=xenbr0", "xenbr0", "", "" },
		{ "bridge=xenbr0.10", "xenbr0.10", "xenbr0", "10p" },
		{ "bridge=xenbr0.lan", "xenbr0.lan", "", "" },
		{ "bridge=xenbr0:10:20", "", "xenbr0", "10/20" },
		{ "bridge=xenbr0.10:20", "", "xenbr0", "10p/20" },
		{ "bridge=a-long-name.1234", "", "a-long-name", "1234p" },
		{ "bridge=...10", "...10", "", "10p" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct given given = { .arguments = { "online", "vif=vif1.0", cases[i].given } };

		taken(&given);
		assert_string_equal(request.bridge, cases[i].whole);
		assert_string_equal(request.bridge_base, cases[i].base);
		vlans_prints(&request.bridge_vlans, cases[i].vlans);
	}
}

static void vlans_and_what_becomes_of_the_bridge(void **state)
{
	const struct given given = {
		.arguments = { "online", "vif=vif1.0" },
		.file = "vlan=10\nvlan_filtering=auto\nvlan_uplink=yes",
		.store = { "vlan=20p/30" },
	};
	const struct given nothing = { .arguments = { "online", "vif=vif1.0" } };
	const struct given words = {
		.arguments = { "online", "vif=vif1.0", "vlan_filtering=yes", "vlan_uplink=no" },
	};
	const struct given down = {
		.arguments = { "offline", "vif=vif1.0", "vlan=nonsense", "vlan_uplink=nonsense" },
	};

	(void)state;
	taken(&given);
	vlans_prints(&request.vlans, "20p/30");
	assert_int_equal(request.vlan_filtering, TOGGLE_ON);
	assert_int_equal(request.vlan_uplink, TOGGLE_ON);
	taken(&nothing);
	vlans_prints(&request.vlans, "");
	assert_int_equal(request.vlan_filtering, TOGGLE_UNSET);
	assert_int_equal(request.vlan_uplink, TOGGLE_UNSET);
	taken(&words);
	assert_int_equal(request.vlan_filtering, TOGGLE_ON);
	assert_int_equal(request.vlan_uplink, TOGGLE_OFF);
	taken(&down);
}

static void the_config_file(void **state)
{
	const struct given given = {
		.arguments = { "online", "vif=vif1.0" },
		.file = "# a comment\r\n"
			"\n"
			"  \t\n"
			"  bridge =  xenbr7  \r\n"
			"isolated=\"yes\"\n"
			"mtu='1400'\n"
			"timeout=\n"
			"[vif-route]\n"
			"bridge=wrong\n"
			"nonsense that nobody reads\n"
			"  [ vif-bridge ]  \n"
			"timeout = 39\n"
			"learning=no",
	};

	(void)state;
	taken(&given);
	assert_string_equal(request.bridge, "xenbr7");
	assert_int_equal(request.isolated, TOGGLE_ON);
	assert_int_equal(request.mtu, 1400);
	assert_int_equal(request.timeout, 39);
	assert_int_equal(request.learning, TOGGLE_OFF);
}

/* It belongs to the value, and may be in an interface's name. */
static void a_lone_quote_stays(void **state)
{
	const struct given given = {
		.arguments = { "online", "vif=vif1.0" },
		.file = "bridge=\"\nnetdev='a\"\n",
	};

	(void)state;
	taken(&given);
	assert_string_equal(request.bridge, "\"");
	assert_string_equal(request_get(&request, KEY_NETDEV), "'a\"");
}

static void the_longest_names(void **state)
{
	struct given given = {
		.arguments = { "online" },
		.environment = { "XENBUS_PATH=backend/vif/1/0" },
		.store = { "vifname=fifteen-bytes-a" },
	};

	(void)state;
	taken(&given);
	assert_string_equal(request.wanted, "fifteen-bytes-a");
	given.environment[1] = "INTERFACE=vif1.0-emu";
	given.store[0] = "vifname=eleven-byte";
	taken(&given);
	assert_string_equal(request.wanted, "eleven-byte");
	given.arguments[0] = "add";
	given.arguments[1] = "type_if=tap";
	taken(&given);
	assert_string_equal(request.wanted, "eleven-byte-emu");
}

static void taking_down_looks_at_less(void **state)
{
	const struct given given = {
		.arguments = { "offline", "vif=vif1.0" },
		.store = { "mtu=much", "ip=somewhere" },
	};

	(void)state;
	taken(&given);
	assert_false(request_is_up(&request));
	assert_string_equal(request.device, "vif1.0");
}

static void who_serves_what(void **state)
{
	static const struct {
		const char *command, *type;
		bool ours, up;
	} cases[] = {
		{ "online", "type_if=vif", true, true },
		{ "offline", "type_if=vif", true, false },
		{ "add", "type_if=vif", false, true },
		{ "remove", "type_if=vif", false, false },
		{ "online", "type_if=tap", false, true },
		{ "offline", "type_if=tap", false, false },
		{ "add", "type_if=tap", true, true },
		{ "remove", "type_if=tap", true, false },
		{ "online", "type_if=", true, true },
		{ "add", "type_if=", false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct given given = {
			.arguments = { cases[i].command, cases[i].type },
			.environment = { "XENBUS_PATH=backend/vif/1/0" },
		};

		taken(&given);
		assert_int_equal(request_is_ours(&request), cases[i].ours);
		assert_int_equal(request_is_up(&request), cases[i].up);
	}
}

/* How to report an error may stand behind it. */
static void the_rest_is_read_after_an_error(void **state)
{
	const struct given given = {
		.arguments = { "--what", "online", "nonsense=1", "-n",
			       "XENBUS_PATH=backend/vif/3/0" },
	};
	struct error err = { 0 };

	(void)state;
	memset(&request, 0, sizeof(request));
	assert_int_equal(given_arguments(&given, &request, &err), -EINVAL);
	assert_string_equal(err.text, "unknown option: --what");
	assert_int_equal(request_check_path(&request, &err), 0);
	assert_int_equal(request.domid, 3);
	assert_true(request.dry_run);
}

static void the_guests_mac(void **state)
{
	struct given given = { .arguments = { "online", "vif=vif1.0" } };
	struct error err = { 0 };

	(void)state;
	taken(&given);
	assert_false(request.has_mac);
	given.arguments[2] = "mac=00:16:3e:01:02:ff";
	taken(&given);
	assert_true(request.has_mac);
	assert_memory_equal(request.mac, "\x00\x16\x3e\x01\x02\xff", MAC_LEN);
	given.arguments[2] = "mac=00:16:3e:01:02";
	assert_int_equal(given_read(&given, &text, &request, &err), -EINVAL);
	assert_string_equal(err.text, "mac: '00:16:3e:01:02' is not a MAC address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_libxl_calls_it),
		cmocka_unit_test(a_tap_has_its_own_name),
		cmocka_unit_test(names_follow_from_the_path),
		cmocka_unit_test(later_sources_win),
		cmocka_unit_test(sources_have_their_limits),
		cmocka_unit_test(the_last_of_one_source_wins),
		cmocka_unit_test(options),
		cmocka_unit_test(every_word_for_yes_and_no),
		cmocka_unit_test(bridges_and_their_vlans),
		cmocka_unit_test(vlans_and_what_becomes_of_the_bridge),
		cmocka_unit_test(the_config_file),
		cmocka_unit_test(a_lone_quote_stays),
		cmocka_unit_test(the_longest_names),
		cmocka_unit_test(taking_down_looks_at_less),
		cmocka_unit_test(who_serves_what),
		cmocka_unit_test(the_rest_is_read_after_an_error),
		cmocka_unit_test(the_guests_mac),
	};

	return RUN_TESTS(tests);
}
