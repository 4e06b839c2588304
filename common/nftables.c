// SPDX-License-Identifier: GPL-2.0-or-later
#include "nftables.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"
#include "module.h"
#include "netlink.h"
#include "nft.h"
#include "nftrule.h"
#include "seconds.h"

#define BRIDGE_CALLS "/proc/sys/net/bridge/bridge-nf-call-iptables"	/* br_netfilter's */

/* A rule of the set's device, or, if the set is exact, one of the set, that is in the kernel. */
struct found {
	struct found *next;
	uint64_t handle;
	uint64_t after;		/* the handle of the rule before it that is none of these, or 0 */
	size_t len;		/* of the expressions, as the kernel gave them */
	size_t notes_len;	/* of iptables' or nft's own notes, which follow */
	char expressions[];
};

/* What a chain has of one set's rules, the first rule first. */
struct state {
	uint32_t generation;
	bool has_chain;
	bool complete;		/* all of it was read */
	bool kept;		/* it was as it should be, and was left so */
	struct found *first, **end;
};

struct nftables {
	struct netlink *netlink;
	int seconds;
	struct state before[4];	/* what was replaced: IPv4's, IPv6's, an exact set's, wanted or not */
};

static void forget(struct state *state)
{
	while (state->first) {
		struct found *found = state->first;

		state->first = found->next;
		free(found);
	}
	state->end = &state->first;
}

int nftables_open(struct nftables **nftables, int seconds, struct error *err)
{
	struct nftables *new = calloc(1, sizeof(*new));

	if (!new)
		return error_set(err, ENOMEM, "out of memory");
	new->seconds = seconds;
	*nftables = new;
	return netlink_open(&new->netlink, NETLINK_NETFILTER, seconds, err);
}

void nftables_close(struct nftables *nftables)
{
	if (!nftables)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(nftables->before); i++)
		forget(&nftables->before[i]);
	netlink_close(nftables->netlink);
	free(nftables);
}

struct netlink *nftables_netlink(struct nftables *nftables)
{
	return nftables->netlink;
}

static struct nl_msg *rule_message(int type, int flags, const struct rule_set *set)
{
	struct nl_msg *message = nft_message(type, flags, set->family);

	if (message && (nla_put_string(message, NFTA_RULE_TABLE, set->table) ||
			nla_put_string(message, NFTA_RULE_CHAIN, set->chain))) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

/* Without NLM_F_APPEND a rule goes to the top. */
static struct nl_msg *insertion(const struct rule_set *set)
{
	return rule_message(NFT_MSG_NEWRULE, NLM_F_CREATE | (set->exact ? NLM_F_APPEND : 0), set);
}

static void insert_rule(struct nft_batch *batch, const struct rule_set *set,
			const struct rule *rule)
{
	struct nl_msg *message = insertion(set);
	struct nlattr *list = message ? nla_nest_start(message, NFTA_RULE_EXPRESSIONS) : NULL;
	int failed = !list || nftrule_put(message, rule);

	if (!failed)
		nla_nest_end(message, list);
	nft_add(batch, message, failed);
}

/* 1: the kernel's expressions are the rule's; 0: they are not; -ENOMEM. */
static int is_rule(void *expressions, size_t len, const struct rule_set *set,
		   const struct rule *rule)
{
	struct nl_msg *message = insertion(set);
	struct nlattr *list = message ? nla_nest_start(message, NFTA_RULE_EXPRESSIONS) : NULL;
	int rc = -ENOMEM;

	if (list && !nftrule_put(message, rule)) {
		nla_nest_end(message, list);
		rc = nftrule_same(expressions, (int)len, list);
	}
	nlmsg_free(message);
	return rc;
}

/* 1: the rule is among those found; 0: it is not; -ENOMEM. */
static int has_rule(const struct state *state, const struct rule_set *set, const struct rule *rule)
{
	int rc = 0;

	for (struct found *found = state->first; found && !rc; found = found->next)
		rc = is_rule(found->expressions, found->len, set, rule);
	return rc;
}

/* 1: all rules of the set are among those found; 0: they are not; -ENOMEM. */
static int has_set(const struct state *state, const struct rule_set *set)
{
	int rc = 1;

	for (size_t i = 0; i < set->count && rc == 1; i++)
		rc = has_rule(state, set, &set->rules[i]);
	return rc;
}

/* 1: the device's rules are those of the set, each of them once; 0: they are not; -ENOMEM. */
static int is_set(const struct state *state, const struct rule_set *set)
{
	struct found *found = state->first;
	int rc = 1;

	if (set->exact)
		return set->unwanted ? !found : has_set(state, set);
	for (size_t i = set->count; i-- > 0 && rc == 1; found = found->next) {
		if (!found)
			return 0;
		rc = is_rule(found->expressions, found->len, set, &set->rules[i]);
	}
	return rc == 1 ? !found : rc;
}

/* ---- reading and replacing ------------------------------------------------------------------ */

struct reading {
	const struct rule_set *set;
	struct state *state;
	uint64_t before;	/* the handle of the last rule that is not meant */
};

/* 1: the set is about such a rule; 0: it is not; -ENOMEM. */
static int is_meant(const struct rule_set *set, struct nlattr *expressions)
{
	int rc = 0;

	if (!set->exact)
		return nftrule_is_of(expressions, set->device);
	for (size_t i = 0; i < set->count && !rc; i++)
		rc = is_rule(nla_data(expressions), (size_t)nla_len(expressions), set,
			     &set->rules[i]);
	return rc;
}

static int keep(struct reading *reading, uint64_t handle, struct nlattr *expressions,
		struct nlattr *notes, struct error *err)
{
	size_t len = (size_t)nla_len(expressions), notes_len = notes ? (size_t)nla_len(notes) : 0;
	struct found *found = calloc(1, sizeof(*found) + len + notes_len);

