// SPDX-License-Identifier: GPL-2.0-or-later
// The status for people.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge_status.h"
#include "json.h"
#include "request.h"

#define LEVELS 5
#define INDENT (4 * LEVELS + 1)
#define CELL (STATUS_NAME + 32)
#define GAP 2	/* spaces between columns */

enum column { NAME, WHAT, STATE, MAC, RECEIVED, SENT, RULES_SET, COLUMNS };

struct row {
	char cells[COLUMNS][CELL];
	char below[INDENT];	/* what its addresses are indented by */
	const struct status_device *device;
};

struct table {
	struct row *rows;
	size_t count;
	int widths[COLUMNS];
};

/* ---- cells ------------------------------------------------------------------------------------ */

/* Whoever names a guest shall not command the terminal. */
static void add_safely(struct text *out, const char *name)
{
	while (*name) {
		size_t len = json_utf8(name);
		bool bad = !len || (unsigned char)*name < ' ' || *name == 0x7f ||
			   /* U+0080 to U+009F */
			   (len == 2 && (unsigned char)*name == 0xc2 &&
			    (unsigned char)name[1] < 0xa0);

		text_add(out, "%.*s", bad ? 1 : (int)len, bad ? "?" : name);
		name += len ? len : 1;
	}
}

static void print_what(const struct bridge_status *status, const struct status_device *device,
		       struct text *out)
{
	static const char *const names[ROLES] = {
		[ROLE_NIC] = "physical device", [ROLE_BRIDGE] = "bridge",
		[ROLE_FAR] = "to this host", [ROLE_FRONT] = "this host",
		[ROLE_GUEST] = "guest", [ROLE_OTHER] = "port",
	};

	if (*device->guest)
		add_safely(out, device->guest);
	else
		text_add(out, "%s", names[device->role]);
	if (device->of_guest)
		text_add(out, " (domain %u)", device->domid);
	if (device->role == ROLE_BRIDGE && device == bridge_status_front(status))
		text_add(out, ", this host");
}

static void print_rules(const struct status_device *device, struct text *out)
{
	size_t rules = device->rules[0] + device->rules[1];

	if (rules)
		text_add(out, "%zu accept", rules);
	if (device->guarded)
		text_add(out, "%sguarded", rules ? ", " : "");
}

/* Letters, not bytes. */
static int width(const char *cell)
{
	int n = 0;

	for (; *cell; cell++)
		n += (*cell & 0xc0) != 0x80;
	return n;
}

static void widen(struct table *table, const struct row *row)
{
	for (int i = 0; i < COLUMNS; i++)
		if (width(row->cells[i]) > table->widths[i])
			table->widths[i] = width(row->cells[i]);
}

static void fill_row(const struct bridge_status *status, const struct status_device *device,
		     const char *branch, struct row *row)
{
	struct text what = TEXT_IN(row->cells[WHAT]), rules = TEXT_IN(row->cells[RULES_SET]);

	row->device = device;
	snprintf(row->cells[NAME], CELL, "%s%s", branch, device->link.name);
	print_what(status, device, &what);
	snprintf(row->cells[STATE], CELL, "%s", bridge_status_word(device));
	inet_print_mac(device->link.mac, row->cells[MAC]);
	snprintf(row->cells[RECEIVED], CELL, "%" PRIu64, device->received);
	snprintf(row->cells[SENT], CELL, "%" PRIu64, device->sent);
	print_rules(device, &rules);
}

/* ---- the tree --------------------------------------------------------------------------------- */

/* A guest that is not plugged in is no part of the picture. */
static bool is_drawn(const struct bridge_status *status, const struct status_device *device,
		     const struct status_device *parent)
{
	return device->link.index && bridge_status_parent(status, device) == parent &&
	       (parent || device->role < ROLE_GUEST);
}

static const struct status_device *next_drawn(const struct bridge_status *status,
					      const struct status_device *parent, size_t *i)
{
	while (*i < status->device_count) {
		const struct status_device *device = &status->devices[(*i)++];

		if (is_drawn(status, device, parent))
			return device;
	}
	return NULL;
}

static void draw(const struct bridge_status *status, const struct status_device *parent,
		 const char *indent, struct table *table)
{
	size_t i = 0, children;
	const struct status_device *device = next_drawn(status, parent, &i), *next;

	for (; device; device = next) {
		struct row *row = &table->rows[table->count++];
		char branch[INDENT + 4], below[INDENT];

		next = next_drawn(status, parent, &i);
		snprintf(branch, sizeof(branch), "%s%s", indent, !parent ? "" :
			 next ? "|-- " : "`-- ");
		snprintf(below, sizeof(below), "%.*s%s", 4 * (LEVELS - 1), indent, !parent ? "" :
			 next ? "|   " : "    ");
		fill_row(status, device, branch, row);
		widen(table, row);
		children = 0;
		snprintf(row->below, INDENT, "%.*s%s", 4 * (LEVELS - 1), below,
			 next_drawn(status, device, &children) ? "|   " : "    ");
		draw(status, device, below, table);
	}
}

