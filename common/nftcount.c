// SPDX-License-Identifier: GPL-2.0-or-later
#include "nftcount.h"

#include <linux/netfilter/nf_tables.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "netlink.h"
#include "nft.h"
#include "nftrule.h"

struct tally {
	struct rule_count *counts;
	size_t count;
	unsigned sequence;
};

static int take_rule(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *expressions = nft_find(reply, NFTA_RULE_EXPRESSIONS);
	struct tally *tally = arg;

	(void)err;
	/* The list is begun anew. */
	for (size_t i = 0; reply->nlmsg_seq != tally->sequence && i < tally->count; i++)
		tally->counts[i].rules = 0;
	tally->sequence = reply->nlmsg_seq;
	for (size_t i = 0; expressions && i < tally->count; i++)
		tally->counts[i].rules += nftrule_is_of(expressions, tally->counts[i].device);
	return 0;
}

int nftcount(struct netlink *netlink, uint8_t family, struct rule_count *counts, size_t count,
	     struct error *err)
{
	struct tally tally = { .counts = counts, .count = count };
	struct nl_msg *message = nft_message(NFT_MSG_GETRULE, NLM_F_DUMP, family);
	int failed = !message || nla_put_string(message, NFTA_RULE_TABLE, RULE_TABLE) ||
		     nla_put_string(message, NFTA_RULE_CHAIN, RULE_CHAIN);

	return netlink_talk(netlink, message, failed, take_rule, &tally, err);
}
