// SPDX-License-Identifier: GPL-2.0-or-later
// The texts of dnsmasq's files, as far as they concern us. (dnsmasq(8)) Pure.
#ifndef DNSMASQ_CONF_H
#define DNSMASQ_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "inet.h"
#include "resolv.h"
#include "text.h"

/* Where a guest's file goes when dnsmasq's configuration names no directory. */
#define DNSMASQ_HOSTS "/run/xen-hotplug/dhcp-hosts"

/* network-nat's own dnsmasq has these, and the directory above. */
#define DNSMASQ_OWN_CONFIG "/run/xen-hotplug/dnsmasq.conf"
#define DNSMASQ_OWN_PID "/run/xen-hotplug/dnsmasq.pid"
#define DNSMASQ_OWN_LEASES "/run/xen-hotplug/dnsmasq.leases"
#define DNSMASQ_OWN_OPTION "--conf-file=" DNSMASQ_OWN_CONFIG	/* by this it is known, too */
#define DNSMASQ_OWN_TEXT 1024

/*
 * Print a guest's line for a file in dhcp-hostsdir=, without its newline. `holder` is the MAC
 * address of one who has a lease of that address, and may lose it; or "".
 */
void dnsmasq_conf_entry(const char *host, const char *mac, const char *holder, const char *ip,
			struct text *out);

/* Find the MAC address that has a lease of an IP address, in the text of a leases file. */
bool dnsmasq_conf_lease(const char *text, const char *ip, char mac[static MAC_TEXT]);

/*
 * Find the last OPTION=VALUE in a configuration file's text and copy its value. False, and `out`
 * as it was, when there is none, or none that fits.
 */
bool dnsmasq_conf_option(const char *text, const char *option, char *out, size_t size);

/*
 * Print the configuration of network-nat's own: no name server, DHCP for interfaces vif* alone, and
 * an address in the subnet for those guests alone of which it is told. Guests hear of the domain
 * and servers in `resolv`.
 */
void dnsmasq_conf_own(const struct inet_prefix *subnet, const struct resolv *resolv,
		      struct text *out);

#endif
