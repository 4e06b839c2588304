// SPDX-License-Identifier: GPL-2.0-or-later
#include "dance.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names and places ------------------------------------------------------------------------- */

/* "p" and the name; where that is too long, the name's end. */
static void name_physical(const char *netdev, char out[static IFNAMSIZ])
{
	size_t len = strlen(netdev);

	snprintf(out, IFNAMSIZ, "p%s", netdev + (len > IFNAMSIZ - 2 ? len - (IFNAMSIZ - 2) : 0));
}

void dance_name(struct journal *journal, int vifnum)
{
	switch (journal->style) {
	case STYLE_VETH:
		name_physical(journal->netdev, journal->physical);
		snprintf(journal->stage, IFNAMSIZ, "veth%d", vifnum);
		snprintf(journal->far, IFNAMSIZ, "vif0.%d", vifnum);
		break;
	case STYLE_BRIDGE:
		name_physical(journal->netdev, journal->physical);
		snprintf(journal->stage, IFNAMSIZ, "tmpbridge");
		break;
	default:
		memcpy(journal->physical, journal->netdev, IFNAMSIZ);
		memcpy(journal->stage, journal->bridge, IFNAMSIZ);
	}
}

static bool has_veths(const struct dance *dance)
{
	return dance->journal.style == STYLE_VETH;
}

struct link *dance_bridge(struct dance *dance)
{
	return has_veths(dance) ? &dance->bridge : &dance->front;
}

const struct link *dance_seen_bridge(const struct dance *dance)
{
	return has_veths(dance) ? &dance->bridge : &dance->front;
}

const char *dance_front_name(const struct journal *journal)
{
	return journal->style == STYLE_VETH ? journal->netdev : journal->bridge;
}

bool dance_is_started(const struct dance *dance)
{
	const struct link *bridge = dance_seen_bridge(dance);

	return dance->nic.index && dance->front.index && bridge->index &&
	       !strcmp(dance->nic.name, dance->journal.physical) &&
	       !strcmp(dance->front.name, dance_front_name(&dance->journal)) &&
	       dance->nic.master == bridge->index &&
	       (!has_veths(dance) || dance->far.master == bridge->index);
}

bool dance_uses_front(const struct dance *dance)
{
	return dance_is_started(dance) ||
	       (dance->journal.phase == PHASE_STARTED && dance->front.index &&
		!strcmp(dance->front.name, dance_front_name(&dance->journal)));
}

static bool was_started(const struct dance *dance)
{
	return dance->journal.phase == PHASE_STARTED;
}

static int check_nic(const struct dance *dance, struct error *err)
{
	const struct link *nic = &dance->nic;
	const char *name = dance->journal.netdev;

	if (!nic->index)
		return error_set(err, ENODEV, "there is no interface %s",
				 was_started(dance) ? dance->journal.physical : name);
	if (!strcmp(nic->kind, "bridge"))
		return error_set(err, EINVAL, "%s is a bridge itself: guests can be plugged into it "
				 "as it is", name);
	if (!nic->is_ethernet)
		return error_set(err, EINVAL, "%s is no Ethernet device: it cannot be on a bridge",
				 name);
	if (nic->master && !(was_started(dance) && nic->master == dance_seen_bridge(dance)->index))
		return error_set(err, EBUSY, "%s belongs to %s already", name, nic->master_name);
	return 0;
}

void dance_list_ports(const struct dance *dance, struct text *out)
{
	for (size_t i = 0; i < dance->port_count; i++)
		text_add(out, "%s%s", i ? ", " : "", dance->ports[i].name);
}

/* An empty one is welcome; what is on another is not the host's. */
static int check_bridge(const struct dance *dance, struct error *err)
{
	const struct link *bridge = dance_seen_bridge(dance);
	const struct netdev *there = &dance->on_front;
	char buf[128];
	struct text text = TEXT_IN(buf);

	if (was_started(dance))
		return 0;
	dance_list_ports(dance, &text);
	if (dance->port_count)
		return error_set(err, EEXIST, "the bridge %s exists already, and has ports (%s)",
				 bridge->name, buf);
	if (!has_veths(dance) && there->parts[PART_ADDRESSES4].count)
		return error_set(err, EEXIST, "the bridge %s exists already, and has addresses",
				 bridge->name);
	return 0;
}

static bool is_own(const struct dance *dance, int index)
{
	if (index == dance->nic.index)
		return true;
	if (was_started(dance) && (index == dance->front.index || index == dance->far.index))
		return true;
	return index == dance_seen_bridge(dance)->index && dance->journal.style != STYLE_BRIDGE;
}

/* What is there must be what it is to be: only the bridge may be there before. */
static int check_names(const struct dance *dance, struct error *err)
{
	for (size_t i = 0; i < DANCE_NAMES; i++) {
		const struct link *link = &dance->taken[i];

		if (!link->index || is_own(dance, link->index))
			continue;
		return error_set(err, EEXIST, "there is an interface %s already%s", link->name,
				 strcmp(link->name, dance->journal.bridge) ? "" :
				 ", and it is no bridge");
	}
	return 0;
}

int dance_check(const struct dance *dance, struct error *err)
{
	int rc = check_nic(dance, err);

	if (!rc)
		rc = check_bridge(dance, err);
	return rc ? rc : check_names(dance, err);
}

/* ---- beforehand ------------------------------------------------------------------------------- */

static int print_journal(const struct dance *dance, enum phase phase, char **out,
			 struct error *err)
{
	size_t size = journal_size(&dance->journal);
	struct text text = { .buf = malloc(size), .size = size };

	if (!text.buf)
		return error_set(err, ENOMEM, "out of memory");
	journal_print(&dance->journal, phase, &text);
	*out = text.buf;
	return text.cut || text.len > JOURNAL_MAX ?
		       error_set(err, E2BIG, "there is too much on %s: its journal would be longer "
				 "than %d bytes", dance->journal.netdev, JOURNAL_MAX) : 0;
}

int dance_settle(struct dance *dance, bool forward, struct error *err)
{
	const struct netdev *now = forward ? &dance->on_front : &dance->on_nic;
	/* It is the first way back, too, until it is through. */
	bool begun = forward ? !dance->keeps_front : dance->journal.phase == PHASE_STARTING;
	enum phase phase = begun ? PHASE_STARTING : PHASE_STOPPING;
	int rc = transfer_make(&dance->transfer, now, &dance->journal.wanted, dance->mode, err);

	if (!rc)
		rc = print_journal(dance, phase, &dance->next, err);
	return rc || !forward ? rc : print_journal(dance, PHASE_STARTED, &dance->done, err);
}

void dance_free(struct dance *dance)
{
	netdev_free(&dance->journal.wanted);
	netdev_free(&dance->on_nic);
	netdev_free(&dance->on_front);
	netdev_free(&dance->fresh);
	transfer_free(&dance->transfer);
	free(dance->text);
	free(dance->next);
	free(dance->done);
	memset(dance, 0, sizeof(*dance));
}
