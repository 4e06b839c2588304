// SPDX-License-Identifier: GPL-2.0-or-later
// An address, route, nexthop, permanent neighbour or policy rule in the kernel's own message about
// it: so it can be made again, there or on another device, to the attribute. Pure.
#ifndef ENTRY_H
#define ENTRY_H

#include <linux/if_addr.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "error.h"
#include "text.h"

#define ENTRY_SIZE 32768	/* bytes of the longest; the kernel's own messages are no longer */

/* Flags of an address that can be set; the others are its state. (linux/if_addr.h) */
#define ENTRY_FLAGS (IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | \
		     IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

/* A device's index and name. Index 0: there will be one of that name. */
struct spot {
	int index;
	char name[IFNAMSIZ];
};

struct entry {
	struct spot spot;	/* the device that it was found on */
	uint16_t type;		/* RTM_NEWADDR, _NEWROUTE, _NEWNEXTHOP, _NEWNEIGH, _NEWRULE */
	uint16_t len;		/* bytes of data */
	bool ahead;		/* a route: one by another device is second best to it */
	uint32_t hash;		/* of all that makes it what it is, but for the device */
	unsigned char data[] __attribute__((aligned(4)));	/* struct rtmsg …, attributes */
};

struct entries {
	struct entry **list;
	size_t count;
	size_t room;
};

enum entry_verb {
	ENTRY_ADD,	/* an IPv6 address at once, for nobody else can have had it */
	ENTRY_CHANGE,	/* what ENTRY_ADD left out for that */
	ENTRY_DELETE,
};

/*
 * What to do with all entries of a list: make them in their order, or take them away in reverse, a
 * primary address behind its secondaries. That one is there, or gone, already is no error.
 */
struct entries_change {
	const struct entries *entries;	/* not owned */
	struct spot spot;		/* on which device */
	enum entry_verb verb;
};

/*
 * Add to a list what the kernel told, if it is about that device (or a group of nexthops that has
 * one of the list's), and one that somebody has set:
 * not what the kernel itself makes of addresses in its table `local`, no learned neighbour, no
 * address that another host has. Counters, states and the like are left out. -EBADMSG: not
 * understood, -ENOMEM.
 */
int entries_take(struct entries *entries, const struct spot *spot, uint16_t type,
		 const void *data, size_t len, struct error *err) MUST_CHECK;

/*
 * The same for an IPv4 route that is not by that device, but has the address of one of a list as its
 * source: without it the kernel takes the route away (net/ipv4/fib_semantics.c, fib_sync_down_addr).
 */
int entries_take_other(struct entries *entries, const struct spot *spot,
		       const struct entries *addresses, const void *data, size_t len,
		       struct error *err) MUST_CHECK;

/* Whether a route's data says that it goes by a device, maybe among others. */
bool entry_goes_by(int index, const void *data, size_t len);

/* Add one with such data as an entry has. -ENOMEM, -EBADMSG. */
int entries_add(struct entries *entries, const struct spot *spot, uint16_t type,
		const void *data, size_t len, struct error *err) MUST_CHECK;

/* Free what is in a list, which is empty then. */
void entries_free(struct entries *entries);

/* The hash for struct entry. */
uint32_t entry_hash(const struct entry *entry);

/* The same one in a list, be it of another device, or NULL. Lifetimes may differ. */
const struct entry *entries_find(const struct entries *entries, const struct entry *entry);
bool entries_have(const struct entries *entries, const struct entry *entry);

/* Whether two lists have the same in the same order. */
bool entries_same(const struct entries *a, const struct entries *b);

/* Seconds have gone by: what has a lifetime has less, or is gone. */
void entries_age(struct entries *entries, uint32_t seconds);

/* The size of what stands before a message's attributes, 0 for an unknown type; and the attributes. */
size_t entry_head_size(uint16_t type);

/* Put a device's index into the structure that such a message begins with, if it has one there. */
void entry_set_index(uint16_t type, void *head, int index);
struct attr_span entry_attrs(const struct entry *entry);

/* AF_INET or AF_INET6. */
int entry_family(const struct entry *entry);

/* The next hop of several, or NULL. */
const struct rtnexthop *entry_next_hop(struct attr_span *span);

/* What a label has behind the device's name; NULL: it is not called after the device. */
const char *entry_label_end(const char *label, const char *name);

/* Put routes into an order in which each gateway can be reached by those before it. */
int entries_sort(struct entries *entries, struct error *err) MUST_CHECK;

/* Whether an address has a lifetime, so that somebody must renew it. */
bool entry_expires(const struct entry *entry);

/* Whether it is a route that goes by other devices, too. */
bool entry_is_shared(const struct entry *entry);

/* A route's gateways by its device, in its own family; at most `max` of them. */
size_t entry_gateways(const struct entry *entry, const struct rtattr **out, size_t max);

/*
 * Add the routes that the kernel makes of an address by itself, if it does (IPv4:
 * net/ipv4/fib_frontend.c, fib_add_ifaddr; IPv6: net/ipv6/addrconf.c, inet6_addr_add).
 */
int entries_add_prefix(struct entries *entries, const struct entry *address,
		       struct error *err) MUST_CHECK;

/*
 * A default route that a router told of comes back with the metric of a substitute, so that the
 * kernel's own, which the router's next word brings, does not meet it (net/ipv6/route.c,
 * rt6_add_dflt_router, would fail on it).
 */
uint32_t entry_metric(const struct entry *route, uint32_t metric);

/*
 * The message that does it: its bytes go to `out`, how many of them is returned. *flags gets those
 * of NLM_F_* that say how.
 */
size_t entry_message(const struct entry *entry, const struct spot *spot, enum entry_verb verb,
		     uint16_t *flags, unsigned char out[static ENTRY_SIZE]);

/* The type of that message: RTM_NEWADDR, RTM_DELADDR …. */
uint16_t entry_message_type(const struct entry *entry, enum entry_verb verb);

/*
 * Print the shell command that does it, without a newline (entry_print.c). What ip(8) has no words
 * for is said in a comment behind it.
 */
void entry_print(const struct entry *entry, const struct spot *spot, enum entry_verb verb,
		 struct text *out);

#endif
