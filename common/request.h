// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked of a program, by command line, environment, config file and xenstore. Pure.
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>

#include "error.h"
#include "facts.h"
#include "inet.h"
#include "style.h"
#include "vlan.h"

#define REQUEST_TIMEOUT 15		/* seconds, when not set */

/* Where a value came from; a later one wins over an earlier one. */
enum source {
	SOURCE_FILE = 1 << 0,
	SOURCE_ENVIRONMENT = 1 << 1,
	SOURCE_ARGUMENT = 1 << 2,
	SOURCE_STORE = 1 << 3,
};

enum key {
	KEY_ANTISPOOF,
	KEY_BRIDGE,
	KEY_CARRIER,
	KEY_CONFIRM,
	KEY_CONNTRACK,
	KEY_DHCP,
	KEY_FIREWALL,
	KEY_FORCE,
	KEY_GATEWAY6,
	KEY_GATEWAYDEV,
	KEY_INTERFACE,
	KEY_IP,
	KEY_IPV6,
	KEY_ISOLATED,
	KEY_LEARNING,
	KEY_MAC,
	KEY_MTU,
	KEY_NEIGH,
	KEY_NEIGH_SUPPRESS,
	KEY_NETDEV,
	KEY_SCRIPT,
	KEY_STYLE,
	KEY_SUBNET,
	KEY_TIMEOUT,
	KEY_TYPE_IF,
	KEY_VERBOSE,
	KEY_VIF,
	KEY_VIFNAME,
	KEY_VIFNUM,
	KEY_VLAN,
	KEY_VLAN_FILTERING,
	KEY_VLAN_UPLINK,
	KEY_XENBUS_BASE_PATH,
	KEY_XENBUS_PATH,
	KEY_XENBUS_TYPE,
	KEY_COUNT
};

enum command {
	COMMAND_NONE,
	COMMAND_ONLINE, COMMAND_OFFLINE, COMMAND_ADD, COMMAND_REMOVE,	/* of an interface */
	COMMAND_START, COMMAND_STOP, COMMAND_STATUS,			/* of the host's network */
	COMMAND_RESTART, COMMAND_RECOVER,
};
enum vif_type { TYPE_VIF, TYPE_TAP };

struct setting {
	const char *value;	/* NULL: not set; never empty; not owned */
	enum source source;
};

struct request {
	struct setting settings[KEY_COUNT];
	const char *word;	/* the command as it was given, or NULL */
	const char *section;	/* which of several of the program's sections counts, or NULL */
	bool dry_run;
	bool help;
	bool json;
	bool version;

	/* Set by request_check_command or request_check_host_command. */
	enum command command;
	enum vif_type type;

	/* Set by request_check_path. */
	bool has_path;		/* there is an XENBUS_PATH: domid and devid are known */
	unsigned domid;
	unsigned devid;

	/* Set by request_check_run. */
	int timeout;		/* seconds */
	enum toggle verbose;

	/* Set by request_check. */
	char device[IFNAMSIZ];	/* as netback or QEMU named it: vif1.0, vif1.0-emu */
	char wanted[IFNAMSIZ];	/* the name it shall have; device's when no vifname is set */
	char bridge[IFNAMSIZ];	/* or "" */
	char bridge_base[IFNAMSIZ];	/* the bridge when there is none of that name, or "" */
	struct vlan_set bridge_vlans;	/* and the VLANs that its name has behind it */
	struct vlan_set vlans;	/* empty: not set */
	struct inet_prefix ips[REQUEST_IPS];
	size_t ip_count;
	uint8_t mac[MAC_LEN];	/* the guest's, when has_mac */
	bool has_mac;
	unsigned mtu;		/* bytes; 0: as the bridge */
	enum toggle isolated;
	enum toggle learning;
	enum toggle neigh_suppress;
	enum toggle vlan_filtering;	/* TOGGLE_ON: turned on if need be */
	enum toggle vlan_uplink;
	enum toggle antispoof;
	enum firewall_kind firewall;	/* checked for taking down, too */

