#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# Guests ask real servers: udhcpc in a guest's namespace, dnsmasq or ISC dhcpd in the host's.

load helper
load routed
load dhcp
load client

export VIF_PROGRAM=vif-nat

dnsmasq_serves() {
	no_dhcp
	umount /usr/sbin/dnsmasq
	mkdir -p $HOSTS
	cat >/etc/dnsmasq.conf <<-END
		port=0
		user=root
		dhcp-range=10.0.0.0,static,255.255.0.0,2m
		dhcp-hostsdir=$HOSTS
		dhcp-leasefile=/run/dnsmasq.leases
		log-facility=/run/dnsmasq.log
	END
	dnsmasq --conf-file=/etc/dnsmasq.conf --pid-file=/run/dnsmasq.pid 3>&-
}

dhcpd_serves() {
	dhcpd_files
	: >/run/dhcpd.leases
	printf 'subnet 10.0.0.0 netmask 255.255.0.0 {}\n' >$CONF
	init_script <<-END
		[ "\$1" = restart ] || exit 1
		if [ -s /run/dhcpd.pid ]; then
			pid=\$(cat /run/dhcpd.pid)
			kill "\$pid" && while [ -e "/proc/\$pid" ]; do sleep 0.01; done
		fi
		. $ARGS
		exec "$TESTS/../../build/lab/dhcpd" -q -cf $CONF -lf /run/dhcpd.leases -pf /run/dhcpd.pid \$INTERFACES
	END
}

# Whatever the server: each guest what is its own, nothing after it, and another one then.
serves() { # DHCP
	host 192.168.0.3/24
	lan 192.168.0.1/24
	ip -n lan route add 10.0.0.0/16 via 192.168.0.3
	for d in 1 2; do
		lab_vif $d 0
		bare_guest $d
	done
	online 1 0 dhcp=$1
	is "$(leases 1)" "10.0.1.1 10.0.1.128 dom1"
	online 2 0 dhcp=$1
	is "$(leases 2)" "10.0.2.1 10.0.2.128 dom2"
	reaches guest1 192.168.0.1
	reaches guest2 10.0.1.1
	offline 1 0 dhcp=$1
	is "$(leases 2)" "10.0.2.1 10.0.2.128 dom2"
}

@test "dnsmasq: a guest gets its address, its router and its name" {
	dnsmasq_serves
	serves dnsmasq
}

@test "dhcpd: a guest gets its address, its router and its name" {
	dhcpd_serves
	serves dhcpd
	offline 2 0 dhcp=dhcpd
}

# The entry that is gone is forgotten, though the files that are new are read without a signal.
same_address() { # DHCP
	lab_vif 1 0 ip 10.0.0.9
	lab_vif 2 0 ip 10.0.0.9
	bare_guest 2
	online 1 0 dhcp=$1
	offline 1 0 dhcp=$1
	online 2 0 dhcp=$1
	is "$(leases 2)" "10.0.0.9 10.0.0.136 dom2"
	xenstore-write $BACKEND/2/0/ip 10.0.0.10
	offline 2 0 dhcp=no
	online 2 0 dhcp=$1
	is "$(leases 2)" "10.0.0.10 10.0.0.137 dom2"
}

@test "dnsmasq: a guest gets the address that another one had, then another" {
	dnsmasq_serves
	same_address dnsmasq
}

@test "dhcpd: a guest gets the address that another one had, then another" {
	dhcpd_serves
	same_address dhcpd
}

@test "dnsmasq: a guest without an entry gets nothing" {
	dnsmasq_serves
	lab_vif 1 0
	bare_guest 1
	online 1 0 dhcp=no
	is "$(leases 1 2)" ""
	online 1 0 dhcp=dnsmasq
	ip -n guest1 link set g1.0 address 00:16:3e:ff:ff:ff
	is "$(leases 1 2)" ""
}

@test "dhcpd: two interfaces of a guest have names of their own" {
	dhcpd_serves
	lab_vif 1 0
	lab_vif 1 1
	bare_guest 1
	ip link set g1.1 netns guest1
	ip -n guest1 link set g1.1 up
	online 1 0 dhcp=dhcpd
	online 1 1 dhcp=dhcpd
	is "$(leases 1)" "10.0.1.1 10.0.1.128 dom1"
	is "$(leases 1 10 1)" "10.0.1.2 10.0.1.129 dom1-2"
}

@test "dhcpd: many guests at once, and each is served" {
	dhcpd_serves
	local pids=()
	for d in {1..8}; do
		lab_vif $d 0
		bare_guest $d
	done
	for d in {1..8}; do
		lab_call $PROGRAM $d 0 online type_if=vif dhcp=dhcpd &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	for d in {1..8}; do
		is "$(leases $d)" "10.0.$d.1 10.0.$d.128 dom$d"
	done
}

# Why that is an error.
@test "dhcpd does not start with two hosts of one name" {
	dhcpd_serves
	printf 'host dom1 { }\nhost dom1 { }\n' >>$CONF
	refute "$TESTS/../../build/lab/dhcpd" -t -cf $CONF
}
