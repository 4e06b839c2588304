// SPDX-License-Identifier: GPL-2.0-or-later
// The frame of a program for one guest interface: read, look, plan, apply, report.
#ifndef PROGRAM_H
#define PROGRAM_H

#include "error.h"
#include "facts.h"
#include "look.h"
#include "plan.h"
#include "request.h"

/* What makes one vif program differ from another. */
struct vif_program {
	const char *name;

	const char *example;	/* KEY=VALUE words for --help */

	look_further look;	/* in bringing up */
	look_further look_down;	/* in taking down; may be NULL */
	bool routed;		/* there, the guest's addresses and gateway are needed */

	/* Pure: from what is asked and what was seen to the steps. */
	int (*plan_up)(const struct request *request, const struct facts *facts,
		       struct plan *plan, struct error *err);
	void (*plan_down)(const struct request *request, const struct facts *facts,
			  struct plan *plan);
};

/*
 * The whole program; the result is main's. 0: done, or nothing to do. 1: failed, and said so on
 * stderr, in the logs and, as far as there is one, in xenstore.
 */
int vif_program_main(int argc, char **argv, const struct vif_program *program);

#endif
