#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# network-route and network-nat: what they set, that it works, and that stop puts it back. Each
# test runs once with each of the kernel's two firewalls as the host's own.

load helper
load routed
load network

setup() {
	local LAB_FW
	export LAB_FW
	for LAB_FW in nft legacy; do
		in_dom0 "$(declare -f); bats_test_begin() { :; }; enter; fresh_host; $BATS_TEST_NAME"
	done
	# It has run: no second time out here. This is how bats' own skip ends a test.
	BATS_TEST_COMPLETED=1
	exit 0
}

# --- start -----------------------------------------------------------------------------------

golden_state() { # TITLE
	echo "== $1"
	ip -j -d link show dev eth0 | jq -r '.[] | ["link", .ifname, .linkinfo.info_kind, .address,
		"mtu", .mtu, "master", .master // "-",
		(.flags | map(select(. == ("UP", "NOARP", "MULTICAST"))) | sort[])] |
		map(tostring) | join(" ")'
	ip -j addr show dev eth0 | jq -r '.[0].addr_info[] | select(.family == "inet") |
		["addr", "eth0", .local, .prefixlen, .broadcast, .label, .scope] |
		map(tostring) | join(" ")'
	ip route show | sed 's/^/route4 /; s/ *$//'
	postrouting | sed 's/^/fw4 nat /'
	echo "sysctl ip_forward=$(number ipv4/ip_forward)"
}

@test "as the original script, but with exit status 0, and undone by stop" {
	ip route del default
	{
		nat start netdev=eth0
		echo "rc network-nat start netdev=eth0 = $STATUS"
		golden_state started
		nat stop netdev=eth0
		echo "rc network-nat stop netdev=eth0 = $STATUS"
		golden_state stopped
	} | diff <(grep -v '^#' "$TESTS/golden/netnat.txt") - >&2
}

@test "network-route: the host forwards, and netdev answers for the guests" {
	exits 0 route start
	is "$OUT$ERR" ""
	is "$(forwards)" "1 0"
	is "$(number ipv4/conf/eth0/proxy_arp)" 1
	is "$(number ipv4/conf/lo/proxy_arp)" 0
	is "$(postrouting)" ""
}

