// SPDX-License-Identifier: GPL-2.0-or-later
// Between processes: a child holds a lock until its pipe is closed, or for a while.
#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/lock.h"

static char directory[64], path[80];
static struct error err;

static int enter(void **state)
{
	(void)state;
	memset(&err, 0, sizeof(err));
	snprintf(directory, sizeof(directory), "/tmp/lock-test.XXXXXX");
	snprintf(path, sizeof(path), "%s/lock", mkdtemp(directory));
	return 0;
}

static int leave(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

static long milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* A child that holds the lock for so long; 0: until it is killed. Back when it has it. */
static pid_t hold(long ms, bool and_remove)
{
	int ready[2], fd;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (lock_take(path, 5, &fd, &err))
			_exit(1);
		close(ready[0]);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		if (!ms)
			pause();
		usleep((useconds_t)ms * 1000);
		if (and_remove)
			lock_remove(path, fd);
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void it_is_free_at_first_and_after(void **state)
{
	int fd;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lock_take(path, 1, &fd, &err), 0);
		assert_int_equal(access(path, F_OK), 0);
		lock_remove(path, fd);
		assert_int_equal(access(path, F_OK), -1);
	}
	lock_remove(path, -1);
	lock_release(-1);
}

/* As the scripts do it. */
static void flock_is_kept_out(void **state)
{
	char command[200];
	int fd;

	(void)state;
	snprintf(command, sizeof(command), "flock -n %s true", path);
	assert_int_equal(lock_take(path, 1, &fd, &err), 0);
	assert_int_not_equal(system(command), 0);
	lock_release(fd);
	assert_int_equal(system(command), 0);
}

static void a_name_that_cannot_be_is_refused(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/no/such/lock", directory);
	assert_int_equal(lock_take(path, 1, &fd, &err), -ENOENT);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(err.text, path));
}

/* Zero seconds: no wait at all. */
static void it_is_not_waited_for(void **state)
{
	pid_t pid = hold(0, false);
	long start = milliseconds();
	int fd;

	(void)state;
	assert_int_equal(lock_take(path, 0, &fd, &err), -ETIMEDOUT);
	assert_in_range(milliseconds() - start, 0, 100);
	end(pid);
}

static void a_timeout_names_the_holder(void **state)
{
	char words[64];
	long start;
	pid_t pid = hold(0, false);
	int fd;

	(void)state;
	start = milliseconds();
	assert_int_equal(lock_take(path, 1, &fd, &err), -ETIMEDOUT);
	assert_in_range(milliseconds() - start, 950, 1500);
	assert_int_equal(fd, -1);
	snprintf(words, sizeof(words), "process %d (lock-test)", (int)pid);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, words));
	end(pid);
	memset(&err, 0, sizeof(err));
	assert_int_equal(lock_take(path, 1, &fd, &err), 0);
	lock_release(fd);
}

static void a_waiter_gets_it_at_once(void **state)
{
	long start;
	pid_t pid = hold(300, false);
	int fd;

	(void)state;
	start = milliseconds();
	assert_int_equal(lock_take(path, 5, &fd, &err), 0);
	assert_in_range(milliseconds() - start, 200, 700);
	lock_release(fd);
	end(pid);
}

/* The file that it waited for has lost its name: the lock would be one that nobody else sees. */
static void a_removed_file_is_no_lock(void **state)
{
	pid_t pid = hold(300, true);
	char command[200];
	int fd;

	(void)state;
	assert_int_equal(lock_take(path, 5, &fd, &err), 0);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(command, sizeof(command), "flock -n %s true", path);
	assert_int_not_equal(system(command), 0);
	lock_release(fd);
	end(pid);
}

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
	(void)number;
	alarms++;
}

/* xenstore's connection has a timer of its own (common/store.c). */
static void the_timer_is_given_back(void **state)
{
	const struct sigaction ours = { .sa_handler = count_alarm };
	pid_t pid = hold(0, false);
	struct sigaction after;
	int fd;

	(void)state;
	sigaction(SIGALRM, &ours, NULL);
	assert_int_equal(lock_take(path, 1, &fd, &err), -ETIMEDOUT);
	sigaction(SIGALRM, NULL, &after);
	assert_ptr_equal(after.sa_handler, count_alarm);
	usleep(300000);
	assert_int_equal(alarms, 0);
	end(pid);
}

/* One adds to a number that another one adds to. */
static void add_often(void)
{
	char file[100];
	int fd, n;

	snprintf(file, sizeof(file), "%s/number", directory);
	for (int i = 0; i < 100; i++) {
		FILE *number;

		if (lock_take(path, 20, &fd, &err))
			_exit(1);
		number = fopen(file, "r");
		n = 0;
		if (number && (fscanf(number, "%d", &n) != 1 || fclose(number)))
			_exit(2);
		number = fopen(file, "w");
		if (!number || fprintf(number, "%d", n + 1) < 0 || fclose(number))
			_exit(3);
		lock_remove(path, fd);
	}
	_exit(0);
}

static void many_take_turns(void **state)
{
	char file[100];
	int status, n = 0;
	FILE *number;

	(void)state;
	for (int i = 0; i < 8; i++)
		if (fork() == 0)
			add_often();
	for (int i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	snprintf(file, sizeof(file), "%s/number", directory);
	number = fopen(file, "r");
	assert_non_null(number);
	assert_int_equal(fscanf(number, "%d", &n), 1);
	fclose(number);
	assert_int_equal(n, 800);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter, leave)
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(it_is_free_at_first_and_after),
		IN_DIRECTORY(flock_is_kept_out),
		IN_DIRECTORY(a_name_that_cannot_be_is_refused),
		IN_DIRECTORY(it_is_not_waited_for),
		IN_DIRECTORY(a_timeout_names_the_holder),
		IN_DIRECTORY(a_waiter_gets_it_at_once),
		IN_DIRECTORY(a_removed_file_is_no_lock),
		IN_DIRECTORY(the_timer_is_given_back),
		IN_DIRECTORY(many_take_turns),
	};

	return RUN_TESTS(tests);
}
