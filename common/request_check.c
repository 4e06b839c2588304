// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked for, once all of it is in: is it a thing that can be done?
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "request.h"
#include "request_part.h"

#define DOMID_MAX 0x7fefu	/* below DOMID_FIRST_RESERVED, xen/include/public/xen.h */
#define DEVID_MAX 0xffffu
#define MTU_MIN 68u		/* ETH_MIN_MTU and ETH_MAX_MTU, linux/if_ether.h */
#define MTU_MAX 65535u
#define TIMEOUT_MAX 39u		/* libxl kills a script after 40 s (LIBXL_HOTPLUG_TIMEOUT) */

/*
 * A whole number in [min, max] from the start of `text` up to `end` (NULL: to its end). Digits
 * alone, and no zero in front: "007" in a path would be another node than "7".
 */
static bool parse_number(const char *text, const char *end, unsigned min, unsigned max,
			 unsigned *out)
{
	size_t len = end ? (size_t)(end - text) : strlen(text);
	unsigned value = 0;

	if (!len || len > 9 || (len > 1 && *text == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

/* A xenstore path's characters and length: docs/misc/xenstore.txt, "Communication with xenstore". */
static bool is_store_path(const char *path)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-/_@";
	size_t len = strlen(path);

	return len < FACTS_PATH / 2 && path[strspn(path, allowed)] == '\0' &&
	       !strstr(path, "//") && path[len - 1] != '/';
}

/* The last slash of `path` before `end`, or NULL. */
static const char *slash_before(const char *path, const char *end)
{
	while (end > path)
		if (*--end == '/')
			return end;
	return NULL;
}

int request_check_path(struct request *request, struct error *err)
{
	const char *path = request_get(request, KEY_XENBUS_PATH);
	const char *dev, *dom, *type, *class;

	request->has_path = false;
	if (!path)
		return 0;
	dev = strrchr(path, '/');
	dom = dev ? slash_before(path, dev) : NULL;
	type = dom ? slash_before(path, dom) : NULL;
	class = type ? type + 1 : path;
	if (!is_store_path(path) || !dom || dom - class != 3 || memcmp(class, "vif", 3) ||
	    !parse_number(dom + 1, dev, 0, DOMID_MAX, &request->domid) ||
	    !parse_number(dev + 1, NULL, 0, DEVID_MAX, &request->devid))
		return error_set(err, EINVAL, "XENBUS_PATH='%.120s' is not a backend's directory "
				 "(…/vif/DOMID/DEVID)", path);
	request->has_path = true;
	return 0;
}

int request_number(const struct request *request, enum key key, unsigned min, unsigned max,
		   unsigned *out, struct error *err)
{
	const char *value = request_get(request, key);

	if (value && !parse_number(value, NULL, min, max, out))
		return error_set(err, EINVAL, "%s='%.60s' is not a number from %u to %u",
				 request_key_name(key), value, min, max);
	return 0;
}

int request_toggle(const struct request *request, enum key key, enum toggle *out,
		   struct error *err)
{
	static const struct {
		const char *word;
		enum toggle value;
	} words[] = {
		{ "yes", TOGGLE_ON }, { "on", TOGGLE_ON }, { "true", TOGGLE_ON },
		{ "1", TOGGLE_ON }, { "no", TOGGLE_OFF }, { "off", TOGGLE_OFF },
		{ "false", TOGGLE_OFF }, { "0", TOGGLE_OFF },
	};
	const char *value = request_get(request, key);

	*out = TOGGLE_UNSET;
	if (!value)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(value, words[i].word)) {
			*out = words[i].value;
			return 0;
		}
	return error_set(err, EINVAL, "%s='%.60s' is neither yes nor no", request_key_name(key), value);
}

int request_firewall(struct request *request, struct error *err)
{
	static const char *const words[] = {
		[FIREWALL_AUTO] = "auto", [FIREWALL_NFTABLES] = "nftables",
		[FIREWALL_IPTABLES] = "iptables", [FIREWALL_NONE] = "none",
	};
	const char *value = request_get(request, KEY_FIREWALL);

	request->firewall = FIREWALL_AUTO;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!value || !strcmp(value, words[i])) {
			request->firewall = (enum firewall_kind)i;
			return 0;
		}
	return error_set(err, EINVAL, "firewall='%.60s' is none of auto, nftables, iptables, none",
			 value);
}

