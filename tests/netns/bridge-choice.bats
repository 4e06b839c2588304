#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Which bridge: the one that is named, else the first there is.

load helper

@test "the bridge that the store names" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0 bridge other
	online 1 0
	is_port_of vif1.0 other
	is "$ERR" ""
}

@test "the store wins over argument, environment and file" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0 bridge other
	config <<<'bridge=xenbr0'
	bridge=xenbr0 online 1 0 bridge=xenbr0
	is_port_of vif1.0 other
}

@test "the argument wins over the environment" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0 bridge -
	bridge=xenbr0 online 1 0 bridge=other
	is_port_of vif1.0 other
}

@test "the environment wins over the file" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0 bridge -
	config <<<'bridge=xenbr0'
	bridge=other online 1 0
	is_port_of vif1.0 other
}

@test "the file's bridge, when nobody else names one" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0 bridge -
	config <<<'bridge=other'
	online 1 0
	is_port_of vif1.0 other
	is "$ERR" ""
}

@test "none named, one there: that" {
	lab_bridge office
	lab_vif 1 0 bridge -
	online 1 0
	is_port_of vif1.0 office
	is "$ERR" ""
}

@test "none named, several there: the first by index, and a warning lists them" {
	lab_bridge zebra
	lab_bridge ant
	lab_vif 1 0 bridge -
	online 1 0
	is_port_of vif1.0 zebra
	for text in "$ERR" "$(<"$LOG")"; do
		has "$text" "zebra ant"
		has "$text" "taking zebra"
	done
}

@test "an empty name is none" {
	lab_bridge office
	lab_vif 1 0 bridge ""
	bridge='' online 1 0
	is_port_of vif1.0 office
}

@test "a tap, too, goes to the first" {
	lab_bridge zebra
	lab_bridge ant
	lab_vif 1 0 bridge - type vif_ioemu
	lab_tap 1 0
	add 1 0
	is_port_of vif1.0-emu zebra
}

@test "xenbr7 is absent and eth7 a bridge: eth7" {
	lab_bridge first
	lab_bridge eth7
	lab_vif 1 0 bridge xenbr7
	online 1 0
	is_port_of vif1.0 eth7
	offline 1 0
	is_unplugged vif1.0
}

@test "xenbr7 is there: eth7 does not matter" {
	lab_bridge eth7
	lab_bridge xenbr7
	lab_vif 1 0 bridge xenbr7
	online 1 0
	is_port_of vif1.0 xenbr7
}

@test "xenbr7 is absent and eth7 no bridge" {
	lab_bridge xenbr0
	ip link add eth7 type veth peer name nic
	lab_vif 1 0 bridge xenbr7
	online_fails 1 0
	is_reported 1 0 "Could not find bridge device xenbr7"
	is_unplugged vif1.0
}

@test "only xenbrN was ever called ethN" {
	lab_bridge eth7
	lab_vif 1 0 bridge br7
	online_fails 1 0
	is_reported 1 0 "Could not find bridge device br7"
}

@test "the named bridge is absent" {
	lab_bridge xenbr0
	lab_vif 1 0 bridge nobr
	links=$(links)
	online_fails 1 0
	is_reported 1 0 "Could not find bridge device nobr"
	is "$(links)" "$links"
}

@test "what is named is no bridge" {
	lab_bridge xenbr0
	lab_vif 1 0 bridge lan-xenbr0
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "Could not find bridge device lan-xenbr0"
	is "$(back 1 0 hotplug-status)" error
	is_unplugged vif1.0
}

@test "the vif itself is named" {
	lab_bridge xenbr0
	lab_vif 1 0 bridge vif1.0
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "Could not find bridge device vif1.0"
}

@test "no bridge at all" {
	lab_vif 1 0 bridge -
	online_fails 1 0
	is_reported 1 0 "Could not find bridge, and none was specified"
	is_unplugged vif1.0
}

@test "a name that no bridge can have" {
	lab_bridge xenbr0
	lab_vif 1 0
	for name in a/b "two words" 1234567890123456; do
		xenstore-write "$BACKEND/1/0/bridge" "$name"
		online_fails 1 0
		has "$(back 1 0 hotplug-error)" "bridge='$name'"
	done
}

@test "offline does not ask which bridge" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0 bridge -
	online 1 0
	is_port_of vif1.0 xenbr0
	offline 1 0
	is_unplugged vif1.0
	is "$ERR" ""
}

# More of it is in vlan.bats, where the kernel can.
@test "VLANs: on a kernel that has none on bridges that is what is said" {
	lab_bridge xenbr0
	lab_vif 1 0 vlan 10 bridge xenbr0
	lab_vif 2 0 bridge xenbr0.20
	if ip link set dev xenbr0 type bridge vlan_filtering 1 2>/dev/null; then
		online 1 0
		online 2 0
		return
	fi
	for d in 1 2; do
		online_fails $d 0 vlan_filtering=auto
		is_reported $d 0 "this kernel has no VLANs on bridges (CONFIG_BRIDGE_VLAN_FILTERING)"
		is_unplugged vif$d.0
	done
	# What the link is called comes first: no VLANs then.
	lab_bridge xenbr0.20
	online 2 0
	is_port_of vif2.0 xenbr0.20
}
