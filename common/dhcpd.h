// SPDX-License-Identifier: GPL-2.0-or-later
// ISC dhcpd as the DHCP server: a line for each guest in dhcpd.conf, its interface in the list of
// those that dhcpd serves, and a restart after each change. (vif-nat, xen-network-common.sh)
#ifndef DHCPD_H
#define DHCPD_H

#include <stdbool.h>

#include "error.h"
#include "facts.h"
#include "plan.h"

/* Whether there is a dhcpd.conf where the script looks for one. */
bool dhcpd_is_configured(void);

/*
 * Find dhcpd.conf, the file with the list of interfaces, of which there may be none, and what
 * restarts dhcpd. -ENOENT, nearly as in the script.
 */
int dhcpd_find(struct dhcp_server *server, struct error *err) MUST_CHECK;

/* Read the entry of `host`, and whether `device` is listed. */
int dhcpd_read(struct dhcp_server *server, const char *host, const char *device,
	       struct error *err) MUST_CHECK;

/*
 * Carry a change out within `seconds`: under the lock, each file in one go; then restart dhcpd,
 * unless there was nothing to take away. Several at once make do with one restart. That it could
 * not be restarted is logged, and no error: it does not start when nothing is left to serve.
 */
int dhcpd_apply(const struct dhcp_change *change, int seconds, struct error *err) MUST_CHECK;

/* The same for a subnet's line. */
int dhcpd_apply_subnet(const struct subnet_change *change, int seconds,
		       struct error *err) MUST_CHECK;

#endif
