// SPDX-License-Identifier: GPL-2.0-or-later
// Entries in ip(8)'s words.
#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "entry_printer.h"
#include "util.h"

void printer_number(struct printer *p, const char *keyword, unsigned value,
		       const struct printer_word *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].value == value) {
			text_add(p->out, " %s %s", keyword, words[i].name);
			return;
		}
	text_add(p->out, " %s %u", keyword, value);
}

void printer_inet(struct printer *p, int family, const struct rtattr *attr)
{
	char text[INET6_ADDRSTRLEN] = "?";

	if (attr_len(attr) >= (family == AF_INET6 ? 16 : 4))
		inet_ntop(family, attr_data(attr), text, sizeof(text));
	text_add(p->out, " %s", text);
}

/* A prefix, which is the default's when there is no attribute; with its whole length it is a host. */
void printer_prefix(struct printer *p, const struct rtattr *attr, unsigned len)
{
	int family = entry_family(p->entry);

	if (!attr && !len) {
		text_add(p->out, " default");
		return;
	}
	if (attr)
		printer_inet(p, family, attr);
	else
		text_add(p->out, family == AF_INET6 ? " ::" : " 0.0.0.0");
	if (len != (family == AF_INET6 ? 128 : 32))
		text_add(p->out, "/%u", len);
}

void printer_device(struct printer *p, const char *keyword, int index)
{
	text_add(p->out, " %s ", keyword);
	if (index == p->entry->spot.index)
		text_quote(p->out, p->spot->name);
	else
		text_add(p->out, "if%d", index);	/* as ip(8) reads a device's index */
}

void printer_text(struct printer *p, const char *keyword, const struct rtattr *attr)
{
	char text[256];

	attr_string(attr, text, sizeof(text));
	text_add(p->out, " %s ", keyword);
	text_quote(p->out, text);
}

void printer_no_words(struct printer *p, const struct rtattr *attr)
{
	if (p->wordless_count < ARRAY_SIZE(p->wordless))
		p->wordless[p->wordless_count++] = attr_type(attr);
}

const struct rtattr *printer_find(const struct printer *p, unsigned type)
{
	return attr_find(entry_attrs(p->entry), type);
}

/* "realms FROM/TO": two numbers in one. */
void printer_realms(struct printer *p, uint32_t realms)
{
	text_add(p->out, " realms ");
	if (realms >> 16)
		text_add(p->out, "%u/", realms >> 16);
	text_add(p->out, "%u", realms & 0xffff);
}

/* ---- addresses -------------------------------------------------------------------------------- */

static void add_seconds(struct printer *p, const char *keyword, uint32_t seconds)
{
	if (seconds == UINT32_MAX)
		text_add(p->out, " %s forever", keyword);
	else
		text_add(p->out, " %s %u", keyword, seconds);
}

static void add_address_flags(struct printer *p, const struct rtattr *attr)
{
	static const struct printer_word words[] = {
		{ IFA_F_NODAD, "nodad" },
		{ IFA_F_HOMEADDRESS, "home" },
		{ IFA_F_MANAGETEMPADDR, "mngtmpaddr" },
		{ IFA_F_NOPREFIXROUTE, "noprefixroute" },
		{ IFA_F_MCAUTOJOIN, "autojoin" },
	};
	uint32_t flags = attr_u32(attr);

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (flags & words[i].value)
			text_add(p->out, " %s", words[i].name);
}

static void add_address_attr(struct printer *p, const struct rtattr *attr)
{
	struct ifa_cacheinfo life = { 0 };

	switch (attr_type(attr)) {
	case IFA_LOCAL:
	case IFA_ADDRESS:
		break;
	case IFA_BROADCAST:
		text_add(p->out, " broadcast");
		printer_inet(p, entry_family(p->entry), attr);
		break;
	case IFA_LABEL:
		printer_text(p, "label", attr);
		break;
	case IFA_RT_PRIORITY:
		text_add(p->out, " metric %u", attr_u32(attr));
		break;
	case IFA_FLAGS:
		add_address_flags(p, attr);
		break;
	case IFA_CACHEINFO:
		if (attr_len(attr) >= sizeof(life))
			memcpy(&life, attr_data(attr), sizeof(life));
		add_seconds(p, "valid_lft", life.ifa_valid);
		add_seconds(p, "preferred_lft", life.ifa_prefered);
		break;
	default:
		printer_no_words(p, attr);
	}
}

