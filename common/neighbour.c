// SPDX-License-Identifier: GPL-2.0-or-later
#include "neighbour.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netlink.h"

struct answer {
	bool fixed;
	uint8_t mac[MAC_LEN];
};

static int take_neighbour(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct nlattr *tb[NDA_MAX + 1];
	const struct ndmsg *ndm = nlmsg_data(reply);
	struct answer *answer = arg;

	if (nlmsg_parse((struct nlmsghdr *)reply, sizeof(*ndm), tb, NDA_MAX, NULL))
		return error_set(err, EBADMSG,
				 "the kernel described a neighbour in an unknown way");
	answer->fixed = ndm->ndm_flags & NTF_PROXY || ndm->ndm_state & NUD_PERMANENT;
	if (tb[NDA_LLADDR] && nla_len(tb[NDA_LLADDR]) == MAC_LEN)
		memcpy(answer->mac, nla_data(tb[NDA_LLADDR]), MAC_LEN);
	return 0;
}

static int put_ip(struct nl_msg *message, const struct inet_prefix *ip)
{
	return nla_put(message, NDA_DST, ip->family == AF_INET6 ? 16 : 4, ip->addr);
}

int neighbour_find(struct netlink *netlink, struct neighbour *neighbour, bool *found,
		   struct error *err)
{
	const struct ndmsg ndm = {
		.ndm_family = neighbour->ip.family,
		.ndm_ifindex = neighbour->link,
		.ndm_flags = neighbour->proxy ? NTF_PROXY : 0,
	};
	struct nl_msg *message = netlink_message(RTM_GETNEIGH, 0, &ndm, sizeof(ndm));
	struct answer answer = { 0 };
	struct error refusal = { 0 };
	int rc = netlink_talk(netlink, message, !message || put_ip(message, &neighbour->ip),
			      take_neighbour, &answer, &refusal);

	memcpy(neighbour->mac, answer.mac, MAC_LEN);
	*found = !rc && answer.fixed;
	/* The last one: the kernel has no such family. */
	if (!rc || rc == -ENOENT || rc == -EAFNOSUPPORT)
		return 0;
	return error_set(err, -rc, "looking for a neighbour on %s: %s",
			 neighbour->link_name, refusal.text);
}

int neighbour_apply(struct netlink *netlink, const struct neighbour_change *change,
		    struct error *err)
{
	const struct neighbour *neighbour = &change->neighbour;
	const struct ndmsg ndm = {
		.ndm_family = neighbour->ip.family,
		.ndm_ifindex = neighbour->link,
		.ndm_state = NUD_PERMANENT,
		.ndm_flags = neighbour->proxy ? NTF_PROXY : 0,
	};
	struct nl_msg *message = netlink_message(change->add ? RTM_NEWNEIGH : RTM_DELNEIGH,
						 change->add ? NLM_F_CREATE | NLM_F_REPLACE : 0,
						 &ndm, sizeof(ndm));
	int failed = !message || put_ip(message, &neighbour->ip);
	struct error refusal = { 0 };
	int rc;

	if (!failed && change->add && !neighbour->proxy)
		failed = nla_put(message, NDA_LLADDR, MAC_LEN, neighbour->mac);
	rc = netlink_talk(netlink, message, failed, NULL, NULL, &refusal);
	if (!change->add && rc == -ENOENT)
		return 0;
	return rc ? error_set(err, -rc, "%s", refusal.text) : 0;
}
