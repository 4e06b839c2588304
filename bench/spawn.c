// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spawn.c - how long programs take from posix_spawn() to wait4(), side by side
 *
 *	spawn [-n ROUNDS] [-p PAUSE] [-b NAME] NAME=COMMAND...
 *	spawn [-n ROUNDS] [-p PAUSE] -t COUNT NAME=COMMAND...
 *
 * Every round runs each COMMAND (split at blanks) once; with -t it is started COUNT
 * times at once, for vif1.0, vif2.0, ... Printed is one line per COMMAND, times in
 * microseconds, memory in KiB:
 *
 *	NAME runs failures min median max net memory
 *
 * After each it pauses for so many microseconds (1000): what the kernel puts off shall not count
 * for the next one, and after a change in nf_tables that takes some 15 ms.
 *
 * Command -b runs before each of the others, which gives all the same
 * predecessor; net is the median of the differences to it. A COMMAND named "_"
 * only restores the state: it is not reported, and with -t runs once.
 * memory is the peak, but not less than this program's own: the kernel counts what
 * the child still shares with it before exec.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 16, MAX_RUNS = 20000, MAX_WORDS = 24, MAX_TOGETHER = 1000 };

struct command {
	char *name;
	char *words[MAX_WORDS + 1];
	int reset, runs, failures;
	long memory;
	double net[MAX_RUNS];
	double took[MAX_RUNS];
};

static struct command commands[MAX_COMMANDS];
static int n_commands;
static int pause_us = 1000;

static void die(const char *what)
{
	fprintf(stderr, "spawn: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void start(struct command *c)
{
	const char *program = c->words[0];
	pid_t pid;

	if (!program) {
		errno = EINVAL;
		die("no command");
	}
	errno = posix_spawn(&pid, program, NULL, NULL, c->words, environ);
	if (errno)
		die(program);
}

static void reap(struct command *c)
{
	struct rusage usage;
	int status;

	if (wait4(-1, &status, 0, &usage) < 0)
		die("wait4");
	if (status)
		c->failures++;
	if (usage.ru_maxrss > c->memory)
		c->memory = usage.ru_maxrss;
}

static void run(struct command *c)
{
	double began = now_us();

	start(c);
	reap(c);
	c->took[c->runs++] = now_us() - began;
}

static void run_together(struct command *c, int count)
{
	char path[64], vif[32];
	double began = now_us();

	for (int i = 1; i <= count; i++) {
		snprintf(path, sizeof(path), "backend/vif/%d/0", i);
		snprintf(vif, sizeof(vif), "vif%d.0", i);
		if (setenv("XENBUS_PATH", path, 1) || setenv("vif", vif, 1))
			die("setenv");
		start(c);
	}
	for (int i = 0; i < count; i++)
		reap(c);
	c->took[c->runs++] = now_us() - began;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int n)
{
	qsort(values, n, sizeof(*values), ascending);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void report(struct command *c)
{
	double mid;

	if (!c->runs || (c->reset && !c->failures))
		return;
	mid = median(c->took, c->runs);
	printf("%s %d %d %.0f %.0f %.0f %.0f %ld\n", c->name, c->runs, c->failures,
	       c->took[0], mid, c->took[c->runs - 1], median(c->net, c->runs), c->memory);
}

static struct command *find(const char *name)
{
	for (int i = 0; i < n_commands; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void add_command(char *text)
{
	struct command *c = &commands[n_commands++];
	char *equals = strchr(text, '=');
	char *word;
	int n = 0;

	if (n_commands > MAX_COMMANDS || !equals) {
		fprintf(stderr, "spawn: want NAME=COMMAND, %d at most\n", MAX_COMMANDS);
		exit(1);
	}
	*equals = '\0';
	c->name = text;
	c->reset = !strcmp(text, "_");
	word = strtok(equals + 1, " ");
	for (; word && n < MAX_WORDS; word = strtok(NULL, " "))
		c->words[n++] = word;
}

static void run_in_turn(struct command *c, int together, struct command *base)
{
	if (c == base)
		return;
	if (c->reset) {
		run(c);
		return;
	}
	if (base)
		run(base);
	if (together)
		run_together(c, together);
	else
		run(c);
	c->net[c->runs - 1] = c->took[c->runs - 1];
	if (base)
		c->net[c->runs - 1] -= base->took[base->runs - 1];
}

static void one_round(int together, struct command *base)
{
	for (struct command *c = commands; c < commands + n_commands; c++) {
		run_in_turn(c, together, base);
		usleep(pause_us);
	}
}

static int number(const char *text, int max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || n < 1 || n > max) {
		fprintf(stderr, "spawn: want 1 to %d, not %s\n", max, text);
		exit(1);
	}
	return (int)n;
}

int main(int argc, char **argv)
{
	const char *base = NULL;
	int rounds = 30, together = 0;
	int opt;

	while ((opt = getopt(argc, argv, "n:p:b:t:")) != -1) {
		if (opt == 'n')
			rounds = number(optarg, MAX_RUNS / MAX_COMMANDS);
		else if (opt == 'b')
			base = optarg;
		else if (opt == 'p')
			pause_us = number(optarg, 1000000);
		else if (opt == 't')
			together = number(optarg, MAX_TOGETHER);
		else
			return 1;
	}
	for (; optind < argc; optind++)
		add_command(argv[optind]);

	for (int round = 0; round < rounds; round++)
		one_round(together, base ? find(base) : NULL);
	for (int i = 0; i < n_commands; i++)
		report(&commands[i]);
	return 0;
}
