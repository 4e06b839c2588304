// SPDX-License-Identifier: GPL-2.0-or-later
#include "iptables.h"

#include <errno.h>
#include <libiptc/libip6tc.h>
#include <libiptc/libiptc.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"
#include "module.h"
#include "seconds.h"
#include "xtrule.h"

#define LOCK_FILE "/run/xtables.lock"
#define TRIES 100			/* for writers that heed no lock */
#define PAUSE_NANOSECONDS 1000000	/* between two tries */

/* libiptc has everything twice; a rule's type aside, there is no difference. */
struct family {
	uint8_t family;
	const char *name;
	const char *module;
	const char *loaded;	/* names the tables that are */
	const struct xtc_ops *ops;
	const void *(*first)(const char *chain, struct xtc_handle *handle);
	const void *(*next)(const void *xtrule, struct xtc_handle *handle);
	const char *(*target)(const void *xtrule, struct xtc_handle *handle);
	int (*insert)(const char *chain, const void *xtrule, unsigned position,
		      struct xtc_handle *handle);
	int (*delete)(const char *chain, unsigned position, struct xtc_handle *handle);
};

/* As long as libiptc's type: gcc takes that at its word. */
static const xt_chainlabel forward = RULE_CHAIN;

#define WRAP(tc)                                                                                  \
	static const void *tc##_first(const char *chain, struct xtc_handle *handle)               \
	{                                                                                         \
		return tc##_first_rule(chain, handle);                                            \
	}                                                                                         \
	static const void *tc##_next(const void *xtrule, struct xtc_handle *handle)               \
	{                                                                                         \
		return tc##_next_rule(xtrule, handle);                                            \
	}                                                                                         \
	static const char *tc##_target(const void *xtrule, struct xtc_handle *handle)             \
	{                                                                                         \
		return tc##_get_target(xtrule, handle);                                           \
	}                                                                                         \
	static int tc##_insert(const char *chain, const void *xtrule, unsigned position,          \
			       struct xtc_handle *handle)                                         \
	{                                                                                         \
		return tc##_insert_entry(chain, xtrule, position, handle);                        \
	}                                                                                         \
	static int tc##_delete(const char *chain, unsigned position, struct xtc_handle *handle)   \
	{                                                                                         \
		return tc##_delete_num_entry(chain, position, handle);                            \
	}

WRAP(iptc)
WRAP(ip6tc)

static const struct family families[] = {
	{ AF_INET, "iptables", "ip_tables", "/proc/net/ip_tables_names", &iptc_ops, iptc_first,
	  iptc_next, iptc_target, iptc_insert, iptc_delete },
	{ AF_INET6, "ip6tables", "ip6_tables", "/proc/net/ip6_tables_names", &ip6tc_ops,
	  ip6tc_first, ip6tc_next, ip6tc_target, ip6tc_insert, ip6tc_delete },
};

/* A rule, and where in the chain it stood or is to stand. */
struct copy {
	unsigned position;	/* from 0 */
	void *xtrule;
};

struct copies {
	struct copy *list;
	size_t count;
};

struct iptables {
	int seconds;
	/* What the last replacement of each sort took away, if it wrote anything. */
	bool wrote[4];
	struct copies before[4];
};

/* To make a set's rules those wanted. */
struct job {
	const struct family *family;
	const struct rule_set *set;
	struct copies rules;	/* the set's */
	struct copies *wanted;
	bool adds;		/* what is missing, and takes nothing away */
	struct copies found;	/* before the last try that wrote */
	bool wrote;
};

static size_t family_index(uint8_t family)
{
	return family == AF_INET6;
}

/* IPv4's, IPv6's, an exact set's, wanted or not. */
static size_t sort_index(const struct rule_set *set)
{
	return set->exact ? (size_t)(2 + set->unwanted) : family_index(set->family);
}

static int no_memory(struct error *err)
{
	return error_set(err, ENOMEM, "out of memory");
}

static void free_copies(struct copies *copies)
{
	for (size_t i = 0; i < copies->count; i++)
		free(copies->list[i].xtrule);
	free(copies->list);
	*copies = (struct copies){ 0 };
}

