// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard_table.h"

#include <linux/netfilter.h>
#include <string.h>

/*
 * Every chain that a frame of a guarded port comes to is a list of what is allowed, and ends in a
 * drop. An expression that finds nothing to load (a short packet, a bad header, a fragment) ends
 * its rule, not the packet: so what cannot be read cannot be accepted.
 */

const struct guard_set guard_sets[] = {
	{ "guarded", GUARD_PORT, .everywhere = true },
	{ "free", GUARD_PORT, .interval = false },	/* those without ip= */
	{ "trunks", GUARD_PORT, .interval = false },	/* those with tagged VLANs */
	{ "macs", GUARD_PORT_MAC, .interval = false },
	{ "allow4", GUARD_PORT_IP4, .interval = false },
	{ "allow4_net", GUARD_PORT_IP4, .interval = true },
	{ "allow6", GUARD_PORT_IP6, .interval = false },	/* and the MAC's link-local address */
	{ "allow6_net", GUARD_PORT_IP6, .interval = true },
	{ "owned4", GUARD_IP4, .everywhere = true },	/* a guarded port's, and so nobody else's */
	{ "owned6", GUARD_IP6, .everywhere = true },
	/*
	 * Some once more, with other types: else what nft lists could not be loaded again, for it
	 * has no names for the fields of neighbour discovery.
	 */
	{ "macs_raw", GUARD_PORT_RAW48, .interval = false },
	{ "allow6_raw", GUARD_PORT_RAW128, .interval = false },
	{ "allow6_net_raw", GUARD_PORT_RAW128, .interval = true },
	{ "owned6_raw", GUARD_RAW128, .everywhere = true },
	/* What was dropped, and why. */
	{ "drop_mac", GUARD_PORT, .counter = true },
	{ "drop_type", GUARD_PORT, .counter = true },
	{ "drop_arp", GUARD_PORT, .counter = true },
	{ "drop_dhcp", GUARD_PORT, .counter = true },
	{ "drop_ip", GUARD_PORT, .counter = true },
	{ "drop_ra", GUARD_PORT, .counter = true },
	{ "drop_ndp", GUARD_PORT, .counter = true },
	{ "drop_bad", GUARD_PORT, .counter = true },
};
const size_t guard_set_count = ARRAY_SIZE(guard_sets);

#define RULES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define BAD(name, set) { name, false, RULES("iifname @" set " drop", "drop") }