	/* Set by request_check_network, as is firewall. */
	char netdev[IFNAMSIZ];	/* or "" */
	struct inet_prefix subnet;	/* IPv4; family 0: not set */
	enum toggle ipv6;

	/* Set by request_check_bridge, as are netdev, bridge, firewall, antispoof and vlan_filtering. */
	enum style style;
	bool has_style;
	int vifnum;		/* -1: not set */
	int carrier;		/* seconds */
	int confirm;		/* seconds; 0: not set */
	enum toggle force;
};

/*
 * Take what concerns us from an environment (environ(7)). Unknown names are other people's.
 * Nothing is checked yet.
 */
void request_environment(struct request *request, char *const *environment);

/*
 * Read the command line: options, KEY=VALUE words, and one word that is the command. -EINVAL for
 * an unknown option or key and for a second command; what follows such a word is read all the
 * same, for it may say how the error is to be reported.
 */
int request_arguments(struct request *request, int argc, char *const *argv,
		      struct error *err) MUST_CHECK;

/*
 * Read a config file's text, which is cut into pieces and must live as long as the request.
 * Lines before the first [section] and those in [program] count, and those in [program SECTION] if
 * that is request->section. A value may stand in quotes.
 * -EINVAL names `file` and the line.
 */
int request_file(struct request *request, const char *program, const char *file, char *text,
		 struct error *err) MUST_CHECK;

/* The names of the file's sections [program NAME], in their order; of `text` nothing is cut. */
size_t request_sections(const char *program, const char *text, char names[][IFNAMSIZ], size_t max);

/* Set a value that the name of a file's section says: it wins over the file's lines. It must live on. */
void request_section(struct request *request, enum key key, const char *value);

/* Take a value from the backend's directory; `value` may be NULL and must live on. */
void request_store(struct request *request, enum key key, const char *value);

/* A setting's value or NULL, and a key's name ("bridge"). */
const char *request_get(const struct request *request, enum key key);
const char *request_key_name(enum key key);

/* A command's name as the hooks and scripts know it. */
const char *request_command_name(enum command command);

/*
 * Check the command of a program for the host, which has those of `commands`, up to COMMAND_NONE.
 * -EINVAL with the scripts' message.
 */
int request_check_host_command(struct request *request, const enum command *commands,
			       struct error *err) MUST_CHECK;

/* Check the settings of a program for the host. -EINVAL or -ENAMETOOLONG names the setting. */
int request_check_network(struct request *request, struct error *err) MUST_CHECK;

/* A style's name; the style of a name, if there is such. */
const char *request_style_name(enum style style);
bool request_style(const char *name, enum style *style);

/* Check the settings of network-bridge. -EINVAL or -ENAMETOOLONG names the setting. */
int request_check_bridge(struct request *request, struct error *err) MUST_CHECK;

/* Check the command and type_if. -EINVAL with the scripts' messages. */
int request_check_command(struct request *request, struct error *err) MUST_CHECK;

/*
 * Whether there is anything to do: libxl uses online and offline for a vif, add and remove for a
 * tap, and udev once ran the other combinations too (vif-common.sh exits 0 there).
 */
bool request_is_ours(const struct request *request);

/* Whether an interface is to be brought up (online, add) rather than taken down. */
bool request_is_up(const struct request *request);

/*
 * Check XENBUS_PATH, relative or absolute: …/vif/DOMID/DEVID. None at all is no error.
 * -EINVAL quotes it.
 */
int request_check_path(struct request *request, struct error *err) MUST_CHECK;

/*
 * Check what the program itself goes by, before it looks at anything: timeout and verbose.
 * -EINVAL names the setting.
 */
int request_check_run(struct request *request, struct error *err) MUST_CHECK;

/*
 * Check `ip` into ips and ip_count, which hold what was good also after an error: request_check
 * does not do it in taking down, where only some have a use for it.
 */
int request_check_ips(struct request *request, struct error *err) MUST_CHECK;

/*
 * Check the rest, once everything is in. What is of no use in taking an interface down is not
 * looked at then. -EINVAL or -ENAMETOOLONG names the setting.
 */
int request_check(struct request *request, struct error *err) MUST_CHECK;

#endif
