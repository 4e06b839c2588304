// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard_build.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "guard_door.h"
#include "nft.h"

#define REG NFT_REG32_00
#define USER_COMMENT 0		/* NFTNL_UDATA_SET_ELEM_COMMENT of libnftnl/udata.h */

/* ---- messages ------------------------------------------------------------------------------- */

/* One of our table: `table` and `name` are the attributes for those. */
struct nl_msg *guard_message(int type, int flags, uint8_t family, int table, int name,
				    const char *word)
{
	struct nl_msg *message = nft_message(type, flags, family);

	if (message && (nla_put_string(message, table, GUARD_TABLE) ||
			(word && nla_put_string(message, name, word)))) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

struct nl_msg *guard_chain_message(int type, int flags, uint8_t family, const char *chain)
{
	return guard_message(type, flags, family, NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME, chain);
}

struct nl_msg *guard_set_message(int type, int flags, uint8_t family, const char *set)
{
	return guard_message(type, flags, family, NFTA_SET_ELEM_LIST_TABLE, NFTA_SET_ELEM_LIST_SET,
			     set);
}

static int put_key(struct nl_msg *message, int attribute, const void *key, size_t len)
{
	struct nlattr *nest = nla_nest_start(message, attribute);

	if (!nest || nla_put(message, NFTA_DATA_VALUE, (int)len, key))
		return -ENOMEM;
	nla_nest_end(message, nest);
	return 0;
}

/* User data is made of types, lengths and values, a byte for each of the first two. */
static int put_comment(struct nl_msg *message, const struct guard *guard)
{
	char note[2 + GUARD_COMMENT];
	struct text comment = { .buf = note + 2, .size = GUARD_COMMENT };

	guard_comment(guard, &comment);
	note[0] = USER_COMMENT;
	note[1] = (char)(comment.len + 1);
	return nla_put(message, NFTA_SET_ELEM_USERDATA, (int)comment.len + 3, note);
}

int guard_put_element(struct nl_msg *message, const struct guard_element *element,
		       const struct guard *guard)
{
	struct nlattr *list = nla_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *nest = list ? nla_nest_start(message, NFTA_LIST_ELEM) : NULL;
	int rc = nest ? put_key(message, NFTA_SET_ELEM_KEY, element->key, element->len) : -ENOMEM;

	if (!rc && element->set->interval)
		rc = put_key(message, NFTA_SET_ELEM_KEY_END, element->end, element->len);
	if (!rc && guard)
		rc = put_comment(message, guard);
	if (rc)
		return rc;
	nla_nest_end(message, nest);
	nla_nest_end(message, list);
	return 0;
}

void guard_change_element(struct nft_batch *batch, const struct guard *guard,
			   const struct guard_element *element, bool adding)
{
	bool commented = adding && !strcmp(element->set->name, "guarded");
	struct nl_msg *message =
		guard_set_message(adding ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM,
				adding ? NLM_F_CREATE : 0, guard_tables[element->family].family,
				element->set->name);

	nft_add(batch, message,
		!message || guard_put_element(message, element, commented ? guard : NULL));
}

void guard_change(struct nft_batch *batch, const struct guard *guard,
			    enum guard_family family, bool adding)
{
	struct guard_element elements[GUARD_ELEMENTS];
	size_t count = guard_elements(guard, elements);

	for (size_t i = 0; i < count; i++)
		if (elements[i].family == family)
			guard_change_element(batch, guard, &elements[i], adding);
}

/* ---- making the tables ---------------------------------------------------------------------- */

static uint32_t words(uint32_t bytes)
{
	return (bytes + 3) / 4;
}

/* Fields of a concatenation lie behind each other, from a whole word on. */
static int put_fields(struct nl_msg *message, const struct guard_match *match)
{
	uint32_t reg = REG;
	int rc = 0;

	for (size_t i = 0; i < match->count && !rc; i++) {
		const struct guard_field *field = &match->fields[i];

		if (field->load == GUARD_LOAD_META)
			rc = nft_put_meta(message, field->from, reg);
		else
			rc = nft_put_payload(message, field->from, field->offset, field->len, reg);
		reg += words(field->len);
	}
	return rc;
}

static int put_match(struct nl_msg *message, const struct guard_match *match)
{
	int rc = put_fields(message, match);

	if (!rc && match->masked)
		rc = nft_put_mask(message, match->mask, match->fields[0].len, REG);
	if (!rc && *match->set)
		return nft_put_lookup(message, match->set, match->operator == NFT_CMP_NEQ, REG);
	return rc ? rc : nft_put_compare(message, match->operator, match->value, match->value_len,
					 REG);
}

static int put_rule(struct nl_msg *message, const struct guard_rule *rule)
{
	struct nlattr *list = nla_nest_start(message, NFTA_RULE_EXPRESSIONS);
	int rc = list ? 0 : -ENOMEM;

	for (size_t i = 0; i < rule->count && !rc; i++)
		rc = put_match(message, &rule->matches[i]);
	if (!rc && rule->counter)
		rc = nft_put_counter(message);
	if (!rc)
		rc = nft_put_verdict(message, rule->verdict, *rule->chain ? rule->chain : NULL);
	if (!rc)
		nla_nest_end(message, list);
	return rc;
}

static void add_rule(struct nft_batch *batch, uint8_t family, const char *chain,
		     const struct guard_rule *rule)
{
	struct nl_msg *message = guard_message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, family,
					       NFTA_RULE_TABLE, NFTA_RULE_CHAIN, chain);

	nft_add(batch, message, !message || put_rule(message, rule));
}

