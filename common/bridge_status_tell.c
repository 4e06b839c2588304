// SPDX-License-Identifier: GPL-2.0-or-later
#include "bridge_status_tell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge_status_look.h"
#include "dance_find.h"
#include "firewall.h"
#include "json.h"
#include "log.h"
#include "store.h"

/* All that is told in one go. */
struct telling {
	struct tools *tools;
	bool json;
	struct json writer;	/* its text is for one device at a time */
	size_t told;
	int exit;		/* the worst: 1, then 3, then 0 */
};

static int flush(struct text *text, struct error *err)
{
	if (text->cut)
		return error_set(err, E2BIG, "the status is too long");
	if (fputs(text->buf, stdout) < 0 || fflush(stdout))
		return error_set(err, EIO, "cannot write the status: %s", strerror(errno));
	text->len = 0;
	*text->buf = '\0';
	return 0;
}

static void note_exit(struct telling *telling, int status)
{
	if (status == 1 || !telling->exit)
		telling->exit = status;
}

static int print(struct telling *telling, const struct bridge_status *status, struct error *err)
{
	struct text text = { .size = bridge_status_size(status) };
	int rc = 0;

	text.buf = malloc(text.size);
	if (!text.buf)
		return error_set(err, ENOMEM, "out of memory");
	*text.buf = '\0';
	telling->writer.out = &text;
	if (telling->json) {
		bridge_status_json(status, &telling->writer);
	} else {
		if (telling->told++)
			text_add(&text, "\n");
		rc = bridge_status_print(status, &text, err);
	}
	if (!rc)
		rc = flush(&text, err);
	free(text.buf);
	note_exit(telling, bridge_status_exit(status));
	return rc;
}

static int tell_found(struct telling *telling, struct dance *dance, struct error *err)
{
	struct bridge_status *status = calloc(1, sizeof(*status));
	int rc;

	if (!status)
		return error_set(err, ENOMEM, "out of memory");
	rc = bridge_status_look(telling->tools, dance, status, err);
	if (!rc) {
		bridge_status_judge(status);
		rc = print(telling, status, err);
	}
	bridge_status_free(status);
	free(status);
	return rc;
}

static int tell_one(struct telling *telling, const struct request *request, struct error *err)
{
	struct dance *dance = calloc(1, sizeof(*dance));
	int rc;

	if (!dance)
		return error_set(err, ENOMEM, "out of memory");
	rc = dance_find(telling->tools->netlink, request, dance, err);
	if (!rc)
		rc = tell_found(telling, dance, err);
	dance_free(dance);
	free(dance);
	return rc;
}

static bool names_one(const struct request *request)
{
	return *request->netdev || *request->bridge || request->vifnum >= 0;
}

static int tell_all(struct telling *telling, const struct request *request, struct error *err)
{
	char netdevs[DANCE_JOURNALS][IFNAMSIZ];
	struct request each = *request;
	size_t count = 0;
	int rc = names_one(request) ? 0 : dance_journals(netdevs, DANCE_JOURNALS, &count, err);

	if (!rc && !count)
		return tell_one(telling, request, err);
	for (size_t i = 0; i < count && !rc; i++) {
		memcpy(each.netdev, netdevs[i], IFNAMSIZ);
		rc = tell_one(telling, &each, err);
	}
	return rc;
}

/* A program reads a list, which ends with its bracket whatever comes between. */
static int print_bracket(struct telling *telling, char bracket, struct error *err)
{
	char buf[16] = "";
	struct text text = TEXT_IN(buf);

	if (!telling->json)
		return 0;
	telling->writer.out = &text;
	if (bracket == '[')
		json_open(&telling->writer, NULL, bracket);
	else
		json_close(&telling->writer, bracket);
	return flush(&text, err);
}

/* Without xenstore guests have no names. */
static void open_store(struct tools *tools)
{
	struct error err = { 0 };

	if (!store_open(&tools->store, tools->seconds, &err))
		return;
	log_line(LOG_DEBUG, "%s", err.text);
	store_close(tools->store);
	tools->store = NULL;
}

int bridge_status_tell(const struct request *request, struct tools *tools, struct error *err)
{
	struct telling telling = { .tools = tools, .json = request->json };
	int rc = firewall_open(&tools->firewall, tools->seconds, err);

	if (rc)
		return rc;
	open_store(tools);
	rc = print_bracket(&telling, '[', err);
	if (!rc)
		rc = tell_all(&telling, request, err);
	if (print_bracket(&telling, ']', err))
		rc = -err->code;
	store_close(tools->store);
	tools->store = NULL;
	return rc ? rc : telling.exit;
}
