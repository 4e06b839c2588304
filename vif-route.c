// SPDX-License-Identifier: GPL-2.0-or-later
// Route a guest's addresses to its network interface, or no longer; as vif-route-ifup, have the
// host's ifup configure the interface first.
#include <string.h>

#include "common/gateway.h"
#include "common/program.h"
#include "common/vif.h"

static int look_to_join(struct netlink *netlink, const struct request *request,
			struct facts *facts, struct error *err)
{
	struct routing routing;
	int rc = routing_of_entries(request, &routing, err);

	return rc ? rc : gateway_look(netlink, request, &routing, facts, err);
}

/* What makes no sense now made none then, and was not routed. */
static int look_to_leave(struct netlink *netlink, const struct request *request,
			 struct facts *facts, struct error *err)
{
	struct error nonsense = { 0 };
	struct routing routing;

	routing_of_entries(request, &routing, &nonsense);
	return gateway_look_down(netlink, request, &routing, facts, err);
}

/* vif-route-ifup: the same, with the addresses that the host's own configuration gives. */
static int look_for_ifup(struct netlink *netlink, const struct request *request,
			 struct facts *facts, struct error *err)
{
	gateway_look_ifup(request, facts);
	return look_to_join(netlink, request, facts, err);
}

static int look_for_ifdown(struct netlink *netlink, const struct request *request,
			   struct facts *facts, struct error *err)
{
	gateway_look_ifup(request, facts);
	return look_to_leave(netlink, request, facts, err);
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
		rc = routing_of_entries(request, &routing, err);
	if (!rc)
		rc = routing_by_gateway(request, facts, &routing, err);
	if (rc)
		return rc;
	routing_want(facts, &wanted);
	now = vif_plan_prepare(facts, &wanted, true, plan);
	now = routing_plan_settings(facts, &routing, &now, &wanted, plan);
	traffic = routing_traffic(&routing);
	/* Before its link can carry a packet. */
	vif_plan_firewall(request, facts, &traffic, plan);
	routing_plan_join(request, facts, &routing, &now, &wanted, plan);
	vif_plan_hooks(request, facts, plan);
	vif_plan_connected(request, facts, request->mtu, plan);
	return 0;
}

static void plan_down(const struct request *request, const struct facts *facts, struct plan *plan)
{
	struct error nonsense = { 0 };
	struct routing routing;

	routing_of_entries(request, &routing, &nonsense);
	routing_plan_leave(request, facts, &routing, plan);
	vif_plan_no_firewall(request, facts, plan);
	vif_plan_hooks(request, facts, plan);
}

int main(int argc, char **argv)
{
	static const struct vif_program programs[] = {
		{
			.name = "vif-route",
			.example = "ip=192.168.1.21",
			.look = look_to_join,
			.look_down = look_to_leave,
			.routed = true,
			.plan_up = plan_up,
			.plan_down = plan_down,
		},
		{
			.name = "vif-route-ifup",
			.example = "ip=192.168.1.21",
			.look = look_for_ifup,
			.look_down = look_for_ifdown,
			.routed = true,
			.plan_up = plan_up,
			.plan_down = plan_down,
		},
	};
	const char *slash = strrchr(argv[0], '/');
	bool by_ifup = !strcmp(slash ? slash + 1 : argv[0], programs[1].name);

	return vif_program_main(argc, argv, &programs[by_ifup]);
}
