// SPDX-License-Identifier: GPL-2.0-or-later
// Looking for the DHCP servers that network-nat's guests may have.
#ifndef SERVE_LOOK_H
#define SERVE_LOOK_H

#include "error.h"
#include "note.h"
#include "request.h"
#include "serve.h"

/*
 * Who is to serve guests in `subnet` (family 0: in vif-nat's own), by dhcp= or, unless to start, by
 * the last start's note, and what there is of it. "yes" is dnsmasq where it is installed, else
 * dhcpd; nobody, where the host's own dnsmasq is set up to be told of guests. Not set, it is dhcpd
 * where there is a dhcpd.conf, as in the script, or dnsmasq if only that is installed; else nobody.
 * -ENOENT: to start, there is no such server; -EINVAL quotes a dhcp= that is none.
 */
int serve_look(const struct request *request, const struct note *own,
	       const struct inet_prefix *subnet, struct serve *serve,
	       struct error *err) MUST_CHECK;

#endif
