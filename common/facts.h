// SPDX-License-Identifier: GPL-2.0-or-later
// What was seen of the host before anything is planned. Plain data, no functions.
#ifndef FACTS_H
#define FACTS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inet.h"
#include "vlan.h"

#define LINK_ALIAS_SIZE 256	/* IFALIASZ of linux/if.h, terminator included */
#define FACTS_ADDRESSES 32	/* on one link; more are refused */
#define FACTS_BRIDGES 16	/* named in the warning about several bridges */
#define FACTS_HOOKS 32
#define FACTS_ROUTES 256		/* to one link; more are refused */
#define FACTS_NEIGHBOURS (2 * (REQUEST_IPS + 1))	/* two for each of a guest's addresses */
#define FACTS_PATH 256		/* a file's name */
#define FACTS_UPLINKS 32	/* bridges' physical ports that guests' VLANs were added to */
#define FACTS_DHCP_ENTRY 256	/* what a DHCP server is told of one guest */
#define REQUEST_IPS 64		/* entries in one `ip` */

/* A setting of which it may be unknown, or unsaid, whether it is on. */
enum toggle { TOGGLE_UNSET = -1, TOGGLE_OFF = 0, TOGGLE_ON = 1 };

/* A bridge port's flags, as bridge(8) names them. */
struct port_flags {
	bool isolated;
	bool learning;
	bool neigh_suppress;
};

/* How a port begins, and what a link that is no port counts as having (br_if.c, new_nbp). */
#define PORT_FLAGS_DEFAULT ((struct port_flags){ .learning = true })

/* A network link, or one side of a change to it. */
struct link {
	int index;			/* 0: there is no such link */
	char name[IFNAMSIZ];
	char kind[IFNAMSIZ];		/* "bridge", "veth", "tun", …; "" for hardware and netback */
	char alias[LINK_ALIAS_SIZE];
	char parent[IFNAMSIZ];		/* its device on its bus: netback's is vif-DOMID-DEVID */
	uint8_t mac[MAC_LEN];
	unsigned mtu;			/* bytes */
	int master;			/* the index of the bridge it is a port of, or 0 */
	char master_name[IFNAMSIZ];
	bool is_ethernet;
	bool up;
	bool running;			/* up, and with a carrier */
	bool no_arp;
	bool no_multicast;
	unsigned txqlen;		/* packets */
	int peer;			/* a veth's other end, what a VLAN is on …; 0: none, or elsewhere */
	int addr_gen;			/* IN6_ADDR_GEN_MODE_*, or -1: no IPv6 on this link */
	struct port_flags port;
	enum toggle vlan_filtering;	/* of a bridge; TOGGLE_UNSET: the kernel knows no such thing */
	unsigned default_pvid;		/* of a bridge: the VLAN that a new port gets; 0: none */
};

/* An address on a link, with all that is needed to put it back. */
struct address {
	int link;			/* index */
	char link_name[IFNAMSIZ];
	struct inet_prefix local;	/* the host's side; len is the prefix's */
	struct inet_prefix peer;	/* the other side, when has_peer */
	struct inet_prefix broadcast;	/* when has_broadcast */
	bool has_peer;
	bool has_broadcast;
	char label[IFNAMSIZ];		/* "" for IPv6 */
	uint8_t scope;			/* RT_SCOPE_* */
	uint8_t protocol;		/* IFAPROT_*: who made it; 0 for an admin */
	uint32_t flags;			/* IFA_F_* */
	uint32_t valid;			/* seconds; UINT32_MAX: for ever */
	uint32_t preferred;		/* the same, never more than valid */
};

/* Where the accept rules go, and whose words they are printed in: those of `tool`, for IPv4 and IPv6. */
enum firewall_kind { FIREWALL_AUTO, FIREWALL_NFTABLES, FIREWALL_IPTABLES, FIREWALL_NONE };

struct firewall_facts {
	enum firewall_kind kind;	/* never FIREWALL_AUTO, once looked at */
	const char *tool[2];
};

/* The addresses and prefixes that a guest may use; none: any. Not owned. */
struct traffic {
	const struct inet_prefix *ips;
	size_t count;
	bool bridged;		/* through a bridge, and not routed */
	bool tagged;		/* some of it with a VLAN tag */
};

#define TRAFFIC_IPS (REQUEST_IPS + 1)	/* at most: all in `ip`, and one that vif-nat gives */
#define GUARD_IPS (TRAFFIC_IPS + 1)	/* and the link-local address of the MAC */

