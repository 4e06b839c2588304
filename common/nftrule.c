// SPDX-License-Identifier: GPL-2.0-or-later
#include "nftrule.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_physdev.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "nft.h"

#define REG NFT_REG_1	/* the kernel gives it back by this name */

static int put_interface(struct nl_msg *message, const struct rule *rule)
{
	/* As long as the kernel wants it, with nothing in its padding. */
	union {
		struct xt_physdev_info info;
		char padded[XT_ALIGN(sizeof(struct xt_physdev_info))];
	} match = { .padded = { 0 } };
	struct xt_physdev_info *info = &match.info;
	size_t len = strlen(rule->device) + 1;
	bool in = !rule_goes_out(rule);

	if (!rule->bridged)
		return nft_put_meta(message, in ? NFT_META_IIFNAME : NFT_META_OIFNAME, REG) ||
		       nft_put_compare(message, NFT_CMP_EQ, rule->device, (uint32_t)len, REG);
	info->bitmask = XT_PHYSDEV_OP_BRIDGED | (in ? XT_PHYSDEV_OP_IN : XT_PHYSDEV_OP_OUT);
	memcpy(in ? info->physindev : info->physoutdev, rule->device, len);
	memset(in ? info->in_mask : info->out_mask, 0xff, len);
	return nft_put_match(message, "physdev", 0, &match, sizeof(match));
}

static uint32_t address_offset(const struct rule *rule)
{
	bool source = rule->kind != RULE_TO;

	/* RFC 791 and RFC 8200: where they lie in the header. */
	if (rule->family == AF_INET)
		return source ? 12 : 16;
	return source ? 8 : 24;
}

