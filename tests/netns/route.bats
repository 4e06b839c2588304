#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vif-route: the guest's addresses are routed to its interface, and the host answers for them.

load helper
load routed

export VIF_PROGRAM=vif-route

# --- online ----------------------------------------------------------------------------------

@test "two guests and a LAN reach each other, with ping and TCP, under their own addresses" {
	host 192.168.1.20/24
	lan 192.168.1.1/24
	for d in 1 2; do
		lab_vif $d 0 ip 192.168.1.2$d
		guest $d 192.168.1.2$d/32 -- 192.168.1.20
		online $d 0
		is_connected $d 0
	done
	reaches guest1 192.168.1.1
	reaches lan 192.168.1.21
	reaches guest1 192.168.1.22
	reaches guest2 192.168.1.20
	talks guest1 lan 192.168.1.1 192.168.1.21
	talks lan guest2 192.168.1.22 192.168.1.1
	talks guest1 guest2 192.168.1.22 192.168.1.21
	talks host guest1 192.168.1.21 192.168.1.20
	talks guest1 host 192.168.1.20 192.168.1.21
	offline 1 0
	is_cut_off lan 192.168.1.21
	reaches lan 192.168.1.22
}

@test "guests of a net of their own and a LAN that knows the way to it" {
	host 192.168.0.3/24
	lan 192.168.0.1/24
	ip -n lan route add 10.0.0.0/24 via 192.168.0.3
	for d in 1 2; do
		lab_vif $d 0 ip 10.0.0.$d gatewaydev eth0
		guest $d 10.0.0.$d/32 -- 192.168.0.3
		online $d 0
	done
	reaches guest1 192.168.0.1
	reaches lan 10.0.0.2
	talks guest1 lan 192.168.0.1 10.0.0.1
	talks lan guest2 10.0.0.2 192.168.0.1
	talks guest2 guest1 10.0.0.1 10.0.0.2
}

@test "the state: the gateway's address, proxy_arp, and a route for each entry, once" {
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21
	trace process 1 0 online type_if=vif
	is "$STATUS$OUT" 0
	is "$(grep -cE 'execve\(' /run/trace)" 1
	refute grep -E '(clone3?|v?fork)\(' /run/trace
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2"
	is "$(prefixes vif1.0)" 192.168.1.20/32
	is_connected 1 0
	lab_vif 2 0
	hook 1.hook <<<'xenstore-write /local/seen "$command $dev $main_ip $ip $bridge"'
	online 2 0
	is "$OUT$ERR" ""
	is_routed vif2.0
	is "$(prefixes vif2.0)" 192.168.1.20/32
	is_connected 2 0
	is "$(node /local/seen)" "online vif2.0 192.168.1.20  xenbr0"
	lab_vif 3 0 ip "192.168.1.23 10.1.0.0/16 192.168.1.23/32 192.168.1.24/29"
	online 3 0
	is_routed vif3.0 "192.168.1.23 src 192.168.1.20 metric 2" \
		"10.1.0.0/16 src 192.168.1.20 metric 2" "192.168.1.24/29 src 192.168.1.20 metric 2"
}

@test "sixty-four addresses of both families" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "$(echo 10.0.0.{101..132} 2001:db8:1::{101..132})"
	online 1 0
	is "$(routes vif1.0 | wc -l)" 64
	is "$(proxies | wc -l)" 32
	offline 1 0
	is_bare vif1.0
	is "$(proxies)" ""
}

@test "a guest reaches the LAN from a prefix that is its own" {
	host 192.168.1.20/24
	lan 192.168.1.1/24
	ip -n lan route add 10.1.0.0/16 via 192.168.1.20
	lab_vif 1 0 ip 10.1.0.0/16
	guest 1 10.1.2.3/32 -- 192.168.1.20
	online 1 0
	talks guest1 lan 192.168.1.1 10.1.2.3
	talks lan guest1 10.1.2.3 192.168.1.1
}

