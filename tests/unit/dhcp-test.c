// SPDX-License-Identifier: GPL-2.0-or-later
// Includes dhcp.c: its static parts are in reach. What it looks at is tried in tests/netns.
#include "tests/unit/test.h"

#include "common/dhcp.c"
#include "common/print.h"

#define ENTRY(host, n)                                                               \
	"host " host " { hardware ethernet 00:16:3e:00:01:00; fixed-address 10.0.0." n "; " \
	"option routers 10.0.0.128; option host-name \"" host "\"; }"

static struct request request;
static struct facts facts;
static struct plan plan;
static struct error err;
static struct inet_prefix ip, router;

static const struct dhcp_server dhcpd = {
	.kind = DHCP_DHCPD, .entries = "/etc/dhcpd.conf", .lists = "/etc/default/dhcp-server",
	.control = "/etc/init.d/dhcpd",
};

static const struct dhcp_server dnsmasq = {
	.kind = DHCP_DNSMASQ, .entries = "/run/hosts/dom1", .control = "/run/dnsmasq.pid",
};

/* The first interface of domain 1, on its way up. */
static int fresh(void **state)
{
	(void)state;
	memset(&request, 0, sizeof(request));
	memset(&facts, 0, sizeof(facts));
	memset(&plan, 0, sizeof(plan));
	memset(&err, 0, sizeof(err));
	request.command = COMMAND_ONLINE;
	request.has_path = request.has_mac = true;
	request.domid = 1;
	strcpy(request.wanted, "vif1.0");
	return inet_parse_mac("00:16:3e:00:01:00", request.mac, &err) ||
	       inet_parse("10.0.0.1/16", &ip, &err) || inet_parse("10.0.0.128", &router, &err);
}

static void given(const struct dhcp_server *server)
{
	facts.dhcp[facts.dhcp_count++] = *server;
}

static int plan_up(void)
{
	return dhcp_plan_up(&request, &facts, &ip, &router, &plan, &err);
}

static void plan_down(void)
{
	request.command = COMMAND_OFFLINE;
	dhcp_plan_down(&request, &facts, &plan);
}

static const struct dhcp_change *only_change(void)
{
	assert_int_equal(plan.count, 1);
	assert_int_equal(plan_check(&plan, &err), 0);
	assert_int_equal(plan.steps[0].kind, STEP_DHCP);
	return &plan.steps[0].dhcp;
}

static void no_server_is_no_step(void **state)
{
	(void)state;
	request.has_mac = false;
	assert_int_equal(plan_up(), 0);
	plan_down();
	assert_int_equal(plan.count, 0);
}

static void dhcpd_gets_a_line_and_an_interface(void **state)
{
	const struct dhcp_change *change;

	(void)state;
	given(&dhcpd);
	assert_int_equal(plan_up(), 0);
	change = only_change();
	assert_string_equal(change->host, "dom1");
	assert_string_equal(change->device, "vif1.0");
	assert_null(change->from);
	assert_string_equal(change->to, ENTRY("dom1", "1"));
	assert_false(change->from_listed);
	assert_true(change->to_listed);
}

/* It may be a new interface that has the name of an old one. */
static void dhcpd_is_told_again(void **state)
{
	(void)state;
	given(&dhcpd);
	strcpy(facts.dhcp[0].entry, ENTRY("dom1", "1"));
	facts.dhcp[0].listed = true;
	assert_int_equal(plan_up(), 0);
	assert_string_equal(only_change()->from, only_change()->to);
	assert_true(only_change()->from_listed && only_change()->to_listed);
}

static void without_lists_nothing_is_listed(void **state)
{
	(void)state;
	given(&dhcpd);
	facts.dhcp[0].lists[0] = '\0';
	strcpy(request.wanted, "a$b");
	assert_int_equal(plan_up(), 0);
	assert_false(only_change()->to_listed);
}

static void dnsmasq_gets_a_file(void **state)
{
	(void)state;
	given(&dnsmasq);
	strcpy(request.wanted, "a$b");
	assert_int_equal(plan_up(), 0);
	assert_null(only_change()->from);
	assert_string_equal(only_change()->to, "00:16:3e:00:01:00,10.0.0.1,dom1");
}

