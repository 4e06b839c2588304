// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "conntrack.h"
#include "dhcp.h"
#include "dhcp_print.h"
#include "dhcpd.h"
#include "dnsmasq_own.h"
#include "file.h"
#include "firewall.h"
#include "hook.h"
#include "ifup.h"
#include "inventory.h"
#include "link.h"
#include "log.h"
#include "neighbour.h"
#include "print.h"
#include "probe.h"
#include "route.h"
#include "store.h"
#include "sysctl.h"
#include "uplink_port.h"
#include "vlan_link.h"

/* The longest step, but for those that have a list: each VLAN a command of its own, or two. */
#define STEP_TEXT 524288
#define ENTRY_TEXT 1024	/* one of a list; of its next hops each byte takes no more than ten */

static int write_file(const struct file_change *change, struct error *err)
{
	const char *slash = strrchr(change->path, '/');
	char directory[FACTS_PATH];
	int rc;

	if (!change->to)
		return file_remove(change->path, err);
	snprintf(directory, sizeof(directory), "%.*s", (int)(slash - change->path), change->path);
	rc = file_make_directory(directory, err);
	return rc ? rc : file_replace(change->path, change->to, err);
}

static int carry_out(const struct tools *tools, const struct step *step, struct error *err)
{
	switch (step->kind) {
	case STEP_LINK:
		return link_apply(tools->netlink, &step->link, err);
	case STEP_NEW_LINK:
		return link_apply_new(tools->netlink, &step->new_link, err);
	case STEP_CARRIER:
		return link_wait_carrier(tools->netlink, &step->carrier, err);
	case STEP_CONFIRM:
		return probe_apply(tools->netlink, &step->confirm, err);
	case STEP_PORT:
		return link_apply_port(tools->netlink, &step->link, err);
	case STEP_VLAN_FILTERING:
		return link_apply_vlan_filtering(tools->netlink, &step->link, err);
	case STEP_VLANS:
		return vlan_link_apply(tools->netlink, &step->vlans, err);
	case STEP_UPLINK:
		return uplink_port_apply(tools->netlink, &step->uplink, tools->seconds, err);
	case STEP_ADDRESS:
		return address_apply(tools->netlink, &step->address, err);
	case STEP_RULES:
		return firewall_apply(tools->firewall, &step->rules, err);
	case STEP_POLICY:
		return firewall_policy(tools->firewall, &step->policy, err);
	case STEP_GUARD:
		return firewall_guard(tools->firewall, &step->guard, err);
	case STEP_ROUTE:
		return route_apply(tools->netlink, &step->route, err);
	case STEP_NEIGHBOUR:
		return neighbour_apply(tools->netlink, &step->neighbour, err);
	case STEP_CONNTRACK:
		return conntrack_apply(&step->conntrack, tools->seconds, err);
	case STEP_IFUP:
		return ifup_apply(&step->ifup, tools->seconds, err);
	case STEP_ENTRIES:
		return inventory_apply(tools->netlink, &step->entries, err);
	case STEP_SYSCTL:
		return sysctl_apply(&step->sysctl, err);
	case STEP_FILE:
		return write_file(&step->file, err);
	case STEP_STORE:
		return store_apply(tools->store, &step->store, err);
	case STEP_HOOK:
		return hook_apply(&step->hook, tools->seconds, err);
	case STEP_DHCP:
		return dhcp_apply(&step->dhcp, tools->seconds, err);
	case STEP_SUBNET:
		return dhcpd_apply_subnet(&step->subnet, tools->seconds, err);
	case STEP_DNSMASQ:
		return dnsmasq_own_apply(&step->dnsmasq, tools->seconds, err);
	}
	return error_set(err, EINVAL, "a step of an unknown kind");
}

static size_t text_size(const struct step *step)
{
	size_t size = STEP_TEXT;

	if (step->kind == STEP_ENTRIES)
		for (size_t i = 0; i < step->entries.entries->count; i++)
			size += ENTRY_TEXT + 10 * (size_t)step->entries.entries->list[i]->len;
	else if (step->kind == STEP_FILE && step->file.to)
		size += strlen(step->file.to);
	return size;
}

/* A step's words, to be freed; NULL: out of memory, or too long. */
static char *words_of(const struct step *step)
{
	size_t size = text_size(step);
	struct text text = { .buf = malloc(size), .size = size };

	if (!text.buf)
		return NULL;
	step_print(step, &text);
	if (!text.cut)
		return text.buf;
	free(text.buf);
	return NULL;
}

