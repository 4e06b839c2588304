// SPDX-License-Identifier: GPL-2.0-or-later
#include "sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_setting(const char *name, int flags)
{
	char path[FACTS_PATH + sizeof("/proc/sys/")];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return open(path, flags | O_CLOEXEC);
}

int sysctl_read(const char *name, int *value, struct error *err)
{
	int fd = open_setting(name, O_RDONLY), saved;
	char text[16], *end;
	ssize_t n;

	*value = -1;
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_set(err, errno, "sysctl %s: %s", name, strerror(errno));
	n = TEMP_FAILURE_RETRY(read(fd, text, sizeof(text) - 1));
	saved = errno;
	close(fd);
	if (n < 0)
		return error_set(err, saved, "sysctl %s: %s", name, strerror(saved));
	text[n] = '\0';
	*value = (int)strtol(text, &end, 10);
	return end != text ? 0 : error_set(err, EBADMSG, "sysctl %s is no number", name);
}

int sysctl_apply(const struct sysctl_change *change, struct error *err)
{
	int fd = open_setting(change->name, O_WRONLY | O_TRUNC), saved, len;
	char text[16];
	ssize_t n;

	if (fd < 0)
		return error_set(err, errno == ENOENT ? ENODEV : errno, "%s", strerror(errno));
	len = snprintf(text, sizeof(text), "%d\n", change->to);
	n = TEMP_FAILURE_RETRY(write(fd, text, (size_t)len));
	saved = errno;
	close(fd);
	return n < 0 ? error_set(err, saved, "%s", strerror(saved)) : 0;
}
