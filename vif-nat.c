// SPDX-License-Identifier: GPL-2.0-or-later
// Give a guest's network interface an address of its own behind the host, or take it back.
#include "common/dhcp.h"
#include "common/gateway.h"
#include "common/program.h"
#include "common/vif.h"

static int look_to_join(struct netlink *netlink, const struct request *request,
			struct facts *facts, struct error *err)
{
	struct routing routing;
	int rc = routing_by_number(request, &routing, err);

	if (!rc)
		rc = gateway_look(netlink, request, &routing, facts, err);
	return rc ? rc : dhcp_look_up(request, facts, err);
}

/* What makes no sense now made none then, and was not routed. */
static int look_to_leave(struct netlink *netlink, const struct request *request,
			 struct facts *facts, struct error *err)
{
	struct error nonsense = { 0 };
	struct routing routing;
	int rc;

	routing_by_number(request, &routing, &nonsense);
	rc = gateway_look_down(netlink, request, &routing, facts, err);
	return dhcp_look_down(request, facts, err) ? -err->code : rc;
}

static int plan_up(const struct request *request, const struct facts *facts, struct plan *plan,
		   struct error *err)
{
	unsigned mtu = request->mtu ? request->mtu : facts->link.mtu;
	struct link now, wanted;
	struct routing routing;
	struct traffic traffic;
	int rc = vif_want(request, facts, mtu, &wanted, err);

	if (!rc)
		rc = routing_by_number(request, &routing, err);
	if (rc)
		return rc;
	routing_want(facts, &wanted);
	now = vif_plan_prepare(facts, &wanted, true, plan);
	now = routing_plan_settings(facts, &routing, &now, &wanted, plan);
	traffic = routing_traffic(&routing);
	/* Before its link can carry a packet. */
	vif_plan_firewall(request, facts, &traffic, plan);
	routing_plan_join(request, facts, &routing, &now, &wanted, plan);
	/* Once it is up, for dhcpd opens the interface then. */
	rc = dhcp_plan_up(request, facts, &routing.guest[0], &routing.router, plan, err);
	if (rc)
		return rc;
	vif_plan_hooks(request, facts, plan);
	vif_plan_connected(request, facts, request->mtu, plan);
	return 0;
}

static void plan_down(const struct request *request, const struct facts *facts, struct plan *plan)
{
	struct error nonsense = { 0 };
	struct routing routing;

	dhcp_plan_down(request, facts, plan);
	routing_by_number(request, &routing, &nonsense);
	routing_plan_leave(request, facts, &routing, plan);
	vif_plan_no_firewall(request, facts, plan);
	vif_plan_hooks(request, facts, plan);
}

int main(int argc, char **argv)
{
	static const struct vif_program vif_nat = {
		.name = "vif-nat",
		.example = "ip=10.0.0.1",
		.look = look_to_join,
		.look_down = look_to_leave,
		.routed = true,
		.plan_up = plan_up,
		.plan_down = plan_down,
	};

	return vif_program_main(argc, argv, &vif_nat);
}
