#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# Which of the kernel's firewalls gets the accept rules, and what happens when it does not.

load helper

nft_rules() {
	forward iptables-nft
}

legacy_rules() {
	forward iptables-legacy
}

# What a failed online may not have changed: all but its report.
state() {
	everything | grep -v '^store '
}

# One line of stderr, and one of Xen's log, has all PARTs, and there are no others.
warns() { # PART...
	local part
	lines "$ERR" 1
	lines "$(<"$LOG")" 1
	for part; do
		has "$ERR" "$part"
		has "$(<"$LOG")" "$part"
	done
}

# --- which one -------------------------------------------------------------------------------

@test "the one of the command iptables; -v says which, and why" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_firewall nft
	online 1 0 -v
	has "$ERR" "/usr/sbin/iptables is /usr/sbin/xtables-nft-multi: the rules go to nf_tables"
	lines "$(nft_rules)" 2
	offline 1 0
	lab_firewall legacy
	online 1 0 -v
	has "$ERR" "/usr/sbin/iptables is /usr/sbin/xtables-legacy-multi: the rules go to the legacy tables"
	is "$(nft_rules)" ""
	lines "$(legacy_rules)" 2
	offline 1 0
	is "$(legacy_rules)" ""
}

@test "an iptables of before there were two" {
	lab_bridge xenbr0
	lab_vif 1 0
	cp /usr/sbin/xtables-legacy-multi /run/xtables-multi
	ln -sf /run/xtables-multi /etc/alternatives/iptables
	online 1 0
	lines "$(legacy_rules)" 2
	is "$(nft_rules)" ""
}

@test "an iptables that tells nothing, or that is not there: the one with a table filter" {
	lab_bridge xenbr0
	lab_vif 1 0
	printf '#!/bin/sh\n' >/run/wrapper
	chmod +x /run/wrapper
	for tool in none wrapper; do
		lab_firewall none
		[ "$tool" = none ] || ln -s /run/wrapper /etc/alternatives/iptables
		# The one that IPv6 has, too.
		ip6tables-legacy -S >/run/loads-it
		online 1 0 -v
		has "$ERR" "the rules go to the legacy tables"
		lines "$(legacy_rules)" 2
		is "$(nft list ruleset)" ""
		offline 1 0
		is "$(legacy_rules)" ""
		iptables-nft -P FORWARD ACCEPT
		online 1 0 -v
		has "$ERR" "the rules go to nf_tables"
		lines "$(nft_rules)" 2
		is "$(legacy_rules)" ""
		offline 1 0
		is "$(nft_rules)" ""
		nft delete table ip filter
	done
}

@test "no iptables and no table filter: no rules; -v says so" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	lab_firewall none
	online 1 0 -v
	has "$ERR" "neither a command iptables nor a table filter: no accept rules"
	is_connected 1 0
	is "$(nft list ruleset)" ""
	is "$(cat /proc/net/ip_tables_names /proc/net/ip6_tables_names)" ""
	offline 1 0
	is "$ERR" ""
	is "$(nft list ruleset)" ""
}

@test "firewall= overrules the command, in file, environment and argument" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_firewall nft
	config <<<'firewall=iptables'
	online 1 0
	is "$(nft_rules)" ""
	lines "$(legacy_rules)" 2
	offline 1 0
	is "$(legacy_rules)" ""
	firewall=none online 1 0
	is "$(nft_rules)$(legacy_rules)" ""
	firewall=none online 1 0 firewall=nftables
	lines "$(nft_rules)" 2
	firewall=none offline 1 0 firewall=nftables
	rm /etc/xen/hotplug.conf
	lab_firewall legacy
	online 1 0 firewall=nftables
	lines "$(nft_rules)" 2
	is "$(legacy_rules)" ""
	offline 1 0 firewall=nftables
	is "$(nft_rules)" ""
	online 1 0 firewall=auto
	is "$(nft_rules)" ""
	lines "$(legacy_rules)" 2
}

