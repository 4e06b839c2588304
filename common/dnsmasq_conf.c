// SPDX-License-Identifier: GPL-2.0-or-later
#include "dnsmasq_conf.h"

#include <string.h>

#define BLANK " \t"

void dnsmasq_conf_entry(const char *host, const char *mac, const char *holder, const char *ip,
			struct text *out)
{
	text_add(out, "%s%s%s,%s,%s", mac, *holder ? "," : "", holder, ip, host);
}

/* Take the next word of a line. False at its end, or when it does not fit. */
static bool next_word(const char **line, char *out, size_t size)
{
	size_t len;

	*line += strspn(*line, BLANK);
	len = strcspn(*line, BLANK "\n");
	if (!len || len >= size)
		return false;
	memcpy(out, *line, len);
	out[len] = '\0';
	*line += len;
	return true;
}

/* "EXPIRY MAC ADDRESS NAME CLIENT-ID"; other kinds of hardware have their number before the MAC. */
static bool is_lease(const char *line, const char *ip, char mac[static MAC_TEXT])
{
	char expiry[24], address[INET_TEXT];
	struct error nonsense = { 0 };
	uint8_t bytes[MAC_LEN];

	return next_word(&line, expiry, sizeof(expiry)) && next_word(&line, mac, MAC_TEXT) &&
	       !inet_parse_mac(mac, bytes, &nonsense) &&
	       next_word(&line, address, sizeof(address)) && !strcmp(address, ip);
}

bool dnsmasq_conf_lease(const char *text, const char *ip, char mac[static MAC_TEXT])
{
	while (text) {
		if (is_lease(text, ip, mac))
			return true;
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return false;
}

/* The value of a line that sets the option, or NULL. */
static const char *value_of(const char *line, const char *option)
{
	size_t len = strlen(option);

	line += strspn(line, BLANK);
	if (strncmp(line, option, len) != 0)
		return NULL;
	line += len;
	line += strspn(line, BLANK);
	if (*line != '=')
		return NULL;
	line++;
	return line + strspn(line, BLANK);
}

/* Up to the end of the line or a comment, and without the white space before that. */
static size_t length_of(const char *value)
{
	size_t len = strcspn(value, "\r\n");

	for (size_t i = 1; i < len; i++)
		if (value[i] == '#' && strchr(BLANK, value[i - 1]))
			len = i;
	while (len && strchr(BLANK, value[len - 1]))
		len--;
	return len;
}

static bool copy_value(const char *value, char *out, size_t size)
{
	size_t len = length_of(value);

	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	if (!len || len >= size)
		return false;
	memcpy(out, value, len);
	out[len] = '\0';
	return true;
}

bool dnsmasq_conf_option(const char *text, const char *option, char *out, size_t size)
{
	bool found = false;

	while (text) {
		const char *value = value_of(text, option);

		if (value && copy_value(value, out, size))
			found = true;
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return found;
}

static void add_servers(const struct resolv *resolv, struct text *out)
{
	char address[INET_TEXT];

	if (!resolv->count)
		return;
	text_add(out, "dhcp-option=option:dns-server");
	for (size_t i = 0; i < resolv->count; i++) {
		inet_print(&resolv->servers[i], address);
		text_add(out, ",%s", address);
	}
	text_add(out, "\n");
}

/* It takes the interfaces as they come and go, and leaves port 67 of others alone. */
void dnsmasq_conf_own(const struct inet_prefix *subnet, const struct resolv *resolv,
		      struct text *out)
{
	const struct inet_prefix mask = inet_netmask(subnet);
	char address[INET_TEXT], netmask[INET_TEXT];

	inet_print(subnet, address);
	inet_print(&mask, netmask);
	text_add(out, "# network-nat's own, written by each start.\n"
		 "port=0\nno-hosts\ninterface=vif*\nbind-dynamic\ndhcp-authoritative\n");
	text_add(out, "dhcp-range=%s,static,%s\n", address, netmask);
	text_add(out, "dhcp-hostsdir=" DNSMASQ_HOSTS "\n"
		 "dhcp-leasefile=" DNSMASQ_OWN_LEASES "\npid-file=" DNSMASQ_OWN_PID "\n");
	if (*resolv->domain)
		text_add(out, "domain=%s\n", resolv->domain);
	add_servers(resolv, out);
}