@test "a second online changes nothing, and reports" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 10.1.0.0/16 2001:db8:1::21"
	online 1 0
	xenstore-write "$BACKEND/1/0/hotplug-status" connected
	before=$(carrier_changes vif1.0)
	untouched trace network,openat,open 1 0 online type_if=vif
	is "$STATUS" 0
	is "$(carrier_changes vif1.0)" "$before"
	refute grep -E 'RTM_(NEW|SET|DEL)[A-Z]+, nlmsg_flags=NLM_F_REQUEST' /run/trace
	refute grep -E '/proc/sys/.*O_(WRONLY|RDWR)' /run/trace
	xenstore-rm "$BACKEND/1/0/hotplug-status"
	online 1 0
	is_connected 1 0
}

@test "links are looked up one by one, and routes to this link alone are asked for" {
	host 192.168.1.20/24
	ip route add default via 192.168.1.1
	lab_vif 1 0 ip 192.168.1.21
	lab_vif 2 0 ip 192.168.1.22
	online 1 0
	trace network 1 0 online type_if=vif
	refute grep 'RTM_GETLINK.*NLM_F_DUMP' /run/trace
	grep -q 'RTM_GETROUTE.*NLM_F_DUMP.*RTA_OIF' /run/trace
	refute grep -E 'recv.*192\.168\.1\.22' /run/trace
	trace network 2 0 online type_if=vif
	refute grep 'RTM_GET(LINK|ROUTE).*NLM_F_DUMP' /run/trace
}

@test "the gateway has another address by now: a second online takes it" {
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21
	online 1 0
	ip addr add 192.168.1.30/24 dev eth0
	ip addr del 192.168.1.20/24 dev eth0
	ip addr show eth0 | grep -q 192.168.1.30 || ip addr add 192.168.1.30/24 dev eth0
	online 1 0
	is_routed vif1.0 "192.168.1.21 src 192.168.1.30 metric 2"
	offline 1 0
	is_bare vif1.0
}

@test "addresses and routes that an admin gave stay" {
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21
	ip link set vif1.0 up
	ip addr add 172.16.0.1/24 dev vif1.0
	ip route add 10.9.0.0/16 dev vif1.0
	online 1 0
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2" 10.9.0.0/16
	has "$(prefixes vif1.0)" 172.16.0.1/24
	offline 1 0
	is "$(prefixes vif1.0)" 172.16.0.1/24
}

@test "vifname" {
	host 192.168.1.20/24
	lan 192.168.1.1/24
	lab_vif 1 0 ip 192.168.1.21 vifname vifalice.0
	guest 1 192.168.1.21/32 -- 192.168.1.20
	online 1 0
	refute exists vif1.0
	is_routed vifalice.0 "192.168.1.21 src 192.168.1.20 metric 2"
	reaches lan 192.168.1.21
	untouched online 1 0
	offline 1 0
	is_bare vifalice.0
}

@test "vifname of a vif that is up already, with what an admin gave it" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21"
	online 1 0
	xenstore-write "$BACKEND/1/0/vifname" web
	online 1 0
	is_routed web "192.168.1.21 src 192.168.1.20 metric 2" "2001:db8:1::21 metric 2"
	has "$(prefixes web)" fe80::
	has "$(prefixes web)" 192.168.1.20/32
	is "$(proxies)" "2001:db8:1::21 eth0"
}

@test "a vif that was in a bridge leaves it" {
	host 192.168.1.20/24
	lab_bridge xenbr0
	lab_vif 1 0 ip 192.168.1.21
	ip link set vif1.0 master xenbr0 up
	online 1 0
	is "$(master vif1.0)" ""
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2"
}

@test "an MTU by key" {
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21 mtu 1400 frontend-mtu 1500
	online 1 0
	is "$(mtu vif1.0)" 1400
	is "$(front 1 0 mtu)" 1400
	lab_vif 2 0 ip 192.168.1.22 frontend-mtu 1500
	ip link set vif2.0 mtu 1450
	online 2 0
	is "$(mtu vif2.0)" 1450
	is "$(front 2 0 mtu)" 1500
}

@test "an MTU too small for IPv6 before" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21" mtu 1500
	ip link set vif1.0 mtu 1000
	online 1 0
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2" "2001:db8:1::21 metric 2"
	is "$(setting ipv6 vif1.0 accept_ra)" 0
}