static int put_concatenation(struct nl_msg *message, const struct guard_key_type *type)
{
	struct nlattr *desc = nla_nest_start(message, NFTA_SET_DESC), *concat, *field;

	concat = desc ? nla_nest_start(message, NFTA_SET_DESC_CONCAT) : NULL;
	if (!concat)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(type->fields) && type->fields[i]; i++) {
		field = nla_nest_start(message, NFTA_LIST_ELEM);
		if (!field || nft_put_u32(message, NFTA_SET_FIELD_LEN, type->fields[i]))
			return -ENOMEM;
		nla_nest_end(message, field);
	}
	nla_nest_end(message, concat);
	nla_nest_end(message, desc);
	return 0;
}

static int put_element_counter(struct nl_msg *message)
{
	struct nlattr *nest = nla_nest_start(message, NFTA_SET_EXPR);

	if (!nest || nla_put_string(message, NFTA_EXPR_NAME, "counter"))
		return -ENOMEM;
	nla_nest_end(message, nest);
	return 0;
}

static int put_set(struct nl_msg *message, const struct guard_set *set, uint32_t id)
{
	const struct guard_key_type *type = guard_key_type(set->key);
	uint32_t flags = set->interval ? NFT_SET_INTERVAL | NFT_SET_CONCAT : 0;
	uint32_t len = 0;
	int rc;

	for (size_t i = 0; i < GUARD_FIELDS; i++)
		len += words(type->fields[i]) * 4;
	rc = nft_put_u32(message, NFTA_SET_FLAGS, flags) ||
	     nft_put_u32(message, NFTA_SET_KEY_TYPE, type->type) ||
	     nft_put_u32(message, NFTA_SET_KEY_LEN, len) ||
	     nft_put_u32(message, NFTA_SET_ID, id) ||
	     nla_put(message, NFTA_SET_USERDATA, (int)type->notes_len, type->notes);
	if (!rc && set->interval)
		rc = put_concatenation(message, type);
	if (!rc && set->counter)
		rc = put_element_counter(message);
	return rc;
}

static void add_sets(struct nft_batch *batch, enum guard_family family)
{
	for (size_t i = 0; i < guard_set_count; i++) {
		const struct guard_set *set = &guard_sets[i];
		struct nl_msg *message;

		if (!guard_has_set(family, set))
			continue;
		message = guard_message(NFT_MSG_NEWSET, NLM_F_CREATE, guard_tables[family].family,
					NFTA_SET_TABLE, NFTA_SET_NAME, set->name);
		nft_add(batch, message, !message || put_set(message, set, (uint32_t)i + 1));
	}
}

