// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard_nft.h"
#include "iptables.h"
#include "iptcount.h"
#include "log.h"
#include "nftables.h"
#include "nftcount.h"

#define BRIDGE_CALLS "/proc/sys/net/bridge/bridge-nf-call-iptables"

struct firewall {
	int seconds;
	struct nftables *nftables;	/* or NULL */
	struct iptables *iptables;
	bool gave_up;		/* others were at it for too long */
};

int firewall_open(struct firewall **firewall, int seconds, struct error *err)
{
	*firewall = calloc(1, sizeof(**firewall));
	if (!*firewall)
		return error_set(err, ENOMEM, "out of memory");
	(*firewall)->seconds = seconds;
	return 0;
}

void firewall_close(struct firewall *firewall)
{
	if (!firewall)
		return;
	nftables_close(firewall->nftables);
	iptables_close(firewall->iptables);
	free(firewall);
}

static int open_nftables(struct firewall *firewall, struct nftables **nftables, struct error *err)
{
	int rc = 0;

	if (!firewall->nftables)
		rc = nftables_open(&firewall->nftables, firewall->seconds, err);
	*nftables = firewall->nftables;
	if (rc) {
		nftables_close(firewall->nftables);
		firewall->nftables = NULL;
	}
	return rc;
}

static int open_iptables(struct firewall *firewall, struct error *err)
{
	return firewall->iptables ? 0 :
	       iptables_open(&firewall->iptables, firewall->seconds, err);
}

/* One of the two firewalls' FORWARD; none, too, when it cannot be looked at. */
static struct rule_chain chain_of(struct firewall *firewall, enum firewall_kind kind,
				  uint8_t family)
{
	struct rule_chain chain = { 0 };
	struct nftables *nftables;
	struct error err = { 0 };
	int rc;

	if (kind == FIREWALL_IPTABLES)
		rc = iptables_look(family, &chain, &err);
	else
		rc = open_nftables(firewall, &nftables, &err) ||
		     nftables_look(nftables, family, &chain, &err);
	if (rc) {
		log_line(LOG_DEBUG, "looking at the %s rules: %s",
			 kind == FIREWALL_IPTABLES ? "iptables" : "nf_tables", err.text);
		memset(&chain, 0, sizeof(chain));
	}
	return chain;
}

/* ---- which one it is ------------------------------------------------------------------------ */

/* What the command is in the end tells, as iptables' own installation names it. */
static enum firewall_kind kind_of_command(const char *file)
{
	const char *name = strrchr(file, '/') + 1;

	if (strstr(name, "legacy") || !strcmp(name, "xtables-multi"))
		return FIREWALL_IPTABLES;
	return strstr(name, "nft") ? FIREWALL_NFTABLES : FIREWALL_AUTO;
}

static enum firewall_kind by_command(void)
{
	static const char *const commands[] = {
		"/usr/local/sbin/iptables", "/usr/sbin/iptables", "/sbin/iptables",
		"/usr/local/bin/iptables", "/usr/bin/iptables", "/bin/iptables",
		"/run/current-system/sw/bin/iptables",
	};
	enum firewall_kind kind = FIREWALL_AUTO;
	char file[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(commands) && kind == FIREWALL_AUTO; i++) {
		if (!realpath(commands[i], file))
			continue;
		kind = kind_of_command(file);
		log_line(LOG_DEBUG, "%s is %s: %s", commands[i], file,
			 kind == FIREWALL_IPTABLES ? "the rules go to the legacy tables" :
			 kind == FIREWALL_NFTABLES ? "the rules go to nf_tables" :
			 "this does not tell where its rules are");
	}
	return kind;
}

static enum firewall_kind by_table(struct firewall *firewall)
{
	static const enum firewall_kind kinds[] = { FIREWALL_NFTABLES, FIREWALL_IPTABLES };
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		for (size_t j = 0; j < ARRAY_SIZE(families); j++)
			if (chain_of(firewall, kinds[i], families[j]).exists) {
				log_line(LOG_DEBUG, "no command iptables, but a table filter: the "
					 "rules go to %s", i ? "the legacy tables" : "nf_tables");
				return kinds[i];
			}
	log_line(LOG_DEBUG, "neither a command iptables nor a table filter: no accept rules");
	return FIREWALL_NONE;
}