# --- which gateway ---------------------------------------------------------------------------

# Two more devices: inner has the default route, eth0 another address.
devices() {
	host 192.168.1.20/24
	ip link add inner type veth peer name far
	ip link set inner up
	ip link set far up
	ip addr add 172.16.0.20/24 dev inner
}

gateway_is() { # ADDRESS
	online 1 0 "${@:2}"
	is "$(prefixes vif1.0)" "$1/32"
	offline 1 0
}

@test "the device of the default route" {
	devices
	lab_vif 1 0
	gateway_is 192.168.1.20
	ip route add default via 172.16.0.1
	gateway_is 172.16.0.20
	ip route replace default via 192.168.1.1
	gateway_is 192.168.1.20
	# With the lowest metric,
	ip route del default
	ip route add default via 192.168.1.1 metric 200
	ip route add default via 172.16.0.1 metric 100
	gateway_is 172.16.0.20
	# with several ways,
	ip route del default metric 100
	ip route replace default metric 200 nexthop via 172.16.0.1 dev inner nexthop via 172.16.0.2 dev inner
	gateway_is 172.16.0.20
	# by a nexthop object,
	ip route del default
	ip nexthop add id 7 via 172.16.0.1 dev inner
	ip route add default nhid 7
	gateway_is 172.16.0.20
	# and beside black holes and routes of other nets.
	ip route add blackhole 192.0.2.0/24
	ip route add unreachable 198.51.100.0/24
	ip route add 0.0.0.0/2 via 192.168.1.1
	gateway_is 172.16.0.20
	ip route add prohibit 128.0.0.0/2
	ip route add 192.0.0.0/3 via 192.168.1.1
	gateway_is 192.168.1.20
}

@test "the default route's device with another name than eth0, and netdev from the file" {
	devices
	ip link set eth0 down
	ip link set eth0 name enp3s0
	ip link set enp3s0 up
	ip route add default via 192.168.1.1
	lab_vif 1 0
	gateway_is 192.168.1.20
	config <<<$'[vif-route]\nnetdev=inner'
	gateway_is 172.16.0.20
}

@test "gatewaydev from the guest's configuration" {
	devices
	ip route add default via 172.16.0.1
	lab_vif 1 0 gatewaydev eth0
	gateway_is 192.168.1.20
	lab_vif 2 0
	online 2 0
	is "$(prefixes vif2.0)" 172.16.0.20/32
}

@test "gatewaydev from xenstore alone, and netdev by hand" {
	devices
	lab_vif 1 0 gatewaydev inner
	by_hand XENBUS_PATH=backend/vif/1/0 -- online
	is "$(prefixes vif1.0)" 172.16.0.20/32
	by_hand XENBUS_PATH=backend/vif/1/0 -- offline
	xenstore-rm "$BACKEND/1/0/gatewaydev"
	by_hand XENBUS_PATH=backend/vif/1/0 netdev=inner -- online
	is "$(prefixes vif1.0)" 172.16.0.20/32
}

@test "the first primary address, however many there are" {
	host 192.168.1.20/24
	printf 'address add %s dev eth0\n' 192.168.1.{21..80}/24 10.0.{21..80}.1/24 | ip -batch -
	lab_vif 1 0
	gateway_is 192.168.1.20
}

# --- IPv6 ------------------------------------------------------------------------------------

@test "IPv6: guests and LAN reach each other, with ping and TCP, under their own addresses" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lan 2001:db8:1::1/64
	for d in 1 2; do
		lab_vif $d 0 ip 2001:db8:1::2$d
		online $d 0
		guest $d 2001:db8:1::2$d/128 --
		gateway=$(addresses vif$d.0 | grep fe80)
		ip -n guest$d -6 route add default via "$gateway" dev g$d.0
	done
	reaches guest1 2001:db8:1::1
	reaches lan 2001:db8:1::21
	reaches guest1 2001:db8:1::22
	talks guest1 lan 2001:db8:1::1 2001:db8:1::21
	talks lan guest2 2001:db8:1::22 2001:db8:1::1
	talks guest2 guest1 2001:db8:1::21 2001:db8:1::22
	offline 1 0
	is_cut_off lan 2001:db8:1::21
	reaches lan 2001:db8:1::22
}

