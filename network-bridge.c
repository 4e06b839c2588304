// SPDX-License-Identifier: GPL-2.0-or-later
// Put the host's own network device on a bridge for its guests, and take it off again, without
// cutting the host off.
#include "common/dance.h"
#include "common/network_bridge.h"

static void plan_start(struct dance *dance, struct plan *plan)
{
	/* Whatever happens from here on, recover knows the way back. */
	dance_plan_journal(dance, plan);
	/* The host talks on through netdev. */
	dance_plan_bridge(dance, plan);
	dance_plan_front(dance, plan);
	dance_plan_ifdown(dance, plan);
	/* It cannot talk. */
	dance_plan_nic_away(dance, plan);
	dance_plan_front_on(dance, plan);
	/* It talks again, through the bridge, as soon as its addresses and routes are there. */
	dance_plan_to_front(dance, plan);
	dance_plan_antispoof(dance, plan);
	dance_plan_confirm(dance, plan);
	dance_plan_journal_done(dance, plan);
}

/* From wherever start was, too. */
static void plan_stop(struct dance *dance, struct plan *plan)
{
	dance_plan_journal(dance, plan);
	dance_plan_settings_back(dance, plan);
	dance_plan_ifdown(dance, plan);
	dance_plan_front_away(dance, plan);
	dance_plan_nic_on(dance, plan);
	dance_plan_to_nic(dance, plan);
	dance_plan_no_antispoof(dance, plan);
	dance_plan_clear_away(dance, plan);
	dance_plan_journal_done(dance, plan);
}

int main(int argc, char **argv)
{
	static const struct network_bridge network_bridge = {
		.plan_start = plan_start,
		.plan_stop = plan_stop,
	};

	return network_bridge_run(argc, argv, &network_bridge);
}