static void dnsmasq_is_not_told_twice(void **state)
{
	(void)state;
	given(&dnsmasq);
	strcpy(facts.dhcp[0].entry, "00:16:3e:00:01:00,10.0.0.1,dom1");
	assert_int_equal(plan_up(), 0);
	assert_int_equal(plan.count, 0);
	strcpy(facts.dhcp[0].entry, "00:16:3e:00:01:00,10.0.0.9,dom1");
	assert_int_equal(plan_up(), 0);
	assert_string_equal(only_change()->from, "00:16:3e:00:01:00,10.0.0.9,dom1");
}

static void names_are_the_scripts(void **state)
{
	static const struct {
		unsigned domid, devid;
		const char *host;
	} cases[] = {
		{ 0, 0, "dom0" }, { 10, 0, "dom10" }, { 1, 1, "dom1-2" },
		{ 32751, 65535, "dom32751-65536" },
	};
	char host[DHCP_HOST];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		request.domid = cases[i].domid;
		request.devid = cases[i].devid;
		print_host(&request, host);
		assert_string_equal(host, cases[i].host);
	}
}

static void what_no_server_can_do_is_refused(void **state)
{
	(void)state;
	given(&dhcpd);
	request.has_mac = false;
	assert_int_equal(plan_up(), -EINVAL);
	assert_non_null(strstr(err.text, "mac"));
	fresh(NULL);
	given(&dnsmasq);
	assert_int_equal(inet_parse("2001:db8::1", &ip, &err), 0);
	assert_int_equal(plan_up(), -EINVAL);
	assert_non_null(strstr(err.text, "IPv4"));
	fresh(NULL);
	given(&dhcpd);
	strcpy(request.wanted, "$(reboot)");
	assert_int_equal(plan_up(), -EINVAL);
	assert_non_null(strstr(err.text, "'$(reboot)'"));
	assert_non_null(strstr(err.text, dhcpd.lists));
	assert_int_equal(plan.count, 0);
}

static void all_that_is_known_goes(void **state)
{
	(void)state;
	given(&dhcpd);
	given(&dnsmasq);
	facts.dhcp[0].listed = true;
	strcpy(facts.dhcp[1].entry, "an entry");
	plan_down();
	assert_int_equal(plan.count, 2);
	assert_null(plan.steps[0].dhcp.from);
	assert_true(plan.steps[0].dhcp.from_listed);
	assert_string_equal(plan.steps[1].dhcp.from, "an entry");
	for (size_t i = 0; i < 2; i++) {
		assert_null(plan.steps[i].dhcp.to);
		assert_false(plan.steps[i].dhcp.to_listed);
	}
}

/* The link's own name is what dhcpd was told, or the one that it was to have. */
static void the_interface_is_the_one_that_there_is(void **state)
{
	(void)state;
	given(&dhcpd);
	strcpy(request.wanted, "web");
	plan_down();
	assert_string_equal(only_change()->device, "web");
	plan.count = 0;
	facts.link.index = 7;
	strcpy(facts.link.name, "vif1.0");
	plan_down();
	assert_string_equal(only_change()->device, "vif1.0");
}

static void undoing_is_the_way_back(void **state)
{
	struct step undo;

	(void)state;
	given(&dhcpd);
	strcpy(facts.dhcp[0].entry, ENTRY("dom1", "9"));
	assert_int_equal(plan_up(), 0);
	undo = step_reverse(&plan.steps[0]);
	assert_string_equal(undo.dhcp.from, ENTRY("dom1", "1"));
	assert_string_equal(undo.dhcp.to, ENTRY("dom1", "9"));
	assert_true(undo.dhcp.from_listed);
	assert_false(undo.dhcp.to_listed);
	undo = step_reverse(&undo);
	assert_memory_equal(&undo, &plan.steps[0], sizeof(undo));
}

static void prints(const struct step *step, const char *const *parts)
{
	char buf[4096];
	struct text text = TEXT_IN(buf);
	const char *at = buf;

	step_print(step, &text);
	assert_false(text.cut);
	assert_null(strchr(buf, '\n'));
	for (; *parts; parts++) {
		at = strstr(at, *parts);
		if (!at)
			fail_msg("no %s, or not there, in: %s", *parts, buf);
	}
}

