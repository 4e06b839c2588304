#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# antispoof: what stands in the guard's tables for whom, and that nothing stays behind. What it
# keeps frames from is frames.bats'.

load helper

# Both tables as they are, with all handles.
guard_tables() {
	nft -a list ruleset 2>/dev/null | sed -n '/xen_guard/,/^}/p'
}

is_guarded() { # DEVICE...
	is "$(elements netdev guarded | xargs)" "$*"
	is "$(elements bridge guarded | xargs)" "$*"
	is "$(nft list table netdev xen_guard | sed -n 's/.* device "\(.*\)" .*/\1/p' |
		LC_ALL=C sort | xargs)" "$*"
}

nobody_is_guarded() {
	is "$(nft list tables | grep xen_guard || true)" ""
}

ips() { # D N LIST
	xenstore-write "$BACKEND/$1/$2/ip" "$3"
}

@test "antispoof=yes by file, environment and argument; without it there is no guard" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	nobody_is_guarded
	antispoof=yes online 1 0
	is_guarded vif1.0
	antispoof=yes online 1 0 antispoof=no
	nobody_is_guarded
	online 1 0 antispoof=yes
	is_guarded vif1.0
	online 1 0 antispoof=no
	config <<<'antispoof=yes'
	online 1 0
	is_guarded vif1.0
	antispoof=no online 1 0
	nobody_is_guarded
	is_connected 1 0
}

@test "neither yes nor no is refused, and so is a guard that knows no MAC" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_vif 2 0 mac -
	online_fails 1 0 antispoof=maybe
	is_reported 1 0 "antispoof='maybe' is neither yes nor no"
	online_fails 2 0 antispoof=yes
	has "$(back 2 0 hotplug-error)" mac
	is_unplugged vif2.0
	nobody_is_guarded
	# By argument it can be told.
	online 2 0 antispoof=yes mac=00:16:3e:77:88:99
	is "$(elements netdev macs)" "vif2.0 00:16:3e:77:88:99"
}

@test "addresses and prefixes of both families, each where it belongs" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.0.0.2 10.0.0.1 10.1.0.17/28 2001:db8::1 2001:db8:1::1/64"
	online 1 0 antispoof=yes
	is_guarded vif1.0
	is "$(elements netdev free)" ""
	is "$(elements netdev macs)" "vif1.0 00:16:3e:00:01:00"
	is "$(elements netdev macs_raw)" "vif1.0 $((0x00163e000100))"
	is "$(elements netdev allow4)" "vif1.0 10.0.0.1
vif1.0 10.0.0.2"
	is "$(elements netdev allow4_net)" "vif1.0 10.1.0.16/28"
	is "$(elements netdev allow6)" "vif1.0 2001:db8::1
vif1.0 fe80::216:3eff:fe00:100"
	is "$(elements netdev allow6_net)" "vif1.0 2001:db8:1::/64"
	is "$(elements netdev allow6_raw)" "vif1.0 0x20010db8000000000000000000000001
vif1.0 0xfe8000000000000002163efffe000100"
	is "$(elements netdev allow6_net_raw)" \
		"vif1.0 0x20010db8000100000000000000000000-0x20010db800010000ffffffffffffffff"
	for family in netdev bridge; do
		is "$(elements $family owned4)" "10.0.0.1
10.0.0.2"
		is "$(elements $family owned6)" "2001:db8::1
fe80::216:3eff:fe00:100"
		is "$(elements $family owned6_raw)" "0x20010db8000000000000000000000001
0xfe8000000000000002163efffe000100"
	done
	offline 1 0
	nobody_is_guarded
}

@test "without ip= the port is free, but for its MAC" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0 antispoof=yes
	is "$(elements netdev free)" vif1.0
	is "$(elements netdev macs)" "vif1.0 00:16:3e:00:01:00"
	is "$(elements netdev allow4)$(elements netdev allow4_net)$(elements bridge owned4)" ""
	is "$(elements netdev allow6)" "vif1.0 fe80::216:3eff:fe00:100"
	is "$(elements bridge owned6)" "fe80::216:3eff:fe00:100"
}

