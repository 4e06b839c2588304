# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in a dom0 by bench.sh: what the links cost. vif-bridge runs with firewall=none here: the
# packaged script adds no rules either, and the limit knows none.

# shellcheck source=bench/measure.sh
. bench/measure.sh

SCRIPT=$PWD/build/lab/scripts/vif-bridge
LIMIT=$PWD/build/bench/limit

against_script() {
	local command a b r
	pair script "$SCRIPT" type_if=vif
	set -- "${PAIR[@]}"
	pair ours "$PROGRAM" "$PLAIN"
	measure -n 31 "$@" "${PAIR[@]}"
	printf 'Beside the packaged script, no rules: whole process, median ms of %s\n\n' \
		"$(value ours-online $RUNS)"
	printf '  %-8s %10s %12s %9s   %s\n' '' script vif-bridge faster goal
	for command in online offline; do
		a=$(value script-$command $MEDIAN) b=$(value ours-$command $MEDIAN)
		r=$(ratio "$a" "$b")
		goal "$r" '>=' 50
		printf '  %-8s %10s %12s %8sx   >= 50x %s\n' $command "$(ms "$a")" "$(ms "$b")" \
			"$r" $VERDICT
	done
	printf '\n'
}

# others COUNT: so many more interfaces, up, on no bridge
others() {
	local i
	for ((i = OTHERS / 2; i < $1 / 2; i++)); do
		printf 'link add x%d type veth peer name y%d\n' $i $i
		printf 'link set x%d up\nlink set y%d up\n' $i $i
	done | ip -batch -
	[ "$1" = 0 ] || sleep 1
	OTHERS=$1
}

limit_line() {
	local a b r
	a=$(value "limit-$1" $NET) b=$(value "ours-$1" $NET)
	r=$(ratio "$b" "$a")
	goal "$r" '<=' 1.5
	printf '  %6s  %-8s %6s %8s %8s   <= 1.5 %s   %6s %6s %6s\n' "$OTHERS" "$1" "$a" "$b" \
		"$r" $VERDICT "$(value nothing $MEDIAN)" "$(value "limit-$1" $MEDIAN)" \
		"$(value "ours-$1" $MEDIAN)"
	[ "$1" = offline ] || { LIMIT_NETS+=("$a") && OUR_NETS+=("$b"); }
}

against_limit() {
	local count
	as_new 1
	LIMIT_NETS=() OUR_NETS=() OTHERS=0
	# The kernel's own chatter on a thousand interfaces is not the question.
	echo 0 >/proc/sys/net/ipv6/conf/default/router_solicitations
	printf 'Beside the limit, no rules: in process (less what an empty program takes), median us\n'
	printf 'of %s; at the right the whole processes\n\n' "$ROUNDS"
	printf '  %6s  %-8s %6s %8s %8s   %-11s   %6s %6s %6s\n' others '' limit ours ratio goal \
		empty limit ours
	for count in 0 10 100 1000; do
		others "$count"
		pair limit "$LIMIT" type_if=vif
		set -- "${PAIR[@]}"
		pair ours "$PROGRAM" "$PLAIN"
		measure -n "$ROUNDS" -b nothing "nothing=$NOTHING" "$@" "${PAIR[@]}"
		limit_line online
		limit_line offline
	done
	flat
}

# Where the kernel itself walks all interfaces, the limit grows as well.
flat() {
	local limit ours
	limit=$(ratio "${LIMIT_NETS[3]}" "${LIMIT_NETS[1]}")
	ours=$(ratio "${OUR_NETS[3]}" "${OUR_NETS[1]}")
	goal "$(ratio "$ours" "$limit")" '<=' 1.25
	printf '\n  online, 1000 others to 10: limit %sx, ours %sx; flat: <= 1.25 of it %s\n\n' \
		"$limit" "$ours" $VERDICT
}

# The vifs get their names and nodes before; only the hotplug runs are timed.
at_once() {
	local i
	for ((i = 2; i <= 100; i++)); do
		lab_vif "$i" 0
	done
	as_new 100
	pair ours "$PROGRAM" "$PLAIN"
	measure -n 31 -t 100 "${PAIR[@]}"
	goal "$(value ours-online $MEDIAN)" '<=' 200000
	printf '100 interfaces at once, no rules: wall time of all, ms, median of %s (failures: %s)\n\n' \
		"$(value ours-online $RUNS)" "$(value ours-online $FAILURES)"
	printf '  online   %8s  (min %s, max %s)   <= 200 %s\n' \
		"$(ms "$(value ours-online $MEDIAN)")" "$(ms "$(value ours-online $MIN)")" \
		"$(ms "$(value ours-online $MAX)")" $VERDICT
	printf '  offline  %8s\n\n' "$(ms "$(value ours-offline $MEDIAN)")"
}

frugal() {
	# shellcheck disable=SC2086  # some words
	traced_pair 'no rules' $PLAIN
	pair limit "$LIMIT" type_if=vif
	set -- "${PAIR[@]}"
	pair ours "$PROGRAM" "$PLAIN"
	measure -n 5 "nothing=$NOTHING" "$@" "${PAIR[@]}"
	printf '\n  %-24s %8s %8s %10s\n' '' empty limit vif-bridge
	printf '  %-24s %8s %8s %10s\n' 'peak memory, KiB' "$(value nothing $MEMORY)" \
		"$(value limit-online $MEMORY)" "$(value ours-online $MEMORY)"
	printf '  %-24s %8s %8s %10s\n\n' 'file, bytes' "$(stat -c %s "$NOTHING")" \
		"$(stat -c %s "$LIMIT")" "$(stat -c %s "$PROGRAM")"
}

lab_bridge xenbr0
lab_vif 1 0
environment
as_new 1
against_script
frugal
at_once
against_limit
