// SPDX-License-Identifier: GPL-2.0-or-later
#include "routing.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define IP6_METRIC 1024		/* what the kernel takes for none (IP6_RT_PRIO_USER) */
#define ROUTER_DISTANCE 127	/* vif-nat's router_ip */

static void add_guest(struct routing *routing, const struct inet_prefix *ip)
{
	for (size_t i = 0; i < routing->count; i++)
		if (inet_equal(&routing->guest[i], ip))
			return;
	if (!inet_is_link_local(ip))
		routing->guest[routing->count++] = *ip;
}

static int add_entry(struct routing *routing, const struct inet_prefix *ip, struct error *err)
{
	char text[INET_TEXT];

	if (inet_has_host_bits(ip)) {
		inet_print(ip, text);
		return error_set(err, EINVAL, "ip: %s/%u is no prefix that can be routed: it has "
				 "bits set behind its length", text, ip->len);
	}
	add_guest(routing, ip);
	return 0;
}

/* -EINVAL: what was given is no IPv6 address. */
static int read_gateway6(const struct request *request, struct inet_prefix *out, struct error *err)
{
	const char *text = request_get(request, KEY_GATEWAY6);
	struct inet_prefix ip;
	int rc = text ? inet_parse(text, &ip, err) : 0;

	if (rc || !text)
		return rc ? error_prefix(err, "gateway6") : 0;
	if (ip.family != AF_INET6 || !inet_is_host(&ip))
		return error_set(err, EINVAL, "gateway6='%.60s' is not an IPv6 address", text);
	if (inet_is_link_local(&ip))
		ip.len = 64;
	*out = ip;
	return 0;
}

/* One of two words; the second is the default. */
static int read_switch(const struct request *request, enum key key, const char *on,
		       const char *off, bool *out, struct error *err)
{
	const char *word = request_get(request, key);

	*out = word && !strcmp(word, on);
	if (word && !*out && strcmp(word, off))
		return error_set(err, EINVAL, "%s='%.60s' is neither %s nor %s",
				 request_key_name(key), word, on, off);
	return 0;
}

static int read_settings(const struct request *request, struct routing *routing,
			 struct error *err)
{
	int rc = read_gateway6(request, &routing->gateway6, err);

	if (read_switch(request, KEY_CONNTRACK, "purge", "keep", &routing->purge, err))
		rc = -err->code;
	if (read_switch(request, KEY_NEIGH, "permanent", "learned", &routing->permanent, err))
		rc = -err->code;
	if (!rc && routing->permanent && request_is_up(request) && !request->has_mac)
		rc = error_set(err, EINVAL, "neigh=permanent, but the guest's MAC address (mac) is "
			       "not known");
	return rc;
}

/* All entries but the one at `but`, and the other settings. */
static int take_rest(const struct request *request, size_t but, struct routing *routing,
		     struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < request->ip_count; i++)
		if (i != but && add_entry(routing, &request->ips[i], err))
			rc = -err->code;
	return read_settings(request, routing, err) ? -err->code : rc;
}

int routing_of_entries(const struct request *request, struct routing *routing, struct error *err)
{
	uint32_t metric = request->type == TYPE_TAP ? 1 : 2;

	*routing = (struct routing){ .metric = metric, .metric6 = metric };
	return take_rest(request, SIZE_MAX, routing, err);
}

static bool has_family(const struct routing *routing, int family)
{
	for (size_t i = 0; i < routing->count; i++)
		if (routing->guest[i].family == family)
			return true;
	return false;
}

bool routing_has_ipv6(const struct routing *routing)
{
	return has_family(routing, AF_INET6);
}

/* A word that ifup takes for neither an option nor a pattern, nor NAME=ANOTHER. */
static bool is_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-";

	return name[0] != '-' && name[strspn(name, plain)] == '\0';
}

int routing_by_gateway(const struct request *request, const struct facts *facts,
		       struct routing *routing, struct error *err)
{
	const char *script = request_get(request, KEY_SCRIPT);
	const struct address *address = &facts->gateway_address;

	if (*facts->ifup && !is_plain(request->wanted))
		return error_set(err, EINVAL, "'%s' is no name that ifup can be called with",
				 request->wanted);
	if (address->local.family) {
		routing->router = address->local;
		routing->router.len = 32;
		if (address->has_broadcast)
			routing->broadcast = address->broadcast;
		return 0;
	}
	if (*facts->ifup || (routing_has_ipv6(routing) && !has_family(routing, AF_INET)))
		return 0;
	return error_set(err, ENETDOWN, "%s is not up.  Bring it up or specify another interface "
			 "with netdev=<if> as a parameter to %s.", facts->gateway.name,
			 script ? script : "vif-route");
}

/* 10.(domid / 256).(domid % 256).(devid + 1), as vif-nat's ip_from_dom. */
static int number_guest(const struct request *request, struct inet_prefix *out, struct error *err)
{
	if (!request->has_path)
		return error_set(err, EINVAL, "neither ip nor XENBUS_PATH is set: the guest's "
				 "address is not known");
	if (request->devid > UINT8_MAX - 1)
		return error_set(err, EINVAL, "ip is not set, and devid %u is too large for an "
				 "address to be made of it", request->devid);
	*out = (struct inet_prefix){
		.family = AF_INET,
		.len = 32,
		.addr = { 10, (uint8_t)(request->domid / 256), (uint8_t)request->domid,
			  (uint8_t)(request->devid + 1) },
	};
	return 0;
}

