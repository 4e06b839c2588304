// SPDX-License-Identifier: GPL-2.0-or-later
// dnsmasq as the DHCP server: a file for each guest in the directory that its option dhcp-hostsdir
// names. It reads new ones by itself (inotify), and all of them anew at a SIGHUP.
#ifndef DNSMASQ_H
#define DNSMASQ_H

#include <stdbool.h>

#include "error.h"
#include "facts.h"
#include "plan.h"

/*
 * Where dnsmasq is told of `host`: network-nat's own if it runs, else by /etc/dnsmasq.conf and
 * /etc/dnsmasq.d. False: it is not set up for that: no directory is named, and DNSMASQ_HOSTS is not
 * there; `server` is filled in.
 */
bool dnsmasq_find(const char *host, struct dhcp_server *server);

/* Whether the host's own configuration names a directory for that. */
bool dnsmasq_is_set_up(void);

/* The program's file, or NULL when it is not installed. */
const char *dnsmasq_program(void);

/* Read the guest's entry, if it has one. */
int dnsmasq_read(struct dhcp_server *server, struct error *err) MUST_CHECK;

/*
 * Find who has a lease of the guest's address, if that is another one, who was there before it:
 * dnsmasq would keep it for that one until it expires, unless it is told not to.
 */
void dnsmasq_find_holder(struct dhcp_server *server, const char *ip, const char *mac);

/* Carry a change out. That dnsmasq could not be told of it is logged, and no error. */
int dnsmasq_apply(const struct dhcp_change *change, struct error *err) MUST_CHECK;

#endif
