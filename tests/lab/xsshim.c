// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xsshim.c - preloaded, lets the real C xenstored run where there is no Xen
 *
 * Answers the few calls that xenstored makes of libxenctrl, libxenevtchn,
 * libxengnttab and (from 4.21 on) libxenmanage, and hands out fake
 * /proc/xen/xsd_{port,kva}. Needs no Xen header: the stubs below have the ABI of
 * Xen 4.17 to 4.21; where a stub looks at no argument it declares none.
 *
 *	gcc -O2 -shared -fPIC -o xsshim.so xsshim.c
 *	XENSTORED_RUNDIR=DIR LD_PRELOAD=./xsshim.so xenstored -N
 *
 * XSSHIM_READY=FD    FD gets a line when the socket accepts connections, and
 *                    xenstored ends when the process that started it does
 * XSSHIM_DOMAINS=DIR domain N exists while DIR/N does (unset: every one does);
 *                    SIGUSR2 then tells xenstored to look for dead ones
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The prototypes are in headers that this file shall not need. */
#define STUB(type, name, ...)                                                  \
	type name(__VA_ARGS__);                                                \
	type name(__VA_ARGS__)
#define UNUSED __attribute__((unused))

enum { PAGE = 4096, VIRQ_PORT = 1 };

static char handle[64];
static int event_fd = -1;

static int alive(uint32_t domid)
{
	const char *dir = getenv("XSSHIM_DOMAINS");
	char path[4096];

	if (!dir || domid == 0)
		return 1;
	snprintf(path, sizeof(path), "%s/%u", dir, domid);
	return access(path, F_OK) == 0;
}

/* The daemon binds and listens before it asks for the event channel. */
static void say_ready(void)
{
	const char *number = getenv("XSSHIM_READY");
	int fd;

	if (!number)
		return;
	fd = (int)strtol(number, NULL, 10);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || write(fd, "ready\n", 6) != 6)
		_exit(1);
	close(fd);
	unsetenv("XSSHIM_READY");
}

/* ---- libxenctrl ---- */

STUB(void *, xc_interface_open, void)
{
	return handle;
}

STUB(int, xc_interface_close, void)
{
	return 0;
}

/* Up to 4.17: the head of xc_dominfo_t; no flag set = neither dying nor shut down. */
struct dominfo_head {
	uint32_t domid, ssidref, flags;
};

STUB(int, xc_domain_getinfo, UNUSED void *xc, uint32_t domid, UNUSED unsigned int max,
     struct dominfo_head *info)
{
	if (!alive(domid))
		return 0;
	*info = (struct dominfo_head){ .domid = domid };
	return 1;
}

/* From 4.18 on: the head of struct xen_domctl_getdomaininfo. */
struct domaininfo_head {
	uint16_t domid, pad;
	uint32_t flags;
};

STUB(int, xc_domain_getinfo_single, UNUSED void *xc, uint32_t domid,
     struct domaininfo_head *info)
{
	if (!alive(domid)) {
		errno = ESRCH;
		return -1;
	}
	*info = (struct domaininfo_head){ .domid = (uint16_t)domid };
	return 0;
}

/* ---- libxenmanage, from 4.21 on ---- */

enum { STATE_EXIST = 0x1, STATE_DEAD = 0x8, CAPS_DOM0 = 0x7 };

static unsigned int known[1024], n_known;

static void remember(unsigned int domid)
{
	if (domid && n_known < sizeof(known) / sizeof(*known))
		known[n_known++] = domid;
}

STUB(void *, xenmanage_open, void)
{
	return handle;
}

STUB(int, xenmanage_close, void)
{
	return 0;
}

static int tell(unsigned int domid, unsigned int now, unsigned int *state,
		unsigned int *caps, uint64_t *unique)
{
	if (state)
		*state = now;
	if (caps)
		*caps = domid ? 0 : CAPS_DOM0;
	if (unique)
		*unique = 1000 + domid;
	return 0;
}

STUB(int, xenmanage_get_domain_info, UNUSED void *xm, unsigned int domid,
     unsigned int *state, unsigned int *caps, uint64_t *unique)
{
	if (alive(domid))
		return tell(domid, STATE_EXIST, state, caps, unique);
	errno = ENOENT;
	return -1;
}

/* xenstored learns of dom0 at its first poll, then of mapped domains that died. */
STUB(int, xenmanage_poll_changed_domain, UNUSED void *xm, unsigned int *domid,
     unsigned int *state, unsigned int *caps, uint64_t *unique)
{
	static int told_dom0;
	unsigned int i;

	if (!told_dom0) {
		told_dom0 = 1;
		*domid = 0;
		return tell(0, STATE_EXIST, state, caps, unique);
	}
	for (i = 0; i < n_known && alive(known[i]); i++)
		;
	if (i == n_known) {
		errno = ENOENT;
		return -1;
	}
	*domid = known[i];
	known[i] = known[--n_known];
	return tell(*domid, STATE_DEAD, state, caps, unique);
}

/* ---- libxengnttab ---- */

STUB(void *, xengnttab_open, void)
{
	return handle;
}

STUB(int, xengnttab_close, void)
{
	return 0;
}

STUB(int, xengnttab_set_max_grants, void)
{
	return 0;
}

STUB(void *, xengnttab_map_grant_ref, UNUSED void *xgt, uint32_t domid)
{
	void *ring = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (ring == MAP_FAILED)
		return NULL;
	remember(domid);
	return ring;
}

STUB(int, xengnttab_unmap, UNUSED void *xgt, void *ring, uint32_t pages)
{
	return munmap(ring, (size_t)pages * PAGE);
}

/* ---- libxenevtchn ---- */

static void on_usr2(UNUSED int sig)
{
	static const uint64_t one = 1;

	if (write(event_fd, &one, sizeof(one)) != sizeof(one))
		_exit(1);
}

STUB(void *, xenevtchn_open, void)
{
	event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	signal(SIGUSR2, on_usr2);
	return event_fd < 0 ? NULL : handle;
}

STUB(void *, xenevtchn_fdopen, UNUSED void *log, int fd)
{
	event_fd = fd;
	return handle;
}

STUB(int, xenevtchn_close, void)
{
	return 0;
}

STUB(int, xenevtchn_fd, void)
{
	return event_fd;
}

STUB(int, xenevtchn_notify, void)
{
	return 0;
}

STUB(int, xenevtchn_bind_interdomain, void)
{
	static int next_port = VIRQ_PORT + 1;

	return next_port++;
}

STUB(int, xenevtchn_bind_virq, void)
{
	say_ready();
	return VIRQ_PORT;
}

STUB(int, xenevtchn_unbind, void)
{
	return 0;
}

STUB(int, xenevtchn_unmask, void)
{
	return 0;
}

STUB(int, xenevtchn_pending, void)
{
	eventfd_t count;

	return eventfd_read(event_fd, &count) ? -1 : VIRQ_PORT;
}

/* ---- the two files that describe dom0's ring ---- */

static int fake_file(const char *name, const char *text, off_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, size))
		return -1;
	if (pwrite(fd, text, strlen(text), 0) != (ssize_t)strlen(text))
		return -1;
	return fd;
}

STUB(int, open, const char *path, int flags, ...)
{
	static int (*real)(const char *, int, ...);
	const char *name = strrchr(path, '/');
	va_list ap;
	mode_t mode;

	if (name && !strcmp(name, "/xsd_port"))
		return fake_file("xsd_port", "1\n", 2);
	if (name && !strcmp(name, "/xsd_kva"))
		return fake_file("xsd_kva", "", PAGE);

	va_start(ap, flags);
	mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "open");
	return real(path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));
