// SPDX-License-Identifier: GPL-2.0-or-later
// Plug a guest's network interface into a bridge, or take it out.
#include "common/bridge.h"
#include "common/program.h"
#include "common/vif.h"

static int plan_up(const struct request *request, const struct facts *facts, struct plan *plan,
		   struct error *err)
{
	const struct traffic traffic = {
		request->ips, request->ip_count, .bridged = true,
		.tagged = vlan_has_tagged(bridge_vlans(request, facts)),
	};
	struct link now, wanted;
	int rc = vif_want(request, facts, bridge_port_mtu(request, facts), &wanted, err);

	if (rc)
		return rc;
	bridge_want(request, facts, &wanted);
	now = vif_plan_prepare(facts, &wanted, false, plan);
	/* Before its port can carry a frame. */
	vif_plan_firewall(request, facts, &traffic, plan);
	bridge_plan_join(request, facts, &now, &wanted, plan);
	vif_plan_hooks(request, facts, plan);
	vif_plan_connected(request, facts, wanted.mtu, plan);
	return 0;
}

static void plan_down(const struct request *request, const struct facts *facts, struct plan *plan)
{
	bridge_plan_leave(facts, plan);
	vif_plan_no_firewall(request, facts, plan);
	vif_plan_hooks(request, facts, plan);
}

int main(int argc, char **argv)
{
	static const struct vif_program vif_bridge = {
		.name = "vif-bridge",
		.example = "bridge=xenbr0",
		.look = bridge_look,
		.look_down = bridge_look_down,
		.plan_up = plan_up,
		.plan_down = plan_down,
	};

	return vif_program_main(argc, argv, &vif_bridge);
}
