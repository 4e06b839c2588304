// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard_nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "guard_build.h"
#include "guard_door.h"
#include "lock.h"
#include "netlink.h"
#include "nft.h"
#include "seconds.h"

#define PORT_LEN 16		/* of a port's name in a set's key and in a register */

/* ---- looking -------------------------------------------------------------------------------- */

static int take_nothing(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	(void)reply;
	(void)arg;
	(void)err;
	return 0;
}

/* Whether a question finds something: 1 or 0; or an error. */
static int finds(struct netlink *netlink, struct nl_msg *message, int put_failed,
		 netlink_reply reply, void *arg, struct error *err)
{
	struct error own = { 0 };
	int rc = netlink_talk(netlink, message, put_failed, reply, arg, &own);

	switch (rc) {
	case 0:
		return 1;
	case -ENOENT:
	case -EOPNOTSUPP:	/* no nf_tables, or not in that family */
	case -EAFNOSUPPORT:
	case -EINVAL:		/* there is no nf_tables at all (nfnetlink.c) */
		return 0;
	}
	return error_set(err, -rc, "%s", own.text);
}

/* What hangs off the guard's attributes of one element. */
struct seen {
	struct guard *guard;
	bool listed;
};

static int take_element(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *list = nft_find(reply, NFTA_SET_ELEM_LIST_ELEMENTS), *element, *user;
	struct seen *seen = arg;
	char comment[GUARD_COMMENT];
	int left;

	if (!list)
		return 0;
	nla_for_each_nested(element, list, left) {
		user = nla_find(nla_data(element), nla_len(element), NFTA_SET_ELEM_USERDATA);
		if (!user || nla_len(user) < 3 || nla_len(user) - 2 > GUARD_COMMENT)
			return error_set(err, EINVAL, "the table " GUARD_TABLE " is not the "
					 "guard's: %s has no comment there", seen->guard->device);
		memcpy(comment, (char *)nla_data(user) + 2, (size_t)nla_len(user) - 2);
		comment[nla_len(user) - 3] = '\0';
		seen->guard->present = true;
		if (guard_read_comment(comment, seen->guard, &seen->listed, err))
			return -err->code;
	}
	return 0;
}

static int look_for_element(struct netlink *netlink, uint8_t family, struct seen *seen,
			    struct error *err)
{
	struct guard_element element = { .set = guard_set("guarded"), .len = PORT_LEN };
	struct nl_msg *message = guard_set_message(NFT_MSG_GETSETELEM, 0, family, "guarded");
	int rc;

	memcpy(element.key, seen->guard->device, IFNAMSIZ);
	rc = finds(netlink, message, !message || guard_put_element(message, &element, NULL),
		   take_element, seen, err);
	return rc < 0 ? rc : 0;
}

static int look_for_door(struct netlink *netlink, struct guard *guard, struct error *err)
{
	char chain[GUARD_CHAIN_NAME];
	int rc;

	guard_door_name(guard->device, chain);
	rc = finds(netlink, guard_chain_message(NFT_MSG_GETCHAIN, 0, GUARD_DOOR_FAMILY, chain), 0,
		   take_nothing, NULL, err);
	guard->hooked = rc == 1;
	return rc < 0 ? rc : 0;
}

/* The prefix that a key and its end span. */
static void take_prefix(struct guard *guard, struct nlattr *key, struct nlattr *end)
{
	const uint8_t *from = (const uint8_t *)nla_data(key) + PORT_LEN;
	const uint8_t *to = end ? (const uint8_t *)nla_data(end) + PORT_LEN : from;
	size_t size = (size_t)nla_len(key) - PORT_LEN;
	struct inet_prefix ip = { .family = size == 4 ? AF_INET : AF_INET6 };

	while (ip.len < size * 8 && !((from[ip.len / 8] ^ to[ip.len / 8]) & 0x80 >> ip.len % 8))
		ip.len++;
	memcpy(ip.addr, from, size);
	if (guard->ip_count < GUARD_IPS)
		guard_add_address(guard, &ip);
}

