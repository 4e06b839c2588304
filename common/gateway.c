// SPDX-License-Identifier: GPL-2.0-or-later
#include "gateway.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "ifup.h"
#include "link.h"
#include "log.h"
#include "neighbour.h"
#include "route.h"
#include "sysctl.h"

#define IPV6_MTU_MIN 1280	/* RFC 8200, section 5 */

static int read_setting(const char *family, const char *link_name, const char *setting,
			int *value, struct error *err)
{
	char name[FACTS_PATH];

	snprintf(name, sizeof(name), "net/%s/conf/%s/%s", family, link_name, setting);
	return sysctl_read(name, value, err);
}

/* A link below IPv6's smallest MTU has no such setting, and gets the default one when it grows. */
static int look_for_ipv6(const char *link_name, bool *has, struct error *err)
{
	int off, rc = read_setting("ipv6", link_name, "disable_ipv6", &off, err);

	if (!rc && off < 0)
		rc = read_setting("ipv6", "default", "disable_ipv6", &off, err);
	*has = off == 0;
	return rc;
}

int gateway_default(struct netlink *netlink, struct link *gateway, struct error *err)
{
	int index, rc = route_default(netlink, AF_INET, &index, err);

	if (!rc && !index)
		rc = route_default(netlink, AF_INET6, &index, err);
	return rc || !index ? rc : link_by_index(netlink, index, gateway, err);
}

static int look_for_gateway(struct netlink *netlink, const struct request *request,
			    struct link *gateway, struct error *err)
{
	enum key key = request_get(request, KEY_GATEWAYDEV) ? KEY_GATEWAYDEV : KEY_NETDEV;
	const char *name = request_get(request, key);
	char checked[IFNAMSIZ] = "eth0";
	int rc;

	if (name)
		rc = inet_interface_name(request_key_name(key), name, "", checked, err);
	else
		rc = gateway_default(netlink, gateway, err);
	if (rc || gateway->index)
		return rc;
	rc = link_by_name(netlink, checked, gateway, err);
	memcpy(gateway->name, checked, IFNAMSIZ);
	return rc;
}

/* Those of the guest's IPv6 addresses that it answers for. */
static int look_at_proxies(struct netlink *netlink, const struct routing *routing,
			   struct facts *facts, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; facts->gateway.index && !rc && i < routing->count; i++) {
		struct neighbour *proxy = &facts->neighbours[facts->neighbour_count];
		const struct inet_prefix *ip = &routing->guest[i];
		bool found = false;

		*proxy = (struct neighbour){ .link = facts->gateway.index, .ip = *ip, .proxy = true };
		memcpy(proxy->link_name, facts->gateway.name, IFNAMSIZ);
		if (ip->family == AF_INET6 && inet_is_host(ip))
			rc = neighbour_find(netlink, proxy, &found, err);
		facts->neighbour_count += found;
	}
	return rc;
}

/* What the guest's IPv6 addresses need of it. */
static int look_at_proxying(struct netlink *netlink, const struct routing *routing,
			    struct facts *facts, struct error *err)
{
	const struct link *gateway = &facts->gateway;
	int rc;

	if (!routing_has_ipv6(routing) || !gateway->index)
		return 0;
	rc = look_for_ipv6(gateway->name, &facts->gateway_has_ipv6, err);
	if (rc || !facts->gateway_has_ipv6)
		return rc;
	rc = read_setting("ipv6", gateway->name, "proxy_ndp", &facts->proxy_ndp, err);
	return rc ? rc : look_at_proxies(netlink, routing, facts, err);
}

static int look_at_gateway(struct netlink *netlink, const struct request *request,
			   const struct routing *routing, struct facts *facts, struct error *err)
{
	bool needed = !routing->router.family || routing_has_ipv6(routing);
	int rc = needed ? look_for_gateway(netlink, request, &facts->gateway, err) : 0;

	if (!rc && facts->gateway.index)
		rc = address_main(netlink, &facts->gateway, &facts->gateway_address, err);
	return rc ? rc : look_at_proxying(netlink, routing, facts, err);
}

static int look_at_routes(struct netlink *netlink, struct facts *facts, struct error *err)
{
	int rc = route_list(netlink, AF_INET, facts, err);

	return rc || !facts->has_ipv6 ? rc : route_list(netlink, AF_INET6, facts, err);
}

static int look_at_neighbours(struct netlink *netlink, const struct routing *routing,
			      struct facts *facts, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; routing->permanent && !rc && i < routing->count; i++) {
		struct neighbour *guest = &facts->neighbours[facts->neighbour_count];
		const struct inet_prefix *ip = &routing->guest[i];
		bool found = false;

		*guest = (struct neighbour){ .link = facts->link.index, .ip = *ip };
		memcpy(guest->link_name, facts->link.name, IFNAMSIZ);
		if (inet_is_host(ip) && (ip->family == AF_INET || facts->has_ipv6))
			rc = neighbour_find(netlink, guest, &found, err);
		facts->neighbour_count += found;
	}
	return rc;
}

