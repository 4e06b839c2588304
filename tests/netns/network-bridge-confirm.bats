#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# confirm=: start stands only if the routers still answer.

load helper
load dance

export VIF_PROGRAM=network-bridge

# Its routers answer from the first moment: their addresses are not tentative any more.
host_with_routers() {
	host
	ip -n lan addr del 2001:db8::1/64 dev wire
	ip -n lan addr add 2001:db8::1/64 dev wire nodad
}

# Frames of a kind pass no bridge; without one the LAN is there.
no_bridge_passes() { # NFT-EXPRESSION
	nft -f - <<-END
		table bridge test {
			chain forward { type filter hook forward priority filter; $1 drop; }
			chain input { type filter hook input priority filter; $1 drop; }
			chain output { type filter hook output priority filter; $1 drop; }
		}
	END
}

all_passes() {
	nft delete table bridge test
}

remember() {
	inventory >/run/before
	links_there >/run/links
}

is_as_before() {
	inventory | diff /run/before - >&2
	links_there | diff /run/links - >&2
	is "$(journals)" ""
	lan_reaches_host
}

@test "routers that answer are no delay, in each style" {
	host_with_routers
	for style in veth bridge plain; do
		before=$(milliseconds)
		starts style=$style confirm=20
		[ $(($(milliseconds) - before)) -lt 5000 ] || complain "that took too long"
		is "$ERR" ""
		is "$(journals)" "network-bridge.eth0 "
		lan_reaches_host
		stops
	done
}

@test "a router of either family that does not answer any more: all is undone" {
	host_with_routers
	remember
	for style in veth plain; do
		no_bridge_passes "ether type arp"
		fails bridge_ start style=$style confirm=1
		has "$ERR" "the router 192.168.0.1 does not answer on"
		all_passes
		is_as_before
	done
	no_bridge_passes "icmpv6 type nd-neighbor-solicit"
	fails bridge_ start confirm=1
	has "$ERR" "the router 2001:db8::1 does not answer on eth0 within 1 s, as it did before"
	is_as_before
	# Without confirm nobody is asked.
	starts
}

# As by a program that cares for an address of its own, on the name or on the device that it knew.
@test "addresses that come meanwhile stay, and are netdev's" {
	host_with_routers
	for style in veth bridge plain; do
		no_bridge_passes "ether type arp"
		"$SCRIPTS/network-bridge" start style=$style confirm=20 2>/run/err &
		front=$([ $style = plain ] && echo xenbr0 || echo eth0)
		physical=$([ $style = plain ] && echo eth0 || echo peth0)
		until [ -e /sys/class/net/$physical/brport ] &&
			ip -4 addr show dev $front | grep 192.168.0.3 >/dev/null; do sleep 0.05; done
		ip addr add 192.168.0.33/26 dev $front
		ip addr add 10.9.9.9/32 dev $physical
		ip addr add 2001:db8::33/64 dev $front nodad
		all_passes
		wait $! || complain "$(</run/err)"
		is "$(ip -j addr show dev $front | jq -r '.[0].addr_info[] |
			select(.scope == "global") | .local' | sort | xargs)" \
			"10.9.9.9 192.168.0.3 192.168.0.33 2001:db8::3 2001:db8::33"
		is "$(ip -4 addr show dev $physical)" ""
		stops
		is "$(ip -j addr show dev eth0 | jq -r '.[0].addr_info[] |
			select(.scope == "global") | .local' | sort | xargs)" \
			"10.9.9.9 192.168.0.3 192.168.0.33 2001:db8::3 2001:db8::33"
		ip addr del 192.168.0.33/26 dev eth0
		ip addr del 10.9.9.9/32 dev eth0
		ip addr del 2001:db8::33/64 dev eth0
	done
}

@test "who did not answer before is not asked again, and that is told" {
	host_with_routers
	ip route replace default via 192.168.0.62
	starts confirm=1
	has "$ERR" "the router 192.168.0.62 does not answer on eth0 even before: it is not asked again"
	lacks "$ERR" 2001:db8::1
	stops
	ip route del default
	ip -6 route del default
	starts confirm=1
	has "$ERR" "no default route goes by eth0"
}

@test "a link-local router, one of several hops, and one of IPv4 that has IPv6 alone" {
	host_with_routers
	wire eth1 00:50:8b:dc:f7:3b lan1 192.168.1.1/24
	ip addr add 192.168.1.3/24 dev eth1
	ip -n lan addr add fe80::1/64 dev wire nodad
	ip -6 route replace default via fe80::1 dev eth0
	ip route replace default nexthop via 192.168.1.1 dev eth1 nexthop via 192.168.0.1 dev eth0
	starts confirm=5 netdev=eth0
	is "$ERR" ""
	stops netdev=eth0
	remember
	no_bridge_passes "ether type arp"
	fails bridge_ start confirm=1 netdev=eth0
	has "$ERR" "router 192.168.0.1 "
	is_as_before
	ip -4 route replace default via inet6 fe80::1 dev eth0
	starts confirm=1 netdev=eth0
	is "$ERR" ""
	stops netdev=eth0
	remember
	all_passes
	no_bridge_passes "icmpv6 type nd-neighbor-solicit"
	fails bridge_ start confirm=1 netdev=eth0
	has "$ERR" "router fe80::1 "
	is_as_before
}

# bats test_tags=once
@test "killed while it asks, recover brings all back" {
	host_with_routers
	remember
	no_bridge_passes "ether type arp"
	"$SCRIPTS/network-bridge" start confirm=20 &
	for ((i = 0; i < 200; i++)); do
		sleep 0.02
		! exists peth0 || [ -z "$(ip addr show dev eth0 to 2001:db8::3 2>/dev/null)" ] || break
	done
	sleep 0.2
	kill -KILL $!
	wait $! || true
	is "$(journals)" "network-bridge.eth0 "
	succeeds bridge_ recover
	is_as_before
}

# bats test_tags=once
@test "the printed plan asks, too" {
	host_with_routers
	bridge_ start --dry-run confirm=2
	plan=$OUT
	sh -e <<<"$plan" >/dev/null
	lan_reaches_host
	stops
	remember
	no_bridge_passes "ether type arp"
	bridge_ start --dry-run confirm=1
	plan=$OUT
	refute sh -e <<<"$plan" >/dev/null
	# It stops there; the journal knows.
	all_passes
	succeeds bridge_ recover
	is_as_before
}