/* The rule is the list's from now on; NULL, when there was no memory for it. */
static int add_copy(struct copies *copies, unsigned position, void *xtrule, struct error *err)
{
	struct copy *list = reallocarray(copies->list, copies->count + 1, sizeof(*list));

	if (list)
		copies->list = list;
	if (!list || !xtrule) {
		free(xtrule);
		return no_memory(err);
	}
	list[copies->count++] = (struct copy){ position, xtrule };
	return 0;
}

static size_t count_same(const struct copies *copies, uint8_t family, const void *xtrule)
{
	size_t n = 0;

	for (size_t i = 0; i < copies->count; i++)
		n += xtrule_same(family, copies->list[i].xtrule, xtrule);
	return n;
}

/* The same ones equally often, in any order. */
static bool same_copies(uint8_t family, const struct copies *a, const struct copies *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = count_same(a, family, a->list[i].xtrule) ==
		       count_same(b, family, a->list[i].xtrule);
	return same;
}

static bool has_copies(uint8_t family, const struct copies *copies, const struct copies *of)
{
	for (size_t i = 0; i < of->count; i++)
		if (!count_same(copies, family, of->list[i].xtrule))
			return false;
	return true;
}

/*
 * The kernel loads a table by itself, but not what all tables need; so iptables' own legacy
 * programs do as well.
 */
static void load_module(const struct family *family, int seconds)
{
	if (access(family->loaded, F_OK))
		module_load(family->module, seconds);
}

/* Nothing is loaded for the question. Without the file there is not even a module. */
static int look_if_loaded(const struct family *family, const char *table, bool *loaded,
			  struct error *err)
{
	FILE *tables = fopen(family->loaded, "re");
	char line[XT_TABLE_MAXNAMELEN + 1];
	int failed;

	*loaded = false;
	if (!tables && errno == ENOENT)
		return 0;
	if (!tables)
		return error_set(err, errno, "%s: %s", family->loaded, strerror(errno));
	while (!*loaded && fgets(line, sizeof(line), tables)) {
		line[strcspn(line, "\n")] = '\0';
		*loaded = !strcmp(line, table);
	}
	failed = ferror(tables);
	fclose(tables);
	return failed ? error_set(err, EIO, "%s cannot be read", family->loaded) : 0;
}

static int read_table(const struct family *family, const char *table,
		      struct xtc_handle **handle, struct error *err)
{
	*handle = family->ops->init(table);
	if (*handle)
		return 0;
	return error_set(err, errno, "%s %s (legacy) table %s: %s",
			 errno == ENOPROTOOPT || errno == ENOENT ? "the kernel has no" :
								   "cannot read the",
			 family->name, table, strerror(errno));
}

static int refused(const struct job *job, const char *what, int code, struct error *err)
{
	return error_set(err, code, "cannot %s the rules of %s in the %s (legacy) table %s: %s",
			 what, job->set->device, job->family->name, job->set->table,
			 job->family->ops->strerror(code));
}

/* Whether the set is about such a rule. */
static bool is_meant(const struct job *job, struct xtc_handle *handle, const void *xtrule)
{
	const uint8_t family = job->family->family;

	if (job->set->exact)
		return count_same(&job->rules, family, xtrule);
	return xtrule_names(family, xtrule, job->set->device) &&
	       !strcmp(job->family->target(xtrule, handle), IPTC_LABEL_ACCEPT);
}

static int find_rules(const struct job *job, struct xtc_handle *handle, struct copies *found,
		      unsigned *length, struct error *err)
{
	const struct family *family = job->family;
	const void *xtrule = family->first(job->set->chain, handle);
	int rc = 0;

	for (*length = 0; !rc && xtrule; ++*length, xtrule = family->next(xtrule, handle))
		if (is_meant(job, handle, xtrule))
			rc = add_copy(found, *length, xtrule_copy(family->family, xtrule), err);
	return rc;
}

