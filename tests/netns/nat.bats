#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vif-nat: the guest has an address of its own behind the host, and the host one for it.

load helper
load routed

export VIF_PROGRAM=vif-nat

# eth0 gives the guests its own address.
masquerade() {
	"${BUILD:-build}/network-nat" start netdev=eth0
}

@test "guests reach the LAN under the host's address, and each other under their own" {
	host 192.168.0.3/24
	lan 192.168.0.1/24
	masquerade
	for d in 1 2; do
		lab_vif $d 0
		guest $d 10.0.$d.1/32 -- 10.0.$d.128
		online $d 0
		is_connected $d 0
	done
	reaches guest1 192.168.0.1
	reaches guest1 10.0.1.128
	reaches guest1 10.0.2.1
	talks guest1 lan 192.168.0.1 192.168.0.3
	talks guest2 guest1 10.0.1.1 10.0.2.1
	talks host guest1 10.0.1.1 10.0.1.128
	is_cut_off lan 10.0.1.1
	offline 1 0
	is_cut_off guest1 192.168.0.1
	reaches guest2 192.168.0.1
}

@test "without masquerading, a LAN that knows the way reaches them both ways" {
	host 192.168.0.3/24
	lan 192.168.0.1/24
	ip -n lan route add 10.0.0.0/16 via 192.168.0.3
	for d in 1 2; do
		lab_vif $d 0 ip 10.0.0.$d
		guest $d 10.0.0.$d/32 -- 10.0.0.12$((d + 7))
		online $d 0
	done
	talks guest1 lan 192.168.0.1 10.0.0.1
	talks lan guest2 10.0.0.2 192.168.0.1
	talks guest1 guest2 10.0.0.2 10.0.0.1
}