/* The interface's first name: as the caller says, else as XENBUS_PATH implies. */
static int check_device(struct request *request, struct error *err)
{
	bool tap = request->type == TYPE_TAP;
	const char *suffix = tap ? EMU_SUFFIX : "";
	enum key key = tap ? KEY_INTERFACE : KEY_VIF;
	const char *name = request_get(request, key);

	if (name)
		return inet_interface_name(request_key_name(key), name, "", request->device, err);
	if (!request->has_path)
		return error_set(err, EINVAL, "%s is not set: name the interface (%s=vif1.0%s) or "
				 "its directory in xenstore (XENBUS_PATH=backend/vif/1/0)",
				 request_key_name(key), request_key_name(key), suffix);
	if (snprintf(request->device, IFNAMSIZ, "vif%u.%u%s", request->domid, request->devid,
		     suffix) >= IFNAMSIZ)
		return error_set(err, ENAMETOOLONG, "vif%u.%u%s is too long for an interface name",
				 request->domid, request->devid, suffix);
	return 0;
}

/*
 * vifname and its form for the tap. libxl sets INTERFACE in the vif pass too when a tap follows:
 * a name that is too long for that is refused before the first pass changes anything.
 */
static int check_wanted(struct request *request, struct error *err)
{
	const char *name = request_get(request, KEY_VIFNAME);
	bool emulated = request_get(request, KEY_INTERFACE) || request->type == TYPE_TAP;
	char with_suffix[IFNAMSIZ];
	int rc;

	if (!name) {
		memcpy(request->wanted, request->device, IFNAMSIZ);
		return 0;
	}
	rc = inet_interface_name("vifname", name, emulated ? EMU_SUFFIX : "", with_suffix, err);
	if (rc)
		return rc;
	return inet_interface_name("vifname", name, request->type == TYPE_TAP ? EMU_SUFFIX : "",
				   request->wanted, err);
}

/*
 * A bridge's name, or one with VLANs behind it, or what may be either; a colon is in no interface's
 * name.
 */
static int check_bridge(struct request *request, struct error *err)
{
	const char *name = request_get(request, KEY_BRIDGE);
	size_t len = name ? vlan_split_bridge(name, &request->bridge_vlans) : 0;
	struct error nonsense = { 0 };
	bool may_be_whole = name && strlen(name) < IFNAMSIZ && !strchr(name, ':');
	char base[256];
	int rc = 0;

	request->bridge[0] = request->bridge_base[0] = '\0';
	snprintf(base, sizeof(base), "%.*s", (int)len, len ? name : "");
	if (len)
		rc = inet_interface_name("bridge", base, "", request->bridge_base,
					 may_be_whole ? &nonsense : err);
	if (name && (may_be_whole || !len))
		rc = inet_interface_name("bridge", name, "", request->bridge, err);
	return rc;
}

static int check_names(struct request *request, struct error *err)
{
	const char *type = request_get(request, KEY_XENBUS_TYPE);
	int rc = check_device(request, err);

	if (!rc && type && strcmp(type, "vif"))
		rc = error_set(err, EINVAL, "XENBUS_TYPE='%.60s': only vif is known here", type);
	if (!rc)
		rc = check_wanted(request, err);
	return rc ? rc : check_bridge(request, err);
}

int request_check_ips(struct request *request, struct error *err)
{
	const char *ip = request_get(request, KEY_IP);

	request->ip_count = 0;
	if (ip && inet_parse_list(ip, request->ips, REQUEST_IPS, &request->ip_count, err))
		return error_prefix(err, "ip");
	return 0;
}

static int check_mac(struct request *request, struct error *err)
{
	const char *mac = request_get(request, KEY_MAC);

	request->has_mac = mac;
	if (mac && inet_parse_mac(mac, request->mac, err))
		return error_prefix(err, "mac");
	return 0;
}

