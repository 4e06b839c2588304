#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The second pass of an HVM guest: add and remove of its device model's tap.

load helper

@test "add puts the tap beside the vif" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	online 1 0
	add 1 0
	is_port_of vif1.0 xenbr0
	is_port_of vif1.0-emu xenbr0
	is "$(addresses vif1.0-emu)" ""
}

@test "add writes nothing to the store" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu mtu 1400
	lab_tap 1 0
	before=$(xenstore-ls -f -p /local)
	add 1 0
	is "$(xenstore-ls -f -p /local)" "$before"
	is "$(mtu vif1.0-emu)" 1400
}

@test "the vif pass leaves the tap alone, the tap pass the vif" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	online 1 0
	is_unplugged vif1.0-emu
	add 1 0
	remove 1 0
	is_port_of vif1.0 xenbr0
	is_unplugged vif1.0-emu
}

@test "remove after the device model has taken its tap away" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	add 1 0
	is_port_of vif1.0-emu xenbr0
	ip link del vif1.0-emu
	lines "$(forward)" 2
	remove 1 0
	is "$(forward)" ""
	is "$ERR" ""
	untouched remove 1 0
}

@test "remove when bridge and nodes are gone" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	add 1 0
	is_port_of vif1.0-emu xenbr0
	ip link del xenbr0
	xenstore-rm "$BACKEND/1" /local/domain/1
	remove 1 0
	is_unplugged vif1.0-emu
}

@test "the tap waits for nobody when it is there before its vif" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	ip link del g1.0
	add 1 0
	is_port_of vif1.0-emu xenbr0
}

@test "an up tap, as a device model leaves it" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	ip link set vif1.0-emu up
	add 1 0
	is_port_of vif1.0-emu xenbr0
	is "$(addresses vif1.0-emu)" ""
}

@test "with vifname the tap is called vifname-emu" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu vifname web
	lab_tap 1 0
	online 1 0
	add 1 0
	is_port_of web xenbr0
	is_port_of web-emu xenbr0
	refute exists vif1.0-emu
	remove 1 0
	is_unplugged web-emu
	is_port_of web xenbr0
}

@test "a tap under another name than libxl's" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip tuntap add dev tap7 mode tap
	INTERFACE=tap7 add 1 0
	is_port_of tap7 xenbr0
}

@test "domid and devid are XENBUS_PATH's, not the interface's name's" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 3 1 bridge other
	ip tuntap add dev tap1.0 mode tap
	INTERFACE=tap1.0 add 3 1
	is_port_of tap1.0 other
	lab_vif 4 2 bridge other
	vif=vif3.1 XENBUS_PATH=backend/vif/4/2 by_hand XENBUS_PATH=backend/vif/4/2 vif=vif3.1 -- online
	is "$STATUS" 0
	is_connected 4 2
	is "$(back 3 1 hotplug-status)" ""
}

@test "a tap pass in a driver domain reads its own backend directory" {
	lab_bridge xenbr0
	lab_bridge inner
	xenstore-write /local/domain/5/backend/vif/1/0/bridge inner \
		/local/domain/5/backend/vif/1/0/mtu 1300
	lab_tap 1 0
	by_hand XENBUS_PATH=/local/domain/5/backend/vif/1/0 INTERFACE=vif1.0-emu vif=vif1.0 -- \
		add type_if=tap
	is "$STATUS" 0
	is_port_of vif1.0-emu inner
	is "$(mtu vif1.0-emu)" 1300
}

@test "a failure in the tap pass is reported" {
	lab_vif 1 0 type vif_ioemu bridge nobr
	lab_tap 1 0
	fails call 1 0 add type_if=tap
	is_reported 1 0 "Could not find bridge device nobr"
}

@test "frames pass through the tap" {
	lab_bridge xenbr0
	lan
	lab_vif 1 0 type vif_ioemu
	# The other end of a veth stands for the device model.
	ip link add vif1.0-emu type veth peer name model
	netns model model 10.0.0.1/24
	add 1 0
	reaches model 10.0.0.254
	remove 1 0
	is_cut_off model 10.0.0.254
}
