// SPDX-License-Identifier: GPL-2.0-or-later
#include "dance_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "confirm.h"
#include "dance_find.h"
#include "dance_look.h"
#include "file.h"
#include "firewall.h"
#include "ifup.h"
#include "log.h"
#include "storage.h"

#define NAME "network-bridge"
#define TRIES 3		/* to get back, when a step fails */

/* ---- carrying out ----------------------------------------------------------------------------- */

static int apply(struct dance_run *run, bool all_or_nothing, struct error *err)
{
	if (run->request.dry_run)
		return apply_print(&run->plan, all_or_nothing, stdout, err);
	return all_or_nothing ? apply_until_failure(&run->tools, &run->plan, err) :
				apply_whatever_works(&run->tools, &run->plan, err);
}

static void forget_plan(struct dance_run *run)
{
	memset(&run->plan, 0, sizeof(run->plan));
	transfer_free(&run->dance.transfer);
	free(run->dance.next);
	free(run->dance.done);
	run->dance.next = run->dance.done = NULL;
}

/* For antispoof: the one that is asked for, or was when it was started. */
static int look_at_firewall(struct dance_run *run, enum firewall_kind asked, struct error *err)
{
	struct dance *dance = &run->dance;
	bool dropped;
	int rc = 0;

	if (!dance->journal.antispoof)
		return 0;
	if (!run->tools.firewall)
		rc = firewall_open(&run->tools.firewall, run->request.timeout, err);
	if (rc)
		return rc;
	firewall_look(run->tools.firewall, asked, &dance->firewall);
	/* Without an iptables to go by, a rule is as good in the one as in the other. */
	if (dance->firewall.kind == FIREWALL_NONE && asked == FIREWALL_AUTO)
		firewall_look(run->tools.firewall, FIREWALL_NFTABLES, &dance->firewall);
	if (dance->firewall.kind == FIREWALL_NONE)
		return error_set(err, EINVAL, "antispoof=yes and firewall=none do not go together");
	return dance_others_drop(&dance->journal, &dance->others_drop, &dropped, err);
}

static int look_at_new_firewall(struct dance_run *run, struct error *err)
{
	struct dance *dance = &run->dance;
	struct journal *journal = &dance->journal;
	int rc;

	/* What it was before can no longer be seen. */
	if (journal->phase == PHASE_STARTED && journal->antispoof)
		return look_at_firewall(run, journal->firewall, err);
	journal->antispoof = run->request.antispoof == TOGGLE_ON;
	rc = look_at_firewall(run, run->request.firewall, err);
	journal->firewall = journal->antispoof ? dance->firewall.kind : FIREWALL_NONE;
	if (rc || !journal->antispoof)
		return rc;
	journal->dropped = firewall_drops(run->tools.firewall, &dance->firewall, AF_INET);
	return dance_others_drop(journal, &dance->others_drop, &journal->dropped, err);
}

/* Without the device there is no way back, and what the journal has is still needed. */
static int look_at_all(struct dance_run *run, struct error *err)
{
	struct dance *dance = &run->dance;
	int rc = dance_look(run->tools.netlink, dance, err);

	return rc || dance->nic.index ? rc :
	       error_set(err, ENODEV, "%s is gone", dance->journal.netdev);
}

/* An address that somebody has given meanwhile, to the one or the other, is netdev's, too. */
static int take_newcomers(struct dance *dance, struct error *err)
{
	int rc = netdev_add_addresses(&dance->journal.wanted, &dance->on_front, err);

	return rc ? rc : netdev_add_addresses(&dance->journal.wanted, &dance->on_nic, err);
}

