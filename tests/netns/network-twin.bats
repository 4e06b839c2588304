#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# As twin.bats, for network-route and network-nat, where rules come and go with each of the
# kernel's two firewalls; the notes in /run are compared, too.
# bats file_tags=once

load helper
load twin
load network
load dhcp

eval "seen_$(declare -f everything)"
everything() {
	seen_everything
	tail -n +1 /run/xen-hotplug/*.{state,conf} /etc/dhcp/dhcpd.conf 2>/dev/null || true
	ps -C dnsmasq -o args= || true
	ls /run/xen-hotplug/dhcp-hosts 2>/dev/null || true
	cat /run/dhcpd-calls 2>/dev/null || true
}

twins() { # [FIREWALLS=...] CALL WORD...
	local stage LAB_FW
	export LAB_FW
	stage=$(cat)
	for LAB_FW in ${FIREWALLS-nft}; do
		twin "$@" <<<"$stage"
	done
}

@test "network-nat: start with a subnet and IPv6, among an admin's rules" {
	FIREWALLS="nft legacy" twins nat start subnet=10.8.0.0/13 ipv6=yes <<'END2'
		iptables -w -t nat -A POSTROUTING -o eth0 -p tcp -j MASQUERADE
		iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE
END2
}

@test "network-nat: a second start" {
	IDLE=yes twins nat start <<<'nat start'
}

@test "network-nat: start with another subnet" {
	FIREWALLS="nft legacy" twins nat start subnet=10.0.0.0/16 <<<'nat start'
}

@test "network-nat: start for another device, after the partner" {
	twins nat start netdev=eth1 <<'END2'
		second_nic eth1
		nat start
		route start
END2
}

@test "network-nat: stop" {
	twins nat stop <<<'nat start'
}

@test "network-nat: stop without start, with the rule there twice" {
	FIREWALLS="nft legacy" twins nat stop <<'END2'
		iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE
		iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE --random
		iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE
END2
}

@test "network-nat: stop while the partner goes on" {
	twins nat stop <<'END2'
		nat start
		route start
END2
}

@test "network-nat: start with a dnsmasq of its own" {
	twins nat start dhcp=dnsmasq <<'END2'
		no_dhcp
		umount /usr/sbin/dnsmasq
		printf 'search example.org\nnameserver 192.168.0.53\n' >/etc/resolv.conf
END2
}

@test "network-nat: start with another subnet for its dnsmasq" {
	twins nat start dhcp=dnsmasq subnet=192.168.100.0/24 <<'END2'
		no_dhcp
		umount /usr/sbin/dnsmasq
		nat start dhcp=dnsmasq
END2
}

@test "network-nat: stop of its dnsmasq" {
	twins nat stop <<'END2'
		no_dhcp
		umount /usr/sbin/dnsmasq
		nat start dhcp=dnsmasq
END2
}

@test "network-nat: start with dhcpd" {
	twins nat start dhcp=dhcpd <<'END2'
		dhcpd_files
		printf 'search example.org\nnameserver 192.168.0.53\n' >/etc/resolv.conf
		printf "# no newline" >$CONF
END2
}

@test "network-nat: stop with dhcpd" {
	twins nat stop <<'END2'
		dhcpd_files
		nat start dhcp=dhcpd
		printf '# mine\nsubnet 10.0.0.0 netmask 255.255.0.0 {\n}\n' >>$CONF
END2
}

@test "network-route: start for a device with odd characters, and IPv6" {
	twins route start "'netdev=e=\$t0;'" ipv6=yes <<'END2'
		second_nic 'e=$t0;'
END2
}

@test "network-route: stop puts back what follows forwarding" {
	twins route stop <<'END2'
		echo 0 >/proc/sys/net/ipv4/conf/all/accept_redirects
		echo 1 >/proc/sys/net/ipv4/conf/lan0/forwarding
		echo 1 >/proc/sys/net/ipv6/conf/lan0/forwarding
		route start ipv6=yes
END2
}

@test "network-route: a second start without IPv6" {
	twins route start <<<'route start ipv6=yes'
}

@test "error: no such device" {
	EXIT=1 IDLE=yes twins nat start netdev=nosuch <<<:
}
