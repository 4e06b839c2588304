#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The accept rules of each vif in FORWARD, in both of the kernel's firewalls, as the host's own
# iptables lists them.

load helper

FIREWALLS="nft legacy"

# All tables and their rules with the rules' counters.
saved() {
	iptables-save -c | sed '/^#/d; /^:/s/ \[.*//'
	ip6tables-save -c | sed '/^#/d; /^:/s/ \[.*//'
}

# What tells whether a rule has been written anew: handles, or, where there are none, counters.
details() {
	iptables -w -L FORWARD -v -x -n --line-numbers
	ip6tables -w -L FORWARD -v -x -n --line-numbers
	[ "$LAB_FW" = legacy ] || nft -a list ruleset 2>/dev/null
}

ips() { # D N LIST: the guest's configuration says otherwise now
	xenstore-write "$BACKEND/$1/$2/ip" "$3"
}

# The words of the original script (Xen 4.10 and later), and how often it says them.
script_rules() { # -I|-D DEVICE [ADDRESS...]
	local what=$1 dev=$2 words=(-m physdev --physdev-is-bridged)
	script_pair() {
		iptables -w "$what" FORWARD "${words[@]}" --physdev-in "$dev" "$@" -j ACCEPT
		iptables -w "$what" FORWARD "${words[@]}" --physdev-out "$dev" -j ACCEPT
	}
	shift 2
	if [ $# = 0 ]; then
		script_pair
		return
	fi
	for address; do
		script_pair -s "$address"
	done
	script_pair -p udp --sport 68 --dport 67
}

# --- which rules -----------------------------------------------------------------------------

@test "without ip= all passes, of IPv4" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	is "$(forward)" "$(rules4 vif1.0)"
	is "$(forward ip6tables)" ""
	is "$ERR" ""
}

@test "with an address: that, and asking for one" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1
	online 1 0
	is "$(forward)" "$(rules4 vif1.0 10.0.0.1/32)"
	is "$(forward ip6tables)" ""
}

@test "addresses of both families go where they belong, with the MAC's link-local one" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1 10.0.0.2 fd00::1:2"
	online 1 0
	is "$(forward)" "$(rules4 vif1.0 10.0.0.1/32 10.0.0.2/32)"
	is "$(forward ip6tables)" "$(rules6 vif1.0 2001:db8::1/128 fd00::1:2/128 \
		fe80::216:3eff:fe00:100/128)"
	is "$ERR" ""
}

@test "IPv6 addresses alone: no IPv4" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 2001:db8::1
	online 1 0
	is "$(forward)" ""
	is "$(forward ip6tables)" "$(rules6 vif1.0 2001:db8::1/128 fe80::216:3eff:fe00:100/128)"
}

@test "prefixes of any length, their host bits cleared" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.1.2.17/28 10.2.3.4/23 10.3.3.3/8 10.4.0.1/32 172.16.1.1/17 192.0.0.0/1
		2001:db8:1::1/64 2001:db8:2:ffff::/49 2001:db8:3::3/128 2001:db8::4/127 8000::/1"
	online 1 0
	is "$(forward)" "$(rules4 vif1.0 10.1.2.16/28 10.2.2.0/23 10.0.0.0/8 10.4.0.1/32 \
		172.16.0.0/17 128.0.0.0/1)"
	is "$(forward ip6tables)" "$(rules6 vif1.0 2001:db8:1::/64 2001:db8:2:8000::/49 \
		2001:db8:3::3/128 2001:db8::4/127 8000::/1 fe80::216:3eff:fe00:100/128)"
}

@test "what is listed twice is allowed once" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.0.0.1/32 10.0.0.17/28 10.0.0.18/28 10.0.0.1
		fe80::216:3eff:fe00:100 2001:db8::1/64 2001:db8::2/64"
	online 1 0
	is "$(forward)" "$(rules4 vif1.0 10.0.0.1/32 10.0.0.16/28)"
	is "$(forward ip6tables)" "$(rules6 vif1.0 fe80::216:3eff:fe00:100/128 2001:db8::/64)"
}