/* What one plan left out, for ifup knows nothing of it, or things came otherwise than foreseen. */
static int complete_back(struct dance_run *run, struct error *err)
{
	struct dance *dance = &run->dance;
	int rc = look_at_all(run, err);

	dance->mode = dance->by_ifup ? TRANSFER_KEEP : TRANSFER_ALL;
	dance->by_ifup = dance->ifdown = dance->again = false;
	forget_plan(run);
	if (!rc)
		rc = take_newcomers(dance, err);
	if (!rc)
		rc = dance_settle(dance, false, err);
	if (rc)
		return rc;
	dance_plan_to_nic(dance, &run->plan);
	dance_plan_others(dance, &run->plan);
	dance_plan_journal_done(dance, &run->plan);
	return apply(run, false, err);
}

/* They lose their network; but the scripts did not mind, either. */
static void tell_of_guests(const struct dance *dance)
{
	char buf[1024];
	struct text text = TEXT_IN(buf);

	dance_list_ports(dance, &text);
	if (dance->port_count && dance->journal.made_bridge)
		log_line(LOG_NOTICE, "still on the bridge %s, and taken off: %s",
			 dance->journal.bridge, buf);
}

/* As far back as one look and one plan lead. */
static int go_back(struct dance_run *run, bool by_ifup, struct error *err)
{
	struct dance *dance = &run->dance;
	int rc = look_at_all(run, err);

	ifup_find(dance->ifup);
	dance->by_ifup = by_ifup && *dance->ifup;
	dance->again = !run->request.dry_run;
	dance->ifdown = false;
	dance->mode = TRANSFER_ALL;
	if (!rc)
		rc = look_at_firewall(run, dance->journal.firewall, err);
	forget_plan(run);
	if (!rc)
		rc = dance_settle(dance, false, err);
	if (rc)
		return rc;
	run->program->plan_stop(dance, &run->plan);
	tell_of_guests(dance);
	rc = apply(run, false, err);
	return rc || run->request.dry_run ? rc : complete_back(run, err);
}

/*
 * Back to a netdev without a bridge, whatever there is by now. A step that fails may succeed from
 * where the others have led.
 */
static int bring_back(struct dance_run *run, struct error *err)
{
	struct error own = { 0 };
	int rc = -1;

	for (int i = 0; i < TRIES && rc; i++) {
		memset(&own, 0, sizeof(own));
		rc = go_back(run, run->dance.journal.ifup && !i, &own);
		if (rc && i + 1 < TRIES)
			log_line(LOG_WARNING, "%s; trying again", own.text);
	}
	return rc ? error_set(err, own.code, "%s", own.text) : 0;
}

/*
 * A DHCP client hangs on to the device that it was started for. If the host's ifup has started
 * it, it can do so again; the scripts had it do so, too.
 */
static bool hand_over(struct dance *dance)
{
	const struct journal *journal = &dance->journal;

	if (!netdev_expires(&journal->wanted))
		return false;
	ifup_find(dance->ifup);
	if (!strcmp(dance_front_name(journal), journal->netdev) &&
	    *dance->ifup && ifup_manages(journal->netdev))
		return true;
	log_line(LOG_WARNING, "%s has its address for a time only: its DHCP client must be restarted",
		 journal->netdev);
	return false;
}

/* ---- start ------------------------------------------------------------------------------------ */

static int check_start(struct dance_run *run, struct error *err)
{
	struct netlink *netlink = run->tools.netlink;
	struct dance *dance = &run->dance;
	char what[STORAGE_TEXT];
	int rc = dance_look_for_names(netlink, dance, err);

	if (!rc)
		rc = dance_check(dance, err);
	if (rc || run->request.force == TOGGLE_ON)
		return rc;
	rc = storage_over(netlink, &dance->nic, what, err);
	if (!rc && *what)
		rc = error_set(err, EBUSY, "%s, by way of %s: force=yes does it all the same", what,
			       dance->journal.netdev);
	return rc;
}

