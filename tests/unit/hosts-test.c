// SPDX-License-Identifier: GPL-2.0-or-later
// Plans for the host as golden texts: each tests/unit/hosts/*.txt is a call of network-route or
// network-nat and what is seen of the host, a line "---", and the program's plan, with what undoes
// it all, or what it says of the status.
// UPDATE=1 build/unit/hosts-test writes them anew; then read what git diff shows.
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/network.h"
#include "common/print.h"
#include "tests/unit/given.h"
#include "tests/unit/golden.h"

/* The programs' main(), under names of their own (tests/unit/Makefile). */
int network_route_main(int argc, char **argv);
int network_nat_main(int argc, char **argv);


/* The one that a main() chose. */
static const struct network_program *chosen;

int network_program_main(int argc, char **argv, const struct network_program *program)
{
	(void)argc, (void)argv;
	chosen = program;
	return 0;
}

/* One case, as its file tells it. */
static struct {
	struct request request;
	struct host host;
	struct plan plan;
	char own_text[GOLDEN_TEXT], other_text[GOLDEN_TEXT];
	char config[DNSMASQ_OWN_TEXT];
} c;

static void take_program(const char *name)
{
	char *argv[] = { (char *)name, NULL };

	if (!strcmp(name, "network-route"))
		network_route_main(1, argv);
	else
		network_nat_main(1, argv);
	assert_string_equal(chosen->name, name);
	c.host.program = chosen->name;
	c.host.partner = chosen->partner;
	snprintf(c.host.path, sizeof(c.host.path), "/run/xen-hotplug/%s.state", name);
}

static void take_firewall(const char *value, struct firewall_facts *firewall)
{
	firewall->kind = !strcmp(value, "nftables") ? FIREWALL_NFTABLES :
			 !strcmp(value, "iptables") ? FIREWALL_IPTABLES : FIREWALL_NONE;
	firewall->tool[0] = firewall->kind == FIREWALL_IPTABLES ? "iptables-legacy" : "iptables";
	firewall->tool[1] = "ip6tables";
}

/* "\t" begins what follows. */
static void take_note(const char *value, char *text)
{
	if (!strncmp(value, "\\t", 2)) {
		strcat(text, "\t");
		value += 2;
	}
	strcat(strcat(text, value), "\n");
}

/* "net/ipv4/conf/eth1/forwarding=1" */
static void take_follower(char *value)
{
	struct note_setting setting = { .follows = true };
	char *equals = strrchr(value, '=');

	*equals = '\0';
	assert_true(text_copy(setting.name, sizeof(setting.name), value));
	setting.value = setting.now = atoi(equals + 1);
	note_add(&c.host.followers, &setting);
}

/* Of what is noted, be it that it follows. */
static void take_now(char *value)
{
	char *equals = strrchr(value, '=');
	size_t i = 0;

	*equals = '\0';
	while (i < c.host.own.count && strcmp(c.host.own.found[i].name, value) != 0)
		i++;
	assert_true(i < c.host.own.count);
	c.host.own.found[i].now = atoi(equals + 1);
}

/* What follows is by itself as the kernel makes it while its leader is on. */
static void read_notes(void)
{
	struct error err = { 0 };

	if (*c.own_text)
		c.host.own_text = c.own_text;
	assert_int_equal(note_parse("own", c.host.own_text, &c.host.own, &err), 0);
	assert_int_equal(note_parse("other", *c.other_text ? c.other_text : NULL, &c.host.other,
				    &err), 0);
	for (size_t i = 0; i < c.host.own.count; i++)
		if (c.host.own.found[i].follows)
			c.host.own.found[i].now = c.host.own.found[i].value;
}

static void take_command(const char *word)
{
	static const enum command commands[] = {
		COMMAND_START, COMMAND_STOP, COMMAND_STATUS, COMMAND_NONE
	};
	struct error err = { 0 };

	c.request.word = word;
	assert_int_equal(request_check_host_command(&c.request, commands, &err), 0);
}

static void take_dhcp(const char *value, struct serve *serve)
{
	serve->by = !strcmp(value, "dnsmasq") ? NOTE_DHCP_DNSMASQ :
		    !strcmp(value, "dhcpd") ? NOTE_DHCP_DHCPD : NOTE_DHCP_NOBODY;
}

/* "as it was", when it is what start would write, or another text. */
static void take_config(const char *value, struct serve *serve)
{
	struct text text = TEXT_IN(c.config);

	if (!strcmp(value, "as it was"))
		dnsmasq_conf_own(&serve->subnet, &serve->resolv, &text);
	else
		text_add(&text, "%s\n", value);
	serve->config = c.config;
}

static bool take_serve(const char *key, const char *value, struct serve *serve)
{
	if (!strcmp(key, "dhcp"))
		take_dhcp(value, serve);
	else if (!strcmp(key, "runs"))
		serve->runs = !strcmp(value, "yes");
	else if (!strcmp(key, "config"))
		take_config(value, serve);
	else if (!strcmp(key, "resolv"))
		resolv_parse(value, &serve->resolv);
	else if (!strcmp(key, "declared"))
		serve->declared = !strcmp(value, "yes");
	else if (!strcmp(key, "found"))
		strcpy(serve->found, value);
	else if (!strcmp(key, "noted"))
		strcpy(serve->noted, value);
	else
		return false;
	return true;
}

