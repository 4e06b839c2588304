#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# isolated, learning, neigh_suppress: the bridge port's flags of these names.

load helper

flags() { # PORT: as "isolated learning neigh_suppress"
	bridge -j -d link show dev "$1" |
		jq -r '.[0] | "\(.isolated) \(.learning) \(.neigh_suppress)"'
}

@test "the kernel's own defaults when nothing is said" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	is "$(flags vif1.0)" "false true false"
}

@test "from the file" {
	lab_bridge xenbr0
	lab_vif 1 0
	printf '%s\n' isolated=yes learning=no neigh_suppress=yes | config
	online 1 0
	is "$(flags vif1.0)" "true false true"
	is_port_of vif1.0 xenbr0
	is_connected 1 0
}

@test "from the environment" {
	lab_bridge xenbr0
	lab_vif 1 0
	isolated=yes learning=no neigh_suppress=yes online 1 0
	is "$(flags vif1.0)" "true false true"
}

@test "by argument" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0 isolated=yes learning=no neigh_suppress=yes
	is "$(flags vif1.0)" "true false true"
}

@test "each by itself" {
	lab_bridge xenbr0
	for d in 1 2 3; do
		lab_vif $d 0
	done
	online 1 0 isolated=yes
	online 2 0 learning=no
	online 3 0 neigh_suppress=yes
	is "$(flags vif1.0)" "true true false"
	is "$(flags vif2.0)" "false false false"
	is "$(flags vif3.0)" "false true true"
}

@test "file < environment < argument" {
	lab_bridge xenbr0
	lab_vif 1 0
	printf '%s\n' isolated=yes learning=no neigh_suppress=yes | config
	isolated=no learning=yes online 1 0 learning=no
	is "$(flags vif1.0)" "false false true"
}

@test "of a tap" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	config <<<'isolated=yes'
	add 1 0
	is "$(flags vif1.0-emu)" "true true false"
}

@test "of a renamed vif" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	online 1 0 isolated=yes
	is "$(flags web)" "true true false"
}

@test "they hold before the port is up" {
	lab_bridge xenbr0
	lab_vif 1 0
	trace network 1 0 online type_if=vif isolated=yes
	is "$STATUS" 0
	sequence=$(awk '/sendto.*RTM_SETLINK/ { print "flags" }
		/sendto.*RTM_NEWLINK.*ifi_flags=IFF_UP/ { print "up" }' /run/trace | xargs)
	is "$sequence" "flags up"
}

@test "a second online can change them on a running port" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	before=$(carrier_changes vif1.0)
	online 1 0 isolated=yes
	is "$(flags vif1.0)" "true true false"
	is "$(carrier_changes vif1.0)" "$before"
	online 1 0 isolated=no
	is "$(flags vif1.0)" "false true false"
}

@test "isolated guests reach the LAN, but not each other" {
	lab_bridge xenbr0
	lan
	config <<<'isolated=yes'
	for d in 1 2; do
		lab_vif $d 0
		guest $d
		online $d 0
	done
	reaches guest1 10.0.0.254
	reaches guest2 10.0.0.254
	is_cut_off guest1 10.0.0.2
	online 2 0 isolated=no
	reaches guest1 10.0.0.2
}

@test "without learning the bridge forgets the guest's MAC, and frames still pass" {
	lab_bridge xenbr0
	lan
	for d in 1 2; do
		lab_vif $d 0
		guest $d
	done
	online 1 0 learning=no
	online 2 0
	reaches guest1 10.0.0.254
	reaches guest2 10.0.0.254
	macs=$(bridge -j fdb show br xenbr0 | jq -r '.[] | select(.flags == []) | .mac')
	lacks "$macs" 00:16:3e:00:01:00
	has "$macs" 00:16:3e:00:02:00
}

@test "what is neither yes nor no is refused" {
	lab_bridge xenbr0
	lab_vif 1 0
	for key in isolated learning neigh_suppress; do
		online_fails 1 0 $key=maybe
		is_reported 1 0 "$key='maybe' is neither yes nor no"
		is_unplugged vif1.0
	done
}
