// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard_door.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void guard_door_name(const char *device, char out[static GUARD_CHAIN_NAME])
{
	char buf[GUARD_CHAIN_NAME];
	struct text name = TEXT_IN(buf);

	/* nft wants a letter first, and there is a word `all`. */
	text_add(&name, "at_");
	for (const char *c = device; *c; c++)
		text_add(&name, isalnum((unsigned char)*c) || *c == '.' ? "%c" : "_%02x",
			 (unsigned char)*c);
	memcpy(out, buf, name.len + 1);
}

struct rules {
	const struct guard *guard;
	char (*texts)[GUARD_RULE_TEXT];
	size_t count;
};

/*
 * Accept packets of a protocol whose source is good, if there is nothing in them that would have
 * to be looked at more closely: the frame's source and type at once (a tag would be another type),
 * nothing that bridges keep for themselves.
 */
static void add(struct rules *rules, int family, const char *protocol, const char *source)
{
	const char *word = family == AF_INET ? "ip" : "ip6";
	struct text rule = { .buf = rules->texts[rules->count++], .size = GUARD_RULE_TEXT };

	text_add(&rule, "meta l4proto %s @ll,48,64 0x", protocol);
	for (size_t i = 0; i < MAC_LEN; i++)
		text_add(&rule, "%02x", rules->guard->mac[i]);
	text_add(&rule, "%s meta protocol %s %s saddr %s meta pkttype != multicast ",
		 family == AF_INET ? "0800" : "86dd", word, word, source);
	if (!strcmp(protocol, "udp"))
		text_add(&rule, "udp sport >= 1024 udp dport >= 1024 udp length >= 8 ");
	text_add(&rule, "accept");
}

static void add_both(struct rules *rules, int family, const char *source)
{
	add(rules, family, "tcp", source);
	add(rules, family, "udp", source);
}

size_t guard_door_rules(const struct guard *guard, char rules[GUARD_DOOR_RULES][GUARD_RULE_TEXT])
{
	struct rules all = { guard, rules, 0 };
	char ip[INET_TEXT];

	if (guard->is_free) {
		add_both(&all, AF_INET, "!= @owned4");
		add_both(&all, AF_INET6, "!= @owned6");
	}
	for (size_t i = 0; i < guard->ip_count && all.count < GUARD_DOOR_RULES - 1; i++)
		if (!guard->is_free && inet_is_host(&guard->ips[i])) {
			inet_print(&guard->ips[i], ip);
			add_both(&all, guard->ips[i].family, ip);
		}
	snprintf(rules[all.count++], GUARD_RULE_TEXT, "goto guard");
	return all.count;
}

void guard_door_print(const struct guard *guard, struct text *out)
{
	char rules[GUARD_DOOR_RULES][GUARD_RULE_TEXT], chain[GUARD_CHAIN_NAME];
	size_t count = guard_door_rules(guard, rules);

	guard_door_name(guard->device, chain);
	text_add(out, "add chain netdev " GUARD_TABLE " %s { type filter hook ingress device \"%s\" "
		 "priority %d; }\n", chain, guard->device, GUARD_PRIORITY);
	for (size_t i = 0; i < count; i++)
		text_add(out, "add rule netdev " GUARD_TABLE " %s %s\n", chain, rules[i]);
}

void guard_door_print_gone(const struct guard *guard, struct text *out)
{
	char chain[GUARD_CHAIN_NAME];

	guard_door_name(guard->device, chain);
	text_add(out, "flush chain netdev " GUARD_TABLE " %s\ndelete chain netdev " GUARD_TABLE
		 " %s\n", chain, chain);
}