@test "as many addresses as there may be" {
	lab_bridge xenbr0
	list=$(echo 10.9.{0..31}.1 2001:db8:{0..31}::1)
	lab_vif 1 0 ip "$list"
	online 1 0
	lines "$(forward)" 34
	lines "$(forward ip6tables)" 35
	is "$(forward | sed -n '3p;34p')" "$(from vif1.0 10.9.31.1/32)
$(from vif1.0 10.9.0.1/32)"
	offline 1 0
	is "$(forward)$(forward ip6tables)" ""
}

@test "the other firewall gets none, and is not even loaded" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	online 1 0
	lines "$(forward)" 3
	case $LAB_FW in
	nft) is "$(cat /proc/net/ip_tables_names /proc/net/ip6_tables_names)" "" ;;
	legacy) is "$(nft list ruleset)" "" ;;
	esac
	offline 1 0
	case $LAB_FW in
	nft) is "$(cat /proc/net/ip_tables_names /proc/net/ip6_tables_names)" "" ;;
	legacy) is "$(nft list ruleset)" "" ;;
	esac
}

@test "a tap has rules beside its vif's, and remove takes those alone" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1" type vif_ioemu
	lab_tap 1 0
	online 1 0
	add 1 0
	is "$(forward)" "$(rules4 vif1.0-emu 10.0.0.1/32; rules4 vif1.0 10.0.0.1/32)"
	lines "$(forward ip6tables)" 8
	remove 1 0
	is "$(forward)" "$(rules4 vif1.0 10.0.0.1/32)"
	is "$(forward ip6tables)" "$(rules6 vif1.0 2001:db8::1/128 fe80::216:3eff:fe00:100/128)"
	add 1 0
	offline 1 0
	is "$(forward)" "$(rules4 vif1.0-emu 10.0.0.1/32)"
}

@test "vifname: the rules bear the new name, and go when the device is gone, too" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1" vifname web
	lab_vif 2 0 ip 10.0.0.2 vifname webserver
	online 1 0
	online 2 0
	is "$(forward)" "$(rules4 webserver 10.0.0.2/32; rules4 web 10.0.0.1/32)"
	ip link del g1.0
	offline 1 0
	is "$(forward)" "$(rules4 webserver 10.0.0.2/32)"
	is "$(forward ip6tables)" ""
	offline 2 0
	is "$(forward)" ""
}

@test "a name of 15 bytes, and one that a shell would take apart" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname abcdefghijklmno
	lab_vif 2 0 ip 10.0.0.2 vifname 'a;b$c&'
	online 1 0
	online 2 0
	is "$(forward)" "$(rules4 'a;b$c&' 10.0.0.2/32; rules4 abcdefghijklmno)"
	offline 2 0
	is "$(forward)" "$(rules4 abcdefghijklmno)"
	offline 1 0
	is "$(forward)" ""
}

@test "names that begin alike are not mixed up" {
	lab_bridge xenbr0
	for vif in "1 0" "1 1" "11 0" "1 10"; do
		lab_vif $vif
		online $vif
	done
	offline 1 1
	offline 11 0
	is "$(forward)" "$(rules4 vif1.10; rules4 vif1.0)"
	offline 1 0
	is "$(forward)" "$(rules4 vif1.10)"
}

# --- online again, and offline ---------------------------------------------------------------

@test "a second online does not touch them" {
	lab_bridge xenbr0
	lan
	lab_vif 1 0 ip "10.0.0.1 10.1.0.0/20 10.1.0.0/16 2001:db8::1 2001:db8:1::/61"
	lab_vif 2 0
	guest 1
	echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
	online 1 0
	online 2 0
	reaches guest1 10.0.0.254
	# That something has been counted, too.
	iptables -L FORWARD -v -x -n | grep -q '^ *[1-9].*10\.0\.0\.1 '
	# And that nothing more is.
	echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables
	echo 0 >/proc/sys/net/bridge/bridge-nf-call-ip6tables
	details >/run/details
	online 1 0
	online 2 0
	details | diff /run/details - >&2
}

@test "another ip=, then online: the new ones, and none but those" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.0.0.2 2001:db8::1"
	online 1 0
	ips 1 0 "10.0.0.2 10.0.0.3"
	online 1 0
	is "$(forward)" "$(rules4 vif1.0 10.0.0.2/32 10.0.0.3/32)"
	is "$(forward ip6tables)" ""
	ips 1 0 2001:db8::2
	online 1 0
	is "$(forward)" ""
	is "$(forward ip6tables)" "$(rules6 vif1.0 2001:db8::2/128 fe80::216:3eff:fe00:100/128)"
	xenstore-rm "$BACKEND/1/0/ip"
	online 1 0
	is "$(forward)" "$(rules4 vif1.0)"
	is "$(forward ip6tables)" ""
}