@test "IPv6: a guest with a prefix of its own, which the LAN's router has a route for" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lan 2001:db8:1::1/64
	ip -n lan route add 2001:db8:5::/64 via 2001:db8:1::20
	lab_vif 1 0 ip 2001:db8:5::/64
	online 1 0
	has "$ERR" "vif1.0 is given 2001:db8:5::/64"
	lines "$ERR" 1
	is "$(proxies)" ""
	guest 1 2001:db8:5::77/128 --
	ip -n guest1 -6 route add default via "$(addresses vif1.0 | grep fe80)" dev g1.0
	talks guest1 lan 2001:db8:1::1 2001:db8:5::77
	talks lan guest1 2001:db8:5::77 2001:db8:1::1
}

@test "IPv6: the state" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21 2001:db8:5::/64 fe80::21"
	online 1 0
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2" "2001:db8:1::21 metric 2" \
		"2001:db8:5::/64 metric 2"
	is "$(proxies)" "2001:db8:1::21 eth0"
	is "$(setting ipv6 eth0 proxy_ndp)" 1
	# As the kernel would have made it of the MAC, but there at once.
	is "$(prefixes vif1.0)" $'192.168.1.20/32\nfe80::ff:fe00:100/64'
	is "$(setting ipv6 vif1.0 accept_ra)" 0
	# And none of the host's without the guest's.
	lab_vif 2 0 ip 192.168.1.22
	online 2 0
	is "$(prefixes vif2.0)" 192.168.1.20/32
	is "$(link vif2.0 .inet6_addr_gen_mode)" none
}

@test "IPv6: a gateway address of one's own" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip 2001:db8:1::21
	online 1 0 gateway6=fe80::1
	is "$(prefixes vif1.0)" $'192.168.1.20/32\nfe80::1/64'
	guest 1 2001:db8:1::21/128 --
	ip -n guest1 -6 route add default via fe80::1 dev g1.0
	reaches guest1 2001:db8:1::20
	lab_vif 2 0 ip 2001:db8:1::22
	online 2 0 gateway6=2001:db8:1::fe
	is "$(prefixes vif2.0 | sort)" "$(printf '%s\n' 192.168.1.20/32 2001:db8:1::fe/128 fe80::ff:fe00:200/64)"
	offline 2 0
	is_bare vif2.0
}

@test "IPv6: a guest and a host with IPv6 addresses alone" {
	host 2001:db8:1::20/64
	ip -6 route add default via 2001:db8:1::1
	ip link set eth0 down
	ip link set eth0 name enp3s0
	ip link set enp3s0 up
	ip addr add 2001:db8:1::20/64 nodad dev enp3s0
	ip -6 route add default via 2001:db8:1::1
	lab_vif 1 0 ip 2001:db8:1::21
	online 1 0
	is "$(proxies)" "2001:db8:1::21 enp3s0"
	is_routed vif1.0 "2001:db8:1::21 metric 2"
	is_connected 1 0
}

@test "IPv6 is off on the host: a warning, and the rest is done" {
	host 192.168.1.20/24
	echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
	lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21"
	online 1 0
	has "$ERR" "there is no IPv6 on vif1.0"
	lines "$ERR" 1
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2"
	is_connected 1 0
	offline 1 0
	is_bare vif1.0
}

@test "IPv6 is off on the gateway device, or the MTU too small for it: a warning" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21" mtu 1000
	online 1 0
	has "$ERR" "there is no IPv6 on vif1.0"
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2"
	echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6
	lab_vif 2 0 ip "192.168.1.22 2001:db8:1::22"
	online 2 0
	has "$ERR" "there is no IPv6 on eth0"
	is_routed vif2.0 "192.168.1.22 src 192.168.1.20 metric 2" "2001:db8:1::22 metric 2"
	is "$(proxies)" ""
	is_connected 2 0
}

# --- neighbours and connections --------------------------------------------------------------