static int look_at_link(struct netlink *netlink, const struct request *request,
			const struct routing *routing, struct facts *facts, struct error *err)
{
	const struct link *link = &facts->link;
	unsigned mtu = request->mtu ? request->mtu : link->mtu;
	int rc = read_setting("ipv4", link->name, "proxy_arp", &facts->proxy_arp, err);

	if (!rc)
		rc = look_for_ipv6(link->name, &facts->has_ipv6, err);
	facts->has_ipv6 = facts->has_ipv6 && mtu >= IPV6_MTU_MIN;
	if (!rc)
		rc = read_setting("ipv6", link->name, "accept_ra", &facts->accept_ra, err);
	/* One that is down has no routes, nor neighbours. */
	if (rc || !link->up)
		return rc;
	rc = look_at_routes(netlink, facts, err);
	return rc ? rc : look_at_neighbours(netlink, routing, facts, err);
}

static void advise_on_prefixes(const struct request *request, const struct routing *routing)
{
	char text[INET_TEXT];

	for (size_t i = 0; i < routing->count; i++) {
		const struct inet_prefix *prefix = &routing->guest[i];

		if (prefix->family != AF_INET6 || inet_is_host(prefix))
			continue;
		inet_print(prefix, text);
		log_line(LOG_NOTICE, "%s is given %s/%u: the router before this host needs a route "
			 "for it", request->wanted, text, prefix->len);
	}
}

static void advise(const struct request *request, const struct routing *routing,
		   const struct facts *facts)
{
	if (request_get(request, KEY_VLAN))
		log_line(LOG_WARNING, "vlan is set, and of no use: %s is routed, and no port of a bridge",
			 request->wanted);
	if (!routing_has_ipv6(routing))
		return;
	if (!facts->has_ipv6)
		log_line(LOG_WARNING, "there is no IPv6 on %s: its IPv6 addresses are not routed",
			 request->wanted);
	else if (!facts->gateway_has_ipv6)
		log_line(LOG_WARNING, "there is no IPv6 on %s: it does not answer for the IPv6 "
			 "addresses of %s", facts->gateway.name, request->wanted);
	if (facts->has_ipv6)
		advise_on_prefixes(request, routing);
}

static void tell_hooks(const struct routing *routing, struct facts *facts)
{
	if (routing->router.family)
		inet_print(&routing->router, facts->main_ip);
	else if (facts->gateway_address.local.family)
		inet_print(&facts->gateway_address.local, facts->main_ip);
}

int gateway_look(struct netlink *netlink, const struct request *request,
		 const struct routing *routing, struct facts *facts, struct error *err)
{
	int rc = look_at_gateway(netlink, request, routing, facts, err);

	if (!rc && facts->link.index)
		rc = look_at_link(netlink, request, routing, facts, err);
	if (rc)
		return rc;
	advise(request, routing, facts);
	tell_hooks(routing, facts);
	return 0;
}

/* Keep an error for the end, unless it says that the device is gone: that is what is wanted. */
static void note(const struct error *own, struct error *err)
{
	if (own->code && own->code != ENODEV)
		error_set(err, own->code, "%s", own->text);
}

static void look_at_link_down(struct netlink *netlink, struct facts *facts, struct error *err)
{
	struct error own = { 0 };
	int rc;

	if (!facts->link.index)
		return;
	rc = address_list(netlink, &facts->link, facts->addresses, FACTS_ADDRESSES,
			  &facts->address_count, &own);
	if (!rc)
		rc = read_setting("ipv4", facts->link.name, "proxy_arp", &facts->proxy_arp, &own);
	/* Not known: to be set. */
	if (rc)
		facts->proxy_arp = -1;
	note(&own, err);
}

int gateway_look_down(struct netlink *netlink, const struct request *request,
		      const struct routing *routing, struct facts *facts, struct error *err)
{
	struct error own = { 0 };

	look_at_link_down(netlink, facts, err);
	if (!routing_has_ipv6(routing) ||
	    !look_for_gateway(netlink, request, &facts->gateway, &own))
		look_at_proxies(netlink, routing, facts, &own);
	note(&own, err);
	tell_hooks(routing, facts);
	return -err->code;
}

void gateway_look_ifup(const struct request *request, struct facts *facts)
{
	if (request->type == TYPE_VIF)
		ifup_find(facts->ifup);
}
