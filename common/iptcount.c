// SPDX-License-Identifier: GPL-2.0-or-later
#include "iptcount.h"

#include <errno.h>
#include <libiptc/libip6tc.h>
#include <libiptc/libiptc.h>
#include <string.h>
#include <sys/socket.h>

#include "xtrule.h"

static void add(uint8_t family, const void *xtrule, struct rule_count *counts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		counts[i].rules += xtrule_names(family, xtrule, counts[i].device);
}

/* libiptc has everything twice. */
#define COUNT(tc, family)                                                                         \
	static int tc##_count(struct rule_count *counts, size_t count)                            \
	{                                                                                         \
		struct xtc_handle *handle = tc##_init(RULE_TABLE);                                \
                                                                                                  \
		if (!handle)                                                                      \
			return -errno;                                                            \
		for (const void *rule = tc##_first_rule(RULE_CHAIN, handle); rule;                \
		     rule = tc##_next_rule(rule, handle))                                         \
			if (!strcmp(tc##_get_target(rule, handle), IPTC_LABEL_ACCEPT))            \
				add(family, rule, counts, count);                                 \
		tc##_free(handle);                                                                \
		return 0;                                                                         \
	}

COUNT(iptc, AF_INET)
COUNT(ip6tc, AF_INET6)

int iptcount(uint8_t family, struct rule_count *counts, size_t count, struct error *err)
{
	int rc = family == AF_INET ? iptc_count(counts, count) : ip6tc_count(counts, count);

	return rc ? error_set(err, -rc, "cannot read the legacy table %s: %s", RULE_TABLE,
			      strerror(-rc)) : 0;
}
