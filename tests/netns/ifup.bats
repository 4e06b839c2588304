#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vif-route-ifup: the host's own configuration applies to the interface, here by Debian's ifupdown;
# then what is missing for routing is added.

load helper
load routed

# One that only says how it was called, as another distribution's.
other_ifup() { # stdin: what it runs besides
	local name body
	body=$(cat)
	use vif-route-ifup vif-route
	mkdir /run/ifup
	for name in ifup ifdown; do
		printf '#!/bin/sh\necho "${0##*/} $*" >>/run/calls\n%s\n' "$body" >/run/ifup/$name
		chmod +x /run/ifup/$name
	done
	: >/run/calls
	mount -t overlay -o lowerdir=/run/ifup:/usr/sbin lab /usr/sbin
}

calls() {
	paste -sd, /run/calls
}

records() {
	cat /run/network/ifstate
}

alice() {
	cat <<-END
		iface vifalice.0 inet static
			address 192.168.1.20/32
			up ip route add 192.168.1.21 dev vifalice.0
	END
}

dolly() {
	cat <<-END
		iface vifdolly.0 inet static
			address 192.168.1.20/32
			up ip route add 192.168.100.1 dev vifdolly.0
	END
}

# --- SLES's manual: host-based routing, and a masqueraded guest -------------------------------
#
# There, each guest's interface has a name of its own and a configuration for when it comes: the
# host's address, 192.168.1.20, and a static route to the guest. alice is 192.168.1.21, in the
# host's own net; the host answers for her. dolly is 192.168.100.1, and hides behind the host.

sles() {
	host 192.168.1.20/24
	lan 192.168.1.1/24
	ifupdown < <(alice && dolly)
}

@test "alice: routed by the host, in the host's own net" {
	sles
	lab_vif 1 0 vifname vifalice.0
	guest 1 192.168.1.21/32 -- 192.168.1.20
	online 1 0
	is_connected 1 0
	is "$OUT$ERR" ""
	is "$(prefixes vifalice.0 | head -1)" 192.168.1.20/32
	is_routed vifalice.0 192.168.1.21
	is "$(records)" vifalice.0=vifalice.0
	reaches guest1 192.168.1.1
	talks guest1 lan 192.168.1.1 192.168.1.21
	talks lan guest1 192.168.1.21 192.168.1.1
	offline 1 0
	is_bare vifalice.0
	is "$(records)" ""
	is_cut_off lan 192.168.1.21
}

@test "dolly: masqueraded" {
	sles
	iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
	lab_vif 2 0 vifname vifdolly.0
	guest 2 192.168.100.1/32 -- 192.168.1.20
	online 2 0
	is_connected 2 0
	is_routed vifdolly.0 192.168.100.1
	talks guest2 lan 192.168.1.1 192.168.1.20
	refute ip netns exec lan ping -q -n -c 1 -W 0.5 192.168.100.1 2>/dev/null
	offline 2 0
	is_bare vifdolly.0
}

@test "alice and dolly, stopped and started again, as xl does it" {
	sles
	iptables -t nat -A POSTROUTING -o eth0 -s 192.168.100.0/24 -j MASQUERADE
	for d in 1 3; do
		lab_vif $d 0 vifname vifalice.0
		lab_vif $((d + 1)) 0 vifname vifdolly.0
		guest $d 192.168.1.21/32 -- 192.168.1.20
		guest $((d + 1)) 192.168.100.1/32 -- 192.168.1.20
		online $d 0
		online $((d + 1)) 0
		talks guest$d guest$((d + 1)) 192.168.100.1 192.168.1.21
		talks guest$d lan 192.168.1.1 192.168.1.21
		talks guest$((d + 1)) lan 192.168.1.1 192.168.1.20
		# The interface is gone before libxl calls.
		ip -n guest$d link del g$d.0
		ip -n guest$((d + 1)) link del g$((d + 1)).0
		offline $d 0
		offline $((d + 1)) 0
		is "$(records)" ""
	done
}

# --- what else -------------------------------------------------------------------------------

@test "what is missing is added: proxy_arp, and the routes of ip=, with the gateway's address" {
	host 192.168.1.20/24 2001:db8:1::20/64
	ifupdown < <(alice)
	lab_vif 1 0 vifname vifalice.0 ip "192.168.1.21 10.1.0.0/16 2001:db8:1::21"
	online 1 0
	is_routed vifalice.0 192.168.1.21 "192.168.1.21 src 192.168.1.20 metric 2" \
		"10.1.0.0/16 src 192.168.1.20 metric 2" "2001:db8:1::21 metric 2"
	is "$(proxies)" "2001:db8:1::21 eth0"
	# One of its own, as links have it that the host configures.
	has "$(prefixes vifalice.0)" fe80::ff:fe00:100/64
	offline 1 0
	is_bare vifalice.0
	is "$(proxies)" ""
}

@test "addresses are the configuration's alone, and no gateway is needed" {
	ifupdown <<-END
		iface vif1.0 inet static
			address 172.16.5.1/24
	END
	lab_vif 1 0
	online 1 0
	is "$(prefixes vif1.0 | head -1)" 172.16.5.1/24
	refute grep -q 'inet .*/32' <(ip addr show dev vif1.0)
	is_connected 1 0
	offline 1 0
	is_bare vif1.0
}

@test "a second online calls no ifup and changes nothing" {
	host 192.168.1.20/24
	ifupdown < <(alice)
	lab_vif 1 0 vifname vifalice.0 ip 192.168.1.21
	online 1 0
	untouched trace process 1 0 online type_if=vif
	is "$(grep -cE 'execve\(' /run/trace)" 1
	is_connected 1 0
}