@test "neigh=permanent: the guest's MAC is fixed for each of its addresses" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 10.1.0.0/16 2001:db8:1::21"
	online 1 0 neigh=permanent
	is "$(neighbours vif1.0 | sort)" \
		$'192.168.1.21 00:16:3e:00:01:00\n2001:db8:1::21 00:16:3e:00:01:00'
	untouched trace network 1 0 online type_if=vif neigh=permanent
	refute grep -E 'RTM_(NEW|SET|DEL)[A-Z]+, nlmsg_flags=NLM_F_REQUEST' /run/trace
	guest 1 192.168.1.21/32 -- 192.168.1.20
	reaches guest1 192.168.1.20
	# Nobody else can be the guest by answering first.
	ip -n guest1 link set g1.0 down
	ip -n guest1 link set g1.0 address 00:16:3e:66:66:66
	ip -n guest1 link set g1.0 up
	refute ping -q -n -c 2 -i 0.1 -W 0.3 192.168.1.21
	offline 1 0
	is "$(neighbours vif1.0)" ""
}

@test "neigh=permanent in the file, another MAC than before, and one that was learned" {
	host 192.168.1.20/24
	lab_vif 1 0 ip "192.168.1.21 192.168.1.22"
	online 1 0
	online 1 0 neigh=learned
	is "$(neighbours vif1.0)" ""
	config <<<'neigh=permanent'
	online 1 0
	ip neigh replace 192.168.1.21 lladdr 00:16:3e:66:66:66 nud permanent dev vif1.0
	ip neigh replace 192.168.1.22 lladdr 00:16:3e:66:66:66 nud reachable dev vif1.0
	online 1 0
	is "$(neighbours vif1.0 | sort)" \
		$'192.168.1.21 00:16:3e:00:01:00\n192.168.1.22 00:16:3e:00:01:00'
}

@test "neigh=permanent with a new name for an up vif, and a failing hook" {
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21
	online 1 0 neigh=permanent
	xenstore-write "$BACKEND/1/0/vifname" web
	hook 1.hook <<<'[ $command = offline ]'
	state() {
		everything | grep -v hotplug-
		neighbours vif1.0
	}
	before=$(state)
	online_fails 1 0 neigh=permanent
	is "$(state)" "$before"
	rm "$SCRIPTS/vif-post.d/1.hook"
	online 1 0 neigh=permanent
	is "$(neighbours web)" "192.168.1.21 00:16:3e:00:01:00"
}

# Two guests and a LAN, whose connections are tracked.
tracking() {
	host 192.168.1.20/24 2001:db8:1::20/64
	iptables -A FORWARD -m conntrack --ctstate ESTABLISHED
	ip6tables -A FORWARD -m conntrack --ctstate ESTABLISHED
	lan 192.168.1.1/24 2001:db8:1::1/64
	for d in 1 2; do
		lab_vif $d 0 ip "192.168.1.2$d 2001:db8:1::2$d"
		guest $d 192.168.1.2$d/32 2001:db8:1::2$d/128 -- 192.168.1.20
		online $d 0 gateway6=fe80::1
		ip -n guest$d -6 route add default via fe80::1 dev g$d.0
	done
}

# Both guests with the LAN, and the LAN with guest 1.
is_tracked() {
	is "$(connections -p tcp -s 192.168.1.21)" 1
	is "$(connections -p tcp -d 192.168.1.21)" 1
	is "$(connections -p tcp -s 192.168.1.22)" 1
	is "$(connections -p tcp -f ipv6 -s 2001:db8:1::21)" 1
	is "$(connections -p tcp -f ipv6 -s 2001:db8:1::22)" 1
}

is_forgotten() { # guest 1's are
	is "$(connections -s 192.168.1.21)" 0
	is "$(connections -d 192.168.1.21)" 0
	is "$(connections -f ipv6 -s 2001:db8:1::21)" 0
	is "$(connections -p tcp -s 192.168.1.22)" 1
	is "$(connections -p tcp -f ipv6 -s 2001:db8:1::22)" 1
}

