// SPDX-License-Identifier: GPL-2.0-or-later
// The small part of nft(8)'s language that the guard's rules are written in.
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard_table.h"
#include "inet.h"

/* The fields by their names; the longer name of two that begin alike comes first. */
static const struct {
	const char *name;
	struct guard_field field;
} fields[] = {
	{ "iifname", { GUARD_LOAD_META, NFT_META_IIFNAME, 0, 16 } },
	{ "meta protocol", { GUARD_LOAD_META, NFT_META_PROTOCOL, 0, 2 } },
	{ "meta iiftype", { GUARD_LOAD_META, NFT_META_IIFTYPE, 0, 2 } },
	{ "meta pkttype", { GUARD_LOAD_META, NFT_META_PKTTYPE, 0, 1 } },
	{ "meta nfproto", { GUARD_LOAD_META, NFT_META_NFPROTO, 0, 1 } },
	{ "meta l4proto", { GUARD_LOAD_META, NFT_META_L4PROTO, 0, 1 } },
	{ "ether type", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_LL_HEADER, 12, 2 } },
	{ "ether saddr", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_LL_HEADER, 6, 6 } },
	{ "ether daddr", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_LL_HEADER, 0, 6 } },
	{ "arp operation", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, 6, 2 } },
	{ "arp saddr ether", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, 8, 6 } },
	{ "arp saddr ip", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, 14, 4 } },
	{ "arp daddr ip", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, 24, 4 } },
	{ "ip frag-off", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, 6, 2 } },
	{ "ip saddr", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, 12, 4 } },
	{ "ip daddr", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, 16, 4 } },
	{ "ip6 nexthdr", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, 6, 1 } },
	{ "ip6 saddr", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_NETWORK_HEADER, 8, 16 } },
	{ "udp sport", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2 } },
	{ "udp dport", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2 } },
	{ "udp length", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_TRANSPORT_HEADER, 4, 2 } },
	{ "icmpv6 type", { GUARD_LOAD_PAYLOAD, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1 } },
};

/* Values are in network byte order, but the kernel has a link's type in its own. */
#define OWN_ORDER(n) (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? (n) << 8 : (n))