void firewall_look(struct firewall *firewall, enum firewall_kind asked,
		   struct firewall_facts *facts)
{
	bool is_own;

	facts->kind = by_command();
	is_own = facts->kind != FIREWALL_AUTO &&
		 (asked == FIREWALL_AUTO || asked == facts->kind);
	if (asked != FIREWALL_AUTO)
		facts->kind = asked;
	else if (facts->kind == FIREWALL_AUTO)
		facts->kind = by_table(firewall);
	if (asked == FIREWALL_NONE)
		log_line(LOG_DEBUG, "firewall=none: no accept rules");
	if (facts->kind == FIREWALL_IPTABLES) {
		facts->tool[0] = is_own ? "iptables" : "iptables-legacy";
		facts->tool[1] = is_own ? "ip6tables" : "ip6tables-legacy";
	} else {
		facts->tool[0] = is_own ? "iptables" : "iptables-nft";
		facts->tool[1] = is_own ? "ip6tables" : "ip6tables-nft";
	}
}

/* ---- what will stand in the way ------------------------------------------------------------- */

static bool bridged_frames_are_filtered(void)
{
	int fd = open(BRIDGE_CALLS, O_RDONLY | O_CLOEXEC);
	char value = '0';
	ssize_t n;

	/* Without br_netfilter there is no such file. */
	if (fd < 0)
		return false;
	n = read(fd, &value, 1);
	close(fd);
	return n == 1 && value == '1';
}

static void warn_of_no_rules(struct firewall *firewall)
{
	struct rule_chain nftables, iptables;

	if (!bridged_frames_are_filtered())
		return;
	nftables = chain_of(firewall, FIREWALL_NFTABLES, AF_INET);
	iptables = chain_of(firewall, FIREWALL_IPTABLES, AF_INET);
	if (nftables.drops || iptables.drops)
		log_line(LOG_WARNING, "no accept rules are set, but the policy of FORWARD in %s is "
			 "DROP and " BRIDGE_CALLS " is 1: bridged packets that no other rule "
			 "accepts are dropped", nftables.drops ? "nf_tables" : "the legacy tables");
}

static void warn_of_others(struct firewall *firewall, enum firewall_kind kind)
{
	bool ours_is_nft = kind == FIREWALL_NFTABLES;
	struct rule_chain other = chain_of(firewall, ours_is_nft ? FIREWALL_IPTABLES :
					   FIREWALL_NFTABLES, AF_INET);

	if (other.has_rules || other.drops)
		log_line(LOG_WARNING, "the accept rules go to %s, but there are rules in %s, too: "
			 "packets have to pass both (see firewall= in the manual)",
			 ours_is_nft ? "nf_tables" : "the legacy tables",
			 ours_is_nft ? "the legacy tables" : "nf_tables");
}

void firewall_warn(struct firewall *firewall, const struct firewall_facts *facts)
{
	if (facts->kind == FIREWALL_NONE)
		warn_of_no_rules(firewall);
	else
		warn_of_others(firewall, facts->kind);
}

/* ---- the rules ------------------------------------------------------------------------------ */

static int apply_nftables(struct firewall *firewall, const struct rules_change *change,
			  struct error *err)
{
	struct nftables *nftables;
	int rc = open_nftables(firewall, &nftables, err);

	if (rc)
		return rc;
	return change->restore ? nftables_restore(nftables, change->set, err) :
				 nftables_replace(nftables, change->set, err);
}

static int apply_iptables(struct firewall *firewall, const struct rules_change *change,
			  struct error *err)
{
	int rc = open_iptables(firewall, err);

	if (rc)
		return rc;
	return change->restore ? iptables_restore(firewall->iptables, change->set, err) :
				 iptables_replace(firewall->iptables, change->set, err);
}

/* One long wait in a whole run is as much as libxl may stand. */
static int apply_unless_given_up(struct firewall *firewall, const struct rules_change *change,
				 struct error *err)
{
	int rc;

	if (firewall->gave_up)
		return change->set->count ?
		       error_set(err, ETIMEDOUT, "others work on them for too long, as above") : 0;
	rc = change->firewall.kind == FIREWALL_NFTABLES ? apply_nftables(firewall, change, err) :
							  apply_iptables(firewall, change, err);
	firewall->gave_up = rc == -ETIMEDOUT;
	return rc;
}

