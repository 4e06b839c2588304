// SPDX-License-Identifier: GPL-2.0-or-later
// Plans as golden texts: each tests/unit/plans/*.txt is a request and what is seen of the host,
// a line "---", and a program's plan for it, with what undoing it all would be. The program is
// vif-bridge unless a line "program:" says otherwise.
// UPDATE=1 build/unit/plans-test writes the plans anew; then read what git diff shows.
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/print.h"
#include "common/program.h"
#include "tests/unit/fields.h"
#include "tests/unit/given.h"
#include "tests/unit/golden.h"
#include "tests/unit/uncalled.h"

/* The programs' main(), under names of their own (tests/unit/Makefile). */
int vif_bridge_main(int argc, char **argv);
int vif_route_main(int argc, char **argv);
int vif_nat_main(int argc, char **argv);


/* The one that a main() chose. */
static const struct vif_program *chosen;

int vif_program_main(int argc, char **argv, const struct vif_program *program)
{
	(void)argc, (void)argv;
	chosen = program;
	return 0;
}

/* One case, as its file tells it. */
static struct {
	struct given given;
	struct given_text text;
	struct request request;
	struct facts facts;
	struct plan plan;
	char file[GOLDEN_TEXT];	/* the config file's text */
	char program[16];
} c;

#define LINK_FIELD(field, type) FIELD(link, field, #field, type)

static const struct field link_fields[] = {
	LINK_FIELD(index, INT),
	LINK_FIELD(name, STRING),
	LINK_FIELD(kind, STRING),
	LINK_FIELD(alias, STRING),
	LINK_FIELD(parent, STRING),
	LINK_FIELD(mac, MAC),
	LINK_FIELD(mtu, UNSIGNED),
	LINK_FIELD(master, INT),
	LINK_FIELD(master_name, STRING),
	LINK_FIELD(up, BOOL),
	LINK_FIELD(addr_gen, INT),
	LINK_FIELD(vlan_filtering, INT),
	LINK_FIELD(default_pvid, UNSIGNED),
	FIELD(link, port.isolated, "isolated", BOOL),
	FIELD(link, port.learning, "learning", BOOL),
	FIELD(link, port.neigh_suppress, "neigh_suppress", BOOL),
	{ 0 }
};

static const struct field uplink_fields[] = {
	FIELD(uplink, index, "index", INT),
	FIELD(uplink, name, "name", STRING),
	FIELD(uplink, present, "present", VLANS),
	FIELD(uplink, added, "added", VLANS),
	FIELD(uplink, used, "used", VLANS),
	{ 0 }
};

static const struct field address_fields[] = {
	FIELD(address, local, "local", INET),
	FIELD(address, peer, "peer", INET),
	FIELD(address, broadcast, "broadcast", INET),
	FIELD(address, label, "label", STRING),
	FIELD(address, scope, "scope", BYTE),
	FIELD(address, flags, "flags", UNSIGNED),
	FIELD(address, valid, "valid", UNSIGNED),
	FIELD(address, preferred, "preferred", UNSIGNED),
	{ 0 }
};

static const struct field route_fields[] = {
	FIELD(route, to, "to", INET),
	FIELD(route, source, "src", INET),
	FIELD(route, metric, "metric", UNSIGNED),
	FIELD(route, protocol, "proto", BYTE),
	{ 0 }
};

static const struct field neighbour_fields[] = {
	FIELD(neighbour, link, "link", INT),
	FIELD(neighbour, link_name, "link_name", STRING),
	FIELD(neighbour, ip, "ip", INET),
	FIELD(neighbour, proxy, "proxy", BOOL),
	FIELD(neighbour, mac, "mac", MAC),
	{ 0 }
};

static void take_link(struct link *link, char *words)
{
	struct link fresh = { .index = 7, .mtu = 1500, .port.learning = true };

	set_fields(link_fields, &fresh, words);
	*link = fresh;
}

