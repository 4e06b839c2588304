// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "common/journal.h"

static const char text[] =
	"# Of network-bridge. With it, network-bridge recover brings the host back.\n"
	"phase=starting\nstyle=bridge\nfirewall=iptables\nmac=00:50:8b:dc:f7:2b\n"
	"netdev=eth0\nbridge=a=b\nphysical=peth0\nstage=tmpbridge\nfar=\ndevice=eth0\n"
	"nic=3\nmade_bridge=1\nifup=0\nantispoof=1\ndropped=1\narp_ignore=-1\nmtu=9000\n"
	"txqueuelen=77\nup=1\nrunning=1\nno_arp=0\nno_multicast=1\naddr_gen=-1\nno_ipv6=1\n"
	"time=12345\nindex=3\n"
	"# ip address replace 192.168.0.3/26 dev eth0 label eth0\n"
	"entry=20 0 021a00000300000008000100c0a8000308000200c0a800030900030065746830000000000800080000000000\n"
	"# ip route prepend default via 192.168.0.1 dev eth0 proto boot scope global\n"
	"entry=24 1 02000000fe0300010000000008000f00fe00000008000500c0a800010800040003000000\n";

static struct journal journal;
static struct error err;

static int parse(const char *given)
{
	memset(&err, 0, sizeof(err));
	return journal_parse("FILE", given, &journal, &err);
}

static void it_reads_what_it_prints(void **state)
{
	static char buf[8192];
	struct text out = TEXT_IN(buf);

	(void)state;
	assert_int_equal(parse(text), 0);
	assert_int_equal(journal.phase, PHASE_STARTING);
	assert_int_equal(journal.style, STYLE_BRIDGE);
	assert_int_equal(journal.firewall, FIREWALL_IPTABLES);
	assert_string_equal(journal.bridge, "a=b");
	assert_true(journal.made_bridge && journal.antispoof && journal.dropped);
	assert_int_equal(journal.like.mtu, 9000);
	assert_int_equal(journal.wanted.parts[PART_ADDRESSES4].count, 1);
	assert_int_equal(journal.wanted.parts[PART_ROUTES4].count, 1);
	assert_true(journal.wanted.parts[PART_ROUTES4].list[0]->ahead);
	assert_true(sizeof(text) <= journal_size(&journal));
	journal_print(&journal, PHASE_STARTING, &out);
	assert_string_equal(buf, text);
	/* Also while it is started, lest it goes with the device. */
	out.len = 0;
	journal_print(&journal, PHASE_STARTED, &out);
	assert_non_null(strstr(buf, "entry="));
	assert_non_null(strstr(buf, "phase=started\n"));
	netdev_free(&journal.wanted);
}

static void none_is_none(void **state)
{
	(void)state;
	assert_int_equal(parse(NULL), 0);
	assert_int_equal(journal.phase, PHASE_NONE);
}

static void what_makes_no_sense_is_refused(void **state)
{
	static const char *const lines[] = {
		"phase=dancing", "style=none", "firewall=1", "mac=00:50", "netdev=a/b", "nic=three",
		"nic=3x", "nic=99999999999", "made_bridge", "entry=", "entry=20", "entry=20 0 ",
		"entry=20 0 02", "entry=20 0 0g", "entry=20 0 021", "entry=16 0 0200000000000000",
		"entry=70000 0 021a000003000000", "entry=20 0 021a0000030000000c000100c0a80003",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char given[sizeof(text) + 100];

		snprintf(given, sizeof(given), "%s%s\n", text, lines[i]);
		assert_int_not_equal(parse(given), 0);
		assert_non_null(strstr(err.text, "FILE:"));
		netdev_free(&journal.wanted);
	}
}

/* A later version may have more to say; but not less. */
static void keys_of_a_later_version_are_skipped(void **state)
{
	char given[sizeof(text) + 100];

	(void)state;
	snprintf(given, sizeof(given), "colour=blue\n%s", text);
	assert_int_equal(parse(given), 0);
	netdev_free(&journal.wanted);
	assert_int_equal(parse("phase=started\nnetdev=eth0\n"), -EINVAL);
	assert_string_equal(err.text, "FILE is not whole");
	assert_int_equal(parse(""), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_what_it_prints),
		cmocka_unit_test(none_is_none),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(keys_of_a_later_version_are_skipped),
	};

	return RUN_TESTS(tests);
}
