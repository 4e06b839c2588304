// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define IP_FORWARD "net/ipv4/ip_forward"
#define IPV6_FORWARDING "net/ipv6/conf/all/forwarding"

/* ---- what is wanted ------------------------------------------------------------------------- */

/* What start sets one to, which its note does not say. The last part of a name is the setting. */
static int wished(const char *name)
{
	return strcmp(strrchr(name, '/'), "/accept_ra") ? 1 : 2;
}

static struct host_wish *want(struct host *host, const char *name, int now)
{
	struct host_wish *wish = &host->wishes[host->wish_count++];

	memset(wish, 0, sizeof(*wish));
	snprintf(wish->name, sizeof(wish->name), "%s", name);
	wish->now = now;
	wish->value = wished(name);
	return wish;
}

/* Only where it listens as yet, or did before we had a hand in it. */
static void want_routers(struct host *host)
{
	struct host_wish *wish;
	char name[FACTS_PATH];

	snprintf(name, sizeof(name), "net/ipv6/conf/%s/accept_ra", host->netdev.name);
	if (!(host->accept_ra == 1 && host->ipv6_forwarding == 0) &&
	    !note_find(&host->own, name) && !note_find(&host->other, name))
		return;
	wish = want(host, name, host->accept_ra);
	wish->of_netdev = true;
	wish->done = "listens to IPv6 routers all the same";
	wish->missing = "does not listen to IPv6 routers";
}

void host_want_forwarding(struct host *host)
{
	struct host_wish *wish = want(host, IP_FORWARD, host->ip_forward);

	wish->done = "IPv4 is forwarded";
	wish->missing = "IPv4 is not forwarded";
	if (!host->ipv6)
		return;
	want_routers(host);
	wish = want(host, IPV6_FORWARDING, host->ipv6_forwarding);
	wish->done = "IPv6 is forwarded";
	wish->missing = "IPv6 is not forwarded";
}

void host_want_proxy_arp(struct host *host)
{
	struct host_wish *wish;
	char name[FACTS_PATH];

	snprintf(name, sizeof(name), "net/ipv4/conf/%s/proxy_arp", host->netdev.name);
	wish = want(host, name, host->proxy_arp);
	wish->of_netdev = true;
	wish->done = "answers ARP requests for guests";
	wish->missing = "does not answer ARP requests for guests";
}

void host_want_masquerade(struct host *host)
{
	host->wants_rule = host->firewall.kind != FIREWALL_NONE;
}

static void make_rule(const char *netdev, const struct inet_prefix *subnet, bool wanted,
		      struct rule_set *set)
{
	rule_masquerade(netdev, subnet->family ? subnet : NULL, wanted, set);
}

void host_rule(const struct host *host, bool wanted, struct rule_set *set)
{
	make_rule(host->netdev.name, &host->subnet, wanted, set);
}

/* ---- what is noted -------------------------------------------------------------------------- */

/* What the kernel sets with all of a family's forwarding: the names begin alike. */
static void add_followers(const struct host *host, const char *name, struct note *note)
{
	for (size_t i = 0; i < host->followers.count; i++)
		if (!strncmp(host->followers.found[i].name, name, strlen("net/ipv4/")))
			note_add(note, &host->followers.found[i]);
}

static void copy_noted(const struct note *from, const char *name, struct note *to)
{
	for (const struct note_setting *setting = note_find(from, name); setting;
	     setting = note_next(from, setting))
		note_add(to, setting);
}

static void note_wish(struct host *host, const struct host_wish *wish)
{
	struct note_setting setting = { .value = wish->now, .now = wish->now };

	if (note_find(&host->own, wish->name)) {
		copy_noted(&host->own, wish->name, &host->next);
	} else if (note_find(&host->other, wish->name)) {
		copy_noted(&host->other, wish->name, &host->next);
	} else if (wish->now != wish->value) {
		memcpy(setting.name, wish->name, sizeof(setting.name));
		note_add(&host->next, &setting);
		if (!strcmp(wish->name, IP_FORWARD) || !strcmp(wish->name, IPV6_FORWARDING))
			add_followers(host, wish->name, &host->next);
	}
}

/* Whether the rule that is noted is the one that is wanted, and where. */
static bool is_noted_rule(const struct host *host)
{
	return host->wants_rule && host->own.rule == host->firewall.kind &&
	       !strcmp(host->own.netdev, host->netdev.name) &&
	       inet_equal(&host->own.subnet, &host->subnet);
}

int host_settle(struct host *host, struct error *err)
{
	struct text text = TEXT_IN(host->next_text);
	struct note *next = &host->next;

	memset(next, 0, sizeof(*next));
	next->exists = true;
	memcpy(next->netdev, host->netdev.name, IFNAMSIZ);
	next->subnet = host->subnet;
	next->ipv6 = host->ipv6;
	next->rule = FIREWALL_NONE;
	if (host->wants_rule && (is_noted_rule(host) || !host->masqueraded))
		next->rule = host->firewall.kind;
	for (size_t i = 0; i < host->wish_count; i++) {
		if (host->wishes[i].now < 0)
			return error_set(err, ENOENT, "there is no setting %s",
					 host->wishes[i].name);
		note_wish(host, &host->wishes[i]);
	}
	serve_settle(&host->serve, next);
	note_print(next, host->program, &text);
	return 0;
}