static struct nlattr *value_of(struct nlattr *element, int attribute)
{
	struct nlattr *nest = nla_find(nla_data(element), nla_len(element), attribute);

	return nest ? nla_find(nla_data(nest), nla_len(nest), NFTA_DATA_VALUE) : NULL;
}

static int take_addresses(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *list = nft_find(reply, NFTA_SET_ELEM_LIST_ELEMENTS), *element;
	struct guard *guard = arg;
	int left;

	(void)err;
	if (!list)
		return 0;
	nla_for_each_nested(element, list, left) {
		struct nlattr *key = value_of(element, NFTA_SET_ELEM_KEY);

		if (key && nla_len(key) > PORT_LEN && !strcmp(nla_data(key), guard->device))
			take_prefix(guard, key, value_of(element, NFTA_SET_ELEM_KEY_END));
	}
	return 0;
}

/* More than a comment holds: all there are have to be gone through. */
static int look_for_addresses(struct netlink *netlink, struct guard *guard, struct error *err)
{
	static const char *const sets[] = { "allow4", "allow4_net", "allow6", "allow6_net" };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sets) && rc >= 0; i++)
		rc = finds(netlink, guard_set_message(NFT_MSG_GETSETELEM, NLM_F_DUMP, GUARD_DOOR_FAMILY,
						    sets[i]), 0, take_addresses, guard, err);
	return rc < 0 ? rc : 0;
}

/* In each that it is in by what the first one says; one of the tables may have been deleted. */
static int look_in_families(struct netlink *netlink, struct seen *seen, struct error *err)
{
	struct guard *guard = seen->guard;
	int rc = 0;

	for (enum guard_family i = 0; i < GUARD_FAMILIES && !rc; i++) {
		bool known = guard->present;

		if (known && !guard_is_in(guard, i))
			continue;
		guard->present = false;
		rc = look_for_element(netlink, guard_tables[i].family, seen, err);
		guard->damaged |= guard->present ? i > 0 && !known : known;
		guard->present |= known;
	}
	return rc;
}

int guard_look(struct netlink *netlink, const char *device, struct guard *guard, struct error *err)
{
	struct seen seen = { .guard = guard, .listed = true };
	int rc;

	guard_none(device, guard);
	rc = look_in_families(netlink, &seen, err);
	if (!rc && !seen.listed)
		rc = look_for_addresses(netlink, guard, err);
	return rc ? rc : look_for_door(netlink, guard, err);
}

/* ---- changing ------------------------------------------------------------------------------- */

static int has_table(struct netlink *netlink, enum guard_family family, struct error *err)
{
	return finds(netlink, guard_message(NFT_MSG_GETTABLE, 0, guard_tables[family].family,
					    NFTA_TABLE_NAME, 0, GUARD_TABLE), 0, take_nothing,
		     NULL, err);
}

struct others {
	const char *device;
	bool any;
};

static int take_others(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *list = nft_find(reply, NFTA_SET_ELEM_LIST_ELEMENTS), *element;
	struct others *others = arg;
	int left;

	(void)err;
	if (!list)
		return 0;
	nla_for_each_nested(element, list, left) {
		struct nlattr *key = value_of(element, NFTA_SET_ELEM_KEY);

		others->any |= key && strcmp(nla_data(key), others->device);
	}
	return others->any ? NETLINK_ENOUGH : 0;
}

/* Whether a family guards anything else than the device: 1 or 0; or an error. */
static int guards_others(enum guard_family family, const char *device, int seconds,
			 struct error *err)
{
	struct others others = { .device = device };
	struct netlink *netlink = NULL;
	int rc = netlink_open(&netlink, NETLINK_NETFILTER, seconds, err);

	if (!rc)
		rc = finds(netlink, guard_set_message(NFT_MSG_GETSETELEM, NLM_F_DUMP,
						    guard_tables[family].family, "guarded"), 0,
			   take_others, &others, err);
	netlink_close(netlink);
	return rc < 0 ? rc : others.any;
}