@test "network-nat: the host forwards, and masquerades, without proxy_arp" {
	exits 0 nat start
	is "$OUT$ERR" ""
	is "$(forwards)" "1 0"
	is "$(number ipv4/conf/eth0/proxy_arp)" 0
	is "$(postrouting)" "$MASQUERADE"
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

@test "netdev by the default route, IPv6's where there is no other" {
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
}

@test "no default route and no netdev: nothing is changed" {
	ip route del default
	for program in nat route; do
		untouched exits 1 $program start
		has "$ERR" "network-$program: netdev is not set, and there is no default route"
		refute ls $RUN/*.state 2>/dev/null
	done
}

@test "a missing netdev: nothing is changed" {
	for program in nat route; do
		untouched exits 1 $program start netdev=eth9
		has "$ERR" "network-$program: there is no interface eth9"
		refute ls $RUN/*.state 2>/dev/null
	done
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

@test "start twice: one rule, nothing is written, and stop still knows the beginning" {
	before=$(settings)
	exits 0 nat start
	exits 0 route start
	rules=$(iptables-save -c -t nat | grep -v '^[#:]')
	note=$(stat -c %i-%Y $RUN/*.state)
	for again in 1 2; do
		untouched exits 0 nat start
		untouched exits 0 route start
	done
	is "$(iptables-save -c -t nat | grep -v '^[#:]')" "$rules"
	is "$(postrouting)" "$MASQUERADE"
	is "$(stat -c %i-%Y $RUN/*.state)" "$note"
	exits 0 nat stop
	exits 0 route stop
	is "$(settings)" "$before"
	is "$(postrouting)" ""
}

@test "start again after something was undone by hand" {
	exits 0 nat start
	iptables -w -t nat -F POSTROUTING
	set_number ipv4/ip_forward 0
	exits 0 nat start
	is "$(forwards)" "1 0"
	is "$(postrouting)" "$MASQUERADE"
	exits 0 nat stop
	is "$(forwards)" "0 0"
	is "$(postrouting)" ""
}

# --- subnet= ---------------------------------------------------------------------------------

@test "subnet= limits the rule" {
	exits 0 nat start subnet=10.0.0.0/16
	is "$(postrouting)" "$(masquerade_of 10.0.0.0/16)"
	exits 0 nat start subnet=10.0.0.0/16
	is "$(postrouting)" "$(masquerade_of 10.0.0.0/16)"
	exits 0 nat stop
	is "$(postrouting)" ""
	for subnet in 10.8.0.0/13 192.168.100.7/32 10.1.2.128/25; do
		exits 0 nat start subnet=$subnet
		is "$(postrouting)" "$(masquerade_of $subnet)"
		exits 0 nat stop
		is "$(postrouting)" ""
	done
	exits 0 nat start subnet=10.0.7.1/16
	is "$(postrouting)" "$(masquerade_of 10.0.0.0/16)"
}

@test "another subnet= or netdev= takes the old one's place" {
	second_nic eth1
	exits 0 nat start
	exits 0 nat start subnet=10.0.0.0/16
	is "$(postrouting)" "$(masquerade_of 10.0.0.0/16)"
	exits 0 nat start netdev=eth1
	is "$(postrouting)" "${MASQUERADE/eth0/eth1}"
	exits 0 nat stop
	is "$(postrouting)" ""
	is "$(forwards)" "0 0"
	exits 0 route start
	exits 0 route start netdev=eth1
	is "$(number ipv4/conf/eth0/proxy_arp) $(number ipv4/conf/eth1/proxy_arp)" "0 1"
	exits 0 route stop
	is "$(number ipv4/conf/eth0/proxy_arp) $(number ipv4/conf/eth1/proxy_arp)" "0 0"
}

@test "a subnet that is none" {
	for subnet in 10.0.0.0/33 10.0.0 2001:db8::/64 eth0; do
		untouched exits 1 nat start subnet=$subnet
		has "$ERR" "$subnet"
	done
}

# --- IPv6 ------------------------------------------------------------------------------------

@test "ipv6=yes: IPv6 is forwarded, too, but not masqueraded" {
	for program in nat route; do
		exits 0 $program start ipv6=yes
		is "$(forwards)" "1 1"
		is "$(ip6tables -w -t nat -S POSTROUTING | sed '/^-P/d')" ""
		exits 0 $program stop
		is "$(forwards)" "0 0"
	done
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

@test "ipv6=yes at one start, and not at the next" {
	before=$(settings)
	exits 0 route start ipv6=yes
	exits 0 route start
	is "$(forwards)" "1 0"
	is "$(number ipv6/conf/eth0/accept_ra)" 1
	exits 0 route stop
	is "$(settings)" "$before"
}

# --- stop ------------------------------------------------------------------------------------

@test "stop puts back what start found, each combination" {
	for forward in 0 1; do
		for proxy in 0 1; do
			for forward6 in 0 1; do
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
		done
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
}

@test "stop switches nothing on that was switched off by hand" {
	set_number ipv4/ip_forward 1
	exits 0 nat start
	set_number ipv4/ip_forward 0
	exits 0 nat stop
	is "$(forwards)" "0 0"
}

@test "stop twice" {
	before=$(settings)
	for program in nat route; do
		exits 0 $program start
		exits 0 $program stop
		untouched exits 0 $program stop
		is "$OUT$ERR" ""
	done
	is "$(settings)" "$before"
	is "$(postrouting)" ""
}

@test "stop without start: only the rule goes, however often it is there" {
	for times in 1 2; do
		set_number ipv4/ip_forward 1
		set_number ipv4/conf/eth0/proxy_arp 1
		iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE
		iptables -w -t nat -A POSTROUTING -s 10.0.0.0/16 -o eth0 -j MASQUERADE
		[ $times = 1 ] || iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE
		exits 0 nat stop
		is "$(postrouting)" "$(masquerade_of 10.0.0.0/16)"
		exits 0 nat stop subnet=10.0.0.0/16
		is "$(postrouting)" ""
		exits 0 route stop
		is "$(forwards) $(number ipv4/conf/eth0/proxy_arp)" "1 0 1"
	done
}

@test "stop when default route, netdev or address are gone" {
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

@test "stop without netdev= stops what start was given" {
	second_nic eth1
	exits 0 nat start netdev=eth1 subnet=10.0.0.0/16
	exits 0 nat stop
	is "$(postrouting)" ""
}

@test "stop takes the rule from where start put it" {
	other=nft
	[ "$LAB_FW" = legacy ] || other=legacy
	exits 0 nat start
	lab_firewall $other
	exits 0 nat stop
	is "$(postrouting)" ""
	lab_firewall "$LAB_FW"
	is "$(postrouting)" ""
}

@test "a rule that was there before start stays" {
	iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE
	rules=$(iptables-save -t nat | grep -v '^#')
	exits 0 nat start
	is "$(postrouting)" "$MASQUERADE"
	exits 0 nat stop
	is "$(iptables-save -t nat | grep -v '^#')" "$rules"
	is "$(forwards)" "0 0"
}

@test "what a failing stop leaves, the next one takes away" {
	exits 0 nat start
	if [ "$LAB_FW" = legacy ]; then
		exec {lock}>/run/xtables.lock
		flock $lock
		exits 1 nat stop timeout=1
		has "$ERR" "the lock /run/xtables.lock was not to be had"
		flock -u $lock
	else
		ASAN_OPTIONS=${ASAN_OPTIONS_TRACED-} exits 1 run_it strace -f -o /run/trace \
			-e inject=sendmsg,sendto:error=EPERM:when=9+ "$SCRIPTS/network-nat" stop
	fi
	is "$(postrouting)" "$MASQUERADE"
	is "$(forwards)" "0 0"
	exits 0 nat stop
	is "$(postrouting)" ""
	is "$(ls $RUN)" network.lock
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
}

@test "both programs, of which one is started, stopped and started again" {
	exits 0 nat start
	exits 0 route start
	exits 0 nat stop
	exits 0 nat start
	exits 0 route stop
	is "$(forwards)" "1 0"
	exits 0 nat stop
	is "$(forwards)" "0 0"
}

@test "two at once: each waits for the other" {
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
}

@test "a lock that is not to be had" {
	mkdir -p $RUN
	exec {lock}>$RUN/network.lock
	flock $lock
	untouched exits 1 nat start timeout=1
	has "$ERR" "the lock $RUN/network.lock was not to be had within 1 s"
	exits 3 nat status timeout=1
}

# --- the firewall ----------------------------------------------------------------------------

@test "iptables -D with the same words takes the rule away" {
	exits 0 nat start
	iptables -w -t nat -C POSTROUTING -o eth0 -j MASQUERADE
	iptables -w -t nat -D POSTROUTING -o eth0 -j MASQUERADE
	is "$(postrouting)" ""
	exits 0 nat start subnet=10.8.0.0/13
	iptables -w -t nat -D POSTROUTING -s 10.8.0.0/13 -o eth0 -j MASQUERADE
	is "$(postrouting)" ""
}

# Not one of them is network-nat's own, whatever it has in common.
admins_rules() {
	iptables-restore -w <<-'END2'
		*nat
		:PREROUTING ACCEPT
		:INPUT ACCEPT
		:OUTPUT ACCEPT
		:POSTROUTING ACCEPT
		:mine -
		[3:180] -A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.0.1.1
		[1:60] -A POSTROUTING -s 10.0.0.0/16 -d 10.0.0.0/8 -j RETURN
		[2:120] -A POSTROUTING -s 10.0.0.0/17 -o eth0 -j MASQUERADE
		[5:300] -A POSTROUTING -o eth0 -p tcp -j MASQUERADE --to-ports 1024-2048
		[6:360] -A POSTROUTING -o eth0 -j MASQUERADE --random
		[7:420] -A POSTROUTING -o eth0 -m comment --comment "mine" -j MASQUERADE
		[8:480] -A POSTROUTING ! -o eth0 -j MASQUERADE
		[9:540] -A POSTROUTING -o eth+ -j MASQUERADE
		[9:540] -A POSTROUTING -o eth00 -j MASQUERADE
		[9:540] -A POSTROUTING -d 10.0.0.0/16 -o eth0 -j MASQUERADE
		[4:240] -A POSTROUTING -j MASQUERADE
		[4:240] -A POSTROUTING -o eth0 -j ACCEPT
		[4:240] -A POSTROUTING -o eth0 -j mine
		[4:240] -A POSTROUTING -o eth0 -j SNAT --to-source 192.168.0.3
		[0:0] -A mine -o eth0 -j MASQUERADE
		COMMIT
	END2
}

saved() {
	iptables-save -c | sed '/^#/d; /^:/s/ \[.*//'
}

@test "an admin's rules stay byte for byte and in order, with their counters" {
	admins_rules
	before=$(saved)
	for words in "" subnet=10.0.0.0/16; do
		exits 0 nat start $words
		is "$(saved | diff <(echo "$before") - | grep -c '^[<>]')" 1
		is "$(postrouting | tail -1)" "-A POSTROUTING${words:+ -s 10.0.0.0/16} -o eth0 -j MASQUERADE"
		exits 0 nat start $words
		exits 0 nat stop
		is "$(saved)" "$before"
		exits 0 nat stop $words
		is "$(saved)" "$before"
	done
}

@test "the rule is not written to the other tables" {
	exits 0 nat start
	if [ "$LAB_FW" = legacy ]; then
		is "$(nft list ruleset)" ""
	else
		is "$(cat /proc/net/ip_tables_names)" ""
		is "$(nft -j list table ip nat | jq -c '[.nftables[].chain | select(.) |
			[.name, .type, .hook, .prio, .policy]]')" \
			'[["POSTROUTING","nat","postrouting",100,"accept"]]'
	fi
}

