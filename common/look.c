// SPDX-License-Identifier: GPL-2.0-or-later
#include "look.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "firewall.h"
#include "link.h"
#include "log.h"
#include "netlink.h"
#include "store.h"
#include "vif.h"

static const char *backend(const struct look *look)
{
	return request_get(look->request, KEY_XENBUS_PATH);
}

static int read_key(struct look *look, enum key key, struct error *err)
{
	int rc = store_read(look->tools->store, backend(look), request_key_name(key),
			    &look->values[key], err);

	request_store(look->request, key, look->values[key]);
	return rc;
}

static bool listed(char *const *names, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

/* Only what is there is read, for each node takes a round trip. */
static int read_listed(struct look *look, char *const *names, unsigned count, struct error *err)
{
	static const enum key wanted[] = { KEY_BRIDGE, KEY_GATEWAYDEV, KEY_IP,
					   KEY_MAC, KEY_MTU, KEY_VIFNAME, KEY_VLAN };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(wanted) && !rc; i++)
		if (listed(names, count, request_key_name(wanted[i])))
			rc = read_key(look, wanted[i], err);
	if (!rc && listed(names, count, "hotplug-error"))
		rc = store_read(look->tools->store, backend(look), "hotplug-error",
				&look->facts->stale_error, err);
	return rc;
}

static int read_frontend(struct look *look, struct error *err)
{
	char frontend[FACTS_PATH];

	if (look->request->type == TYPE_TAP)
		return 0;
	vif_frontend(look->request, frontend);
	return store_read(look->tools->store, frontend, "mtu", &look->facts->frontend_mtu, err);
}

static int read_backend(struct look *look, struct error *err)
{
	char **names;
	unsigned count;
	int rc = store_list(look->tools->store, backend(look), &names, &count, err);

	if (!rc && !names)
		rc = error_set(err, ENOENT, "there is no %s in xenstore", backend(look));
	if (!rc)
		rc = read_listed(look, names, count, err);
	free(names);
	return rc ? rc : read_frontend(look, err);
}

/* What xenstore says of the interface completes the request. */
static int read_for_up(struct look *look, struct error *err)
{
	int rc;

	if (!look->request->has_path)
		return 0;
	rc = store_open(&look->tools->store, look->request->timeout, err);
	return rc ? rc : read_backend(look, err);
}

/* Nodes that are gone are no hindrance to taking the rest away. */
static int read_for_down(struct look *look, struct error *err)
{
	bool hooks = look->facts->hook_count;
	int rc;

	if (!look->request->has_path)
		return 0;
	rc = store_open(&look->tools->store, look->request->timeout, err);
	if (!rc)
		rc = read_key(look, KEY_VIFNAME, err);
	if (!rc && hooks)
		rc = read_key(look, KEY_BRIDGE, err);
	if (!rc && (hooks || look->routed))
		rc = read_key(look, KEY_IP, err);
	if (!rc && look->routed)
		rc = read_key(look, KEY_GATEWAYDEV, err);
	return rc;
}

/* A link under the wanted name: ours, from an earlier run, or somebody else's; else untouched. */
static int look_for_wanted(struct look *look, struct link *other, struct error *err)
{
	if (!strcmp(look->request->wanted, look->request->device))
		return 0;
	return link_by_name(look->tools->netlink, look->request->wanted, other, err);
}

static int look_for_link_up(struct look *look, struct error *err)
{
	struct netlink *netlink = look->tools->netlink;
	struct facts *facts = look->facts;
	struct link other = { 0 };
	int rc = link_by_name(netlink, look->request->device, &facts->link, err);

	if (!rc)
		rc = look_for_wanted(look, &other, err);
	if (rc)
		return rc;
	if (!facts->link.index && vif_owns(look->request, &other))
		facts->link = other;
	else
		facts->namesake = other;
	if (facts->link.index || facts->namesake.index)
		return 0;
	return link_wait(netlink, look->request->device, look->request->timeout, &facts->link, err);
}

/*
 * Under its own name, or the one that xenstore says it has, which is asked only when need be.
 * What xenstore does not answer is kept for the end.
 */
