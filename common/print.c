// SPDX-License-Identifier: GPL-2.0-or-later
#include "print.h"

#include <linux/rtnetlink.h>
#include <string.h>

static void print_prefix(const struct inet_prefix *prefix, struct text *out)
{
	char text[INET_TEXT];

	inet_print(prefix, text);
	text_add(out, inet_is_host(prefix) ? "%s" : "%s/%u", text, prefix->len);
}

void print_route(const struct route_change *change, struct text *out)
{
	const struct route *route = &change->route;

	text_add(out, "ip route %s ", change->add ? "add" : "del");
	print_prefix(&route->to, out);
	text_add(out, " dev ");
	text_quote(out, route->link_name);
	if (route->source.family) {
		text_add(out, " src ");
		print_prefix(&route->source, out);
	}
	if (route->metric)
		text_add(out, " metric %u", route->metric);
	if (change->add && route->protocol != RTPROT_BOOT)
		text_add(out, " proto %u", route->protocol);
}

/* `replace` takes the place of what was learned, and does not mind what is there already. */
void print_neighbour(const struct neighbour_change *change, struct text *out)
{
	const struct neighbour *neighbour = &change->neighbour;
	char mac[MAC_TEXT];

	text_add(out, "ip neighbour %s ", change->add ? "replace" : "del");
	if (neighbour->proxy)
		text_add(out, "proxy ");
	print_prefix(&neighbour->ip, out);
	if (change->add && !neighbour->proxy) {
		inet_print_mac(neighbour->mac, mac);
		text_add(out, " lladdr %s nud permanent", mac);
	}
	text_add(out, " dev ");
	text_quote(out, neighbour->link_name);
}

/* sysctl(8) would take an interface's name that has one of these apart. */
static bool is_plain(const char *name)
{
	return !strpbrk(name, "=*?[]{}\\;#");
}

void print_sysctl(const struct sysctl_change *change, struct text *out)
{
	if (is_plain(change->name)) {
		text_add(out, "sysctl -qw ");
		text_quote(out, change->name);
		text_add(out, "=%d", change->to);
	} else {
		text_add(out, "echo %d >/proc/sys/", change->to);
		text_quote(out, change->name);
	}
}
