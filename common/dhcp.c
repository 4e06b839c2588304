// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dhcpd.h"
#include "dhcpd_conf.h"
#include "dnsmasq.h"
#include "dnsmasq_conf.h"
#include "dnsmasq_own.h"

int dhcp_wish(const struct request *request, enum dhcp_wish *wish, struct error *err)
{
	static const char *const words[] = {
		[DHCP_NO] = "no", [DHCP_YES] = "yes", [DHCP_BY_DHCPD] = "dhcpd",
		[DHCP_BY_DNSMASQ] = "dnsmasq",
	};
	const char *value = request_get(request, KEY_DHCP);

	for (*wish = DHCP_NO; value && *wish < ARRAY_SIZE(words); (*wish)++)
		if (!strcmp(value, words[*wish]))
			return 0;
	*wish = DHCP_AS_CONFIGURED;
	if (!value)
		return 0;
	return error_set(err, EINVAL, "dhcp='%.60s' is none of no, yes, dhcpd and dnsmasq", value);
}

/* The guest as the script names it: dom1, and for its second interface dom1-2. */
static void print_host(const struct request *request, char out[static DHCP_HOST])
{
	if (request->devid)
		snprintf(out, DHCP_HOST, "dom%u-%u", request->domid, request->devid + 1);
	else
		snprintf(out, DHCP_HOST, "dom%u", request->domid);
}

/* The name that its interface has, or is to have, or had when it was there. */
static const char *device(const struct request *request, const struct facts *facts)
{
	bool there = facts->link.index && !request_is_up(request);

	return there ? facts->link.name : request->wanted;
}

static int read_server(const struct request *request, struct facts *facts,
		       struct dhcp_server *server, struct error *err)
{
	char host[DHCP_HOST];

	print_host(request, host);
	if (server->kind == DHCP_DNSMASQ)
		return dnsmasq_read(server, err);
	return dhcpd_read(server, host, device(request, facts), err);
}

/* An address that vif-nat makes of the domain's number has nobody had before it. */
static void find_holder(const struct request *request, struct dhcp_server *server)
{
	char mac[MAC_TEXT], address[INET_TEXT];

	if (!request->has_mac || !request->ip_count)
		return;
	inet_print_mac(request->mac, mac);
	inet_print(&request->ips[0], address);
	dnsmasq_find_holder(server, address, mac);
}

static int choose(enum dhcp_wish wish, const char *host, struct dhcp_server *server,
		  struct error *err)
{
	struct error ignored = { 0 };
	bool ready = dnsmasq_find(host, server);

	if (wish == DHCP_BY_DNSMASQ)
		return 0;
	if (wish == DHCP_BY_DHCPD)
		return dhcpd_find(server, err);
	if (ready || !dhcpd_find(server, &ignored))
		return 0;
	dnsmasq_find(host, server);
	if (dnsmasq_program())
		return 0;
	return error_set(err, ENOENT, "%s (dhcp=no does without)", ignored.text);
}

int dhcp_look_up(const struct request *request, struct facts *facts, struct error *err)
{
	struct dhcp_server *server = &facts->dhcp[0];
	char host[DHCP_HOST];
	enum dhcp_wish wish;
	int rc = dhcp_wish(request, &wish, err);

	facts->dhcp_count = 0;
	if (wish == DHCP_AS_CONFIGURED && request->has_path &&
	    (dhcpd_is_configured() || dnsmasq_own_runs()))
		wish = DHCP_YES;
	if (rc || wish == DHCP_NO || wish == DHCP_AS_CONFIGURED)
		return rc;
	if (!request->has_path)
		return error_set(err, EINVAL, "dhcp=%s needs XENBUS_PATH, by which the guest is "
				 "named", request_get(request, KEY_DHCP));
	print_host(request, host);
	rc = choose(wish, host, server, err);
	if (!rc)
		rc = read_server(request, facts, server, err);
	if (!rc)
		facts->dhcp_count = 1;
	if (!rc && server->kind == DHCP_DNSMASQ)
		find_holder(request, server);
	return rc;
}

