// SPDX-License-Identifier: GPL-2.0-or-later
// Whom start asks, in the end, whether the host is still on the network.
#ifndef CONFIRM_H
#define CONFIRM_H

#include "dance.h"
#include "error.h"
#include "request.h"

/*
 * Of the routers that netdev's default routes go by, take those into the dance that answer as yet:
 * from the others nothing can be learned, and a line says so. Without `confirm` there are none.
 */
int confirm_look(const struct request *request, struct dance *dance,
		 struct error *err) MUST_CHECK;

#endif