/* What one plan left out, for things came otherwise than foreseen. */
static int complete(struct dance_run *run, struct error *err)
{
	struct dance *dance = &run->dance;
	int rc = dance_look(run->tools.netlink, dance, err);

	dance->mode = dance->by_ifup ? TRANSFER_KEEP : TRANSFER_ALL;
	dance->by_ifup = dance->ifdown = dance->again = false;
	forget_plan(run);
	if (!rc && !dance_is_started(dance))
		rc = error_set(err, EAGAIN, "somebody else has changed %s meanwhile",
			       dance->journal.netdev);
	if (!rc)
		rc = take_newcomers(dance, err);
	if (!rc)
		rc = dance_settle(dance, true, err);
	if (rc)
		return rc;
	dance_plan_settings(dance, &run->plan);
	dance_plan_to_front(dance, &run->plan);
	dance_plan_others(dance, &run->plan);
	dance_plan_journal_done(dance, &run->plan);
	return apply(run, true, err);
}

/* Who has been seen, and what is to become of it. */
static int settle_start(struct dance_run *run, struct error *err)
{
	struct dance *dance = &run->dance;
	struct journal *journal = &dance->journal;
	bool is_new = !*dance_bridge(dance)->name;
	int rc = check_start(run, err);

	if (!rc)
		rc = dance_look_wanted(run->tools.netlink, dance, err);
	journal->made_bridge = is_new || (journal->phase == PHASE_STARTED && journal->made_bridge);
	dance->vlan_filtering = run->request.vlan_filtering == TOGGLE_ON;
	dance->carrier = run->request.carrier;
	dance->again = !run->request.dry_run;
	if (!rc)
		rc = look_at_new_firewall(run, err);
	/* A client that is on the front already can stay there. */
	if (!rc && !dance->keeps_front)
		journal->ifup = dance->ifdown = dance->by_ifup = hand_over(dance);
	if (!rc)
		rc = confirm_look(&run->request, dance, err);
	return rc ? rc : dance_settle(dance, true, err);
}

static int start(struct dance_run *run, struct error *err)
{
	struct dance *dance = &run->dance;
	struct error undone = { 0 };
	int rc = dance_look(run->tools.netlink, dance, err);

	if (rc || dance_is_started(dance))
		return rc;
	if (dance->journal.phase == PHASE_STARTED)
		log_line(LOG_NOTICE, "%s is no longer as it was started: making it whole",
			 dance->journal.netdev);
	rc = settle_start(run, err);
	if (rc)
		return rc;
	run->program->plan_start(dance, &run->plan);
	rc = apply(run, true, err);
	if (run->request.dry_run)
		return rc;
	if (!rc)
		rc = complete(run, err);
	/* The settings of a front that is new are not all netdev's yet. */
	if (!dance->keeps_front)
		dance->journal.phase = PHASE_STARTING;
	if (rc && bring_back(run, &undone))
		log_line(LOG_ERR, "undoing failed: %s; try " NAME " recover", undone.text);
	return rc;
}

/* ---- stop ------------------------------------------------------------------------------------- */

static int settle_stop(struct dance_run *run, struct error *err)
{
	struct dance *dance = &run->dance;
	int rc = dance_look_wanted(run->tools.netlink, dance, err);

	if (dance->journal.phase == PHASE_NONE)
		dance->journal.made_bridge = true;
	dance->carrier = run->request.carrier;
	dance->again = !run->request.dry_run;
	if (!rc)
		rc = look_at_firewall(run, dance->journal.firewall, err);
	if (!rc)
		dance->journal.ifup = dance->ifdown = dance->by_ifup = hand_over(dance);
	return rc ? rc : dance_settle(dance, false, err);
}