/* What the commands do, dhcpd-conf-test and the twins of tests/netns try. */
static void it_is_printed_as_commands(void **state)
{
	static const char *const up[] = {
		"mkdir -p /var/run/xen-hotplug; (flock 9 && sed -i ", " /etc/dhcpd.conf && echo '",
		ENTRY("dom1", "1"), "' >>/etc/dhcpd.conf && sed -i ", " /etc/default/dhcp-server)",
		" 9>/var/run/xen-hotplug/vif-nat-dhcp; /etc/init.d/dhcpd restart || :", NULL
	};
	static const char *const unit[] = { "; systemctl restart dhcpd.service || :", NULL };
	static const char *const file[] = {
		"mkdir -p /run/hosts; echo 00:16:3e:00:01:00,10.0.0.1,dom1 >/run/hosts/.dom1.new; "
		"mv /run/hosts/.dom1.new /run/hosts/dom1", NULL
	};
	static const char *const gone[] = {
		"rm -f /run/hosts/dom1; kill -HUP \"$(cat /run/dnsmasq.pid)\" || :", NULL
	};
	struct step undo;

	(void)state;
	given(&dhcpd);
	assert_int_equal(plan_up(), 0);
	prints(&plan.steps[0], up);
	strcpy(facts.dhcp[0].control, "dhcpd.service");
	prints(&plan.steps[0], unit);
	fresh(NULL);
	given(&dnsmasq);
	assert_int_equal(plan_up(), 0);
	prints(&plan.steps[0], file);
	undo = step_reverse(&plan.steps[0]);
	prints(&undo, gone);
}

static void dhcp_is_one_of_its_words(void **state)
{
	static const struct {
		const char *word;
		enum dhcp_wish wish;
	} cases[] = {
		{ NULL, DHCP_AS_CONFIGURED }, { "no", DHCP_NO }, { "yes", DHCP_YES },
		{ "dhcpd", DHCP_BY_DHCPD }, { "dnsmasq", DHCP_BY_DNSMASQ },
	};
	enum dhcp_wish wish;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		request.settings[KEY_DHCP].value = cases[i].word;
		assert_int_equal(dhcp_wish(&request, &wish, &err), 0);
		assert_int_equal(wish, cases[i].wish);
	}
	request.settings[KEY_DHCP].value = "dhcpdx";
	assert_int_equal(dhcp_wish(&request, &wish, &err), -EINVAL);
	assert_non_null(strstr(err.text, "dhcp='dhcpdx'"));
}

static void a_guest_without_a_number_has_no_name(void **state)
{
	(void)state;
	request.has_path = false;
	request.settings[KEY_DHCP].value = "dnsmasq";
	assert_int_equal(dhcp_look_up(&request, &facts, &err), -EINVAL);
	assert_non_null(strstr(err.text, "XENBUS_PATH"));
	memset(&err, 0, sizeof(err));
	request.settings[KEY_DHCP].value = NULL;
	assert_int_equal(dhcp_look_up(&request, &facts, &err), 0);
	assert_int_equal(dhcp_look_down(&request, &facts, &err), 0);
	assert_int_equal(facts.dhcp_count, 0);
}

int main(void)
{
#define FRESH(test) cmocka_unit_test_setup(test, fresh)
	const struct CMUnitTest tests[] = {
		FRESH(no_server_is_no_step),
		FRESH(dhcpd_gets_a_line_and_an_interface),
		FRESH(dhcpd_is_told_again),
		FRESH(without_lists_nothing_is_listed),
		FRESH(dnsmasq_gets_a_file),
		FRESH(dnsmasq_is_not_told_twice),
		FRESH(names_are_the_scripts),
		FRESH(what_no_server_can_do_is_refused),
		FRESH(all_that_is_known_goes),
		FRESH(the_interface_is_the_one_that_there_is),
		FRESH(undoing_is_the_way_back),
		FRESH(it_is_printed_as_commands),
		FRESH(dhcp_is_one_of_its_words),
		FRESH(a_guest_without_a_number_has_no_name),
	};

	return RUN_TESTS(tests);
}