static const struct guard_chain door[] = {
	BAD("bad_mac", "drop_mac"),
	BAD("bad_type", "drop_type"),
	BAD("bad_arp", "drop_arp"),
	BAD("bad_dhcp", "drop_dhcp"),
	BAD("bad_ip", "drop_ip"),
	BAD("bad_ra", "drop_ra"),
	BAD("bad_ndp", "drop_ndp"),
	BAD("bad_packet", "drop_bad"),
	{ "arp_sender", false, RULES(
		"meta protocol arp iifname . arp saddr ip @allow4 accept",
		"meta protocol arp iifname . arp saddr ip @allow4_net accept",
		"iifname @free meta protocol arp arp saddr ip != @owned4 accept",
		/* a probe, for an address of its own */
		("meta protocol arp arp operation request arp saddr ip 0.0.0.0 "
		 "iifname . arp daddr ip @allow4 accept"),
		("meta protocol arp arp operation request arp saddr ip 0.0.0.0 "
		 "iifname . arp daddr ip @allow4_net accept"),
		"goto bad_arp"
	)},
	{ "arp_frame", false, RULES(
		/* the last comparison is always true; it is there to load the last field */
		("@nh,0,64 0x0001080006040001 meta protocol arp iifname . arp saddr "
		 "ether @macs arp daddr ip >= 0.0.0.0 goto arp_sender"),
		("@nh,0,64 0x0001080006040002 meta protocol arp iifname . arp saddr "
		 "ether @macs arp daddr ip >= 0.0.0.0 goto arp_sender"),
		"goto bad_arp"
	)},
	{ "rarp_frame", false, RULES(
		("@nh,0,64 0x0001080006040003 @nh,112,32 0 @nh,192,32 0 iifname . "
		 "@nh,64,48 @macs_raw iifname . @nh,144,48 @macs_raw accept"),
		"goto bad_arp"
	)},
	{ "ip4_source", false, RULES(
		"meta protocol ip iifname . ip saddr @allow4 accept",
		"meta protocol ip iifname . ip saddr @allow4_net accept",
		"iifname @free meta protocol ip ip saddr != @owned4 accept",
		("meta protocol ip ip frag-off & 0x1fff == 0 ip saddr 0.0.0.0 ip "
		 "daddr 255.255.255.255 meta l4proto udp udp sport 68 udp dport 67 "
		 "accept"),
		"goto bad_ip"
	)},
	{ "ip4_packet", false, RULES(
		/* meta l4proto is there only if header and length are good */
		"meta l4proto != udp goto ip4_source",
		/* no ports in a later fragment, but what loads them does not see to that */
		("meta l4proto udp meta protocol ip ip frag-off & 0x1fff != 0 goto "
		 "ip4_source"),
		"meta l4proto udp udp sport 67 goto bad_dhcp",
		"meta l4proto udp udp dport 68 goto bad_dhcp",
		"meta l4proto udp udp length >= 8 goto ip4_source",
		"goto bad_packet"
	)},
	{ "ip6_source", false, RULES(
		"meta protocol ip6 iifname . ip6 saddr @allow6 accept",
		"meta protocol ip6 iifname . ip6 saddr @allow6_net accept",
		"iifname @free meta protocol ip6 ip6 saddr != @owned6 accept",
		"goto bad_ip"
	)},
	{ "ip6_unspecified", false, RULES(
		"meta protocol ip6 ip6 saddr :: accept",
		"goto ip6_source"
	)},
	{ "ip6_packet", false, RULES(
		"meta l4proto tcp goto ip6_source",
		"meta l4proto ipv6-icmp goto icmp6_packet",
		/* behind an authentication header the kernel does not look */
		"meta l4proto ah goto bad_packet",
		"meta l4proto != udp goto ip6_source",
		("meta l4proto udp meta protocol ip6 ip6 nexthdr 44 @nh,336,16 & "
		 "0xfff8 != 0 goto ip6_source"),
		"meta l4proto udp udp sport 547 goto bad_ra",
		"meta l4proto udp udp dport 546 goto bad_ra",
		"meta l4proto udp udp length >= 8 goto ip6_source",
		"goto bad_packet"
	)},
	{ "icmp6_packet", false, RULES(
		("meta l4proto ipv6-icmp meta protocol ip6 ip6 nexthdr 44 "
		 "@nh,336,16 & 0xfff8 != 0 goto ip6_source"),
		/* errors, echo */
		"meta l4proto ipv6-icmp icmpv6 type < 130 goto ip6_source",
		"meta l4proto ipv6-icmp icmpv6 type 135 goto icmp6_solicit",
		"meta l4proto ipv6-icmp icmpv6 type 136 goto icmp6_advert",
		"meta l4proto ipv6-icmp icmpv6 type 133 goto icmp6_router_solicit",
		/* MLD: reports, and leaving */
		"meta l4proto ipv6-icmp icmpv6 type 143 goto ip6_unspecified",
		"meta l4proto ipv6-icmp icmpv6 type 131 goto ip6_unspecified",
		"meta l4proto ipv6-icmp icmpv6 type 132 goto ip6_unspecified",
		/* what only a router says */
		"meta l4proto ipv6-icmp icmpv6 type 130 goto bad_ra",
		"meta l4proto ipv6-icmp icmpv6 type 134 goto bad_ra",
		"meta l4proto ipv6-icmp icmpv6 type 137 goto bad_ra",
		"goto bad_ndp"
	)},
	/*
	 * @nh,32,32 is payload length, next header (ICMPv6: no extension headers), hop limit (255).
	 * An option begins with type and length; it is the only one, as the payload length says.
	 */
	{ "icmp6_router_solicit", false, RULES(
		("@nh,32,32 0x00103aff @nh,384,16 0x0101 iifname . @nh,400,48 "
		 "@macs_raw goto ip6_source"),
		"@nh,32,32 0x00083aff goto ip6_unspecified",
		"goto bad_ndp"
	)},
	{ "icmp6_solicit", false, RULES(
		("@nh,32,32 0x00203aff @nh,512,16 0x0101 iifname . @nh,528,48 "
		 "@macs_raw goto ip6_source"),
		"@nh,32,32 0x00183aff meta protocol ip6 ip6 saddr != :: goto ip6_source",
		/* duplicate address detection, without and with a nonce */
		"@nh,32,32 0x00183aff goto icmp6_detect",
		("@nh,32,32 0x00203aff @nh,512,16 0x0e01 meta protocol ip6 ip6 "
		 "saddr :: goto icmp6_detect"),
		"goto bad_ndp"
	)},
	{ "icmp6_detect", false, RULES(
		"iifname . @nh,384,128 @allow6_raw accept",
		"iifname . @nh,384,128 @allow6_net_raw accept",
		"iifname @free @nh,384,128 != @owned6_raw accept",
		"goto bad_ndp"
	)},
	{ "icmp6_advert", false, RULES(
		("@nh,32,32 0x00203aff @nh,512,16 0x0201 iifname . @nh,528,48 "
		 "@macs_raw goto icmp6_target"),
		"@nh,32,32 0x00183aff goto icmp6_target",
		"goto bad_ndp"
	)},
	{ "icmp6_target", false, RULES(
		"iifname . @nh,384,128 @allow6_raw goto ip6_source",
		"iifname . @nh,384,128 @allow6_net_raw goto ip6_source",
		"iifname @free @nh,384,128 != @owned6_raw goto ip6_source",
		"goto bad_ndp"
	)},
	{ "tagged", false, RULES(
		/* The type behind the tag, which the kernel has taken off; a second one is none of these. */
		"meta protocol ip goto ip4_packet",
		"meta protocol ip6 goto ip6_packet",
		"meta protocol arp goto arp_frame",
		"meta protocol 0x8035 goto rarp_frame",
		"goto bad_type"
	)},
	{ "guard_type", false, RULES(
		/*
		 * What a bridge keeps for itself: it would come to the host as from the port, past
		 * all that looks at the bridge.
		 */
		("meta iiftype ether ether daddr & ff:ff:ff:ff:ff:f0 == "
		 "01:80:c2:00:00:00 goto bad_type"),
		/* as sent: a VLAN tag is none of these */
		"meta iiftype ether ether type ip goto ip4_packet",
		"meta iiftype ether ether type ip6 goto ip6_packet",
		"meta iiftype ether ether type arp goto arp_frame",
		"meta iiftype ether ether type 0x8035 goto rarp_frame",
		/* of which VLAN, the bridge sees to */
		"iifname @trunks meta iiftype ether ether type 0x8100 goto tagged",
		"goto bad_type"
	)},
	{ "guard", false, RULES(
		"meta iiftype ether iifname . ether saddr @macs goto guard_type",
		"goto bad_mac"
	)},
};

