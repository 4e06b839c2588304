#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# network-bridge on a host whose address comes by DHCP, with and without an ifup that cares for it.

load helper
load dance

export VIF_PROGRAM=network-bridge

# Debian's own ifup, which is only unpacked, and busybox as its DHCP client.
dhcp_host() {
	host
	ip addr flush dev eth0
	mkdir -p /run/network /etc/network/if-{pre-up,up,down,post-down}.d
	ip netns exec lan dnsmasq -k -p 0 -z -i wire --dhcp-range=192.168.0.10,192.168.0.50,3600 \
		--dhcp-leasefile=/run/leases --no-ping 3>&- 2>/dev/null &
	mount -t overlay -o "lowerdir=$LAB_BUILD/ifupdown:/usr/sbin" lab /usr/sbin
	cat >/etc/network/interfaces <<-END
		iface eth0 inet manual
			up busybox udhcpc -i eth0 -b -t 3 -T 1 -p /run/udhcpc.pid -s /run/lease
			down kill \$(cat /run/udhcpc.pid); ip -4 addr flush dev eth0
		iface eth0 inet6 static
			address 2001:db8::3/64
			gateway 2001:db8::1
			dad-attempts 0
	END
	cat >/run/lease <<-'END'
		#!/bin/sh
		[ "$1" = bound ] || exit 0
		ip addr add "$ip/$mask" brd + dev "$interface" valid_lft "$lease" preferred_lft "$lease"
		ip route add default via "$router"
	END
	chmod 755 /run/lease
}

has_dhcp_address() { # DEVICE
	ip -4 addr show dev "$1" | grep 'dynamic' >/dev/null
}

client_is_on() { # DEVICE
	grep -z "^$1\$" "/proc/$(</run/udhcpc.pid)/cmdline" >/dev/null
}

@test "an address by DHCP is given back to ifup, and all others are moved" {
	local pid
	dhcp_host
	ifup eth0 2>/dev/null
	has_dhcp_address eth0
	ip addr add 192.168.0.3/26 dev eth0
	ip addr add 2001:db8::4/64 dev eth0 nodad
	ip route add 10.5.0.0/16 via 192.168.0.1
	inventory | grep -v '^address eth0 0a4080fd' >/run/before
	for style in veth bridge; do
		pid=$(</run/udhcpc.pid)
		starts style=$style
		# A client of its own, which has the device that eth0 is now.
		refute is "$(</run/udhcpc.pid)" "$pid"
		has_dhcp_address eth0
		lan_reaches_host
		inventory | grep -v '^address eth0 0a4080fd' | diff /run/before - >&2
		stops
		has_dhcp_address eth0
		lan_reaches_host
		inventory | grep -v '^address eth0 0a4080fd' | diff /run/before - >&2
	done
	is "$(grep -c '^eth0=' /run/network/ifstate)" 1
}

@test "it comes back also when a later step fails" {
	dhcp_host
	ifup eth0 2>/dev/null
	ip addr add 192.168.0.3/26 dev eth0
	inventory | grep -v '^address eth0 0a4080fd' >/run/before
	# The second is the journal's that says that all is done.
	run_it traced -o /dev/null -e trace=rename -e "inject=rename:error=ENOSPC:when=2" \
		"$SCRIPTS/network-bridge" start
	is "$STATUS" 1
	has_dhcp_address eth0
	inventory | grep -v '^address eth0 0a4080fd' | diff /run/before - >&2
	lan_reaches_host
}

@test "without an ifup that cares for it, it is moved as it is, and this is said" {
	host
	ip addr change 192.168.0.3/26 brd + dev eth0 valid_lft 3600 preferred_lft 1800
	inventory >/run/before
	starts
	has "$ERR" "eth0 has its address for a time only: its DHCP client must be restarted"
	inventory | diff /run/before - >&2
	lan_reaches_host
	stops
	inventory | diff /run/before - >&2
}
