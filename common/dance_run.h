// SPDX-License-Identifier: GPL-2.0-or-later
// One device's dance from beginning to end: look, plan, apply, look again; and back, if anything
// fails.
#ifndef DANCE_RUN_H
#define DANCE_RUN_H

#include "apply.h"
#include "dance.h"
#include "error.h"
#include "network_bridge.h"
#include "plan.h"
#include "request.h"

struct dance_run {
	const struct network_bridge *program;
	struct request request;		/* for one bridge */
	struct dance dance;
	struct plan plan;
	struct tools tools;		/* of the frame */
};

/*
 * Start, or stop, what the request says. That it is so already is no error; what is started but no
 * longer whole, start makes whole. A start that fails is undone. Errors are those of the kernel,
 * and why it cannot be (dance_check).
 */
int dance_run_start(struct dance_run *run, struct error *err) MUST_CHECK;
int dance_run_stop(struct dance_run *run, struct error *err) MUST_CHECK;

/* Stop, and start the same device again as it was, but for what the request says. */
int dance_run_restart(struct dance_run *run, struct error *err) MUST_CHECK;

/* Bring all devices back that a run was killed over, or that it could not bring back itself. */
int dance_run_recover(struct dance_run *run, struct error *err) MUST_CHECK;

#endif
