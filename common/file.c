// SPDX-License-Identifier: GPL-2.0-or-later
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_SIZE 4096
#define SIZE_LIMIT (READ_SIZE << 12)

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int refused(const char *what, const char *path, struct error *err)
{
	return error_set(err, errno, "cannot %s %s: %s", what, path, strerror(errno));
}

/* The number of bytes read, fewer than `size` at the end of the file, or -1. */
static ssize_t read_part(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = TEMP_FAILURE_RETRY(read(fd, buf + len, size - len));
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 && len < size);
	return n < 0 ? n : (ssize_t)len;
}

/* Up to the end, wherever it is: files in /proc do not say how long they are. */
static int read_text(int fd, const char *path, char **text, struct error *err)
{
	size_t size = READ_SIZE, len = 0;
	ssize_t n;

	for (;; size *= 2) {
		char *more = realloc(*text, size);

		if (!more)
			return error_set(err, ENOMEM, "out of memory");
		*text = more;
		n = read_part(fd, more + len, size - len);
		if (n < 0)
			return refused("read", path, err);
		len += (size_t)n;
		if (len < size)
			break;
		if (size >= SIZE_LIMIT)
			return error_set(err, EFBIG, "%s is longer than %d bytes", path,
					 SIZE_LIMIT - 1);
	}
	(*text)[len] = '\0';
	if (strlen(*text) != len)
		return error_set(err, EINVAL, "%s is not a text: it holds a NUL byte", path);
	return 0;
}

int file_read(const char *path, char **text, struct error *err)
{
	int fd CLEANUP(close_fd) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int rc;

	*text = NULL;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : refused("read", path, err);
	if (fstat(fd, &st))
		return refused("look at", path, err);
	if (!S_ISREG(st.st_mode))
		return error_set(err, EINVAL, "%s is not a file", path);
	rc = read_text(fd, path, text, err);
	if (rc) {
		free(*text);
		*text = NULL;
	}
	return rc;
}

/* The file itself, where links lead to it, and what is to be kept of it. */
struct target {
	char path[PATH_MAX];
	char fresh[PATH_MAX];	/* beside it; of no interest to dnsmasq, as names with a dot are */
	bool exists;
	struct stat st;
};

static int find_target(const char *path, struct target *target, struct error *err)
{
	const char *slash;
	int n;

	target->exists = realpath(path, target->path);
	if (!target->exists && (errno != ENOENT || !lstat(path, &target->st)))
		return refused("find", path, err);
	if (target->exists && stat(target->path, &target->st))
		return refused("look at", path, err);
	if (!target->exists)
		snprintf(target->path, PATH_MAX, "%s", path);
	slash = strrchr(target->path, '/');
	n = slash ? (int)(slash + 1 - target->path) : 0;
	if (snprintf(target->fresh, PATH_MAX, "%.*s.%s.new", n, target->path,
		     target->path + n) >= PATH_MAX)
		return error_set(err, ENAMETOOLONG, "the path %.200s… is too long", path);
	return 0;
}

static int keep_rights(int fd, const struct target *target)
{
	if (!target->exists)
		return fchmod(fd, 0644);
	/* The owner first, for that takes set-id bits away. */
	return fchown(fd, target->st.st_uid, target->st.st_gid) ||
	       fchmod(fd, target->st.st_mode & 07777) ? -1 : 0;
}

static int write_all(int fd, const char *text)
{
	for (size_t len = strlen(text); len > 0;) {
		ssize_t n = TEMP_FAILURE_RETRY(write(fd, text, len));

		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* What a killed run left there is of no use to anybody. */
static int write_fresh(const struct target *target, const char *text, struct error *err)
{
	int fd CLEANUP(close_fd) = -1;

	if (unlink(target->fresh) && errno != ENOENT)
		return refused("remove", target->fresh, err);
	fd = open(target->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return refused("make", target->fresh, err);
	if (keep_rights(fd, target))
		return refused("set the owner of", target->fresh, err);
	if (write_all(fd, text) || fsync(fd))
		return refused("write", target->fresh, err);
	return 0;
}

/* The new name is safe as well, as far as the file system offers that. */
static void sync_directory(const struct target *target)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(target->path, '/');
	int n = slash ? (int)(slash + 1 - target->path) : 0;
	int fd CLEANUP(close_fd) = -1;

	snprintf(directory, sizeof(directory), "%.*s.", n, target->path);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fsync(fd);
}

int file_replace(const char *path, const char *text, struct error *err)
{
	struct target target;
	int rc = find_target(path, &target, err);

	if (rc)
		return rc;
	rc = write_fresh(&target, text, err);
	if (!rc && rename(target.fresh, target.path))
		rc = refused("replace", target.path, err);
	if (rc)
		unlink(target.fresh);
	else
		sync_directory(&target);
	return rc;
}

int file_remove(const char *path, struct error *err)
{
	if (unlink(path) && errno != ENOENT && errno != ENOTDIR)
		return refused("remove", path, err);
	return 0;
}

int file_make_directory(const char *path, struct error *err)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return error_set(err, ENAMETOOLONG, "the path %.200s… is too long", path);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		/* Whatever our caller's umask says: dnsmasq is not root. */
		if (mkdir(part, 0755) ? errno != EEXIST : chmod(part, 0755))
			return refused("make the directory", part, err);
	}
	return 0;
}

int file_next_name(DIR *directory, const char *path, const char **name, struct error *err)
{
	const struct dirent *entry;

	errno = 0;
	entry = readdir(directory);
	*name = entry ? entry->d_name : NULL;
	return entry || !errno ? 0 : error_set(err, errno, "reading %s: %s", path, strerror(errno));
}