int firewall_has(struct firewall *firewall, const struct firewall_facts *facts,
		 const struct rule_set *set, bool *has, struct error *err)
{
	bool ours_is_nft = facts->kind == FIREWALL_NFTABLES;
	struct nftables *nftables;
	int rc;

	*has = false;
	if (facts->kind == FIREWALL_NONE)
		return 0;
	rc = ours_is_nft ? open_nftables(firewall, &nftables, err) : 0;
	if (!rc)
		rc = ours_is_nft ? nftables_has(nftables, set, has, err) :
				   iptables_has(set, has, err);
	return rc ? error_prefix(err, "looking at the rules for %s", set->device) : 0;
}

int firewall_apply(struct firewall *firewall, const struct rules_change *change, struct error *err)
{
	bool ours_is_nft = change->firewall.kind == FIREWALL_NFTABLES;

	if (apply_unless_given_up(firewall, change, err))
		return error_prefix(err, "the %s rules for %s in %s",
				    change->set->family == AF_INET ? "IPv4" : "IPv6",
				    change->set->device,
				    ours_is_nft ? "nf_tables" : "the legacy tables");
	return 0;
}

static void count_in(struct firewall *firewall, enum firewall_kind kind, uint8_t family,
		     struct rule_count *counts, size_t count)
{
	struct nftables *nftables;
	struct error err = { 0 };
	int rc;

	if (kind == FIREWALL_IPTABLES)
		rc = iptcount(family, counts, count, &err);
	else
		rc = open_nftables(firewall, &nftables, &err) ||
		     nftcount(nftables_netlink(nftables), family, counts, count, &err);
	if (rc)
		log_line(LOG_DEBUG, "counting the %s rules: %s",
			 kind == FIREWALL_IPTABLES ? "iptables" : "nf_tables", err.text);
}

void firewall_count(struct firewall *firewall, uint8_t family, bool *drops,
		    struct rule_count *counts, size_t count)
{
	static const enum firewall_kind kinds[] = { FIREWALL_NFTABLES, FIREWALL_IPTABLES };

	*drops = false;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct rule_chain chain = chain_of(firewall, kinds[i], family);

		*drops |= chain.drops;
		if (chain.has_rules)
			count_in(firewall, kinds[i], family, counts, count);
	}
}

bool firewall_drops(struct firewall *firewall, const struct firewall_facts *facts, uint8_t family)
{
	return facts->kind != FIREWALL_NONE && chain_of(firewall, facts->kind, family).drops;
}

int firewall_policy(struct firewall *firewall, const struct policy_change *change,
		    struct error *err)
{
	struct nftables *nftables;
	int rc;

	if (change->firewall.kind == FIREWALL_NFTABLES) {
		rc = open_nftables(firewall, &nftables, err);
		return rc ? rc : nftables_policy(nftables_netlink(nftables), change->family,
						 change->to, err);
	}
	rc = open_iptables(firewall, err);
	return rc ? rc : iptables_policy(firewall->iptables, change->family, change->to, err);
}

/* ---- the guard ------------------------------------------------------------------------------ */

int firewall_look_at_guard(struct firewall *firewall, const char *device, struct guard *guard,
			   struct error *err)
{
	struct nftables *nftables;
	struct error own = { 0 };
	int rc = open_nftables(firewall, &nftables, &own);

	guard_none(device, guard);
	if (rc == -EPROTONOSUPPORT)
		return 0;
	if (!rc)
		rc = guard_look(nftables_netlink(nftables), device, guard, &own);
	return rc ? error_set(err, -rc, "looking for the guard of %s: %s", device, own.text) : 0;
}

int firewall_guard(struct firewall *firewall, const struct guard_change *change, struct error *err)
{
	struct nftables *nftables;
	int rc = open_nftables(firewall, &nftables, err);

	if (!rc)
		rc = guard_apply(nftables_netlink(nftables), change->from, change->to,
				 firewall->gave_up ? 1 : firewall->seconds, err);
	return rc ? error_prefix(err, "the guard of %s", change->to->device) : 0;
}
