// SPDX-License-Identifier: GPL-2.0-or-later
// What the vif programs and bridge.c refer to, but planning never calls.
#ifndef UNCALLED_H
#define UNCALLED_H

#include "tests/unit/test.h"

#include <errno.h>

#include "common/gateway.h"
#include "common/link.h"
#include "common/uplink_port.h"
#include "common/vlan_link.h"

static int called(struct error *err)
{
	fail_msg("called while planning");
	return error_set(err, EINVAL, "called while planning");
}

int gateway_look(struct netlink *netlink, const struct request *request,
		 const struct routing *routing, struct facts *facts, struct error *err)
{
	(void)netlink, (void)request, (void)routing, (void)facts;
	return called(err);
}

int gateway_look_down(struct netlink *netlink, const struct request *request,
		      const struct routing *routing, struct facts *facts, struct error *err)
{
	return gateway_look(netlink, request, routing, facts, err);
}

void gateway_look_ifup(const struct request *request, struct facts *facts)
{
	struct error err = { 0 };

	(void)request, (void)facts;
	called(&err);
}

int link_by_name(struct netlink *netlink, const char *name, struct link *link, struct error *err)
{
	(void)netlink, (void)name, (void)link;
	return called(err);
}

int link_bridges(struct netlink *netlink, struct link *first, char names[][IFNAMSIZ], size_t max,
		 size_t *count, struct error *err)
{
	(void)netlink, (void)first, (void)names, (void)max, (void)count;
	return called(err);
}

int link_by_index(struct netlink *netlink, int index, struct link *link, struct error *err)
{
	(void)index;
	return link_by_name(netlink, "", link, err);
}

int vlan_link_read(struct netlink *netlink, int index, struct vlan_set *vlans, struct error *err)
{
	(void)netlink, (void)index, (void)vlans;
	return called(err);
}

int uplink_port_find(struct netlink *netlink, const struct link *bridge, int guest,
		     struct uplink *uplink, struct error *err)
{
	(void)netlink, (void)bridge, (void)guest, (void)uplink;
	return called(err);
}

int uplink_port_remembered(struct netlink *netlink, struct facts *facts, struct error *err)
{
	return uplink_port_find(netlink, &facts->bridge, 0, NULL, err);
}
#endif