@test "no ifup on the host: as vif-route" {
	use vif-route-ifup vif-route
	host 192.168.1.20/24
	lab_vif 1 0 vifname vifalice.0 ip 192.168.1.21
	mkdir /run/empty
	for folder in /usr/sbin /usr/bin; do
		[ ! -e $folder/ifup ] || mount --bind /run/empty $folder
	done
	online 1 0
	is_routed vifalice.0 "192.168.1.21 src 192.168.1.20 metric 2"
	is "$(prefixes vifalice.0)" 192.168.1.20/32
	offline 1 0
	is_bare vifalice.0
}

@test "by the name vif-route no ifup is called" {
	other_ifup <<<:
	use vif-route
	host 192.168.1.20/24
	lab_vif 1 0 ip 192.168.1.21
	online 1 0
	is_routed vif1.0 "192.168.1.21 src 192.168.1.20 metric 2"
	offline 1 0
	is "$(calls)" ""
}

@test "a tap is routed without ifup" {
	other_ifup <<<:
	host 192.168.1.20/24
	lab_vif 1 0 type vif_ioemu ip 192.168.1.21 vifname vifalice.0
	lab_tap 1 0
	online 1 0
	add 1 0
	is_routed vifalice.0-emu "192.168.1.21 src 192.168.1.20 metric 1"
	remove 1 0
	offline 1 0
	is "$(calls)" "ifup vifalice.0,ifdown vifalice.0"
}

@test "ifup is called for an up interface, by its name" {
	other_ifup <<<'[ $0 = /usr/sbin/ifdown ] || ip -o link show dev "$1" >>/run/seen'
	lab_vif 1 0 vifname web
	online 1 0
	is "$(calls)" "ifup web"
	grep -q '[<,]UP[,>]' /run/seen
	offline 1 0
	is "$(calls)" "ifup web,ifdown web"
}

@test "error: ifup knows no such interface" {
	empty_forward
	host 192.168.1.20/24
	ifupdown < <(alice)
	lab_vif 1 0 ip 192.168.1.21
	state() { everything | grep -v hotplug-; }
	before=$(state)
	online_fails 1 0
	is_reported 1 0 "/usr/sbin/ifup vif1.0: failed with status 1"
	is "$(state)" "$before"
	offline 1 0
}

@test "error: what comes after ifup fails: ifdown" {
	empty_forward
	host 192.168.1.20/24
	ifupdown < <(alice)
	lab_vif 1 0 vifname vifalice.0
	hook 1.hook <<<'[ $command = offline ]'
	state() { everything | grep -v hotplug-; }
	before=$(state)
	online_fails 1 0
	is "$(records)" ""
	is "$(state)" "$before"
}

@test "error: an ifup that does not end" {
	other_ifup <<<'[ "$0" = /usr/sbin/ifdown ] || sleep 97'
	lab_vif 1 0
	started=$(milliseconds)
	online_fails 1 0 timeout=1
	[ $(($(milliseconds) - started)) -lt 5000 ]
	is_reported 1 0 "/usr/sbin/ifup vif1.0: ran for more than 1 s"
	is "$(calls)" "ifup vif1.0,ifdown vif1.0"
	refute pgrep -x sleep
}

@test "an ifdown that fails or does not end keeps nothing from being taken down" {
	other_ifup <<<'[ "$0" = /usr/sbin/ifup ] || { [ ! -e /run/hang ] || sleep 97; exit 3; }'
	host 192.168.1.20/24 2001:db8:1::20/64
	lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21"
	for hang in "" 1; do
		online 1 0
		is "$(proxies)" "2001:db8:1::21 eth0"
		[ -z "$hang" ] || : >/run/hang
		call 1 0 offline type_if=vif timeout=1
		is "$STATUS" ${hang:-0}
		is_bare vif1.0
		is "$(proxies)" ""
	done
}

@test "error: names that ifup would take for something else" {
	other_ifup <<<:
	lab_vif 1 0
	for name in -a web=eth0 'we*b' '%a'; do
		xenstore-write -- "$BACKEND/1/0/vifname" "$name"
		online_fails 1 0
		has "$(back 1 0 hotplug-error)" "name"
		call 1 0 offline type_if=vif
	done
	# A link that is there is taken down by its own name.
	is "$(sort -u /run/calls)" "ifdown vif1.0"
	exists vif1.0
	ip link del g1.0
	call 1 0 offline type_if=vif
	is "$(sort -u /run/calls)" "ifdown vif1.0"
}

@test "another guest's configuration is left alone when names clash" {
	other_ifup <<<:
	for d in 1 2; do
		lab_vif $d 0 vifname web
	done
	online 1 0
	online_fails 2 0
	offline 2 0
	is "$(calls)" "ifup web,ifdown vif2.0"
	ip link del g2.0
	offline 2 0
	is "$(calls)" "ifup web,ifdown vif2.0"
	is_up web
	offline 1 0
	is "$(calls)" "ifup web,ifdown vif2.0,ifdown web"
}

@test "the file's section and the messages go by the name" {
	other_ifup <<<:
	lab_vif 1 0
	config <<<$'[vif-route-ifup]\nverbose=yes\n[vif-route]\nnonsense=1'
	online 1 0
	has "$ERR" "vif-route-ifup: /usr/sbin/ifup vif1.0"
}
