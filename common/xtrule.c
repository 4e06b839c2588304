// SPDX-License-Identifier: GPL-2.0-or-later
#include "xtrule.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_physdev.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define PHYSDEV "physdev"
#define UDP "udp"
#define ACCEPT "ACCEPT"	/* libiptc makes a verdict of it */
#define MASQUERADE "MASQUERADE"
#define TARGET_SIZE(type) (sizeof(struct xt_entry_target) + XT_ALIGN(sizeof(type)))
#define ACCEPT_SIZE TARGET_SIZE(int)
#define MASQUERADE_SIZE TARGET_SIZE(struct nf_nat_ipv4_multi_range_compat)
#define MATCH_SIZE(type) (sizeof(struct xt_entry_match) + XT_ALIGN(sizeof(type)))

/* Where a family has what: offsets and sizes in bytes. */
struct layout {
	size_t head_size;	/* what is before the matches */
	size_t ip_size;		/* its first part: addresses to inverted */
	size_t source, source_mask, destination, destination_mask;
	size_t in, in_mask, out, out_mask, protocol, flags, inverted;
	size_t target, end;
};

/* An entry begins with its struct `ip`. */
#define LAYOUT(entry, ip)                                             \
	{                                                             \
		.head_size = sizeof(struct entry),                    \
		.ip_size = sizeof(struct ip),                         \
		.source = offsetof(struct ip, src),                   \
		.source_mask = offsetof(struct ip, smsk),             \
		.destination = offsetof(struct ip, dst),              \
		.destination_mask = offsetof(struct ip, dmsk),        \
		.in = offsetof(struct ip, iniface),                   \
		.in_mask = offsetof(struct ip, iniface_mask),         \
		.out = offsetof(struct ip, outiface),                 \
		.out_mask = offsetof(struct ip, outiface_mask),       \
		.protocol = offsetof(struct ip, proto),               \
		.flags = offsetof(struct ip, flags),                  \
		.inverted = offsetof(struct ip, invflags),            \
		.target = offsetof(struct entry, target_offset),      \
		.end = offsetof(struct entry, next_offset),           \
	}

static const struct layout layout_ip = LAYOUT(ipt_entry, ipt_ip);
static const struct layout layout_ip6 = LAYOUT(ip6t_entry, ip6t_ip6);

static const struct layout *layout_of(uint8_t family)
{
	return family == AF_INET6 ? &layout_ip6 : &layout_ip;
}

static uint8_t *at(void *xtrule, size_t offset)
{
	return (uint8_t *)xtrule + offset;
}

static const uint8_t *look_at(const void *xtrule, size_t offset)
{
	return (const uint8_t *)xtrule + offset;
}

static const struct xt_entry_match *match_at(const void *xtrule, size_t offset)
{
	return (const void *)look_at(xtrule, offset);
}

static uint16_t get_u16(const void *xtrule, size_t offset)
{
	uint16_t value;

	memcpy(&value, look_at(xtrule, offset), sizeof(value));
	return value;
}

static void put_u16(void *xtrule, size_t offset, size_t value)
{
	const uint16_t u16 = (uint16_t)value;

	memcpy(at(xtrule, offset), &u16, sizeof(u16));
}

/* The terminator is compared, too, so that no longer name matches. */
static void put_name(void *name, void *mask, const char *device)
{
	memcpy(name, device, strlen(device) + 1);
	memset(mask, 0xff, strlen(device) + 1);
}

static void put_address(const struct layout *layout, void *xtrule, const struct rule *rule)
{
	const bool to = rule->kind == RULE_TO;
	const struct inet_prefix *address = &rule->address;
	uint8_t *mask = at(xtrule, to ? layout->destination_mask : layout->source_mask);

	memcpy(at(xtrule, to ? layout->destination : layout->source), address->addr,
	       rule->family == AF_INET6 ? 16 : 4);
	for (unsigned bit = 0; bit < address->len; bit++)
		mask[bit / 8] = (uint8_t)(mask[bit / 8] | 0x80 >> bit % 8);
}

static void put_device(const struct layout *layout, void *xtrule, const struct rule *rule)
{
	const bool to = rule_goes_out(rule);

	put_name(at(xtrule, to ? layout->out : layout->in),
		 at(xtrule, to ? layout->out_mask : layout->in_mask), rule->device);
}

/* Begin a match at *offset, which is moved behind it; returns where its own part goes. */
static void *put_match(void *xtrule, size_t *offset, const char *name, size_t size)
{
	struct xt_entry_match *match = (void *)at(xtrule, *offset);

	match->u.match_size = (uint16_t)size;
	memcpy(match->u.user.name, name, strlen(name) + 1);
	*offset += size;
	return match->data;
}

static void put_physdev(void *xtrule, size_t *offset, const struct rule *rule)
{
	struct xt_physdev_info *info = put_match(xtrule, offset, PHYSDEV,
						 MATCH_SIZE(struct xt_physdev_info));

	if (rule->kind == RULE_TO)
		put_name(info->physoutdev, info->out_mask, rule->device);
	else
		put_name(info->physindev, info->in_mask, rule->device);
	info->bitmask = XT_PHYSDEV_OP_BRIDGED |
			(rule->kind == RULE_TO ? XT_PHYSDEV_OP_OUT : XT_PHYSDEV_OP_IN);
}

static void put_dhcp(const struct layout *layout, void *xtrule, size_t *offset, uint8_t family)
{
	struct xt_udp *udp = put_match(xtrule, offset, UDP, MATCH_SIZE(struct xt_udp));

	put_u16(xtrule, layout->protocol, IPPROTO_UDP);
	if (family == AF_INET6)
		*at(xtrule, layout->flags) = IP6T_F_PROTO;
	udp->spts[0] = udp->spts[1] = family == AF_INET6 ? 546 : 68;
	udp->dpts[0] = udp->dpts[1] = family == AF_INET6 ? 547 : 67;
}

