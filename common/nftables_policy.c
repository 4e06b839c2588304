// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "nft.h"
#include "nftables.h"

/* For a chain that is there, all must be as it is (nf_tables_api.c, nf_tables_updchain). */
static int put_chain(struct nl_msg *chain, bool drop)
{
	struct nlattr *hook;
	int rc = nla_put_string(chain, NFTA_CHAIN_TABLE, RULE_TABLE);

	rc |= nla_put_string(chain, NFTA_CHAIN_NAME, RULE_CHAIN);
	rc |= nla_put_string(chain, NFTA_CHAIN_TYPE, "filter");
	hook = nla_nest_start(chain, NFTA_CHAIN_HOOK);
	if (!hook)
		return -1;
	rc |= nft_put_u32(chain, NFTA_HOOK_HOOKNUM, NF_INET_FORWARD);
	rc |= nft_put_u32(chain, NFTA_HOOK_PRIORITY, 0);
	nla_nest_end(chain, hook);
	return rc | nft_put_u32(chain, NFTA_CHAIN_POLICY, drop ? NF_DROP : NF_ACCEPT);
}

int nftables_policy(struct netlink *netlink, uint8_t family, bool drop, struct error *err)
{
	struct nl_msg *table = nft_message(NFT_MSG_NEWTABLE, NLM_F_CREATE, family);
	struct nl_msg *chain = nft_message(NFT_MSG_NEWCHAIN, NLM_F_CREATE, family);
	struct nft_batch batch;

	nft_begin(&batch, netlink, 0);
	nft_add(&batch, table, !table || nla_put_string(table, NFTA_TABLE_NAME, RULE_TABLE));
	nft_add(&batch, chain, !chain || put_chain(chain, drop));
	return nft_commit(&batch, err);
}
