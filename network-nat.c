// SPDX-License-Identifier: GPL-2.0-or-later
// Have guests go out under the host's address, as vif-nat needs it, or no longer.
#include "common/host.h"
#include "common/network.h"

static void want(struct host *host)
{
	host_want_forwarding(host);
	host_want_masquerade(host);
}

static void plan_start(const struct host *host, struct plan *plan)
{
	/* Before anything changes. */
	host_plan_note(host, plan);
	/* Before a packet can leave with a guest's address. */
	host_plan_masquerade(host, plan);
	host_plan_settings(host, plan);
	host_plan_dhcp(host, plan);
}

static void plan_stop(const struct host *host, struct plan *plan)
{
	host_plan_no_dhcp(host, plan);
	host_plan_settings_back(host, plan);
	host_plan_no_masquerade(host, plan);
	host_plan_no_note(host, plan);
}

int main(int argc, char **argv)
{
	static const struct network_program network_nat = {
		.name = "network-nat",
		.purpose = "Has guests go out under the host's address (see vif-nat), or no longer.",
		.partner = "network-route",
		.masquerades = true,
		.want = want,
		.plan_start = plan_start,
		.plan_stop = plan_stop,
	};

	return network_program_main(argc, argv, &network_nat);
}