@test "the address by domid and devid, and the router's" {
	local d n
	for pair in 1.0:10.0.1.1 5.2:10.0.5.3 256.0:10.1.0.1 1000.1:10.3.232.2; do
		d=${pair%%.*} n=${pair%%:*}
		n=${n#*.}
		guest_ip=${pair#*:}
		lab_vif "$d" "$n"
		online "$d" "$n"
		router=${guest_ip%.*}.$((${guest_ip##*.} + 127))
		is_routed "vif$d.$n" "$guest_ip src $router"
		is "$(prefixes "vif$d.$n")" "$router/32"
		is_connected "$d" "$n"
	done
}

@test "the router's address by ip=, above or below" {
	lab_vif 1 0
	for pair in 10.0.0.1:10.0.0.128 10.0.0.128:10.0.0.255 10.0.0.129:10.0.0.2 \
		10.0.0.254:10.0.0.127 192.168.100.1:192.168.100.128; do
		xenstore-write "$BACKEND/1/0/ip" "${pair%:*}"
		online 1 0
		is_routed vif1.0 "${pair%:*} src ${pair#*:}"
		is "$(prefixes vif1.0)" "${pair#*:}/32"
		offline 1 0
		is_bare vif1.0
	done
}

@test "of an entry with a prefix the address alone is routed; more entries are, too; no gateway is needed" {
	lab_vif 1 1 ip 10.0.0.1/16
	online 1 1 netdev=nosuch
	is "$OUT$ERR" ""
	is_routed vif1.1 "10.0.0.1 src 10.0.0.128"
	# Its name is the beginning of this one's.
	lab_vif 1 10 ip "10.0.0.2 10.0.0.5 10.9.0.0/24"
	online 1 10
	is_routed vif1.10 "10.0.0.2 src 10.0.0.129" "10.0.0.5 src 10.0.0.129" \
		"10.9.0.0/24 src 10.0.0.129"
	is "$(prefixes vif1.10)" 10.0.0.129/32
	offline 1 1
	is_bare vif1.1
	untouched offline 1 1
	is_routed vif1.10 "10.0.0.2 src 10.0.0.129" "10.0.0.5 src 10.0.0.129" \
		"10.9.0.0/24 src 10.0.0.129"
}

@test "an IPv6 address beside the IPv4 one by number" {
	host 192.168.0.3/24 2001:db8:1::3/64
	lan 2001:db8:1::1/64
	lab_vif 1 0 ip 2001:db8:1::21
	online 1 0
	is_routed vif1.0 "10.0.1.1 src 10.0.1.128" "2001:db8:1::21 metric 1024"
	is "$(proxies)" "2001:db8:1::21 eth0"
	guest 1 2001:db8:1::21/128 --
	ip -n guest1 -6 route add default via "$(addresses vif1.0 | grep fe80)" dev g1.0
	talks guest1 lan 2001:db8:1::1 2001:db8:1::21
	talks lan guest1 2001:db8:1::21 2001:db8:1::1
	untouched online 1 0
	offline 1 0
	is_bare vif1.0
	is "$(proxies)" ""
}

# How many packets from 10.0.1.9 have come in.
forged() {
	iptables -nvxL INPUT | awk '/10\.0\.1\.9/ { print $1 }'
}

@test "accept rules, and antispoof, are for the address by number alone" {
	host 192.168.0.3/24
	lan 192.168.0.1/24
	ip -n lan route add 10.0.0.0/16 via 192.168.0.3
	iptables -P FORWARD DROP
	iptables -A INPUT -s 10.0.1.9
	lab_vif 1 0
	guest 1 10.0.1.1/32 10.0.1.9/32 -- 10.0.1.128
	online 1 0
	is "$(forward)" "$(printf -- '-A FORWARD %s -j ACCEPT\n' '-d 10.0.1.1/32 -o vif1.0' \
		'-i vif1.0 -p udp -m udp --sport 68 --dport 67' '-s 10.0.1.1/32 -i vif1.0')"
	talks guest1 lan 192.168.0.1 10.0.1.1
	refute ip netns exec guest1 ping -q -n -c 1 -W 0.3 -I 10.0.1.9 192.168.0.1
	refute ip netns exec guest1 ping -q -n -c 1 -W 0.3 -I 10.0.1.9 10.0.1.128
	is "$(forged)" 1
	online 1 0 antispoof=yes
	is "$(elements netdev allow4)" "vif1.0 10.0.1.1"
	is "$(elements inet owned4)" 10.0.1.1
	talks guest1 lan 192.168.0.1 10.0.1.1
	refute ip netns exec guest1 ping -q -n -c 1 -W 0.3 -I 10.0.1.9 10.0.1.128
	is "$(forged)" 1
	offline 1 0
	is "$(forward)$(nft list tables | grep xen_guard)" ""
}

@test "a second online is complete, changes nothing and reports" {
	lab_vif 1 0
	online 1 0
	is_connected 1 0
	xenstore-write "$BACKEND/1/0/hotplug-status" ""
	online 1 0
	is_connected 1 0
	untouched trace network,openat,open 1 0 online type_if=vif
	is "$STATUS" 0
	refute grep -E 'RTM_(NEW|SET|DEL)[A-Z]+, nlmsg_flags=NLM_F_REQUEST' /run/trace
	refute grep -E '/proc/sys/.*O_(WRONLY|RDWR)' /run/trace
	is_routed vif1.0 "10.0.1.1 src 10.0.1.128"
}

@test "a tap and its vif: the tap comes first" {
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	online 1 0
	xenstore-write "$BACKEND/1/0/hotplug-status" ""
	add 1 0
	is "$(back 1 0 hotplug-status)" ""
	is_routed vif1.0-emu "10.0.1.1 src 10.0.1.128 metric 1"
	is_routed vif1.0 "10.0.1.1 src 10.0.1.128 metric 2"
	remove 1 0
	is_bare vif1.0-emu
	offline 1 0
	is_bare vif1.0
}

@test "vifname" {
	lab_vif 1 0 vifname dolly ip 192.168.100.1
	online 1 0
	refute exists vif1.0
	is_routed dolly "192.168.100.1 src 192.168.100.128"
	untouched online 1 0
	offline 1 0
	is_bare dolly
}

@test "offline when interface, nodes or all is gone" {
	lab_vif 1 0
	lab_vif 2 0
	lab_vif 3 0
	for d in 1 2 3; do
		online $d 0
	done
	ip link del g1.0
	offline 1 0
	is "$OUT$ERR" ""
	xenstore-rm "$BACKEND/2/0"
	offline 2 0
	is "$OUT$ERR" ""
	is_bare vif2.0
	lab_unplug 3 0
	offline 3 0
	is "$OUT$ERR" ""
}

@test "by hand, without xenstore: ip= must be given" {
	lab_vif 1 0
	by_hand vif=vif1.0 ip=10.0.0.7 -- online
	is "$STATUS" 0
	is_routed vif1.0 "10.0.0.7 src 10.0.0.134"
	by_hand vif=vif1.0 -- offline
	is "$STATUS" 0
	is_bare vif1.0
	by_hand vif=vif1.0 -- online
	is "$STATUS" 1
	has "$ERR" "neither ip nor XENBUS_PATH is set"
	is_bare vif1.0
}

@test "error: a devid too large for an address" {
	lab_vif 1 255
	online_fails 1 255
	is_reported 1 255 "ip is not set, and devid 255 is too large for an address to be made of it"
	is_bare vif1.255
}

@test "error: another guest has the address" {
	lab_vif 1 0 ip 10.0.0.1
	lab_vif 2 0 ip 10.0.0.1
	online 1 0
	online_fails 2 0
	is_reported 2 0 "ip route add 10.0.0.1 dev vif2.0 src 10.0.0.128: File exists"
	is_bare vif2.0
	is_routed vif1.0 "10.0.0.1 src 10.0.0.128"
}

@test "a failing hook: all is as before" {
	empty_forward
	lab_vif 1 0
	hook 1.hook <<<'[ $command = offline ]'
	state() { everything | grep -v hotplug-; }
	before=$(state)
	online_fails 1 0
	is "$(state)" "$before"
}

@test "conntrack=purge: also connections under the host's address" {
	host 192.168.0.3/24
	lan 192.168.0.1/24
	masquerade
	for d in 1 2; do
		lab_vif $d 0
		guest $d 10.0.$d.1/32 -- 10.0.$d.128
		online $d 0
	done
	iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 7 -j DNAT --to-destination 10.0.1.1
	talks guest1 lan 192.168.0.1 192.168.0.3
	talks guest2 lan 192.168.0.1 192.168.0.3
	# As a name server or a web server behind the host gets its visitors.
	ip netns exec guest1 timeout 5 /usr/bin/python3 -IS -c '
import socket
server = socket.create_server(("10.0.1.1", 7))
server.accept()' &
	for tries in {1..50}; do
		! ip netns exec lan bash -c 'exec 3<>/dev/tcp/192.168.0.3/7' 2>/dev/null || break
		sleep 0.1
	done
	is "$(connections -p tcp -s 10.0.1.1)" 1
	is "$(connections -p tcp -r 10.0.1.1)" 1
	offline 1 0 conntrack=purge
	is "$(connections -p tcp -s 10.0.1.1)" 0
	is "$(connections -p tcp -r 10.0.1.1)" 0
	is "$(connections -p tcp -s 10.0.2.1)" 1
}

@test "hooks are told the host's address for the guest" {
	lab_vif 1 0
	hook 1.hook <<<'xenstore-write /local/seen/$command "$dev $main_ip $domid $devid"'
	online 1 0
	offline 1 0
	is "$(node /local/seen/online)" "vif1.0 10.0.1.128 1 0"
	is "$(node /local/seen/offline)" "vif1.0 10.0.1.128 1 0"
}
