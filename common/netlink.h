// SPDX-License-Identifier: GPL-2.0-or-later
// The one conversation with a netlink family: a request, its replies, the kernel's own words on failure.
#ifndef NETLINK_H
#define NETLINK_H

#include <stddef.h>

#include "error.h"

struct netlink;
struct nl_msg;		/* libnl's message under construction */
struct nlmsghdr;

/*
 * Called for each reply; a negative errno (with err set) is the conversation's result then.
 * NETLINK_ENOUGH: no more of them are wanted; the socket is good for being closed then.
 */
#define NETLINK_ENOUGH 1
typedef int (*netlink_reply)(const struct nlmsghdr *reply, void *arg, struct error *err);

/*
 * Open a socket of a family (NETLINK_ROUTE …) that may live for the whole run. The kernel answers
 * at once; should it not do so within `seconds`, that is -ETIMEDOUT. -EPROTONOSUPPORT: the kernel
 * has no such family.
 */
int netlink_open(struct netlink **netlink, int family, int seconds, struct error *err) MUST_CHECK;

/* Close; NULL is fine. */
void netlink_close(struct netlink *netlink);

/*
 * A new message of a type (RTM_*) and NLM_F_* flags that begins with that type's own structure
 * (struct ifinfomsg …); NULL: out of memory, which netlink_talk reports.
 */
struct nl_msg *netlink_message(int type, int flags, const void *head, size_t size);

/*
 * Send a request and wait for its answer: a change's acknowledgement (`reply` is NULL then), the
 * one message that answers a question, or all those of a dump. The message is freed in any case.
 * `put_failed` is what building it came to: non-zero, or no message, is taken as out of memory,
 * so that builders need no way out of their own.
 * A result of -ENODEV etc. comes with the text of NLMSGERR_ATTR_MSG (linux/netlink.h), if any,
 * and of the errno. -EINTR: something changed during a list, however often it was begun anew.
 * Replies to earlier requests whose answer got lost are skipped.
 */
int netlink_talk(struct netlink *netlink, struct nl_msg *message, int put_failed,
		 netlink_reply reply, void *arg, struct error *err) MUST_CHECK;

/* A number for the next message of a batch. */
unsigned netlink_sequence(struct netlink *netlink);

/*
 * Send messages that the kernel takes or refuses as a whole, in one datagram: numbered from
 * `first`, which begins the batch, and the last of those that change something, `last`, wanting
 * an ACK. The first refusal is the result; the beginning's stands for the whole batch.
 */
int netlink_talk_batch(struct netlink *netlink, void *data, size_t len, unsigned first,
		       unsigned last, struct error *err) MUST_CHECK;

/*
 * A second socket that hears of every link that comes or changes (RTNLGRP_LINK): subscribe, look,
 * then wait for events until it is there. netlink_hear returns 0 after at least one event,
 * -ETIMEDOUT (without a text) when none came in `milliseconds`.
 */
int netlink_listen(struct netlink **netlink, struct error *err) MUST_CHECK;
int netlink_hear(struct netlink *netlink, int milliseconds, struct error *err) MUST_CHECK;

#endif