# As if they had begun just now.
track() {
	local pair
	conntrack -F 2>/dev/null
	for pair in 192.168.1.2{1,2},192.168.1.1 192.168.1.1,192.168.1.21 \
		2001:db8:1::2{1,2},2001:db8:1::1; do
		conntrack -I -p tcp -s "${pair%,*}" -d "${pair#*,}" --sport 1000 --dport 7 \
			--state ESTABLISHED -t 60 2>/dev/null
	done
	is_tracked
}

@test "conntrack=purge: the guest's connections are forgotten, and no others" {
	tracking
	talks guest1 lan 192.168.1.1 192.168.1.21
	talks lan guest1 192.168.1.21 192.168.1.1
	talks guest2 lan 192.168.1.1 192.168.1.22
	talks guest1 lan 2001:db8:1::1 2001:db8:1::21
	talks guest2 lan 2001:db8:1::1 2001:db8:1::22
	is_tracked
	offline 1 0 conntrack=purge
	is_forgotten
	# online forgets an earlier guest's, but not its own later.
	track
	online 1 0 conntrack=purge
	is_forgotten
	track
	online 1 0 conntrack=purge
	is_tracked
	# Also when the interface is gone.
	ip -n guest1 link del g1.0
	offline 1 0
	is_tracked
	offline 1 0 conntrack=purge
	is_forgotten
	# All of a prefix, and nothing beside it.
	track
	xenstore-write "$BACKEND/1/0/ip" "192.168.1.20/31 2001:db8:1::20/127"
	offline 1 0 conntrack=purge
	is_forgotten
	xenstore-write "$BACKEND/2/0/ip" "192.168.1.16/29 2001:db8:1::/64"
	offline 2 0 conntrack=purge
	is "$(connections -p tcp)" 0
	is "$(connections -p tcp -f ipv6)" 0
}

@test "error: neigh= and conntrack= that make no sense; conntrack=purge where nothing is tracked" {
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21 mac -
	online_fails 1 0 neigh=permanent
	is_reported 1 0 "neigh=permanent, but the guest's MAC address (mac) is not known"
	online_fails 1 0 neigh=perm
	is_reported 1 0 "neigh='perm' is neither permanent nor learned"
	online_fails 1 0 conntrack=1
	is_reported 1 0 "conntrack='1' is neither purge nor keep"
	is_bare vif1.0
	online 1 0 conntrack=purge
	offline 1 0 conntrack=purge
}

# --- taps ------------------------------------------------------------------------------------

@test "a tap comes before its vif, and says nothing to netback" {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21" type vif_ioemu vifname web
	lab_tap 1 0
	online 1 0
	xenstore-write "$BACKEND/1/0/hotplug-status" ""
	add 1 0
	is "$(back 1 0 hotplug-status)" ""
	is_routed web-emu "192.168.1.21 src 192.168.1.20 metric 1" "2001:db8:1::21 metric 1"
	is_routed web "192.168.1.21 src 192.168.1.20 metric 2" "2001:db8:1::21 metric 2"
	has "$(ip route get 192.168.1.21)" "dev web-emu"
	remove 1 0
	is_bare web-emu
	has "$(ip route get 192.168.1.21)" "dev web "
	offline 1 0
	is_bare web
	is "$(proxies)" ""
}

# --- offline ---------------------------------------------------------------------------------

both() {
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21"
	lab_vif 2 0 ip "192.168.1.22 2001:db8:1::22"
	online 1 0
	online 2 0
}

@test "offline takes away what online brought, and nothing of another guest" {
	both
	offline 1 0
	is_bare vif1.0
	is "$(proxies)" "2001:db8:1::22 eth0"
	is_routed vif2.0 "192.168.1.22 src 192.168.1.20 metric 2" "2001:db8:1::22 metric 2"
	is "$(prefixes eth0 | head -1)" 192.168.1.20/24
	untouched offline 1 0
}