@test "another ip=, then offline: none are left" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	online 1 0
	ips 1 0 10.0.0.9
	offline 1 0
	is "$(forward)$(forward ip6tables)" ""
	online 1 0
	xenstore-rm "$BACKEND/1/0/ip"
	offline 1 0
	is "$(forward)$(forward ip6tables)" ""
}

@test "offline takes them away when nodes, device and bridge are gone" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	online 1 0
	lab_unplug 1 0
	ip link del xenbr0
	offline 1 0
	is "$(forward)$(forward ip6tables)" ""
	is "$ERR" ""
}

@test "a rule taken away or doubled by hand is put right by the next online" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	online 1 0
	iptables -D FORWARD 2
	ip6tables -A FORWARD -m physdev --physdev-is-bridged --physdev-out vif1.0 -j ACCEPT
	online 1 0
	is "$(forward)" "$(rules4 vif1.0 10.0.0.1/32)"
	is "$(forward ip6tables)" "$(rules6 vif1.0 2001:db8::1/128 fe80::216:3eff:fe00:100/128)"
}

# --- the script's, and an admin's ------------------------------------------------------------

@test "iptables -D with the words that are listed takes each away" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.1.2.0/23 10.3.0.0/16 2001:db8::1 2001:db8:1::/61 2001:db8:2::/48"
	lab_vif 2 0
	online 1 0
	online 2 0
	for tool in iptables ip6tables; do
		"$tool" -S FORWARD | sed -n 's/^-A/-D/p' >/run/deletions
		while read -r words; do
			"$tool" $words
		done </run/deletions
		is "$(forward "$tool")" ""
	done
}

@test "the original script's words take them away" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.0.0.2"
	lab_vif 2 0
	online 1 0
	online 2 0
	# It is as the script is: what it had doubled is not there a second time.
	trap - ERR
	set +e
	script_rules -D vif1.0 10.0.0.1 10.0.0.2 2>/dev/null
	script_rules -D vif2.0
	set -e
	is "$(forward)" "" || exit 1
}

@test "the script's rules become ours, and go at offline: Xen's way of changing over" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.0.0.2"
	lab_vif 2 0
	script_rules -I vif1.0 10.0.0.1 10.0.0.2
	script_rules -I vif2.0
	lines "$(forward)" 8
	online 1 0
	is "$(forward)" "$(rules4 vif1.0 10.0.0.1/32 10.0.0.2/32; to vif2.0; from vif2.0)"
	offline 2 0
	is "$(forward)" "$(rules4 vif1.0 10.0.0.1/32 10.0.0.2/32)"
	script_rules -I vif1.0 10.0.0.1 10.0.0.9
	offline 1 0
	is "$(forward)" ""
}

@test "older scripts' rules, too, in any order" {
	lab_bridge xenbr0
	lab_vif 1 0
	iptables -A FORWARD -m physdev --physdev-in vif1.0 -s 10.0.0.1 -j ACCEPT
	iptables -A FORWARD -m physdev --physdev-in vif1.0 -p udp --sport 68 --dport 67 -j ACCEPT
	iptables -I FORWARD -m physdev --physdev-out vif1.0 -m conntrack \
		--ctstate RELATED,ESTABLISHED -j ACCEPT
	iptables -A FORWARD -i vif1.0 -s 10.0.0.1 -j ACCEPT
	iptables -I FORWARD -o vif1.0 -d 10.0.0.1 -j ACCEPT
	ip6tables -A FORWARD -i vif1.0 -j ACCEPT
	online 1 0
	is "$(forward)" "$(rules4 vif1.0)"
	is "$(forward ip6tables)" ""
	iptables -A FORWARD -m physdev --physdev-in vif1.0 -p udp --sport 68 --dport 67 -j ACCEPT
	iptables -A FORWARD -i vif1.0 -s 10.0.0.1 -j ACCEPT
	ip6tables -A FORWARD -i vif1.0 -j ACCEPT
	offline 1 0
	is "$(forward)$(forward ip6tables)" ""
}