/* The next server's place is only used up by one that knows the guest. */
static int keep_if_known(const struct request *request, struct facts *facts, struct error *err)
{
	struct dhcp_server *server = &facts->dhcp[facts->dhcp_count];
	int rc = read_server(request, facts, server, err);

	if (*server->entry || server->listed)
		facts->dhcp_count++;
	return rc;
}

int dhcp_look_down(const struct request *request, struct facts *facts, struct error *err)
{
	struct error ignored = { 0 };
	char host[DHCP_HOST];
	enum dhcp_wish wish;
	int rc = dhcp_wish(request, &wish, err);

	facts->dhcp_count = 0;
	if (wish == DHCP_NO || !request->has_path)
		return rc;
	print_host(request, host);
	if (wish != DHCP_BY_DNSMASQ && !dhcpd_find(&facts->dhcp[0], &ignored))
		rc = keep_if_known(request, facts, err) || rc ? -err->code : 0;
	if (wish != DHCP_BY_DHCPD) {
		dnsmasq_find(host, &facts->dhcp[facts->dhcp_count]);
		rc = keep_if_known(request, facts, err) || rc ? -err->code : 0;
	}
	return rc;
}

static int check(const struct request *request, const struct facts *facts,
		 const struct inet_prefix *ip, const struct inet_prefix *router, struct error *err)
{
	const char *name = device(request, facts);

	if (!request->has_mac)
		return error_set(err, EINVAL, "mac is not set: the DHCP server knows the guest by "
				 "it");
	if (ip->family != AF_INET || router->family != AF_INET)
		return error_set(err, EINVAL, "the DHCP server gives out IPv4 addresses only");
	if (*facts->dhcp[0].lists && !dhcpd_conf_can_list(name))
		return error_set(err, EINVAL, "vifname='%s' cannot stand in %s: letters, digits "
				 "and -._ alone can", name, facts->dhcp[0].lists);
	return 0;
}

static void print_entry(const struct request *request, const struct dhcp_server *server,
			const struct inet_prefix *ip, const struct inet_prefix *router,
			struct text *out)
{
	char host[DHCP_HOST], mac[MAC_TEXT], address[INET_TEXT], gateway[INET_TEXT];

	print_host(request, host);
	inet_print_mac(request->mac, mac);
	inet_print(ip, address);
	inet_print(router, gateway);
	/* dnsmasq gives out the interface's own address as the router's. */
	if (server->kind == DHCP_DNSMASQ)
		dnsmasq_conf_entry(host, mac, server->holder, address, out);
	else
		dhcpd_conf_entry(host, mac, address, gateway, out);
}

int dhcp_plan_up(const struct request *request, const struct facts *facts,
		 const struct inet_prefix *ip, const struct inet_prefix *router,
		 struct plan *plan, struct error *err)
{
	const struct dhcp_server *server = &facts->dhcp[0];
	struct text entry = TEXT_IN(plan->dhcp_entry);
	char host[DHCP_HOST];
	int rc;

	if (!facts->dhcp_count)
		return 0;
	rc = check(request, facts, ip, router, err);
	if (rc)
		return rc;
	print_entry(request, server, ip, router, &entry);
	print_host(request, host);
	plan_dhcp(plan, server, host, device(request, facts), plan->dhcp_entry);
	return 0;
}

void dhcp_plan_down(const struct request *request, const struct facts *facts, struct plan *plan)
{
	char host[DHCP_HOST];

	print_host(request, host);
	for (size_t i = 0; i < facts->dhcp_count; i++)
		plan_dhcp(plan, &facts->dhcp[i], host, device(request, facts), NULL);
}

int dhcp_apply(const struct dhcp_change *change, int seconds, struct error *err)
{
	if (change->server->kind == DHCP_DNSMASQ)
		return dnsmasq_apply(change, err);
	return dhcpd_apply(change, seconds, err);
}