/* The message is printed, for that has the right name in its label, and all flags. */
static void print_address(struct printer *p)
{
	static const char *const commands[] = {
		[ENTRY_ADD] = "add", [ENTRY_CHANGE] = "replace", [ENTRY_DELETE] = "del",
	};
	unsigned char message[ENTRY_SIZE];
	const struct ifaddrmsg *info = (const void *)message;
	const struct rtattr *local, *peer, *attr;
	struct attr_span span;
	uint16_t flags;
	size_t len = entry_message(p->entry, p->spot, p->verb, &flags, message);

	span = (struct attr_span){ message + sizeof(*info), len - sizeof(*info) };
	local = attr_find(span, IFA_LOCAL);
	peer = attr_find(span, IFA_ADDRESS);
	if (!local)
		local = peer;
	if (!local)
		return;
	text_add(p->out, "ip address %s", commands[p->verb]);
	printer_inet(p, info->ifa_family, local);
	if (peer && (attr_len(peer) != attr_len(local) ||
		     memcmp(attr_data(peer), attr_data(local), attr_len(peer)) != 0)) {
		text_add(p->out, " peer");
		printer_inet(p, info->ifa_family, peer);
	}
	text_add(p->out, "/%u dev ", info->ifa_prefixlen);
	text_quote(p->out, p->spot->name);
	if (p->verb != ENTRY_DELETE && info->ifa_scope != RT_SCOPE_UNIVERSE &&
	    info->ifa_family == AF_INET)
		text_add(p->out, " scope %u", info->ifa_scope);
	while ((attr = attr_next(&span)))
		add_address_attr(p, attr);
}

/* ---- neighbours ------------------------------------------------------------------------------- */

static void add_mac(struct printer *p, const struct rtattr *attr)
{
	const uint8_t *bytes = attr_data(attr);

	text_add(p->out, " lladdr ");
	for (size_t i = 0; i < attr_len(attr); i++)
		text_add(p->out, "%s%02x", i ? ":" : "", bytes[i]);
}

static void print_neighbour(struct printer *p)
{
	const struct ndmsg *neighbour = (const void *)p->entry->data;
	struct attr_span span = entry_attrs(p->entry);
	const struct rtattr *attr, *to = printer_find(p, NDA_DST);
	bool proxy = neighbour->ndm_flags & NTF_PROXY, deleted = p->verb == ENTRY_DELETE;

	text_add(p->out, "ip neighbour %s%s", deleted ? "del" : "replace", proxy ? " proxy" : "");
	if (to)
		printer_inet(p, neighbour->ndm_family, to);
	while ((attr = attr_next(&span)) && !deleted) {
		if (attr_type(attr) == NDA_LLADDR)
			add_mac(p, attr);
		else if (attr_type(attr) == NDA_PROTOCOL)
			text_add(p->out, " proto %u", *(const uint8_t *)attr_data(attr));
		else if (attr_type(attr) != NDA_DST)
			printer_no_words(p, attr);
	}
	if (!proxy && !deleted)
		text_add(p->out, " nud permanent");
	if (neighbour->ndm_flags & NTF_ROUTER && !deleted)
		text_add(p->out, " router");
	text_add(p->out, " dev ");
	text_quote(p->out, p->spot->name);
}

/* ---- nexthops --------------------------------------------------------------------------------- */

static void add_group(struct printer *p, const struct rtattr *attr)
{
	const struct nexthop_grp *members = attr_data(attr);
	size_t count = attr_len(attr) / sizeof(*members);

	text_add(p->out, " group ");
	for (size_t i = 0; i < count; i++) {
		text_add(p->out, "%s%u", i ? "/" : "", members[i].id);
		if (members[i].weight)
			text_add(p->out, ",%u", members[i].weight + 1u);
	}
}

static void print_nexthop(struct printer *p)
{
	const struct nhmsg *nexthop = (const void *)p->entry->data;
	struct attr_span span = entry_attrs(p->entry);
	const struct rtattr *attr, *id = printer_find(p, NHA_ID);
	bool deleted = p->verb == ENTRY_DELETE;

	text_add(p->out, "ip %snexthop %s id %u", nexthop->nh_family == AF_INET6 ? "-6 " : "",
		 deleted ? "del" : "replace",
		 id ? attr_u32(id) : 0);
	while ((attr = attr_next(&span)) && !deleted) {
		if (attr_type(attr) == NHA_GATEWAY) {
			text_add(p->out, " via");
			printer_inet(p, nexthop->nh_family, attr);
		} else if (attr_type(attr) == NHA_OIF) {
			printer_device(p, "dev", (int)attr_u32(attr));
		} else if (attr_type(attr) == NHA_GROUP) {
			add_group(p, attr);
		} else if (attr_type(attr) != NHA_ID && attr_type(attr) != NHA_GROUP_TYPE) {
			printer_no_words(p, attr);
		}
	}
	if (nexthop->nh_flags & RTNH_F_ONLINK && !deleted)
		text_add(p->out, " onlink");
	if (nexthop->nh_protocol && !deleted)
		text_add(p->out, " proto %u", nexthop->nh_protocol);
}

/* ---- policy rules ----------------------------------------------------------------------------- */

static void add_rule_device(struct printer *p, const char *keyword, const struct rtattr *attr)
{
	char name[IFNAMSIZ];

	attr_string(attr, name, sizeof(name));
	text_add(p->out, " %s ", keyword);
	text_quote(p->out, strcmp(name, p->entry->spot.name) ? name : p->spot->name);
}

static void add_range(struct printer *p, const char *keyword, const struct rtattr *attr)
{
	struct fib_rule_port_range ports;
	struct fib_rule_uid_range users;

	if (attr_len(attr) == sizeof(ports)) {
		memcpy(&ports, attr_data(attr), sizeof(ports));
		text_add(p->out, " %s %u-%u", keyword, ports.start, ports.end);
	} else if (attr_len(attr) == sizeof(users)) {
		memcpy(&users, attr_data(attr), sizeof(users));
		text_add(p->out, " %s %u-%u", keyword, users.start, users.end);
	}
}

