// SPDX-License-Identifier: GPL-2.0-or-later
// What the start of a host's program was asked for, and what it found and changed: the text that
// it leaves for stop. Pure.
#ifndef NOTE_H
#define NOTE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "facts.h"
#include "inet.h"
#include "text.h"

#define NOTE_SETTINGS 128	/* of these most follow another; more are left to the kernel */
#define NOTE_TEXT 32768

/* A number below /proc/sys, by its whole name: "net/ipv4/ip_forward". */
struct note_setting {
	char name[FACTS_PATH];
	int value;	/* as it was found */
	int now;	/* not in the text; -1: there is no such */
	bool follows;	/* the kernel changes it with the last one before that does not follow */
};

/* Who gives guests their addresses. */
enum note_dhcp { NOTE_DHCP_NOBODY, NOTE_DHCP_DNSMASQ, NOTE_DHCP_DHCPD };

struct note {
	bool exists;
	char netdev[IFNAMSIZ];
	struct inet_prefix subnet;	/* family 0: whatever the address */
	bool ipv6;
	enum firewall_kind rule;	/* where start put its rule in, or FIREWALL_NONE */
	enum note_dhcp dhcp;
	char line[FACTS_PATH];		/* the dhcpd.conf where start put its line in, or "" */
	struct note_setting found[NOTE_SETTINGS];	/* those that start changed */
	size_t count;
};

/* Add a setting; one too many is left out. */
void note_add(struct note *note, const struct note_setting *setting);

/* The one that is noted by that name, and follows no other; or NULL. */
struct note_setting *note_find(const struct note *note, const char *name);

/* The one behind `setting` that follows it, as it does or after another; NULL: no more. */
const struct note_setting *note_next(const struct note *note, const struct note_setting *setting);

/* Print it, as `program`'s. */
void note_print(const struct note *note, const char *program, struct text *out);

/* Read it. NULL: there is none. -EINVAL names `file` and the line. */
int note_parse(const char *file, const char *text, struct note *note,
	       struct error *err) MUST_CHECK;

#endif
