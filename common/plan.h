// SPDX-License-Identifier: GPL-2.0-or-later
// The heart: a plan is a list of steps, a step is one change from how it was to how it shall be.
// Undoing a step is the change the other way round. Pure: nothing here touches the host.
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "entry.h"
#include "error.h"
#include "facts.h"
#include "guard.h"
#include "request.h"
#include "router.h"
#include "rule.h"
#include "text.h"
#include "vlan.h"

#define PLAN_STEPS 384	/* of REQUEST_IPS entries each takes up to five */
#define HOOK_VARIABLES 12
#define DHCP_HOST 24	/* "dom32751-65536" */

enum step_kind {
	STEP_LINK,	/* a link's attributes, in one netlink message */
	STEP_NEW_LINK,	/* a bridge, or a pair of veths, made or deleted */
	STEP_CARRIER,	/* a link's carrier waited for */
	STEP_CONFIRM,	/* routers asked whether they can be reached */
	STEP_PORT,	/* a bridge port's flags */
	STEP_VLAN_FILTERING,	/* a bridge's switch, turned on */
	STEP_VLANS,	/* a bridge port's VLANs */
	STEP_UPLINK,	/* guests' VLANs on a bridge's physical port */
	STEP_ADDRESS,	/* an address added or deleted */
	STEP_RULES,	/* a device's accept rules in one family, or an exact set */
	STEP_POLICY,	/* what FORWARD does with what no rule is about */
	STEP_GUARD,	/* what a device may send */
	STEP_ROUTE,	/* a route to a link added or deleted */
	STEP_NEIGHBOUR,	/* a neighbour set, proxied or forgotten */
	STEP_CONNTRACK,	/* connections forgotten */
	STEP_IFUP,	/* the host's own configuration of a link */
	STEP_ENTRIES,	/* addresses, routes … of a device, as the kernel itself told of them */
	STEP_SYSCTL,	/* a number below /proc/sys */
	STEP_FILE,	/* a small text file written or removed */
	STEP_STORE,	/* a xenstore node written or removed */
	STEP_HOOK,	/* an admin's script */
	STEP_DHCP,	/* a guest's entry with a DHCP server */
	STEP_SUBNET,	/* a subnet's line with dhcpd */
	STEP_DNSMASQ,	/* network-nat's own dnsmasq run or ended */
};

/* What differs between two sides of a link (the port's flags aside). */
enum {
	LINK_NAME = 1 << 0,
	LINK_ALIAS = 1 << 1,
	LINK_MAC = 1 << 2,
	LINK_MTU = 1 << 3,
	LINK_ADDR_GEN = 1 << 4,
	LINK_MASTER = 1 << 5,
	LINK_UP = 1 << 6,
	LINK_ARP = 1 << 7,
	LINK_MULTICAST = 1 << 8,
	LINK_TXQLEN = 1 << 9,
};

/*
 * With index 0 it is a link of that name, which an earlier step makes; so is, with master -1, the
 * bridge.
 */
struct link_change {
	struct link from, to;	/* both with the link's index */
	bool may_go_down;	/* for a moment, where the kernel does not allow it otherwise */
};

/* A bridge, or a veth whose other end is `peer`. Of their attributes name, MAC, MTU and txqlen count. */
struct link_make {
	struct link link, peer;
	bool vlan_filtering;
	bool add;
};

struct carrier_wait {
	struct link link;	/* its index, and its name */
	int seconds;
};

struct confirm {
	struct link link;	/* its name */
	struct router routers[ROUTERS];
	size_t count;
	int seconds;
};

struct vlan_change {
	int link;			/* index */
	char link_name[IFNAMSIZ];
	const struct vlan_set *from, *to;	/* not owned */
};

/*
 * The VLANs that one guest's interface needs there. What is needed besides is looked at when it is
 * done, under a lock; before and after are what it came to when the plan was made.
 */
struct uplink_change {
	int link;			/* the guest's, index; 0: it is gone */
	const struct vlan_set *from, *to;	/* not owned, as those below */
	const struct uplink *before, *after;
};

struct address_change {
	struct address address;
	bool add;
};

/* From what is there to the set, or back. What is there is only looked at when it is replaced. */
struct rules_change {
	struct firewall_facts firewall;
	const struct rule_set *set;	/* not owned */
	bool restore;
};

