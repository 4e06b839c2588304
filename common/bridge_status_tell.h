// SPDX-License-Identifier: GPL-2.0-or-later
// The command `status` of network-bridge.
#ifndef BRIDGE_STATUS_TELL_H
#define BRIDGE_STATUS_TELL_H

#include "apply.h"
#include "error.h"
#include "request.h"

/*
 * Tell, on stdout, how what the request names is getting on; or, when it names nothing, all
 * devices that there is a journal of. The result is the exit status: 0, 1 or 3 (bridge_status.h),
 * or negative: it could not be found out.
 */
int bridge_status_tell(const struct request *request, struct tools *tools,
		       struct error *err) MUST_CHECK;

#endif
