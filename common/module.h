// SPDX-License-Identifier: GPL-2.0-or-later
// Modules that the kernel does not load by itself.
#ifndef MODULE_H
#define MODULE_H

/*
 * Have a module loaded, within `seconds`, by the program that the kernel itself would use for it
 * (/proc/sys/kernel/modprobe). Whether that has worked, the first use of what it brings tells.
 */
void module_load(const char *name, int seconds);

#endif
