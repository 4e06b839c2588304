// SPDX-License-Identifier: GPL-2.0-or-later
#include "inet.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/* A decimal number without sign, spaces or leading zeros, at most `max`; -1 otherwise. */
static int parse_bits(const char *text, int max)
{
	int value = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return -1;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return -1;
		value = value * 10 + (*text - '0');
		if (value > max)
			return -1;
	}
	return value;
}

int inet_parse(const char *text, struct inet_prefix *out, struct error *err)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char address[INET6_ADDRSTRLEN];
	int bits, max;

	memset(out, 0, sizeof(*out));
	if (len >= sizeof(address))
		goto bad;
	memcpy(address, text, len);
	address[len] = '\0';
	out->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	max = out->family == AF_INET6 ? 128 : 32;
	if (inet_pton(out->family, address, out->addr) != 1)
		goto bad;
	bits = slash ? parse_bits(slash + 1, max) : max;
	if (bits < 0)
		goto bad;
	out->len = (uint8_t)bits;
	return 0;
bad:
	return error_set(err, EINVAL, "'%.60s' is not an IP address or prefix", text);
}

int inet_parse_list(const char *text, struct inet_prefix *out, size_t max, size_t *count,
		    struct error *err)
{
	static const char space[] = " \t\n";
	char word[INET_TEXT + 1];
	size_t len;
	int rc;

	for (*count = 0;; text += len) {
		text += strspn(text, space);
		if (!*text)
			return 0;
		len = strcspn(text, space);
		if (*count == max)
			return error_set(err, E2BIG, "more than %zu addresses", max);
		snprintf(word, sizeof(word), "%.*s", (int)(len < INET_TEXT ? len : INET_TEXT),
			 text);
		rc = inet_parse(word, &out[*count], err);
		if (rc)
			return rc;
		(*count)++;
	}
}

struct inet_prefix inet_mask(const struct inet_prefix *prefix)
{
	struct inet_prefix masked = { .family = prefix->family, .len = prefix->len };

	for (unsigned bit = 0; bit < prefix->len; bit++)
		masked.addr[bit / 8] |= (uint8_t)(prefix->addr[bit / 8] & 0x80 >> bit % 8);
	return masked;
}

struct inet_prefix inet_netmask(const struct inet_prefix *prefix)
{
	const struct inet_prefix ones = {
		.family = AF_INET, .len = prefix->len, .addr = { 0xff, 0xff, 0xff, 0xff },
	};
	struct inet_prefix mask = inet_mask(&ones);

	mask.len = 32;
	return mask;
}

struct inet_prefix inet_link_local(const uint8_t mac[static MAC_LEN])
{
	return (struct inet_prefix){
		.family = AF_INET6,
		.len = 128,
		.addr = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 0x02, mac[1], mac[2], 0xff, 0xfe,
			  mac[3], mac[4], mac[5] },
	};
}

void inet_print(const struct inet_prefix *prefix, char out[static INET_TEXT])
{
	if (!inet_ntop(prefix->family, prefix->addr, out, INET_TEXT))
		snprintf(out, INET_TEXT, "(family %u)", prefix->family);
}

static int full_length(const struct inet_prefix *prefix)
{
	return prefix->family == AF_INET6 ? 128 : 32;
}

bool inet_is_host(const struct inet_prefix *prefix)
{
	return prefix->len == full_length(prefix);
}

bool inet_has_host_bits(const struct inet_prefix *prefix)
{
	for (int bit = prefix->len; bit < full_length(prefix); bit++)
		if (prefix->addr[bit / 8] & 0x80 >> bit % 8)
			return true;
	return false;
}

bool inet_equal(const struct inet_prefix *a, const struct inet_prefix *b)
{
	return a->family == b->family && a->len == b->len &&
	       !memcmp(a->addr, b->addr, a->family == AF_INET6 ? 16 : 4);
}

bool inet_is_link_local(const struct inet_prefix *prefix)
{
	return prefix->family == AF_INET6 && prefix->addr[0] == 0xfe &&
	       (prefix->addr[1] & 0xc0) == 0x80;
}

void inet_print_mac(const uint8_t mac[static MAC_LEN], char out[static MAC_TEXT])
{
	snprintf(out, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int inet_parse_mac(const char *text, uint8_t out[static MAC_LEN], struct error *err)
{
	const char *at = text;

	for (int i = 0; i < MAC_LEN; i++) {
		int high = hex_digit(at[0]);
		int low = high < 0 ? -1 : hex_digit(at[1]);

		if (low < 0 || at[2] != (i < MAC_LEN - 1 ? ':' : '\0'))
			return error_set(err, EINVAL, "'%.60s' is not a MAC address", text);
		out[i] = (uint8_t)(high << 4 | low);
		at += 3;
	}
	return 0;
}

/* Its isspace() is of Latin-1, which has a no-break space (lib/ctype.c). */
static bool is_kernel_space(unsigned char c)
{
	return isspace(c) || c == 0xa0;
}

int inet_interface_name(const char *what, const char *name, const char *suffix,
			char out[static IFNAMSIZ], struct error *err)
{
	char whole[256];

	out[0] = '\0';
	snprintf(whole, sizeof(whole), "%s%s", name, suffix);
	for (const char *c = name; *c; c++)
		if (strchr("/:%", *c) || is_kernel_space((unsigned char)*c))
			return error_set(err, EINVAL,
					 "%s='%.60s' is not an interface name: no slash, colon, %% or "
					 "white space may be in one", what, name);
	if (!*name || !strcmp(whole, ".") || !strcmp(whole, ".."))
		return error_set(err, EINVAL, "%s='%.60s' is not an interface name", what, name);
	if (!text_copy(out, IFNAMSIZ, whole))
		return error_set(err, ENAMETOOLONG,
				 "%s='%.60s' is too long: an interface name has at most %zu bytes%s%s%s",
				 what, name, IFNAMSIZ - 1 - strlen(suffix),
				 *suffix ? " before its '" : "", suffix, *suffix ? "'" : "");
	return 0;
}
