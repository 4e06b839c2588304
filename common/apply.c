// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply.h"

#include <errno.h>

#include "address.h"
#include "hook.h"
#include "link.h"
#include "log.h"
#include "store.h"

/* The longest step: a hook with its variables, each of up to a xenstore value's 4 KiB. */
#define STEP_TEXT 8192

static int carry_out(const struct tools *tools, const struct step *step, struct error *err)
{
	switch (step->kind) {
	case STEP_LINK:
		return link_apply(tools->netlink, &step->link, err);
	case STEP_PORT:
		return link_apply_port(tools->netlink, &step->link, err);
	case STEP_ADDRESS:
		return address_apply(tools->netlink, &step->address, err);
	case STEP_STORE:
		return store_apply(tools->store, &step->store, err);
	case STEP_HOOK:
		return hook_apply(&step->hook, tools->seconds, err);
	}
	return error_set(err, EINVAL, "a step of an unknown kind");
}

static void trace(const struct step *step)
{
	char buf[STEP_TEXT];
	struct text text = TEXT_IN(buf);

	step_print(step, &text);
	log_line(LOG_DEBUG, "%s", buf);
}

/* For the kernel's own words to make sense, the command that met them goes in front. */
static int apply_step(const struct tools *tools, const struct step *step, struct error *err)
{
	struct error own = { 0 };
	char buf[sizeof(own.text) / 2];
	struct text text = TEXT_IN(buf);
	int rc;

	if (log_is_verbose())
		trace(step);
	rc = carry_out(tools, step, &own);
	if (!rc)
		return 0;
	if (step->kind == STEP_HOOK)
		return error_set(err, own.code, "%s", own.text);
	step_print(step, &text);
	return error_set(err, own.code, "%s: %s", buf, own.text);
}

static void undo(const struct tools *tools, const struct step *step)
{
	const struct step reverse = step_reverse(step);
	struct error err = { 0 };

	if (apply_step(tools, &reverse, &err) && err.code != ENODEV)
		log_line(LOG_WARNING, "undoing failed: %s", err.text);
}

int apply_all_or_nothing(const struct tools *tools, const struct plan *plan, struct error *err)
{
	size_t i;
	int rc = plan_check(plan, err);

	if (rc)
		return rc;
	for (i = 0; i < plan->count && !rc; i++)
		rc = apply_step(tools, &plan->steps[i], err);
	if (rc && log_is_verbose())
		log_line(LOG_DEBUG, "%s; undoing", err->text);
	while (rc && i-- > 0)
		undo(tools, &plan->steps[i]);
	return rc;
}

int apply_whatever_works(const struct tools *tools, const struct plan *plan, struct error *err)
{
	int rc = plan_check(plan, err);

	for (size_t i = 0; i < plan->count; i++) {
		struct error own = { 0 };

		/* netback takes the device away while we are at it: that is what was wanted. */
		if (!apply_step(tools, &plan->steps[i], &own) || own.code == ENODEV)
			continue;
		if (rc)
			log_line(LOG_WARNING, "%s", own.text);
		else
			rc = error_set(err, own.code, "%s", own.text);
	}
	return rc;
}

int apply_print(const struct plan *plan, bool all_or_nothing, FILE *out, struct error *err)
{
	char buf[STEP_TEXT];
	int rc = plan_check(plan, err);

	if (rc)
		return rc;
	if (all_or_nothing)
		fputs("set -e\n", out);
	for (size_t i = 0; i < plan->count; i++) {
		struct text text = TEXT_IN(buf);

		step_print(&plan->steps[i], &text);
		if (text.cut)
			return error_set(err, E2BIG, "a step is too long to print");
		fprintf(out, "%s\n", buf);
	}
	if (fflush(out) || ferror(out))
		return error_set(err, EIO, "cannot print the plan");
	return 0;
}
