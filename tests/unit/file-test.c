// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"

static char directory[64];
static struct error err;

static int enter(void **state)
{
	(void)state;
	memset(&err, 0, sizeof(err));
	snprintf(directory, sizeof(directory), "/tmp/file-test.XXXXXX");
	return mkdtemp(directory) && !chdir(directory) ? 0 : -1;
}

static int leave(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return chdir("/") || system(command);
}

static void write_bytes(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void holds(const char *path, const char *expected)
{
	char *text;

	assert_int_equal(file_read(path, &text, &err), 0);
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static struct stat look(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st;
}

static void refuses_to_read(const char *path, int code)
{
	struct error own = { 0 };
	char *text;

	assert_int_equal(file_read(path, &text, &own), -code);
	assert_null(text);
	assert_non_null(strstr(own.text, path));
}

static void a_file_is_read_whole(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 8191, 8192, 100000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *bytes = calloc(1, sizes[i] + 1);

		memset(bytes, 'x', sizes[i]);
		write_bytes("f", bytes, sizes[i]);
		holds("f", bytes);
		free(bytes);
	}
}

/* They do not tell how long they are. */
static void files_in_proc_are_read(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(file_read("/proc/self/comm", &text, &err), 0);
	assert_string_equal(text, "file-test\n");
	free(text);
}

static void what_is_no_text_is_refused(void **state)
{
	char *text = "";

	(void)state;
	assert_int_equal(file_read("none", &text, &err), 0);
	assert_null(text);
	assert_int_equal(file_read("none/at/all", &text, &err), 0);
	assert_null(text);
	write_bytes("nul", "a\0b", 3);
	refuses_to_read("nul", EINVAL);
	refuses_to_read(".", EINVAL);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	refuses_to_read("fifo", EINVAL);
	write_bytes("huge", "", 0);
	assert_int_equal(truncate("huge", 17 << 20), 0);
	refuses_to_read("huge", EFBIG);
}

static void a_new_file_is_for_all_to_read(void **state)
{
	mode_t before = umask(077);

	(void)state;
	assert_int_equal(file_replace("f", "text\n", &err), 0);
	umask(before);
	holds("f", "text\n");
	assert_int_equal(look("f").st_mode, S_IFREG | 0644);
}

static void mode_and_owner_stay(void **state)
{
	struct stat st;

	(void)state;
	write_bytes("f", "old", 3);
	if (chown("f", 12, 34))
		print_message("# not root: the owner is not tried\n");
	assert_int_equal(chmod("f", 0751), 0);
	st = look("f");
	assert_int_equal(file_replace("f", "new", &err), 0);
	holds("f", "new");
	assert_int_equal(look("f").st_mode, S_IFREG | 0751);
	assert_int_equal(look("f").st_uid, st.st_uid);
	assert_int_equal(look("f").st_gid, st.st_gid);
	assert_int_not_equal(look("f").st_ino, st.st_ino);
}

static void a_link_stays_one(void **state)
{
	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	write_bytes("d/real", "old", 3);
	assert_int_equal(symlink("d/real", "link"), 0);
	assert_int_equal(symlink("link", "link2"), 0);
	assert_int_equal(file_replace("link2", "new", &err), 0);
	assert_true(S_ISLNK(look("link").st_mode) && S_ISLNK(look("link2").st_mode));
	assert_true(S_ISREG(look("d/real").st_mode));
	holds("d/real", "new");
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(file_replace("dangling", "new", &err), -ENOENT);
	assert_true(S_ISLNK(look("dangling").st_mode));
}

/* Whoever has opened the old file goes on reading it. */
static void readers_see_one_or_the_other(void **state)
{
	char buf[8] = "";
	int fd;

	(void)state;
	write_bytes("f", "old", 3);
	fd = open("f", O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(file_replace("f", "newer", &err), 0);
	assert_int_equal(read(fd, buf, sizeof(buf)), 3);
	assert_string_equal(buf, "old");
	close(fd);
}

static void nothing_is_left_beside_it(void **state)
{
	(void)state;
	write_bytes(".f.new", "left by a killed run", 20);
	assert_int_equal(file_replace("f", "text", &err), 0);
	assert_int_equal(access(".f.new", F_OK), -1);
	/* Over a directory no file can be put. */
	assert_int_equal(mkdir("g", 0755), 0);
	assert_int_not_equal(file_replace("g", "text", &err), 0);
	assert_non_null(strstr(err.text, "g"));
	assert_int_equal(access(".g.new", F_OK), -1);
}

static void without_its_directory_it_fails(void **state)
{
	(void)state;
	assert_int_equal(file_replace("none/f", "text", &err), -ENOENT);
	assert_non_null(strstr(err.text, "none/"));
}

static void removing_what_is_gone_is_fine(void **state)
{
	(void)state;
	write_bytes("f", "", 0);
	assert_int_equal(file_remove("f", &err), 0);
	assert_int_equal(access("f", F_OK), -1);
	assert_int_equal(file_remove("f", &err), 0);
	assert_int_equal(file_remove("none/f", &err), 0);
	assert_int_not_equal(file_remove("/proc", &err), 0);
}

static void directories_are_made_all_the_way(void **state)
{
	mode_t before = umask(077);
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/a/b/c", directory);
	assert_int_equal(file_make_directory(path, &err), 0);
	umask(before);
	assert_int_equal(look("a").st_mode, S_IFDIR | 0755);
	assert_int_equal(look("a/b/c").st_mode, S_IFDIR | 0755);
	assert_int_equal(file_make_directory(path, &err), 0);
	write_bytes("file", "", 0);
	snprintf(path, sizeof(path), "%s/file/b", directory);
	assert_int_equal(file_make_directory(path, &err), -ENOTDIR);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter, leave)
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(a_file_is_read_whole),
		IN_DIRECTORY(files_in_proc_are_read),
		IN_DIRECTORY(what_is_no_text_is_refused),
		IN_DIRECTORY(a_new_file_is_for_all_to_read),
		IN_DIRECTORY(mode_and_owner_stay),
		IN_DIRECTORY(a_link_stays_one),
		IN_DIRECTORY(readers_see_one_or_the_other),
		IN_DIRECTORY(nothing_is_left_beside_it),
		IN_DIRECTORY(without_its_directory_it_fails),
		IN_DIRECTORY(removing_what_is_gone_is_fine),
		IN_DIRECTORY(directories_are_made_all_the_way),
	};

	return RUN_TESTS(tests);
}
