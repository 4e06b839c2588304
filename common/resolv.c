// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolv.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "text.h"

#define BLANK " \t\r"
#define LOOPBACK 127	/* the first byte of its addresses (RFC 1122, 3.2.1.3) */

/* The first word behind the keyword, not terminated and of length *len; NULL: another line. */
static const char *word_of(const char *line, const char *keyword, size_t *len)
{
	size_t skip = strlen(keyword);

	if (strncmp(line, keyword, skip) != 0 || !line[skip] || !strchr(BLANK, line[skip]))
		return NULL;
	line += skip;
	line += strspn(line, BLANK);
	*len = strcspn(line, BLANK "\n");
	return line;
}

static bool copy_word(const char *word, size_t len, char *out, size_t size)
{
	if (!len || len >= size)
		return false;
	memcpy(out, word, len);
	out[len] = '\0';
	return true;
}

static void take_domain(const char *word, size_t len, struct resolv *resolv)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._";
	char domain[RESOLV_DOMAIN];

	/* It is to stand in other programs' files; a lone dot is the root, and no domain. */
	if (copy_word(word, len, domain, sizeof(domain)) && !domain[strspn(domain, plain)] &&
	    *domain != '.' && *domain != '-')
		memcpy(resolv->domain, domain, sizeof(domain));
}

static bool is_for_others(const struct inet_prefix *ip)
{
	static const uint8_t any[4] = { 0 };

	return ip->family == AF_INET && inet_is_host(ip) && ip->addr[0] != LOOPBACK &&
	       memcmp(ip->addr, any, sizeof(any)) != 0;
}

static void take_server(const char *word, size_t len, struct resolv *resolv)
{
	struct error nonsense = { 0 };
	char address[INET_TEXT];
	struct inet_prefix ip;

	if (resolv->count < RESOLV_SERVERS && copy_word(word, len, address, sizeof(address)) &&
	    !inet_parse(address, &ip, &nonsense) && is_for_others(&ip))
		resolv->servers[resolv->count++] = ip;
}

void resolv_parse(const char *text, struct resolv *resolv)
{
	const char *word;
	size_t len;

	memset(resolv, 0, sizeof(*resolv));
	while (text) {
		if ((word = word_of(text, "nameserver", &len)))
			take_server(word, len, resolv);
		else if ((word = word_of(text, "domain", &len)) ||
			 (word = word_of(text, "search", &len)))
			take_domain(word, len, resolv);
		text = strchr(text, '\n');
		if (text)
			text++;
	}
}