/* From the end, so that positions stay what they are. */
static int delete_rules(const struct job *job, struct xtc_handle *handle, struct error *err)
{
	for (size_t i = job->found.count; i > 0; i--)
		if (!job->family->delete(job->set->chain, job->found.list[i - 1].position, handle))
			return refused(job, "delete", errno, err);
	return 0;
}

static int insert_rules(const struct job *job, struct xtc_handle *handle, unsigned length,
			struct error *err)
{
	const struct copy *copy = job->wanted->list;

	for (size_t i = 0; i < job->wanted->count; i++, copy++) {
		if (job->adds && count_same(&job->found, job->family->family, copy->xtrule))
			continue;
		if (!job->family->insert(job->set->chain, copy->xtrule,
					 copy->position < length ? copy->position : length, handle))
			return refused(job, "insert", errno, err);
		length++;
	}
	return 0;
}

static bool may_try_again(int rc)
{
	return rc == -EAGAIN || rc == -EINVAL;
}

/*
 * -EAGAIN, without a text, when another writer came between; -EINVAL when it came between the
 * rules and their counters, which the kernel takes one after the other: the rules are written
 * then, as the next try finds.
 */
static int commit(const struct job *job, struct xtc_handle *handle, struct error *err)
{
	if (job->family->ops->commit(handle))
		return 0;
	return may_try_again(-errno) ? -errno : refused(job, "write", errno, err);
}

static bool is_done(const struct job *job, const struct copies *found)
{
	return job->adds ? has_copies(job->family->family, found, job->wanted) :
			   same_copies(job->family->family, found, job->wanted);
}

static int change(struct job *job, struct xtc_handle *handle, struct error *err)
{
	struct copies found = { 0 };
	unsigned length;
	int rc = find_rules(job, handle, &found, &length, err);

	if (rc || is_done(job, &found)) {
		free_copies(&found);
		return rc;
	}
	free_copies(&job->found);
	job->found = found;
	job->wrote = true;
	if (!job->adds) {
		rc = delete_rules(job, handle, err);
		length -= (unsigned)found.count;
	}
	if (!rc)
		rc = insert_rules(job, handle, length, err);
	return rc ? rc : commit(job, handle, err);
}

static int try(struct job *job, struct error *err)
{
	struct xtc_handle *handle;
	int rc = read_table(job->family, job->set->table, &handle, err);

	if (rc)
		return rc;
	rc = change(job, handle, err);
	job->family->ops->free(handle);
	return rc;
}

static int try_until(struct job *job, time_t deadline, struct error *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NANOSECONDS };
	int rc = try(job, err);

	for (int n = 1; may_try_again(rc) && n < TRIES && seconds_now() < deadline; n++) {
		nanosleep(&pause, NULL);
		rc = try(job, err);
	}
	return may_try_again(rc) ? refused(job, "write", -rc, err) : rc;
}

static const char *lock_file(void)
{
	const char *path = getenv("XTABLES_LOCKFILE");

	return path && *path ? path : LOCK_FILE;
}

static int do_job(struct job *job, int seconds, struct error *err)
{
	const time_t deadline = seconds_now() + seconds;
	int lock, rc;

	load_module(job->family, seconds);
	rc = lock_take(lock_file(), seconds, &lock, err);
	if (!rc)
		rc = try_until(job, deadline, err);
	lock_release(lock);
	return rc;
}

int iptables_open(struct iptables **iptables, int seconds, struct error *err)
{
	*iptables = calloc(1, sizeof(**iptables));
	if (!*iptables)
		return no_memory(err);
	(*iptables)->seconds = seconds;
	return 0;
}

void iptables_close(struct iptables *iptables)
{
	if (!iptables)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(iptables->before); i++)
		free_copies(&iptables->before[i]);
	free(iptables);
}

/* Where they shall stand: at the top, or, exact ones, at the end. */
static int make_rules(const struct rule_set *set, struct copies *copies, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < set->count; i++)
		rc = add_copy(copies, set->exact ? UINT_MAX : 0, xtrule_make(&set->rules[i]), err);
	return rc;
}

