#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# offline: nothing is left on the bridge, whatever has gone before.

load helper

# online, and sure that there is something to take down.
plug() { # D N [NAME]
	online "$1" "$2"
	is_port_of "${3:-vif$1.$2}" "${4:-xenbr0}"
}

@test "the vif leaves its bridge and goes down" {
	lab_bridge xenbr0
	lab_vif 1 0
	plug 1 0
	offline 1 0
	is_unplugged vif1.0
	is "$OUT$ERR" ""
}

@test "offline writes nothing to the store" {
	lab_bridge xenbr0
	lab_vif 1 0
	plug 1 0
	before=$(xenstore-ls -f -p /local)
	offline 1 0
	is "$(xenstore-ls -f -p /local)" "$before"
}

@test "offline twice" {
	lab_bridge xenbr0
	lab_vif 1 0
	plug 1 0
	offline 1 0
	untouched offline 1 0
}

@test "offline of what was never online" {
	lab_bridge xenbr0
	lab_vif 1 0
	untouched offline 1 0
	is "$ERR" ""
}

@test "the device is gone: there are still its rules to be taken away" {
	lab_bridge xenbr0
	lab_vif 1 0
	plug 1 0
	ip link del g1.0
	lines "$(forward)" 2
	offline 1 0
	is "$(forward)" ""
	is "$ERR" ""
	untouched offline 1 0
}

@test "the bridge is gone" {
	lab_bridge xenbr0
	lab_vif 1 0
	plug 1 0
	ip link del xenbr0
	offline 1 0
	is_unplugged vif1.0
	is "$ERR" ""
}

@test "the nodes are gone" {
	lab_bridge xenbr0
	lab_vif 1 0
	plug 1 0
	xenstore-rm "$BACKEND/1" /local/domain/1
	offline 1 0
	is_unplugged vif1.0
	is "$(node "$BACKEND/1/0/hotplug-status")" "(none)"
	is "$(node "$BACKEND/1")" "(none)"
	is "$ERR" ""
}

@test "the bridge and the nodes are gone" {
	lab_bridge xenbr0
	lab_vif 1 0
	plug 1 0
	ip link del xenbr0
	xenstore-rm "$BACKEND/1" /local/domain/1
	offline 1 0
	is_unplugged vif1.0
}

@test "everything is gone" {
	lab_bridge xenbr0
	lab_vif 1 0
	plug 1 0
	lab_unplug 1 0
	ip link del xenbr0
	lines "$(forward)" 2
	offline 1 0
	is "$(forward)" ""
	is "$ERR" ""
	untouched offline 1 0
}

@test "xenstore is gone: the vif is taken down all the same" {
	lab_bridge xenbr0
	lab_vif 1 0
	plug 1 0
	kill "$(pidof xenstored)"
	call 1 0 offline type_if=vif
	is_unplugged vif1.0
}

@test "xenstore is gone, and with it the name that the vif was given: told" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	plug 1 0 web
	kill "$(pidof xenstored)"
	fails call 1 0 offline type_if=vif
	has "$ERR" xenstore
	# Who says the name is helped.
	vifname=web call 1 0 offline type_if=vif
	is_unplugged web
}

@test "libxl calls offline after an online that failed: still nothing is left" {
	lab_vif 1 0 bridge nobr
	online_fails 1 0
	offline 1 0
	refute is_up vif1.0
}

@test "offline does not look at what only online needs" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu bogus ip nonsense
	ip link set vif1.0 master xenbr0 up
	offline 1 0 isolated=maybe
	is_unplugged vif1.0
}

@test "a port that an admin moved to another bridge leaves that" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0
	plug 1 0
	ip link set vif1.0 master other
	offline 1 0
	is_unplugged vif1.0
}

@test "a renamed vif leaves its bridge" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	plug 1 0 web
	offline 1 0
	is_unplugged web
}

@test "a vif that an earlier run left half done under its first name is taken down" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	ip link set vif1.0 master xenbr0 up
	offline 1 0
	is_unplugged vif1.0
}

@test "a vif that an earlier run renamed and left on another bridge is taken down" {
	lab_bridge xenbr0
	lab_bridge old
	lab_vif 1 0 vifname web bridge old
	plug 1 0 web old
	xenstore-write "$BACKEND/1/0/bridge" xenbr0
	offline 1 0
	is_unplugged web
}

@test "a duplicate vifname: guest 2's offline leaves guest 1's interface alone" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	lab_vif 2 0 vifname web
	plug 1 0 web
	online_fails 2 0
	offline 2 0
	is_port_of web xenbr0
	refute is_up vif2.0
	# And when its device has gone already:
	ip link del g2.0
	untouched offline 2 0
	is_port_of web xenbr0
	# Guest 1's own offline does it.
	offline 1 0
	is_unplugged web
}

@test "a host's interface of the name vifname is left alone" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname lan-xenbr0
	ip link del g1.0
	untouched offline 1 0
	is "$(master lan-xenbr0)" xenbr0
}

@test "a vif that was made anew under its own name, though another has vifname" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	plug 1 0 web
	ip link add vif1.0 type veth peer name again
	ip link set vif1.0 master xenbr0 up
	offline 1 0
	is_unplugged vif1.0
}

@test "other ports stay" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_vif 1 1
	lab_vif 11 0
	plug 1 0
	plug 1 1
	plug 11 0
	offline 1 0
	is_port_of vif1.1 xenbr0
	is_port_of vif11.0 xenbr0
	is "$(master lan-xenbr0)" xenbr0
}

@test "online after offline" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	plug 1 0 web
	offline 1 0
	plug 1 0 web
	is_port_of web xenbr0
	is_connected 1 0
}
