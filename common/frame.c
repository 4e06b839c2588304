// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

void frame_settle_in(void)
{
	sigset_t timer;

	sigemptyset(&timer);
	sigaddset(&timer, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &timer, NULL);
	signal(SIGPIPE, SIG_IGN);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return;
}

int frame_read_text(char text[static FRAME_CONFIG], struct error *err)
{
	int fd = open(CONFIG_FILE, O_RDONLY | O_CLOEXEC), saved;
	ssize_t n;

	*text = '\0';
	if (fd < 0)
		return errno == ENOENT ? 0 :
		       error_set(err, errno, "%s: %s", CONFIG_FILE, strerror(errno));
	n = read(fd, text, FRAME_CONFIG);
	saved = errno;
	close(fd);
	if (n < 0)
		return error_set(err, saved, "%s: %s", CONFIG_FILE, strerror(saved));
	if (n == FRAME_CONFIG)
		return error_set(err, EFBIG, "%s is longer than %d bytes", CONFIG_FILE,
				 FRAME_CONFIG - 1);
	text[n] = '\0';
	return 0;
}

int frame_read_config(struct request *request, const char *program,
		      char text[static FRAME_CONFIG], struct error *err)
{
	int rc = frame_read_text(text, err);

	return rc ? rc : request_file(request, program, CONFIG_FILE, text, err);
}

int frame_print_version(const char *program)
{
	return printf("%s %s (firewalls: nf_tables, iptables)\n", program, VERSION) < 0;
}

int frame_carry_out(const struct tools *tools, const struct plan *plan, bool all_or_nothing,
		    bool dry_run, struct error *err)
{
	if (dry_run)
		return apply_print(plan, all_or_nothing, stdout, err);
	return all_or_nothing ? apply_all_or_nothing(tools, plan, err) :
				apply_whatever_works(tools, plan, err);
}
