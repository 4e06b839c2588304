# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kills network-bridge at its system calls, and makes them fail, one by one. Used with dance.bash.
#
# kills COMMAND STYLE    killed there; then `recover` must bring back, or finish
# fails_once COMMAND STYLE    each call fails once; then all is done, or nothing
#
# Which calls: those that change something, and, with ALL=yes, every one. EVERY=N: of these only each
# Nth, beginning with another one for each style and command.

# Lines "NAME NUMBER" for the NUMBERth call of NAME, in order, from the first that is the program's.
list_calls() { # ARG...
	run_it strace -qq -o /run/trace "$SCRIPTS/network-bridge" "$@"
	[ "$STATUS" = 0 ] || complain "undisturbed, it exits with $STATUS: $ERR"
	local changes offset=$((16#$(md5sum <<<"$*" | cut -c 1-6) % ${EVERY:-1}))
	changes+='^(sendto\(.*RTM_(NEW|DEL|SET)|openat\(.*O_(WRONLY|RDWR)|write\(|rename\(|unlink\('
	changes+='|mkdir\(|fsync\(|flock\()'
	awk -v changes="${changes//\\/\\\\}" -v all="${ALL:-}" -v every="${EVERY:-1}" \
		-v offset="$offset" '
		match($0, /^[a-z0-9_]+\(/) {
			name = substr($0, 1, RLENGTH - 1)
			number[name]++
			started = started || /hotplug\.conf/
			if (started && name != "exit_group" && (all || $0 ~ changes) &&
			    count++ % every == offset)
				print name, number[name]
		}' /run/trace >/run/calls
}

run_with() { # NAME NUMBER WHAT ARG...
	local name=$1 number=$2 what=$3 quickly=(-f --seccomp-bpf)
	shift 3
	# A signal gets lost that way.
	[[ $what != signal* ]] || quickly=()
	WHERE="$* at $name number $number, $what"
	RUNS=$((RUNS + 1))
	ASAN_OPTIONS=$ASAN_OPTIONS_TRACED run_it timeout 20 strace -qq "${quickly[@]}" \
		-o /run/injected \
		-e "trace=$name" -e "inject=$name:$what:when=$number" "$SCRIPTS/network-bridge" "$@"
}

wrong() { # TEXT [STATE]
	WRONG=$((WRONG + 1))
	echo "$WHERE: exit $STATUS: $1" >&2
	sed 's/^/    | /' /run/err >&2
	[ -z "${2:-}" ] || diff "/run/$2" /run/now | grep '^[<>]' | head -20 | sed 's/^/    /' >&2 || true
}

same() { # STATE
	cmp -s "/run/$1" /run/now
}

# The two states that there may be; as in `before` when all is done.
prepare() { # STYLE
	RUNS=0 WRONG=0
	starts style="$1"
	stops
	state >/run/off
	starts style="$1"
	state >/run/on
	stops
	state | diff /run/off - >&2
}

# To where the next run begins; the links are new ones then, which the state does not tell.
rewind() { # COMMAND STYLE
	if [ "$1" = start ]; then
		stops
	else
		starts style="$2"
	fi
}

learn() { # COMMAND STYLE
	prepare "$2"
	[ "$1" = start ] || starts style="$2"
	list_calls "$1" style="$2"
	rewind "$1" "$2"
}

finish() {
	[ "$WRONG" = 0 ] || complain "$WRONG of $RUNS runs went wrong"
	[ "$RUNS" -ge 2 ] || complain "only $RUNS runs"
	echo "# $RUNS runs"
}

kills() { # COMMAND STYLE
	local name number
	learn "$1" "$2"
	while read -r name number <&4; do
		run_with "$name" "$number" signal=KILL "$1" style="$2"
		[ "$STATUS" = 137 ] || wrong "was not killed"
		bridge_ recover
		state >/run/now
		if [ "$STATUS" != 0 ]; then
			wrong "recover fails"
		elif same off; then
			lan_reaches_host || wrong "the LAN does not reach it"
			[ "$1" = stop ] || continue
		elif ! same on; then
			wrong "neither as before nor complete, but as when stopped:" off
			bridge_ stop
		fi
		rewind "$1" "$2"
	done 4</run/calls
	finish
}

ways_to_fail() { # NAME
	case $1 in
	sendto) echo error=ENOBUFS ;;
	recvfrom) echo error=ENOBUFS ;;
	openat) echo error=EMFILE ;;
	read) echo error=EIO ;;
	write | rename | mkdir | fsync) echo error=ENOSPC ;;
	unlink) echo error=EROFS ;;
	flock) echo error=ENOLCK ;;
	mmap | mremap | munmap | mprotect | brk) ;;	# the C library's
	socket | setsockopt | bind | getsockname | connect) echo error=ENOBUFS ;;
	poll) echo error=ENOMEM ;;
	newfstatat | fstat | readlink | getdents64) echo error=EIO ;;
	esac
}

fails_once() { # COMMAND STYLE
	local name number way goal=on from=off
	[ "$1" = start ] || goal=off from=on
	learn "$1" "$2"
	while read -r name number <&4; do
		for way in $(ways_to_fail "$name"); do
			run_with "$name" "$number" "$way" "$1" style="$2"
			state >/run/now
			case $STATUS in
			0) same $goal || wrong "not complete" $goal ;;
			1) same $from || same $goal || wrong "neither as before nor complete" $from ;;
			*) wrong "crashed" ;;
			esac
			bridge_ recover
			rewind "$1" "$2"
		done
	done 4</run/calls
	finish
}