static int stop(struct dance_run *run, struct error *err)
{
	struct dance *dance = &run->dance;
	int rc = dance_look(run->tools.netlink, dance, err);

	/* Of what is no longer whole there is enough left to be taken away. */
	if (rc || (!dance_is_started(dance) && dance->journal.phase != PHASE_STARTED))
		return rc;
	if (!dance->nic.index)
		return error_set(err, ENODEV, "%s is gone", dance->journal.physical);
	rc = settle_stop(run, err);
	if (rc)
		return rc;
	/* The plan has it for its first step, but it goes on without. */
	if (!run->request.dry_run)
		rc = file_replace(dance->path, dance->next, err);
	if (rc)
		return rc;
	run->program->plan_stop(dance, &run->plan);
	tell_of_guests(dance);
	rc = apply(run, false, err);
	if (!rc && !run->request.dry_run)
		rc = complete_back(run, err);
	if (!rc || run->request.dry_run)
		return rc;
	log_line(LOG_WARNING, "%s; trying again", err->text);
	memset(err, 0, sizeof(*err));
	return bring_back(run, err);
}

static bool is_half_way(const struct journal *journal)
{
	return journal->phase == PHASE_STARTING || journal->phase == PHASE_STOPPING;
}

static int once(struct dance_run *run, int (*act)(struct dance_run *run, struct error *err),
		enum command command, struct error *err)
{
	int rc;

	run->request.command = command;
	rc = dance_find(run->tools.netlink, &run->request, &run->dance, err);
	if (!rc && is_half_way(&run->dance.journal) && !run->request.dry_run)
		rc = error_set(err, EBUSY, "%s was left half way, and could not be brought back",
			       run->dance.journal.netdev);
	if (!rc)
		rc = act(run, err);
	dance_free(&run->dance);
	memset(&run->plan, 0, sizeof(run->plan));
	return rc;
}

int dance_run_start(struct dance_run *run, struct error *err)
{
	return once(run, start, COMMAND_START, err);
}

/* What it was, and the caller does not want otherwise. */
static void keep(const struct journal *journal, struct request *request)
{
	if (journal->phase != PHASE_STARTED)
		return;
	memcpy(request->netdev, journal->netdev, IFNAMSIZ);
	if (!request->has_style)
		request->style = journal->style;
	request->has_style = true;
	/* Other styles, other names. */
	if (request->style == journal->style)
		memcpy(request->bridge, journal->bridge, IFNAMSIZ);
	if (request->antispoof == TOGGLE_UNSET && journal->antispoof)
		request->antispoof = TOGGLE_ON;
}

static int stop_and_keep(struct dance_run *run, struct error *err)
{
	keep(&run->dance.journal, &run->request);
	return stop(run, err);
}

int dance_run_restart(struct dance_run *run, struct error *err)
{
	int rc;

	if (run->request.dry_run)
		return error_set(err, EINVAL, "restart cannot be printed: what start will find is not "
				 "there before stop; print these two");
	rc = once(run, stop_and_keep, COMMAND_STOP, err);
	return rc ? rc : once(run, start, COMMAND_START, err);
}

int dance_run_stop(struct dance_run *run, struct error *err)
{
	return once(run, stop, COMMAND_STOP, err);
}

/* ---- what an earlier run left ----------------------------------------------------------------- */

static int recover_one(struct dance_run *run, const char *netdev, struct error *err)
{
	struct dance *dance = &run->dance;
	int rc = dance_read_journal(netdev, dance, err);

	if (!rc && is_half_way(&dance->journal)) {
		log_line(LOG_NOTICE, "%s was left half way: bringing it back", netdev);
		dance->carrier = run->request.carrier;
		rc = bring_back(run, err);
	}
	dance_free(dance);
	memset(&run->plan, 0, sizeof(run->plan));
	return rc;
}

int dance_run_recover(struct dance_run *run, struct error *err)
{
	char netdevs[DANCE_JOURNALS][IFNAMSIZ];
	size_t count;
	int rc = dance_journals(netdevs, DANCE_JOURNALS, &count, err);

	for (size_t i = 0; i < count && !rc; i++) {
		struct error own = { 0 };

		if (!recover_one(run, netdevs[i], &own))
			continue;
		if (err->code)
			log_line(LOG_ERR, "%s", own.text);
		else
			error_set(err, own.code, "%s", own.text);
	}
	return rc ? rc : -err->code;
}