@test "a second online writes nothing anew" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.1.0.0/28 2001:db8::1 2001:db8:1::/64 10.0.0.0/9 10.0.0.7"
	lab_vif 2 0 type vif_ioemu
	lab_tap 2 0
	lab_vif 3 0 ip "$(echo 10.9.{0..31}.1 2001:db8:{0..31}::1)"
	online 1 0 antispoof=yes
	online 2 0 antispoof=yes
	add 2 0 antispoof=yes
	online 3 0 antispoof=yes
	guard_tables >/run/before
	online 1 0 antispoof=yes
	online 2 0 antispoof=yes
	add 2 0 antispoof=yes
	online 3 0 antispoof=yes
	guard_tables | diff /run/before - >&2
	lines "$(elements netdev guarded)" 4
}

@test "another ip= or MAC, then online: that, and none but that" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.1.0.0/28 2001:db8::1"
	online 1 0 antispoof=yes
	ips 1 0 "10.0.0.2 2001:db8:1::/64"
	xenstore-write "$BACKEND/1/0/mac" 00:16:3e:aa:bb:cc
	online 1 0 antispoof=yes
	is "$(elements netdev macs)" "vif1.0 00:16:3e:aa:bb:cc"
	is "$(elements netdev allow4)" "vif1.0 10.0.0.2"
	is "$(elements netdev allow4_net)" ""
	is "$(elements netdev allow6)" "vif1.0 fe80::216:3eff:feaa:bbcc"
	is "$(elements netdev allow6_net)" "vif1.0 2001:db8:1::/64"
	is "$(elements bridge owned4)" 10.0.0.2
	is "$(elements bridge owned6)" "fe80::216:3eff:feaa:bbcc"
	is_guarded vif1.0
	xenstore-rm "$BACKEND/1/0/ip"
	online 1 0 antispoof=yes
	is "$(elements netdev allow4)$(elements netdev allow6_net)" ""
	is "$(elements netdev free)" vif1.0
	ips 1 0 10.0.0.9
	offline 1 0
	nobody_is_guarded
}

@test "more addresses than a comment holds are taken away, too" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "$(echo 10.9.{0..31}.1 10.8.{0..7}.0/25 2001:db8:{0..15}::1 2001:db9:{0..7}::/64)"
	lab_vif 2 0 ip 10.0.0.2
	online 1 0 antispoof=yes
	online 2 0 antispoof=yes
	lines "$(elements netdev allow4)" 33
	ips 1 0 10.0.0.1
	online 1 0 antispoof=yes
	is "$(elements netdev allow4)" "vif1.0 10.0.0.1
vif2.0 10.0.0.2"
	is "$(elements netdev allow4_net)$(elements netdev allow6_net)" ""
	is "$(elements bridge owned4)" "10.0.0.1
10.0.0.2"
	ips 1 0 "$(echo 10.9.{0..31}.1 10.8.{0..7}.0/25)"
	online 1 0 antispoof=yes
	offline 1 0
	is "$(elements netdev allow4)" "vif2.0 10.0.0.2"
	is "$(elements netdev allow4_net)" ""
	is "$(elements bridge owned4)" 10.0.0.2
}

@test "offline takes its guard away, whatever antispoof says now, and leaves the others'" {
	lab_bridge xenbr0
	for d in 1 2 11; do
		lab_vif "$d" 0 ip "10.0.0.$d"
		online "$d" 0 antispoof=yes
	done
	online 1 0 antispoof=yes
	offline 1 0
	is_guarded vif11.0 vif2.0
	is "$(elements netdev allow4)" "vif11.0 10.0.0.11
vif2.0 10.0.0.2"
	is "$(elements bridge owned4)" "10.0.0.11
10.0.0.2"
	offline 11 0 antispoof=no
	offline 2 0 firewall=none
	nobody_is_guarded
}

@test "the device is gone before offline comes" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1 vifname web
	lab_vif 2 0 ip 10.0.0.2
	online 1 0 antispoof=yes
	online 2 0 antispoof=yes
	ip link del g1.0
	offline 1 0
	is_guarded vif2.0
	is "$(elements bridge owned4)" 10.0.0.2
	lab_unplug 2 0
	offline 2 0
	nobody_is_guarded
	is "$ERR" ""
}

@test "a device that was made anew is guarded anew" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1
	online 1 0 antispoof=yes
	lab_unplug 1 0
	lab_vif 1 0 ip 10.0.0.1
	online 1 0 antispoof=yes
	is_guarded vif1.0
	is "$(nft list chain netdev xen_guard at_vif1.0 | grep -c goto)" 1
	offline 1 0
	nobody_is_guarded
}