@test "firewall=none: no rules, and those that are there are nobody's business" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	online 1 0 firewall=none -v
	has "$ERR" "firewall=none: no accept rules"
	is "$(nft list ruleset)" ""
	is "$(cat /proc/net/ip_tables_names /proc/net/ip6_tables_names)" ""
	iptables -I FORWARD -i vif1.0 -j ACCEPT
	online 1 0 firewall=none
	offline 1 0 firewall=none
	lines "$(forward)" 1
}

@test "a firewall that is none of these is refused" {
	lab_bridge xenbr0
	lab_vif 1 0
	online_fails 1 0 firewall=ebtables
	has "$(back 1 0 hotplug-error)" "firewall='ebtables'"
	is_unplugged vif1.0
}

# --- what stands in the way ------------------------------------------------------------------

@test "rules in the other firewall's FORWARD: told once" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	lab_firewall nft
	# What does not say anything: a table that is there, and rules of other chains.
	iptables-legacy -A INPUT -j ACCEPT
	online 1 0
	is "$ERR" ""
	iptables-legacy -A FORWARD -s 10.9.9.9 -j ACCEPT
	online 1 0
	warns "rules go to nf_tables" "legacy tables"
	rm "$LOG"
	offline 1 0
	is "$ERR" ""
	lab_firewall legacy
	iptables-nft -A FORWARD -s 10.9.9.9 -j ACCEPT
	online 1 0
	warns "rules go to the legacy tables" nf_tables
}

@test "a policy in the other firewall: told, too" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_firewall nft
	iptables-legacy -P FORWARD DROP
	online 1 0
	warns "rules go to nf_tables" "legacy tables"
	iptables-legacy -P FORWARD ACCEPT
	rm "$LOG"
	offline 1 0
	iptables-nft -P FORWARD DROP
	lab_firewall legacy
	online 1 0
	warns "rules go to the legacy tables" nf_tables
}

@test "firewall=none where bridged frames meet a FORWARD that drops: told once" {
	lab_bridge xenbr0
	lab_vif 1 0
	calls=/proc/sys/net/bridge/bridge-nf-call-iptables
	for tool in iptables-nft iptables-legacy; do
		echo 1 >"$calls"
		online 1 0 firewall=none
		is "$ERR" ""
		"$tool" -P FORWARD DROP
		online 1 0 firewall=none
		warns FORWARD DROP bridge-nf-call-iptables
		rm "$LOG"
		echo 0 >"$calls"
		online 1 0 firewall=none
		is "$ERR" ""
		"$tool" -P FORWARD ACCEPT
	done
}

@test "no iptables, but a FORWARD that drops: rules, and so no warning" {
	lab_bridge xenbr0
	lab_vif 1 0
	echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
	lab_firewall none
	iptables-legacy -P FORWARD DROP
	online 1 0
	is "$ERR" ""
	lines "$(legacy_rules)" 2
}

# --- the legacy tables' lock -----------------------------------------------------------------

hold() { # FILE: HOLDER has the lock
	perl -MFcntl=:flock -e 'open F, ">>", shift; flock F, LOCK_EX; sleep 30' "$1" &
	HOLDER=$!
	while flock -n "$1" true; do
		sleep 0.01
	done
}

@test "a lock that another has is waited for, and got" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_firewall legacy
	hold /run/xtables.lock
	{ sleep 0.3 && kill "$HOLDER"; } &
	online 1 0
	is "$ERR" ""
	lines "$(legacy_rules)" 2
}

@test "a lock that is not given up: told by whom, and no failure" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_firewall legacy
	hold /run/xtables.lock
	before=$(milliseconds)
	online 1 0 timeout=1
	took=$(($(milliseconds) - before))
	((took >= 900 && took < 2500)) || complain "$took ms"
	warns /run/xtables.lock "within 1 s" "process $HOLDER (perl)" vif1.0
	kill "$HOLDER"
	is "$(legacy_rules)" ""
	is_connected 1 0
	is_port_of vif1.0 xenbr0
}

