# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of network-bridge share, beside helper.bash.
#
#   the host, one netns per test                       netns lan
#   eth0 (192.168.0.3/26, 2001:db8::3/64) ------------ wire (…1)
#   eth1 (192.168.1.3/24, 2001:db8:1::3/64) ---------- wire (…1)    netns lan1, for some
#
# bridge ARG...    runs network-bridge; after it STATUS, OUT and ERR as in helper.bash
# state            all that it may change, for diff

# A leak check needs ptrace, which strace has.
traced() { # ARG...
	ASAN_OPTIONS=$ASAN_OPTIONS_TRACED strace -qq "$@"
}

# A LAN behind NAME, with the router and its addresses.
wire() { # NAME MAC NETNS ADDRESS...
	local name=$1 mac=$2 lan=$3 address
	shift 3
	ip netns add "$lan"
	ip link add name "$name" address "$mac" type veth peer name wire netns "$lan"
	for address; do
		ip -n "$lan" addr add "$address" dev wire $([[ $address != *:* ]] || echo nodad)
	done
	ip netns exec "$lan" sysctl -qw net.ipv6.conf.wire.accept_dad=0
	ip -n "$lan" link set wire up
	ip link set "$name" up
}

# The host of golden/netbr-dance.txt, and IPv6.
host() { # [NAME]
	local name=${1:-eth0}
	sysctl -qw net.ipv6.conf.default.accept_dad=0
	wire "$name" 00:50:8b:dc:f7:2b lan 192.168.0.1/26 2001:db8::1/64
	ip addr add 192.168.0.3/26 brd + dev "$name"
	ip addr add 2001:db8::3/64 dev "$name"
	ip route add default via 192.168.0.1
	ip -6 route add default via 2001:db8::1
	use network-bridge
}

# A second device, and on the first one all that can be on it.
rich_host() {
	host
	ip link set eth0 txqueuelen 777 mtu 1400
	wire eth1 00:50:8b:dc:f7:3b lan1 192.168.1.1/24 2001:db8:1::1/64
	ip -batch - <<-END
		addr add 192.168.1.3/24 brd + dev eth1
		addr add 192.168.0.40/26 dev eth1
		addr add 2001:db8:1::3/64 dev eth1
		addr add 192.168.0.4/26 brd 192.168.0.62 dev eth0 label eth0:1
		addr add 10.7.7.7 peer 10.7.7.8/32 dev eth0 scope site metric 55
		addr add 172.16.0.9/16 dev eth0 valid_lft 5000 preferred_lft 4000 noprefixroute
		addr add 2001:db8::4/64 dev eth0 valid_lft 6000 preferred_lft 3000
		addr add 2001:db8::5/128 dev eth0 noprefixroute nodad
		addr add fd00::5 peer fd00::6/128 dev eth0
		addr add fd00:1::5/64 dev eth0
		route del fd00:1::/64 dev eth0
		route add default proto static metric 9 nexthop via 192.168.0.1 weight 3 dev eth0 nexthop via 192.168.1.1 dev eth1
		route add default via 192.168.0.1 metric 50 mtu 1300 src 192.168.0.4
		route append default via 192.168.1.1 metric 50 dev eth1
		route append 10.20.0.0/16 via 192.168.1.1 dev eth1
		route append 10.20.0.0/16 via 192.168.0.1 dev eth0
		route add 203.0.113.0/24 via 10.9.9.9 dev eth0 onlink table 100 proto bird
		route add 198.51.100.0/24 dev eth0 scope link table 100 advmss 1000 initcwnd 20
		route add default via 192.168.0.1 dev eth0 table 200
		route add 10.66.0.0/24 via 172.16.5.5 dev eth0 onlink
		route add 172.16.0.0/16 dev eth0 scope link
		route add 10.67.0.0/24 via 172.16.5.6 dev eth0 tos 0x10
		route add 10.68.0.0/24 dev eth1 src 192.168.0.3
		route add 10.70.0.0/24 via inet6 fe80::1 dev eth0
		nexthop add id 10 via 192.168.0.1 dev eth0
		nexthop add id 11 via 192.168.1.1 dev eth1
		nexthop add id 12 group 10/11
		route add 10.80.0.0/16 nhid 10
		route add 10.81.0.0/16 nhid 12
		rule add iif eth0 lookup 100 priority 1000
		rule add from 192.168.0.4 oif eth0 lookup 200 priority 1001
		neigh add 192.168.0.57 lladdr 02:00:00:00:00:77 dev eth0 nud permanent
		neigh add 2001:db8::77 lladdr 02:00:00:00:00:78 dev eth0 nud permanent router
		neigh add proxy 192.168.0.58 dev eth0
		neigh add proxy 2001:db8::88 dev eth0
	END
	# Without DAD, too, the kernel takes a moment to see that an address may be a source.
	while [ "$(ip -6 addr show dev eth0 tentative)" ]; do sleep 0.01; done
	ip -6 -batch - <<-END
		route add default via 2001:db8::1 metric 30
		route add 2001:db8:aaaa::/48 via 2001:db8::1 src 2001:db8::4 table 100
		route add 2001:db8:bbbb::/48 dev eth0 mtu 1290 expires 3000
		route add 2001:db8:cccc::/48 nexthop via 2001:db8::1 dev eth0 nexthop via 2001:db8:1::1 dev eth1 weight 2
		route add 2001:db8:dddd::/48 via fe80::1 dev eth0 pref high
		nexthop add id 20 via 2001:db8::1 dev eth0
		route add 2001:db8:eeee::/48 nhid 20
		rule add iif eth0 fwmark 7/15 lookup 100
	END
	sysctl -qw net/ipv4/conf/eth0/forwarding=1 net/ipv4/conf/eth0/rp_filter=2 \
		net/ipv4/conf/eth0/proxy_arp=1 net/ipv6/conf/eth0/accept_ra=2 \
		net/ipv6/conf/eth0/hop_limit=99 net/ipv4/neigh/eth0/ucast_solicit=7
}