static const struct {
	const char *name;
	uint64_t value;
} constants[] = {
	{ "arp", 0x0806 }, { "ip", 0x0800 }, { "ip6", 0x86dd }, { "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP }, { "ipv6-icmp", IPPROTO_ICMPV6 }, { "ah", IPPROTO_AH }, { "request", 1 },
	{ "multicast", PACKET_MULTICAST },
	{ "ipv4", NFPROTO_IPV4 }, { "ipv6", NFPROTO_IPV6 },
	{ "ether", OWN_ORDER(ARPHRD_ETHER) },
};

static const struct {
	const char *name;
	uint32_t operator;
} operators[] = {
	{ "==", NFT_CMP_EQ }, { "!=", NFT_CMP_NEQ }, { ">=", NFT_CMP_GTE }, { "<", NFT_CMP_LT },
};

/* Step over some words if the text goes on with them. */
static bool skip(const char **text, const char *words)
{
	size_t len = strlen(words);

	if (strncmp(*text, words, len) || ((*text)[len] && (*text)[len] != ' '))
		return false;
	*text += len;
	while (**text == ' ')
		(*text)++;
	return true;
}

/* The next word, "" at the end. */
static void take(const char **text, char word[static GUARD_NAME])
{
	size_t len = strcspn(*text, " ");

	snprintf(word, GUARD_NAME, "%.*s", (int)len, *text);
	*text += len;
	while (**text == ' ')
		(*text)++;
}

/* ",528": a number of bits that make whole bytes. */
static bool read_bytes(const char **word, uint32_t *bytes)
{
	char *end;

	if (**word != ',' || !isdigit((unsigned char)(*word)[1]))
		return false;
	*bytes = (uint32_t)strtoul(*word + 1, &end, 10) / 8;
	*word = end;
	return true;
}

/* "@nh,528,48": a header, and bits from its start. */
static bool read_raw(const char **text, struct guard_field *field)
{
	const char *at;

	if (!strncmp(*text, "@ll", 3))
		field->from = NFT_PAYLOAD_LL_HEADER;
	else if (!strncmp(*text, "@nh", 3))
		field->from = NFT_PAYLOAD_NETWORK_HEADER;
	else if (!strncmp(*text, "@th", 3))
		field->from = NFT_PAYLOAD_TRANSPORT_HEADER;
	else
		return false;
	at = *text + 3;
	field->load = GUARD_LOAD_PAYLOAD;
	if (!read_bytes(&at, &field->offset) || !read_bytes(&at, &field->len) || *at != ' ')
		return false;
	*text = at + 1;
	return true;
}

static bool read_field(const char **text, struct guard_field *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (skip(text, fields[i].name)) {
			*field = fields[i].field;
			return true;
		}
	return read_raw(text, field);
}

static void put_number(uint64_t number, uint32_t len, uint8_t out[static 16])
{
	for (uint32_t i = len; i-- > 0; number >>= 8)
		out[i] = (uint8_t)number;
}

/* A constant's name, a number, a MAC or an IP address, of `len` bytes. */
static bool read_value(const char **text, uint32_t len, uint8_t out[static 16])
{
	char word[GUARD_NAME], *end;
	uint64_t number;

	take(text, word);
	for (size_t i = 0; i < ARRAY_SIZE(constants); i++)
		if (!strcmp(word, constants[i].name)) {
			put_number(constants[i].value, len, out);
			return true;
		}
	if (len == MAC_LEN && strchr(word, ':'))
		return !inet_parse_mac(word, out, &(struct error){ 0 });
	if (len == 4 && strchr(word, '.'))
		return inet_pton(AF_INET, word, out) == 1;
	if (len == 16)
		return inet_pton(AF_INET6, word, out) == 1;
	number = strtoull(word, &end, 0);
	put_number(number, len, out);
	return isdigit((unsigned char)word[0]) && !*end;
}

/* What a field is compared with, or some fields are looked up in. */
static bool read_operand(const char **text, struct guard_match *match)
{
	uint32_t len = match->fields[0].len;

	if (skip(text, "&")) {
		match->masked = true;
		if (!read_value(text, len, match->mask))
			return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (skip(text, operators[i].name))
			match->operator = operators[i].operator;
	if (**text == '@') {
		(*text)++;
		take(text, match->set);
		return true;
	}
	match->value_len = len;
	return match->count == 1 && read_value(text, len, match->value);
}

/* "lo", or "vif*", in quotes: a name, or how it begins. */
static bool read_port(const char **text, struct guard_match *match)
{
	char word[GUARD_NAME];
	size_t len;

	take(text, word);
	len = strlen(word);
	if (len < 3 || len > sizeof(match->value) || word[0] != '"' || word[len - 1] != '"')
		return false;
	memcpy(match->value, word + 1, len - 2);
	/* A whole name is compared with all that follows it, too. */
	match->value_len = sizeof(match->value);
	if (word[len - 2] == '*')
		match->value_len = (uint32_t)len - 3;
	return true;
}

static bool read_match(const char **text, struct guard_match *match)
{
	match->operator = NFT_CMP_EQ;
	do
		if (match->count == GUARD_FIELDS ||
		    !read_field(text, &match->fields[match->count++]))
			return false;
	while (skip(text, "."));
	return **text == '"' ? read_port(text, match) : read_operand(text, match);
}

/* True at the rule's end. */
static bool read_verdict(const char **text, struct guard_rule *rule)
{
	rule->counter = skip(text, "counter");
	if (skip(text, "accept"))
		rule->verdict = NF_ACCEPT;
	else if (skip(text, "drop"))
		rule->verdict = NF_DROP;
	else if (skip(text, "goto"))
		rule->verdict = NFT_GOTO;
	else
		return false;
	if (rule->verdict == NFT_GOTO)
		take(text, rule->chain);
	return true;
}

int guard_rule_read(const char *text, struct guard_rule *rule, struct error *err)
{
	const char *rest = text;

	memset(rule, 0, sizeof(*rule));
	while (!read_verdict(&rest, rule))
		if (rule->count == GUARD_MATCHES || !read_match(&rest, &rule->matches[rule->count++]))
			return error_set(err, EINVAL, "the guard's rule '%s' is not understood at "
					 "'%s'", text, rest);
	if (*rest)
		return error_set(err, EINVAL, "the guard's rule '%s' goes on with '%s'", text, rest);
	return 0;
}
