#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# Many at once at the host's firewall: our programs, an admin, the original script.

load helper

# 30 guests; of those with an odd number IPv6 addresses, too, and a prefix.
ip_of() { # D
	echo -n "10.0.0.$1"
	(($1 % 2 == 0)) || echo -n " 10.1.$1.0/24 2001:db8::$1"
}

guests() {
	lab_bridge xenbr0
	for d in {1..30}; do
		lab_vif "$d" 0 ip "$(ip_of "$d")"
	done
}

# Commands that were started with &: all of them must succeed.
WRITERS=()
all_succeed() {
	local pid failed=0
	for pid in "${WRITERS[@]}"; do
		wait "$pid" || failed=$((failed + 1))
	done
	WRITERS=()
	is "$failed" 0 || complain "$(tail -5 "$LOG")"
}

at_once() { # COMMAND...
	"$@" >/dev/null &
	WRITERS+=($!)
}

ours() { # COMMAND D WORD...
	at_once lab_call "$PROGRAM" "$2" 0 "$1" type_if=vif "${@:3}"
}

# As `iptables -w` has it said: by an admin, and by the script for another vif.
admin() { # TOOL N
	at_once "$1" -w -A FORWARD -i "eth$2" -j DROP
}

script() { # -I|-D DEVICE ADDRESS
	local words=(FORWARD -m physdev --physdev-is-bridged)
	for pair in "-s $3" "-p udp --sport 68 --dport 67"; do
		iptables -w "$1" "${words[@]}" --physdev-in "$2" $pair -j ACCEPT || return
		iptables -w "$1" "${words[@]}" --physdev-out "$2" -j ACCEPT || return
	done
}

its_rules() { # TOOL D
	forward "$1" | grep -E -- "--physdev-(in|out) vif$2\.0 " || true
}

rules_are_right() {
	local d hex
	for d in {1..30}; do
		printf -v hex '%x' "$d"
		if ((d % 2)); then
			is "$(its_rules iptables "$d")" "$(rules4 "vif$d.0" "10.0.0.$d/32" "10.1.$d.0/24")"
			is "$(its_rules ip6tables "$d")" "$(rules6 "vif$d.0" "2001:db8::$d/128" \
				"fe80::216:3eff:fe00:${hex}00/128")"
		else
			is "$(its_rules iptables "$d")" "$(rules4 "vif$d.0" "10.0.0.$d/32")"
			is "$(its_rules ip6tables "$d")" ""
		fi
	done
}

crowd_of_writers() {
	guests
	for d in {1..30}; do
		ours online "$d"
		((d > 12)) || at_once script -I "vif$((d + 100)).0" "10.0.1.$d"
		((d > 8)) || admin "$([ $((d % 2)) = 0 ] && echo iptables || echo ip6tables)" "$d"
	done
	all_succeed
	lines "$(forward)" $((30 * 3 + 15 + 12 * 4 + 4))
	lines "$(forward ip6tables)" $((15 * 4 + 4))
	rules_are_right
	for d in {1..12}; do
		lines "$(its_rules iptables "$((d + 100))")" 4
	done
	for d in {1..30}; do
		ours offline "$d"
		((d > 12)) || at_once script -D "vif$((d + 100)).0" "10.0.1.$d"
		((d > 8)) || admin "$([ $((d % 2)) = 0 ] && echo iptables || echo ip6tables)" $((d + 8))
	done
	all_succeed
	is "$(forward | sort -V)" "$(printf -- '-A FORWARD -i eth%d -j DROP\n' {2..16..2})"
	is "$(forward ip6tables | sort -V)" "$(printf -- '-A FORWARD -i eth%d -j DROP\n' {1..15..2})"
	refute test -s "$LOG"
}

@test "50 writers to nf_tables: no rule is lost or doubled" {
	lab_firewall nft
	crowd_of_writers
}

@test "50 writers to the legacy tables: no rule is lost or doubled" {
	lab_firewall legacy
	crowd_of_writers
}

# --- the guard -------------------------------------------------------------------------------

