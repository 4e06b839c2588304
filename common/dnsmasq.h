// SPDX-License-Identifier: GPL-2.0-or-later
// dnsmasq as the DHCP server: a file for each guest in the directory that its option dhcp-hostsdir
// names. It reads new ones by itself (inotify), and all of them anew at a SIGHUP.
#ifndef DNSMASQ_H
#define DNSMASQ_H

#include <stdbool.h>

#include "error.h"
#include "facts.h"
#include "plan.h"

/* Where the files go when dnsmasq's configuration names no directory. */
#define DNSMASQ_HOSTS "/run/xen-hotplug/dhcp-hosts"

/*
 * Where dnsmasq is told of `host`, by /etc/dnsmasq.conf and /etc/dnsmasq.d. False: it is not set
 * up for that: no directory is named, and DNSMASQ_HOSTS is not there; `server` is filled in.
 */
bool dnsmasq_find(const char *host, struct dhcp_server *server);

/* Whether the program is there at all. */
bool dnsmasq_is_installed(void);

/* Read the guest's entry, if it has one. */
int dnsmasq_read(struct dhcp_server *server, struct error *err) MUST_CHECK;

/* Carry a change out. That dnsmasq could not be told of it is logged, and no error. */
int dnsmasq_apply(const struct dhcp_change *change, struct error *err) MUST_CHECK;

#endif
