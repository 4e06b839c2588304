// SPDX-License-Identifier: GPL-2.0-or-later
#include "rule.h"

#include <stdio.h>
#include <string.h>

static struct rule *add(struct rule_set *set, enum rule_kind kind, bool bridged)
{
	struct rule *rule = &set->rules[set->count++];

	memset(rule, 0, sizeof(*rule));
	rule->kind = kind;
	rule->family = set->family;
	rule->bridged = bridged;
	memcpy(rule->device, set->device, IFNAMSIZ);
	return rule;
}

static bool has(const struct rule_set *set, enum rule_kind kind, const struct inet_prefix *address)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->rules[i].kind == kind &&
		    !memcmp(&set->rules[i].address, address, sizeof(*address)))
			return true;
	return false;
}

/* One rule per address, however often it is listed. */
static void add_address(struct rule_set *set, enum rule_kind kind, bool bridged,
			const struct inet_prefix *address)
{
	const struct inet_prefix masked = inet_mask(address);

	if (!has(set, kind, &masked))
		add(set, kind, bridged)->address = masked;
}

static void add_addresses(const struct request *request, const struct traffic *traffic,
			  enum rule_kind kind, struct rule_set *set)
{
	struct inet_prefix link_local;

	for (size_t i = 0; i < traffic->count; i++)
		if (traffic->ips[i].family == set->family)
			add_address(set, kind, traffic->bridged, &traffic->ips[i]);
	if (set->family != AF_INET6 || !request->has_mac)
		return;
	link_local = inet_link_local(request->mac);
	add_address(set, kind, traffic->bridged, &link_local);
}

static bool has_family(const struct traffic *traffic, uint8_t family)
{
	for (size_t i = 0; i < traffic->count; i++)
		if (traffic->ips[i].family == family)
			return true;
	return false;
}

void rule_none(const char *device, uint8_t family, struct rule_set *set)
{
	memset(set, 0, sizeof(*set));
	set->family = family;
	set->table = RULE_TABLE;
	set->chain = RULE_CHAIN;
	snprintf(set->device, IFNAMSIZ, "%s", device);
}

void rule_port(const char *device, uint8_t family, struct rule_set *set)
{
	rule_none(device, family, set);
	add(set, RULE_FROM, true);
}

void rule_list(const struct request *request, const struct traffic *traffic, uint8_t family,
	       struct rule_set *set)
{
	rule_none(request->wanted, family, set);
	if (!traffic->count && family == AF_INET)
		add(set, RULE_FROM, traffic->bridged);
	else if (!has_family(traffic, family))
		return;
	if (traffic->count) {
		add_addresses(request, traffic, RULE_FROM, set);
		add(set, RULE_DHCP, traffic->bridged);
	}
	if (traffic->count && !traffic->bridged)
		add_addresses(request, traffic, RULE_TO, set);
	else
		add(set, RULE_TO, traffic->bridged);
}

void rule_masquerade(const char *device, const struct inet_prefix *source, bool wanted,
		     struct rule_set *set)
{
	struct rule *rule;

	rule_none(device, AF_INET, set);
	set->table = NAT_TABLE;
	set->chain = NAT_CHAIN;
	set->exact = true;
	set->unwanted = !wanted;
	rule = add(set, RULE_MASQUERADE, false);
	if (source)
		rule->address = inet_mask(source);
}

bool rule_goes_out(const struct rule *rule)
{
	return rule->kind == RULE_TO || rule->kind == RULE_MASQUERADE;
}

static void print_address(const struct rule *rule, struct text *out)
{
	char text[INET_TEXT];

	if (!rule->address.len)
		return;
	inet_print(&rule->address, text);
	text_add(out, " %s %s/%u", rule->kind == RULE_TO ? "-d" : "-s", text, rule->address.len);
}

void rule_print(const struct rule *rule, struct text *out)
{
	print_address(rule, out);
	if (rule->kind == RULE_DHCP)
		text_add(out, " -p udp");
	if (rule->bridged)
		text_add(out, " -m physdev --physdev-is-bridged --physdev-%s ",
			 rule->kind == RULE_TO ? "out" : "in");
	else
		text_add(out, rule_goes_out(rule) ? " -o " : " -i ");
	text_quote(out, rule->device);
	if (rule->kind == RULE_DHCP)
		text_add(out, rule->family == AF_INET ? " --sport 68 --dport 67" :
							" --sport 546 --dport 547");
	text_add(out, rule->kind == RULE_MASQUERADE ? " -j MASQUERADE" : " -j ACCEPT");
}

const char rule_forget_function[] =
	"forget_rules() { # TOOL DEVICE: those that accept and name the device; quotes hide comments\n"
	"\tfound=$(\"$1\" -w -S " RULE_CHAIN " | DEV=$2 awk '/ -j ACCEPT$/ {\n"
	"\t\trule = $0; gsub(/\"([^\"\\\\]|\\\\.)*\"/, \"_\"); sub(/^-A/, \"-D\", rule)\n"
	"\t\tfor (i = 3; i < NF; i++)\n"
	"\t\t\tif ($i ~ /^(-i|-o|--physdev-in|--physdev-out)$/ && $(i - 1) != \"!\" &&\n"
	"\t\t\t    $(i + 1) == ENVIRON[\"DEV\"]) { print rule; next } }')\n"
	"\t[ -z \"$found\" ] || printf '*" RULE_TABLE "\\n%s\\nCOMMIT\\n' \"$found\" |\n"
	"\t\t\"$1-restore\" -w --noflush\n"
	"}\n";

void rule_print_forget(const char *tool, const char *device, struct text *out)
{
	text_add(out, "forget_rules %s ", tool);
	text_quote(out, device);
}
