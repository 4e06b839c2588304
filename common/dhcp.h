// SPDX-License-Identifier: GPL-2.0-or-later
// A guest's entry with the host's DHCP server, so that it gets the address that is its own.
#ifndef DHCP_H
#define DHCP_H

#include "error.h"
#include "facts.h"
#include "plan.h"
#include "request.h"

/* What dhcp= comes to; the first: it is not set. */
enum dhcp_wish { DHCP_AS_CONFIGURED, DHCP_NO, DHCP_YES, DHCP_BY_DHCPD, DHCP_BY_DNSMASQ };

/* Read it. -EINVAL quotes what is none of these. */
int dhcp_wish(const struct request *request, enum dhcp_wish *wish, struct error *err) MUST_CHECK;

/*
 * Look for the server that dhcp= asks for, and for what it knows of the guest, into facts->dhcp:
 * none for "no". "yes" is dnsmasq where it is set up to be told, else dhcpd, else dnsmasq where it
 * is installed. Not set, it is "yes" where there is a dhcpd.conf, as in the script, or where
 * network-nat's own dnsmasq runs, else "no".
 * -ENOENT: there is no such server; -EINVAL: without an XENBUS_PATH the guest has no name.
 */
int dhcp_look_up(const struct request *request, struct facts *facts,
		 struct error *err) MUST_CHECK;

/*
 * Look for the guest's entries with all servers that dhcp= may have meant when they were made.
 * After an error the facts hold what could be seen all the same.
 */
int dhcp_look_down(const struct request *request, struct facts *facts,
		   struct error *err) MUST_CHECK;

/*
 * Plan the guest's entry: its request's MAC, the IPv4 address it shall get, and the router it
 * shall use. -EINVAL: there is no MAC, an address is IPv6, or its interface's name could do harm
 * in dhcpd's settings.
 */
int dhcp_plan_up(const struct request *request, const struct facts *facts,
		 const struct inet_prefix *ip, const struct inet_prefix *router,
		 struct plan *plan, struct error *err) MUST_CHECK;

/* Plan to take away all that was found of the guest. */
void dhcp_plan_down(const struct request *request, const struct facts *facts, struct plan *plan);

/* Carry a change out within `seconds`. What the server makes of it is logged, and no error. */
int dhcp_apply(const struct dhcp_change *change, int seconds, struct error *err) MUST_CHECK;

#endif