@test "firewall=: the other one, or none" {
	other=nft word=nftables
	[ "$LAB_FW" = legacy ] || other=legacy word=iptables
	exits 0 nat start firewall=$word
	is "$(postrouting)" ""
	is "$(iptables-$other -w -t nat -S POSTROUTING | sed /^-P/d)" "$MASQUERADE"
	exits 0 nat status
	exits 0 nat stop
	is "$(iptables-$other -w -t nat -S POSTROUTING | sed /^-P/d)" ""
	exits 0 nat start firewall=none
	is "$(postrouting)$(iptables-$other -w -t nat -S POSTROUTING | sed /^-P/d)" ""
	is "$(forwards)" "1 0"
	exits 0 nat status firewall=none
}

@test "no command iptables: nf_tables" {
	rm /etc/alternatives/iptables
	exits 0 nat start
	is "$(iptables-nft -w -t nat -S POSTROUTING | sed /^-P/d)" "$MASQUERADE"
	exits 0 nat stop
	is "$(iptables-nft -w -t nat -S POSTROUTING | sed /^-P/d)" ""
}

# --- status ----------------------------------------------------------------------------------

@test "status: one line for each thing, 0 when all is set, else 3" {
	untouched exits 3 nat status
	lines "$OUT" 2
	is "$ERR" ""
	untouched exits 3 route status
	lines "$OUT" 2
	nat start
	untouched exits 0 nat status
	lines "$OUT" 2
	exits 3 route status
	route start
	untouched exits 0 route status
	nat stop
	exits 3 nat status
	exits 0 route status
	route stop
	exits 3 route status
	iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE
	exits 3 nat status
	set_number ipv4/ip_forward 1
	exits 0 nat status
	exits 3 nat status subnet=10.0.0.0/16
}