	if (!found)
		return error_set(err, ENOMEM, "out of memory");
	found->handle = handle;
	found->after = reading->before;
	found->len = len;
	found->notes_len = notes_len;
	memcpy(found->expressions, nla_data(expressions), len);
	if (notes)
		memcpy(found->expressions + len, nla_data(notes), notes_len);
	*reading->state->end = found;
	reading->state->end = &found->next;
	return 0;
}

static int take_rule(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *expressions = nft_find(reply, NFTA_RULE_EXPRESSIONS);
	struct nlattr *handle = nft_find(reply, NFTA_RULE_HANDLE);
	struct reading *reading = arg;
	int meant = expressions && handle ? is_meant(reading->set, expressions) : 0;

	if (meant < 0)
		return error_set(err, -meant, "out of memory");
	if (meant)
		return keep(reading, nla_get_u64(handle), expressions,
			    nft_find(reply, NFTA_RULE_USERDATA), err);
	if (handle)
		reading->before = nla_get_u64(handle);
	return 0;
}

struct chain_reply {
	bool exists;
	bool drops;
};

static int take_chain(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *policy = nft_find(reply, NFTA_CHAIN_POLICY);
	struct chain_reply *chain = arg;

	(void)err;
	chain->exists = true;
	chain->drops = policy && nft_u32(policy) == NF_DROP;
	return 0;
}

static int read_chain(struct netlink *netlink, const struct rule_set *set,
		      struct chain_reply *chain, struct error *err)
{
	struct nl_msg *message = nft_message(NFT_MSG_GETCHAIN, 0, set->family);
	int failed = !message || nla_put_string(message, NFTA_CHAIN_TABLE, set->table) ||
		     nla_put_string(message, NFTA_CHAIN_NAME, set->chain);
	struct error refusal = { 0 };
	int rc;

	memset(chain, 0, sizeof(*chain));
	rc = netlink_talk(netlink, message, failed, take_chain, chain, &refusal);
	/* The last: a kernel without IPv6. */
	return !rc || rc == -ENOENT || rc == -EOPNOTSUPP || rc == -EAFNOSUPPORT ? 0 :
	       error_set(err, -rc, "%s", refusal.text);
}

static int read_rules(struct netlink *netlink, const struct rule_set *set, netlink_reply reply,
		      void *arg, struct error *err)
{
	struct nl_msg *message = rule_message(NFT_MSG_GETRULE, NLM_F_DUMP, set);

	return netlink_talk(netlink, message, 0, reply, arg, err);
}

static int read_state(struct netlink *netlink, const struct rule_set *set, struct state *state,
		      struct error *err)
{
	struct reading reading = { .set = set, .state = state };
	struct chain_reply chain = { 0 };
	int rc = nft_generation(netlink, &state->generation, err);

