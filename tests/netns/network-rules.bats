#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What network-nat does in the host's firewall, with each of the kernel's two.

load helper
load routed
load network

FIREWALLS="nft legacy"

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

@test "start twice: one rule, nothing is written, and stop still knows the beginning" {
	before=$(settings)
	exits 0 nat start
	exits 0 route start
	rules=$(iptables-save -c -t nat | grep -v '^[#:]')
	note=$(stat -c %i-%Y $RUN/*.state)
	untouched exits 0 nat start
	exits 0 nat start
	is "$(iptables-save -c -t nat | grep -v '^[#:]')" "$rules"
	is "$(postrouting)" "$MASQUERADE"
	is "$(stat -c %i-%Y $RUN/*.state)" "$note"
	# Undone by hand, it is put in again.
	iptables -w -t nat -F POSTROUTING
	exits 3 nat status
	exits 0 nat start
	is "$(postrouting)" "$MASQUERADE"
	exits 0 nat stop
	exits 0 route stop
	is "$(settings)" "$before"
	is "$(postrouting)" ""
}

@test "subnet= limits the rule, and may change, as netdev= may" {
	for subnet in 10.0.0.0/16 10.8.0.0/13 192.168.100.7/32 10.1.2.128/25; do
		exits 0 nat start subnet=$subnet
		is "$(postrouting)" "$(masquerade_of $subnet)"
		exits 0 nat stop
		is "$(postrouting)" ""
	done
	exits 0 nat start subnet=10.0.7.1/16
	is "$(postrouting)" "$(masquerade_of 10.0.0.0/16)"
	exits 0 nat stop
	# Another one, or another netdev=, takes the old one's place.
	second_nic eth1
	exits 0 nat start
	exits 0 nat start subnet=10.0.0.0/16
	is "$(postrouting)" "$(masquerade_of 10.0.0.0/16)"
	exits 0 nat start subnet=10.0.0.0/16
	is "$(postrouting)" "$(masquerade_of 10.0.0.0/16)"
	exits 0 nat start netdev=eth1
	is "$(postrouting)" "${MASQUERADE/eth0/eth1}"
	# What start was given, stop knows.
	exits 0 nat stop
	is "$(postrouting)" ""
	is "$(forwards)" "0 0"
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

@test "a rule that was there before start stays; iptables -D takes ours away" {
	iptables -w -t nat -A POSTROUTING -o eth0 -j MASQUERADE
	rules=$(iptables-save -t nat | grep -v '^#')
	exits 0 nat start
	is "$(postrouting)" "$MASQUERADE"
	exits 0 nat stop
	is "$(iptables-save -t nat | grep -v '^#')" "$rules"
	is "$(forwards)" "0 0"
	iptables -w -t nat -F POSTROUTING
	exits 0 nat start
	iptables -w -t nat -C POSTROUTING -o eth0 -j MASQUERADE
	iptables -w -t nat -D POSTROUTING -o eth0 -j MASQUERADE
	is "$(postrouting)" ""
	exits 0 nat start subnet=10.8.0.0/13
	iptables -w -t nat -D POSTROUTING -s 10.8.0.0/13 -o eth0 -j MASQUERADE
	is "$(postrouting)" ""
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

@test "who hangs up or says ^C half way leaves no rule of an earlier start" {
	second_nic eth1
	exits 0 nat start
	start_meets HUP network-nat netdev=eth1
	is "$(postrouting)" "${MASQUERADE/eth0/eth1}"
	start_meets INT network-nat
	is "$(postrouting)" "$MASQUERADE"
	exits 0 nat stop
	is "$(postrouting)" ""
	is "$(forwards)" "0 0"
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

@test "the rule is in the host's own tables, in the other ones with firewall=, or in none" {
	other=nft word=nftables
	[ "$LAB_FW" = legacy ] || other=legacy word=iptables
	exits 0 nat start
	if [ "$LAB_FW" = legacy ]; then
		is "$(nft list ruleset)" ""
	else
		is "$(cat /proc/net/ip_tables_names)" ""
		is "$(nft -j list table ip nat | jq -c '[.nftables[].chain | select(.) |
			[.name, .type, .hook, .prio, .policy]]')" \
			'[["POSTROUTING","nat","postrouting",100,"accept"]]'
	fi
	# stop takes it from where start put it.
	lab_firewall $other
	exits 0 nat stop
	is "$(postrouting)" ""
	lab_firewall "$LAB_FW"
	is "$(postrouting)" ""
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
	exits 0 nat stop
	rm /etc/alternatives/iptables
	exits 0 nat start
	is "$(iptables-nft -w -t nat -S POSTROUTING | sed /^-P/d)" "$MASQUERADE"
	exits 0 nat stop
	is "$(iptables-nft -w -t nat -S POSTROUTING | sed /^-P/d)" ""
}

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
	exits 0 nat start subnet=10.0.0.0/16
	talks guest1 lan 192.168.0.1 192.168.0.3
	is_cut_off lan 10.0.1.1
	# With subnet= others go out as they are.
	ip -n lan route add 10.0.0.0/16 via 192.168.0.3
	exits 0 nat start subnet=10.0.0.0/24
	talks guest1 lan 192.168.0.1 10.0.1.1
	exits 0 nat stop
	is_cut_off guest1 192.168.0.1
}

# bats test_tags=once
@test "a call that fails in the middle of start: all is undone" {
	admins_rules
	calls="sendmsg write rename"
	[ "$LAB_FW" = nft ] || calls=setsockopt
	fails_anywhere "$calls" network-nat start subnet=10.0.0.0/16 ipv6=yes
}