static int look_for_link_down(struct look *look, struct error *err)
{
	struct facts *facts = look->facts;
	struct link other = { 0 };
	int rc = link_by_name(look->tools->netlink, look->request->device, &facts->link, err);
	bool found = !rc && vif_owns(look->request, &facts->link);
	int store_rc;

	if (rc || (found && !facts->hook_count && !look->routed))
		return rc;
	store_rc = read_for_down(look, err);
	rc = request_check(look->request, err);
	if (rc || found)
		return rc ? rc : store_rc;
	rc = look_for_wanted(look, &other, err);
	facts->link = (struct link){ 0 };
	if (vif_owns(look->request, &other))
		facts->link = other;
	else
		facts->namesake = other;
	return rc ? rc : store_rc;
}

/* The bridge that the link is in already: its name is needed for the way back. */
static int look_for_master(struct look *look, struct error *err)
{
	struct facts *facts = look->facts;
	struct link *link = &facts->link;

	if (link->master && link->master == facts->bridge.index)
		memcpy(link->master_name, facts->bridge.name, IFNAMSIZ);
	else if (link->master)
		return link_master_name(look->tools->netlink, link, err);
	return 0;
}

/* What hooks are told of the host: its first IPv4 address on the bridge. */
static int look_for_main_ip(struct look *look, struct error *err)
{
	struct address addresses[FACTS_ADDRESSES];
	struct facts *facts = look->facts;
	size_t count;
	int rc;

	if (!facts->hook_count || !facts->bridge.index)
		return 0;
	rc = address_list(look->tools->netlink, &facts->bridge, addresses, FACTS_ADDRESSES, &count,
			  err);
	for (size_t i = 0; !rc && i < count && !*facts->main_ip; i++)
		if (addresses[i].local.family == AF_INET)
			inet_print(&addresses[i].local, facts->main_ip);
	return rc;
}

static int look_for_firewall(struct look *look, struct error *err)
{
	struct tools *tools = look->tools;
	int rc = firewall_open(&tools->firewall, look->request->timeout, err);

	if (!rc)
		firewall_look(tools->firewall, look->request->firewall, &look->facts->firewall);
	return rc;
}

static int look_for_guard(struct look *look, struct error *err)
{
	return firewall_look_at_guard(look->tools->firewall, vif_name(look->request, look->facts),
				      &look->facts->guard, err);
}

/* Who does not ask for a guard shall not fail for want of one. */
static int look_for_guard_up(struct look *look, struct error *err)
{
	struct error own = { 0 };
	int rc = look_for_guard(look, &own);

	if (rc && look->request->antispoof == TOGGLE_ON)
		return error_set(err, own.code, "%s", own.text);
	if (rc)
		log_line(LOG_WARNING, "%s", own.text);
	return 0;
}

int look_up(struct look *look, look_further further, struct error *err)
{
	struct facts *facts = look->facts;
	int rc = read_for_up(look, err);

	if (!rc)
		rc = request_check(look->request, err);
	if (!rc)
		rc = netlink_open(&look->tools->netlink, NETLINK_ROUTE, look->request->timeout, err);
	if (!rc)
		rc = look_for_link_up(look, err);
	if (!rc && !facts->namesake.index)
		rc = address_list(look->tools->netlink, &facts->link, facts->addresses,
				  FACTS_ADDRESSES, &facts->address_count, err);
	if (!rc)
		rc = further(look->tools->netlink, look->request, facts, err);
	if (!rc)
		rc = look_for_master(look, err);
	if (!rc)
		rc = look_for_main_ip(look, err);
	if (!rc)
		rc = look_for_firewall(look, err);
	if (rc)
		return rc;
	firewall_warn(look->tools->firewall, &facts->firewall);
	return look_for_guard_up(look, err);
}

int look_down(struct look *look, look_further further, struct error *err)
{
	int firewall_rc = look_for_firewall(look, err), further_rc = 0;
	struct error nonsense = { 0 };
	int rc = netlink_open(&look->tools->netlink, NETLINK_ROUTE, look->request->timeout, err);

	if (!rc)
		rc = look_for_link_down(look, err);
	if (!firewall_rc)
		firewall_rc = look_for_guard(look, err);
	/* A list that makes no sense made none before, so that nothing came of it. */
	if (look->routed && request_check_ips(look->request, &nonsense))
		log_line(LOG_DEBUG, "%s", nonsense.text);
	if (further && look->tools->netlink)
		further_rc = further(look->tools->netlink, look->request, look->facts, err);
	return rc || firewall_rc || further_rc ? -err->code : 0;
}

void look_close(struct look *look)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		free(look->values[i]);
	free(look->facts->frontend_mtu);
	free(look->facts->stale_error);
}
