// SPDX-License-Identifier: GPL-2.0-or-later
// The texts of dnsmasq's files, as far as they concern us. (dnsmasq(8)) Pure.
#ifndef DNSMASQ_CONF_H
#define DNSMASQ_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* Print a guest's line for a file in dhcp-hostsdir=, without its newline. */
void dnsmasq_conf_entry(const char *host, const char *mac, const char *ip, struct text *out);

/*
 * Find the last OPTION=VALUE in a configuration file's text and copy its value. False, and `out`
 * as it was, when there is none, or none that fits.
 */
bool dnsmasq_conf_option(const char *text, const char *option, char *out, size_t size);

#endif
