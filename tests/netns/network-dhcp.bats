#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# network-nat and the DHCP server of its guests: a dnsmasq of its own, or the host's dhcpd.

load helper
load routed
load network
load dhcp
load client

# What dhcp= may come to here.
dnsmasq_is_there() {
	no_dhcp
	umount /usr/sbin/dnsmasq
	resolves 'search example.org' 'nameserver 192.168.0.53'
}

resolves() { # LINE...
	printf '%s\n' "$@" >/etc/resolv.conf
}

# The processes that are called so; the lab sees its own alone.
dnsmasqs() {
	pgrep -x dnsmasq || :
}

# Which takes a moment.
end_it() { # SIGNAL PID
	kill "-$1" "$2"
	while [ -e "/proc/$2" ]; do sleep 0.01; done
}

# Another one, an admin's.
other_dnsmasq() {
	printf 'port=0\ninterface=lo\nbind-dynamic\ndhcp-range=127.0.0.9,127.0.0.9\n' >/run/other.conf
	dnsmasq --conf-file=/run/other.conf --pid-file=/run/other.pid --dhcp-leasefile=/run/other.leases \
		3>&-
	OTHER=$(</run/other.pid)
}

guest_online() { # D [N]
	use vif-nat
	online "$@"
}

@test "a guest gets what is its own from network-nat's dnsmasq, and nobody else gets anything" {
	dnsmasq_is_there
	other_dnsmasq
	lan 192.168.0.1/24
	exits 0 nat start dhcp=dnsmasq
	is "$OUT$ERR" ""
	for d in 1 2 3; do
		lab_vif $d 0
		bare_guest $d
	done
	guest_online 1 0
	guest_online 2 0
	guest_online 3 0 dhcp=no
	is "$(leases 1)" "10.0.1.1 10.0.1.128 dom1"
	is "$(</run/names-g1.0)" "example.org 192.168.0.53"
	talks guest1 lan 192.168.0.1 192.168.0.3
	is "$(leases 2)" "10.0.2.1 10.0.2.128 dom2"
	reaches guest2 10.0.1.1
	is "$(leases 3 1)" ""
	# Nor on the LAN, whoever asks there.
	ip addr add 10.0.250.1/16 dev eth0
	ip netns add guest9
	ip -n lan link add link lan0 name g9.0 address 00:16:3e:00:01:00 type macvlan mode bridge
	ip -n lan link set g9.0 netns guest9
	ip -n guest9 link set g9.0 up
	is "$(leases 9 1)" ""
	exits 0 nat stop
	is "$(dnsmasqs)" "$OTHER"
	is "$(leases 2 1)" ""
	is "$(ls $RUN)" $'dhcp-hosts\nnetwork.lock'
}

@test "a guest gets the address of one that is gone, and whose lease is not over" {
	dnsmasq_is_there
	exits 0 nat start dhcp=dnsmasq
	for d in 1 2; do
		lab_vif $d 0 ip 10.0.0.9
		bare_guest $d
	done
	guest_online 1 0
	is "$(leases 1)" "10.0.0.9 10.0.0.136 dom1"
	offline 1 0
	guest_online 2 0
	is "$(leases 2)" "10.0.0.9 10.0.0.136 dom2"
	guest_online 2 0
	is "$(<$HOSTS/dom2)" "00:16:3e:00:02:00,10.0.0.9,dom2"
}

@test "stop ends exactly its own dnsmasq" {
	dnsmasq_is_there
	other_dnsmasq
	# Whatever stands in its pid file.
	sleep 60 3>&- &
	for pid in "$OTHER" $! 1 0 -1 999999 nonsense; do
		exits 0 nat start dhcp=dnsmasq
		own=$(<$RUN/dnsmasq.pid)
		is "$(dnsmasqs | wc -l)" 2
		echo $pid >$RUN/dnsmasq.pid
		exits 3 nat status
		exits 0 nat stop
		is "$(dnsmasqs | wc -l)" 2
		kill -0 $!
		end_it TERM $own
	done
	exits 0 nat start dhcp=dnsmasq
	own=$(<$RUN/dnsmasq.pid)
	is "$(stat -c %U:%a /proc/$own $RUN $HOSTS | paste -sd' ')" \
		"nobody:555 root:755 root:755"
	# What start does not listen to, it does.
	is "$(awk '/^SigBlk/ { print $2 }' /proc/$own/status)" 0000000000000000
	exits 0 nat stop
	is "$(dnsmasqs)" "$OTHER"
	is "$(ls $RUN)" network.lock
	untouched exits 0 nat stop
}

@test "start twice, after an end, with other settings, and without dnsmasq" {
	dnsmasq_is_there
	exits 0 nat start dhcp=dnsmasq
	own=$(dnsmasqs)
	exits 0 nat status
	lines "$OUT" 3
	untouched exits 0 nat start dhcp=dnsmasq
	is "$(dnsmasqs)" "$own"
	end_it KILL $own
	exits 3 nat status
	exits 0 nat start dhcp=dnsmasq
	next=$(dnsmasqs)
	[ -n "$next" ] && refute [ "$next" = "$own" ]
	resolves 'nameserver 192.168.0.54'
	exits 0 nat start dhcp=dnsmasq subnet=192.168.100.0/24
	refute [ "$(dnsmasqs)" = "$next" ]
	is "$(dnsmasqs | wc -l)" 1
	is "$(grep -E '^(dhcp-range|dhcp-option|domain)=' $RUN/dnsmasq.conf)" \
		"dhcp-range=192.168.100.0,static,255.255.255.0
dhcp-option=option:dns-server,192.168.0.54"
	exits 0 nat start
	is "$(dnsmasqs)" ""
	exits 0 nat status
	lines "$OUT" 2
	exits 0 nat stop
}