/* A file's whole text is not what one wants to read there. */
static void trace(const struct step *step)
{
	char *words, *line, *rest;

	if (step->kind == STEP_FILE && step->file.to) {
		log_line(LOG_DEBUG, "write %s", step->file.path);
		return;
	}
	words = words_of(step);
	for (line = words ? strtok_r(words, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		log_line(LOG_DEBUG, "%s", line);
	free(words);
}

/* These say themselves what they are about, and shorter. */
static bool explains_itself(const struct step *step)
{
	switch (step->kind) {
	case STEP_CONFIRM:
	case STEP_DHCP:
	case STEP_DNSMASQ:
	case STEP_ENTRIES:
	case STEP_FILE:
	case STEP_GUARD:
	case STEP_HOOK:
	case STEP_RULES:
	case STEP_SUBNET:
	case STEP_UPLINK:
	case STEP_VLANS:
		return true;
	default:
		return false;
	}
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
	if (explains_itself(step))
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

/* Without an optional step the rest is still worth having. */
static int apply_or_warn(const struct tools *tools, const struct step *step, struct error *err)
{
	struct error own = { 0 };

	if (!step->optional)
		return apply_step(tools, step, err);
	if (apply_step(tools, step, &own))
		log_line(LOG_WARNING, "%s", own.text);
	return 0;
}

int apply_all_or_nothing(const struct tools *tools, const struct plan *plan, struct error *err)
{
	size_t i;
	int rc = plan_check(plan, err);

	if (rc)
		return rc;
	for (i = 0; i < plan->count && !rc; i++)
		rc = apply_or_warn(tools, &plan->steps[i], err);
	if (rc && log_is_verbose())
		log_line(LOG_DEBUG, "%s; undoing", err->text);
	while (rc && i-- > 0)
		undo(tools, &plan->steps[i]);
	return rc;
}

int apply_until_failure(const struct tools *tools, const struct plan *plan, struct error *err)
{
	int rc = plan_check(plan, err);

	for (size_t i = 0; i < plan->count && !rc; i++)
		rc = apply_or_warn(tools, &plan->steps[i], err);
	return rc;
}

int apply_whatever_works(const struct tools *tools, const struct plan *plan, struct error *err)
{
	int rc = plan_check(plan, err);

	for (size_t i = 0; i < plan->count; i++) {
		struct error own = { 0 };

		/* What was noted down for this is still needed, for another try. */
		if (rc && plan->steps[i].kind == STEP_FILE && !plan->steps[i].file.to)
			continue;
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

static bool has_step(const struct plan *plan, enum step_kind kind)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->steps[i].kind == kind)
			return true;
	return false;
}

static bool ends_dnsmasq(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->steps[i].kind == STEP_DNSMASQ && !plan->steps[i].dnsmasq.run)
			return true;
	return false;
}

static bool forgets_rules(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->steps[i].kind == STEP_RULES && !plan->steps[i].rules.set->exact)
			return true;
	return false;
}

/* What some steps' words need. */
static void print_functions(const struct plan *plan, FILE *out)
{
	char buf[STEP_TEXT];
	struct text text = TEXT_IN(buf);

	if (forgets_rules(plan))
		fputs(rule_forget_function, out);
	if (ends_dnsmasq(plan))
		fputs(dhcp_end_function, out);
	if (!has_step(plan, STEP_GUARD))
		return;
	guard_print_functions(&text);
	fputs(buf, out);
}

int apply_print(const struct plan *plan, bool all_or_nothing, FILE *out, struct error *err)
{
	int rc = plan_check(plan, err);

	if (rc)
		return rc;
	if (all_or_nothing)
		fputs("set -e\n", out);
	print_functions(plan, out);
	for (size_t i = 0; i < plan->count; i++) {
		bool optional = all_or_nothing && plan->steps[i].optional;
		char *words = words_of(&plan->steps[i]);

		if (!words)
			return error_set(err, E2BIG, "a step is too long to print");
		fprintf(out, optional ? "{ %s\n} || echo 'this failed, and is not needed' >&2\n" :
					"%s\n", words);
		free(words);
	}
	if (fflush(out) || ferror(out))
		return error_set(err, EIO, "cannot print the plan");
	return 0;
}
