#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# At boot: what `make install` puts there for systemd, sysvinit and OpenRC does its work.

load helper
load dance

export VIF_PROGRAM=network-bridge

needs() {
	[[ $BATS_TEST_DESCRIPTION != systemd* ]] || command -v systemd-analyze >/dev/null ||
		skip "there is no systemd-analyze: THE UNIT WAS NOT CHECKED"
}

# Into the private /etc, and /run.
install_for() { # INIT
	make -s -C "$TESTS/../.." BUILD="${BUILD:-build}" INIT="$1" SCRIPTDIR=/run/scripts \
		UNITDIR=/run/units MANDIR=/run/man install >/dev/null
	[ -x /run/scripts/network-bridge ]
}

# Whatever is in the environment: it is somebody's.
service() { # STATUS [COMMAND]
	run_it env bridge=wrong netdev=nosuch /etc/init.d/xen-network-bridge "${@:2}"
	is "$STATUS" "$1" || complain "${*:2}: $OUT$ERR"
}

is_started() {
	is "$(link eth0 .linkinfo.info_kind)" veth
	exists peth0
	lan_reaches_host
}

is_stopped() {
	refute exists peth0
	lan_reaches_host
}

# What systemd says of the unit; it may know other things about other units of the host.
verdict() {
	systemd-analyze verify --man=no /run/units/xen-network-bridge.service 2>&1 |
		grep -e xen-network-bridge -e xendomains || true
}

@test "systemd finds nothing wrong with the unit, and it comes before guests" {
	install_for systemd
	cat >/run/units/xendomains.service <<-END
		[Service]
		ExecStart=/bin/true
	END
	is "$(verdict)" ""
	for command in start stop; do
		grep -i "^Exec$command=/run/scripts/network-bridge $command$" \
			/run/units/xen-network-bridge.service >/dev/null
	done
	# A program that is not there, and an order that cannot be, are told of.
	chmod 644 /run/scripts/network-bridge
	has "$(verdict)" "/run/scripts/network-bridge is not executable"
	chmod 755 /run/scripts/network-bridge
	sed -i '1i[Unit]\nBefore=xen-network-bridge.service' /run/units/xendomains.service
	sed -i 's/^Wants=/Wants=xendomains.service /' /run/units/xen-network-bridge.service
	has "$(verdict)" "ordering cycle"
}

@test "the sysv script starts, tells and stops" {
	host
	state >/run/before
	install_for sysv
	service 3 status
	service 0 start
	is_started
	service 0 status
	service 0 start
	service 0 force-reload
	is_started
	ip link set peth0 down
	service 1 status
	ip link set peth0 up
	service 0 stop
	is_stopped
	service 0 stop
	service 3 status
	service 2
	service 2 recover
	state | diff /run/before - >&2
	# Removed, and the configuration is still there.
	rm /run/scripts/network-bridge
	service 5 start
	service 4 status
	service 0 stop
}

# Debian's own, which is only unpacked; a host that it has booted.
openrc() {
	local name
	for name in lib libexec sbin; do
		mount -t overlay -o "lowerdir=$LAB_BUILD/openrc/$name:/usr/$name" lab "/usr/$name"
	done
	for name in starting started stopping stopped inactive wasinactive failed hotplugged \
		daemons options exclusive scheduled tmp init.d; do
		mkdir -p /run/openrc/$name
	done
	: >/run/openrc/softlevel
	: >/etc/insserv.conf
	find /etc/init.d -mindepth 1 -delete
	printf '#!/sbin/openrc-run\ndepend() { provide net; }\nstart() { :; }\n' >/etc/init.d/network
	printf '#!/sbin/openrc-run\nstart() { :; }\n' >/etc/init.d/xendomains
	chmod 755 /etc/init.d/*
}

@test "OpenRC starts it behind the network and before guests, and stops it" {
	host
	state >/run/before
	openrc
	install_for openrc
	service 3 status
	service 0 start
	is_started
	[ -e /run/openrc/started/network ]
	number=$(sed -n "s/^depinfo_\([0-9]*\)_service='xen-network-bridge'/\1/p" /run/openrc/deptree)
	grep "^depinfo_${number}_ibefore_[0-9]*='xendomains'" /run/openrc/deptree >/dev/null
	service 0 status
	service 0 recover
	is_started
	service 0 restart
	is_started
	service 0 stop
	is_stopped
	service 3 status
	state | diff /run/before - >&2
	# What fails is no service that runs.
	printf '[network-bridge]\nnetdev=nosuch\n' >/etc/xen/hotplug.conf
	service 1 start
	refute test -e /run/openrc/started/xen-network-bridge
}
