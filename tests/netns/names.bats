#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vifname: the interface gets the name that the guest's configuration wants.

load helper

@test "online renames the vif" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	online 1 0
	is_port_of web xenbr0
	refute exists vif1.0
	is_connected 1 0
}

@test "the frontend's mtu goes to the right node after a rename" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web frontend-mtu 9999
	online 1 0
	is "$(front 1 0 mtu)" 1500
}

@test "a name that looks like another guest's vif does not mislead" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname vif7.3
	online 1 0
	is_port_of vif7.3 xenbr0
	is_connected 1 0
	is "$(front 1 0 mtu)" 1500
	is "$(node /local/domain/7)" "(none)"
	offline 1 0
	is_unplugged vif7.3
}

@test "the rename comes first, then guard and rules for the new name, then the bridge" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web ip 10.0.0.1
	trace network 1 0 online type_if=vif antispoof=yes
	is "$STATUS" 0
	# nf_tables' attributes are shown as bytes: "xen_guard", "FORWARD".
	sequence=$(awk '/sendto.*RTM_NEWLINK.*NLM_F_ACK.*IFLA_IFNAME.*"web".*IFLA_ADDRESS/ { print "name" }
		/sendto.*NFT_MSG_NEWTABLE.*x78.x65.x6e.x5f.x67.x75.x61.x72.x64/ { print "guard" }
		/sendto.*NFT_MSG_NEWRULE.*x46.x4f.x52.x57.x41.x52.x44/ { print "rules" }
		/sendto.*RTM_NEWLINK.*ifi_flags=IFF_UP.*IFLA_MASTER/ { print "up" }' /run/trace | xargs)
	is "$sequence" "name guard rules up"
	is "$(grep -c 'sendto.*RTM_NEWLINK' /run/trace)" 2
}

@test "an up vif is renamed, too" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	ip link set vif1.0 up
	online 1 0
	is_port_of web xenbr0
	is "$(addresses web)" ""
}

@test "a second online leaves a running port alone" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	online 1 0
	before=$(carrier_changes web)
	online 1 0
	is_port_of web xenbr0
	is_connected 1 0
	is "$(carrier_changes web)" "$before"
}

@test "a clash is refused before anything changes" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	lab_vif 2 0
	ip link set vif2.0 name web
	links=$(links)
	online_fails 1 0
	is_reported 1 0 "Cannot rename interface vif1.0. An interface with name web already exists."
	is "$(links)" "$links"
	is "$(link web .address)" "02:00:00:00:02:00"
}

@test "two guests want one name: the second is refused, the first runs on" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	lab_vif 2 0 vifname web
	online 1 0
	online_fails 2 0
	is_reported 2 0 "Cannot rename interface vif2.0. An interface with name web already exists."
	is_port_of web xenbr0
	is_connected 1 0
	refute is_up vif2.0
}

@test "the name is taken and the vif is not there: a clash, not a long wait" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname lan-xenbr0
	ip link del g1.0
	before=$(milliseconds)
	online_fails 1 0
	(($(milliseconds) - before < 5000))
	has "$ERR" "An interface with name lan-xenbr0 already exists."
	is "$(master lan-xenbr0)" xenbr0
}

@test "the clash of a tap" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu vifname web
	lab_tap 1 0
	lab_vif 2 0
	ip link set vif2.0 name web-emu
	fails call 1 0 add type_if=tap
	is_reported 1 0 "Cannot rename interface vif1.0-emu. An interface with name web-emu already exists."
	refute is_up vif1.0-emu
}

@test "15 bytes fit" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname abcdefghijklmno
	online 1 0
	is_port_of abcdefghijklmno xenbr0
}

@test "16 bytes do not, and nothing changes" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname abcdefghijklmnop
	links=$(links)
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "vifname='abcdefghijklmnop' is too long"
	is "$(back 1 0 hotplug-status)" error
	is "$(links)" "$links"
}

@test "11 bytes fit when a tap follows" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu vifname abcdefghijk
	lab_tap 1 0
	online 1 0
	add 1 0
	is_port_of abcdefghijk xenbr0
	is_port_of abcdefghijk-emu xenbr0
}

@test "12 bytes do not: the vif pass says so before anything changes" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu vifname abcdefghijkl
	lab_tap 1 0
	links=$(links)
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "vifname='abcdefghijkl' is too long"
	has "$ERR" 11
	is "$(links)" "$links"
	fails call 1 0 add type_if=tap
	is "$(links)" "$links"
}

@test "12 bytes fit without a tap" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname abcdefghijkl
	online 1 0
	is_port_of abcdefghijkl xenbr0
}

@test "names that no interface can have" {
	lab_bridge xenbr0
	lab_vif 1 0
	links=$(links)
	for name in a/b "a b" . .. a:b 'eth%d' $'a\nb'; do
		xenstore-write "$BACKEND/1/0/vifname" "$name"
		online_fails 1 0
		has "$(back 1 0 hotplug-error)" vifname
		lines "$ERR" 1
		is "$(links)" "$links"
	done
}

@test "vifname equal to the first name" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname vif1.0
	online 1 0
	is_port_of vif1.0 xenbr0
	offline 1 0
	is_unplugged vif1.0
}

@test "an admin's own alias of the vif survives where no rename takes place" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip link set vif1.0 alias "the web server"
	online 1 0
	is_port_of vif1.0 xenbr0
	is "$(link vif1.0 .ifalias)" "the web server"
}
