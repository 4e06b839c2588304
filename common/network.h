// SPDX-License-Identifier: GPL-2.0-or-later
// The frame of a program for the host's network: read, look, plan, apply, report.
#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>

#include "host.h"
#include "plan.h"

/* What makes one such program differ from another. */
struct network_program {
	const char *name;
	const char *purpose;	/* a sentence for --help */
	const char *partner;	/* the program that shares settings with it */
	bool masquerades;

	/* Pure: from what was seen to what is wanted, and to the steps. */
	void (*want)(struct host *host);
	void (*plan_start)(const struct host *host, struct plan *plan);
	void (*plan_stop)(const struct host *host, struct plan *plan);
};

/*
 * The whole program; the result is main's. 0: done, or, of status, complete. 1: failed, and said so
 * on stderr and in the logs. Of status: 3: not complete, 4: that could not be found out.
 */
int network_program_main(int argc, char **argv, const struct network_program *program);

#endif
