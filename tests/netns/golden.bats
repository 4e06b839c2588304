#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# The end states are those that the original scripts leave: golden/*.txt.

load helper
load dhcp

FIREWALLS="nft legacy"

# The state in the form of the golden texts. There the bridge is bare, so it takes the MAC of
# its first port; any other MAC is only called so.
state() { # TITLE
	echo "== $1"
	ip -j -d link show | jq -r '.[] |
		select(.ifname != "lo" and (.ifname | test("^g[0-9]") | not)) |
		["link", .ifname, .linkinfo.info_kind,
			(.address | if startswith("fe:ff") then . else "mac" end),
			"mtu", .mtu, "master", .master // "-",
			(.flags | map(select(. == ("UP", "NOARP", "MULTICAST"))) | sort[])] |
		map(tostring) | join(" ")' | LC_ALL=C sort
	ip -j addr show | jq -r '.[] | select(.ifname != "lo") | .ifname as $name |
		.addr_info[] | select(.scope != "link") | "addr \($name) \(.local)"'
	ip route show | sed 's/^/route4 /'
	iptables -S | sed -n 's/^-A/fw4 filter &/p'
	ip6tables -S | sed -n 's/^-A/fw6 filter &/p'
	xenstore-ls -f "$BACKEND" | sed -n '/hotplug/s|^|xs |p'
	xenstore-ls -f /local/domain/1/device/vif | sed -n '/mtu/s|^|xs |p'
}

# The same of a routed interface; there is no frontend's mtu in these.
routed_state() { # TITLE
	echo "== $1"
	ip -j -d link show | jq -r '.[] | select(.ifname == ("eth0", "vif1.0")) |
		["link", .ifname, .linkinfo.info_kind,
			(.address | if . == "00:50:8b:dc:f7:2b" then . else "mac" end),
			"mtu", .mtu, "master", .master // "-",
			(.flags | map(select(. == ("UP", "NOARP", "MULTICAST"))) | sort[])] |
		map(tostring) | join(" ")' | LC_ALL=C sort
	ip -j addr show | jq -r '.[] | select(.ifname == ("eth0", "vif1.0")) | .ifname as $name |
		.addr_info[] | select(.scope != "link") | ["addr", $name, .local, .prefixlen,
			.broadcast // "-", .label, .scope] | map(tostring) | join(" ")'
	ip route show | sed 's/^/route4 /; s/ *$//' | LC_ALL=C sort
	echo "sysctl vif1.0 proxy_arp=$(</proc/sys/net/ipv4/conf/vif1.0/proxy_arp)"
	iptables -S | sed -n 's/^-A/fw4 filter &/p'
	xenstore-ls -f "$BACKEND" | sed -n '/hotplug/s|^|xs |p'
	xenstore-ls -f /local/domain/1/device/vif | sed -n '/mtu/s|^|xs |p'
}

said() { # D N ARG...
	call "$@"
	echo "rc ${PROGRAM##*/} ${*:3} = $STATUS"
}

bare_bridge() {
	ip link add xenbr0 type bridge
	ip link set xenbr0 up
}

# The frontend has no mtu yet, so that it shows who writes one.
plain_vif() {
	lab_vif "$@" frontend-mtu -
}

matches() { # NAME: stdin is what to compare
	diff <(grep -v '^#' "$TESTS/golden/$1.txt") - >&2
}

@test "bridge-plain" {
	bare_bridge
	plain_vif 1 0
	{
		said 1 0 online type_if=vif
		state online
		said 1 0 offline type_if=vif
		state offline
	} | matches bridge-plain
}

@test "bridge-ip" {
	bare_bridge
	plain_vif 1 0 ip 192.168.0.6
	{
		said 1 0 online type_if=vif
		state online
		said 1 0 offline type_if=vif
		state offline
	} | matches bridge-ip
}

@test "bridge-missing" {
	plain_vif 1 0 bridge nobr
	{
		said 1 0 online type_if=vif
		state online
	} | matches bridge-missing
}

@test "bridge-rename" {
	bare_bridge
	plain_vif 1 0 vifname vifalice.0 ip 192.168.0.6
	{
		said 1 0 online type_if=vif
		state online
		said 1 0 offline type_if=vif
		state offline
	} | matches bridge-rename
}

@test "bridge-tap" {
	bare_bridge
	plain_vif 1 0 ip 192.168.0.6 type vif_ioemu
	lab_tap 1 0
	{
		said 1 0 online type_if=vif
		said 1 0 add type_if=tap
		state add
		said 1 0 remove type_if=tap
		said 1 0 offline type_if=vif
		state removed
	} | matches bridge-tap
}

@test "bridge-wrong-command" {
	bare_bridge
	plain_vif 1 0
	{
		said 1 0 up type_if=vif
		said 1 0 online type_if=tap
		said 1 0 add type_if=vif
		said 1 0 online type_if=wifi
		state after
	} | matches bridge-wrong-command
}

# eth0 as the golden texts have it.
nic() { # ADDRESS
	ip link add name eth0 address 00:50:8b:dc:f7:2b type veth peer name wire
	ip link set wire up
	ip link set eth0 up
	ip addr add "$1" brd + dev eth0
}

@test "route-ip" {
	use vif-route
	nic 192.168.1.20/24
	plain_vif 1 0 ip 192.168.1.21
	{
		said 1 0 online type_if=vif
		routed_state online
		said 1 0 offline type_if=vif
		routed_state offline
	} | matches route-ip
}

@test "nat-ip" {
	use vif-nat
	nic 192.168.0.3/24
	plain_vif 1 0 ip 10.0.0.1
	{
		said 1 0 online type_if=vif
		routed_state online
		said 1 0 offline type_if=vif
		routed_state offline
	} | matches nat-ip
}

@test "nat-dhcpd" {
	use vif-nat
	dhcpd_files
	plain_vif 1 0 ip 10.0.0.1
	plain_vif 2 0 ip 10.0.0.2
	{
		said 1 0 online type_if=vif dhcp=yes
		said 2 0 online type_if=vif dhcp=yes
		cat /etc/dhcp/dhcpd.conf /etc/default/dhcp-server /run/dhcpd-calls
		said 2 0 offline type_if=vif dhcp=yes
		cat /etc/dhcp/dhcpd.conf /etc/default/dhcp-server
	} | grep -v '^#' | matches nat-dhcpd
}