@test "a lock that is not given up, with antispoof=yes: an error, and nothing changed" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1 vifname web
	lab_firewall legacy
	hold /run/xtables.lock
	state >/run/before
	online_fails 1 0 timeout=1 antispoof=yes
	kill "$HOLDER"
	has "$(back 1 0 hotplug-error)" "process $HOLDER (perl)"
	is "$(back 1 0 hotplug-status)" error
	state | diff /run/before - >&2
}

@test "a lock that is not given up at offline: all else is taken down, and it is an error" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	lab_firewall legacy
	online 1 0 antispoof=yes
	hold /run/xtables.lock
	fails call 1 0 offline timeout=1
	has "$ERR" "process $HOLDER (perl)"
	is_unplugged vif1.0
	is "$(nft list ruleset)" ""
	kill "$HOLDER"
	offline 1 0
	is "$(legacy_rules)$(forward ip6tables-legacy)" ""
}

@test "XTABLES_LOCKFILE names another lock" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_firewall legacy
	hold /run/xtables.lock
	export XTABLES_LOCKFILE=/run/own.lock
	before=$(milliseconds)
	online 1 0 timeout=5
	(($(milliseconds) - before < 1000))
	is "$ERR" ""
	lines "$(legacy_rules)" 2
	offline 1 0
	hold /run/own.lock
	online 1 0 timeout=1
	warns /run/own.lock "process $HOLDER (perl)"
}

@test "nf_tables needs no lock" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_firewall nft
	hold /run/xtables.lock
	before=$(milliseconds)
	online 1 0 timeout=5
	(($(milliseconds) - before < 1000))
	lines "$(nft_rules)" 2
}

# --- failures --------------------------------------------------------------------------------

# The first call of NAME that looks like PATTERN fails with ERROR, in a run of online with WORDs;
# with ERROR+ all calls of NAME from there on. Which one it is a run before tells; it is taken back.
with_error() { # NAME PATTERN ERROR WORD...
	local name=$1 pattern=$2 error=${3%+} from=${3##*[A-Z]} number
	shift 3
	empty_forward
	state >/run/before
	trace "$name" 1 0 online "$@"
	is "$STATUS" 0
	number=$(grep -E "^[0-9]+ +$name\(" /run/trace | grep -n -E "$pattern" | sed -n '1s/:.*//p')
	[ -n "$number" ] || complain "no $name like $pattern"
	offline 1 0
	ip link set vif1.0 address 02:00:00:00:01:00 addrgenmode eui64
	state | diff /run/before - >&2
	rm -f "$LOG"
	ASAN_OPTIONS=$ASAN_OPTIONS_TRACED call_under 1 0 strace -f -o /run/injected -e "trace=$name" \
		-e "inject=$name:error=$error:when=$number$from" -- online "$@"
	grep -q INJECTED /run/injected
}

# Per firewall: the call that writes a family's rules.
writes() { # FAMILY
	case $LAB_FW-$1 in
	nft-IPv4) echo 'NFT_MSG_NEWRULE.*nfgen_family=AF_INET,' ;;
	nft-IPv6) echo 'NFT_MSG_NEWRULE.*nfgen_family=AF_INET6' ;;
	legacy-IPv4) echo 'SOL_IP, .*filter' ;;
	legacy-IPv6) echo 'SOL_IPV6, .*filter' ;;
	esac
}

in_both() { # TEST
	for LAB_FW in nft legacy; do
		lab_firewall "$LAB_FW"
		"$1" "$([ $LAB_FW = nft ] && echo sendto || echo setsockopt)"
		offline 1 0 antispoof=no
		ip link set vif1.0 address 02:00:00:00:01:00 addrgenmode eui64
		rm -f "$LOG"
		nft flush ruleset
		xenstore-write "$BACKEND/1/0/hotplug-status" ''
		xenstore-rm "$BACKEND/1/0/hotplug-error" || true
	done
}

