// SPDX-License-Identifier: GPL-2.0-or-later
// Checks of single settings; for request_*.c alone.
#ifndef REQUEST_PART_H
#define REQUEST_PART_H

#include "request.h"

/* Each leaves *out alone when the setting is not set. -EINVAL names the setting and its value. */
int request_number(const struct request *request, enum key key, unsigned min, unsigned max,
		   unsigned *out, struct error *err) MUST_CHECK;

/* TOGGLE_UNSET when it is not set. */
int request_toggle(const struct request *request, enum key key, enum toggle *out,
		   struct error *err) MUST_CHECK;

/* vlan_filtering, where the word "auto" stands for `automatic`. */
int request_vlan_filtering(struct request *request, enum toggle automatic,
			   struct error *err) MUST_CHECK;

int request_firewall(struct request *request, struct error *err) MUST_CHECK;

#endif
