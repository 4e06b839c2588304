// SPDX-License-Identifier: GPL-2.0-or-later
#include "address.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "netlink.h"

struct address_list {
	const struct link *link;
	struct address *out;
	size_t max, count;
};

static int inet_size(int family)
{
	return family == AF_INET6 ? 16 : 4;
}

static bool take_inet(struct nlattr *attr, const struct ifaddrmsg *info, struct inet_prefix *out)
{
	if (!attr || nla_len(attr) != inet_size(info->ifa_family))
		return false;
	out->family = info->ifa_family;
	out->len = info->ifa_prefixlen;
	memcpy(out->addr, nla_data(attr), (size_t)nla_len(attr));
	return true;
}

/* IFA_ADDRESS is the peer's address when IFA_LOCAL is another one (linux/if_addr.h). */
static bool take_both_sides(struct nlattr **tb, const struct ifaddrmsg *info,
			    struct address *address)
{
	if (!take_inet(tb[IFA_LOCAL], info, &address->local))
		return take_inet(tb[IFA_ADDRESS], info, &address->local);
	address->has_peer = take_inet(tb[IFA_ADDRESS], info, &address->peer) &&
			    memcmp(&address->peer, &address->local, sizeof(address->peer));
	return true;
}

static bool is_on(const struct nlmsghdr *reply, const struct link *link)
{
	const struct ifaddrmsg *info = nlmsg_data(reply);

	return reply->nlmsg_type == RTM_NEWADDR && (int)info->ifa_index == link->index;
}

static int parse_address(const struct nlmsghdr *reply, const struct link *link,
			 struct address *address, struct error *err)
{
	struct nlattr *tb[IFA_MAX + 1];
	const struct ifaddrmsg *info = nlmsg_data(reply);

	*address = (struct address){ .link = link->index, .valid = UINT32_MAX,
				     .preferred = UINT32_MAX };
	if (nlmsg_parse((struct nlmsghdr *)reply, sizeof(*info), tb, IFA_MAX, NULL) ||
	    !take_both_sides(tb, info, address))
		return error_set(err, EBADMSG, "the kernel described an address in an unknown way");
	memcpy(address->link_name, link->name, IFNAMSIZ);
	address->has_broadcast = take_inet(tb[IFA_BROADCAST], info, &address->broadcast);
	if (tb[IFA_LABEL])
		nla_strlcpy(address->label, tb[IFA_LABEL], IFNAMSIZ);
	address->scope = info->ifa_scope;
	address->flags = tb[IFA_FLAGS] ? nla_get_u32(tb[IFA_FLAGS]) : info->ifa_flags;
	if (tb[IFA_PROTO])
		address->protocol = nla_get_u8(tb[IFA_PROTO]);
	if (tb[IFA_CACHEINFO]) {
		const struct ifa_cacheinfo *life = nla_data(tb[IFA_CACHEINFO]);

		address->valid = life->ifa_valid;
		address->preferred = life->ifa_prefered;
	}
	return 0;
}

static int take_address(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct address_list *list = arg;
	struct address address;
	int rc;

	if (!is_on(reply, list->link))
		return 0;
	rc = parse_address(reply, list->link, &address, err);
	if (rc)
		return rc;
	if (list->count == list->max)
		return error_set(err, E2BIG, "%s has more than %zu addresses",
				 list->link->name, list->max);
	list->out[list->count++] = address;
	return 0;
}

/* A list of at most one. */
static int take_main(const struct nlmsghdr *reply, void *arg, struct error *err)
{
	struct address_list *list = arg;
	struct address address;
	int rc;

	if (!is_on(reply, list->link) || list->count)
		return 0;
	rc = parse_address(reply, list->link, &address, err);
	if (rc || address.flags & IFA_F_SECONDARY)
		return rc;
	list->out[list->count++] = address;
	return 0;
}

int address_list(struct netlink *netlink, const struct link *link, struct address *out, size_t max,
		 size_t *count, struct error *err)
{
	struct address_list list = { .link = link, .out = out, .max = max };
	const struct ifaddrmsg info = { .ifa_index = (unsigned)link->index };
	struct nl_msg *message = netlink_message(RTM_GETADDR, NLM_F_DUMP, &info, sizeof(info));
	int rc = netlink_talk(netlink, message, !message, take_address, &list, err);

	*count = list.count;
	return rc ? error_prefix(err, "listing the addresses of %s", link->name) : 0;
}

int address_main(struct netlink *netlink, const struct link *link, struct address *out,
		 struct error *err)
{
	struct address_list list = { .link = link, .out = out, .max = 1 };
	const struct ifaddrmsg info = { .ifa_family = AF_INET,
					.ifa_index = (unsigned)link->index };
	struct nl_msg *message = netlink_message(RTM_GETADDR, NLM_F_DUMP, &info, sizeof(info));
	int rc;

	memset(out, 0, sizeof(*out));
	rc = netlink_talk(netlink, message, !message, take_main, &list, err);
	return rc ? error_prefix(err, "listing the addresses of %s", link->name) : 0;
}

static int put_inet(struct nl_msg *message, int attr, const struct inet_prefix *inet)
{
	return nla_put(message, attr, inet_size(inet->family), inet->addr);
}

static int put_address(struct nl_msg *message, const struct address *address, bool add)
{
	/* Flags that an admin may ask for; the others are the kernel's state. */
	const uint32_t asked = IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR |
			       IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;
	const struct ifa_cacheinfo life = { .ifa_valid = address->valid,
					    .ifa_prefered = address->preferred };
	int rc = put_inet(message, IFA_LOCAL, &address->local);

	rc |= put_inet(message, IFA_ADDRESS, address->has_peer ? &address->peer : &address->local);
	if (!add)
		return rc;
	if (address->has_broadcast)
		rc |= put_inet(message, IFA_BROADCAST, &address->broadcast);
	if (*address->label)
		rc |= nla_put_string(message, IFA_LABEL, address->label);
	if (address->protocol)
		rc |= nla_put_u8(message, IFA_PROTO, address->protocol);
	rc |= nla_put_u32(message, IFA_FLAGS, address->flags & asked);
	if (address->preferred != UINT32_MAX)
		rc |= nla_put(message, IFA_CACHEINFO, sizeof(life), &life);
	return rc;
}

int address_apply(struct netlink *netlink, const struct address_change *change,
		  struct error *err)
{
	const struct address *address = &change->address;
	const struct ifaddrmsg info = {
		.ifa_family = address->local.family,
		.ifa_prefixlen = address->local.len,
		.ifa_scope = address->scope,
		.ifa_index = (unsigned)address->link,
	};
	struct nl_msg *message = netlink_message(change->add ? RTM_NEWADDR : RTM_DELADDR,
						 change->add ? NLM_F_CREATE | NLM_F_EXCL : 0,
						 &info, sizeof(info));
	struct error refusal = { 0 };
	int rc = netlink_talk(netlink, message,
			      !message || put_address(message, address, change->add), NULL, NULL,
			      &refusal);

	if (rc == (change->add ? -EEXIST : -EADDRNOTAVAIL))
		return 0;
	return rc ? error_set(err, -rc, "%s", refusal.text) : 0;
}