/* What an interface may send (guard.h), or that it may send anything. */
struct guard {
	char device[IFNAMSIZ];
	bool present;		/* it is in the guard's sets */
	bool hooked;		/* and its frames go through the guard */
	bool damaged;		/* some of it is missing */
	bool bridged;
	bool is_trunk;		/* frames may have a VLAN tag */
	bool is_tap;		/* the vif's other form: nothing of its own, all of the vif's */
	bool is_free;		/* any address that is nobody else's */
	uint8_t mac[MAC_LEN];
	struct inet_prefix ips[GUARD_IPS];
	size_t ip_count;
};

/* A route to a link, without a router between. */
struct route {
	int link;			/* index */
	char link_name[IFNAMSIZ];
	struct inet_prefix to;
	struct inet_prefix source;	/* the host's address for it; family 0: none in particular */
	uint32_t metric;
	uint8_t protocol;		/* RTPROT_*: who made it */
};

/* A neighbour that an admin, or we, have set: one whose MAC is fixed, or one that is proxied. */
struct neighbour {
	int link;			/* index */
	char link_name[IFNAMSIZ];
	struct inet_prefix ip;
	bool proxy;			/* the host answers for it on that link */
	uint8_t mac[MAC_LEN];		/* unless proxy */
};

/* A bridge's physical port, to which guests' VLANs are added. */
struct uplink {
	int index;			/* 0: there is no such port */
	char name[IFNAMSIZ];
	struct vlan_set present;	/* its VLANs */
	struct vlan_set added;		/* those that were added for guests */
	struct vlan_set used;		/* those of the bridge's other ports but the guest's own */
};

/* The DHCP servers that can be told of a guest. */
enum dhcp_kind { DHCP_DHCPD, DHCP_DNSMASQ, DHCP_KINDS };

/* One of them on this host, and what it has been told of this guest. */
struct dhcp_server {
	enum dhcp_kind kind;
	char entries[FACTS_PATH];	/* dhcpd.conf; with dnsmasq the guest's own file */
	char lists[FACTS_PATH];		/* the file with dhcpd's list of interfaces, or "" */
	char control[FACTS_PATH];	/* dhcpd: see service_find; dnsmasq: its pid file, or "" */
	char entry[FACTS_DHCP_ENTRY];	/* the guest's, or "" */
	bool listed;			/* its interface is in that list */
	char leases[FACTS_PATH];	/* dnsmasq's file of them, or "" */
	char holder[MAC_TEXT];		/* who had the guest's address before it and is gone, or "" */
};

/* All that a vif program looked at. */
struct facts {
	struct link link;		/* the guest's interface: a vif or a tap */
	struct link namesake;		/* another link that has the name wanted for it */
	struct link bridge;
	char bridges[FACTS_BRIDGES][IFNAMSIZ];	/* when none was named: those there are */
	size_t bridge_count;
	bool bridge_split;		/* the bridge is the request's bridge_base */
	struct vlan_set vlans;		/* link's, when it is a port of a bridge and they matter */
	unsigned left_pvid;		/* the default_pvid of a bridge that link is to leave */
	struct uplink uplinks[FACTS_UPLINKS];
	size_t uplink_count;
	struct address addresses[FACTS_ADDRESSES];	/* on link */
	size_t address_count;
	/* Of a routed interface: */
	struct link gateway;		/* the way to the LAN; its name also when there is no such */
	struct address gateway_address;	/* the first IPv4 address there; family 0: none */
	bool has_ipv6;			/* link has IPv6, or will have it */
	bool gateway_has_ipv6;
	int proxy_arp;			/* link's settings, -1: there is no such */
	int accept_ra;
	int proxy_ndp;			/* gateway's */
	struct route routes[FACTS_ROUTES];	/* to link */
	size_t route_count;
	struct neighbour neighbours[FACTS_NEIGHBOURS];	/* the guest's, on link and gateway */
	size_t neighbour_count;
	char ifup[FACTS_PATH];		/* the folder of the ifup that is to be used, or "" */
	char hooks[FACTS_HOOKS][FACTS_PATH];	/* executable ones, in the order to run */
	size_t hook_count;
	char main_ip[INET_TEXT];	/* the host's own address on the bridge, for the hooks */
	bool has_bash;
	struct firewall_facts firewall;
	struct guard guard;		/* as it is now */
	char *frontend_mtu;		/* the frontend's mtu key, or NULL */
	char *stale_error;		/* hotplug-error of an earlier run, or NULL */
	struct dhcp_server dhcp[DHCP_KINDS];	/* those that the guest's entry goes to, or is in */
	size_t dhcp_count;
};

#endif