@test "status: each thing that is missing makes it 3" {
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
	nat start subnet=10.0.0.0/16
	exits 0 nat status
	iptables -w -t nat -F POSTROUTING
	exits 3 nat status
}

@test "status without a netdev" {
	exits 3 route status netdev=nosuch
	has "$OUT" "there is no interface nosuch"
	ip route del default
	exits 3 nat status
	has "$OUT" "there is no default route"
}

@test "status that cannot be found out: 4" {
	exits 4 nat status subnet=nonsense
	mkdir -p $RUN
	echo nonsense >$RUN/network-nat.state
	exits 4 nat status
	has "$ERR" "$RUN/network-nat.state:1"
}

# --- calls -----------------------------------------------------------------------------------

@test "an unknown command: the script's two lines, exit 1" {
	for program in nat route; do
		untouched exits 1 $program restart
		is "$ERR" "Unknown command: restart
Valid commands are: start, stop, status"
		is "$OUT" ""
		untouched exits 1 $program
		is "$ERR" $'Unknown command: \nValid commands are: start, stop, status'
	done
}

@test "mistakes in the call change nothing" {
	for words in "start nonsense=1" "start stop" "start netdev=a/b" "start ipv6=maybe" \
		"start firewall=pf" "start timeout=0" "-x start" "start netdev=abcdefghijklmnop"; do
		untouched exits 1 nat $words
		has "$ERR" "network-nat: "
	done
}

@test "a note that makes no sense is not guessed at" {
	mkdir -p $RUN
	for text in nonsense net/ipv4/ip_forward= net/ipv4/ip_forward=x rule=pf netdev=a/b \
		subnet=2001:db8::/64 $'\tnet/ipv4/conf/eth0/forwarding=1'; do
		echo "$text" >$RUN/network-nat.state
		for command in start stop; do
			untouched exits 1 nat $command
			has "$ERR" "network-nat.state:1"
		done
	done
}

