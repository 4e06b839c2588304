// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's settings below /proc/sys that are one number. (sysctl(8), proc(5))
#ifndef SYSCTL_H
#define SYSCTL_H

#include "error.h"
#include "plan.h"

/*
 * Read a setting, named as sysctl(8) takes it: "net/ipv4/conf/vif1.0/proxy_arp". There being no
 * such is no error: *value is -1 then.
 */
int sysctl_read(const char *name, int *value, struct error *err) MUST_CHECK;

/* Write a setting. -ENODEV: there is no such, for the interface in its name is gone. */
int sysctl_apply(const struct sysctl_change *change, struct error *err) MUST_CHECK;

#endif
