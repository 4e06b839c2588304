// SPDX-License-Identifier: GPL-2.0-or-later
// Looking: at xenstore, which completes the request, and at the few links that it names.
#ifndef LOOK_H
#define LOOK_H

#include "apply.h"
#include "error.h"
#include "facts.h"
#include "request.h"

struct netlink;

/* What else a program needs, the link itself having been found; it may log advice. */
typedef int (*look_further)(struct netlink *netlink, const struct request *request,
			    struct facts *facts, struct error *err);

struct look {
	struct tools *tools;		/* opened as need be, and not closed here */
	struct request *request;
	struct facts *facts;
	bool routed;			/* taking down needs the guest's addresses and gateway */
	char *values[KEY_COUNT];	/* what the request and the facts got from xenstore */
};

/*
 * Look at all that bringing an interface up needs, and check the request, which is complete
 * then. Waits for the interface. -ENOENT: the backend's directory is not in xenstore.
 */
int look_up(struct look *look, look_further further, struct error *err) MUST_CHECK;

/*
 * Find the interface that is to be taken down; that it is gone is no error. `further` may be NULL;
 * it is called also when the interface is gone or an error has occurred. After an error the facts
 * hold what could be seen all the same.
 */
int look_down(struct look *look, look_further further, struct error *err) MUST_CHECK;

/* Free what was read. */
void look_close(struct look *look);

#endif