/*
 * Guests' ports without antispoof are free, but for what belongs to a guarded one. The type
 * without VLAN tag here, for a receiver ignores a tag of VLAN 0; behind another tag, too.
 */
static const struct guard_chain bridge[] = {
	{ "stolen", false, RULES("counter drop") },
	{ "others", false, RULES(
		"meta protocol arp arp saddr ip @owned4 goto stolen",
		"meta protocol ip ip saddr @owned4 goto stolen",
		"meta protocol ip6 ip6 saddr @owned6 goto stolen",
		("meta protocol ip6 meta l4proto ipv6-icmp icmpv6 type 136 @th,64,128 @owned6_raw "
			"goto stolen"),
		("meta protocol ip6 ip6 saddr :: meta l4proto ipv6-icmp icmpv6 type 135 "
			"@th,64,128 @owned6_raw goto stolen"),
		/* the type last, or nft fails to list it */
		"@nh,0,16 & 0x0fff == 0 meta protocol 0x8100 goto stolen",
		"@nh,0,16 & 0x0fff == 0 meta protocol 0x88a8 goto stolen"
	)},
	{ "prerouting", true, RULES(
		"iifname \"vif*\" iifname != @guarded goto others"
	)},
};

static const struct guard_chain host[] = {
	{ "stolen", false, RULES("counter drop") },
	{ "prerouting", true, RULES(
		"iifname @guarded accept",
		"iifname \"lo\" accept",
		"meta nfproto ipv4 ip saddr @owned4 goto stolen",
		"meta nfproto ipv6 ip6 saddr @owned6 goto stolen"
	)},
};

const struct guard_table guard_tables[GUARD_FAMILIES] = {
	[GUARD_DOOR] = { NFPROTO_NETDEV, "netdev", door, ARRAY_SIZE(door) },
	[GUARD_BRIDGE] = { NFPROTO_BRIDGE, "bridge", bridge, ARRAY_SIZE(bridge) },
	[GUARD_HOST] = { NFPROTO_INET, "inet", host, ARRAY_SIZE(host) },
};

/*
 * What nft notes down about a set for its own reading (libnftnl/udata.h, nftables src/mnl.c):
 * each note a type, a length and a value; numbers of 4 bytes in the host's order.
 */
