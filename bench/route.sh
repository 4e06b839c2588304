# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in a dom0 by bench.sh: vif-route and vif-nat, beside the packaged scripts, which add no
# rules, so that these run with firewall=none; and beside other routed guests.

# shellcheck source=bench/measure.sh
. bench/measure.sh

PROGRAMS=${PROGRAM%/*}
SCRIPTS=$PWD/build/lab/scripts
ADDRESSES='192.168.1.21 2001:db8:1::21'

gateway() {
	ip -batch - <<-END
		link add name eth0 type veth peer name lan0
		link set dev eth0 up
		link set dev lan0 up
		address add 192.168.1.20/24 dev eth0
		address add 2001:db8:1::20/64 dev eth0 nodad
		route add default via 192.168.1.1
	END
}

# What an interface has of netback; some of the rest the scripts leave behind.
as_new_routed() {
	printf 'link set dev vif1.0 down\naddress flush dev vif1.0\nlink set dev vif1.0 addrgenmode eui64\n' \
		>"$RESET"
}

line() { # NAME COMMAND
	local script ours r
	script=$(value "script-$2" $MEDIAN) ours=$(value "ours-$2" $MEDIAN)
	r=$(ratio "$script" "$ours")
	goal "$r" '>=' 20
	printf '  %-10s %-8s %10s %12s %8sx   >= 20x %s\n' "$1" "$2" "$(ms "$script")" "$(ms "$ours")" \
		"$r" $VERDICT
}

against_scripts() {
	local name
	printf 'Routed, beside the packaged scripts, no rules: whole process, median ms of 31\n\n'
	printf '  %-19s %10s %12s %9s   %s\n' '' script program faster goal
	xenstore-write "$XENBUS_PATH/ip" 192.168.1.21
	for name in vif-route vif-nat; do
		pair script "$SCRIPTS/$name" "type_if=vif netdev=eth0"
		set -- "${PAIR[@]}"
		pair ours "$PROGRAMS/$name" "$PLAIN netdev=eth0"
		measure -n 31 "$@" "${PAIR[@]}"
		line $name online
		line $name offline
	done
	printf '\n'
}

# others FAMILY COUNT: so many routed guests besides, all on one link
others() {
	local family=$1 i
	shift
	[ -e /sys/class/net/others ] || ip -batch - <<-END
		link add name others type veth peer name guests
		link set dev others up
		link set dev guests up
	END
	for ((i = OTHERS; i < $1; i++)); do
		if [ "$family" = IPv4 ]; then
			printf 'route add %s dev others metric 2\n' "$(host $((i + 1)))"
		else
			printf 'route add 2001:db8:2::%x dev others metric 2\n' $((i + 1))
			printf 'neighbour add proxy 2001:db8:2::%x dev eth0\n' $((i + 1))
		fi
	done | ip -batch -
	OTHERS=$1
}

beside() { # FAMILY COUNT
	others "$1" "$2"
	pair ours "$PROGRAMS/vif-route" "$PLAIN neigh=permanent"
	measure -n "$ROUNDS" -b nothing "nothing=$NOTHING" "${PAIR[@]}"
	printf '  %6s %5s %8s %8s\n' "$2" "$1" "$(value ours-online $NET)" "$(value ours-offline $NET)"
	NETS+=("$(value ours-online $NET)")
}

# With IPv6 the kernel walks all routes of that when a link comes up or goes down (fib6_clean_all).
beside_others() {
	local count r NETS=()
	OTHERS=0
	xenstore-write "$XENBUS_PATH/ip" "$ADDRESSES"
	printf 'vif-route with both families and neigh=permanent: in process, median us of %s\n\n' "$ROUNDS"
	printf '  %12s %8s %8s\n' 'other guests' online offline
	for count in 0 100 1000; do
		beside IPv4 $count
	done
	OTHERS=0
	beside IPv6 1000
	r=$(ratio "${NETS[2]}" "${NETS[0]}")
	goal "$r" '<=' 1.25
	printf '\n  online, 1000 others with IPv4 to none: %sx; flat: <= 1.25 %s\n\n' "$r" $VERDICT
}

lab_vif 1 0
environment
gateway
as_new_routed
against_scripts
PROGRAM=$PROGRAMS/vif-route
# shellcheck disable=SC2086  # some words
traced_pair 'vif-route, no rules' $PLAIN
printf '\n'
beside_others
