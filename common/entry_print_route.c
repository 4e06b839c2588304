// SPDX-License-Identifier: GPL-2.0-or-later
// Routes in ip(8)'s words.
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "entry_printer.h"
#include "util.h"

static void add_via(struct printer *p, const struct rtattr *attr)
{
	struct rtvia via;
	char text[INET6_ADDRSTRLEN] = "?";

	if (attr_len(attr) < sizeof(via))
		return;
	memcpy(&via, attr_data(attr), sizeof(via));
	if (attr_len(attr) - sizeof(via) >= (via.rtvia_family == AF_INET6 ? 16 : 4))
		inet_ntop(via.rtvia_family, (const char *)attr_data(attr) + sizeof(via), text,
			  sizeof(text));
	text_add(p->out, " via %s %s", via.rtvia_family == AF_INET6 ? "inet6" : "inet", text);
}

static void add_hop_attr(struct printer *p, const struct rtattr *attr)
{
	switch (attr_type(attr)) {
	case RTA_GATEWAY:
		text_add(p->out, " via");
		printer_inet(p, entry_family(p->entry), attr);
		break;
	case RTA_VIA:
		add_via(p, attr);
		break;
	case RTA_FLOW:
		printer_realms(p, attr_u32(attr));
		break;
	default:
		printer_no_words(p, attr);
	}
}

static void add_hops(struct printer *p, const struct rtattr *paths)
{
	struct attr_span hops = attr_inside(paths);
	const struct rtnexthop *hop;

	while ((hop = entry_next_hop(&hops))) {
		struct attr_span span = {
			(const unsigned char *)(hop + 1), hop->rtnh_len - sizeof(*hop),
		};
		const struct rtattr *attr;

		text_add(p->out, " nexthop");
		while ((attr = attr_next(&span)))
			add_hop_attr(p, attr);
		printer_device(p, "dev", hop->rtnh_ifindex);
		text_add(p->out, " weight %u", hop->rtnh_hops + 1u);
		if (hop->rtnh_flags & RTNH_F_ONLINK)
			text_add(p->out, " onlink");
	}
}

/* Behind some numbers `lock` says that the kernel must not change them by itself. */
static void add_metrics(struct printer *p, const struct rtattr *metrics)
{
	static const char *const names[] = {
		[RTAX_MTU] = "mtu", [RTAX_WINDOW] = "window", [RTAX_RTT] = "rtt",
		[RTAX_RTTVAR] = "rttvar", [RTAX_SSTHRESH] = "ssthresh", [RTAX_CWND] = "cwnd",
		[RTAX_ADVMSS] = "advmss", [RTAX_REORDERING] = "reordering",
		[RTAX_HOPLIMIT] = "hoplimit", [RTAX_INITCWND] = "initcwnd",
		[RTAX_RTO_MIN] = "rto_min", [RTAX_INITRWND] = "initrwnd",
		[RTAX_QUICKACK] = "quickack",
	};
	struct attr_span span = attr_inside(metrics);
	const struct rtattr *attr, *locks = attr_find(span, RTAX_LOCK);
	uint32_t locked = locks ? attr_u32(locks) : 0;

	while ((attr = attr_next(&span))) {
		unsigned type = attr_type(attr);

		if (type == RTAX_LOCK)
			continue;
		if (type == RTAX_CC_ALGO)
			printer_text(p, locked & 1u << type ? "congctl lock" : "congctl", attr);
		else if (type == RTAX_FEATURES && attr_u32(attr) == RTAX_FEATURE_ECN)
			text_add(p->out, " features ecn");
		else if (type < ARRAY_SIZE(names) && names[type])
			text_add(p->out, " %s%s %u", names[type],
				 locked & 1u << type ? " lock" : "", attr_u32(attr));
		else
			printer_no_words(p, metrics);
	}
}

static void add_preference(struct printer *p, const struct rtattr *attr)
{
	/* draft-ietf-ipv6-router-selection: the kernel's RTA_PREF */
	static const char *const names[] = { [1] = "high", [3] = "low" };
	uint8_t value = *(const uint8_t *)attr_data(attr);

	if (value < ARRAY_SIZE(names) && names[value])
		text_add(p->out, " pref %s", names[value]);
}