	forget(state);
	if (!rc)
		rc = read_chain(netlink, set, &chain, err);
	state->has_chain = chain.exists;
	if (!rc && chain.exists)
		rc = read_rules(netlink, set, take_rule, &reading, err);
	state->complete = !rc;
	return rc;
}

/* As iptables-nft makes them when the first rule comes (iptables/nft.c, xtables_ipv4). */
static void make_chain(struct nft_batch *batch, const struct rule_set *set)
{
	struct nl_msg *table = nft_message(NFT_MSG_NEWTABLE, NLM_F_CREATE, set->family);
	struct nl_msg *chain = nft_message(NFT_MSG_NEWCHAIN, NLM_F_CREATE, set->family);
	/* Of the two tables that a set may be of, each is named as its chains' type is. */
	bool nat = !strcmp(set->table, NAT_TABLE);
	struct nlattr *hook;
	int failed = !chain || nla_put_string(chain, NFTA_CHAIN_TABLE, set->table) ||
		     nla_put_string(chain, NFTA_CHAIN_NAME, set->chain) ||
		     nla_put_string(chain, NFTA_CHAIN_TYPE, set->table);

	nft_add(batch, table, !table || nla_put_string(table, NFTA_TABLE_NAME, set->table));
	hook = failed ? NULL : nla_nest_start(chain, NFTA_CHAIN_HOOK);
	failed = !hook ||
		 nft_put_u32(chain, NFTA_HOOK_HOOKNUM,
			     nat ? NF_INET_POST_ROUTING : NF_INET_FORWARD) ||
		 nft_put_u32(chain, NFTA_HOOK_PRIORITY, nat ? NF_IP_PRI_NAT_SRC : 0);
	if (!failed)
		nla_nest_end(chain, hook);
	nft_add(batch, chain, failed || nft_put_u32(chain, NFTA_CHAIN_POLICY, NF_ACCEPT));
}

static void delete_rules(struct nft_batch *batch, const struct rule_set *set,
			 const struct state *state)
{
	for (struct found *found = state->first; found; found = found->next) {
		struct nl_msg *message = rule_message(NFT_MSG_DELRULE, 0, set);

		nft_add(batch, message,
			!message || nla_put_u64(message, NFTA_RULE_HANDLE, found->handle));
	}
}

static int put_found(struct nl_msg *message, const struct found *found)
{
	int rc = 0;

	if (found->after)
		rc = nla_put_u64(message, NFTA_RULE_POSITION, found->after);
	if (!rc)
		rc = nftrule_put_protocol(message, (void *)found->expressions,
					  (int)found->len);
	if (!rc && found->notes_len)
		rc = nla_put(message, NFTA_RULE_USERDATA, (int)found->notes_len,
			     found->expressions + found->len);
	return rc || nla_put(message, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED, (int)found->len,
			     found->expressions);
}

/* Each goes to the top, or right behind its old neighbour, so the last one is put in first. */
static void insert_found(struct nft_batch *batch, const struct rule_set *set,
			 const struct found *found)
{
	struct nl_msg *message;

	if (!found)
		return;
	insert_found(batch, set, found->next);
	message = rule_message(NFT_MSG_NEWRULE, NLM_F_CREATE | (found->after ? NLM_F_APPEND : 0),
			       set);
	nft_add(batch, message, !message || put_found(message, found));
}

/* An exact set leaves what is there of it where it is. */
static void insert_set(struct nft_batch *batch, const struct rule_set *set,
		       const struct state *state)
{
	for (size_t i = 0; i < set->count; i++) {
		int there = set->exact ? has_rule(state, set, &set->rules[i]) : 0;

		if (there < 0)
			batch->failed = true;
		if (!there)
			insert_rule(batch, set, &set->rules[i]);
	}
}

/*
 * One try: the device's rules become those of the set, or, without it, those found before. What
 * was there goes to `state`.
 */
static int try_replace(struct netlink *netlink, const struct rule_set *set,
		       const struct found *before, bool restore, struct state *state,
		       struct error *err)
{
	bool put = !restore && !set->unwanted && set->count;
	struct error own = { 0 };
	struct nft_batch batch;
	int rc = read_state(netlink, set, state, &own), same = 0;

