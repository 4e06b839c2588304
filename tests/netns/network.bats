#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# network-route and network-nat: what they set, that it works, and that stop puts it back. What
# network-nat does in the firewall is in network-rules.bats.

load helper
load routed
load network

# --- start -----------------------------------------------------------------------------------

@test "network-route: the host forwards, and netdev answers for the guests" {
	before=$(settings)
	exits 0 route start
	is "$OUT$ERR" ""
	is "$(forwards)" "1 0"
	is "$(number ipv4/conf/eth0/proxy_arp)" 1
	is "$(number ipv4/conf/lo/proxy_arp)" 0
	is "$(postrouting)" ""
	note=$(stat -c %i-%Y $RUN/*.state)
	untouched exits 0 route start
	is "$(stat -c %i-%Y $RUN/*.state)" "$note"
	exits 0 route stop
	is "$(settings)" "$before"
	untouched exits 0 route stop
	is "$OUT$ERR" ""
}

@test "network-nat: the host forwards, and masquerades, without proxy_arp" {
	before=$(settings)
	exits 0 nat start
	is "$OUT$ERR" ""
	is "$(forwards)" "1 0"
	is "$(number ipv4/conf/eth0/proxy_arp)" 0
	is "$(postrouting)" "$MASQUERADE"
	exits 0 nat stop
	is "$(settings)" "$before"
	is "$(postrouting)" ""
	untouched exits 0 nat stop
	is "$OUT$ERR" ""
}

@test "netdev= by argument, environment and file, which yield to each other" {
	second_nic eth1
	ip link add eth2 type veth peer name lan2
	exits 0 nat start netdev=eth1
	is "$(postrouting)" "${MASQUERADE/eth0/eth1}"
	nat stop
	config <<<'[network-nat]
netdev=eth2
[network-route]
netdev=nosuch'
	exits 0 nat start
	is "$(postrouting)" "${MASQUERADE/eth0/eth2}"
	nat stop
	netdev=eth1 exits 0 nat start
	is "$(postrouting)" "${MASQUERADE/eth0/eth1}"
	nat stop
	netdev=eth2 exits 0 nat start netdev=eth0
	is "$(postrouting)" "$MASQUERADE"
}

@test "netdev by the default route, IPv6's where there is no other, or else nothing changes" {
	second_nic eth1
	ip link set lan1 up
	ip link set eth1 up
	ip addr add 192.168.7.3/24 dev eth1
	ip route replace default via 192.168.7.1
	exits 0 nat start
	is "$(postrouting)" "${MASQUERADE/eth0/eth1}"
	nat stop
	ip route del default
	ip -6 route add default via 2001:db8:1::1 dev eth0
	exits 0 nat start
	is "$(postrouting)" "$MASQUERADE"
	nat stop
	ip -6 route del default
	untouched no_netdev
}

no_netdev() {
	for program in nat route; do
		exits 1 $program start
		has "$ERR" "network-$program: netdev is not set, and there is no default route"
		exits 1 $program start netdev=eth9
		has "$ERR" "network-$program: there is no interface eth9"
		exits 3 $program status
		has "$OUT" "there is no default route"
		exits 3 $program status netdev=nosuch
		has "$OUT" "there is no interface nosuch"
	done
	refute ls $RUN/*.state 2>/dev/null
}

@test "an interface that looks like another, and one with odd characters" {
	second_nic we=ird
	ip link add eth0.1 type veth peer name lan2
	exits 0 route start netdev="we=ird"
	is "$(number "ipv4/conf/we=ird/proxy_arp")" 1
	exits 0 route stop
	is "$(number "ipv4/conf/we=ird/proxy_arp")" 0
	exits 0 route start netdev=eth0.1
	is "$(number ipv4/conf/eth0.1/proxy_arp) $(number ipv4/conf/eth0/proxy_arp)" "1 0"
	exits 0 route stop
	is "$(number ipv4/conf/eth0.1/proxy_arp)" 0
	exits 0 nat start netdev="we=ird"
	is "$(postrouting)" "-A POSTROUTING -o we=ird -j MASQUERADE"
	exits 0 nat stop
	is "$(postrouting)" ""
}

@test "another netdev= takes the old one's place, and one that goes is no obstacle" {
	second_nic eth1
	exits 0 route start
	exits 0 route start netdev=eth1
	is "$(number ipv4/conf/eth0/proxy_arp) $(number ipv4/conf/eth1/proxy_arp)" "0 1"
	exits 0 route stop
	is "$(number ipv4/conf/eth0/proxy_arp) $(number ipv4/conf/eth1/proxy_arp)" "0 0"
	is "$(forwards)" "0 0"
	# Nor are its address and the default route, with it.
	exits 0 nat start
	exits 0 route start
	ip link del eth0
	exits 0 nat stop
	exits 0 route stop
	is "$(forwards)" "0 0"
	is "$(postrouting)" ""
	is "$(ls $RUN)" network.lock
	untouched exits 0 nat stop
}

@test "who hangs up or says ^C half way does not stop it" {
	second_nic eth1
	for signal in HUP INT QUIT TERM; do
		exits 0 route start
		start_meets $signal network-route netdev=eth1
		is "$(number ipv4/conf/eth0/proxy_arp) $(number ipv4/conf/eth1/proxy_arp)" "0 1"
		exits 0 route stop
	done
	is "$(number ipv4/conf/eth1/proxy_arp)" 0
}

# --- IPv6 ------------------------------------------------------------------------------------

@test "ipv6=yes: IPv6 is forwarded, too, but not masqueraded" {
	before=$(settings)
	for program in nat route; do
		exits 0 $program start ipv6=yes
		is "$(forwards)" "1 1"
		is "$(ip6tables -w -t nat -S POSTROUTING | sed '/^-P/d')" ""
		exits 0 $program stop
		is "$(settings)" "$before"
	done
	# At one start, and not at the next.
	exits 0 route start ipv6=yes
	exits 0 route start
	is "$(forwards)" "1 0"
	is "$(number ipv6/conf/eth0/accept_ra)" 1
	exits 0 route stop
	is "$(settings)" "$before"
}

@test "ipv6=yes: the host keeps the default route that a router told it of" {
	set_number ipv6/conf/eth0/accept_ra 1
	ip -6 route add default via fe80::1 dev eth0 proto ra expires 600
	exits 0 route start ipv6=yes
	is "$(number ipv6/conf/eth0/accept_ra)" 2
	is "$(ip -j -6 route show default | jq -r '.[].gateway')" fe80::1
	exits 0 route start ipv6=yes
	is "$(number ipv6/conf/eth0/accept_ra)" 2
	exits 0 route stop
	is "$(number ipv6/conf/eth0/accept_ra)" 1
	# Who does not listen shall not be made to.
	set_number ipv6/conf/eth0/accept_ra 0
	exits 0 route start ipv6=yes
	is "$(number ipv6/conf/eth0/accept_ra)" 0
	exits 0 route stop
	is "$(number ipv6/conf/eth0/accept_ra)" 0
}

# --- stop ------------------------------------------------------------------------------------

@test "stop puts back what start found, each combination" {
	for found in "0 0 0" "0 1 1" "1 0 0" "1 1 0" "0 0 1" "1 1 1"; do
		read -r forward proxy forward6 <<<"$found"
		set_number ipv4/ip_forward $forward
		set_number ipv4/conf/eth0/proxy_arp $proxy
		set_number ipv6/conf/all/forwarding $forward6
		before=$(settings)
		exits 0 route start ipv6=yes
		is "$(forwards) $(number ipv4/conf/eth0/proxy_arp)" "1 1 1"
		exits 0 route stop
		is "$(settings)" "$before"
		exits 0 nat start ipv6=yes
		is "$(forwards) $(number ipv4/conf/eth0/proxy_arp)" "1 1 $proxy"
		exits 0 nat stop
		is "$(settings)" "$before"
	done
	is "$(ls $RUN)" network.lock
}

@test "stop puts back what the kernel changes along with forwarding" {
	second_nic eth1
	set_number ipv4/conf/all/accept_redirects 0
	set_number ipv4/conf/eth1/forwarding 1
	set_number ipv6/conf/eth1/forwarding 1
	before=$(settings)
	exits 0 route start ipv6=yes
	exits 0 route start ipv6=yes
	exits 0 nat start ipv6=yes
	exits 0 route stop
	is "$(forwards)" "1 1"
	exits 0 nat stop
	is "$(settings)" "$before"
	# It switches nothing on that was switched off by hand; start does.
	set_number ipv4/ip_forward 1
	exits 0 nat start
	set_number ipv4/ip_forward 0
	exits 0 nat stop
	is "$(forwards)" "0 0"
	exits 0 nat start
	set_number ipv4/ip_forward 0
	exits 0 nat start
	is "$(forwards)" "1 0"
	exits 0 nat stop
	is "$(forwards)" "0 0"
}

@test "stop leaves what an admin has changed since start" {
	second_nic eth1
	set_number ipv4/conf/eth1/forwarding 1
	set_number ipv6/conf/eth0/accept_ra 1
	for program in nat route; do
		exits 0 $program start ipv6=yes
		is "$(number ipv6/conf/eth0/accept_ra)" 2
		set_number ipv6/conf/eth0/accept_ra 0
		set_number ipv4/conf/eth1/forwarding 0
		exits 0 $program stop
		is "$(number ipv6/conf/eth0/accept_ra)" 0
		is "$(number ipv4/conf/eth1/forwarding)" 0
		is "$(forwards)" "0 0"
		set_number ipv4/conf/eth1/forwarding 1
		set_number ipv6/conf/eth0/accept_ra 1
	done
}

@test "an interface that forwarded by itself and is gone is no obstacle" {
	for program in nat route; do
		second_nic eth1
		set_number ipv4/conf/eth1/forwarding 1
		set_number ipv6/conf/eth1/forwarding 1
		exits 0 $program start ipv6=yes
		ip link del eth1
		exits 0 $program start
		is "$(forwards)" "1 0"
		exits 0 $program stop
		is "$(forwards)" "0 0"
	done
}

# --- both programs ---------------------------------------------------------------------------

@test "both programs, in any order: the last one to stop puts back what was before the first" {
	for found in 0 1; do
		set_number ipv4/ip_forward $found
		before=$(settings)
		for order in "nat route nat route" "nat route route nat" "route nat nat route" \
			"route nat route nat"; do
			set -- $order
			exits 0 $1 start
			exits 0 $2 start
			exits 0 $3 stop
			is "$(forwards)" "1 0"
			exits 0 $4 stop
			is "$(settings)" "$before"
			is "$(postrouting)" ""
		done
	done
	set_number ipv4/ip_forward 0
	exits 0 nat start
	exits 0 route start
	exits 0 nat stop
	exits 0 nat start
	exits 0 route stop
	is "$(forwards)" "1 0"
	exits 0 nat stop
	is "$(forwards)" "0 0"
}

@test "several at once: each waits for the other, but not for ever" {
	local pids=()
	for i in 1 2 3 4; do
		"$SCRIPTS/network-nat" start &
		pids+=($!)
		"$SCRIPTS/network-route" start &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	is "$(postrouting)" "$MASQUERADE"
	exits 0 nat stop
	exits 0 route stop
	is "$(forwards)" "0 0"
	is "$(postrouting)" ""
	exec {lock}>$RUN/network.lock
	flock $lock
	untouched exits 1 nat start timeout=1
	has "$ERR" "the lock $RUN/network.lock was not to be had within 1 s"
	exits 3 nat status timeout=1
}

# --- status ----------------------------------------------------------------------------------

both_statuses() { # NAT ROUTE
	exits $1 nat status
	lines "$OUT" 2
	is "$ERR" ""
	exits $2 route status
	lines "$OUT" 2
}

@test "status: one line for each thing, 0 when all is set, else 3" {
	untouched both_statuses 3 3
	nat start
	untouched both_statuses 0 3
	route start
	both_statuses 0 0
	nat stop
	both_statuses 3 0
	route stop
	both_statuses 3 3
	iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE
	exits 3 nat status
	set_number ipv4/ip_forward 1
	exits 0 nat status
	exits 3 nat status subnet=10.0.0.0/16
	exits 4 nat status subnet=nonsense
	# Each thing that is missing.
	route start ipv6=yes
	exits 0 route status
	lines "$OUT" 4
	for name in ipv4/ip_forward ipv4/conf/eth0/proxy_arp ipv6/conf/all/forwarding; do
		set_number $name 0
		exits 3 route status
		lines "$OUT" 4
		set_number $name 1
		exits 0 route status
	done
}

# --- calls -----------------------------------------------------------------------------------

mistakes() {
	for program in nat route; do
		exits 1 $program restart
		is "$ERR" "Unknown command: restart
Valid commands are: start, stop, status"
		is "$OUT" ""
		exits 1 $program
		is "$ERR" $'Unknown command: \nValid commands are: start, stop, status'
		exits 1 $program restart netdve=eth0
		is "$ERR" "network-$program: unknown parameter: netdve=eth0"
		# That it is unknown is status's own answer, wherever the word stands.
		for words in "status netdve=eth0" "netdve=eth0 status" "--colour status" "status start"; do
			exits 4 $program $words
			has "$ERR" "network-$program: un"
			is "$OUT" ""
		done
		exits 4 $program --dry-run status netdve=eth0
		is "$OUT" "exit 4"
	done
	for words in "start nonsense=1" "start stop" "start netdev=a/b" "start ipv6=maybe" \
		"start firewall=pf" "start timeout=0" "-x start" "start netdev=abcdefghijklmnop"; do
		exits 1 nat $words
		has "$ERR" "network-nat: "
	done
	for subnet in 10.0.0.0/33 10.0.0 2001:db8::/64 eth0; do
		exits 1 nat start subnet=$subnet
		has "$ERR" "$subnet"
	done
}

@test "mistakes in the call change nothing" {
	untouched mistakes
}

nonsense() {
	for text in nonsense net/ipv4/ip_forward= net/ipv4/ip_forward=x rule=pf netdev=a/b \
		subnet=2001:db8::/64 $'\tnet/ipv4/conf/eth0/forwarding=1'; do
		echo "$text" >$RUN/network-nat.state
		for command in start stop; do
			exits 1 nat $command
			has "$ERR" "network-nat.state:1"
			is "$(<$RUN/network-nat.state)" "$text"
		done
	done
	exits 4 nat status
	has "$ERR" "$RUN/network-nat.state:1"
}

@test "a note that makes no sense is not guessed at" {
	mkdir -p $RUN
	untouched nonsense
}

@test "nothing is started but the program itself, nothing is said" {
	ASAN_OPTIONS=${ASAN_OPTIONS_TRACED-} exits 0 run_it strace -f -o /run/trace \
		-e trace=execve,fork,vfork,clone "$SCRIPTS/network-nat" start
	is "$(grep -c execve /run/trace)" 1
	refute grep -E 'fork|clone' /run/trace
	is "$OUT$ERR" ""
}

# --- packets ---------------------------------------------------------------------------------

@test "guests behind vif-route reach the LAN and are reached by it, by IPv4 and IPv6" {
	lan 2001:db8:1::1/64 192.168.0.1/24
	use vif-route
	lab_vif 1 0 ip "192.168.0.21 2001:db8:1::21"
	online 1 0
	guest 1 192.168.0.21/32 2001:db8:1::21/128 -- 192.168.0.3
	ip -n guest1 -6 route add default via "$(addresses vif1.0 | grep fe80)" dev g1.0
	is_cut_off guest1 192.168.0.1
	is_cut_off guest1 2001:db8:1::1
	exits 0 route start
	talks guest1 lan 192.168.0.1 192.168.0.21
	talks lan guest1 192.168.0.21 192.168.0.1
	is_cut_off guest1 2001:db8:1::1
	exits 0 route start ipv6=yes
	talks guest1 lan 2001:db8:1::1 2001:db8:1::21
	talks lan guest1 2001:db8:1::21 2001:db8:1::1
	exits 0 route stop
	is_cut_off guest1 192.168.0.1
}

# --- failures --------------------------------------------------------------------------------

# bats test_tags=once
@test "a call that fails in the middle of start: all is undone" {
	fails_anywhere "openat sendmsg write rename fsync" network-route start ipv6=yes
}

@test "a setting that cannot be written: all is undone, the rule, too" {
	before=$(settings)
	mkdir /run/ro
	echo 0 >/run/ro/ip_forward
	mount --bind /run/ro/ip_forward /proc/sys/net/ipv4/ip_forward
	mount -o remount,bind,ro /proc/sys/net/ipv4/ip_forward
	exits 1 nat start
	has "$ERR" "sysctl -qw net/ipv4/ip_forward=1: "
	is "$(postrouting)" ""
	refute ls $RUN/*.state 2>/dev/null
	umount /proc/sys/net/ipv4/ip_forward
	is "$(settings)" "$before"
}
