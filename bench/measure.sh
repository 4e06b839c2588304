# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in a dom0 by bench.sh; in: PROGRAM, ROUNDS, STRICT.

SCRIPT=$PWD/build/lab/scripts/vif-bridge
LIMIT=$PWD/build/bench/limit
NOTHING=$PWD/build/bench/nothing
SPAWN=$PWD/build/bench/spawn
IP=$(command -v ip)
RESET=/run/lab/reset
RESULTS=/run/lab/results
MISSED=0

# What libxl gives, and no more: inherited by all that is measured.
environment() {
	export -n PROGRAM ROUNDS STRICT
	export script=$PROGRAM XENBUS_TYPE=vif XENBUS_PATH=backend/vif/1/0
	export XENBUS_BASE_PATH=backend netdev='' vif=vif1.0
}

# value NAME COLUMN: of spawn's last results
value() {
	awk -v name="$1" -v column="$2" '$1 == name { print $column }' "$RESULTS"
}
RUNS=2 FAILURES=3 MIN=4 MEDIAN=5 MAX=6 NET=7 MEMORY=8

# measure ARGUMENT...: of spawn; a failed run would make its time worthless
measure() {
	"$SPAWN" "$@" </dev/null >"$RESULTS" 2>/run/lab/stderr ||
		{ cat /run/lab/stderr >&2; exit 1; }
	awk '$3 > 0 { print "bench: " $1 ": " $3 " of " $2 " runs failed"; bad = 1 }
		END { exit bad }' "$RESULTS" >&2 || { sort /run/lab/stderr | uniq -c >&2; exit 1; }
}

# pair NAME PROGRAM: online, of an interface as netback makes it, and offline
pair() {
	PAIR=("_=$IP -batch $RESET" "$1-online=$2 online type_if=vif"
		"$1-offline=$2 offline type_if=vif")
}

# as_new COUNT: makes the file that gives so many back what online changed for good
as_new() {
	local i
	for ((i = 1; i <= $1; i++)); do
		echo "link set dev vif$i.0 address fe:ff:ff:ff:ff:ff addrgenmode eui64"
	done >"$RESET"
}

ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }'
}

ms() {
	awk -v us="$1" 'BEGIN { printf "%.2f", us / 1000 }'
}

# goal FIGURE OP LIMIT: sets VERDICT
goal() {
	if awk -v a="$1" -v b="$3" -v op="$2" \
		'BEGIN { exit !(op == ">=" ? a >= b : a <= b) }'; then
		VERDICT=PASS
	else
		VERDICT=MISS
		MISSED=$((MISSED + 1))
	fi
}

against_script() {
	local command a b r
	pair script "$SCRIPT"
	set -- "${PAIR[@]}"
	pair ours "$PROGRAM"
	measure -n 31 "$@" "${PAIR[@]}"
	printf 'Beside the packaged script: whole process, median ms of %s\n\n' \
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
	printf 'Beside the limit: in process (less what an empty program takes), median us\n'
	printf 'of %s; at the right the whole processes\n\n' "$ROUNDS"
	printf '  %6s  %-8s %6s %8s %8s   %-11s   %6s %6s %6s\n' others '' limit ours ratio goal \
		empty limit ours
	for count in 0 10 100 1000; do
		others "$count"
		pair limit "$LIMIT"
		set -- "${PAIR[@]}"
		pair ours "$PROGRAM"
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
	pair ours "$PROGRAM"
	measure -n 31 -t 100 "${PAIR[@]}"
	goal "$(value ours-online $MEDIAN)" '<=' 200000
	printf '100 interfaces at once: wall time of all, ms, median of %s (failures: %s)\n\n' \
		"$(value ours-online $RUNS)" "$(value ours-online $FAILURES)"
	printf '  online   %8s  (min %s, max %s)   <= 200 %s\n' \
		"$(ms "$(value ours-online $MEDIAN)")" "$(ms "$(value ours-online $MIN)")" \
		"$(ms "$(value ours-online $MAX)")" $VERDICT
	printf '  offline  %8s\n\n' "$(ms "$(value ours-offline $MEDIAN)")"
}

# strace knows the socket's protocol only once it is bound: 0x12 is RTM_GETLINK.
traced() {
	local trace=/run/lab/trace forks dumps calls
	strace -f -o $trace "$PROGRAM" "$1" type_if=vif </dev/null ||
		{ echo "bench: $1 fails under strace" >&2; exit 1; }
	forks=$(grep -cE '^[0-9]+ +(clone|clone3|fork|vfork)\(' $trace || true)
	dumps=$(grep -cE 'nlmsg_type=(RTM_GETLINK|0x12 ).*NLM_F_(DUMP|ROOT|MATCH)' $trace || true)
	calls=$(grep -cE '^[0-9]+ +[a-z0-9_]+\(' $trace)
	goal $((forks + dumps)) '<=' 0
	printf '  %-8s %12s %7s %11s   no fork, no dump %s\n' "$1" "$calls" "$forks" "$dumps" \
		$VERDICT
}

frugal() {
	printf 'What it asks of the system\n\n  %-8s %12s %7s %11s\n' '' 'system calls' forks \
		'link dumps'
	traced online
	traced offline
	pair limit "$LIMIT"
	set -- "${PAIR[@]}"
	pair ours "$PROGRAM"
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
if [ $MISSED = 0 ]; then
	echo "All goals met."
else
	echo "Goals missed: $MISSED"
	[ -z "$STRICT" ]
fi