static struct inet_prefix router_of(const struct inet_prefix *guest)
{
	struct inet_prefix router = *guest;
	uint8_t *last = &router.addr[3];

	*last = (uint8_t)(*last + ROUTER_DISTANCE <= UINT8_MAX ? *last + ROUTER_DISTANCE :
								 *last - ROUTER_DISTANCE);
	return router;
}

int routing_by_number(const struct request *request, struct routing *routing, struct error *err)
{
	/* A vif that has a tap beside it: vif-route's metrics, so that the tap comes first. */
	bool pair = request_get(request, KEY_INTERFACE) || request->type == TYPE_TAP;
	uint32_t metric = request->type == TYPE_TAP ? 1 : 2;
	struct inet_prefix first;
	size_t i = 0;

	*routing = (struct routing){ .metric = pair ? metric : 0,
				     .metric6 = pair ? metric : IP6_METRIC };
	while (i < request->ip_count && request->ips[i].family != AF_INET)
		i++;
	if (i < request->ip_count)
		first = request->ips[i];
	else if (number_guest(request, &first, err))
		return -err->code;
	first.len = 32;
	routing->router = router_of(&first);
	add_guest(routing, &first);
	return take_rest(request, i, routing, err);
}

void routing_want(const struct facts *facts, struct link *wanted)
{
	memcpy(wanted->mac, facts->link.mac, MAC_LEN);
	if (*facts->ifup)
		wanted->addr_gen = facts->link.addr_gen;
	wanted->master = 0;
	wanted->master_name[0] = '\0';
}

static void forget_connections(const struct routing *routing, struct plan *plan)
{
	for (size_t i = 0; routing->purge && i < routing->count; i++)
		plan_conntrack(plan, &routing->guest[i]);
}

struct link routing_plan_settings(const struct facts *facts, const struct routing *routing,
				  const struct link *now, const struct link *wanted,
				  struct plan *plan)
{
	struct link closed = *wanted;

	closed.up = now->up;
	plan_link(plan, now, &closed);
	plan_sysctl(plan, "ipv4", wanted->name, "proxy_arp", facts->proxy_arp, 1);
	/* A guest is no router of the host's. */
	if (facts->has_ipv6)
		plan_sysctl(plan, "ipv6", wanted->name, "accept_ra", facts->accept_ra, 0);
	/* Those of a guest that is online already are its own. */
	if (!facts->link.up)
		forget_connections(routing, plan);
	return closed;
}

struct traffic routing_traffic(const struct routing *routing)
{
	return (struct traffic){ routing->guest, routing->count, .bridged = false };
}

/* An address of the host's alone, without a net behind it. */
static bool is_single(const struct address *address)
{
	return !address->has_peer && address->valid == UINT32_MAX &&
	       (inet_is_host(&address->local) || inet_is_link_local(&address->local));
}

static bool has_address(const struct facts *facts, const struct inet_prefix *ip)
{
	for (size_t i = 0; i < facts->address_count; i++)
		if (!facts->addresses[i].has_peer && inet_equal(&facts->addresses[i].local, ip))
			return true;
	return false;
}

static void add_address(const struct facts *facts, const struct link *link,
			const struct inet_prefix *ip, const struct inet_prefix *broadcast,
			struct plan *plan)
{
	struct address address = {
		.link = link->index,
		.local = *ip,
		.scope = inet_is_link_local(ip) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.flags = ip->family == AF_INET6 ? IFA_F_NODAD : 0,
		.valid = UINT32_MAX,
		.preferred = UINT32_MAX,
	};

	if (has_address(facts, ip))
		return;
	memcpy(address.link_name, link->name, IFNAMSIZ);
	if (broadcast && broadcast->family) {
		address.broadcast = *broadcast;
		address.has_broadcast = true;
	}
	plan_address(plan, &address, true);
}

/* Without a link-local address the host could not ask for its neighbour (ndisc.c, ndisc_send_ns). */
static void add_addresses(const struct facts *facts, const struct routing *routing,
			  const struct link *link, struct plan *plan)
{
	struct inet_prefix own = inet_link_local(link->mac);

	own.len = 64;
	if (routing->router.family)
		add_address(facts, link, &routing->router, &routing->broadcast, plan);
	if (!facts->has_ipv6 || !routing_has_ipv6(routing))
		return;
	if (!inet_is_link_local(&routing->gateway6))
		add_address(facts, link, &own, NULL, plan);
	if (routing->gateway6.family)
		add_address(facts, link, &routing->gateway6, NULL, plan);
}

