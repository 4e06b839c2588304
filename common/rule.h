// SPDX-License-Identifier: GPL-2.0-or-later
// The accept rules that let a guest's packets through a FORWARD chain which drops the others: what
// Xen's scripts add with iptables (vif-common.sh, handle_iptable). They keep no guest from
// anything; that is what the guard is for. And the one rule by which guests go out under the
// host's address (network-nat). Pure.
#ifndef RULE_H
#define RULE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts.h"
#include "inet.h"
#include "request.h"
#include "text.h"

#define RULES (2 * (TRAFFIC_IPS + 1) + 1)	/* per family: all addresses both ways, and DHCP */
#define RULE_CHAIN "FORWARD"
#define RULE_TABLE "filter"
#define NAT_CHAIN "POSTROUTING"
#define NAT_TABLE "nat"

enum rule_kind {
	RULE_FROM,	/* from the guest: -s ADDRESS */
	RULE_DHCP,	/* from the guest to a DHCP server: udp 68→67, or, for IPv6, 546→547 */
	RULE_TO,	/* to the guest; -d ADDRESS, if it is routed */
	RULE_MASQUERADE,	/* what goes out by the device gets its address; -s ADDRESS */
};

struct rule {
	enum rule_kind kind;
	uint8_t family;		/* AF_INET or AF_INET6: whose table it is for */
	bool bridged;		/* a bridge's port, matched by physdev; else by -i and -o */
	char device[IFNAMSIZ];
	struct inet_prefix address;	/* host bits zero; len 0: any */
};

/*
 * All rules of one device in one family's chain, in the order in which they are to stand; or, if
 * it is exact, these very rules alone, whatever other rules there are of the device.
 */
struct rule_set {
	uint8_t family;
	char device[IFNAMSIZ];
	const char *table, *chain;
	bool exact;
	bool unwanted;		/* exact: they are to go, however often they are there */
	struct rule rules[RULES];
	size_t count;
};

/* What there is of a family's FORWARD in one of the two firewalls. */
struct rule_chain {
	bool exists;
	bool drops;		/* by its policy */
	bool has_rules;
};

/* How many rules of FORWARD accept what comes from a device, or goes to it, by its name. */
struct rule_count {
	char device[IFNAMSIZ];
	size_t rules;
};

/*
 * The rules for the request's device under the name that it is to have. Where the traffic is of
 * any address, all IPv4 passes, and none is made for IPv6; else only the families that are among
 * the addresses get rules. For IPv6 the link-local address that the MAC makes (RFC 4291, appendix
 * A) is allowed, too.
 */
void rule_list(const struct request *request, const struct traffic *traffic, uint8_t family,
	       struct rule_set *set);

/* None at all for the device: what there is of it goes. */
void rule_none(const char *device, uint8_t family, struct rule_set *set);

/* The rule that lets pass what comes by a port of a bridge, whatever it is. */
void rule_port(const char *device, uint8_t family, struct rule_set *set);

/*
 * The rule that gives what goes out by the device, from `source` (NULL: from anywhere), the
 * device's own IPv4 address: wanted, once and at the chain's end, or unwanted.
 */
void rule_masquerade(const char *device, const struct inet_prefix *source, bool wanted,
		     struct rule_set *set);

/* Whether its device is the one that packets leave by, and not the one they come by. */
bool rule_goes_out(const struct rule *rule);

/* Print a rule's words behind the chain's name, as iptables(8) reads them. */
void rule_print(const struct rule *rule, struct text *out);

/*
 * Print a shell command that takes away through `tool` (iptables …) what is of a device: the
 * rules of FORWARD that end in ACCEPT and name it, by -i, -o, --physdev-in or --physdev-out. An
 * admin's own ones that drop, log or jump are nobody else's. The command is a shell function,
 * which has to be printed before.
 */
void rule_print_forget(const char *tool, const char *device, struct text *out);
extern const char rule_forget_function[];

#endif