static void take_address(char *words)
{
	struct address address = { .link = c.facts.link.index, .valid = UINT32_MAX,
				   .preferred = UINT32_MAX };

	memcpy(address.link_name, c.facts.link.name, IFNAMSIZ);
	set_fields(address_fields, &address, words);
	address.has_peer = address.peer.family;
	address.has_broadcast = address.broadcast.family;
	/* Both sides have the prefix's length, as the kernel tells it. */
	address.peer.len = address.broadcast.len = address.local.len;
	c.facts.addresses[c.facts.address_count++] = address;
}

static void take_gateway_address(char *words)
{
	struct address *address = &c.facts.gateway_address;

	set_fields(address_fields, address, words);
	address->has_broadcast = address->broadcast.family;
}

static void take_route(char *words)
{
	struct route route = { .link = c.facts.link.index, .protocol = 3 };

	memcpy(route.link_name, c.facts.link.name, IFNAMSIZ);
	set_fields(route_fields, &route, words);
	c.facts.routes[c.facts.route_count++] = route;
}

static void take_neighbour(char *words)
{
	struct neighbour neighbour = { .link = c.facts.link.index };

	memcpy(neighbour.link_name, c.facts.link.name, IFNAMSIZ);
	set_fields(neighbour_fields, &neighbour, words);
	c.facts.neighbours[c.facts.neighbour_count++] = neighbour;
}

static void take_uplink(char *words)
{
	struct uplink uplink = { .index = 9 };

	set_fields(uplink_fields, &uplink, words);
	c.facts.uplinks[c.facts.uplink_count++] = uplink;
}

static void take_word(const char **words, const char *word)
{
	size_t i = 0;

	while (words[i])
		i++;
	assert_true(i < GIVEN_WORDS - 1);
	words[i] = word;
}

static void take_request_line(const char *key, char *value)
{
	if (!strcmp(key, "argument"))
		take_word(c.given.arguments, value);
	else if (!strcmp(key, "environment"))
		take_word(c.given.environment, value);
	else if (!strcmp(key, "store"))
		take_word(c.given.store, value);
	else if (!strcmp(key, "file"))
		strcat(strcat(c.file, value), "\n");
	else
		fail_msg("no such line: %s", key);
}

static void take_firewall(const char *value)
{
	struct firewall_facts *firewall = &c.facts.firewall;

	firewall->kind = !strcmp(value, "nftables") ? FIREWALL_NFTABLES :
			 !strcmp(value, "iptables") ? FIREWALL_IPTABLES : FIREWALL_NONE;
	firewall->tool[0] = "iptables";
	firewall->tool[1] = "ip6tables";
}

/* A device and the comment that the guard keeps on it. */
static void take_guard(char *value)
{
	char *comment = strchr(value, ' ');
	struct error err = { 0 };
	bool listed;

	if (comment)
		*comment++ = '\0';
	guard_none(value, &c.facts.guard);
	if (!comment)
		return;
	assert_int_equal(guard_read_comment(comment, &c.facts.guard, &listed, &err), 0);
	c.facts.guard.present = true;
	c.facts.guard.hooked = true;
}

/* What a routed interface has; false: it is another line. */
static bool take_routed_line(const char *key, char *value)
{
	if (!strcmp(key, "gateway"))
		take_link(&c.facts.gateway, value);
	else if (!strcmp(key, "gateway_address"))
		take_gateway_address(value);
	else if (!strcmp(key, "route"))
		take_route(value);
	else if (!strcmp(key, "neighbour"))
		take_neighbour(value);
	else if (!strcmp(key, "ifup"))
		assert_true(text_copy(c.facts.ifup, FACTS_PATH, value));
	else if (!strcmp(key, "ipv6"))
		c.facts.has_ipv6 = !strcmp(value, "yes");
	else if (!strcmp(key, "gateway_ipv6"))
		c.facts.gateway_has_ipv6 = !strcmp(value, "yes");
	else if (!strcmp(key, "proxy_arp"))
		c.facts.proxy_arp = atoi(value);
	else if (!strcmp(key, "proxy_ndp"))
		c.facts.proxy_ndp = atoi(value);
	else if (!strcmp(key, "accept_ra"))
		c.facts.accept_ra = atoi(value);
	else
		return false;
	return true;
}

