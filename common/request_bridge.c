// SPDX-License-Identifier: GPL-2.0-or-later
// What network-bridge is asked for: is it a thing that can be done?
#include <errno.h>
#include <string.h>

#include "request.h"
#include "request_part.h"

#define CARRIER 10u		/* seconds, as the scripts waited */
#define SECONDS_MAX 300u
#define VIFNUM_MAX 9999u	/* vif0.9999 */

static const char *const styles[STYLES] = {
	[STYLE_VETH] = "veth", [STYLE_BRIDGE] = "bridge", [STYLE_PLAIN] = "plain",
};

const char *request_style_name(enum style style)
{
	return styles[style];
}

bool request_style(const char *name, enum style *style)
{
	for (size_t i = 0; i < STYLES; i++)
		if (!strcmp(styles[i], name)) {
			*style = (enum style)i;
			return true;
		}
	return false;
}

static int check_name(const struct request *request, enum key key, char out[static IFNAMSIZ],
		      struct error *err)
{
	const char *name = request_get(request, key);

	return name ? inet_interface_name(request_key_name(key), name, "", out, err) : 0;
}

static int check_style(struct request *request, struct error *err)
{
	const char *name = request_get(request, KEY_STYLE);

	request->has_style = name;
	if (name && !request_style(name, &request->style))
		return error_set(err, EINVAL, "style='%.60s' is none of veth, bridge, plain", name);
	return 0;
}

static int check_numbers(struct request *request, struct error *err)
{
	unsigned vifnum, carrier = CARRIER, confirm = 0;
	int rc = request_number(request, KEY_VIFNUM, 0, VIFNUM_MAX, &vifnum, err);

	if (!rc)
		rc = request_number(request, KEY_CARRIER, 0, SECONDS_MAX, &carrier, err);
	if (!rc)
		rc = request_number(request, KEY_CONFIRM, 1, SECONDS_MAX, &confirm, err);
	request->vifnum = !rc && request_get(request, KEY_VIFNUM) ? (int)vifnum : -1;
	request->carrier = (int)carrier;
	request->confirm = (int)confirm;
	return rc;
}

static int check_toggles(struct request *request, struct error *err)
{
	int rc = request_toggle(request, KEY_ANTISPOOF, &request->antispoof, err);

	if (!rc)
		rc = request_toggle(request, KEY_FORCE, &request->force, err);
	/* "auto" leaves it to the first guest with VLANs. */
	return rc ? rc : request_vlan_filtering(request, TOGGLE_OFF, err);
}

int request_check_bridge(struct request *request, struct error *err)
{
	int rc = check_name(request, KEY_NETDEV, request->netdev, err);

	if (!rc)
		rc = check_name(request, KEY_BRIDGE, request->bridge, err);
	if (!rc)
		rc = check_style(request, err);
	if (!rc)
		rc = check_numbers(request, err);
	if (!rc)
		rc = check_toggles(request, err);
	return rc ? rc : request_firewall(request, err);
}
