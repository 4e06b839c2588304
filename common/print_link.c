// SPDX-License-Identifier: GPL-2.0-or-later
#include "print_link.h"

#include <linux/if_link.h>
#include <string.h>

static const char *addr_gen_name(int mode)
{
	static const char *const names[] = {
		[IN6_ADDR_GEN_MODE_EUI64] = "eui64",
		[IN6_ADDR_GEN_MODE_NONE] = "none",
		[IN6_ADDR_GEN_MODE_STABLE_PRIVACY] = "stable_secret",
		[IN6_ADDR_GEN_MODE_RANDOM] = "random",
	};

	return mode >= 0 && (size_t)mode < ARRAY_SIZE(names) ? names[mode] : "none";
}

static void print_word(struct text *out, const char *keyword, const char *value)
{
	text_add(out, " %s ", keyword);
	text_quote(out, value);
}

static void print_mac(struct text *out, const uint8_t mac[static MAC_LEN])
{
	char text[MAC_TEXT];

	inet_print_mac(mac, text);
	print_word(out, "address", text);
}

static void print_changes(const struct link *from, const struct link *to, struct text *out)
{
	unsigned set = link_changes(from, to);

	text_add(out, "ip link set dev ");
	text_quote(out, from->name);
	if (set & LINK_NAME)
		print_word(out, "name", to->name);
	if (set & LINK_ALIAS)
		print_word(out, "alias", to->alias);
	if (set & LINK_MAC)
		print_mac(out, to->mac);
	if (set & LINK_MTU)
		text_add(out, " mtu %u", to->mtu);
	if (set & LINK_TXQLEN)
		text_add(out, " txqueuelen %u", to->txqlen);
	if (set & LINK_ADDR_GEN)
		print_word(out, "addrgenmode", addr_gen_name(to->addr_gen));
	if (set & LINK_MASTER && to->master)
		print_word(out, "master", to->master_name);
	else if (set & LINK_MASTER)
		text_add(out, " nomaster");
	if (set & LINK_ARP)
		text_add(out, " arp %s", to->no_arp ? "off" : "on");
	if (set & LINK_MULTICAST)
		text_add(out, " multicast %s", to->no_multicast ? "off" : "on");
	if (set & LINK_UP)
		text_add(out, to->up ? " up" : " down");
}

void print_link(const struct link_change *change, struct text *out)
{
	struct link down = change->from;

	print_changes(&change->from, &change->to, out);
	if (!change->may_go_down || !change->from.up)
		return;
	down.up = false;
	text_add(out, " || { ");
	print_changes(&change->from, &down, out);
	text_add(out, "; ");
	print_changes(&down, &change->to, out);
	text_add(out, "; }");
}

static void print_flag(struct text *out, const char *name, bool from, bool to)
{
	if (from != to)
		text_add(out, " %s %s", name, to ? "on" : "off");
}

void print_port(const struct link_change *change, struct text *out)
{
	const struct port_flags *from = &change->from.port, *to = &change->to.port;

	text_add(out, "bridge link set dev ");
	text_quote(out, change->to.name);
	print_flag(out, "isolated", from->isolated, to->isolated);
	print_flag(out, "learning", from->learning, to->learning);
	print_flag(out, "neigh_suppress", from->neigh_suppress, to->neigh_suppress);
}

static void print_new(const struct link *link, struct text *out)
{
	static const uint8_t any[MAC_LEN];

	text_add(out, " name ");
	text_quote(out, link->name);
	if (memcmp(link->mac, any, MAC_LEN))
		print_mac(out, link->mac);
	if (link->mtu)
		text_add(out, " mtu %u", link->mtu);
	if (link->txqlen)
		text_add(out, " txqueuelen %u", link->txqlen);
}

void print_new_link(const struct link_make *make, struct text *out)
{
	if (!make->add) {
		text_add(out, "ip link del dev ");
		text_quote(out, make->link.name);
		return;
	}
	text_add(out, "ip link add");
	print_new(&make->link, out);
	if (*make->peer.name) {
		text_add(out, " type veth peer");
		print_new(&make->peer, out);
	} else {
		text_add(out, " type bridge stp_state 0 forward_delay 0%s",
			 make->vlan_filtering ? " vlan_filtering 1" : "");
	}
}

/* A name that sh would take apart cannot be one in /sys either. */
void print_carrier(const struct carrier_wait *wait, struct text *out)
{
	text_add(out, "timeout %d sh -c 'until [ \"$(cat \"/sys/class/net/$1/carrier\")\" = 1 ]; do "
		 "sleep 0.05; done' sh ", wait->seconds);
	text_quote(out, wait->link.name);
	text_add(out, " || echo 'no carrier' >&2");
}

/* Whether it answers a ping does not matter: its MAC is learned then. */
void print_confirm(const struct confirm *confirm, struct text *out)
{
	char router[INET_TEXT];

	for (size_t i = 0; i < confirm->count; i++) {
		inet_print(&confirm->routers[i].address, router);
		text_add(out, "%stimeout %d sh -c 'until ip neigh show to \"$1\" dev \"$2\" nud "
			 "reachable | grep -q .; do ip neigh flush to \"$1\" dev \"$2\"; "
			 "ping -c 1 -W 1 -I \"$2\" \"$1\" >/dev/null || sleep 0.1; done' sh %s ",
			 i ? "\n" : "", confirm->seconds, router);
		text_quote(out, confirm->link.name);
	}
}

void print_entries(const struct entries_change *change, struct text *out)
{
	size_t count = change->entries->count;

	for (size_t i = 0; i < count; i++) {
		if (i)
			text_add(out, "\n");
		entry_print(change->entries->list[change->verb == ENTRY_DELETE ? count - 1 - i : i],
			    &change->spot, change->verb, out);
	}
}