@test "offline when interface, gateway, nodes or all is gone" {
	both
	for d in 3 4; do
		lab_vif $d 0 ip "192.168.1.2$d 2001:db8:1::2$d"
		online $d 0
	done
	ip link del g1.0
	offline 1 0
	is "$OUT$ERR" ""
	is "$(proxies | sort)" "$(printf '2001:db8:1::2%d eth0\n' 2 3 4)"
	ip addr flush dev eth0
	offline 2 0
	is_bare vif2.0
	is "$(proxies | sort)" "$(printf '2001:db8:1::2%d eth0\n' 3 4)"
	is "$OUT$ERR" ""
	xenstore-rm "$BACKEND/3/0"
	offline 3 0
	is_bare vif3.0
	is "$OUT$ERR" ""
	ip link del eth0
	offline 4 0
	is_bare vif4.0
	is "$OUT$ERR" ""
	lab_unplug 4 0
	offline 4 0
	is "$OUT$ERR" ""
}

@test "offline of what never came online, for its ip= makes no sense" {
	host 192.168.1.20/24
	lab_vif 1 0 ip "192.168.1.21 nonsense 10.0.0.1/8"
	online_fails 1 0
	xenstore-rm "$BACKEND/1/0/hotplug-error"
	untouched offline 1 0
}

@test "offline does not touch another guest's link of the name" {
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21 vifname web
	lab_vif 2 0 ip 192.168.1.22 vifname web
	online 1 0
	ip link set vif2.0 down
	ip link del g2.0
	offline 2 0
	is_routed web "192.168.1.21 src 192.168.1.20 metric 2"
}

# --- errors ----------------------------------------------------------------------------------

@test "error: the gateway has no address, or is not there" {
	host 192.168.1.20/24
	ip addr flush dev eth0
	lab_vif 1 0 ip 192.168.1.21
	before=$(links)
	online_fails 1 0
	is_reported 1 0 "eth0 is not up.  Bring it up or specify another interface with netdev=<if> as a parameter to $PROGRAM."
	is "$(links)" "$before"
	# None at all, and neither a default route nor eth0.
	for device in dsl0 ""; do
		xenstore-write "$BACKEND/1/0/gatewaydev" "$device"
		online_fails 1 0
		is_reported 1 0 "${device:-eth0} is not up.  Bring it up or specify another interface with netdev=<if> as a parameter to $PROGRAM."
		[ ! "$device" ] || ip link del eth0
	done
	is_bare vif1.0
}

@test "error: another guest has the address" {
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21
	lab_vif 2 0 ip "10.0.0.1 192.168.1.21"
	online 1 0
	before=$(links; routes vif1.0)
	online_fails 2 0
	is_reported 2 0 "ip route add 192.168.1.21 dev vif2.0 src 192.168.1.20 metric 2: File exists"
	is "$(links; routes vif1.0)" "$before"
	is_bare vif2.0
}

@test "error: entries that cannot be routed" {
	host 192.168.1.20/24
	lab_vif 1 0
	for ip in 10.0.0.5/24 2001:db8::5/64; do
		xenstore-write "$BACKEND/1/0/ip" $ip
		online_fails 1 0
		is_reported 1 0 "ip: $ip is no prefix that can be routed: it has bits set behind its length"
	done
	xenstore-rm "$BACKEND/1/0/ip"
	for gateway in 10.0.0.1 fe80::/64 x; do
		online_fails 1 0 gateway6=$gateway
		has "$ERR" gateway6
	done
	online_fails 1 0 netdev=a/b
	has "$ERR" netdev
	is_bare vif1.0
}

@test "a failing hook: all is as before, but for what another guest may need" {
	empty_forward
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21 10.1.0.0/16"
	hook 1.hook <<<'[ $command = offline ]'
	state() { everything | grep -v -e hotplug- -e eth0/proxy_ndp; }
	before=$(state)
	online_fails 1 0
	is "$(state)" "$before"
}

@test "vlan= is for bridges: that is said" {
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21 vlan 10
	online 1 0
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2"
	has "$ERR" "vlan is set, and of no use: vif1.0 is routed"
}

@test "by hand, without xenstore" {
	host 192.168.1.20/24
	lab_vif 1 0
	kill "$(pidof xenstored)"
	by_hand vif=vif1.0 ip=192.168.1.21 -- online
	is "$STATUS" 0
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2"
	by_hand vif=vif1.0 -- offline
	is "$STATUS" 0
	is_bare vif1.0
}