# Rules of all sorts, none of them a vif's accept rule.
admins_rules() {
	for tool in iptables ip6tables; do
		"$tool" -N own
		"$tool" -A own -i vif1.0 -j ACCEPT
		"$tool" -A FORWARD -c 5 500 -m physdev --physdev-is-bridged --physdev-in vif1.0 -j DROP
		"$tool" -A FORWARD -o vif1.0 -p tcp -m tcp --dport 25 -j DROP
		"$tool" -A FORWARD -m physdev --physdev-is-bridged --physdev-out vif1.0 -j own
		"$tool" -A FORWARD -i vif1.0 -j own
		"$tool" -A FORWARD -m physdev --physdev-in vif1.0 -m limit --limit 1/sec -j LOG
		"$tool" -A FORWARD -c 6 600 -m comment --comment "vif1.0 is the admin's" -j ACCEPT
		"$tool" -A FORWARD -m physdev --physdev-is-bridged --physdev-in vif1.00 -j ACCEPT
		"$tool" -A FORWARD -m physdev --physdev-is-bridged --physdev-in vif1.+ -j ACCEPT
		"$tool" -A FORWARD -m physdev ! --physdev-in vif1.0 -j ACCEPT
		"$tool" -A FORWARD ! -i vif1.0 -o vif1.1 -j ACCEPT
		"$tool" -A FORWARD -i vif+ -p tcp -m multiport --dports 80,443 -j ACCEPT
		"$tool" -A FORWARD -i eth0 -m physdev ! --physdev-out vif1.0 -j ACCEPT
		"$tool" -A FORWARD -m mark --mark 7 -j RETURN
		"$tool" -A INPUT -i vif1.0 -j ACCEPT
		"$tool" -t mangle -A FORWARD -i vif1.0 -j ACCEPT
		"$tool" -P FORWARD DROP
	done
	iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
}

@test "an admin's rules stay byte for byte and in order, with their counters" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	admins_rules
	saved >/run/before
	online 1 0
	is "$(forward | sed -n 1,3p)" "$(rules4 vif1.0 10.0.0.1/32)"
	is "$(forward ip6tables | sed -n 1,4p)" "$(rules6 vif1.0 2001:db8::1/128 \
		fe80::216:3eff:fe00:100/128)"
	saved | sed '/-A FORWARD .*--physdev-is-bridged -j ACCEPT$/{/vif1\.0 /d};
		/-A FORWARD .*--physdev-in vif1\.0 .*--[sd]port .*-j ACCEPT$/d' | diff /run/before - >&2
	ips 1 0 "10.0.0.2 2001:db8::2"
	online 1 0
	offline 1 0
	saved | diff /run/before - >&2
	lines "$(forward)" 13
}

@test "other vifs' rules stay where they are" {
	lab_bridge xenbr0
	for d in 1 2 3; do
		lab_vif $d 0 ip "10.0.0.$d"
		online $d 0
	done
	ips 2 0 10.0.0.22
	online 2 0
	is "$(forward)" "$(rules4 vif2.0 10.0.0.22/32; rules4 vif3.0 10.0.0.3/32; \
		rules4 vif1.0 10.0.0.1/32)"
}

@test "user-defined chains of the same names in other tables are not ours" {
	lab_bridge xenbr0
	lab_vif 1 0
	iptables -t mangle -A FORWARD -m physdev --physdev-in vif1.0 -j ACCEPT
	iptables -t mangle -A PREROUTING -i vif1.0 -j ACCEPT
	online 1 0
	offline 1 0
	is "$(iptables -t mangle -S | grep -c vif1.0)" 2
}

# --- frames ----------------------------------------------------------------------------------

# A host that filters what it bridges, and lets nothing pass; a LAN and guest 1. All know each
# other's MAC.
strict_host() { # KEY VALUE...
	echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
	echo 1 >/proc/sys/net/bridge/bridge-nf-call-ip6tables
	iptables -P FORWARD DROP
	ip6tables -P FORWARD DROP
	lab_bridge xenbr0
	lab_vif 1 0 "$@"
	lan
	address lan far-xenbr0 254 00:16:3e:00:01:00 1 99
	guest 1
	address guest1 g1.0 1 00:03:00:00:00:01 254
	address guest1 g1.0 99 00:03:00:00:00:01
}

