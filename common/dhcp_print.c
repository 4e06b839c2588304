// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp_print.h"

#include <stdio.h>
#include <string.h>

#include "dhcpd_conf.h"

static void print_word(const char *before, const char *word, struct text *out)
{
	text_add(out, "%s", before);
	text_quote(out, word);
}

/* Under the lock of Xen's scripts (locking.sh), whose file may stay. */
static void print_dhcpd(const struct dhcp_change *change, struct text *out)
{
	const struct dhcp_server *server = change->server;
	bool is_script = *server->control == '/';

	text_add(out, "mkdir -p %s; (flock 9 && ", DHCPD_LOCK_DIRECTORY);
	dhcpd_conf_print_set(server->entries, change->host, change->from, change->to, out);
	if (*server->lists) {
		text_add(out, " && ");
		dhcpd_conf_print_list(server->lists, change->device, change->to_listed, out);
	}
	text_add(out, ") 9>%s", DHCPD_LOCK);
	print_word(is_script ? "; " : "; systemctl restart ", server->control, out);
	text_add(out, is_script ? " restart || :" : " || :");
}

/* The file comes in by a rename, and under a name that dnsmasq does not look at until then. */
static void print_new_file(const char *file, const char *entry, struct text *out)
{
	char buf[FACTS_PATH + sizeof("..new")], directory[FACTS_PATH];
	struct text fresh = TEXT_IN(buf);
	int len = (int)(strrchr(file, '/') - file);

	snprintf(directory, sizeof(directory), "%.*s", len, file);
	text_add(&fresh, "%s/.%s.new", directory, file + len + 1);
	print_word("mkdir -p ", directory, out);
	print_word("; echo ", entry, out);
	print_word(" >", buf, out);
	print_word("; mv ", buf, out);
	print_word(" ", file, out);
}

/* It learns by itself of what is new, but not of what is gone or has changed. */
static void print_dnsmasq(const struct dhcp_change *change, struct text *out)
{
	const struct dhcp_server *server = change->server;

	if (change->to)
		print_new_file(server->entries, change->to, out);
	else
		print_word("rm -f ", server->entries, out);
	if (!change->from || !*server->control)
		return;
	print_word("; kill -HUP \"$(cat ", server->control, out);
	text_add(out, ")\" || :");
}

void dhcp_print(const struct dhcp_change *change, struct text *out)
{
	if (change->server->kind == DHCP_DHCPD)
		print_dhcpd(change, out);
	else
		print_dnsmasq(change, out);
}