bridge_() { # ARG...: the program
	PROGRAM=$SCRIPTS/network-bridge
	run_it "$PROGRAM" "$@"
}

starts() {
	succeeds bridge_ start "$@"
}

stops() {
	succeeds bridge_ stop "$@"
}

# ---- what the kernel says ---------------------------------------------------------------------

# Attribute for attribute; [OLD=NEW] calls a device by another name.
inventory() {
	python3 "$TESTS/inventory.py" --set "$@"
}

# Of a device, under the name X: every setting, and the link's own attributes.
settings_of() { # NAME
	# Not all of them can be read.
	(cd /proc/sys/net && { grep -s . ipv[46]/{conf,neigh}/"$1"/* || true; } |
		sed "s,/$1/,/X/,")
	ip -j -d link show dev "$1" | jq -c '.[0] | [.address, .mtu, .txqlen,
		(.flags - ["LOWER_UP"]), .inet6_addr_gen_mode, .master // "-"]'
}

links_there() {
	ip -j link show | jq -r '[.[].ifname] | sort | join(" ")'
}

journals() {
	[ ! -d /run/xen-hotplug ] || find /run/xen-hotplug -name 'network-bridge.*' -printf '%f '
}

# Of all devices, as quickly as can be; what is in memory of the journal's is not the kernel's.
state() {
	{
		echo @link
		ip -o -d link show
		echo @addr
		ip -o addr show
		echo @route4
		ip -4 route show table all
		echo @route6
		ip -6 route show table all | sed 's/ expires [0-9]*sec//'
		echo @rule
		ip rule show
		ip -6 rule show
		ip neigh show nud permanent
		ip neigh show proxy
		echo @sysctl
		(cd /proc/sys && { grep -s . net/ipv[46]/conf/*/* net/ipv4/neigh/*/ucast_solicit ||
			true; })
		echo @journal
		journals
	} | LC_ALL=C awk -f "$LAB_DIR/state.awk"
}

# helper.bash's, without what does not concern it.
everything() {
	state
}

lan_reaches_host() {
	local lan=${1:-lan}
	ip netns exec "$lan" ping -q -n -i 0.1 -c 1 -w 3 192.168.0.3 >/dev/null ||
		complain "no IPv4 between LAN and host"
	ip netns exec "$lan" ping -q -n -i 0.1 -c 1 -w 3 2001:db8::3 >/dev/null ||
		complain "no IPv6 between LAN and host"
}