struct policy_change {
	struct firewall_facts firewall;
	uint8_t family;
	bool from, to;		/* whether it drops */
};

struct guard_change {
	const struct guard *from, *to;	/* not owned */
};

struct route_change {
	struct route route;
	bool add;
};

struct neighbour_change {
	struct neighbour neighbour;
	bool add;
};

/* Undone by itself: what came meanwhile is to be forgotten as well. */
struct conntrack_change {
	struct inet_prefix source;
};

struct ifup_change {
	const char *folder;	/* of ifup and ifdown; not owned */
	char link_name[IFNAMSIZ];
	bool up;
	bool lenient;		/* its status does not matter */
};

struct sysctl_change {
	char name[FACTS_PATH];	/* "net/ipv4/conf/vif1.0/proxy_arp" */
	int from, to;
};

struct file_change {
	const char *path;
	const char *from, *to;	/* its text; NULL: no such file. Nothing is owned. */
};

struct store_change {
	char path[FACTS_PATH];
	const char *from, *to;	/* NULL: no such node. Not owned. */
};

struct hook_variable {
	const char *name, *value;
};

struct hook_call {
	const char *file;
	const char *shell;
	enum command command;
	const struct hook_variable *variables;	/* up to one without a name */
};

/* A guest's entry with a DHCP server. With dhcpd, the server is restarted after a change. */
struct dhcp_change {
	const struct dhcp_server *server;	/* not owned */
	char host[DHCP_HOST];			/* the guest, as the server knows it */
	char device[IFNAMSIZ];			/* its interface, for dhcpd's list of those */
	const char *from, *to;			/* NULL: no entry. Not owned. */
	bool from_listed, to_listed;		/* whether the interface is in the list */
};

/* As dhcp_change, for a subnet as a whole. */
struct subnet_change {
	const struct dhcp_server *server;	/* not owned */
	struct inet_prefix subnet;
	const char *from, *to;			/* NULL: no line. Not owned. */
};

struct dnsmasq_change {
	const char *program;			/* its file; not owned */
	bool run;
};

struct step {
	enum step_kind kind;
	bool optional;		/* that it fails is logged, and no failure of the whole */
	union {
		struct link_change link;	/* STEP_LINK, STEP_PORT, STEP_VLAN_FILTERING */
		struct vlan_change vlans;
		struct uplink_change uplink;
		struct link_make new_link;
		struct carrier_wait carrier;
		struct confirm confirm;
		struct address_change address;
		struct rules_change rules;
		struct policy_change policy;
		struct guard_change guard;
		struct route_change route;
		struct neighbour_change neighbour;
		struct conntrack_change conntrack;
		struct ifup_change ifup;
		struct entries_change entries;
		struct sysctl_change sysctl;
		struct file_change file;
		struct store_change store;
		struct hook_call hook;
		struct dhcp_change dhcp;
		struct subnet_change subnet;
		struct dnsmasq_change dnsmasq;
	};
};

struct plan {
	struct step steps[PLAN_STEPS];
	size_t count;
	bool too_long;	/* a step did not fit; the plan must not be applied */
	struct rule_set rules[2];	/* what the rules steps point to, */
	struct guard guard;		/* the guard steps, */
	struct vlan_set joined, left;	/* the VLAN steps: as the kernel makes them, here and there; */
	struct vlan_set none, kept;	/* the uplink steps: of no guest, of this one so far */
	struct uplink uplinks[FACTS_UPLINKS];	/* and what comes of them, */
	struct hook_variable variables[HOOK_VARIABLES];	/* the hook steps */
	char domid[12], devid[12], mtu[12];	/* and the store steps */
	char dhcp_entry[FACTS_DHCP_ENTRY];	/* and the DHCP steps */
};

/* LINK_* bits of what a change changes; whether two sets of port flags differ. */
unsigned link_changes(const struct link *from, const struct link *to);
bool port_changes(const struct port_flags *from, const struct port_flags *to);