@test "rules that cannot be added: told, and no failure" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	fails_to_add() {
		with_error "$1" "$(writes IPv4)" ENOMEM
		is "$STATUS" 0
		warns IPv4 vif1.0
		is "$(forward)" ""
		lines "$(forward ip6tables)" 4
		is_connected 1 0
		is_port_of vif1.0 xenbr0
	}
	in_both fails_to_add
}

@test "rules that cannot be added, with antispoof=yes: an error, and nothing changed" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	fails_to_add() {
		with_error "$1" "$(writes IPv4)" ENOMEM antispoof=yes
		is "$STATUS" 1
		warns IPv4 vif1.0
		is_reported 1 0 "${ERR#vif-bridge: }"
		state | diff /run/before - >&2
	}
	in_both fails_to_add
}

@test "IPv6 rules that the kernel will not have are never a failure" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	fails_to_add() {
		with_error "$1" "$(writes IPv6)" EAFNOSUPPORT antispoof=yes
		is "$STATUS" 0
		warns IPv6 vif1.0
		lines "$(forward)" 3
		is "$(forward ip6tables)" ""
		is_connected 1 0
	}
	in_both fails_to_add
}

@test "a kernel without the legacy IPv6 table" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	lab_firewall legacy
	with_error getsockopt SOL_IPV6 ENOPROTOOPT
	is "$STATUS" 0
	warns "no ip6tables (legacy) table filter" vif1.0
	lines "$(forward)" 3
	is_connected 1 0
}

@test "a kernel without nf_tables: told, and no failure" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_firewall nft
	with_error socket NETLINK_NETFILTER EPROTONOSUPPORT+
	is "$STATUS" 0
	has "$ERR" "IPv4 rules for vif1.0 in nf_tables"
	is_connected 1 0
	is_port_of vif1.0 xenbr0
}

@test "a kernel without nf_tables, with antispoof=yes: an error, and nothing changed" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_firewall legacy
	with_error socket NETLINK_NETFILTER EPROTONOSUPPORT+ antispoof=yes
	is "$STATUS" 1
	has "$(back 1 0 hotplug-error)" "guard of vif1.0"
	state | diff /run/before - >&2
}

@test "IPv6 switched off: the rules are of no use, and no harm" {
	echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	for LAB_FW in nft legacy; do
		lab_firewall "$LAB_FW"
		online 1 0
		is "$ERR" ""
		lines "$(forward)" 3
		lines "$(forward ip6tables)" 4
		offline 1 0
		is "$(forward)$(forward ip6tables)" ""
	done
}

@test "a hook that fails: the old rules come back, where they were and as they were" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
	hook a.hook <<<'[ "$command" != online ]'
	for LAB_FW in nft legacy; do
		lab_firewall "$LAB_FW"
		for tool in iptables ip6tables; do
			"$tool" -A FORWARD -i eth0 -j DROP
			"$tool" -A FORWARD -i vif1.0 -p tcp -m multiport --dports 80,443 -j ACCEPT
			"$tool" -A FORWARD -i eth1 -j DROP
			"$tool" -A FORWARD -o vif1.0 -c 5 500 -p udp -m udp --dport 53 -j ACCEPT
			"$tool" -A FORWARD -m physdev --physdev-in vif1.0 -m comment --comment "it's" -j ACCEPT
			"$tool" -A FORWARD -i eth2 -j DROP
		done
		{ iptables-save -c; ip6tables-save -c; } | grep '^\[' >/run/before
		online_fails 1 0
		lines "$ERR" 1
		{ iptables-save -c; ip6tables-save -c; } | grep '^\[' | diff /run/before - >&2
		iptables -F FORWARD
		ip6tables -F FORWARD
	done
}
