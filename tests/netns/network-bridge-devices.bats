#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=vlan
# network-bridge on bonds, teams and VLANs, and on a bridge with VLANs. Where the machine's kernel
# has none of these, `make check-vlan` runs this in another one.

load helper
load dance

export VIF_PROGRAM=network-bridge

needs() {
	local kind
	for kind in bond team "vlan id 100" "bridge vlan_filtering 1"; do
		unshare -n ip link add name probe link lo type $kind 2>/dev/null ||
			skip "NO LINKS OF THE KIND ${kind%% *} IN THIS KERNEL: make check-vlan has another"
	done
}

# What NAME, whose LAN is that of host(), has and can.
addressed() { # NAME
	ip addr add 192.168.0.3/26 brd + dev "$1"
	ip addr add 2001:db8::3/64 dev "$1"
	ip route add default via 192.168.0.1
	ip -6 route add default via 2001:db8::1
}

comes_and_goes() { # NAME [STYLE]...
	local name=$1 style
	shift
	state >/run/before
	inventory >/run/inventory
	lan_reaches_host
	for style; do
		starts netdev="$name" style="$style"
		lan_reaches_host
		[ "$style" = plain ] || inventory | diff /run/inventory - >&2
		stops netdev="$name"
		lan_reaches_host
		inventory | diff /run/inventory - >&2
		state | diff /run/before - >&2
	done
}

no_addresses() {
	local name
	for name; do
		ip addr flush dev "$name"
	done
}

@test "a bond" {
	host
	no_addresses eth0
	wire eth1 00:50:8b:dc:f7:3b lan1
	ip link add bond0 type bond mode active-backup miimon 10
	ip link set eth0 down master bond0
	ip link set eth1 down master bond0
	ip link set bond0 up
	ip link set bond0 type bond active_slave eth0
	addressed bond0
	comes_and_goes bond0 veth bridge plain
	is "$(master eth0)" bond0
	is "$(master eth1)" bond0
}

@test "a team" {
	host
	no_addresses eth0
	ip link add team0 type team
	ip link set eth0 down master team0
	ip link set team0 address 00:50:8b:dc:f7:2b up
	ip link set eth0 up
	addressed team0
	comes_and_goes team0 bridge plain
}

tagged_wire() {
	ip netns exec lan ip addr flush dev wire
	ip -n lan link add link wire name wire.100 type vlan id 100
	ip netns exec lan sysctl -qw net/ipv6/conf/wire.100/accept_dad=0
	ip -n lan addr add 192.168.0.1/26 dev wire.100
	ip -n lan addr add 2001:db8::1/64 dev wire.100
	ip -n lan link set wire.100 up
}

@test "a VLAN's device" {
	host
	no_addresses eth0
	tagged_wire
	ip link add link eth0 name eth0.100 type vlan id 100
	ip link set eth0.100 up
	addressed eth0.100
	comes_and_goes eth0.100 veth bridge plain
}

@test "a device that a VLAN's is on" {
	host
	tagged_wire
	ip -n lan addr add 10.0.0.1/24 dev wire
	ip addr flush dev eth0
	ip addr add 10.0.0.3/24 dev eth0
	ip link add link eth0 name eth0.100 type vlan id 100
	ip link set eth0.100 up
	addressed eth0.100
	for style in veth bridge plain; do
		starts netdev=eth0 style=$style
		ip netns exec lan ping -q -n -c 1 -w 3 10.0.0.3 >/dev/null
		lan_reaches_host
		stops netdev=eth0
		ip netns exec lan ping -q -n -c 1 -w 3 10.0.0.3 >/dev/null
		lan_reaches_host
	done
}

@test "vlan_filtering=yes" {
	host
	starts vlan_filtering=yes
	is "$(link xenbr0 .linkinfo.info_data.vlan_filtering)" 1
	lan_reaches_host
	stops
	starts
	is "$(link xenbr0 .linkinfo.info_data.vlan_filtering)" 0
	stops
}
