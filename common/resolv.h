// SPDX-License-Identifier: GPL-2.0-or-later
// The text of resolv.conf(5), as far as guests may be told of it. Pure.
#ifndef RESOLV_H
#define RESOLV_H

#include <stddef.h>

#include "inet.h"

#define RESOLV_SERVERS 3	/* a resolver asks no more (MAXNS of resolv.h) */
#define RESOLV_DOMAIN 254	/* the longest name (RFC 1035, 2.3.4) and its terminator */

struct resolv {
	char domain[RESOLV_DOMAIN];			/* or "" */
	struct inet_prefix servers[RESOLV_SERVERS];	/* IPv4 */
	size_t count;
};

/*
 * Read a resolv.conf: the last domain, or first one to search, and the servers that others than the
 * host itself can ask by IPv4: none of its loopback. What makes no sense is skipped, as the resolver
 * does. NULL: an empty one.
 */
void resolv_parse(const char *text, struct resolv *resolv);

#endif
