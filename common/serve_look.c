// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve_look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dhcp.h"
#include "dhcpd.h"
#include "dnsmasq.h"
#include "dnsmasq_own.h"
#include "file.h"
#include "log.h"

/* ---- who is to serve ------------------------------------------------------------------------ */

static int need_dnsmasq(struct serve *serve, struct error *err)
{
	serve->by = NOTE_DHCP_DNSMASQ;
	return dnsmasq_program() ? 0 : error_set(err, ENOENT, "dnsmasq is not installed");
}

static int need_dhcpd(struct serve *serve, struct error *err)
{
	serve->by = NOTE_DHCP_DHCPD;
	return *serve->dhcpd.entries ? 0 : dhcpd_find(&serve->dhcpd, err);
}

typedef int (*need)(struct serve *serve, struct error *err);

static int need_any(struct serve *serve, need first, need second, struct error *err)
{
	struct error absent[2] = { 0 };

	if (!first(serve, &absent[0]) || !second(serve, &absent[1]))
		return 0;
	return error_set(err, ENOENT, "there is neither a dnsmasq nor a dhcpd (dhcp=no does "
			 "without)");
}

static int choose(enum dhcp_wish wish, struct serve *serve, struct error *err)
{
	switch (wish) {
	case DHCP_BY_DNSMASQ:
		return need_dnsmasq(serve, err);
	case DHCP_BY_DHCPD:
		return need_dhcpd(serve, err);
	case DHCP_YES:
		if (!dnsmasq_is_set_up())
			return need_any(serve, need_dnsmasq, need_dhcpd, err);
		log_line(LOG_DEBUG, "the host's own dnsmasq is set up to be told of guests");
		return 0;
	case DHCP_AS_CONFIGURED:
		return dhcpd_is_configured() ? need_any(serve, need_dhcpd, need_dnsmasq, err) : 0;
	case DHCP_NO:
		break;
	}
	return 0;
}

static int choose_for(const struct request *request, const struct note *own, struct serve *serve,
		      struct error *err)
{
	struct error absent = { 0 };
	enum dhcp_wish wish;
	int rc = dhcp_wish(request, &wish, err);

	if (rc)
		return rc;
	if (request->command == COMMAND_START)
		return choose(wish, serve, err);
	/* One that is not there does not serve, and needs no end. */
	if (own->exists && (wish == DHCP_AS_CONFIGURED || request->command == COMMAND_STOP))
		serve->by = own->dhcp;
	else if (choose(wish, serve, &absent))
		log_line(LOG_DEBUG, "%s", absent.text);
	return 0;
}

/* ---- what there is -------------------------------------------------------------------------- */

/* Those that stand in for the first where the host's resolver is one of its own. */
static int read_resolv(struct serve *serve, struct error *err)
{
	static const char *const paths[] = {
		"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf",
		"/run/NetworkManager/no-stub-resolv.conf",
	};
	struct resolv resolv;
	char *text;

	for (size_t i = 0; i < ARRAY_SIZE(paths) && !serve->resolv.count; i++) {
		int rc = file_read(paths[i], &text, err);

		if (rc)
			return rc;
		resolv_parse(text, &resolv);
		free(text);
		if (!*resolv.domain)
			memcpy(resolv.domain, serve->resolv.domain, sizeof(resolv.domain));
		serve->resolv = resolv;
	}
	if (!serve->resolv.count)
		log_line(LOG_WARNING, "%s names no server that guests can ask by IPv4: they are told "
			 "of none", paths[0]);
	return 0;
}

static int look_at_dhcpd(struct serve *serve, const struct note *own, struct error *err)
{
	char *text = NULL;
	int rc = 0;

	if (*serve->dhcpd.entries)
		rc = file_read(serve->dhcpd.entries, &text, err);
	if (!rc && text) {
		serve->declared = dhcpd_subnet_is_declared(text, &serve->subnet);
		dhcpd_subnet_find(text, &serve->subnet, serve->found, sizeof(serve->found));
	}
	free(text);
	if (rc || !*own->line)
		return rc;
	serve->noted_dhcpd = serve->dhcpd;
	memcpy(serve->noted_dhcpd.entries, own->line, sizeof(own->line));
	rc = file_read(own->line, &text, err);
	if (!rc && text)
		dhcpd_subnet_find(text, &serve->noted_subnet, serve->noted, sizeof(serve->noted));
	free(text);
	return rc;
}

int serve_look(const struct request *request, const struct note *own,
	       const struct inet_prefix *subnet, struct serve *serve, struct error *err)
{
	struct error ignored = { 0 };
	const char *program = dnsmasq_program();
	int rc;

	serve->subnet = subnet->family ? *subnet : serve_usual_subnet;
	serve->noted_subnet = own->subnet.family ? own->subnet : serve_usual_subnet;
	serve->program = program ? program : "dnsmasq";
	if (dhcpd_find(&serve->dhcpd, &ignored))
		memset(&serve->dhcpd, 0, sizeof(serve->dhcpd));
	rc = choose_for(request, own, serve, err);
	if (!rc)
		rc = look_at_dhcpd(serve, own, err);
	if (!rc)
		rc = file_read(DNSMASQ_OWN_CONFIG, &serve->config, err);
	serve->runs = dnsmasq_own_runs();
	if (rc || request->command != COMMAND_START || serve->by == NOTE_DHCP_NOBODY)
		return rc;
	return read_resolv(serve, err);
}