static void take_number(const char *key, char *value)
{
	if (!strcmp(key, "ip_forward"))
		c.host.ip_forward = atoi(value);
	else if (!strcmp(key, "ipv6_forwarding"))
		c.host.ipv6_forwarding = atoi(value);
	else if (!strcmp(key, "proxy_arp"))
		c.host.proxy_arp = atoi(value);
	else if (!strcmp(key, "accept_ra"))
		c.host.accept_ra = atoi(value);
	else if (!strcmp(key, "ipv6"))
		c.host.ipv6 = !strcmp(value, "yes");
	else if (!strcmp(key, "masqueraded"))
		c.host.masqueraded = !strcmp(value, "yes");
	else if (!strcmp(key, "follower"))
		take_follower(value);
	else if (!strcmp(key, "now"))
		take_now(value);
	else
		fail_msg("no such line: %s", key);
}

static void take_netdev(const char *name)
{
	snprintf(c.host.netdev.name, IFNAMSIZ, "%s", name);
	c.host.netdev.index = 2;
}

static void take_line(const char *key, char *value)
{
	struct error err = { 0 };

	if (!strcmp(key, "program"))
		take_program(value);
	else if (!strcmp(key, "command"))
		take_command(value);
	else if (!strcmp(key, "netdev"))
		take_netdev(value);
	else if (!strcmp(key, "absent"))
		c.host.netdev.index = 0;
	else if (!strcmp(key, "subnet"))
		assert_int_equal(inet_parse(value, &c.host.subnet, &err), 0);
	else if (!strcmp(key, "firewall"))
		take_firewall(value, &c.host.firewall);
	else if (!strcmp(key, "noted_firewall"))
		take_firewall(value, &c.host.noted_firewall);
	else if (!strcmp(key, "note"))
		take_note(value, c.own_text);
	else if (!strcmp(key, "partner"))
		take_note(value, c.other_text);
	else if (!take_serve(key, value, &c.host.serve))
		take_number(key, value);
}

/* As they are looked for; beside the note, on which some of it hangs. */
static void take_servers(struct serve *serve)
{
	serve->program = "/usr/sbin/dnsmasq";
	serve->subnet = c.host.subnet.family ? c.host.subnet : serve_usual_subnet;
	serve->noted_subnet = c.host.own.subnet.family ? c.host.own.subnet : serve_usual_subnet;
	serve->dhcpd = (struct dhcp_server){ .kind = DHCP_DHCPD, .entries = "/etc/dhcp/dhcpd.conf",
					     .control = "/etc/init.d/isc-dhcp-server" };
	serve->noted_dhcpd = serve->dhcpd;
	memcpy(serve->noted_dhcpd.entries, c.host.own.line, FACTS_PATH);
}

/* The notes first, for "now:" is about what is in them. */
static void take_lines(char *text)
{
	char *line, *end;

	for (line = text; line; line = end) {
		char *colon = strstr(line, ": ");

		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		if (!*line || *line == '#')
			continue;
		if (!colon)
			fail_msg("not KEY: VALUE: %s", line);
		*colon = '\0';
		if (!strcmp(line, "now") && !c.host.own.exists)
			read_notes();
		if (!strcmp(line, "config"))
			take_servers(&c.host.serve);
		take_line(line, colon + 2);
	}
	if (!c.host.own.exists)
		read_notes();
	take_servers(&c.host.serve);
}

static void print_plan(struct text *out)
{
	text_add(out, "plan:\n");
	for (size_t i = 0; i < c.plan.count; i++) {
		step_print(&c.plan.steps[i], out);
		text_add(out, "\n");
	}
}

static void print_undo(struct text *out)
{
	text_add(out, "undo:\n");
	for (size_t i = c.plan.count; i-- > 0;) {
		const struct step reverse = step_reverse(&c.plan.steps[i]);

		step_print(&reverse, out);
		text_add(out, "\n");
	}
}

static void start_case(struct text *out)
{
	struct error err = { 0 };

	if (host_settle(&c.host, &err)) {
		text_add(out, "error: %s\n", err.text);
		return;
	}
	chosen->plan_start(&c.host, &c.plan);
	print_plan(out);
	print_undo(out);
}

static void plan_case(struct text *out)
{
	chosen->want(&c.host);
	if (c.request.command == COMMAND_STATUS) {
		text_add(out, host_status(&c.host, out) ? "complete\n" : "not complete\n");
	} else if (c.request.command == COMMAND_START) {
		start_case(out);
	} else {
		chosen->plan_stop(&c.host, &c.plan);
		print_plan(out);
	}
}

static void plan(char *inputs, struct text *out)
{
	memset(&c, 0, sizeof(c));
	take_firewall("nftables", &c.host.firewall);
	take_firewall("nftables", &c.host.noted_firewall);
	take_netdev("eth0");
	take_lines(inputs);
	plan_case(out);
}

int main(void)
{
	return golden_main("tests/unit/hosts/*.txt", plan, NULL);
}
