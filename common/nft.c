// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "lock.h"
#include "log.h"
#include "netlink.h"

#define LOCK_FILE "/run/xen-hotplug-nft.lock"
#define BATCH_SIZE 16384	/* at first */

static struct nl_msg *message_of(int type, int flags, uint8_t family, uint16_t resource)
{
	const struct nfgenmsg head = {
		.nfgen_family = family,
		.version = NFNETLINK_V0,
		.res_id = htons(resource),
	};

	return netlink_message(type, flags, &head, sizeof(head));
}

struct nl_msg *nft_message(int type, int flags, uint8_t family)
{
	return message_of(NFNL_SUBSYS_NFTABLES << 8 | type, flags, family, 0);
}

struct nlattr *nft_find(const struct nlmsghdr *message, int attribute)
{
	return nlmsg_find_attr((struct nlmsghdr *)message, sizeof(struct nfgenmsg), attribute);
}

static int take_generation(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *id = nft_find(reply, NFTA_GEN_ID);

	if (!id)
		return error_set(err, EBADMSG, "the kernel did not tell its ruleset's generation");
	*(uint32_t *)arg = ntohl(nla_get_u32(id));
	return 0;
}

int nft_generation(struct netlink *netlink, uint32_t *generation, struct error *err)
{
	struct error own = { 0 };
	int rc = netlink_talk(netlink, nft_message(NFT_MSG_GETGEN, 0, NFPROTO_UNSPEC), 0,
			      take_generation, generation, &own);

	/* Nobody listens, not even after a module was asked for (nfnetlink.c). */
	if (rc == -EINVAL)
		return error_set(err, EOPNOTSUPP, "the kernel has no nf_tables");
	return rc ? error_set(err, -rc, "%s", own.text) : 0;
}

void nft_take_turns(int *lock, int seconds)
{
	struct error err = { 0 };

	if (*lock < 0 && lock_take(LOCK_FILE, seconds, lock, &err))
		log_line(LOG_DEBUG, "%s", err.text);
}

static bool has_room(struct nft_batch *batch, size_t len)
{
	size_t size = batch->size ? batch->size : BATCH_SIZE;
	char *data;

	while (size - batch->len < len)
		size *= 2;
	if (size == batch->size)
		return true;
	data = realloc(batch->data, size);
	if (!data)
		return false;
	batch->data = data;
	batch->size = size;
	return true;
}

void nft_add(struct nft_batch *batch, struct nl_msg *message, int put_failed)
{
	struct nlmsghdr *header = message ? nlmsg_hdr(message) : NULL;

	if (!message || put_failed || batch->failed || !has_room(batch, header->nlmsg_len)) {
		batch->failed = true;
	} else {
		batch->last = header->nlmsg_seq = netlink_sequence(batch->netlink);
		memcpy(batch->data + batch->len, header, header->nlmsg_len);
		batch->len += NLMSG_ALIGN(header->nlmsg_len);
	}
	nlmsg_free(message);
}