/* Whole bytes of a prefix are compared as such, others behind a mask. */
static int put_address(struct nl_msg *message, const struct rule *rule)
{
	const struct inet_prefix *address = &rule->address;
	uint32_t size = rule->family == AF_INET ? 4 : 16;
	uint32_t len = address->len % 8 ? size : address->len / 8;
	uint8_t mask[16] = { 0 };
	int rc;

	if (!address->len)
		return 0;
	rc = nft_put_payload(message, NFT_PAYLOAD_NETWORK_HEADER, address_offset(rule), len, REG);
	for (unsigned bit = 0; bit < address->len; bit++)
		mask[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	if (!rc && address->len % 8)
		rc = nft_put_mask(message, mask, len, REG);
	return rc || nft_put_compare(message, NFT_CMP_EQ, address->addr, len, REG);
}

static int put_udp(struct nl_msg *message)
{
	const uint8_t udp = IPPROTO_UDP;

	return nft_put_meta(message, NFT_META_L4PROTO, REG) ||
	       nft_put_compare(message, NFT_CMP_EQ, &udp, sizeof(udp), REG);
}

static int put_ports(struct nl_msg *message, const struct rule *rule)
{
	const uint16_t ip4[] = { htons(68), htons(67) }, ip6[] = { htons(546), htons(547) };

	return nft_put_payload(message, NFT_PAYLOAD_TRANSPORT_HEADER, 0, sizeof(ip4), REG) ||
	       nft_put_compare(message, NFT_CMP_EQ, rule->family == AF_INET ? ip4 : ip6,
			       sizeof(ip4), REG);
}

static int put_masquerade(struct nl_msg *message)
{
	union {
		struct nf_nat_ipv4_multi_range_compat ranges;
		char padded[XT_ALIGN(sizeof(struct nf_nat_ipv4_multi_range_compat))];
	} target = { .padded = { 0 } };

	target.ranges.rangesize = 1;
	return nft_put_target(message, "MASQUERADE", 0, &target, sizeof(target));
}

/* What iptables has in its own structure comes first: interface, protocol, address; then matches. */
int nftrule_put(struct nl_msg *message, const struct rule *rule)
{
	bool dhcp = rule->kind == RULE_DHCP;

	return (!rule->bridged && put_interface(message, rule)) ||
	       (dhcp && put_udp(message)) ||
	       put_address(message, rule) ||
	       (rule->bridged && put_interface(message, rule)) ||
	       (dhcp && put_ports(message, rule)) ||
	       nft_put_counter(message) ||
	       (rule->kind == RULE_MASQUERADE ? put_masquerade(message) :
						nft_put_verdict(message, NF_ACCEPT, NULL));
}

static struct nlattr *part(struct nlattr *expression, int attribute)
{
	struct nlattr *data = nla_find(nla_data(expression), nla_len(expression), NFTA_EXPR_DATA);

	return data ? nla_find(nla_data(data), nla_len(data), attribute) : NULL;
}

static bool is_a(struct nlattr *expression, const char *name)
{
	struct nlattr *its = nla_find(nla_data(expression), nla_len(expression), NFTA_EXPR_NAME);

	return its && !nla_strcmp(its, name);
}

static bool is_interface(struct nlattr *expression)
{
	uint32_t key = nft_u32(part(expression, NFTA_META_KEY));

	return is_a(expression, "meta") && (key == NFT_META_IIFNAME || key == NFT_META_OIFNAME);
}

static struct nlattr *compared(struct nlattr *expression)
{
	struct nlattr *data = part(expression, NFTA_CMP_DATA);

	return data ? nla_find(nla_data(data), nla_len(data), NFTA_DATA_VALUE) : NULL;
}

static bool compares_with(struct nlattr *expression, const char *device)
{
	struct nlattr *data = compared(expression);
	size_t len = strlen(device) + 1;

	return data && nft_u32(part(expression, NFTA_CMP_OP)) == NFT_CMP_EQ &&
	       (size_t)nla_len(data) >= len && !memcmp(nla_data(data), device, len);
}

static bool side_is(const char *name, const char *mask, const char *device)
{
	size_t len = strlen(device) + 1;

	for (size_t i = 0; i < len; i++)
		if ((mask[i] & 0xff) != 0xff)
			return false;
	return !memcmp(name, device, len);
}

int nftrule_put_protocol(struct nl_msg *message, void *expressions, int len)
{
	struct nlattr *expression, *value = NULL, *nest;
	bool protocol = false;
	int left;

	nla_for_each_attr(expression, expressions, len, left) {
		if (protocol && is_a(expression, "cmp") && !value)
			value = compared(expression);
		protocol = is_a(expression, "meta") &&
			   nft_u32(part(expression, NFTA_META_KEY)) == NFT_META_L4PROTO;
	}
	if (!value || nla_len(value) != 1)
		return 0;
	nest = nla_nest_start(message, NFTA_RULE_COMPAT);
	if (!nest || nft_put_u32(message, NFTA_RULE_COMPAT_PROTO, *(uint8_t *)nla_data(value)) ||
	    nft_put_u32(message, NFTA_RULE_COMPAT_FLAGS, 0))
		return -1;
	nla_nest_end(message, nest);
	return 0;
}

static bool is_physdev_of(struct nlattr *expression, const char *device)
{
	struct nlattr *name = part(expression, NFTA_MATCH_NAME);
	struct nlattr *attr = part(expression, NFTA_MATCH_INFO);
	struct xt_physdev_info info;

	if (!is_a(expression, "match") || !name || nla_strcmp(name, "physdev") || !attr ||
	    (size_t)nla_len(attr) < sizeof(info))
		return false;
	memcpy(&info, nla_data(attr), sizeof(info));
	return (info.bitmask & ~info.invert & XT_PHYSDEV_OP_IN &&
		side_is(info.physindev, info.in_mask, device)) ||
	       (info.bitmask & ~info.invert & XT_PHYSDEV_OP_OUT &&
		side_is(info.physoutdev, info.out_mask, device));
}

static bool is_accept(struct nlattr *expression)
{
	struct nlattr *data = part(expression, NFTA_IMMEDIATE_DATA);
	struct nlattr *verdict = data ? nla_find(nla_data(data), nla_len(data), NFTA_DATA_VERDICT) :
					NULL;
	struct nlattr *code = verdict ? nla_find(nla_data(verdict), nla_len(verdict),
						 NFTA_VERDICT_CODE) : NULL;

	return is_a(expression, "immediate") && code && nft_u32(code) == NF_ACCEPT;
}

bool nftrule_is_of(struct nlattr *expressions, const char *device)
{
	bool names = false, interface = false, accepts = false;
	struct nlattr *expression;
	int left;

	nla_for_each_nested(expression, expressions, left) {
		names |= is_physdev_of(expression, device) ||
			 (interface && is_a(expression, "cmp") &&
			  compares_with(expression, device));
		interface = is_interface(expression);
		accepts = is_accept(expression);
	}
	return names && accepts;
}

/* Whether the kernel's attribute says what ours does: it adds some of its own. */
static bool says(struct nlattr *theirs, struct nlattr *ours)
{
	struct nlattr *attr;
	int left;

	if (!(ours->nla_type & NLA_F_NESTED))
		return nla_len(theirs) == nla_len(ours) &&
		       !memcmp(nla_data(theirs), nla_data(ours), (size_t)nla_len(ours));
	nla_for_each_nested(attr, ours, left) {
		struct nlattr *same = nla_find(nla_data(theirs), nla_len(theirs), nla_type(attr));

		if (!same || !says(same, attr))
			return false;
	}
	return true;
}

/* One after the other; the counter's figures do not matter. */
bool nftrule_same(void *theirs, int their_len, struct nlattr *ours)
{
	struct nlattr *their = theirs, *our;
	int left;

	nla_for_each_nested(our, ours, left) {
		if (!nla_ok(their, their_len) ||
		    (is_a(our, "counter") ? !is_a(their, "counter") : !says(their, our)))
			return false;
		their = nla_next(their, &their_len);
	}
	return !nla_ok(their, their_len);
}