/* A chain's hook; without a device it is prerouting. */
static int put_hook(struct nl_msg *message, const char *device)
{
	struct nlattr *hook = nla_nest_start(message, NFTA_CHAIN_HOOK);
	uint32_t number = device ? NF_NETDEV_INGRESS : NF_INET_PRE_ROUTING;

	if (!hook || nft_put_u32(message, NFTA_HOOK_HOOKNUM, number) ||
	    nft_put_u32(message, NFTA_HOOK_PRIORITY, (uint32_t)GUARD_PRIORITY) ||
	    (device && nla_put_string(message, NFTA_HOOK_DEV, device)))
		return -ENOMEM;
	nla_nest_end(message, hook);
	return nla_put_string(message, NFTA_CHAIN_TYPE, "filter");
}

static void add_chains(struct nft_batch *batch, const struct guard_table *table)
{
	for (size_t i = 0; i < table->chain_count; i++) {
		struct nl_msg *message = guard_chain_message(NFT_MSG_NEWCHAIN, NLM_F_CREATE,
						       table->family, table->chains[i].name);

		nft_add(batch, message,
			!message || (table->chains[i].hooked && put_hook(message, NULL)));
	}
}

static int add_rules(struct nft_batch *batch, const struct guard_table *table, struct error *err)
{
	struct guard_rule rule;

	for (size_t i = 0; i < table->chain_count; i++)
		for (const char *const *text = table->chains[i].rules; *text; text++) {
			if (guard_rule_read(*text, &rule, err))
				return -err->code;
			add_rule(batch, table->family, table->chains[i].name, &rule);
		}
	return 0;
}

/* With EXCL, for two programs may do it at once; the other's is as good then. */
int guard_add_table(struct nft_batch *batch, enum guard_family family, struct error *err)
{
	const struct guard_table *table = &guard_tables[family];

	nft_add(batch, guard_message(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, table->family,
				     NFTA_TABLE_NAME, 0, NULL), 0);
	add_sets(batch, family);
	add_chains(batch, table);
	return add_rules(batch, table, err);
}

/* ---- a port's own chain --------------------------------------------------------------------- */

int guard_add_door(struct nft_batch *batch, const struct guard *guard, struct error *err)
{
	char rules[GUARD_DOOR_RULES][GUARD_RULE_TEXT], chain[GUARD_CHAIN_NAME];
	size_t count = guard_door_rules(guard, rules);
	struct nl_msg *message;
	struct guard_rule rule;

	guard_door_name(guard->device, chain);
	message = guard_chain_message(NFT_MSG_NEWCHAIN, NLM_F_CREATE, GUARD_DOOR_FAMILY, chain);
	nft_add(batch, message, !message || put_hook(message, guard->device));
	for (size_t i = 0; i < count; i++) {
		if (guard_rule_read(rules[i], &rule, err))
			return -err->code;
		add_rule(batch, GUARD_DOOR_FAMILY, chain, &rule);
	}
	return 0;
}

void guard_delete_door(struct nft_batch *batch, const char *device)
{
	char chain[GUARD_CHAIN_NAME];

	guard_door_name(device, chain);
	nft_add(batch, guard_message(NFT_MSG_DELRULE, 0, GUARD_DOOR_FAMILY, NFTA_RULE_TABLE,
				     NFTA_RULE_CHAIN, chain), 0);
	nft_add(batch, guard_chain_message(NFT_MSG_DELCHAIN, 0, GUARD_DOOR_FAMILY, chain), 0);
}

void guard_delete_table(struct nft_batch *batch, enum guard_family family)
{
	nft_add(batch, guard_message(NFT_MSG_DELTABLE, 0, guard_tables[family].family,
				     NFTA_TABLE_NAME, 0, GUARD_TABLE), 0);
}
