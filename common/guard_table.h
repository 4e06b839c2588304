// SPDX-License-Identifier: GPL-2.0-or-later
// The guard's tables in nf_tables: what guests may send, and that nobody else may use what is
// theirs. They are written down in nft(8)'s language, once, and both printed and compiled from
// that; all guests share them. Pure.
//
// The guard stands at the door: family netdev, hook ingress, a chain per port that goes to the
// common ones. What a bridge keeps for itself (01:80:c2:00:00:0X: STP, LLDP …) passes none of its
// own hooks, but is learned from and can carry IP to the host (net/bridge/br_input.c,
// br_handle_frame); and routed ports have no bridge.
#ifndef GUARD_TABLE_H
#define GUARD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "text.h"

#define GUARD_TABLE "xen_guard"	/* in each family */
#define GUARD_KEY 32		/* bytes: an interface's name and an IPv6 address */
#define GUARD_FIELDS 2		/* that make up a key */
#define GUARD_MATCHES 8		/* in one rule */
#define GUARD_NAME 48		/* bytes of a set's or chain's, or of a value in a rule */

/* What the elements of a set are. A concatenation's parts fill whole words of 4 bytes each. */
enum guard_key {
	GUARD_PORT,		/* a port's name, 16 bytes */
	GUARD_PORT_MAC,
	GUARD_PORT_IP4,
	GUARD_PORT_IP6,
	GUARD_IP4,
	GUARD_IP6,
	GUARD_PORT_RAW48,	/* as PORT_MAC, PORT_IP6 and IP6, for fields that nft cannot name */
	GUARD_PORT_RAW128,
	GUARD_RAW128,
};

enum guard_family {
	GUARD_DOOR,	/* netdev: what comes from a guarded port */
	GUARD_BRIDGE,	/* bridge: what comes from other guests' ports */
	GUARD_HOST,	/* inet: what comes from anywhere else and is routed */
	GUARD_FAMILIES
};

struct guard_set {
	const char *name;
	enum guard_key key;
	bool interval;		/* of prefixes */
	bool counter;		/* one for each element */
	bool everywhere;	/* in all families, and not in the door's alone */
};

/* How nf_tables and nft see such a key. */
struct guard_key_type {
	const char *text;	/* "type ifname . ether_addr" */
	const void *notes;	/* what nft wants to find in the set's user data */
	size_t notes_len;
	uint32_t type;		/* nft's number of it (its include/datatype.h) */
	bool port;		/* it begins with a port's name */
	uint8_t fields[GUARD_FIELDS];	/* bytes each; 0: there are no more */
};

enum guard_load { GUARD_LOAD_NOTHING, GUARD_LOAD_META, GUARD_LOAD_PAYLOAD };

struct guard_field {
	enum guard_load load;
	uint32_t from;		/* NFT_META_*, or NFT_PAYLOAD_*_HEADER */
	uint32_t offset, len;	/* bytes */
};

/* One condition: what is loaded, and what it is compared with or looked up in. */
struct guard_match {
	struct guard_field fields[GUARD_FIELDS];
	size_t count;
	bool masked;
	uint8_t mask[16];
	uint32_t operator;	/* NFT_CMP_* */
	char set[GUARD_NAME];	/* "": compare */
	uint8_t value[16];
	uint32_t value_len;	/* less than the field's, for the beginning of a name */
};

struct guard_rule {
	struct guard_match matches[GUARD_MATCHES];
	size_t count;
	bool counter;
	int verdict;			/* NF_ACCEPT, NF_DROP or NFT_GOTO, to … */
	char chain[GUARD_NAME];
};

struct guard_chain {
	const char *name;
	bool hooked;			/* to prerouting; else others go to it */
	const char *const *rules;	/* in nft's language, up to NULL */
};

struct guard_table {
	uint8_t family;			/* NFPROTO_* */
	const char *word;		/* nft's */
	const struct guard_chain *chains;
	size_t chain_count;
};

#define GUARD_PRIORITY (-300)	/* before all of an admin's own chains */

extern const struct guard_set guard_sets[];
extern const size_t guard_set_count;
extern const struct guard_table guard_tables[GUARD_FAMILIES];

/* Whether a family's table has a set. */
bool guard_has_set(enum guard_family family, const struct guard_set *set);

const struct guard_key_type *guard_key_type(enum guard_key key);

/* The set of that name, which must be one of the table's. */
const struct guard_set *guard_set(const char *name);

/* Read a rule as far as the table's own ones need it. -EINVAL quotes what is not understood. */
int guard_rule_read(const char *text, struct guard_rule *rule, struct error *err) MUST_CHECK;

/* Print a table as nft reads it, all sets empty. */
void guard_table_print(enum guard_family family, struct text *out);

#endif