static void add_table(struct printer *p, uint32_t table)
{
	static const struct printer_word words[] = { { RT_TABLE_LOCAL, "local" } };

	if (table != RT_TABLE_MAIN)
		printer_number(p, "table", table, words, ARRAY_SIZE(words));
}

static void add_route_attr(struct printer *p, const struct rtattr *attr)
{
	uint32_t value = attr_u32(attr);

	switch (attr_type(attr)) {
	case RTA_DST:
	case RTA_MULTIPATH:	/* the last words */
		break;
	case RTA_SRC:
		text_add(p->out, " from");
		printer_prefix(p, attr, ((const struct rtmsg *)(const void *)p->entry->data)->rtm_src_len);
		break;
	case RTA_OIF:
		printer_device(p, "dev", (int)value);
		break;
	case RTA_PREFSRC:
		text_add(p->out, " src");
		printer_inet(p, entry_family(p->entry), attr);
		break;
	case RTA_TABLE:
		add_table(p, value);
		break;
	case RTA_PRIORITY:
		text_add(p->out, " metric %u",
			 p->verb == ENTRY_DELETE ? value : entry_metric(p->entry, value));
		break;
	case RTA_METRICS:
		add_metrics(p, attr);
		break;
	case RTA_EXPIRES:
		text_add(p->out, " expires %u", value);
		break;
	case RTA_NH_ID:
		text_add(p->out, " nhid %u", value);
		break;
	case RTA_PREF:
		add_preference(p, attr);
		break;
	default:
		add_hop_attr(p, attr);
	}
}

static void add_route_type(struct printer *p, unsigned type)
{
	static const char *const names[] = {
		[RTN_UNICAST] = "", [RTN_LOCAL] = " local", [RTN_BROADCAST] = " broadcast",
		[RTN_ANYCAST] = " anycast", [RTN_MULTICAST] = " multicast",
		[RTN_BLACKHOLE] = " blackhole", [RTN_UNREACHABLE] = " unreachable",
		[RTN_PROHIBIT] = " prohibit", [RTN_THROW] = " throw",
	};

	if (type < ARRAY_SIZE(names) && names[type])
		text_add(p->out, "%s", names[type]);
	else
		text_add(p->out, " %u", type);
}

static void add_route_head(struct printer *p, const struct rtmsg *rtm)
{
	static const struct printer_word scopes[] = {
		{ RT_SCOPE_UNIVERSE, "global" }, { RT_SCOPE_SITE, "site" },
		{ RT_SCOPE_LINK, "link" }, { RT_SCOPE_HOST, "host" },
		{ RT_SCOPE_NOWHERE, "nowhere" },
	};
	static const struct printer_word protocols[] = {
		{ RTPROT_KERNEL, "kernel" }, { RTPROT_BOOT, "boot" },
		{ RTPROT_STATIC, "static" },
	};

	if (rtm->rtm_tos)
		text_add(p->out, " tos 0x%02x", rtm->rtm_tos);
	printer_number(p, "proto", rtm->rtm_protocol, protocols, ARRAY_SIZE(protocols));
	if (rtm->rtm_family == AF_INET)
		printer_number(p, "scope", rtm->rtm_scope, scopes, ARRAY_SIZE(scopes));
	if (rtm->rtm_flags & RTNH_F_ONLINK)
		text_add(p->out, " onlink");
}

void printer_route(struct printer *p)
{
	const struct rtmsg *rtm = (const void *)p->entry->data;
	struct attr_span span = entry_attrs(p->entry);
	const struct rtattr *attr, *paths = printer_find(p, RTA_MULTIPATH);
	const char *command = p->verb == ENTRY_DELETE ? "del" :
			      p->entry->ahead ? "prepend" : "append";

	text_add(p->out, "ip %sroute %s", rtm->rtm_family == AF_INET6 ? "-6 " : "", command);
	add_route_type(p, rtm->rtm_type);
	printer_prefix(p, printer_find(p, RTA_DST), rtm->rtm_dst_len);
	while ((attr = attr_next(&span)))
		add_route_attr(p, attr);
	add_route_head(p, rtm);
	if (paths)
		add_hops(p, paths);
}
