# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the parts of the benchmark share; sourced by them in a dom0.
# In: PROGRAM, ROUNDS; MISSED, a file that gets a line for every goal that is missed.
# shellcheck disable=SC2034  # the parts use the variables

NOTHING=$PWD/build/bench/nothing
SPAWN=$PWD/build/bench/spawn
IP=$(command -v ip)
RESET=/run/lab/reset
RESULTS=/run/lab/results
PLAIN="type_if=vif firewall=none"	# what the packaged script does; it adds no rules

# What libxl gives, and no more: inherited by all that is measured.
environment() {
	export -n PROGRAM ROUNDS MISSED LAB_FW
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

# pair NAME PROGRAM SETTINGS: online, of an interface as netback makes it, and offline
pair() {
	PAIR=("_=$IP -batch $RESET" "$1-online=$2 online $3" "$1-offline=$2 offline $3")
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
		echo "not $1 $2 $3" >>"$MISSED"
	fi
}

# expect COUNT WORD COMMAND...: dies unless so many lines of what is printed have the word
expect() {
	local count=$1 word=$2 found
	shift 2
	found=$("$@" | grep -cF -- "$word")
	[ "$found" = "$count" ] || {
		echo "bench: '$word' is $found times in '$*', not $count" >&2
		exit 1
	}
}

# host I: the address of guest I
host() {
	echo "10.$(($1 >> 16)).$(($1 >> 8 & 255)).$(($1 & 255))"
}

# hundred SETTINGS TITLE: a line about 100 interfaces at once
hundred() {
	local failures
	pair ours "$PROGRAM" "$1"
	"$SPAWN" -n 5 -p 30000 -t 100 "${PAIR[@]}" </dev/null >"$RESULTS" 2>/run/lab/stderr || exit 1
	failures=$(awk '{ sum += $3 } END { print sum }' "$RESULTS")
	goal "$failures" '<=' 0
	printf '  %-18s %9s %9s   %3s of 1000 failed, 0 %s\n' "$2" "$(ms "$(value ours-online $MEDIAN)")" \
		"$(ms "$(value ours-offline $MEDIAN)")" "$failures" $VERDICT
	sed 's/vif[0-9]*\.0/vifN.0/' /run/lab/stderr | sort | uniq -c
}

# strace knows the socket's protocol only once it is bound: 0x12 is RTM_GETLINK.
# traced COMMAND SETTING...
traced() {
	local trace=/run/lab/trace forks dumps calls
	strace -f -o $trace "$PROGRAM" "$@" </dev/null ||
		{ echo "bench: $1 fails under strace" >&2; exit 1; }
	forks=$(grep -cE '^[0-9]+ +(clone|clone3|fork|vfork)\(' $trace || true)
	dumps=$(grep -cE 'nlmsg_type=(RTM_GETLINK|0x12 ).*NLM_F_(DUMP|ROOT|MATCH)' $trace || true)
	calls=$(grep -cE '^[0-9]+ +[a-z0-9_]+\(' $trace)
	goal $((forks + dumps)) '<=' 0
	printf '  %-8s %12s %7s %11s   no fork, no dump %s\n' "$1" "$calls" "$forks" "$dumps" \
		$VERDICT
}

# traced_pair TITLE SETTING...
traced_pair() {
	printf 'What it asks of the system, %s\n\n  %-8s %12s %7s %11s\n' "$1" '' 'system calls' \
		forks 'link dumps'
	shift
	traced online "$@"
	traced offline "$@"
}
