// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve.h"

#include <string.h>
#include <sys/socket.h>

const struct inet_prefix serve_usual_subnet = { AF_INET, 16, { 10 } };

/* What start found declared, it neither adds nor notes; what an earlier one added, it keeps. */
static bool is_noted(const struct serve *serve)
{
	return *serve->noted && serve->by == NOTE_DHCP_DHCPD &&
	       !strcmp(serve->noted_dhcpd.entries, serve->dhcpd.entries) &&
	       inet_equal(&serve->noted_subnet, &serve->subnet);
}

void serve_settle(struct serve *serve, struct note *next)
{
	struct text config = TEXT_IN(serve->next_config);
	struct text line = TEXT_IN(serve->line);

	if (serve->by == NOTE_DHCP_NOBODY)
		return;
	dnsmasq_conf_own(&serve->subnet, &serve->resolv, &config);
	dhcpd_subnet_line(&serve->subnet, &serve->resolv, &line);
	next->dhcp = serve->by;
	if (serve->by == NOTE_DHCP_DHCPD && (!serve->declared || is_noted(serve)))
		memcpy(next->line, serve->dhcpd.entries, sizeof(next->line));
}

static void plan_noted_line_away(const struct serve *serve, struct plan *plan)
{
	if (*serve->noted)
		plan_subnet(plan, &serve->noted_dhcpd, &serve->noted_subnet, serve->noted, NULL);
}

static void plan_own_dnsmasq(const struct serve *serve, struct plan *plan)
{
	const char *config = serve->by == NOTE_DHCP_DNSMASQ ? serve->next_config : NULL;
	bool as_it_was = config && serve->config && !strcmp(config, serve->config);

	if (serve->runs && !as_it_was)
		plan_dnsmasq(plan, serve->program, false);
	plan_file(plan, DNSMASQ_OWN_CONFIG, serve->config, config);
	if (config && !(serve->runs && as_it_was))
		plan_dnsmasq(plan, serve->program, true);
}

void serve_plan_start(const struct serve *serve, struct plan *plan)
{
	if (!is_noted(serve))
		plan_noted_line_away(serve, plan);
	plan_own_dnsmasq(serve, plan);
	if (serve->by == NOTE_DHCP_DHCPD && !serve->declared)
		plan_subnet(plan, &serve->dhcpd, &serve->subnet, NULL, serve->line);
}

void serve_plan_stop(const struct serve *serve, const struct note *own, struct plan *plan)
{
	if (serve->runs || serve->config)
		plan_dnsmasq(plan, serve->program, false);
	plan_file(plan, DNSMASQ_OWN_CONFIG, serve->config, NULL);
	if (own->exists)
		plan_noted_line_away(serve, plan);
	else if (serve->by == NOTE_DHCP_DHCPD && *serve->found)
		plan_subnet(plan, &serve->dhcpd, &serve->subnet, serve->found, NULL);
}

bool serve_status(const struct serve *serve, struct text *out)
{
	char subnet[INET_TEXT];

	inet_print(&serve->subnet, subnet);
	switch (serve->by) {
	case NOTE_DHCP_DNSMASQ:
		text_add(out, "dnsmasq %s guests' DHCP requests\n",
			 serve->runs ? "answers" : "does not run to answer");
		return serve->runs;
	case NOTE_DHCP_DHCPD:
		text_add(out, "dhcpd %s %s/%u\n", serve->declared ? "knows" : "does not know",
			 subnet, serve->subnet.len);
		return serve->declared;
	case NOTE_DHCP_NOBODY:
		break;
	}
	return true;
}