static void print_row(const struct row *row, const struct table *table, struct text *out)
{
	for (int i = 0; i < COLUMNS; i++) {
		int missing = table->widths[i] - width(row->cells[i]);
		bool right = i == RECEIVED || i == SENT;

		text_add(out, "%*s%s%*s", right ? missing : 0, "", row->cells[i],
			 GAP + (right ? 0 : missing), "");
	}
	while (out->len && out->buf[out->len - 1] == ' ')
		out->buf[--out->len] = '\0';
	text_add(out, "\n");
}

static void print_addresses(const struct row *row, struct text *out)
{
	const struct status_device *device = row->device;
	char text[INET_TEXT];

	for (size_t i = 0; i < device->address_count; i++) {
		inet_print(&device->addresses[i], text);
		text_add(out, "%s  %s/%u\n", row->below, text, device->addresses[i].len);
	}
}

static int print_tree(const struct bridge_status *status, struct text *out, struct error *err)
{
	static const struct row head = {
		.cells = { "DEVICE", "", "STATE", "MAC", "RECEIVED", "SENT", "RULES" },
	};
	struct table table = { .rows = calloc(status->device_count + 1, sizeof(struct row)) };

	if (!table.rows)
		return error_set(err, ENOMEM, "out of memory");
	widen(&table, &head);
	draw(status, NULL, "", &table);
	if (table.count)
		print_row(&head, &table, out);
	for (size_t i = 0; i < table.count; i++) {
		print_row(&table.rows[i], &table, out);
		print_addresses(&table.rows[i], out);
	}
	free(table.rows);
	return 0;
}

/* ---- words ------------------------------------------------------------------------------------ */

static const char *verb_of(const struct bridge_status *status)
{
	if (status->state == STATE_STARTED)
		return "is on";
	switch (status->journal.phase) {
	case PHASE_STARTING:
		return "is half way to";
	case PHASE_STOPPING:
		return "is half way from";
	default:
		return "should be on";
	}
}

static void print_title(const struct bridge_status *status, struct text *out)
{
	const struct journal *journal = &status->journal;

	if (status->state == STATE_NOT_STARTED) {
		text_add(out, "network-bridge is not started for %s.\n", journal->netdev);
		return;
	}
	text_add(out, "%s %s %s (style %s", journal->netdev, verb_of(status), journal->bridge,
		 request_style_name(journal->style));
	if (journal->style != STYLE_PLAIN)
		text_add(out, ", the physical device is %s", journal->physical);
	if (journal->style != STYLE_PLAIN && strcmp(journal->physical + 1, journal->netdev))
		text_add(out, ", for p%s is too long a name", journal->netdev);
	text_add(out, ").\n");
}

static void print_findings(const struct bridge_status *status, struct text *out)
{
	for (size_t i = 0; i < status->finding_count; i++) {
		const struct status_finding *finding = &status->findings[i];

		text_add(out, "%s: ", finding->is_warning ? "Warning" : "Broken");
		add_safely(out, finding->text);
		text_add(out, "\n");
		if (*finding->fix)
			text_add(out, "    %s\n", finding->fix);
	}
	if (status->left_out)
		text_add(out, "... and %zu more.\n", status->left_out);
}

static void print_not_started(const struct bridge_status *status, struct text *out)
{
	const char *netdev = status->journal.netdev;
	const struct status_device *nic = bridge_status_find(status, ROLE_NIC);

	if (!nic || !nic->link.index)
		text_add(out, "There is no interface %s.\n", netdev);
	else if (nic->link.master)
		text_add(out, "It is a port of %s, which network-bridge did not make.\n",
			 nic->link.master_name);
	else {
		text_add(out, "To put it on %s:\n    %s start netdev=", status->journal.bridge,
			 status->program);
		text_quote(out, netdev);
		text_add(out, "\n");
	}
}

int bridge_status_print(const struct bridge_status *status, struct text *out, struct error *err)
{
	int rc;

	print_title(status, out);
	if (status->state == STATE_NOT_STARTED) {
		print_not_started(status, out);
		return 0;
	}
	text_add(out, "\n");
	rc = print_tree(status, out, err);
	text_add(out, "\n");
	print_findings(status, out);
	if (!status->finding_count)
		text_add(out, "All is well.\n");
	return rc;
}