/*
 * Append what turns one side into the other; nothing when there is nothing to change.
 *
 * A change of a link is one step and one netlink message, or two. For the kernel goes through a
 * message in an order of its own: MAC, name, bridge, up or down, IPv6 last (net/core/rtnetlink.c,
 * do_setlink). Going up comes behind a change of address generation, lest the link gets an IPv6
 * address at once; and going up, or, undone, going down, stands apart from a change of MAC or
 * name, which may need a link that is down (net/ethernet/eth.c, eth_prepare_mac_addr_change;
 * dev_change_name before Linux 6.2), and from one of bridges, lest it joins one while it is up.
 */
void plan_link(struct plan *plan, const struct link *from, const struct link *to);

/*
 * The same in one message, the link staying up where the kernel allows it: a change of name needs
 * Linux 6.2, one of the MAC the driver's consent. Where it does not, the link goes down for it, and
 * loses its routes and its IPv6 addresses.
 */
void plan_link_in_place(struct plan *plan, const struct link *from, const struct link *to);

/* A link is made; or deleted, which for a veth takes both ends away. */
void plan_new_link(struct plan *plan, const struct link *link, const struct link *peer,
		   bool vlan_filtering);
void plan_delete_link(struct plan *plan, const struct link *link);

/* A link's carrier is waited for, for so long; it is no failure when it does not come. */
void plan_carrier(struct plan *plan, const struct link *link, int seconds);

/* Routers must answer on a link, within so many seconds. */
void plan_confirm(struct plan *plan, const struct link *link, const struct router *routers,
		  size_t count, int seconds);

/* Nothing, if the list is empty. It must live on. */
void plan_entries(struct plan *plan, const struct entries *entries, const struct link *link,
		  enum entry_verb verb);

void plan_port(struct plan *plan, const struct link *from, const struct link *to);

/* Undoing leaves it on: by then others may rely on it, and would be in one VLAN with everybody. */
void plan_vlan_filtering(struct plan *plan, const struct link *bridge);

/* The sets must live on. */
void plan_vlans(struct plan *plan, const struct link *link, const struct vlan_set *from,
		const struct vlan_set *to);
void plan_uplink(struct plan *plan, const struct uplink_change *change);
void plan_address(struct plan *plan, const struct address *address, bool add);
void plan_rules(struct plan *plan, const struct firewall_facts *firewall,
		const struct rule_set *set, bool optional);
void plan_policy(struct plan *plan, const struct firewall_facts *firewall, uint8_t family,
		 bool from, bool to);
void plan_guard(struct plan *plan, const struct guard *from, const struct guard *to);
void plan_route(struct plan *plan, const struct route *route, bool add);
void plan_neighbour(struct plan *plan, const struct neighbour *neighbour, bool add);
void plan_conntrack(struct plan *plan, const struct inet_prefix *source);
void plan_ifup(struct plan *plan, const char *folder, const char *link_name, bool up,
	       bool lenient);

/*
 * family: "ipv4" or "ipv6". With a `from` of -1, for a setting that is not known, or that others
 * may have come to rely on meanwhile, an undo leaves it as it is then. A setting is any below
 * /proc/sys by its whole name ("net/ipv4/ip_forward"). The path and texts of a file must live on.
 */
void plan_sysctl(struct plan *plan, const char *family, const char *link_name,
		 const char *setting, int from, int to);
void plan_setting(struct plan *plan, const char *name, int from, int to);
void plan_file(struct plan *plan, const char *path, const char *from, const char *to);
void plan_store(struct plan *plan, const char *directory, const char *node, const char *from,
		const char *to);
void plan_hook(struct plan *plan, const char *file, const char *shell, enum command command);

/*
 * Give the guest another entry, or none: `to` is NULL. What it has now, the server's facts say.
 * The same entry again is a step, too, with dhcpd, which must be restarted for a new interface.
 */
void plan_dhcp(struct plan *plan, const struct dhcp_server *server, const char *host,
	       const char *device, const char *to);

void plan_subnet(struct plan *plan, const struct dhcp_server *server,
		 const struct inet_prefix *subnet, const char *from, const char *to);
void plan_dnsmasq(struct plan *plan, const char *program, bool run);

/* Why a plan cannot be carried out, if so: -E2BIG. */
int plan_check(const struct plan *plan, struct error *err) MUST_CHECK;

/* The step that undoes a step. */
struct step step_reverse(const struct step *step);

/* The program that a hook's shell runs (its -c) before and around the hook's file, its $0. */
extern const char hook_prelude[];

#endif
