// SPDX-License-Identifier: GPL-2.0-or-later
#include "store.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <xenstore.h>

#define TRANSACTION_TRIES 100

struct store {
	struct xs_handle *xs;	/* NULL once it is of no more use */
	int seconds;
	bool suspect;		/* a call failed: the library may have closed its socket */
};

/* A call into the library: what goes in, and what came of it. */
struct call {
	const char *path, *value;	/* in */
	char **names, *text;		/* out, to be freed */
	unsigned count;
	bool done;
	int error;			/* errno when it was not done */
};

typedef bool (*operation)(struct store *store, struct call *call);

/*
 * libxenstore waits for xenstored without end, and goes on waiting after a signal. A timer's
 * signal therefore jumps out of it; the connection is given up then. Set only inside a call.
 */
static sigjmp_buf escape;
static volatile sig_atomic_t waiting;

static void on_alarm(int signal)
{
	(void)signal;
	if (waiting)
		siglongjmp(escape, 1);
}

static void set_timer(int seconds)
{
	const struct itimerval timer = { .it_value.tv_sec = seconds };

	waiting = seconds > 0;
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Do something with the library, within the deadline; `what` was asked for, says the message. */
static int perform(struct store *store, operation what_to_do, struct call *call, const char *what,
		   struct error *err)
{
	if (sigsetjmp(escape, 0)) {
		waiting = 0;
		store->xs = NULL;	/* not closed: it was left in the middle of a call */
		return error_set(err, ETIMEDOUT, "xenstore did not answer within %d s (%s)",
				 store->seconds, what);
	}
	set_timer(store->seconds);
	errno = 0;
	call->done = what_to_do(store, call);
	call->error = errno ? errno : EIO;
	set_timer(0);
	return 0;
}

static bool do_open(struct store *store, struct call *call)
{
	(void)call;
	store->xs = xs_open(0);
	return store->xs;
}

/* The same for a node or directory, on a connection that is not known to be broken. */
static int perform_on(struct store *store, operation what_to_do, struct call *call,
		      struct error *err)
{
	struct call again = { 0 };
	int rc = 0;

	if (store->xs && store->suspect) {
		xs_close(store->xs);
		store->xs = NULL;
		rc = perform(store, do_open, &again, call->path, err);
	}
	if (!rc && !store->xs)
		rc = error_set(err, ENOTCONN, "the connection to xenstore is lost");
	if (!rc)
		rc = perform(store, what_to_do, call, call->path, err);
	store->suspect = !rc && !call->done && call->error != ENOENT;
	return rc;
}

static int refused(const char *what, const struct call *call, struct error *err)
{
	return error_set(err, call->error, "cannot %s %s in xenstore: %s", what, call->path,
			 strerror(call->error));
}

static void join_path(char path[static FACTS_PATH], const char *directory, const char *node)
{
	snprintf(path, FACTS_PATH, "%s/%s", directory, node);
}

int store_open(struct store **store, int seconds, struct error *err)
{
	/* SA_NODEFER: the handler is left by a jump, which would leave the signal blocked. */
	const struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_NODEFER };
	struct call call = { 0 };
	int rc;

	*store = calloc(1, sizeof(**store));
	if (!*store)
		return error_set(err, ENOMEM, "out of memory");
	(*store)->seconds = seconds;
	sigaction(SIGALRM, &action, NULL);
	rc = perform(*store, do_open, &call, "connecting", err);
	if (rc || call.done)
		return rc;
	return error_set(err, call.error, "cannot reach xenstore: %s", strerror(call.error));
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->xs)
		xs_close(store->xs);
	free(store);
}

static bool do_list(struct store *store, struct call *call)
{
	call->names = xs_directory(store->xs, XBT_NULL, call->path, &call->count);
	return call->names;
}

int store_list(struct store *store, const char *directory, char ***names, unsigned *count,
	       struct error *err)
{
	struct call call = { .path = directory };
	int rc = perform_on(store, do_list, &call, err);

	*names = call.names;
	*count = call.count;
	if (!rc && !call.done && call.error != ENOENT)
		rc = refused("list", &call, err);
	return rc;
}

static bool do_read(struct store *store, struct call *call)
{
	call->text = xs_read(store->xs, XBT_NULL, call->path, &call->count);
	return call->text;
}

int store_read(struct store *store, const char *directory, const char *node, char **value,
	       struct error *err)
{
	char path[FACTS_PATH];
	struct call call = { .path = path };
	int rc;

	join_path(path, directory, node);
	rc = perform_on(store, do_read, &call, err);
	*value = call.text;
	if (!rc && !call.done && call.error != ENOENT)
		rc = refused("read", &call, err);
	return rc;
}

static bool do_write(struct store *store, struct call *call)
{
	return xs_write(store->xs, XBT_NULL, call->path, call->value,
			(unsigned)strlen(call->value));
}

static bool do_remove(struct store *store, struct call *call)
{
	return xs_rm(store->xs, XBT_NULL, call->path) || errno == ENOENT;
}

int store_apply(struct store *store, const struct store_change *change, struct error *err)
{
	struct call call = { .path = change->path, .value = change->to };
	int rc = perform_on(store, change->to ? do_write : do_remove, &call, err);

	if (!rc && !call.done)
		rc = refused(change->to ? "write" : "remove", &call, err);
	return rc;
}

static bool write_node(struct xs_handle *xs, xs_transaction_t t, const char *directory,
		       const char *node, const char *value)
{
	char path[FACTS_PATH];

	join_path(path, directory, node);
	return xs_write(xs, t, path, value, (unsigned)strlen(value));
}

static bool exists(struct xs_handle *xs, xs_transaction_t t, const char *directory)
{
	unsigned count;
	char **names = xs_directory(xs, t, directory, &count);

	bool found = names;

	free(names);
	return found;
}

/* One try; errno is EAGAIN when somebody else wrote to the store meanwhile. */
static bool try_report(struct xs_handle *xs, const char *directory, const char *message)
{
	xs_transaction_t t = xs_transaction_start(xs);
	int saved;

	if (t == XBT_NULL)
		return false;
	if (exists(xs, t, directory) &&
	    write_node(xs, t, directory, "hotplug-error", message) &&
	    write_node(xs, t, directory, "hotplug-status", "error"))
		return xs_transaction_end(xs, t, false);
	saved = errno;
	xs_transaction_end(xs, t, true);
	errno = saved;
	return false;
}

static bool do_report(struct store *store, struct call *call)
{
	for (int tries = 0; tries < TRANSACTION_TRIES; tries++) {
		if (try_report(store->xs, call->path, call->value))
			return true;
		if (errno != EAGAIN)
			break;
	}
	return false;
}

int store_report_error(struct store *store, const char *directory, const char *message,
		       struct error *err)
{
	struct call call = { .path = directory, .value = message };
	int rc = perform_on(store, do_report, &call, err);

	if (!rc && !call.done)
		rc = refused("report to", &call, err);
	return rc;
}
