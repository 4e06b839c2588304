#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# online: the guest's interface is on the bridge, and netback knows.

load helper

@test "the vif is an up port of its bridge, and netback may connect" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	is_port_of vif1.0 xenbr0
	is_connected 1 0
}

@test "online says nothing when all is well" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	is_connected 1 0
	is "$OUT$ERR" ""
}

@test "a port keeps the bridge from taking its MAC" {
	lab_bridge xenbr0
	lab_vif 1 0
	before=$(mac xenbr0)
	online 1 0
	is "$(mac vif1.0)" fe:ff:ff:ff:ff:ff
	is "$(mac xenbr0)" "$before"
}

@test "no IPv6 address on a guest's port, though the host has IPv6" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip link add control type veth peer name other
	ip link set other up
	ip link set control up
	online 1 0
	has "$(addresses control)" fe80::
	is "$(addresses vif1.0)" ""
	is "$(link vif1.0 .inet6_addr_gen_mode)" none
}

@test "no IPv6 address on a port whose MTU was too small for IPv6 before" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip link set vif1.0 mtu 1000
	online 1 0
	is "$(mtu vif1.0)" 1500
	is "$(addresses vif1.0)" ""
}

@test "no IPv6 address on a port that comes from up" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip link set vif1.0 up
	has "$(addresses vif1.0)" fe80::
	online 1 0
	is_port_of vif1.0 xenbr0
	is "$(addresses vif1.0)" ""
}

@test "a port whose MTU leaves no room for IPv6 comes online" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1000
	ip link set vif1.0 mtu 1000
	online 1 0
	is_port_of vif1.0 xenbr0
	is_connected 1 0
	is "$(mtu vif1.0)" 1000
}

@test "addresses of both families are flushed" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip addr add 192.168.9.1/24 brd + dev vif1.0
	ip addr add 10.9.9.1 peer 10.9.9.2/32 dev vif1.0
	ip addr add 2001:db8::1/64 nodad dev vif1.0
	online 1 0
	is "$(addresses vif1.0)" ""
	is_port_of vif1.0 xenbr0
}

@test "other links keep their addresses" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip addr add 192.168.9.1/24 dev xenbr0
	ip addr add 192.168.8.1/24 dev g1.0
	online 1 0
	is_port_of vif1.0 xenbr0
	has "$(addresses xenbr0)" 192.168.9.1
	has "$(addresses g1.0)" 192.168.8.1
}

@test "a second online leaves a running port alone" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	before=$(carrier_changes vif1.0)
	trace network 1 0 online type_if=vif
	is "$STATUS" 0
	is "$(carrier_changes vif1.0)" "$before"
	refute grep -E 'RTM_(NEW|SET)LINK.*NLM_F_REQUEST' /run/trace
	is_port_of vif1.0 xenbr0
	is_connected 1 0
}

@test "online moves a port from another bridge" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0
	ip link set vif1.0 master other up
	online 1 0
	is_port_of vif1.0 xenbr0
}

@test "an earlier run's error is gone after a success" {
	lab_bridge xenbr0
	lab_vif 1 0
	xenstore-write "$BACKEND/1/0/hotplug-error" "old trouble" "$BACKEND/1/0/hotplug-status" error
	online 1 0
	is_connected 1 0
}

@test "netback's and libxl's other keys stay as they were" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1
	keys() { xenstore-ls -f -p "$BACKEND/1/0" | grep -v hotplug-; }
	before=$(keys)
	online 1 0
	is_connected 1 0
	is "$(keys)" "$before"
}

@test "netback deleted hotplug-status: online writes it again" {
	lab_bridge xenbr0
	lab_vif 1 0
	xenstore-rm "$BACKEND/1/0/hotplug-status"
	online 1 0
	is_connected 1 0
}

@test "frames pass between guests and LAN while online, and not after offline" {
	lab_bridge xenbr0
	lan
	for d in 1 2; do
		lab_vif $d 0
		guest $d
	done
	is_cut_off guest1 10.0.0.2
	online 1 0
	online 2 0
	reaches guest1 10.0.0.2
	reaches guest2 10.0.0.254
	reaches lan 10.0.0.1
	offline 1 0
	is_cut_off guest1 10.0.0.254
	reaches guest2 10.0.0.254
}

@test "twenty guests at once" {
	lab_bridge xenbr0
	for d in {1..20}; do
		lab_vif "$d" 0
	done
	pids=()
	for d in {1..20}; do
		lab_call "$PROGRAM" "$d" 0 online type_if=vif &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	for d in {1..20}; do
		is_port_of "vif$d.0" xenbr0
		is_connected "$d" 0
	done
}

@test "a second vif of the same guest" {
	lab_bridge xenbr0
	lab_bridge inner
	lab_vif 1 0
	lab_vif 1 1 bridge inner
	online 1 0
	online 1 1
	is_port_of vif1.0 xenbr0
	is_port_of vif1.1 inner
	is_connected 1 1
}

@test "no process is started when there is no hook" {
	lab_bridge xenbr0
	lab_vif 1 0
	trace process 1 0 online type_if=vif
	is "$STATUS" 0
	is_connected 1 0
	is "$(grep -cE 'execve\(' /run/trace)" 1
	refute grep -E '(clone3?|v?fork)\(' /run/trace
}

@test "links are looked up one by one, never all of them" {
	lab_bridge xenbr0
	lab_vif 1 0
	trace network 1 0 online type_if=vif
	is "$STATUS" 0
	grep -q 'RTM_GETLINK.*NLM_F_REQUEST' /run/trace
	refute grep 'RTM_GETLINK.*NLM_F_DUMP' /run/trace
}

@test "the order: bridge, then up, then the store" {
	lab_bridge xenbr0
	lab_vif 1 0
	trace network,write,writev,sendmsg 1 0 online type_if=vif
	is "$STATUS" 0
	sequence=$(awk '/RTM_NEWLINK.*NLM_F_ACK/ && /sendto|sendmsg/ && /IFLA_MASTER/ { print "master" }
		/RTM_NEWLINK.*NLM_F_ACK/ && /sendto|sendmsg/ && /ifi_flags=IFF_UP/ { print "up" }
		/hotplug-status/ { print "status" }
		/device\/vif\/1|device\/vif\/0\/mtu.*1500/ { next }' /run/trace | xargs)
	case $sequence in
	"master up status"*) ;;
	*) complain "$sequence" ;;
	esac
}
