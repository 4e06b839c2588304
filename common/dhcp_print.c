// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp_print.h"

#include <stdio.h>
#include <string.h>

#include "dhcpd_conf.h"
#include "dhcpd_subnet.h"
#include "dnsmasq_conf.h"

static void print_word(const char *before, const char *word, struct text *out)
{
	text_add(out, "%s", before);
	text_quote(out, word);
}

/* Under the lock of Xen's scripts (locking.sh), whose file may stay. */
static void print_locked(struct text *out)
{
	text_add(out, "mkdir -p %s; (flock 9 && ", DHCPD_LOCK_DIRECTORY);
}

static void print_restart(const struct dhcp_server *server, struct text *out)
{
	bool is_script = *server->control == '/';

	text_add(out, ") 9>%s", DHCPD_LOCK);
	if (!*server->control)
		return;
	print_word(is_script ? "; " : "; systemctl restart ", server->control, out);
	text_add(out, is_script ? " restart || :" : " || :");
}

static void print_dhcpd(const struct dhcp_change *change, struct text *out)
{
	const struct dhcp_server *server = change->server;

	print_locked(out);
	dhcpd_conf_print_set(server->entries, change->host, change->from, change->to, out);
	if (*server->lists) {
		text_add(out, " && ");
		dhcpd_conf_print_list(server->lists, change->device, change->to_listed, out);
	}
	print_restart(server, out);
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

void dhcp_print_subnet(const struct subnet_change *change, struct text *out)
{
	print_locked(out);
	dhcpd_subnet_print(change->server->entries, &change->subnet, change->to, out);
	print_restart(change->server, out);
}

/* What is in the pid file counts only if it was called so. */
const char dhcp_end_function[] =
	"is_own_dnsmasq() {\n"
	"\tgrep -qzxF -e " DNSMASQ_OWN_OPTION " \"/proc/$1/cmdline\" 2>/dev/null\n"
	"}\n"
	"end_own_dnsmasq() {\n"
	"\tpid=$(cat " DNSMASQ_OWN_PID " 2>/dev/null || :)\n"
	"\tif is_own_dnsmasq \"$pid\"; then\n"
	"\t\tkill \"$pid\"\n"
	"\t\twhile is_own_dnsmasq \"$pid\"; do sleep 0.1; done\n"
	"\tfi\n"
	"\trm -f " DNSMASQ_OWN_PID " " DNSMASQ_OWN_LEASES "\n"
	"\trmdir " DNSMASQ_HOSTS " 2>/dev/null || :\n"
	"}\n";

void dhcp_print_dnsmasq(const struct dnsmasq_change *change, struct text *out)
{
	if (!change->run) {
		text_add(out, "end_own_dnsmasq");
		return;
	}
	text_add(out, "mkdir -p " DNSMASQ_HOSTS " && ");
	text_quote(out, change->program);
	text_add(out, " " DNSMASQ_OWN_OPTION);
}