@test "name servers that guests cannot ask, and those behind them" {
	dnsmasq_is_there
	resolves 'search example.org' 'nameserver 127.0.0.53'
	exits 0 nat start dhcp=dnsmasq
	has "$ERR" "/etc/resolv.conf names no server that guests can ask by IPv4"
	mkdir -p /run/systemd/resolve
	echo 'nameserver 192.168.0.55' >/run/systemd/resolve/resolv.conf
	exits 0 nat start dhcp=dnsmasq
	is "$ERR" ""
	is "$(grep -E '^(dhcp-option|domain)=' $RUN/dnsmasq.conf)" \
		"domain=example.org
dhcp-option=option:dns-server,192.168.0.55"
}

nothing_is_left() {
	is "$(postrouting)$(forwards)$(dnsmasqs)" "0 0"
	is "$(ls $RUN)" network.lock
}

@test "a dnsmasq that does not run: in its own words, and all is undone" {
	dnsmasq_is_there
	python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 67))
print("bound", flush=True)
time.sleep(60)' >/run/bound 3>&- &
	until [ -s /run/bound ]; do sleep 0.05; done
	exits 1 nat start dhcp=dnsmasq
	is "$ERR" "network-nat: dnsmasq does not run: failed to bind DHCP server socket: Address already in use"
	nothing_is_left
	mount --bind /dev/null /usr/sbin/dnsmasq
	exits 1 nat start dhcp=dnsmasq
	has "$ERR" "dnsmasq is not installed"
	exits 1 nat start dhcp=yes
	has "$ERR" "there is neither a dnsmasq nor a dhcpd (dhcp=no does without)"
	exits 1 nat start dhcp=dhcpd
	has "$ERR" "Failed to find dhcpd configuration or init file"
	exits 1 nat start dhcp=maybe
	has "$ERR" "dhcp='maybe' is none of no, yes, dhcpd and dnsmasq"
	nothing_is_left
}

@test "dhcpd: the script's line, once, and gone with stop" {
	dhcpd_files
	resolves 'search example.org' 'nameserver 192.168.0.53'
	printf '# mine: subnet 10.0.0.0 netmask 255.255.0.0 {}\nsubnet 110.0.0.0 netmask 255.255.0.0 {}' >$CONF
	cp $CONF /run/conf
	line='subnet 10.0.0.0 netmask 255.255.0.0 { option domain-name "example.org"; option domain-name-servers 192.168.0.53; }'
	exits 0 nat start dhcp=dhcpd
	is "$OUT$ERR" ""
	is "$(tail -1 $CONF)" "$line"
	is "$(restarts)" 1
	is_served
	"$TESTS/../../build/lab/dhcpd" -q -t -cf $CONF 2>&1
	untouched exits 0 nat start dhcp=dhcpd
	exits 0 nat status
	is "$(restarts)" 1
	resolves 'nameserver 192.168.0.54'
	exits 0 nat stop
	is "$(restarts)" 2
	is "$(<$CONF)" "$(</run/conf)"
	exits 3 nat status dhcp=dhcpd
	# What an admin declares stays, what the script has left goes if that is asked for.
	printf '%s\n' "# mine" "$line" >$CONF
	exits 0 nat start dhcp=dhcpd
	exits 0 nat stop
	is "$(<$CONF)" $'# mine\n'"$line"
	is "$(restarts)" 2
	exits 0 nat stop dhcp=dhcpd
	is "$(<$CONF)" '# mine'
}

@test "without dhcp= as the script; yes: whichever is installed" {
	dnsmasq_is_there
	exits 0 nat start
	is "$(dnsmasqs)" ""
	nat stop
	dhcpd_files
	umount /usr/sbin/dnsmasq
	exits 0 nat start
	is "$(dnsmasqs)$(grep -c '^subnet 10.0.0.0 ' $CONF)" 1
	exits 0 nat start dhcp=yes
	is "$(dnsmasqs | wc -l)" 1
	is "$(<$CONF)" '# admin line'
	exits 0 nat start dhcp=no
	is "$(dnsmasqs)$(<$CONF)" '# admin line'
	mount --bind /dev/null /usr/sbin/dnsmasq
	exits 0 nat start dhcp=yes
	is "$(grep -c '^subnet 10.0.0.0 ' $CONF)" 1
	# The host's own dnsmasq is told of guests.
	echo dhcp-hostsdir=/run/hosts >/etc/dnsmasq.conf
	umount /usr/sbin/dnsmasq
	exits 0 nat start dhcp=yes
	is "$(dnsmasqs)$(<$CONF)" '# admin line'
	exits 0 nat status dhcp=yes
}
