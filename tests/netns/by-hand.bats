#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Calls by hand, without XENBUS_PATH: from environment and arguments alone.

load helper

@test "vif= and bridge= are enough" {
	lab_bridge first
	lab_bridge xenbr0
	lab_vif 1 0
	by_hand vif=vif1.0 bridge=xenbr0 -- online
	is "$STATUS" 0
	is_port_of vif1.0 xenbr0
	is "$(back 1 0 hotplug-status)" ""
}

@test "it says that it did not report to xenstore" {
	lab_bridge xenbr0
	lab_vif 1 0
	by_hand vif=vif1.0 bridge=xenbr0 -- online
	has "$ERR" vif1.0
	has "$ERR" xenstore
	lines "$ERR" 1
}

@test "no xenstored is needed" {
	lab_bridge xenbr0
	lab_vif 1 0
	kill "$(pidof xenstored)"
	by_hand vif=vif1.0 bridge=xenbr0 -- online
	is "$STATUS" 0
	is_port_of vif1.0 xenbr0
	by_hand vif=vif1.0 bridge=xenbr0 -- offline
	is "$STATUS" 0
	is_unplugged vif1.0
}

@test "all as arguments" {
	lab_bridge first
	lab_bridge xenbr0
	lab_vif 1 0
	by_hand -- online vif=vif1.0 bridge=xenbr0 mtu=1400 vifname=web isolated=yes
	is "$STATUS" 0
	is_port_of web xenbr0
	is "$(mtu web)" 1400
	is "$(flag web isolated)" 1
	by_hand -- offline vif=vif1.0 vifname=web
	is "$STATUS" 0
	is_unplugged web
}

@test "the command may come last" {
	lab_bridge xenbr0
	lab_vif 1 0
	by_hand -- vif=vif1.0 online
	is "$STATUS" 0
	is_port_of vif1.0 xenbr0
}

@test "a renamed vif a second time" {
	lab_bridge xenbr0
	lab_vif 1 0
	by_hand vif=vif1.0 vifname=web -- online
	by_hand vif=vif1.0 vifname=web -- online
	is "$STATUS" 0
	is_port_of web xenbr0
}

@test "a tap" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_tap 1 0
	by_hand INTERFACE=vif1.0-emu bridge=xenbr0 -- add type_if=tap
	is "$STATUS" 0
	is_port_of vif1.0-emu xenbr0
	by_hand INTERFACE=vif1.0-emu -- remove type_if=tap
	is "$STATUS" 0
	is_unplugged vif1.0-emu
}

@test "any interface will do" {
	lab_bridge xenbr0
	ip link add box0 type veth peer name box1
	by_hand vif=box0 -- online
	is "$STATUS" 0
	is_port_of box0 xenbr0
}

@test "without vif= it says what is missing" {
	lab_bridge xenbr0
	by_hand bridge=xenbr0 -- online
	is "$STATUS" 1
	has "$ERR" "vif is not set"
	lines "$ERR" 1
	by_hand -- add type_if=tap
	is "$STATUS" 1
	has "$ERR" "INTERFACE is not set"
}

@test "a failure is told on stderr" {
	lab_vif 1 0
	by_hand vif=vif1.0 bridge=nobr -- online
	is "$STATUS" 1
	is "$ERR" "vif-bridge: Could not find bridge device nobr"
}

@test "hooks know that there is no domain" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<<'echo "$dev:$domid:$devid:$XENBUS_PATH:$vifname" >/run/seen'
	by_hand vif=vif1.0 -- online
	is "$(</run/seen)" "vif1.0::::"
}