each() { # FORMAT D...: with %d D, or with %s the MAC's last bytes
	# shellcheck disable=SC2059
	printf "$@" | LC_ALL=C sort
}

# The guards of the guests D, each with the address 10.0.OCTET.D, and no others.
guards_are_right() { # OCTET D...
	local octet=$1 family set d hex odd=()
	shift
	is "$(elements bridge guarded)" "$(each 'vif%d.0\n' "$@")"
	for set in guarded drop_mac drop_type drop_arp drop_dhcp drop_ip drop_ra drop_ndp drop_bad; do
		is "$(elements netdev "$set")" "$(each 'vif%d.0\n' "$@")"
	done
	is "$(elements netdev free)" ""
	for d; do
		((d % 2 == 0)) || odd+=("$d")
	done
	is "$(elements netdev allow4)" "$(for d; do echo "vif$d.0 10.0.$octet.$d"; done | LC_ALL=C sort)"
	is "$(elements netdev allow4_net)" "$(for d in "${odd[@]}"; do
		echo "vif$d.0 10.1.$d.0/24"; done | LC_ALL=C sort)"
	for family in netdev bridge; do
		is "$(elements $family owned4)" "$(each "10.0.$octet.%d\n" "$@")"
		is "$(elements $family owned6)" "$({
			printf '2001:db8::%d\n' "${odd[@]}"
			printf 'fe80::216:3eff:fe00:%x00\n' "$@"
		} | LC_ALL=C sort)"
	done
	is "$(elements netdev allow6)" "$({
		for d in "${odd[@]}"; do echo "vif$d.0 2001:db8::$d"; done
		for d; do printf 'vif%d.0 fe80::216:3eff:fe00:%x00\n' "$d" "$d"; done
	} | LC_ALL=C sort)"
	lines "$(elements netdev allow6_raw)" $(($# + ${#odd[@]}))
	is "$(elements netdev macs)" "$(for d; do
		printf 'vif%d.0 00:16:3e:00:%02x:00\n' "$d" "$d"; done | LC_ALL=C sort)"
	is "$(nft list table netdev xen_guard | sed -n 's/.* device "\(.*\)" .*/\1/p' | LC_ALL=C sort)" \
		"$(each 'vif%d.0\n' "$@")"
	for d; do
		is "$(nft list chain netdev xen_guard "at_vif$d.0" | grep -c goto)" 1
	done
}

@test "30 guarded guests come, change and go at once: the sets have each, and none else" {
	guests
	for d in {1..30}; do
		ours online "$d" antispoof=yes firewall=none
	done
	all_succeed
	guards_are_right 0 {1..30}
	# Half of them go while the others change their addresses.
	for d in {16..30}; do
		xenstore-write "$BACKEND/$d/0/ip" "$(ip_of "$d" | sed 's/^10\.0\.0/10.0.9/')"
	done
	for d in {1..15}; do
		ours offline "$d"
		ours online $((d + 15)) antispoof=yes firewall=none
	done
	all_succeed
	guards_are_right 9 {16..30}
	for d in {16..30}; do
		ours offline "$d"
	done
	all_succeed
	is "$(nft list tables | grep xen_guard || true)" ""
	refute test -s "$LOG"
}

@test "the last guest goes while the next ones come: the tables go and come with them" {
	lab_bridge xenbr0
	for d in {1..6}; do
		lab_vif "$d" 0 ip "10.0.0.$d"
	done
	for round in {1..6}; do
		for d in 1 2 3; do
			ours online "$d" antispoof=yes
			((round == 1)) || ours offline $((d + 3))
		done
		all_succeed
		is "$(elements netdev guarded)" "$(each 'vif%d.0\n' 1 2 3)"
		is "$(elements bridge owned4)" "$(each '10.0.0.%d\n' 1 2 3)"
		for d in 1 2 3; do
			ours offline "$d"
			ours online $((d + 3)) antispoof=yes
		done
		all_succeed
		is "$(elements netdev guarded)" "$(each 'vif%d.0\n' 4 5 6)"
		is "$(elements bridge owned4)" "$(each '10.0.0.%d\n' 4 5 6)"
	done
}
