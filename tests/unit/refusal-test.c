// SPDX-License-Identifier: GPL-2.0-or-later
// What a request is refused for, and in which words.
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/given.h"

#define PATH_MESSAGE(path) \
	"XENBUS_PATH='" path "' is not a backend's directory (…/vif/DOMID/DEVID)"
/* As much of a path as the message quotes. */
#define LONG_PATH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ON "online", "vif=vif1.0"
#define NOT_IN_ONE ": no slash, colon, % or white space may be in one"

static struct request request;
static struct given_text text;

static const struct refusal {
	struct given given;
	int code;
	const char *message;
} refusals[] = {
	{ { .arguments = { NULL } }, EINVAL, "no command: one of online, offline, add, remove" },
	{ { .arguments = { "frobnicate" } }, EINVAL, "Invalid command: frobnicate" },
	{ { .arguments = { "" } }, EINVAL, "Invalid command: " },
	{ { .arguments = { "Online" } }, EINVAL, "Invalid command: Online" },
	{ { .arguments = { "online", "offline" } }, EINVAL,
	  "unexpected word: offline (the command is online)" },
	{ { .arguments = { "-x", "online" } }, EINVAL, "unknown option: -x" },
	{ { .arguments = { "-nx", "online" } }, EINVAL, "unknown option: -nx" },
	{ { .arguments = { "-", "online" } }, EINVAL, "unknown option: -" },
	{ { .arguments = { "--", "online" } }, EINVAL, "unknown option: --" },
	{ { .arguments = { "--dry", "online" } }, EINVAL, "unknown option: --dry" },
	{ { .arguments = { "online", "nonsense=1" } }, EINVAL, "unknown parameter: nonsense=1" },
	{ { .arguments = { "online", "=1" } }, EINVAL, "unknown parameter: =1" },
	{ { .arguments = { "nonsense=1", "online", "--what" } }, EINVAL,
	  "unknown parameter: nonsense=1" },
	{ { .arguments = { "online", "type_if=bridge" } }, EINVAL,
	  "unknown interface type bridge" },

	{ { .arguments = { ON, "XENBUS_PATH=x" } }, EINVAL, PATH_MESSAGE("x") },
	{ { .arguments = { ON, "XENBUS_PATH=/" } }, EINVAL, PATH_MESSAGE("/") },
	{ { .arguments = { ON, "XENBUS_PATH=1/0" } }, EINVAL, PATH_MESSAGE("1/0") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vbd/1/0" } }, EINVAL, PATH_MESSAGE("b/vbd/1/0") },
	{ { .arguments = { ON, "XENBUS_PATH=b/xvif/1/0" } }, EINVAL, PATH_MESSAGE("b/xvif/1/0") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vifx/1/0" } }, EINVAL, PATH_MESSAGE("b/vifx/1/0") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vif/1/0/" } }, EINVAL, PATH_MESSAGE("b/vif/1/0/") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vif/1/" } }, EINVAL, PATH_MESSAGE("b/vif/1/") },
	{ { .arguments = { ON, "XENBUS_PATH=b//vif/1/0" } }, EINVAL, PATH_MESSAGE("b//vif/1/0") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vif//0" } }, EINVAL, PATH_MESSAGE("b/vif//0") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vif/01/0" } }, EINVAL, PATH_MESSAGE("b/vif/01/0") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vif/-1/0" } }, EINVAL, PATH_MESSAGE("b/vif/-1/0") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vif/1/0x1" } }, EINVAL, PATH_MESSAGE("b/vif/1/0x1") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vif/32752/0" } }, EINVAL,
	  PATH_MESSAGE("b/vif/32752/0") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vif/1/65536" } }, EINVAL,
	  PATH_MESSAGE("b/vif/1/65536") },
	{ { .arguments = { ON, "XENBUS_PATH=b/vif/1/4294967296" } }, EINVAL,
	  PATH_MESSAGE("b/vif/1/4294967296") },
	{ { .arguments = { ON, "XENBUS_PATH=b c/vif/1/0" } }, EINVAL, PATH_MESSAGE("b c/vif/1/0") },
	{ { .arguments = { ON, "XENBUS_PATH=../vif/1/0" } }, EINVAL, PATH_MESSAGE("../vif/1/0") },
	{ { .arguments = { ON, "XENBUS_PATH=$(id)/vif/1/0" } }, EINVAL,
	  PATH_MESSAGE("$(id)/vif/1/0") },
	{ { .arguments = { ON, "XENBUS_PATH=" LONG_PATH "/vif/1/0" } }, EINVAL,
	  PATH_MESSAGE(LONG_PATH) },

	{ { .arguments = { "online" } }, EINVAL,
	  "vif is not set: name the interface (vif=vif1.0) or its directory in xenstore "
	  "(XENBUS_PATH=backend/vif/1/0)" },
	{ { .arguments = { "add", "type_if=tap", "vif=vif1.0" } }, EINVAL,
	  "INTERFACE is not set: name the interface (INTERFACE=vif1.0-emu) or its directory in "
	  "xenstore (XENBUS_PATH=backend/vif/1/0)" },
	{ { .arguments = { "add", "type_if=tap", "XENBUS_PATH=backend/vif/32751/65535" } },
	  ENAMETOOLONG, "vif32751.65535-emu is too long for an interface name" },
	{ { .arguments = { "online", "vif=vif1/0" } }, EINVAL,
	  "vif='vif1/0' is not an interface name" NOT_IN_ONE },
	{ { .arguments = { "online", "vif=.." } }, EINVAL, "vif='..' is not an interface name" },
	{ { .arguments = { "online", "vif=sixteen-bytes-ab" } }, ENAMETOOLONG,
	  "vif='sixteen-bytes-ab' is too long: an interface name has at most 15 bytes" },
	{ { .arguments = { ON, "XENBUS_TYPE=vbd" } }, EINVAL,
	  "XENBUS_TYPE='vbd': only vif is known here" },
	{ { .arguments = { ON }, .store = { "vifname=sixteen-bytes-ab" } }, ENAMETOOLONG,
	  "vifname='sixteen-bytes-ab' is too long: an interface name has at most 15 bytes" },
	{ { .arguments = { ON, "INTERFACE=vif1.0-emu" }, .store = { "vifname=twelve-bytes" } },
	  ENAMETOOLONG, "vifname='twelve-bytes' is too long: an interface name has at most 11 "
	  "bytes before its '-emu'" },
	{ { .arguments = { "add", "type_if=tap", "INTERFACE=vif1.0-emu" },
	    .store = { "vifname=twelve-bytes" } },
	  ENAMETOOLONG, "vifname='twelve-bytes' is too long: an interface name has at most 11 "
	  "bytes before its '-emu'" },
	{ { .arguments = { ON, "vifname=eth%d" } }, EINVAL,
	  "vifname='eth%d' is not an interface name" NOT_IN_ONE },
	{ { .arguments = { ON, "vifname=a b" } }, EINVAL,
	  "vifname='a b' is not an interface name" NOT_IN_ONE },
	{ { .arguments = { ON, "bridge=a:b" } }, EINVAL,
	  "bridge='a:b' is not an interface name" NOT_IN_ONE },
	{ { .arguments = { ON, "bridge=sixteen-bytes-ab" } }, ENAMETOOLONG,
	  "bridge='sixteen-bytes-ab' is too long: an interface name has at most 15 bytes" },

	{ { .arguments = { ON, "bridge=xenbr0:10:" } }, EINVAL,
	  "bridge='xenbr0:10:' is not an interface name" NOT_IN_ONE },
	{ { .arguments = { ON, "bridge=sixteen-bytes-ab.10" } }, ENAMETOOLONG,
	  "bridge='sixteen-bytes-ab' is too long: an interface name has at most 15 bytes" },
	{ { .arguments = { ON, "bridge=a b:10" } }, EINVAL,
	  "bridge='a b' is not an interface name" NOT_IN_ONE },
	{ { .arguments = { ON }, .store = { "vlan=10/20" } }, EINVAL,
	  "vlan='10/20': of several VLANs one must be the PVID (10p)" },
	{ { .arguments = { ON }, .file = "vlan=5000" }, EINVAL,
	  "vlan='5000': VLAN 5000 is not from 1 to 4094" },
	{ { .arguments = { ON, "vlan_filtering=maybe" } }, EINVAL,
	  "vlan_filtering='maybe' is none of auto, yes, no" },
	{ { .arguments = { ON, "vlan_uplink=auto" } }, EINVAL,
	  "vlan_uplink='auto' is neither yes nor no" },

	{ { .arguments = { ON, "ip=10.0.0.1 x" } }, EINVAL,
	  "ip: 'x' is not an IP address or prefix" },
	{ { .arguments = { ON, "mtu=67" } }, EINVAL, "mtu='67' is not a number from 68 to 65535" },
	{ { .arguments = { ON }, .store = { "mtu=65536" } }, EINVAL,
	  "mtu='65536' is not a number from 68 to 65535" },
	{ { .arguments = { ON, "mtu=1500 " } }, EINVAL,
	  "mtu='1500 ' is not a number from 68 to 65535" },
	{ { .arguments = { ON, "mtu=4294968796" } }, EINVAL,
	  "mtu='4294968796' is not a number from 68 to 65535" },
	{ { .arguments = { ON, "timeout=0" } }, EINVAL,
	  "timeout='0' is not a number from 1 to 39" },
	{ { .arguments = { ON, "timeout=40" } }, EINVAL,
	  "timeout='40' is not a number from 1 to 39" },
	{ { .arguments = { ON, "verbose=loud" } }, EINVAL,
	  "verbose='loud' is neither yes nor no" },
	{ { .arguments = { ON, "isolated=maybe" } }, EINVAL,
	  "isolated='maybe' is neither yes nor no" },
	{ { .arguments = { ON, "learning=Yes" } }, EINVAL,
	  "learning='Yes' is neither yes nor no" },
	{ { .arguments = { ON, "neigh_suppress=2" } }, EINVAL,
	  "neigh_suppress='2' is neither yes nor no" },

	{ { .arguments = { ON }, .file = "bridge=a\nnonsense\n" }, EINVAL,
	  "hotplug.conf:2: 'nonsense' is neither KEY=VALUE nor [section]" },
	{ { .arguments = { ON }, .file = "\n\nnonsense=1" }, EINVAL,
	  "hotplug.conf:3: unknown key 'nonsense'" },
	{ { .arguments = { ON }, .file = "=1" }, EINVAL, "hotplug.conf:1: unknown key ''" },
	{ { .arguments = { ON }, .file = "vif=vif9.9" }, EINVAL,
	  "hotplug.conf:1: 'vif' cannot be set in this file" },
	{ { .arguments = { ON }, .file = "XENBUS_PATH=backend/vif/1/0" }, EINVAL,
	  "hotplug.conf:1: 'XENBUS_PATH' cannot be set in this file" },
	{ { .arguments = { ON }, .file = "[vif-bridge" }, EINVAL,
	  "hotplug.conf:1: '[vif-bridge' has no closing ]" },
	{ { .arguments = { ON }, .file = "[" }, EINVAL,
	  "hotplug.conf:1: '[' has no closing ]" },
	{ { .arguments = { ON }, .file = "[vif-bridge]\nisolated=\"yes" }, EINVAL,
	  "isolated='\"yes' is neither yes nor no" },
};

static void each_refusal_has_its_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *refusal = &refusals[i];
		struct error err = { 0 };
		int rc = given_read(&refusal->given, &text, &request, &err);

		assert_string_equal(err.text, refusal->message);
		assert_int_equal(err.code, refusal->code);
		assert_int_equal(rc, -refusal->code);
	}
}

static void addresses_have_a_limit(void **state)
{
	char ips[4 + 8 * (REQUEST_IPS + 1)] = "ip=";
	const struct given given = { .arguments = { ON, ips } };
	struct error err = { 0 };

	(void)state;
	for (int i = 0; i < REQUEST_IPS; i++)
		strcat(ips, " 1.2.3.4");
	assert_int_equal(given_read(&given, &text, &request, &err), 0);
	assert_int_equal(request.ip_count, REQUEST_IPS);
	strcat(ips, " ::");
	assert_int_equal(given_read(&given, &text, &request, &err), -E2BIG);
	assert_string_equal(err.text, "ip: more than 64 addresses");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_refusal_has_its_message),
		cmocka_unit_test(addresses_have_a_limit),
	};

	return RUN_TESTS(tests);
}
