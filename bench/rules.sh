# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in a dom0 by bench.sh: what the accept rules cost, in the firewall that LAB_FW names,
# beside the packaged script with its handle_iptable switched on, and beside iptables' commands.

# shellcheck source=bench/measure.sh
. bench/measure.sh

SCRIPT=$PWD/build/bench/scripts/vif-bridge
TOOL=/usr/sbin/iptables-$LAB_FW
PORT='-m physdev --physdev-is-bridged --physdev'
RULES=(
	"-s 10.0.0.1/32 $PORT-in vif1.0"
	"-p udp $PORT-in vif1.0 --sport 68 --dport 67"
	"$PORT-out vif1.0"
)
# What nf_tables puts off for some 15 ms would else count for the next one.
PAUSE=30000

# existing COUNT: FORWARD has this many rules of other guests, and nothing else
existing() {
	local i
	{
		printf '*filter\n:FORWARD ACCEPT [0:0]\n'
		for ((i = 1001; i <= 1000 + $1; i++)); do
			echo "-A FORWARD -s $(host $i)/32 $PORT-in vif$i.0 -j ACCEPT"
		done
		echo COMMIT
	} | "$TOOL-restore" || exit 1
}

# A run that did not do its work would be fast.
all_work() {
	local list=("$TOOL" -S FORWARD) program=$PROGRAM rules=3
	for program in "$PROGRAM" "$SCRIPT"; do
		"$program" online type_if=vif </dev/null || exit 1
		expect $rules vif1.0 "${list[@]}"
		"$program" offline type_if=vif </dev/null || exit 1
		expect 0 vif1.0 "${list[@]}"
		rules=4		# the script has one of them twice
	done
}

# calls ACTION: of iptables, for each of the rules
calls() {
	local i
	CALLS=()
	for i in "${!RULES[@]}"; do
		CALLS+=("call$1$i=$TOOL -w $1 FORWARD ${RULES[i]} -j ACCEPT")
	done
}

# called ACTION: what these took together
called() {
	awk -v name="call$1" -v column=$MEDIAN 'index($1, name) == 1 { sum += $column }
		END { print sum }' "$RESULTS"
}

line() {
	local command=$1 tool=$2 script ours r
	script=$(value "script-$command" $MEDIAN) ours=$(value "ours-$command" $MEDIAN)
	r=$(ratio "$script" "$ours")
	goal "$r" '>=' 5
	printf '  %6s  %-8s %9s %9s %10s %10s %8sx >= 5x %s' "$COUNT" "$command" "$(ms "$script")" \
		"$(ms "$tool")" "$(ms "$ours")" "$(ms "$(value "ours-$command" $NET)")" "$r" $VERDICT
	r=$(ratio "$tool" "$ours")
	goal "$r" '>=' 1
	printf ' %8sx >= 1x %s\n' "$r" $VERDICT
}

table() {
	local rounds
	printf 'Accept rules by %s: median ms; iptables: three calls, which do the rules alone\n\n' \
		"${TOOL##*/}"
	printf '  %6s  %-8s %9s %9s %10s %10s %22s %22s\n' rules '' script iptables vif-bridge \
		'in process' 'beside the script' 'beside iptables'
	for COUNT in 10 1000 10000; do
		existing $COUNT
		all_work
		pair script "$SCRIPT" type_if=vif
		set -- "${PAIR[@]}"
		pair ours "$PROGRAM" type_if=vif
		set -- "$@" "${PAIR[@]}"
		calls -I
		set -- "$@" "${CALLS[@]}"
		calls -D
		rounds=$((ROUNDS / (COUNT < 10000 ? 20 : 40)))
		measure -n $((rounds > 3 ? rounds : 3)) -p $PAUSE -b nothing \
			"nothing=$NOTHING" "$@" "${CALLS[@]}"
		line online "$(called -I)"
		line offline "$(called -D)"
	done
	printf '\n'
}

at_once() {
	local i
	existing 0
	for ((i = 2; i <= 100; i++)); do
		lab_vif "$i" 0 ip "$(host $i)"
	done
	as_new 100
	printf '100 interfaces at once, %s: wall time of all, median ms of 5\n\n' "${TOOL##*/}"
	printf '  %-18s %9s %9s\n' '' online offline
	hundred "$PLAIN" 'no rules'
	hundred type_if=vif rules
	hundred "$PLAIN antispoof=yes" guard
	hundred "type_if=vif antispoof=yes" 'rules and guard'
	printf '\n'
}

lab_bridge xenbr0
lab_vif 1 0 ip 10.0.0.1
environment
as_new 1
table
traced_pair "with rules" type_if=vif
printf '\n'
at_once
