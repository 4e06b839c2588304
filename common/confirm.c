// SPDX-License-Identifier: GPL-2.0-or-later
#include "confirm.h"

#include "log.h"
#include "probe.h"

#define BEFORE 2	/* seconds; what works at all answers in milliseconds */

static void take_those_that_answer(const struct router *routers, size_t count,
				   const bool *answered, struct dance *dance)
{
	char text[INET_TEXT];

	for (size_t i = 0; i < count; i++) {
		if (answered[i]) {
			dance->routers[dance->router_count++] = routers[i];
			continue;
		}
		inet_print(&routers[i].address, text);
		log_line(LOG_NOTICE, "the router %s does not answer on %s even before: it is not asked "
			 "again", text, dance->journal.netdev);
	}
}

int confirm_look(const struct request *request, struct dance *dance, struct error *err)
{
	int seconds = request->confirm < BEFORE ? request->confirm : BEFORE;
	struct router routers[ROUTERS];
	bool answered[ROUTERS];
	size_t count;
	int rc;

	dance->router_count = 0;
	dance->confirm = request->confirm;
	if (!request->confirm)
		return 0;
	count = router_find(&dance->journal.wanted, routers);
	if (!count)
		log_line(LOG_NOTICE, "no default route goes by %s: nobody is asked whether it works",
			 dance->journal.netdev);
	rc = probe_ask(&dance->nic, routers, count, seconds * 1000, answered, err);
	if (!rc)
		take_those_that_answer(routers, count, answered, dance);
	return rc;
}
