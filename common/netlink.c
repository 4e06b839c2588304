// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define REPLY_SIZE 65536	/* above what one dump message can be: NLMSG_GOODSIZE … 32 KiB */
#define DUMP_TRIES 5
#define BATCH_ROOM 16384	/* bytes that are sent without asking for more room */

struct netlink {
	struct nl_sock *socket;
	int seconds;	/* for an answer */
	char reply[REPLY_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static int open_socket(struct netlink **netlink, int family, struct error *err)
{
	struct netlink *new = malloc(sizeof(*new));
	int rc;

	if (!new)
		return error_set(err, ENOMEM, "out of memory");
	new->socket = nl_socket_alloc();
	if (!new->socket) {
		free(new);
		return error_set(err, ENOMEM, "out of memory");
	}
	new->seconds = 0;
	*netlink = new;
	rc = nl_connect(new->socket, family);
	if (rc == -NLE_PROTO_MISMATCH || rc == -NLE_AF_NOSUPPORT)
		return error_set(err, EPROTONOSUPPORT, "the kernel has no netlink family %d", family);
	if (rc)
		return error_set(err, EPROTO, "cannot open a netlink socket: %s",
				 nl_geterror(rc));
	return 0;
}

static int set_option(struct netlink *netlink, int option, int value, const char *name,
		      struct error *err)
{
	if (setsockopt(nl_socket_get_fd(netlink->socket), SOL_NETLINK, option, &value,
		       sizeof(value)))
		return error_set(err, errno, "netlink socket option %s: %s", name,
				 strerror(errno));
	return 0;
}

static int limit_wait(struct netlink *netlink, int seconds, struct error *err)
{
	const struct timeval limit = { .tv_sec = seconds };

	netlink->seconds = seconds;
	if (setsockopt(nl_socket_get_fd(netlink->socket), SOL_SOCKET, SO_RCVTIMEO, &limit,
		       sizeof(limit)))
		return error_set(err, errno, "netlink socket option RCVTIMEO: %s",
				 strerror(errno));
	return 0;
}

int netlink_open(struct netlink **netlink, int family, int seconds, struct error *err)
{
	int rc = open_socket(netlink, family, err);

	if (!rc)
		rc = set_option(*netlink, NETLINK_EXT_ACK, 1, "EXT_ACK", err);
	/* Filters of a dump are silently ignored without it (linux/netlink.h). */
	if (!rc)
		rc = set_option(*netlink, NETLINK_GET_STRICT_CHK, 1, "GET_STRICT_CHK", err);
	return rc ? rc : limit_wait(*netlink, seconds, err);
}

int netlink_listen(struct netlink **netlink, struct error *err)
{
	int rc = open_socket(netlink, NETLINK_ROUTE, err);

	return rc ? rc : set_option(*netlink, NETLINK_ADD_MEMBERSHIP, RTNLGRP_LINK,
				    "ADD_MEMBERSHIP", err);
}

void netlink_close(struct netlink *netlink)
{
	if (!netlink)
		return;
	nl_socket_free(netlink->socket);
	free(netlink);
}

struct nl_msg *netlink_message(int type, int flags, const void *head, size_t size)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (message && nlmsg_append(message, (void *)head, size, NLMSG_ALIGNTO)) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

/* Text of an extended ACK (NLMSGERR_ATTR_MSG), or NULL. */
static const char *kernel_words(const struct nlmsghdr *header)
{
	const struct nlmsgerr *ack = nlmsg_data(header);
	size_t skip = sizeof(*ack), total = (size_t)nlmsg_datalen(header);
	struct nlattr *words;

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	/* The request's payload stands between, unless the kernel was asked to cut it off. */
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(ack->msg.nlmsg_len - sizeof(ack->msg));
	if (skip >= total)
		return NULL;
	words = nla_find((const struct nlattr *)((const char *)ack + skip),
			 (int)(total - skip), NLMSGERR_ATTR_MSG);
	return words && nla_len(words) && !((char *)nla_data(words))[nla_len(words) - 1] ?
	       nla_get_string(words) : NULL;
}

/* An ACK or the refusal of a request. */
static int take_ack(const struct nlmsghdr *header, struct error *err)
{
	const struct nlmsgerr *ack = nlmsg_data(header);
	const char *words;

	if (nlmsg_datalen(header) < (int)sizeof(*ack))
		return error_set(err, EBADMSG, "the kernel sent a netlink message that is too short");
	if (!ack->error)
		return 0;
	words = kernel_words(header);
	return error_set(err, -ack->error, "%s%s%s", words ? words : "", words ? ": " : "",
			 strerror(-ack->error));
}

/* The end of a dump carries its result. */
static int take_done(const struct nlmsghdr *header, struct error *err)
{
	int result = 0;

	if (nlmsg_datalen(header) >= (int)sizeof(result))
		memcpy(&result, nlmsg_data(header), sizeof(result));
	return result < 0 ? error_set(err, -result, "%s", strerror(-result)) : 0;
}

static ssize_t receive(struct netlink *netlink, struct error *err)
{
	ssize_t n;

	do
		n = recv(nl_socket_get_fd(netlink->socket), netlink->reply, REPLY_SIZE, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return error_set(err, ETIMEDOUT, "no answer from the kernel within %d s",
				 netlink->seconds);
	if (n < 0)
		return error_set(err, errno, "netlink: %s", strerror(errno));
	if (n > REPLY_SIZE)
		return error_set(err, EMSGSIZE, "netlink: a reply of %zd bytes", n);
	return n;
}

/* What came of one datagram: still more to read, or the end. */
struct outcome {
	bool ended;
	bool interrupted;	/* a dump during which something changed */
	int rc;
};

static void take_message(const struct nlmsghdr *header, netlink_reply reply, void *arg,
			 struct outcome *outcome, struct error *err)
{
	int rc;

	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		outcome->interrupted = true;
	if (header->nlmsg_type == NLMSG_ERROR) {
		outcome->ended = true;
		if (!outcome->rc)
			outcome->rc = take_ack(header, err);
	} else if (header->nlmsg_type == NLMSG_DONE) {
		outcome->ended = true;
		if (!outcome->rc)
			outcome->rc = take_done(header, err);
	} else {
		outcome->ended |= !(header->nlmsg_flags & NLM_F_MULTI);
		if (!reply || outcome->rc)
			return;
		rc = reply(header, arg, err);
		outcome->ended |= rc == NETLINK_ENOUGH;
		outcome->rc = rc < 0 ? rc : 0;
	}
}

static int receive_all(struct netlink *netlink, unsigned sequence, netlink_reply reply, void *arg,
		       struct error *err)
{
	struct outcome outcome = { 0 };

	while (!outcome.ended) {
		struct nlmsghdr *header = (struct nlmsghdr *)netlink->reply;
		ssize_t n = receive(netlink, err);
		int left = (int)n;

		if (n < 0)
			return left;
		for (; nlmsg_ok(header, left); header = nlmsg_next(header, &left))
			if (header->nlmsg_seq == sequence)
				take_message(header, reply, arg, &outcome, err);
	}
	return outcome.interrupted && !outcome.rc ? -EINTR : outcome.rc;
}

static int send_all(struct netlink *netlink, void *data, size_t len, struct error *err)
{
	int rc;

	do
		rc = nl_sendto(netlink->socket, data, len);
	while (rc == -NLE_INTR);
	return rc < 0 ? error_set(err, EIO, "netlink: %s", nl_geterror(rc)) : 0;
}

/* One try; a dump that something changed in between is -EINTR, without a text. */
static int exchange(struct netlink *netlink, struct nlmsghdr *header, netlink_reply reply,
		    void *arg, struct error *err)
{
	int rc;

	header->nlmsg_seq = netlink_sequence(netlink);
	rc = send_all(netlink, header, header->nlmsg_len, err);
	if (rc)
		return rc;
	return receive_all(netlink, header->nlmsg_seq, reply, arg, err);
}

int netlink_talk(struct netlink *netlink, struct nl_msg *message, int put_failed,
		 netlink_reply reply, void *arg, struct error *err)
{
	int rc, tries = DUMP_TRIES;

	if (!message || put_failed) {
		nlmsg_free(message);
		return error_set(err, ENOMEM, "out of memory");
	}
	/* A question is answered, a dump ended by a message of its own; a change needs an ACK. */
	if (!reply)
		nlmsg_hdr(message)->nlmsg_flags |= NLM_F_ACK;
	do
		rc = exchange(netlink, nlmsg_hdr(message), reply, arg, err);
	while (rc == -EINTR && --tries);
	if (rc == -EINTR)
		error_set(err, EINTR, "netlink: what was asked for keeps changing");
	nlmsg_free(message);
	return rc;
}

unsigned netlink_sequence(struct netlink *netlink)
{
	return nl_socket_use_seq(netlink->socket);
}

/* It goes in one piece or not at all; libnl makes room for 32 KiB. */
static int make_room(struct netlink *netlink, size_t len, struct error *err)
{
	int size = (int)len;

	if (len > BATCH_ROOM && setsockopt(nl_socket_get_fd(netlink->socket), SOL_SOCKET,
					   SO_SNDBUF, &size, sizeof(size)))
		return error_set(err, errno, "netlink socket option SNDBUF: %s", strerror(errno));
	return 0;
}

/* Refusals come in the batch's order, but one of the whole of it first (nfnetlink_rcv_batch). */
int netlink_talk_batch(struct netlink *netlink, void *data, size_t len, unsigned first,
		       unsigned last, struct error *err)
{
	bool ended = false;
	int rc = make_room(netlink, len, err);

	if (!rc)
		rc = send_all(netlink, data, len, err);
	while (!rc && !ended) {
		struct nlmsghdr *header = (struct nlmsghdr *)netlink->reply;
		int left = (int)receive(netlink, err);

		if (left < 0)
			return left;
		for (; nlmsg_ok(header, left); header = nlmsg_next(header, &left)) {
			if (header->nlmsg_seq < first || header->nlmsg_seq > last ||
			    header->nlmsg_type != NLMSG_ERROR)
				continue;
			ended |= header->nlmsg_seq == first || header->nlmsg_seq == last;
			if (!rc)
				rc = take_ack(header, err);
		}
	}
	return rc;
}

int netlink_hear(struct netlink *netlink, int milliseconds, struct error *err)
{
	struct pollfd ready = { .fd = nl_socket_get_fd(netlink->socket), .events = POLLIN };
	int n;

	do
		n = poll(&ready, 1, milliseconds);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_set(err, errno, "netlink: %s", strerror(errno));
	if (n == 0)
		return -ETIMEDOUT;
	/* What it says does not matter, nor that some of it got lost: the caller looks again. */
	if (recv(ready.fd, netlink->reply, REPLY_SIZE, MSG_DONTWAIT) < 0 && errno != ENOBUFS &&
	    errno != EAGAIN && errno != EINTR)
		return error_set(err, errno, "netlink: %s", strerror(errno));
	return 0;
}