/* ---- plans ---------------------------------------------------------------------------------- */

void host_plan_note(const struct host *host, struct plan *plan)
{
	plan_file(plan, host->path, host->own_text, host->next_text);
}

/*
 * Only what is still as start set it: else it is an admin's by now, or gone. What the kernel
 * changes with a setting is put back behind it. Of that only such was noted as will not be as it
 * was by itself, and all of it is on or off. With the setting on, it is as it was found.
 */
static void put_back(const struct host *host, const struct note_setting *setting, struct plan *plan)
{
	const struct note_setting *next = setting;

	if (setting->now != wished(setting->name))
		return;
	plan_setting(plan, setting->name, setting->now, setting->value);
	while ((next = note_next(&host->own, next)))
		if (next->now == next->value)
			plan_setting(plan, next->name, !next->value, next->value);
}

/* The last one first. */
static void put_all_back(const struct host *host, const struct note *but, struct plan *plan)
{
	for (size_t i = host->own.count; i > 0; i--) {
		const struct note_setting *setting = &host->own.found[i - 1];

		if (!setting->follows && !note_find(but, setting->name) &&
		    !note_find(&host->other, setting->name))
			put_back(host, setting, plan);
	}
}

void host_plan_settings(const struct host *host, struct plan *plan)
{
	put_all_back(host, &host->next, plan);
	for (size_t i = 0; i < host->wish_count; i++)
		plan_setting(plan, host->wishes[i].name, host->wishes[i].now,
			     host->wishes[i].value);
}

static void plan_noted_rule_away(const struct host *host, struct plan *plan)
{
	make_rule(host->own.netdev, &host->own.subnet, false, &plan->rules[1]);
	plan_rules(plan, &host->noted_firewall, &plan->rules[1], false);
}

void host_plan_masquerade(const struct host *host, struct plan *plan)
{
	if (host->wants_rule && !host->masqueraded) {
		host_rule(host, true, &plan->rules[0]);
		plan_rules(plan, &host->firewall, &plan->rules[0], false);
	}
	if (host->own.rule != FIREWALL_NONE && !is_noted_rule(host))
		plan_noted_rule_away(host, plan);
}

void host_plan_dhcp(const struct host *host, struct plan *plan)
{
	serve_plan_start(&host->serve, plan);
}

void host_plan_settings_back(const struct host *host, struct plan *plan)
{
	static const struct note none;

	put_all_back(host, &none, plan);
}

void host_plan_no_masquerade(const struct host *host, struct plan *plan)
{
	if (host->own.exists) {
		if (host->own.rule != FIREWALL_NONE)
			plan_noted_rule_away(host, plan);
	} else if (host->masqueraded) {
		host_rule(host, false, &plan->rules[0]);
		plan_rules(plan, &host->firewall, &plan->rules[0], false);
	}
}

void host_plan_no_dhcp(const struct host *host, struct plan *plan)
{
	serve_plan_stop(&host->serve, &host->own, plan);
}

void host_plan_no_note(const struct host *host, struct plan *plan)
{
	plan_file(plan, host->path, host->own_text, NULL);
}

/* ---- status --------------------------------------------------------------------------------- */

static bool tell_wish(const struct host *host, const struct host_wish *wish, struct text *out)
{
	bool done = wish->now == wish->value;
	const char *words = done ? wish->done : wish->missing;

	if (wish->of_netdev)
		text_add(out, "%s ", host->netdev.name);
	text_add(out, "%s\n", words);
	return done;
}

static bool tell_rule(const struct host *host, struct text *out)
{
	char subnet[INET_TEXT];

	text_add(out, "what ");
	if (host->subnet.family) {
		inet_print(&host->subnet, subnet);
		text_add(out, "%s/%u sends ", subnet, host->subnet.len);
	} else {
		text_add(out, "is sent ");
	}
	text_add(out, "through %s %s its address\n", host->netdev.name,
		 host->masqueraded ? "gets" : "does not get");
	return host->masqueraded;
}

bool host_status(const struct host *host, struct text *out)
{
	bool complete = true;

	if (!*host->netdev.name) {
		text_add(out, "netdev is not set, and there is no default route\n");
		return false;
	}
	if (!host->netdev.index) {
		text_add(out, "there is no interface %s\n", host->netdev.name);
		complete = false;
	}
	for (size_t i = 0; i < host->wish_count; i++)
		complete &= tell_wish(host, &host->wishes[i], out);
	if (host->wants_rule)
		complete &= tell_rule(host, out);
	complete &= serve_status(&host->serve, out);
	return complete;
}
