# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in a dom0 by bench.sh: how much a guest can send through the bridge with the guard on and
# off, in turns. No other rules, and bridged frames pass no iptables: nothing hides what it costs. The
# goal is a transfer's, by TCP; single packets, as many as a CPU can send, show what each is slowed.
# shellcheck disable=SC2086  # settings and kinds are words

# shellcheck source=bench/measure.sh
. bench/measure.sh

FLOW=$PWD/build/bench/flow
FLOWS=/run/lab/flows
KINDS=('tcp 131072' 'udp 1472' 'udp 18')

# The guest and a host in the LAN, each in a namespace of its own.
two_ends() {
	local name
	for name in iptables ip6tables arptables; do
		[ ! -e /proc/sys/net/bridge/bridge-nf-call-$name ] ||
			echo 0 >/proc/sys/net/bridge/bridge-nf-call-$name
	done
	ip netns add guest
	ip netns add lan
	ip link set dev g1.0 netns guest
	ip link set dev far-xenbr0 netns lan
	ip -n guest addr add 10.0.0.1/8 dev g1.0
	ip -n lan addr add 10.255.0.1/8 dev far-xenbr0
	ip -n guest link set dev g1.0 up
	ip -n lan link set dev far-xenbr0 up
}

guard() {
	"$PROGRAM" online $PLAIN antispoof="$1" </dev/null || exit 1
	expect "$([ "$1" = no ] && echo 0 || echo 1)" '"vif1.0"' \
		eval 'nft list set netdev xen_guard guarded 2>&1'
}

# round NUMBER: each kind with and without at once after each other, every other time the other way
# round: the machine's speed changes from second to second
round() {
	local with kind out
	for kind in "${KINDS[@]}"; do
		for with in $([ $(($1 % 2)) = 0 ] && echo yes no || echo no yes); do
			guard $with
			out=$("$FLOW" /run/netns/guest /run/netns/lan 10.255.0.1 400 $kind) || exit 1
			echo "$1 $with $kind $out" >>$FLOWS
		done
	done
}

# median KIND WITH COLUMN
median() {
	awk -v kind="$1" -v with="$2" -v column="$3" \
		'$2 == with && $3 " " $4 == kind { print $column }' $FLOWS | middle
}
MBIT=5 RATE=6 LOST=7 CPU=8

middle() {
	sort -g | awk '{ v[NR] = $1 }
		END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# loss KIND: the median of the rounds' losses, in percent; what slows the machine slows both of one
loss() {
	awk -v kind="$1" -v column=$RATE '$3 " " $4 == kind { rate[$1, $2] = $column; rounds[$1] }
		END { for (r in rounds) printf "%.1f\n", 100 * (1 - rate[r, "yes"] / rate[r, "no"]) }' \
		$FLOWS | middle
}

line() {
	local title=$1 kind=$2 column=$3 lost
	lost=$(loss "$kind")
	VERDICT='for information'
	[ "${kind%% *}" = udp ] || { goal "$lost" '<=' 5 && VERDICT="<= 5% $VERDICT"; }
	printf '  %-28s %9.0f %9.0f %6s%% %-16s %7.0f %7.0f %7.1f\n' "$title" \
		"$(median "$kind" no "$column")" "$(median "$kind" yes "$column")" "$lost" \
		"$VERDICT" "$(median "$kind" no $CPU)" "$(median "$kind" yes $CPU)" \
		"$(median "$kind" yes $LOST)"
}

throughput() {
	local i rounds=$((ROUNDS / 20))
	((rounds > 3)) || rounds=3
	for ((i = 0; i < rounds; i++)); do
		round $i
	done
	printf 'From a guest through the bridge, medians of %s; CPU ns: what a write took of the\n' \
		"$rounds"
	printf "sender's; dropped: by a receiver that is too slow\n\n"
	printf '  %-28s %9s %9s %7s %-16s %7s %7s %7s\n' '' 'no guard' guard loss goal 'CPU ns' \
		guard 'dropped'
	line 'TCP, 128 KiB, Mbit/s' "${KINDS[0]}" $MBIT
	line 'UDP, 1472 bytes, Mbit/s' "${KINDS[1]}" $MBIT
	line 'UDP, 18 bytes, packets/s' "${KINDS[2]}" $RATE
	printf '\n'
}

lab_bridge xenbr0
lab_vif 1 0 ip 10.0.0.1
environment
as_new 1
two_ends
throughput