# 10.0.0.LAST and 2001:db8::LAST; the NEIGHBOURs, so ending, too, have MAC.
address() { # NETNS DEVICE LAST MAC NEIGHBOUR...
	local netns=$1 dev=$2 last=$3 mac=$4
	ip -n "$netns" addr replace "10.0.0.$last/24" dev "$dev"
	ip -n "$netns" addr add "2001:db8::$last/64" dev "$dev" nodad
	shift 4
	for last; do
		ip -n "$netns" neigh add "10.0.0.$last" lladdr "$mac" dev "$dev"
		ip -n "$netns" neigh add "2001:db8::$last" lladdr "$mac" dev "$dev"
	done
}

passes() { # NETNS SOURCE TARGET
	ip netns exec "$1" ping -q -n -i 0.1 -c 1 -w 5 -I "$2" "$3" >/dev/null ||
		complain "$2 in $1 cannot reach $3"
}

is_dropped() { # NETNS SOURCE TARGET
	refute ip netns exec "$1" ping -q -n -i 0.05 -c 2 -W 0.2 -I "$2" "$3" >/dev/null
}

# UDP from the guest; counted where it arrives.
send_udp() { # SOURCE PORT PORT
	ip netns exec guest1 perl -MIO::Socket::INET -e 'IO::Socket::INET->new(Proto => "udp",
		LocalAddr => $ARGV[0], LocalPort => $ARGV[1], PeerAddr => "10.0.0.254",
		PeerPort => $ARGV[2])->send("hello") or die' "$@"
}

count_udp() { # PORT
	ip netns exec lan nft -f - <<-END
		table ip count {
			chain in { type filter hook prerouting priority 0; udp dport $1 counter; }
		}
	END
}

counted() {
	ip netns exec lan nft -j list chain ip count in |
		jq '.nftables[].rule.expr[1].counter.packets // empty'
}

@test "frames pass a FORWARD that drops, and stop at offline" {
	strict_host
	ip link set vif1.0 master xenbr0 up
	is_dropped guest1 10.0.0.1 10.0.0.254
	online 1 0
	passes guest1 10.0.0.1 10.0.0.254
	passes guest1 10.0.0.99 10.0.0.254
	passes lan 10.0.0.254 10.0.0.1
	# IPv6 was not asked for.
	is_dropped guest1 2001:db8::1 2001:db8::254
	offline 1 0
	ip link set vif1.0 master xenbr0 up
	is_dropped guest1 10.0.0.1 10.0.0.254
}

@test "with ip= only its frames do" {
	strict_host ip "10.0.0.1 2001:db8::1"
	online 1 0
	passes guest1 10.0.0.1 10.0.0.254
	is_dropped guest1 10.0.0.99 10.0.0.254
	passes guest1 2001:db8::1 2001:db8::254
	is_dropped guest1 2001:db8::99 2001:db8::254
}

@test "with a prefix, what is in it" {
	strict_host ip "10.0.0.99/27 2001:db8::90/123"
	online 1 0
	is_dropped guest1 10.0.0.1 10.0.0.254
	passes guest1 10.0.0.99 10.0.0.254
	is_dropped guest1 2001:db8::1 2001:db8::254
	passes guest1 2001:db8::99 2001:db8::254
}

@test "asking for an address passes from any, and nothing else by those ports" {
	strict_host ip 10.0.0.1
	online 1 0
	count_udp 67
	send_udp 10.0.0.99 69 67
	send_udp 10.0.0.99 68 67
	for tries in {1..100}; do
		[ "$(counted)" = 0 ] || break
		sleep 0.01
	done
	is "$(counted)" 1
}

@test "a tap's frames pass, too" {
	strict_host ip 10.0.0.1 type vif_ioemu
	ip link add vif1.0-emu type veth peer name model address 00:16:3e:00:01:00
	ip netns add model
	ip link set model netns model up
	address model model 1 00:03:00:00:00:01 254
	address model model 99 00:03:00:00:00:01
	ip link set vif1.0-emu master xenbr0 up
	is_dropped model 10.0.0.1 10.0.0.254
	add 1 0
	passes model 10.0.0.1 10.0.0.254
	is_dropped model 10.0.0.99 10.0.0.254
}