	/* Where there is nothing, nothing is to be taken away. */
	if (rc == -EOPNOTSUPP && !put)
		return 0;
	if (rc)
		return error_set(err, -rc, "%s", own.text);
	if (!restore)
		same = is_set(state, set);
	state->kept = same == 1;
	if (same)
		return same == 1 ? 0 : error_set(err, ENOMEM, "out of memory");
	nft_begin(&batch, netlink, state->generation);
	if (!put || !set->exact)
		delete_rules(&batch, set, state);
	if (put && !state->has_chain)
		make_chain(&batch, set);
	if (put)
		insert_set(&batch, set, state);
	insert_found(&batch, set, before);
	return nft_commit(&batch, err);
}

/* Another's change came in between, or, -EINTR, in the middle of reading the rules. */
static bool was_overtaken(int rc)
{
	return rc == -ERESTART || rc == -EINTR;
}

static int replace(struct nftables *nftables, const struct rule_set *set,
		   const struct found *before, bool restore, struct state *state,
		   struct error *err)
{
	time_t deadline = seconds_now() + nftables->seconds;
	struct error own = { 0 };
	int lock = -1, rc = try_replace(nftables->netlink, set, before, restore, state, &own);

	while (was_overtaken(rc) && seconds_now() <= deadline) {
		nft_take_turns(&lock, nftables->seconds);
		own = (struct error){ 0 };
		rc = try_replace(nftables->netlink, set, before, restore, state, &own);
	}
	lock_release(lock);
	if (was_overtaken(rc))
		return error_set(err, ETIMEDOUT, "nf_tables was changed by others all the time for "
				 "%d s", nftables->seconds);
	return rc ? error_set(err, -rc, "%s", own.text) : 0;
}

/*
 * What the first of these rules needs is loaded before: else the kernel does so while it has
 * nf_tables locked (nft_compat.c; xt_physdev.c, physdev_mt_check). br_netfilter's start then
 * waits for the lock of all links, and if a link is renamed just now, who has that waits for
 * nf_tables (nft_chain_filter.c, nf_tables_netdev_event): a deadlock, until somebody is killed.
 */
static void load_modules(const struct rule_set *set, int seconds)
{
	if (!set->count || set->unwanted || !set->rules[0].bridged || !access(BRIDGE_CALLS, F_OK))
		return;
	module_load("xt_physdev", seconds);
	module_load("br_netfilter", seconds);
}

static struct state *before_of(struct nftables *nftables, const struct rule_set *set)
{
	return &nftables->before[set->exact ? 2 + set->unwanted : set->family == AF_INET6];
}

int nftables_replace(struct nftables *nftables, const struct rule_set *set, struct error *err)
{
	load_modules(set, nftables->seconds);
	return replace(nftables, set, NULL, false, before_of(nftables, set), err);
}

int nftables_restore(struct nftables *nftables, const struct rule_set *set, struct error *err)
{
	struct state *before = before_of(nftables, set), state = { 0 };
	struct error own = { 0 };
	int rc = 0;

	if (before->complete && !before->kept)
		rc = replace(nftables, set, before->first, true, &state, &own);
	/* An old neighbour is gone. */
	for (struct found *found = before->first; rc == -ENOENT && found; found = found->next)
		found->after = 0;
	if (rc == -ENOENT)
		rc = replace(nftables, set, before->first, true, &state, err);
	else if (rc)
		error_set(err, -rc, "%s", own.text);
	forget(&state);
	return rc;
}

int nftables_has(struct nftables *nftables, const struct rule_set *set, bool *has,
		 struct error *err)
{
	struct state state = { 0 };
	int rc = read_state(nftables->netlink, set, &state, err);
	int all = rc ? 0 : has_set(&state, set);

	forget(&state);
	*has = all == 1;
	return all < 0 ? error_set(err, -all, "out of memory") : rc;
}

static int take_any(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	(void)reply;
	(void)err;
	*(bool *)arg = true;
	return 0;
}

int nftables_look(struct nftables *nftables, uint8_t family, struct rule_chain *chain,
		  struct error *err)
{
	const struct rule_set any = { .family = family, .table = RULE_TABLE, .chain = RULE_CHAIN };
	struct chain_reply reply;
	int rc = read_chain(nftables->netlink, &any, &reply, err);

	memset(chain, 0, sizeof(*chain));
	chain->exists = reply.exists;
	chain->drops = reply.drops;
	if (rc || !reply.exists)
		return rc;
	return read_rules(nftables->netlink, &any, take_any, &chain->has_rules, err);
}
