// SPDX-License-Identifier: GPL-2.0-or-later
// The texts of ISC dhcpd's two files: dhcpd.conf with a line for each guest, and the settings of
// its init script with the list of interfaces. What else stands there stays as it is, byte for
// byte. Pure.
#ifndef DHCPD_CONF_H
#define DHCPD_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "text.h"

/* The lock of Xen's scripts, under which both are edited (vif-nat, locking.sh). */
#define DHCPD_LOCK_DIRECTORY "/var/run/xen-hotplug"
#define DHCPD_LOCK DHCPD_LOCK_DIRECTORY "/vif-nat-dhcp"

/* Print a guest's line, without its newline (vif-nat, dhcp_up). */
void dhcpd_conf_entry(const char *host, const char *mac, const char *ip, const char *router,
		      struct text *out);

/*
 * Copy the line of `host` from dhcpd.conf's text: one that looks as ours and the script's do, and
 * whose name is exactly this one. False, and "", when there is none, or when it is longer.
 */
bool dhcpd_conf_find(const char *text, const char *host, char *out, size_t size);

/*
 * dhcpd.conf's text with another line for `host`, in its old one's place or at the end; with none
 * when `entry` is NULL. *out is to be freed. -EEXIST: an admin has declared that host in another
 * way, and dhcpd takes no host twice.
 */
int dhcpd_conf_set(const char *text, const char *host, const char *entry, char **out,
		   struct error *err) MUST_CHECK;

/* Whether a name can stand in the list of interfaces, which a shell reads. */
bool dhcpd_conf_can_list(const char *device);

/*
 * Whether the interface is in a list: in the value of INTERFACESv4 (Debian), INTERFACES (Debian
 * before 9), DHCPD_INTERFACE (SUSE) or DHCPDARGS (Red Hat), with or without quotes.
 */
bool dhcpd_conf_lists(const char *text, const char *device);

/* The text with the interface in each list, or in none. *out is to be freed. */
int dhcpd_conf_list(const char *text, const char *device, bool listed, char **out,
		    struct error *err) MUST_CHECK;

/*
 * Print commands for GNU sed that do to a file what the two above do to its text: dhcpd_conf_set
 * where there is an entry already (had) or not, and dhcpd_conf_list.
 */
void dhcpd_conf_print_set(const char *file, const char *host, bool had, const char *entry,
			  struct text *out);
void dhcpd_conf_print_list(const char *file, const char *device, bool listed, struct text *out);

#endif