/* What VLANs need to know; false: it is another line. */
static bool take_vlan_line(const char *key, char *value)
{
	struct error err = { 0 };

	if (!strcmp(key, "vlans"))
		assert_int_equal(vlan_parse_list(value, &c.facts.vlans, &err), 0);
	else if (!strcmp(key, "left_pvid"))
		c.facts.left_pvid = (unsigned)atoi(value);
	else if (!strcmp(key, "bridge_split"))
		c.facts.bridge_split = !strcmp(value, "yes");
	else if (!strcmp(key, "uplink"))
		take_uplink(value);
	else
		return false;
	return true;
}

static void take_line(const char *key, char *value)
{
	if (take_routed_line(key, value) || take_vlan_line(key, value))
		return;
	if (!strcmp(key, "link"))
		take_link(&c.facts.link, value);
	else if (!strcmp(key, "namesake"))
		take_link(&c.facts.namesake, value);
	else if (!strcmp(key, "bridge"))
		take_link(&c.facts.bridge, value);
	else if (!strcmp(key, "program"))
		assert_true(text_copy(c.program, sizeof(c.program), value));
	else if (!strcmp(key, "address"))
		take_address(value);
	else if (!strcmp(key, "hook"))
		assert_true(text_copy(c.facts.hooks[c.facts.hook_count++], FACTS_PATH, value));
	else if (!strcmp(key, "bash"))
		c.facts.has_bash = !strcmp(value, "yes");
	else if (!strcmp(key, "main_ip"))
		assert_true(text_copy(c.facts.main_ip, INET_TEXT, value));
	else if (!strcmp(key, "firewall"))
		take_firewall(value);
	else if (!strcmp(key, "guard"))
		take_guard(value);
	else if (!strcmp(key, "frontend_mtu"))
		c.facts.frontend_mtu = value;
	else if (!strcmp(key, "stale_error"))
		c.facts.stale_error = value;
	else
		take_request_line(key, value);
}

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
		take_line(line, colon + 2);
	}
}

static void print_plan(struct text *out)
{
	text_add(out, "plan:\n");
	for (size_t i = 0; i < c.plan.count; i++) {
		if (c.plan.steps[i].optional)
			text_add(out, "(optional) ");
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

static void choose_program(void)
{
	static int (*const mains[])(int argc, char **argv) = {
		vif_bridge_main, vif_route_main, vif_nat_main,
	};
	char path[sizeof(c.program) + sizeof("/etc/xen/scripts/")];
	char *argv[] = { path, NULL };

	snprintf(path, sizeof(path), "/etc/xen/scripts/%s", c.program);
	for (size_t i = 0; i < ARRAY_SIZE(mains); i++) {
		mains[i](1, argv);
		if (!strcmp(chosen->name, c.program))
			return;
	}
	fail_msg("no program %s", c.program);
}

static void plan_case(struct text *out)
{
	struct error err = { 0 };
	int rc = given_read(&c.given, &c.text, &c.request, &err);

	choose_program();
	/* As in look_down. */
	if (!rc && chosen->routed)
		rc = request_check_ips(&c.request, &err);
	if (!rc && request_is_up(&c.request))
		rc = chosen->plan_up(&c.request, &c.facts, &c.plan, &err);
	else if (!rc)
		chosen->plan_down(&c.request, &c.facts, &c.plan);
	if (!rc)
		rc = plan_check(&c.plan, &err);
	if (rc) {
		text_add(out, "error: %s\n", err.text);
		return;
	}
	print_plan(out);
	if (request_is_up(&c.request))
		print_undo(out);
}

static void plan(char *inputs, struct text *out)
{
	memset(&c, 0, sizeof(c));
	strcpy(c.program, "vif-bridge");
	take_lines(inputs);
	c.given.file = c.file;
	c.given.program = c.program;
	plan_case(out);
}

int main(void)
{
	return golden_main("tests/unit/plans/*.txt", plan, NULL);
}
