// SPDX-License-Identifier: GPL-2.0-or-later
// network-nat's line in the text of dhcpd.conf: a subnet has to be declared before any host in it
// is served. What else stands there stays as it is, byte for byte. Pure.
#ifndef DHCPD_SUBNET_H
#define DHCPD_SUBNET_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "inet.h"
#include "resolv.h"
#include "text.h"

#define DHCPD_SUBNET_LINE 512

/* Print the line, without its newline, as the script did (network-nat, dhcp_start). */
void dhcpd_subnet_line(const struct inet_prefix *subnet, const struct resolv *resolv,
		       struct text *out);

/*
 * Whether the text declares a subnet that all of this one is in, in whatever way: then hosts in it
 * are served, and dhcpd does not want it declared once more.
 */
bool dhcpd_subnet_is_declared(const char *text, const struct inet_prefix *subnet);

/*
 * Copy the line for exactly this subnet that looks as ours and the script's do. False, and "", when
 * there is none, or when it is longer.
 */
bool dhcpd_subnet_find(const char *text, const struct inet_prefix *subnet, char *out, size_t size);

/*
 * The text with the line at its end, or, `line` being NULL, without such lines. *out is to be freed.
 */
int dhcpd_subnet_set(const char *text, const struct inet_prefix *subnet, const char *line,
		     char **out, struct error *err) MUST_CHECK;

/* Print commands for GNU sed that do the same to a file. */
void dhcpd_subnet_print(const char *file, const struct inet_prefix *subnet, const char *line,
			struct text *out);

#endif
