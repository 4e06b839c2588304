// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses, prefixes and interface names as text. Pure.
#ifndef INET_H
#define INET_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define MAC_LEN 6
#define MAC_TEXT 18		/* "aa:bb:cc:dd:ee:ff" and its terminator */
#define INET_TEXT 50		/* the longest IPv6 prefix and its terminator */
#define EMU_SUFFIX "-emu"	/* libxl_nic.c: what a tap's name has behind the vif's */

struct inet_prefix {
	uint8_t family;		/* AF_INET or AF_INET6 */
	uint8_t len;		/* bits: 0–32 or 0–128 */
	uint8_t addr[16];	/* network byte order; the first 4 for AF_INET */
};

/*
 * Read an address, or an address and a prefix length ("10.0.0.1", "10.1.0.0/16", "fe80::1/64").
 * Without a length it is the whole address. Dotted masks, zones and spaces are refused.
 * -EINVAL with a text that quotes what was given.
 */
int inet_parse(const char *text, struct inet_prefix *out, struct error *err) MUST_CHECK;

/*
 * Read a list as in the backend's `ip` key: entries separated by spaces. More than `max`: -E2BIG.
 * *count is set also on failure, to the entries read so far.
 */
int inet_parse_list(const char *text, struct inet_prefix *out, size_t max, size_t *count,
		    struct error *err) MUST_CHECK;

/* The prefix with the bits behind its length zero. */
struct inet_prefix inet_mask(const struct inet_prefix *prefix);

/* The mask of an IPv4 prefix: 255.255.0.0 of a /16. */
struct inet_prefix inet_netmask(const struct inet_prefix *prefix);

/* The link-local address, a /128, that a MAC address makes (RFC 4291, appendix A). */
struct inet_prefix inet_link_local(const uint8_t mac[static MAC_LEN]);

/* Print an address without its prefix length into INET_TEXT bytes. */
void inet_print(const struct inet_prefix *prefix, char out[static INET_TEXT]);

/* Whether it is one address, no more; whether bits are set behind its length. */
bool inet_is_host(const struct inet_prefix *prefix);
bool inet_has_host_bits(const struct inet_prefix *prefix);

/* Whether two are the same, lengths included. */
bool inet_equal(const struct inet_prefix *a, const struct inet_prefix *b);

/* Whether it is an IPv6 link-local address (RFC 4291). */
bool inet_is_link_local(const struct inet_prefix *prefix);

/* Print six bytes as aa:bb:cc:dd:ee:ff. */
void inet_print_mac(const uint8_t mac[static MAC_LEN], char out[static MAC_TEXT]);

/* Read a MAC address of six pairs of hexadecimal digits between colons. -EINVAL as inet_parse. */
int inet_parse_mac(const char *text, uint8_t out[static MAC_LEN], struct error *err) MUST_CHECK;

/*
 * Take over an interface's name plus a suffix ("" or EMU_SUFFIX) if the kernel would accept the
 * whole: 1–15 bytes, not "." or "..", no slash, colon or white space (net/core/dev.c,
 * dev_valid_name), and no % (which asks the kernel to pick a number). `what` names the setting
 * in the message. -EINVAL, or -ENAMETOOLONG.
 */
int inet_interface_name(const char *what, const char *name, const char *suffix,
			char out[static IFNAMSIZ], struct error *err) MUST_CHECK;

#endif