int iptables_replace(struct iptables *iptables, const struct rule_set *set, struct error *err)
{
	const size_t i = sort_index(set);
	struct job job = { .family = &families[family_index(set->family)], .set = set };
	struct copies none = { 0 };
	bool loaded = true;
	int rc = 0;

	free_copies(&iptables->before[i]);
	iptables->wrote[i] = false;
	job.wanted = set->unwanted ? &none : &job.rules;
	job.adds = set->exact && !set->unwanted;
	if (!set->count || set->unwanted)
		rc = look_if_loaded(job.family, set->table, &loaded, err);
	if (rc || !loaded)
		return rc;
	rc = make_rules(set, &job.rules, err);
	if (!rc)
		rc = do_job(&job, iptables->seconds, err);
	free_copies(&job.rules);
	iptables->before[i] = job.found;
	/* Also after a failure, which may have come too late. */
	iptables->wrote[i] = job.wrote;
	return rc;
}

int iptables_restore(struct iptables *iptables, const struct rule_set *set, struct error *err)
{
	const size_t i = sort_index(set);
	struct job job = { .family = &families[family_index(set->family)], .set = set };
	int rc;

	if (!iptables->wrote[i])
		return 0;
	job.wanted = &iptables->before[i];
	rc = make_rules(set, &job.rules, err);
	if (!rc)
		rc = do_job(&job, iptables->seconds, err);
	free_copies(&job.rules);
	free_copies(&job.found);
	return rc;
}

int iptables_has(const struct rule_set *set, bool *has, struct error *err)
{
	struct job job = { .family = &families[family_index(set->family)], .set = set };
	struct xtc_handle *handle = NULL;
	unsigned length;
	bool loaded;
	int rc = look_if_loaded(job.family, set->table, &loaded, err);

	*has = false;
	if (rc || !loaded)
		return rc;
	rc = make_rules(set, &job.rules, err);
	if (!rc)
		rc = read_table(job.family, set->table, &handle, err);
	if (handle) {
		rc = find_rules(&job, handle, &job.found, &length, err);
		*has = !rc && has_copies(set->family, &job.found, &job.rules);
		job.family->ops->free(handle);
	}
	free_copies(&job.rules);
	free_copies(&job.found);
	return rc;
}

static int try_policy(const struct family *family, bool drop, struct error *err)
{
	const char *policy = drop ? IPTC_LABEL_DROP : IPTC_LABEL_ACCEPT;
	const struct xtc_ops *ops = family->ops;
	struct xtc_handle *handle;
	int rc = read_table(family, RULE_TABLE, &handle, err);

	if (rc)
		return rc;
	if (!ops->set_policy(forward, policy, NULL, handle) || !ops->commit(handle))
		rc = may_try_again(-errno) ? -errno : error_set(err, errno, "%s", ops->strerror(errno));
	ops->free(handle);
	return rc;
}

int iptables_policy(struct iptables *iptables, uint8_t family, bool drop, struct error *err)
{
	int lock, tries = 0, rc = lock_take(lock_file(), iptables->seconds, &lock, err);

	if (rc)
		return rc;
	do
		rc = try_policy(&families[family_index(family)], drop, err);
	while (may_try_again(rc) && tries++ < TRIES);
	lock_release(lock);
	return rc && !err->code ? error_set(err, -rc, "others keep changing it") : rc;
}

int iptables_look(uint8_t family, struct rule_chain *chain, struct error *err)
{
	const struct family *of = &families[family_index(family)];
	struct xt_counters counters;
	struct xtc_handle *handle;
	bool loaded;
	int rc = look_if_loaded(of, RULE_TABLE, &loaded, err);

	*chain = (struct rule_chain){ 0 };
	if (!rc && loaded)
		rc = read_table(of, RULE_TABLE, &handle, err);
	if (rc || !loaded)
		return rc;
	chain->exists = true;
	chain->drops = !strcmp(of->ops->get_policy(forward, &counters, handle), IPTC_LABEL_DROP);
	chain->has_rules = of->first(forward, handle);
	of->ops->free(handle);
	return 0;
}
