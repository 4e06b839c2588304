// SPDX-License-Identifier: GPL-2.0-or-later
// Have the host route its guests' packets, as vif-route needs it, or no longer.
#include "common/host.h"
#include "common/network.h"

static void want(struct host *host)
{
	host_want_forwarding(host);
	host_want_proxy_arp(host);
}

static void plan_start(const struct host *host, struct plan *plan)
{
	/* Before anything changes. */
	host_plan_note(host, plan);
	host_plan_settings(host, plan);
}

static void plan_stop(const struct host *host, struct plan *plan)
{
	host_plan_settings_back(host, plan);
	host_plan_no_note(host, plan);
}

int main(int argc, char **argv)
{
	static const struct network_program network_route = {
		.name = "network-route",
		.purpose = "Has the host route its guests' packets (see vif-route), or no longer.",
		.partner = "network-nat",
		.want = want,
		.plan_start = plan_start,
		.plan_stop = plan_stop,
	};

	return network_program_main(argc, argv, &network_route);
}
