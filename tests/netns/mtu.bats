#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# MTU: the backend's key, else the bridge's; the frontend is told.

load helper

@test "from the bridge when there is no key" {
	lab_bridge xenbr0
	ip link set lan-xenbr0 mtu 9000
	ip link set xenbr0 mtu 9000
	lab_vif 1 0
	online 1 0
	is "$(mtu vif1.0)" 9000
	is "$(front 1 0 mtu)" 9000
	is "$ERR" ""
}

@test "from the backend's key" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1400 frontend-mtu 1
	online 1 0
	is "$(mtu vif1.0)" 1400
	is "$(front 1 0 mtu)" 1400
}

@test "a vif with a smaller MTU than its bridge is allowed, but logged" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1400
	online 1 0
	is_connected 1 0
	for text in "$ERR" "$(<"$LOG")"; do
		has "$text" vif1.0
		has "$text" 1400
		has "$text" 1500
		has "$text" xenbr0
	done
}

@test "so is a tap" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu mtu 1400
	lab_tap 1 0
	add 1 0
	is "$(mtu vif1.0-emu)" 1400
	has "$ERR" 1400
}

@test "the tap has the vif's MTU" {
	lab_bridge xenbr0
	ip link set lan-xenbr0 mtu 9000
	ip link set xenbr0 mtu 9000
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	online 1 0
	add 1 0
	is "$(mtu vif1.0-emu)" 9000
}

@test "an unchanged MTU is not written" {
	lab_bridge xenbr0
	lab_vif 1 0
	trace network 1 0 online type_if=vif
	is "$STATUS" 0
	grep -q 'sendto.*RTM_NEWLINK' /run/trace
	refute grep 'sendto.*RTM_NEWLINK.*IFLA_MTU' /run/trace
}

@test "a changed MTU comes with the MAC, before it is plugged in" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1400
	trace network 1 0 online type_if=vif
	is "$STATUS" 0
	sequence=$(awk '/sendto.*RTM_NEWLINK.*IFLA_ADDRESS.*IFLA_MTU}, 1400/ { print "mtu" }
		/sendto.*RTM_NEWLINK.*IFLA_MASTER/ { print "master" }' /run/trace | xargs)
	is "$sequence" "mtu master"
	is "$(grep -c 'sendto.*RTM_NEWLINK' /run/trace)" 2
}

@test "the frontend has no mtu node yet: it gets one" {
	lab_bridge xenbr0
	lab_vif 1 0 frontend-mtu -
	online 1 0
	is "$(front 1 0 mtu)" 1500
}

@test "the frontend's right to its node is not touched" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1400 frontend-mtu 1500
	online 1 0
	has "$(xenstore-ls -f -p /local/domain/1/device/vif/0)" '/mtu = "1400"   (n0,r1)'
}

@test "the key wins over argument, environment and file" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1400
	config <<<'mtu=1200'
	mtu=1250 online 1 0 mtu=1300
	is "$(mtu vif1.0)" 1400
}

@test "an MTU by argument, when there is no key" {
	lab_bridge xenbr0
	lab_vif 1 0
	config <<<'mtu=1200'
	online 1 0 mtu=1300
	is "$(mtu vif1.0)" 1300
}

@test "an MTU that is none is refused" {
	lab_bridge xenbr0
	lab_vif 1 0
	for mtu in 67 65536 -1 1e3 '1500 ' 0x5dc 1500abc 99999999999999999999; do
		xenstore-write -- "$BACKEND/1/0/mtu" "$mtu"
		online_fails 1 0
		has "$(back 1 0 hotplug-error)" "mtu='$mtu'"
		is_unplugged vif1.0
	done
}

@test "an MTU that the device cannot have: nothing is left" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu mtu 65535
	lab_tap 1 0
	ip link set vif1.0-emu mtu 1400
	links=$(links)
	fails call 1 0 add type_if=tap
	has "$(back 1 0 hotplug-error)" vif1.0-emu
	is "$(links)" "$links"
}
