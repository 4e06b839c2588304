// SPDX-License-Identifier: GPL-2.0-or-later
// The host's own way to configure an interface: ifup(8) and ifdown(8).
#ifndef IFUP_H
#define IFUP_H

#include <stdbool.h>

#include "error.h"
#include "facts.h"
#include "plan.h"

/* The folder that has ifup and ifdown, into FACTS_PATH bytes; "" when there is none. */
void ifup_find(char out[static FACTS_PATH]);

/*
 * Whether a device is in the care of such commands: it stands in ifupdown's list of those that are
 * up (/run/network/ifstate, or ifupdown-ng's /run/ifstate), or has a file ifcfg-DEVICE.
 */
bool ifup_manages(const char *device);

/*
 * Run ifup or ifdown for an interface. A status other than 0 is an error that names it; with
 * change->lenient it is logged alone. One that runs for more than `seconds` is killed: -ETIMEDOUT.
 */
int ifup_apply(const struct ifup_change *change, int seconds, struct error *err) MUST_CHECK;

#endif
