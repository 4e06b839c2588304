// SPDX-License-Identifier: GPL-2.0-or-later
// Time that only goes forward, for deadlines.
#ifndef SECONDS_H
#define SECONDS_H

#include <time.h>

/* Seconds since some moment in the past (CLOCK_MONOTONIC): no step of the host's clock shows. */
static inline time_t seconds_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

#endif
