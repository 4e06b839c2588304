# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of DHCP entries share, beside helper.bash.

# Where dhcpd has its configuration, its settings and its init script.
places() {
	CONF=$1 ARGS=$2 INIT=$3
	mkdir -p "${CONF%/*}" "${ARGS%/*}" "${INIT%/*}"
}

# This host's own servers are out of sight; so is the dnsmasq that the tests have installed.
no_dhcp() {
	places /etc/dhcp/dhcpd.conf /etc/default/dhcp-server /etc/init.d/isc-dhcp-server
	CALLS=/run/dhcpd-calls # what the init script was called for, a line for each
	HOSTS=/run/xen-hotplug/dhcp-hosts
	rm -rf /etc/dhcp /etc/dhcp3 /etc/dhcpd.conf /etc/sysconfig/dhcpd /etc/default/*dhcp* \
		/etc/init.d/*dhcp* /etc/dnsmasq.conf /etc/dnsmasq.d /etc/systemd/system/*dhcp*
	for file in /usr/sbin/dnsmasq /usr/bin/dnsmasq /usr/local/sbin/dnsmasq; do
		[ ! -e "$file" ] || mount --bind /dev/null "$file"
	done
}

# dhcpd's files, and an init script that notes what it is called for, and what dhcpd reads then.
dhcpd_files() {
	no_dhcp
	mkdir -p /etc/dhcp
	echo '# admin line' >$CONF
	echo 'INTERFACES=""' >$ARGS
	init_script <<<':'
}

init_script() { # its text comes by stdin
	{
		echo '#!/bin/sh'
		echo "echo \"dhcpd \$*\" >>$CALLS; cat $CONF $ARGS >/run/dhcpd-read"
		cat
	} >$INIT
	chmod 755 $INIT
	: >$CALLS
}

# "HOST MAC ADDRESS ROUTER", a line for each entry of exactly our form
entries() {
	sed -n -E 's/^host (\S+) \{ hardware ethernet (\S+); fixed-address (\S+); option routers (\S+); option host-name "\1"; \}$/\1 \2 \3 \4/p' $CONF
}

entry() { # D ADDRESS ROUTER: as entries prints it for vifD.0
	printf 'dom%d 00:16:3e:%02x:%02x:00 %s %s\n' "$1" $(($1 / 256)) $(($1 % 256)) "$2" "$3"
}

listed() {
	(. $ARGS && echo "$INTERFACES" | xargs)
}

restarts() {
	grep -cx 'dhcpd restart' $CALLS || :
}

# dhcpd has been restarted with its files as they are now.
is_served() {
	cat $CONF $ARGS | diff - /run/dhcpd-read >&2
}