static struct xt_entry_target *put_target(const struct layout *layout, void *xtrule, size_t offset,
					  const char *name, size_t size)
{
	struct xt_entry_target *target = (void *)at(xtrule, offset);

	target->u.target_size = (uint16_t)size;
	memcpy(target->u.user.name, name, strlen(name) + 1);
	put_u16(xtrule, layout->target, offset);
	put_u16(xtrule, layout->end, offset + size);
	return target;
}

static void put_masquerade(const struct layout *layout, void *xtrule, size_t offset)
{
	struct nf_nat_ipv4_multi_range_compat *ranges =
		(void *)put_target(layout, xtrule, offset, MASQUERADE, MASQUERADE_SIZE)->data;

	ranges->rangesize = 1;
}

void *xtrule_make(const struct rule *rule)
{
	const struct layout *layout = layout_of(rule->family);
	size_t offset = layout->head_size;
	void *xtrule = calloc(1, offset + MATCH_SIZE(struct xt_physdev_info) +
			      MATCH_SIZE(struct xt_udp) + MASQUERADE_SIZE);

	if (!xtrule)
		return NULL;
	put_address(layout, xtrule, rule);
	if (rule->bridged)
		put_physdev(xtrule, &offset, rule);
	else
		put_device(layout, xtrule, rule);
	if (rule->kind == RULE_DHCP)
		put_dhcp(layout, xtrule, &offset, rule->family);
	if (rule->kind == RULE_MASQUERADE)
		put_masquerade(layout, xtrule, offset);
	else
		put_target(layout, xtrule, offset, ACCEPT, ACCEPT_SIZE);
	return xtrule;
}

static const struct xt_entry_target *target_of(const struct layout *layout, const void *xtrule)
{
	return (const void *)look_at(xtrule, get_u16(xtrule, layout->target));
}

void *xtrule_copy(uint8_t family, const void *xtrule)
{
	const struct layout *layout = layout_of(family);
	void *copy = malloc(get_u16(xtrule, layout->end));

	if (!copy)
		return NULL;
	memcpy(copy, xtrule, get_u16(xtrule, layout->end));
	/* The kernel's ACCEPT has no name. */
	if (!*target_of(layout, copy)->u.user.name)
		put_target(layout, copy, get_u16(xtrule, layout->target), ACCEPT, ACCEPT_SIZE);
	return copy;
}

static bool is_name(const void *name, const void *mask, const char *device)
{
	const uint8_t *bytes = mask;

	for (size_t i = 0; i <= strlen(device); i++)
		if (bytes[i] != 0xff)
			return false;
	return !strncmp(name, device, IFNAMSIZ);
}

static bool physdev_names(const struct xt_entry_match *match, const char *device)
{
	const struct xt_physdev_info *info = (const void *)match->data;

	if (strcmp(match->u.user.name, PHYSDEV) != 0)
		return false;
	return ((info->bitmask & ~info->invert & XT_PHYSDEV_OP_IN) &&
		is_name(info->physindev, info->in_mask, device)) ||
	       ((info->bitmask & ~info->invert & XT_PHYSDEV_OP_OUT) &&
		is_name(info->physoutdev, info->out_mask, device));
}

bool xtrule_names(uint8_t family, const void *xtrule, const char *device)
{
	const struct layout *layout = layout_of(family);
	const uint8_t inverted = *look_at(xtrule, layout->inverted);
	const size_t target = get_u16(xtrule, layout->target);

	/* The bits are the same in both families. */
	if (!(inverted & IPT_INV_VIA_IN) &&
	    is_name(look_at(xtrule, layout->in), look_at(xtrule, layout->in_mask), device))
		return true;
	if (!(inverted & IPT_INV_VIA_OUT) &&
	    is_name(look_at(xtrule, layout->out), look_at(xtrule, layout->out_mask), device))
		return true;
	for (size_t i = layout->head_size; i < target; i += match_at(xtrule, i)->u.match_size)
		if (physdev_names(match_at(xtrule, i), device))
			return true;
	return false;
}

/* Behind a name's end there may be anything: the kernel writes no more of it. */
static bool same_match(const struct xt_entry_match *a, const struct xt_entry_match *b)
{
	return a->u.match_size == b->u.match_size &&
	       a->u.user.revision == b->u.user.revision &&
	       !strcmp(a->u.user.name, b->u.user.name) &&
	       !memcmp(a->data, b->data, a->u.match_size - sizeof(*a));
}

/* What an ACCEPT has behind its name is libiptc's business. */
static bool same_target(const struct xt_entry_target *a, const struct xt_entry_target *b)
{
	return a->u.target_size == b->u.target_size &&
	       a->u.user.revision == b->u.user.revision &&
	       !strcmp(a->u.user.name, b->u.user.name) &&
	       (!strcmp(a->u.user.name, ACCEPT) ||
		!memcmp(a->data, b->data, a->u.target_size - sizeof(*a)));
}

bool xtrule_same(uint8_t family, const void *a, const void *b)
{
	const struct layout *layout = layout_of(family);
	const size_t target = get_u16(a, layout->target);

	if (get_u16(b, layout->target) != target || memcmp(a, b, layout->ip_size) != 0)
		return false;
	for (size_t i = layout->head_size; i < target; i += match_at(a, i)->u.match_size)
		if (!same_match(match_at(a, i), match_at(b, i)))
			return false;
	return same_target(target_of(layout, a), target_of(layout, b));
}