@test "nothing is started but the program itself, nothing is said" {
	ASAN_OPTIONS=${ASAN_OPTIONS_TRACED-} exits 0 run_it strace -f -o /run/trace \
		-e trace=execve,fork,vfork,clone "$SCRIPTS/network-nat" start
	is "$(grep -c execve /run/trace)" 1
	refute grep -E 'fork|clone' /run/trace
	is "$OUT$ERR" ""
}

# --- packets ---------------------------------------------------------------------------------

# A guest behind vif-nat, on its /16.
nat_guest() { # D
	use vif-nat
	lab_vif "$1" 0
	online "$1" 0
	guest "$1" "10.0.$1.1/32" -- "10.0.$1.128"
}

@test "a guest behind vif-nat reaches the LAN under the host's address, and not the other way" {
	lan 192.168.0.1/24
	nat_guest 1
	is_cut_off guest1 192.168.0.1
	exits 0 nat start
	talks guest1 lan 192.168.0.1 192.168.0.3
	talks host lan 192.168.0.1 192.168.0.3
	is_cut_off lan 10.0.1.1
	exits 0 nat stop
	is_cut_off guest1 192.168.0.1
}

@test "with subnet= others go out as they are" {
	lan 192.168.0.1/24
	ip -n lan route add 10.0.0.0/16 via 192.168.0.3
	nat_guest 1
	exits 0 nat start subnet=10.0.0.0/24
	talks guest1 lan 192.168.0.1 10.0.1.1
	exits 0 nat start subnet=10.0.0.0/16
	talks guest1 lan 192.168.0.1 192.168.0.3
}

@test "guests behind vif-route reach the LAN and are reached by it" {
	lan 192.168.0.1/24
	use vif-route
	lab_vif 1 0 ip 192.168.0.21
	online 1 0
	guest 1 192.168.0.21/32 -- 192.168.0.3
	is_cut_off guest1 192.168.0.1
	exits 0 route start
	talks guest1 lan 192.168.0.1 192.168.0.21
	talks lan guest1 192.168.0.21 192.168.0.1
	exits 0 route stop
	is_cut_off guest1 192.168.0.1
}

@test "with ipv6=yes by IPv6, too" {
	lan 2001:db8:1::1/64 192.168.0.1/24
	use vif-route
	lab_vif 1 0 ip 2001:db8:1::21
	online 1 0
	guest 1 2001:db8:1::21/128 --
	ip -n guest1 -6 route add default via "$(addresses vif1.0 | grep fe80)" dev g1.0
	is_cut_off guest1 2001:db8:1::1
	exits 0 route start ipv6=yes
	talks guest1 lan 2001:db8:1::1 2001:db8:1::21
	talks lan guest1 2001:db8:1::21 2001:db8:1::1
}

# --- failures --------------------------------------------------------------------------------

# Each of the program's calls of some kinds fails once: all is done, or nothing.
fails_anywhere() { # PROGRAM START-WORD...
	local program=$1 call n max before runs=0
	shift
	for call in openat write sendto sendmsg setsockopt socket rename fsync; do
		before=$(settings; postrouting; ls $RUN/*.state 2>/dev/null || true)
		strace -f -o /run/trace -e trace=$call "$SCRIPTS/$program" "$@" >/dev/null
		max=$(grep -c "$call(" /run/trace || true)
		"$SCRIPTS/$program" stop
		is "$(settings; postrouting; ls $RUN/*.state 2>/dev/null || true)" "$before"
		for ((n = 1; n <= max; n++)); do
			run_it strace -f -o /run/trace -e inject=$call:error=EIO:when=$n \
				"$SCRIPTS/$program" "$@"
			runs=$((runs + 1))
			if [ "$STATUS" = 0 ]; then
				"$SCRIPTS/$program" status >/dev/null
				"$SCRIPTS/$program" stop
			fi
			is "$(settings; postrouting; ls $RUN/*.state 2>/dev/null || true)" "$before" ||
				complain "$call $n: exit $STATUS: $ERR"
		done
	done
	((runs > 20)) || complain "$runs runs"
}

@test "a call that fails in the middle of start: all is undone" {
	! grep -q __asan_init "$SCRIPTS/network-nat" || exit 0
	admins_rules
	fails_anywhere network-nat start subnet=10.0.0.0/16 ipv6=yes
	fails_anywhere network-route start ipv6=yes
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