#define NUMBER(n) (n) & 0xff, (n) >> 8, 0, 0
#define ORDER(order) 0, 4, NUMBER(order)	/* of the key's bytes: 1 the host's, 2 big endian */
#define CONCATENATION 0, 4, NUMBER(13)		/* an expression's kind: src/expression.h */
#define META_IIFNAME 0, 4, NUMBER(9), 1, 6, 0, 4, NUMBER(6)
#define PAYLOAD(offset, bits)                                                              \
	0, 4, NUMBER(7), 1, 30, 0, 4, NUMBER(0), 1, 4, NUMBER(0), 2, 4, NUMBER(2), 3, 4,   \
		NUMBER(offset), 4, 4, NUMBER(bits)

static const uint8_t host_order[] = { ORDER(1) };
static const uint8_t big_endian[] = { ORDER(2) };
static const uint8_t concatenation[] = { ORDER(0), 3, 8, CONCATENATION, 1, 0 };
static const uint8_t port_raw48[] = { ORDER(0), 3, 64, CONCATENATION, 1, 56,
				      0, 14, META_IIFNAME, 1, 38, PAYLOAD(528, 48) };
static const uint8_t port_raw128[] = { ORDER(0), 3, 64, CONCATENATION, 1, 56,
				       0, 14, META_IIFNAME, 1, 38, PAYLOAD(384, 128) };
static const uint8_t raw128[] = { ORDER(2), 3, 38, PAYLOAD(384, 128) };

/* nft's numbers of types; a concatenation has 6 bits for each. */
enum { TYPE_INTEGER = 4, TYPE_IP4 = 7, TYPE_IP6 = 8, TYPE_MAC = 9, TYPE_PORT = 41 };

/* Keys of a port or value alone, or of a port and a value of so many bytes. */
#define ALONE(text, notes, type, len) \
	{ text, notes, sizeof(notes), type, (type) == TYPE_PORT, { len } }
#define WITH_PORT(text, notes, type, len) \
	{ text, notes, sizeof(notes), TYPE_PORT << 6 | (type), true, { 16, len } }

const struct guard_key_type *guard_key_type(enum guard_key key)
{
	static const struct guard_key_type types[] = {
		[GUARD_PORT] = ALONE("type ifname", host_order, TYPE_PORT, 16),
		[GUARD_IP4] = ALONE("type ipv4_addr", big_endian, TYPE_IP4, 4),
		[GUARD_IP6] = ALONE("type ipv6_addr", big_endian, TYPE_IP6, 16),
		[GUARD_RAW128] = ALONE("typeof @nh,384,128", raw128, TYPE_INTEGER, 16),
		[GUARD_PORT_MAC] =
			WITH_PORT("type ifname . ether_addr", concatenation, TYPE_MAC, 6),
		[GUARD_PORT_IP4] =
			WITH_PORT("type ifname . ipv4_addr", concatenation, TYPE_IP4, 4),
		[GUARD_PORT_IP6] =
			WITH_PORT("type ifname . ipv6_addr", concatenation, TYPE_IP6, 16),
		[GUARD_PORT_RAW48] =
			WITH_PORT("typeof iifname . @nh,528,48", port_raw48, TYPE_INTEGER, 6),
		[GUARD_PORT_RAW128] =
			WITH_PORT("typeof iifname . @nh,384,128", port_raw128, TYPE_INTEGER, 16),
	};

	return &types[key];
}

const struct guard_set *guard_set(const char *name)
{
	size_t i = 0;

	while (strcmp(guard_sets[i].name, name))
		i++;
	return &guard_sets[i];
}

bool guard_has_set(enum guard_family family, const struct guard_set *set)
{
	return family == GUARD_DOOR || set->everywhere;
}

static void print_set(const struct guard_set *set, struct text *out)
{
	text_add(out, "\tset %s { %s;%s%s }\n", set->name, guard_key_type(set->key)->text,
		 set->interval ? " flags interval;" : "", set->counter ? " counter;" : "");
}

static void print_chain(const struct guard_chain *chain, struct text *out)
{
	text_add(out, "\tchain %s {\n", chain->name);
	if (chain->hooked)
		text_add(out, "\t\ttype filter hook prerouting priority %d;\n", GUARD_PRIORITY);
	for (const char *const *rule = chain->rules; *rule; rule++)
		text_add(out, "\t\t%s\n", *rule);
	text_add(out, "\t}\n");
}

void guard_table_print(enum guard_family family, struct text *out)
{
	const struct guard_table *table = &guard_tables[family];

	text_add(out, "table %s " GUARD_TABLE " {\n", table->word);
	for (size_t i = 0; i < guard_set_count; i++)
		if (guard_has_set(family, &guard_sets[i]))
			print_set(&guard_sets[i], out);
	for (size_t i = 0; i < table->chain_count; i++)
		print_chain(&table->chains[i], out);
	text_add(out, "}\n");
}