/* Its elements go, or the whole table, if there are no others; which may be gone already. */
static int leave_family(struct nft_batch *batch, const struct guard *from, int seconds,
			enum guard_family family, struct error *err)
{
	int others = has_table(batch->netlink, family, err);

	if (others <= 0)
		return others;
	others = guards_others(family, from->device, seconds, err);
	if (others == 0)
		guard_delete_table(batch, family);
	else if (others > 0)
		guard_change(batch, from, family, false);
	return others < 0 ? others : 0;
}

static int enter_family(struct nft_batch *batch, const struct guard *to, enum guard_family family,
			struct error *err)
{
	int rc = has_table(batch->netlink, family, err);

	if (!rc)
		rc = guard_add_table(batch, family, err);
	if (rc >= 0)
		guard_change(batch, to, family, true);
	return rc < 0 ? rc : 0;
}

static int fill(struct nft_batch *batch, const struct guard *from, const struct guard *to,
		int seconds, struct error *err)
{
	int rc = 0;

	if (from->hooked)
		guard_delete_door(batch, from->device);
	for (enum guard_family family = 0; family < GUARD_FAMILIES && !rc; family++) {
		bool was = guard_is_in(from, family), shall = guard_is_in(to, family);

		if (was && shall)
			guard_change(batch, from, family, false);
		else if (was)
			rc = leave_family(batch, from, seconds, family, err);
		if (shall && !rc)
			rc = enter_family(batch, to, family, err);
	}
	return rc || !to->hooked ? rc : guard_add_door(batch, to, err);
}

/* That nothing else is guarded must still be so when it is done. */
static int try_change(struct netlink *netlink, const struct guard *from, const struct guard *to,
		      int seconds, struct error *err)
{
	bool leaves = from->present && (!to->present || from->bridged != to->bridged);
	uint32_t generation = 0;
	struct error own = { 0 };
	struct nft_batch batch;
	int rc = leaves ? nft_generation(netlink, &generation, &own) : 0;

	if (rc == -EOPNOTSUPP && !to->present)
		return 0;
	if (rc)
		return error_set(err, -rc, "%s", own.text);
	nft_begin(&batch, netlink, generation);
	rc = fill(&batch, from, to, seconds, err);
	if (!rc)
		return nft_commit(&batch, err);
	nft_abandon(&batch);
	return rc;
}

/* Of a set that somebody has emptied the elements cannot be deleted; the others can. */
static void delete_singly(struct netlink *netlink, const struct guard *guard)
{
	struct guard_element elements[GUARD_ELEMENTS];
	size_t count = guard_elements(guard, elements);

	for (size_t i = 0; i < count; i++) {
		struct error gone = { 0 };
		struct nft_batch batch;

		nft_begin(&batch, netlink, 0);
		guard_change_element(&batch, guard, &elements[i], false);
		if (nft_commit(&batch, &gone))
			continue;
	}
}

/* Another's change came in between, of the tables themselves or while they were read. */
static bool may_try_again(int rc)
{
	return rc == -ERESTART || rc == -EINTR || rc == -EEXIST || rc == -ENOENT;
}

int guard_apply(struct netlink *netlink, const struct guard *from, const struct guard *to,
		int seconds, struct error *err)
{
	time_t deadline = seconds_now() + seconds;
	struct guard current = *from;
	struct error own;
	int rc, look_rc = 0, missing = 0, lock = -1;

	for (;;) {
		own = (struct error){ 0 };
		rc = try_change(netlink, &current, to, seconds, &own);
		missing += rc == -ENOENT;
		if (!may_try_again(rc) || missing == 3 || seconds_now() > deadline)
			break;
		nft_take_turns(&lock, seconds);
		if (missing == 2)
			delete_singly(netlink, &current);
		own = (struct error){ 0 };
		look_rc = guard_look(netlink, from->device, &current, &own);
		if (look_rc && !may_try_again(look_rc))
			break;
		look_rc = 0;
	}
	lock_release(lock);
	rc = look_rc ? look_rc : rc;
	return rc ? error_set(err, -rc, "%s", own.text) : 0;
}