/* Another route with its metric to the same link cannot stand beside it. */
static void add_route(const struct facts *facts, const struct route *route, struct plan *plan)
{
	for (size_t i = 0; i < facts->route_count; i++) {
		const struct route *other = &facts->routes[i];

		if (!inet_equal(&other->to, &route->to) || other->metric != route->metric)
			continue;
		if (other->source.family == route->source.family &&
		    inet_equal(&other->source, &route->source))
			return;
		plan_route(plan, other, false);
	}
	plan_route(plan, route, true);
}

static void add_routes(const struct facts *facts, const struct routing *routing,
		       const struct link *link, struct plan *plan)
{
	for (size_t i = 0; i < routing->count; i++) {
		bool ipv6 = routing->guest[i].family == AF_INET6;
		struct route route = {
			.link = link->index,
			.to = routing->guest[i],
			.metric = ipv6 ? routing->metric6 : routing->metric,
			.protocol = RTPROT_BOOT,
		};

		if (ipv6 && !facts->has_ipv6)
			continue;
		if (!ipv6)
			route.source = routing->router;
		memcpy(route.link_name, link->name, IFNAMSIZ);
		add_route(facts, &route, plan);
	}
}

static void add_neighbour(const struct facts *facts, const struct neighbour *neighbour,
			  struct plan *plan)
{
	for (size_t i = 0; i < facts->neighbour_count; i++) {
		const struct neighbour *other = &facts->neighbours[i];

		if (other->link != neighbour->link || other->proxy != neighbour->proxy ||
		    !inet_equal(&other->ip, &neighbour->ip))
			continue;
		if (!memcmp(other->mac, neighbour->mac, MAC_LEN))
			return;
		plan_neighbour(plan, other, false);
	}
	plan_neighbour(plan, neighbour, true);
}

/* The host asks nobody for the guest's MAC. */
static void add_guest_neighbours(const struct request *request, const struct facts *facts,
				 const struct routing *routing, const struct link *link,
				 struct plan *plan)
{
	for (size_t i = 0; routing->permanent && i < routing->count; i++) {
		struct neighbour guest = { .link = link->index, .ip = routing->guest[i] };

		if (!inet_is_host(&guest.ip) || (guest.ip.family == AF_INET6 && !facts->has_ipv6))
			continue;
		memcpy(guest.link_name, link->name, IFNAMSIZ);
		memcpy(guest.mac, request->mac, MAC_LEN);
		add_neighbour(facts, &guest, plan);
	}
}

/* The gateway device answers for the guest's IPv6 addresses, as proxy_arp does it for IPv4. */
static void add_proxies(const struct facts *facts, const struct routing *routing,
			struct plan *plan)
{
	bool set = facts->proxy_ndp == 1;

	if (!facts->has_ipv6 || !facts->gateway_has_ipv6)
		return;
	for (size_t i = 0; i < routing->count; i++) {
		struct neighbour proxy = {
			.link = facts->gateway.index,
			.ip = routing->guest[i],
			.proxy = true,
		};

		if (proxy.ip.family != AF_INET6 || !inet_is_host(&proxy.ip))
			continue;
		if (!set)
			plan_sysctl(plan, "ipv6", facts->gateway.name, "proxy_ndp", -1, 1);
		set = true;
		memcpy(proxy.link_name, facts->gateway.name, IFNAMSIZ);
		add_neighbour(facts, &proxy, plan);
	}
}

void routing_plan_join(const struct request *request, const struct facts *facts,
		       const struct routing *routing, const struct link *now,
		       const struct link *wanted, struct plan *plan)
{
	/* What a link that was taken down had is gone by now. */
	static struct facts nothing;
	const struct facts *seen = now->up == facts->link.up ? facts : &nothing;

	nothing.has_ipv6 = facts->has_ipv6;
	plan_link(plan, now, wanted);
	if (!*facts->ifup)
		add_addresses(seen, routing, wanted, plan);
	else if (!now->up)
		plan_ifup(plan, facts->ifup, wanted->name, true, false);
	/* The link's own last: should it be gone by then, nothing is left on another one. */
	add_proxies(facts, routing, plan);
	add_routes(seen, routing, wanted, plan);
	add_guest_neighbours(request, seen, routing, wanted, plan);
}

void routing_plan_leave(const struct request *request, const struct facts *facts,
			const struct routing *routing, struct plan *plan)
{
	const char *name = facts->link.index ? facts->link.name : request->wanted;
	struct link after = facts->link;

	/* It keeps records, which must not outlive the link. Another guest's are not touched. */
	if (*facts->ifup && is_plain(name) && !facts->namesake.index)
		plan_ifup(plan, facts->ifup, name, false, true);
	after.up = false;
	for (size_t i = *facts->ifup ? 0 : facts->address_count; i-- > 0;)
		if (is_single(&facts->addresses[i]))
			plan_address(plan, &facts->addresses[i], false);
	if (facts->link.index)
		plan_sysctl(plan, "ipv4", facts->link.name, "proxy_arp", facts->proxy_arp, 0);
	plan_link(plan, &facts->link, &after);
	for (size_t i = 0; i < facts->neighbour_count; i++)
		if (facts->neighbours[i].proxy)
			plan_neighbour(plan, &facts->neighbours[i], false);
	forget_connections(routing, plan);
}