static void add_mark(struct printer *p, uint32_t mark)
{
	const struct rtattr *mask = printer_find(p, FRA_FWMASK);

	text_add(p->out, " fwmark 0x%x", mark);
	if (mask)
		text_add(p->out, "/0x%x", attr_u32(mask));
}

static void add_rule_attr(struct printer *p, const struct fib_rule_hdr *rule,
			  const struct rtattr *attr)
{
	uint32_t value = attr_u32(attr);

	switch (attr_type(attr)) {
	case FRA_SRC:
	case FRA_DST:
	case FRA_FWMASK:
	case FRA_TABLE:
		break;
	case FRA_IIFNAME:
		add_rule_device(p, "iif", attr);
		break;
	case FRA_OIFNAME:
		add_rule_device(p, "oif", attr);
		break;
	case FRA_PRIORITY:
		text_add(p->out, " priority %u", value);
		break;
	case FRA_FWMARK:
		add_mark(p, value);
		break;
	case FRA_FLOW:
		printer_realms(p, value);
		break;
	case FRA_GOTO:
		text_add(p->out, " goto %u", value);
		break;
	case FRA_SUPPRESS_PREFIXLEN:
		if (value != UINT32_MAX)
			text_add(p->out, " suppress_prefixlength %u", value);
		break;
	case FRA_SUPPRESS_IFGROUP:
		if (value != UINT32_MAX)
			text_add(p->out, " suppress_ifgroup %u", value);
		break;
	case FRA_L3MDEV:
		if (*(const uint8_t *)attr_data(attr))
			text_add(p->out, " l3mdev");
		break;
	case FRA_IP_PROTO:
		text_add(p->out, " ipproto %u", *(const uint8_t *)attr_data(attr));
		break;
	case FRA_PROTOCOL:
		text_add(p->out, " protocol %u", *(const uint8_t *)attr_data(attr));
		break;
	case FRA_SPORT_RANGE:
		add_range(p, "sport", attr);
		break;
	case FRA_DPORT_RANGE:
		add_range(p, "dport", attr);
		break;
	case FRA_UID_RANGE:
		add_range(p, "uidrange", attr);
		break;
	default:
		printer_no_words(p, attr);
	}
	(void)rule;
}

static void add_rule_action(struct printer *p, const struct fib_rule_hdr *rule)
{
	static const char *const names[] = {
		[FR_ACT_BLACKHOLE] = "blackhole", [FR_ACT_UNREACHABLE] = "unreachable",
		[FR_ACT_PROHIBIT] = "prohibit", [FR_ACT_NOP] = "nop",
	};
	const struct rtattr *table = printer_find(p, FRA_TABLE), *l3mdev = printer_find(p, FRA_L3MDEV);

	if (rule->action == FR_ACT_TO_TBL && !(l3mdev && *(const uint8_t *)attr_data(l3mdev)))
		text_add(p->out, " lookup %u", table ? attr_u32(table) : rule->table);
	else if (rule->action < ARRAY_SIZE(names) && names[rule->action])
		text_add(p->out, " %s", names[rule->action]);
}

static void print_rule(struct printer *p)
{
	const struct fib_rule_hdr *rule = (const void *)p->entry->data;
	struct attr_span span = entry_attrs(p->entry);
	const struct rtattr *attr, *from = printer_find(p, FRA_SRC), *to = printer_find(p, FRA_DST);

	text_add(p->out, "ip %srule %s%s", rule->family == AF_INET6 ? "-6 " : "",
		 p->verb == ENTRY_DELETE ? "del" : "add",
		 rule->flags & FIB_RULE_INVERT ? " not" : "");
	text_add(p->out, " from");
	if (from)
		printer_prefix(p, from, rule->src_len);
	else
		text_add(p->out, " all");
	if (to) {
		text_add(p->out, " to");
		printer_prefix(p, to, rule->dst_len);
	}
	if (rule->tos)
		text_add(p->out, " tos 0x%02x", rule->tos);
	while ((attr = attr_next(&span)))
		add_rule_attr(p, rule, attr);
	add_rule_action(p, rule);
}

void entry_print(const struct entry *entry, const struct spot *spot, enum entry_verb verb,
		 struct text *out)
{
	struct printer p = { .entry = entry, .spot = spot, .verb = verb, .out = out };

	switch (entry->type) {
	case RTM_NEWADDR:
		print_address(&p);
		break;
	case RTM_NEWROUTE:
		printer_route(&p);
		break;
	case RTM_NEWNEXTHOP:
		print_nexthop(&p);
		break;
	case RTM_NEWNEIGH:
		print_neighbour(&p);
		break;
	case RTM_NEWRULE:
		print_rule(&p);
		break;
	}
	for (size_t i = 0; i < p.wordless_count; i++)
		text_add(out, "%s %u", i ? "," : " # without attribute", p.wordless[i]);
}
