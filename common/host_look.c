// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_look.h"

#include <dirent.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "firewall.h"
#include "gateway.h"
#include "link.h"
#include "log.h"
#include "netlink.h"
#include "serve_look.h"
#include "sysctl.h"

/* ---- the notes ------------------------------------------------------------------------------ */

static int read_note(const char *program, char path[static FACTS_PATH], char **text,
		     struct note *note, struct error *err)
{
	int rc;

	snprintf(path, FACTS_PATH, HOST_DIRECTORY "/%s.state", program);
	rc = file_read(path, text, err);
	return rc ? rc : note_parse(path, *text, note, err);
}

static int read_notes(struct host *host, struct error *err)
{
	char path[FACTS_PATH], *text = NULL;
	int rc = read_note(host->partner, path, &text, &host->other, err);

	free(text);
	return rc ? rc : read_note(host->program, host->path, &host->own_text, &host->own, err);
}

/* What is not said anew is as it was at start; a new start says all anew. */
static void complete(const struct request *request, struct host *host)
{
	bool anew = request->command == COMMAND_START || !host->own.exists;

	host->subnet = request->subnet;
	host->ipv6 = request->ipv6 == TOGGLE_ON;
	memcpy(host->netdev.name, request->netdev, IFNAMSIZ);
	if (anew)
		return;
	if (!host->subnet.family)
		host->subnet = host->own.subnet;
	if (request->ipv6 == TOGGLE_UNSET)
		host->ipv6 = host->own.ipv6;
	if (!*host->netdev.name)
		memcpy(host->netdev.name, host->own.netdev, IFNAMSIZ);
}

/* ---- the device ----------------------------------------------------------------------------- */

static int look_for_netdev(struct netlink *netlink, struct host *host, struct error *err)
{
	char name[IFNAMSIZ];
	int rc;

	if (!*host->netdev.name)
		return gateway_default(netlink, &host->netdev, err);
	memcpy(name, host->netdev.name, IFNAMSIZ);
	rc = link_by_name(netlink, name, &host->netdev, err);
	memcpy(host->netdev.name, name, IFNAMSIZ);
	return rc;
}

static int check_netdev(const struct host *host, struct error *err)
{
	if (!*host->netdev.name)
		return error_set(err, ENODEV, "netdev is not set, and there is no default route");
	if (!host->netdev.index)
		return error_set(err, ENODEV, "there is no interface %s", host->netdev.name);
	return 0;
}

/* ---- settings ------------------------------------------------------------------------------- */

static int read_of_netdev(const struct host *host, const char *family, const char *setting,
			  int *value, struct error *err)
{
	char name[FACTS_PATH];

	*value = -1;
	if (!host->netdev.index)
		return 0;
	snprintf(name, sizeof(name), "net/%s/conf/%s/%s", family, host->netdev.name, setting);
	return sysctl_read(name, value, err);
}

static int read_noted(struct note *note, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < note->count && !rc; i++)
		rc = sysctl_read(note->found[i].name, &note->found[i].now, err);
	return rc;
}

static void add_follower(const char *name, int lost, struct note *followers, struct error *err)
{
	struct note_setting setting = { .follows = true };

	if (sysctl_read(name, &setting.now, err) || setting.now != lost)
		return;
	setting.value = setting.now;
	snprintf(setting.name, sizeof(setting.name), "%s", name);
	note_add(followers, &setting);
}

/* Interfaces that forward by themselves, which they do no longer when forwarding is put back. */
static void look_for_forwarders(const char *family, struct note *followers, struct error *err)
{
	char path[FACTS_PATH], name[FACTS_PATH];
	const char *device;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf", family);
	directory = opendir(path);
	if (!directory)
		return;
	while (!file_next_name(directory, path, &device, err) && device) {
		if (*device == '.' || !strcmp(device, "all"))
			continue;
		if (snprintf(name, sizeof(name), "net/%s/conf/%s/forwarding", family, device) <
		    FACTS_PATH)
			add_follower(name, 1, followers, err);
	}
	closedir(directory);
}

/*
 * What the kernel changes by itself when forwarding is switched on and off again: IPv4 redirects
 * are accepted then, and no interface forwards (net/ipv4/devinet.c, inet_forward_change;
 * net/ipv6/addrconf.c, addrconf_forward_change).
 */
static void look_for_followers(struct host *host, struct error *err)
{
	if (host->ip_forward == 0) {
		add_follower("net/ipv4/conf/all/accept_redirects", 0, &host->followers, err);
		look_for_forwarders("ipv4", &host->followers, err);
	}
	if (host->ipv6 && host->ipv6_forwarding == 0)
		look_for_forwarders("ipv6", &host->followers, err);
}

static int read_settings(struct host *host, struct error *err)
{
	int rc = sysctl_read("net/ipv4/ip_forward", &host->ip_forward, err);

	if (!rc)
		rc = sysctl_read("net/ipv6/conf/all/forwarding", &host->ipv6_forwarding, err);
	if (!rc)
		rc = read_of_netdev(host, "ipv4", "proxy_arp", &host->proxy_arp, err);
	if (!rc)
		rc = read_of_netdev(host, "ipv6", "accept_ra", &host->accept_ra, err);
	if (!rc)
		rc = read_noted(&host->own, err);
	if (!rc)
		look_for_followers(host, err);
	return rc ? rc : -err->code;
}

/* ---- the firewall --------------------------------------------------------------------------- */

/* Without an iptables to go by, a rule is as good in the one as in the other. */
static void choose_firewall(const struct request *request, struct firewall *firewall,
			    struct host *host)
{
	enum firewall_kind asked = request->firewall;

	if (asked == FIREWALL_AUTO && request->command != COMMAND_START &&
	    host->own.rule != FIREWALL_NONE)
		asked = host->own.rule;
	firewall_look(firewall, asked, &host->firewall);
	if (host->firewall.kind == FIREWALL_NONE && asked == FIREWALL_AUTO)
		firewall_look(firewall, FIREWALL_NFTABLES, &host->firewall);
}

static int look_at_firewall(const struct request *request, struct firewall *firewall,
			    struct host *host, struct error *err)
{
	struct rule_set set;

	choose_firewall(request, firewall, host);
	host->noted_firewall = host->firewall;
	if (host->own.rule != FIREWALL_NONE && host->own.rule != host->firewall.kind)
		firewall_look(firewall, host->own.rule, &host->noted_firewall);
	if (!*host->netdev.name)
		return 0;
	host_rule(host, true, &set);
	return firewall_has(firewall, &host->firewall, &set, &host->masqueraded, err);
}

int host_look(const struct request *request, struct tools *tools, struct host *host,
	      struct error *err)
{
	int rc = read_notes(host, err);

	if (!rc)
		rc = netlink_open(&tools->netlink, NETLINK_ROUTE, request->timeout, err);
	if (!rc)
		rc = firewall_open(&tools->firewall, request->timeout, err);
	if (rc)
		return rc;
	complete(request, host);
	rc = look_for_netdev(tools->netlink, host, err);
	if (!rc && request->command == COMMAND_START)
		rc = check_netdev(host, err);
	if (!rc)
		rc = read_settings(host, err);
	if (rc || !host->masquerades)
		return rc;
	rc = look_at_firewall(request, tools->firewall, host, err);
	return rc ? rc : serve_look(request, &host->own, &host->subnet, &host->serve, err);
}