/* What frames the batch is of no family, and says whom it is for. */
static struct nl_msg *frame(int type)
{
	return message_of(type, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
}

void nft_begin(struct nft_batch *batch, struct netlink *netlink, uint32_t generation)
{
	struct nl_msg *message = frame(NFNL_MSG_BATCH_BEGIN);
	int failed = !message;

	memset(batch, 0, sizeof(*batch));
	batch->netlink = netlink;
	if (generation && !failed)
		failed = nft_put_u32(message, NFNL_BATCH_GENID, generation);
	nft_add(batch, message, failed);
	batch->first = batch->last;
}

/* One ACK is enough: the kernel acknowledges after all of it is committed (nfnetlink.c). */
static void want_ack(struct nft_batch *batch)
{
	struct nlmsghdr *header = (struct nlmsghdr *)batch->data;

	while (header->nlmsg_seq != batch->last)
		header = (struct nlmsghdr *)((char *)header + NLMSG_ALIGN(header->nlmsg_len));
	header->nlmsg_flags |= NLM_F_ACK;
}

int nft_commit(struct nft_batch *batch, struct error *err)
{
	unsigned last = batch->last;
	int rc = 0;

	if (!batch->failed && last != batch->first) {
		want_ack(batch);
		nft_add(batch, frame(NFNL_MSG_BATCH_END), 0);
		if (!batch->failed)
			rc = netlink_talk_batch(batch->netlink, batch->data, batch->len,
						batch->first, last, err);
	}
	if (batch->failed)
		rc = error_set(err, ENOMEM, "out of memory");
	nft_abandon(batch);
	return rc;
}

void nft_abandon(struct nft_batch *batch)
{
	free(batch->data);
	batch->data = NULL;
}

int nft_put_u32(struct nl_msg *message, int attribute, uint32_t value)
{
	return nla_put_u32(message, attribute, htonl(value));
}

uint32_t nft_u32(struct nlattr *attr)
{
	return attr && nla_len(attr) >= (int)sizeof(uint32_t) ? ntohl(nla_get_u32(attr)) :
								UINT32_MAX;
}

/* An expression: NFTA_LIST_ELEM { NFTA_EXPR_NAME, NFTA_EXPR_DATA { … } }, open at both ends. */
struct expression {
	struct nlattr *element, *data;
};

static int open_expression(struct nl_msg *message, const char *name, struct expression *expression)
{
	expression->data = NULL;
	expression->element = nla_nest_start(message, NFTA_LIST_ELEM);
	if (!expression->element || nla_put_string(message, NFTA_EXPR_NAME, name))
		return -ENOMEM;
	expression->data = nla_nest_start(message, NFTA_EXPR_DATA);
	return expression->data ? 0 : -ENOMEM;
}

static int close_expression(struct nl_msg *message, const struct expression *expression, int rc)
{
	if (rc)
		return rc;
	nla_nest_end(message, expression->data);
	nla_nest_end(message, expression->element);
	return 0;
}

static int put_data(struct nl_msg *message, int attribute, const void *data, uint32_t len)
{
	struct nlattr *nest = nla_nest_start(message, attribute);

	if (!nest || nla_put(message, NFTA_DATA_VALUE, (int)len, data))
		return -ENOMEM;
	nla_nest_end(message, nest);
	return 0;
}

int nft_put_meta(struct nl_msg *message, uint32_t key, uint32_t reg)
{
	struct expression meta;
	int rc = open_expression(message, "meta", &meta);

	if (!rc)
		rc = nft_put_u32(message, NFTA_META_KEY, key);
	if (!rc)
		rc = nft_put_u32(message, NFTA_META_DREG, reg);
	return close_expression(message, &meta, rc);
}

int nft_put_payload(struct nl_msg *message, uint32_t base, uint32_t offset, uint32_t len,
		    uint32_t reg)
{
	struct expression payload;
	int rc = open_expression(message, "payload", &payload);

	if (!rc)
		rc = nft_put_u32(message, NFTA_PAYLOAD_DREG, reg);
	if (!rc)
		rc = nft_put_u32(message, NFTA_PAYLOAD_BASE, base);
	if (!rc)
		rc = nft_put_u32(message, NFTA_PAYLOAD_OFFSET, offset);
	if (!rc)
		rc = nft_put_u32(message, NFTA_PAYLOAD_LEN, len);
	return close_expression(message, &payload, rc);
}

int nft_put_mask(struct nl_msg *message, const void *mask, uint32_t len, uint32_t reg)
{
	static const uint8_t zeros[16];
	struct expression bitwise;
	int rc = open_expression(message, "bitwise", &bitwise);

	if (!rc)
		rc = nft_put_u32(message, NFTA_BITWISE_SREG, reg);
	if (!rc)
		rc = nft_put_u32(message, NFTA_BITWISE_DREG, reg);
	if (!rc)
		rc = nft_put_u32(message, NFTA_BITWISE_LEN, len);
	if (!rc)
		rc = put_data(message, NFTA_BITWISE_MASK, mask, len);
	if (!rc)
		rc = put_data(message, NFTA_BITWISE_XOR, zeros, len);
	return close_expression(message, &bitwise, rc);
}

int nft_put_compare(struct nl_msg *message, uint32_t operator, const void *data, uint32_t len,
		    uint32_t reg)
{
	struct expression compare;
	int rc = open_expression(message, "cmp", &compare);

	if (!rc)
		rc = nft_put_u32(message, NFTA_CMP_SREG, reg);
	if (!rc)
		rc = nft_put_u32(message, NFTA_CMP_OP, operator);
	if (!rc)
		rc = put_data(message, NFTA_CMP_DATA, data, len);
	return close_expression(message, &compare, rc);
}

int nft_put_lookup(struct nl_msg *message, const char *set, bool inverted, uint32_t reg)
{
	struct expression lookup;
	int rc = open_expression(message, "lookup", &lookup);

	if (!rc)
		rc = nla_put_string(message, NFTA_LOOKUP_SET, set);
	if (!rc)
		rc = nft_put_u32(message, NFTA_LOOKUP_SREG, reg);
	if (!rc && inverted)
		rc = nft_put_u32(message, NFTA_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	return close_expression(message, &lookup, rc);
}

int nft_put_match(struct nl_msg *message, const char *name, uint32_t revision, const void *info,
		  uint32_t size)
{
	struct expression match;
	int rc = open_expression(message, "match", &match);

	if (!rc)
		rc = nla_put_string(message, NFTA_MATCH_NAME, name);
	if (!rc)
		rc = nft_put_u32(message, NFTA_MATCH_REV, revision);
	if (!rc)
		rc = nla_put(message, NFTA_MATCH_INFO, (int)size, info);
	return close_expression(message, &match, rc);
}

int nft_put_target(struct nl_msg *message, const char *name, uint32_t revision, const void *info,
		   uint32_t size)
{
	struct expression target;
	int rc = open_expression(message, "target", &target);

	if (!rc)
		rc = nla_put_string(message, NFTA_TARGET_NAME, name);
	if (!rc)
		rc = nft_put_u32(message, NFTA_TARGET_REV, revision);
	if (!rc)
		rc = nla_put(message, NFTA_TARGET_INFO, (int)size, info);
	return close_expression(message, &target, rc);
}

int nft_put_counter(struct nl_msg *message)
{
	struct expression counter;
	int rc = open_expression(message, "counter", &counter);
	const uint64_t zero = 0;

	if (!rc)
		rc = nla_put(message, NFTA_COUNTER_BYTES, sizeof(zero), &zero);
	if (!rc)
		rc = nla_put(message, NFTA_COUNTER_PACKETS, sizeof(zero), &zero);
	return close_expression(message, &counter, rc);
}

static int put_verdict_data(struct nl_msg *message, int verdict, const char *chain)
{
	struct nlattr *data = nla_nest_start(message, NFTA_IMMEDIATE_DATA), *nest;
	int rc;

	nest = data ? nla_nest_start(message, NFTA_DATA_VERDICT) : NULL;
	if (!nest)
		return -ENOMEM;
	rc = nft_put_u32(message, NFTA_VERDICT_CODE, (uint32_t)verdict);
	if (!rc && chain)
		rc = nla_put_string(message, NFTA_VERDICT_CHAIN, chain);
	if (rc)
		return rc;
	nla_nest_end(message, nest);
	nla_nest_end(message, data);
	return 0;
}

int nft_put_verdict(struct nl_msg *message, int verdict, const char *chain)
{
	struct expression immediate;
	int rc = open_expression(message, "immediate", &immediate);

	if (!rc)
		rc = nft_put_u32(message, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	if (!rc)
		rc = put_verdict_data(message, verdict, chain);
	return close_expression(message, &immediate, rc);
}