@test "vifname: the new name is guarded, whatever is in it" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1 vifname web
	lab_vif 2 0 ip 10.0.0.2 vifname 'a;b$c&'
	lab_vif 3 0 ip 10.0.0.3 vifname drop
	for d in 1 2 3; do
		online $d 0 antispoof=yes
	done
	is_guarded 'a;b$c&' drop web
	is "$(elements netdev allow4)" 'a;b$c& 10.0.0.2
drop 10.0.0.3
web 10.0.0.1'
	for d in 3 2 1; do
		offline $d 0
	done
	nobody_is_guarded
}

@test "a tap is guarded beside its vif, and owns nothing itself" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1 10.1.0.0/24" type vif_ioemu
	lab_tap 1 0
	online 1 0 antispoof=yes
	add 1 0 antispoof=yes
	is_guarded vif1.0 vif1.0-emu
	is "$(elements netdev allow4)" "vif1.0 10.0.0.1
vif1.0-emu 10.0.0.1"
	is "$(elements bridge owned4)" 10.0.0.1
	remove 1 0
	is_guarded vif1.0
	is "$(elements netdev allow4)" "vif1.0 10.0.0.1"
	is "$(elements bridge owned4)" 10.0.0.1
	add 1 0 antispoof=yes
	offline 1 0
	is_guarded vif1.0-emu
	is "$(elements bridge owned4)" ""
	remove 1 0
	nobody_is_guarded
}

@test "an admin's own tables of the same families stay as they are" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1
	nft -f - <<-'END'
		table netdev own {
			set guarded { type ifname; elements = { "vif1.0" }; }
			chain in { type filter hook ingress device "vif1.0" priority 0; iifname @guarded counter; }
		}
		table bridge own {
			chain pre { type filter hook prerouting priority -400; iifname "vif1.0" drop; }
		}
	END
	own() {
		nft -a list table netdev own
		nft -a list table bridge own
	}
	own >/run/own
	online 1 0 antispoof=yes
	own | diff /run/own - >&2
	is_guarded vif1.0
	offline 1 0
	own | diff /run/own - >&2
	nobody_is_guarded
}

@test "what nft lists can be loaded again: a host's firewall is saved and restored" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.1.0.0/28 2001:db8::1 2001:db8:1::/64"
	lab_vif 2 0
	online 1 0 antispoof=yes firewall=none
	online 2 0 antispoof=yes firewall=none
	nft -s list ruleset >/run/saved
	nft flush ruleset
	nft -f /run/saved
	nft -s list ruleset | diff /run/saved - >&2
	# And is taken for what it is.
	online 1 0 antispoof=yes firewall=none
	nft -s list ruleset | diff /run/saved - >&2
	offline 1 0
	offline 2 0
	nobody_is_guarded
}

@test "the tables were deleted by hand: offline does not mind, online makes them again" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1
	online 1 0 antispoof=yes
	nft flush ruleset
	online 1 0 antispoof=yes
	is_guarded vif1.0
	nft flush ruleset
	offline 1 0
	is "$ERR" ""
	nobody_is_guarded
}

@test "one of the two tables was deleted by hand" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1
	for family in netdev bridge; do
		online 1 0 antispoof=yes
		nft delete table $family xen_guard
		online 1 0 antispoof=yes
		is_guarded vif1.0
		nft delete table $family xen_guard
		offline 1 0
		nobody_is_guarded
	done
}

@test "undo: a hook that fails leaves no guard, or the old one" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.1.0.0/28 2001:db8::1" vifname web
	lab_vif 2 0 ip 10.0.0.2
	empty_forward
	hook a.hook <<<'[ "$command" != online ] || [ ! -e /run/bad ]'
	touch /run/bad
	online_fails 1 0 antispoof=yes
	nobody_is_guarded
	rm /run/bad
	online 1 0 antispoof=yes
	online 2 0 antispoof=yes
	# Each port's chain is hooked to another device: in which order they are listed is all the same.
	state() { everything | grep -v '^store ' | sort; }
	state >/run/before
	touch /run/bad
	ips 1 0 "10.0.0.9 2001:db8:9::/64"
	online_fails 1 0 antispoof=yes
	state | diff /run/before - >&2
	online_fails 1 0 antispoof=no
	state | diff /run/before - >&2
}
