// SPDX-License-Identifier: GPL-2.0-or-later
// The dnsmasq that network-nat runs for its guests, beside any other on the host.
#ifndef DNSMASQ_OWN_H
#define DNSMASQ_OWN_H

#include <stdbool.h>

#include "error.h"
#include "plan.h"

/* Whether it runs: the process in its pid file is one that was called with its configuration. */
bool dnsmasq_own_runs(void);

/*
 * Run it, or end it, within `seconds`; its configuration is there. An error has its own words. To
 * end it is to wait for its end; that it does not run is no error.
 */
int dnsmasq_own_apply(const struct dnsmasq_change *change, int seconds,
		      struct error *err) MUST_CHECK;

#endif