/* What a guest may send. It is known by its MAC; without one there is nothing to hold it to. */
static int check_guest(struct request *request, struct error *err)
{
	int rc = request_check_ips(request, err);

	if (!rc)
		rc = check_mac(request, err);
	if (!rc)
		rc = request_toggle(request, KEY_ANTISPOOF, &request->antispoof, err);
	if (!rc && request->antispoof == TOGGLE_ON && !request->has_mac)
		rc = error_set(err, EINVAL, "antispoof=yes needs the guest's MAC address, and mac is "
			       "not set");
	return rc;
}

int request_vlan_filtering(struct request *request, enum toggle automatic, struct error *err)
{
	const char *value = request_get(request, KEY_VLAN_FILTERING);
	struct error unknown = { 0 };

	request->vlan_filtering = automatic;
	if (value && !strcmp(value, "auto"))
		return 0;
	if (request_toggle(request, KEY_VLAN_FILTERING, &request->vlan_filtering, &unknown))
		return error_set(err, EINVAL, "vlan_filtering='%.60s' is none of auto, yes, no", value);
	return 0;
}

static int check_vlans(struct request *request, struct error *err)
{
	const char *value = request_get(request, KEY_VLAN);
	int rc;

	memset(&request->vlans, 0, sizeof(request->vlans));
	if (value && vlan_parse(value, &request->vlans, err))
		return error_prefix(err, "vlan='%.60s'", value);
	rc = request_vlan_filtering(request, TOGGLE_ON, err);
	return rc ? rc : request_toggle(request, KEY_VLAN_UPLINK, &request->vlan_uplink, err);
}

/* What a port shall be like: of use only when it is brought up. */
static int check_port(struct request *request, struct error *err)
{
	int rc = check_guest(request, err);

	if (!rc)
		rc = request_number(request, KEY_MTU, MTU_MIN, MTU_MAX, &request->mtu, err);
	if (!rc)
		rc = request_toggle(request, KEY_ISOLATED, &request->isolated, err);
	if (!rc)
		rc = request_toggle(request, KEY_LEARNING, &request->learning, err);
	if (!rc)
		rc = request_toggle(request, KEY_NEIGH_SUPPRESS, &request->neigh_suppress, err);
	return rc ? rc : check_vlans(request, err);
}

int request_check_run(struct request *request, struct error *err)
{
	unsigned timeout = REQUEST_TIMEOUT;
	int rc = request_number(request, KEY_TIMEOUT, 1, TIMEOUT_MAX, &timeout, err);

	request->timeout = (int)timeout;
	if (!rc && request->json && request->command != COMMAND_STATUS)
		rc = error_set(err, EINVAL, "--json is for status alone");
	return rc ? rc : request_toggle(request, KEY_VERBOSE, &request->verbose, err);
}

int request_check(struct request *request, struct error *err)
{
	int rc = check_names(request, err);

	if (!rc)
		rc = request_firewall(request, err);
	return rc || !request_is_up(request) ? rc : check_port(request, err);
}

static int check_subnet(struct request *request, struct error *err)
{
	const char *subnet = request_get(request, KEY_SUBNET);

	if (!subnet)
		return 0;
	if (inet_parse(subnet, &request->subnet, err))
		return error_prefix(err, "subnet");
	if (request->subnet.family != AF_INET)
		return error_set(err, EINVAL, "subnet='%.60s' is not of IPv4", subnet);
	request->subnet = inet_mask(&request->subnet);
	return 0;
}

int request_check_network(struct request *request, struct error *err)
{
	const char *netdev = request_get(request, KEY_NETDEV);
	int rc = request_firewall(request, err);

	if (!rc && request->json)
		rc = error_set(err, EINVAL, "unknown option: --json");
	if (!rc && netdev)
		rc = inet_interface_name("netdev", netdev, "", request->netdev, err);
	if (!rc)
		rc = check_subnet(request, err);
	return rc ? rc : request_toggle(request, KEY_IPV6, &request->ipv6, err);
}
