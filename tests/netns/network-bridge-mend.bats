#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# network-bridge: what others have taken apart meanwhile is made whole, or taken away.

load helper
load dance

export VIF_PROGRAM=network-bridge

remember() {
	state >/run/off
	inventory >/run/off.inventory
}

as_when() { # on|off
	state | diff "/run/$1" - >&2 && inventory | diff "/run/$1.inventory" - >&2 &&
		lan_reaches_host
}

# With something taken away while started, WAYS (start, restart) make it whole; stop leads back.
mended() { # STYLE COMMAND...
	local style=$1 way
	shift
	starts style="$style"
	state >/run/on
	inventory >/run/on.inventory
	for way in $WAYS stop; do
		"$@"
		refute cmp -s /run/on <(state)
		succeeds bridge_ "$way"
		[ "$way" = stop ] || as_when on || complain "$style: '$*' and $way"
	done
	as_when off || complain "$style: '$*' and stop"
}

@test "the bridge is gone, or a port is off it" {
	local WAYS=start
	rich_host
	remember
	mended veth ip link del xenbr0
	mended veth ip link set peth0 nomaster
	mended veth ip link set vif0.0 nomaster
}

# The kernel lets go of less then, when a bridge loses its last port's carrier.
@test "the bridge that the host uses is without the device" {
	local WAYS=start
	host
	remember
	mended bridge ip link set peth0 nomaster
	mended plain ip link set eth0 nomaster
}

# With it all that lived on it is gone, but for what the journal has.
device_lost() { # STYLE COMMAND...
	local WAYS="start restart"
	host
	ip addr add 192.168.0.4/26 dev eth0 label eth0:1
	ip addr add 2001:db8::4/64 dev eth0
	ip route add 10.5.0.0/16 via 192.168.0.1 metric 7 mtu 1300
	ip rule add iif eth0 lookup 100 priority 1000
	ip link set eth0 mtu 1400
	sysctl -qw net/ipv4/conf/eth0/rp_filter=2
	remember
	mended "$@"
}

@test "the device that the host uses is gone: style=veth" {
	device_lost veth ip link del vif0.0
}

@test "the device that the host uses is gone: style=bridge" {
	device_lost bridge ip link del eth0
}

@test "the device that the host uses is gone: style=plain" {
	device_lost plain ip link del xenbr0
}

@test "what an admin has put on the physical device meanwhile is not lost" {
	host
	starts
	state >/run/on
	ip link del vif0.0
	ip link set peth0 name eth0 address 00:50:8b:dc:f7:2b arp on multicast on
	ip addr add 192.168.0.9/26 dev eth0
	starts
	is "$(addresses eth0)" 192.168.0.9
	is "$(master peth0)" xenbr0
	stops
	is "$(addresses eth0)" 192.168.0.9
}

@test "a guest's device stays on a bridge that is made whole" {
	host
	starts
	lab_vif 1 0
	ip link set vif1.0 master xenbr0 up
	ip link set peth0 nomaster
	starts
	is "$(master vif1.0)" xenbr0
	is "$(master peth0)" xenbr0
}

@test "antispoof=yes is as before when it is made whole, and undone at stop" {
	host
	iptables -w -S >/run/rules
	starts antispoof=yes
	iptables -w -S >/run/on
	ip link del xenbr0
	starts
	iptables -w -S | diff /run/on - >&2
	stops
	iptables -w -S | diff /run/rules - >&2
}
