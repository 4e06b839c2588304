# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a program's system calls fail one by one, or kills it there, and looks at what it
# leaves. Sourced in a dom0 (tests/lab) by undo.bats; one case in one dom0.
#
# inject_errors CASE    each call fails once
# inject_kills CASE     killed at each call; then `online` must repair, `offline` clear away
# inject_vanish WHAT CASE   the bridge, or the vif, is deleted at each call to the kernel
#
# EVERY: only one of so many calls fails, for speed; EVERY=1 are all of them.
# All print each failure and, at the end, how many runs there were.

BUILD=${BUILD:-build}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
SCRIPTS=/run/lab/scripts
BACKEND=/local/domain/0/backend/vif/1/0
HANG=20 # seconds
TIMEOUT=$(type -P timeout)
# A leak check needs ptrace, which strace has. Both findings shall differ from "exit 1".
export ASAN_OPTIONS=detect_leaks=0:exitcode=99 UBSAN_OPTIONS=exitcode=99

CHANGE='^sendto.*(NEWLINK|DELADDR)'
BATCH='^sendto.*BATCH_BEGIN'

# The lines of a state that are about the links NAME; others, of the firewall, may name them, too.
about() { # NAME (a pattern)
	echo "^(link|addr|sysctl|store) .*($1)"
}

SANITIZED=no
! grep -q __asan_init "$BUILD/vif-bridge" || SANITIZED=yes
RUNS=0
FAILURES=0
DICE=''

# ---- the cases: how the dom0 is before, the call, and what shall come of it -----------------

# GOAL up: exit 0 and complete, or exit 1 and as before. down: as much as can be is taken down.
# fails: exit 1 anyway, for the calls that undo and report. FIRST: which call is the first to
# be tried; normally the first one that is the program's, and not its C library's start.
# NAME: the program. FIREWALL: the host's iptables, or none. ABOUT firewall: only the calls to that are tried, and in
# no other case; the antispoof guard is looked at. ONLY: of what kinds calls are tried, where other
# cases do the rest. OPTIONAL: which rules may be left out, with a
# warning.
describe() {
	CASE=$1 GOAL=up CALL=(online) HOOKS=() RENAMED='' PREPARE=(lab_vif 1 0)
	FIRST='hotplug\.conf' FIREWALL=nft ABOUT=rest OPTIONAL='IPv4 IPv6' NAME=vif-bridge
	ONLY='.*'
	case $1 in
	route* | ifup*) describe_routed "$1" ;;
	rules | guard* | legacy* | offline-guard | offline-legacy) describe_firewall "$1" ;;
	plain | late | by-hand) ;;
	name)
		PREPARE+=(vifname guest1 mtu 1400 frontend-mtu 1500 ip '10.0.0.5 2001:db8::5')
		;;
	small) PREPARE+=(vifname guest1 mtu 576 frontend-mtu 1500) ;;
	flags) CALL+=(learning=no neigh_suppress=yes) PREPARE=(prepare_configured) ;;
	default) PREPARE+=(bridge -) ;;
	used) PREPARE=(prepare_used) ;;
	used-small) PREPARE=(prepare_used mtu 576) ;;
	again) PREPARE=(prepare_connected vifname guest1) ;;
	moved) PREPARE=(prepare_moved) ;;
	moved-flags) PREPARE=(prepare_moved isolated on learning off) ;;
	hooks) HOOKS=(a b) ;;
	bad-hook) HOOKS=(a bad) GOAL=fails FIRST=$CHANGE ;;
	bad-hook-used) HOOKS=(a bad) GOAL=fails FIRST=$CHANGE PREPARE=(prepare_used) ;;
	no-bridge) GOAL=fails FIRST='^sendto.*xenbr7' PREPARE+=(bridge xenbr7) ;;
	no-shell) HOOKS=(a) GOAL=fails FIRST=$CHANGE ;;
	refused) GOAL=fails FIRST=$CHANGE PREPARE=(prepare_refused vifname guest1) ;;
	refused-tap)
		CALL=(add) GOAL=fails FIRST=$CHANGE
		PREPARE=(prepare_tap vifname guest1 mtu 65530)
		;;
	tap) CALL=(add) PREPARE=(prepare_tap vifname guest1) ;;
	tap-remove) CALL=(remove) GOAL=down RENAMED=yes PREPARE=(prepare_added vifname guest1) ;;
	offline) CALL=(offline) GOAL=down PREPARE=(prepare_connected) ;;
	offline-name)
		CALL=(offline) GOAL=down RENAMED=yes PREPARE=(prepare_connected vifname guest1)
		;;
	offline-hooks) CALL=(offline) GOAL=down HOOKS=(a b) PREPARE=(prepare_connected) ;;
	*) lab_die "no case $1" ;;
	esac
	case $1 in
	small | flags | default | used* | moved* | late | by-hand | bad-hook-used | no-shell | \
		route* | ifup*)
		without_firewall
		;;
	esac
}

describe_firewall() {
	ABOUT=firewall
	case $1 in
	rules) PREPARE=(prepare_ruled antispoof=no) ;;
	guard) CALL+=(antispoof=yes) PREPARE+=(ip '10.0.0.5 10.1.0.0/24 2001:db8::5') ;;
	guard-name) CALL+=(antispoof=yes) PREPARE+=(vifname guest1) ;;
	guard-again) CALL+=(antispoof=yes) PREPARE=(prepare_ruled antispoof=yes) ;;
	guard-bad-hook)
		CALL+=(antispoof=yes) HOOKS=(a bad) GOAL=fails FIRST=$BATCH
		PREPARE=(prepare_ruled antispoof=yes)
		;;
	guard-refused)
		CALL+=(antispoof=yes) GOAL=fails FIRST=$BATCH
		PREPARE=(prepare_refused vifname guest1)
		;;
	legacy) FIREWALL=legacy PREPARE+=(ip '10.0.0.5 2001:db8::5') ;;
	legacy-again) FIREWALL=legacy CALL+=(antispoof=yes) PREPARE=(prepare_ruled antispoof=yes) ;;
	legacy-bad-hook)
		FIREWALL=legacy HOOKS=(a bad) GOAL=fails FIRST='xtables\.lock'
		PREPARE=(prepare_ruled antispoof=no)
		;;
	offline-guard) CALL=(offline) GOAL=down PREPARE=(prepare_ruled antispoof=yes) ;;
	offline-legacy)
		FIREWALL=legacy CALL=(offline) GOAL=down PREPARE=(prepare_ruled antispoof=yes)
		;;
	esac
	[[ ${CALL[*]} != *antispoof=yes* ]] || OPTIONAL=IPv6
}

# By vif-route, with all that it can set; vif-nat sets no more.
describe_routed() {
	local ips=(ip '10.0.0.5 2001:db8::5')
	CALL+=(neigh=permanent conntrack=purge gateway6=fe80::1)
	NAME=vif-route ABOUT=routing ONLY='netlink|nft|file'
	case $1 in
	route) PREPARE+=("${ips[@]}" vifname guest1 mtu 1400) ;;
	route-rename) FIRST=$CHANGE PREPARE=(prepare_routed "${ips[@]}") ;;
	route-offline)
		CALL[0]=offline GOAL=down RENAMED=yes
		PREPARE=(prepare_connected "${ips[@]}" vifname guest1)
		;;
	ifup)
		NAME=vif-route-ifup ONLY=process
		PREPARE+=("${ips[@]}" vifname guest1)
		;;
	ifup-offline)
		NAME=vif-route-ifup ONLY=process CALL[0]=offline GOAL=down RENAMED=yes
		PREPARE=(prepare_connected "${ips[@]}" vifname guest1)
		;;
	*) lab_die "no case $1" ;;
	esac
}

# For speed: there the rules would be the same as in other cases.
without_firewall() {
	FIREWALL=none
	CALL+=(firewall=none)
}

prepare_configured() {
	lab_vif 1 0
	mkdir -p /etc/xen
	echo isolated=yes >/etc/xen/hotplug.conf
}

prepare_used() {
	lab_vif 1 0 vifname guest1 "$@"
	ip -batch - <<-END
		link set dev vif1.0 address 02:11:00:00:00:01 up
		address add 10.9.9.9/24 broadcast 10.9.9.255 dev vif1.0
		address add 10.9.8.1 peer 10.9.8.2/32 dev vif1.0
		address add 2001:db8::1/64 dev vif1.0
	END
}

prepare_connected() {
	lab_vif 1 0 "$@"
	call -- online || lab_die "$CASE: online: $(</run/lab/words)"
}

# A way out, and an ifup that gives an address.
prepare_gateway() {
	local program word
	ip -batch - <<-END
		link add name eth0 type veth peer name lan0
		link set dev eth0 addrgenmode none up
		link set dev lan0 addrgenmode none up
		address add 192.168.1.20/24 dev eth0
		address add 2001:db8::20/64 dev eth0 nodad
	END
	echo 1 >/proc/sys/net/ipv6/conf/eth0/proxy_ndp
	mkdir /run/ifup
	for program in ifup ifdown; do
		word=add
		[ $program = ifup ] || word=del
		printf '#!/bin/sh\nexec ip address %s 192.168.1.20/32 dev "$1"\n' $word >/run/ifup/$program
	done
	chmod +x /run/ifup/*
	mount -t overlay -o lowerdir=/run/ifup:/usr/sbin lab /usr/sbin
}

# Up, routed and about to get a name; with what an admin gave it.
prepare_routed() {
	prepare_connected "$@"
	ip -batch - <<-END
		address add 10.9.9.9/24 broadcast 10.9.9.255 dev vif1.0
		route add 10.9.8.0/24 dev vif1.0
		neighbour replace 10.0.0.5 lladdr 00:16:3e:66:66:66 nud permanent dev vif1.0
	END
	xenstore-write "$BACKEND/vifname" guest1
}

# It ran with other addresses, and since then an admin has been at the firewall.
prepare_ruled() { # antispoof=…
	lab_vif 1 0 ip '10.0.0.5 10.0.0.6 10.1.0.0/24 2001:db8::5'
	PROGRAM=/run/lab/bare/vif-bridge call -- online "$1" ||
		lab_die "$CASE: online: $(</run/lab/words)"
	xenstore-write "$BACKEND/ip" '10.0.0.6 10.0.0.7 2001:db8::7 2001:db8:1::/64'
	for tool in iptables-restore ip6tables-restore; do
		printf '%s\n' '*filter' '-I FORWARD -i eth2 -j DROP' '-I FORWARD 3 -i eth3 -j DROP' \
			'-A FORWARD -i vif1.0 -p tcp -m multiport --dports 80,443 -j ACCEPT' COMMIT |
			"$tool" --noflush
	done
}

# No bridge becomes a port of another.
prepare_refused() {
	lab_vif 1 0 "$@"
	ip -batch - <<-END
		link del dev vif1.0
		link add name vif1.0 address 02:00:00:00:01:00 type bridge
	END
}

prepare_moved() {
	lab_vif 1 0
	ip link set dev vif1.0 master xenbr1 up
	[ $# = 0 ] || bridge link set dev vif1.0 "$@"
}

prepare_tap() {
	lab_vif 1 0 type vif_ioemu "$@"
	lab_tap 1 0
}

prepare_added() {
	prepare_tap "$@"
	call -- add || lab_die "$CASE: add: $(</run/lab/words)"
}

# They mark that they have run; also one that fails.
make_hooks() {
	local hook
	mkdir -p /run/lab/marks "$SCRIPTS/vif-post.d"
	for hook in "${HOOKS[@]}"; do
		cat >"$SCRIPTS/vif-post.d/$hook.hook" <<-END
			case \$command in
			online | add) : >/run/lab/marks/$hook && [ $hook != bad ] ;;
			*) rm -f /run/lab/marks/$hook ;;
			esac
		END
		chmod +x "$SCRIPTS/vif-post.d/$hook.hook"
	done
}

# ---- runs and states ------------------------------------------------------------------------

# Once it has been set, it does not follow a small port's, with which IPv6 would go.
fix_mtu() {
	ip link set dev xenbr0 mtu 1400 && ip link set dev xenbr0 mtu 1500
}

# An admin's rules, and no others. FORWARD is there, for nobody takes it away again.
reset_firewall() {
	local tool
	[ "$FIREWALL" != none ] || return 0
	for tool in iptables-restore ip6tables-restore; do
		printf '%s\n' '*filter' ':FORWARD ACCEPT' '-A FORWARD -i eth0 -j DROP' \
			'-A FORWARD -i eth1 -j DROP' COMMIT | "$tool"
	done
	[ "$ABOUT" != firewall ] ||
		printf '%s table %s xen_guard\n' add netdev delete netdev add bridge delete bridge |
		nft -f -
}

begin() {
	describe "$1"
	[ "$FIREWALL" = none ] || lab_firewall "$FIREWALL"
	reset_firewall
	lab_bridge xenbr0
	lab_bridge xenbr1
	fix_mtu
	[ "$NAME" = vif-bridge ] || prepare_gateway
	PROGRAM=$SCRIPTS/$NAME
	mkdir -p "$SCRIPTS" /run/lab/bare
	ln -s "$BUILD/${NAME%-ifup}" "$PROGRAM"
	ln -s "$BUILD/vif-bridge" /run/lab/bare/
	make_hooks
	"${PREPARE[@]}"
	look before
}

unplug() {
	ip -force -batch - 2>/dev/null <<-END
		link del dev vif1.0
		link del dev guest1
		link del dev vif1.0-emu
		link del dev guest1-emu
		neigh del proxy 2001:db8::5 dev eth0
	END
}

restore() {
	rm -f /run/lab/marks/*
	unplug
	xenstore-rm "${BACKEND%/*}" /local/domain/1
	reset_firewall
	"${PREPARE[@]}"
}

# The parts of lab_state that can change here, for speed.
facts() {
	echo @link
	ip -o -d link show
	if [ "$ABOUT" != firewall ]; then
		echo @addr
		ip -o addr show
		echo @sysctl
		(cd /proc/sys && exec grep . net/ipv4/conf/*/{proxy_arp,forwarding,rp_filter} \
			net/ipv6/conf/*/{accept_ra,addr_gen_mode,disable_ipv6,forwarding,proxy_ndp})
	fi
	[ "$NAME" = vif-bridge ] || facts_routed
	if [ "$FIREWALL" != none ]; then
		echo @iptables
		iptables-save
		echo @ip6tables
		ip6tables-save
	fi
	if [ "$ABOUT" = firewall ]; then
		echo @nft
		nft -s list ruleset | sed '/^table ip6\? filter {/,/^}/d'
	fi
	echo @store
	xenstore-ls -f -p /local
}

# The host's own IPv6 addresses get their routes a little later, so those do not count.
facts_routed() {
	echo @route4
	ip -4 route show table all
	echo @route6
	ip -6 route show
	echo @neigh
	ip neigh show proxy
	ip neigh show nud permanent
}

# What is there, into a file. The report is no part of it, but in STATUS and ERROR.
look() {
	local state
	STATUS='' ERROR=''
	state=$(facts 2>/dev/null | LC_ALL=C awk -f "$LAB_DIR/state.awk")
	[[ ! $state =~ "$BACKEND/hotplug-status = \""([a-z]*) ]] || STATUS=${BASH_REMATCH[1]}
	[[ ! $state =~ "$BACKEND/hotplug-error = \""([^\"]*) ]] || ERROR=${BASH_REMATCH[1]}
	{
		grep -v -F -e "$BACKEND/hotplug-error = " -e "$BACKEND/hotplug-status = " <<<"$state"
		printf 'hook %s\n' /run/lab/marks/*
	} >"/run/lab/$1"
}

# A state but for some lines.
without() { # PATTERN STATE
	grep -v -E "$1" "/run/lab/$2"
}

same() {
	cmp -s "/run/lab/$1" /run/lab/now
}

# call [WRAPPER...] -- ARG...: the program as libxl calls it; its words go to a file.
call() {
	local wrapper=()
	while [ "$1" != -- ]; do
		wrapper+=("$1")
		shift
	done
	shift
	case $1 in
	add | remove) set -- "$@" type_if=tap ;;
	*) set -- "$@" type_if=vif ;;
	esac
	set -- "$TIMEOUT" "$HANG" "${wrapper[@]}" "$PROGRAM" "$@" timeout=2
	case $CASE in
	late) # the device comes while it is waited for
		ip link set dev vif1.0 down name later
		{ sleep 0.1 && ip link set dev later name vif1.0; } &
		call_libxl "$@"
		RC=$?
		wait $!
		return $RC
		;;
	no-shell) call_libxl "$1" "$2" "$3" -E PATH=/nowhere "${@:4}" ;;
	by-hand) vif=vif1.0 bridge=xenbr0 "$@" ;;
	*) call_libxl "$@" ;;
	esac </dev/null 2>/run/lab/words
}

call_libxl() {
	local program=$1
	shift
	lab_call "$program" 1 0 "$@"
}

# One run with what strace is told to do at the NUMBERth call of NAME.
run_with() { # NAME NUMBER WHAT
	WHERE="$1 number $2, $3"
	RUNS=$((RUNS + 1))
	call strace -qq -o /run/lab/injected -e "trace=$1" -e "inject=$1:$3:when=$2" -- "${CALL[@]}"
	RC=$?
}

# complain WHAT [EXPECTED]: with how the state differs from what it should be.
complain() {
	FAILURES=$((FAILURES + 1))
	echo "$CASE: $WHERE: exit $RC: $1"
	[ "$FAILURES" -le 8 ] || return 0
	sed 's/^/    | /' /run/lab/words
	[ -z "${2:-}" ] || diff "/run/lab/$2" /run/lab/now | grep '^[<>]' | cut -c 1-700 |
		sed 's/^/    /'
}

# ---- which calls there are -------------------------------------------------------------------

# Lines "NAME NUMBER KIND" for the NUMBERth NAME, in order; KIND is what it is about.
list_calls() {
	call strace -o /run/lab/trace -- "${CALL[@]}"
	RC=$?
	awk -v first="$FIRST" '
		match($0, /^[a-z0-9_]+\(/) {
			name = substr($0, 1, RLENGTH - 1)
			fd = arguments = substr($0, RLENGTH + 1)
			number[name]++
			started = started || $0 ~ first
			sub(/[^0-9].*/, "", fd)
			result = $0
			sub(/.*\) += /, "", result)

			kind = fd == "" || !(fd in kinds) ? "other" : kinds[fd]
			if (arguments ~ /^AF_NETLINK.*NETFILTER/)
				kind = "nft"
			else if (arguments ~ /^AF_INET|tables/ || name ~ /^readlink/)
				kind = "tables"
			else if (arguments ~ /^AF_NETLINK/)
				kind = "netlink"
			else if (arguments ~ /^AF_UNIX, SOCK_STREAM/ || arguments ~ /xenstored/)
				kind = "store"
			else if (arguments ~ /^AF_UNIX/)
				kind = "log"
			else if (name ~ /^open/ && arguments ~ /localtime|\.log/)
				kind = "log"
			else if (name ~ /^open/)
				kind = arguments ~ /vif-post/ ? "process" : "file"
			else if (name ~ /^(clone|clone3|vfork|pidfd_open|poll|wait4|kill)$/)
				kind = "process"
			if (name ~ /^(socket|open|openat)$/)
				kinds[result + 0] = kind
			else if (name ~ /^(mmap|brk|clone)/)
				kind = name ~ /^clone/ ? "process" : "memory"
			if (started)
				print name, number[name], kind
		}' /run/lab/trace >/run/lab/calls
}

# What may go wrong with a call, in strace's words. Those that cannot fail are left out.
ways_to_fail() { # NAME NUMBER KIND
	local number=$2
	set -- "$1" "$3"
	[[ $2 =~ ^($ONLY)$ ]] || return 0
	# The sanitizer's own memory; it does not live without.
	[ "$2-$SANITIZED" != memory-yes ] || return 0
	case $ABOUT-$2 in
	firewall-nft | firewall-tables) ;;
	firewall-* | rest-nft | rest-tables) return ;;
	esac
	# What is called the same way all the time is looked at in one case.
	case $CASE/$1/$2 in
	plain/read/store | plain/write/store) echo error=EINTR retval=0 error=EIO && return ;;
	# A question to the store is two writes and two reads: one of them will do.
	*/write/store) return ;;
	*/read/store) [ $((number % 2)) = 1 ] || return 0 ;;
	# libiptc aborts then; but that is no call that can fail.
	*/fcntl/tables) return ;;
	plain/* | used/*/netlink | offline/*/netlink | bad-hook/*/log) ;;
	guard/*/nft | legacy/*/tables | */setsockopt/tables) ;;
	offline-legacy/*/nft | legacy*/nft) return ;;
	route*/close/* | route*/socket/* | ifup*/close/* | route-offline/recvfrom/*) return ;;
	*/readlink/* | */log | */setitimer/*) return ;;
	*/setsockopt/* | */bind/* | */getsockname/*) return ;;
	*/sendto/* | */recvfrom/*) echo error=ENOBUFS && return ;;
	esac
	case $1 in
	read) echo error=EIO ;;
	write | writev) echo error=ENOSPC ;;
	sendto | sendmsg | recvfrom | recvmsg) echo error=ENOBUFS error=EINTR ;;
	poll) echo error=ENOMEM error=EINTR ;;
	wait4) echo error=ECHILD error=EINTR ;;
	socket | open | openat | pidfd_open) echo error=EMFILE ;;
	connect) echo error=ECONNREFUSED ;;
	bind | setsockopt | getsockopt | getsockname | getpeername) echo error=ENOBUFS ;;
	flock) echo error=ENOLCK ;;
	vfork | clone | clone3) echo error=EAGAIN ;;
	brk) echo retval=0 ;; # that, and no error, is how it fails
	mmap | mremap | mprotect | munmap) echo error=ENOMEM ;;
	getdents64 | close | ioctl) echo error=EIO ;;
	newfstatat | fstat | stat | readlink) echo error=EACCES ;;
	fcntl | lseek | setitimer | kill) echo error=EINVAL ;;
	esac
}

# ---- what must hold afterwards ---------------------------------------------------------------

check_report() {
	[ "$CASE" != by-hand ] || return 0
	if [ "$STATUS" != error ]; then
		complain "hotplug-status is '$STATUS'"
	elif [ -z "$ERROR" ]; then
		complain "no hotplug-error"
	fi
}

# Whether libxl was told what exit 0 says; by hand and for a tap it is not.
told() {
	[[ $CASE = by-hand || ${CALL[0]} != online || $STATUS = connected ]]
}

# Complete but for a family's rules, of which then none is new, and this was said.
complete_but_rules() {
	local family section
	cp /run/lab/complete /run/lab/expected
	for family in $OPTIONAL; do
		section=iptables
		[ "$family" = IPv4 ] || section=ip6tables
		if grep -q "the $family rules for" /run/lab/words; then
			{
				grep -v "^$section " /run/lab/expected
				grep "^$section " /run/lab/before
			} >/run/lab/expecting
			mv /run/lab/expecting /run/lab/expected
		fi
	done
	[ "$(sort /run/lab/now)" = "$(sort /run/lab/expected)" ]
}

check_up() {
	case $RC in
	0)
		same complete || complete_but_rules || complain "not complete" complete
		told || complain "hotplug-status is '$STATUS'"
		;;
	*)
		same before || complain "not as before" before
		check_report
		;;
	esac
}

# What cannot be talked to, may stay: the kernel; the store, that alone knows a new name, and the
# guest's addresses; a setting; a hook, and what ifdown would have done.
check_down() { # KIND
	local but=nothing
	case $1-$RENAMED in
	netlink-yes) but='vif1\.0|guest1|^ip6?tables |^neigh .* proxy' ;;
	netlink-*) but=$(about 'vif1\.0|guest1') ;;
	nft-* | tables-*) but='^(iptables|ip6tables|nft)( |$)' ;;
	store-yes) but='vif1\.0|guest1|^ip6?tables |^neigh .* proxy' ;;
	file-*) but=/proxy_arp: ;;
	process-* | memory-*) but='^hook|^(addr|route4) .*guest1' ;;
	esac
	[ "$RC" != 0 ] || but=nothing
	if [ "$(without "$but" now)" != "$(without "$but" complete)" ]; then
		complain "not taken down" complete
	elif [ "$RC" != 0 ]; then
		check_report
	fi
}

# A second thing may fail here while the first is undone or reported: that cannot be mended.
check_fails() { # KIND
	case $1 in
	netlink | nft | tables | process | memory) ;;
	*) same before || complain "not as before" before ;;
	esac
	if [ "$RC" = 0 ]; then
		complain "succeeded"
	elif [ "$STATUS" = connected ]; then
		complain "connected"
	fi
}

check() { # KIND WAY
	look now
	case $RC in
	0 | 1) ;;
	124 | 137) complain "hangs" ;;
	*) complain "crashed" ;;
	esac
	if [ "$2" = error=EINTR ] && [ "$GOAL" != fails ] && [ "$RC" != 0 ]; then
		complain "is not tolerated"
	elif [ "$RC" -le 1 ]; then
		"check_$GOAL" "$1"
	fi
}

# As before, and only the report to be taken away: no need to build all anew.
clear_away() {
	if [ "$GOAL" != down ] && same before; then
		xenstore-rm "$BACKEND/hotplug-error"
		xenstore-write "$BACKEND/hotplug-status" ''
	else
		restore
	fi 2>/dev/null
}

finish() {
	[ "$FAILURES" = 0 ] || echo "$CASE: $FAILURES of $RUNS runs failed"
	echo "$CASE: $RUNS runs"
	[ "$FAILURES" = 0 ] && [ "$RUNS" -gt 0 ]
}

# What an undisturbed run comes to, and by which calls.
learn() {
	list_calls
	look complete
	if [ "$GOAL" = fails ]; then
		[ "$RC" = 1 ] && cmp -s /run/lab/before /run/lab/complete
	else
		[ "$RC" = 0 ] && told && { [ "$CASE" = again ] ||
			! cmp -s /run/lab/before /run/lab/complete; }
	fi || lab_die "$CASE: undisturbed, it exits with $RC and leaves" \
		"$(diff /run/lab/before /run/lab/complete)"
	restore
}

# Whether this call is one of those to be tried: of `plain` all, else one of EVERY, by a dice that falls
# the same way each time (and in another way for each case): calls alternate.
is_due() { # CASE
	local every=${EVERY:-$([ -n "${AGAIN:-}" ] && echo 4 || echo 3)}
	[ "$1" != plain ] || every=1
	[ "$DICE" != '' ] || DICE=$((16#$(md5sum <<<"$1" | cut -c 1-6)))
	DICE=$(((DICE * 1103515245 + 12345) % 2147483648))
	[ $((DICE / 65536 % every)) = 0 ]
}

inject_errors() { # CASE
	local name number kind way
	begin "$1"
	learn
	while read -r name number kind <&4; do
		is_due "$1" || continue
		for way in $(ways_to_fail "$name" "$number" "$kind"); do
			run_with "$name" "$number" "$way"
			grep -q INJECTED /run/lab/injected || [ "$CASE" = late ] ||
				complain "did not come to that"
			check "$kind" "$way"
			clear_away
		done
	done 4</run/lab/calls
	look now
	WHERE='the test itself' RC=0
	same before || complain "is not repeatable" before
	finish
}

# ---- killed ----------------------------------------------------------------------------------

check_repaired() {
	look now
	if [ "$RC" != 0 ] || ! same complete; then
		complain "called again, it does not complete" complete
	elif ! told; then
		complain "hotplug-status is '$STATUS'"
	fi
}

# The interface itself need not look as before.
check_cleared() {
	local its
	its="$(about 'vif1\.0|guest1')|/device/vif/0/mtu = "
	look now
	if [ "$RC" != 0 ]; then
		complain "cannot be taken down"
	elif grep -E '^link (vif1\.0|guest1).* (UP|master) ' /run/lab/now; then
		complain "is up or a port"
	elif [ "$(without "$its" now)" != "$(without "$its" before)" ]; then
		complain "something is left" before
	fi
}

# killed NAME NUMBER ARG...: and then called so.
killed() {
	run_with "$1" "$2" signal=KILL
	shift 2
	[ "$RC" = 137 ] || complain "was not killed"
	# A hook that it was waiting for runs on.
	[ "${#HOOKS[@]}" = 0 ] || sleep 0.1
	call -- "$@"
	RC=$?
}

inject_kills() { # CASE
	local name number kind
	local -A opposite=([online]=offline [add]=remove)
	begin "$1"
	learn
	while read -r name number kind <&4; do
		case $ABOUT-$name-$kind in
		# Killed before it hears what came of a message: nothing else is between two of them.
		rest-recvfrom-netlink | rest-*-process) ;;
		rest-read-store) [ $((number % 2)) = 1 ] || continue ;;
		routing-recvfrom-netlink) ;;
		firewall-recvfrom-nft | firewall-setsockopt-tables) ;;
		*) continue ;;
		esac
		killed "$name" "$number" "${CALL[@]}"
		check_repaired
		restore
		[ "$GOAL" = up ] && [ "${PREPARE[0]}" != prepare_ruled ] || continue
		killed "$name" "$number" "${opposite[${CALL[0]}]}" "${CALL[@]:1}"
		check_cleared
		restore
	done 4</run/lab/calls
	finish
}

# ---- what it works on goes away ---------------------------------------------------------------

check_without_bridge() {
	local gone
	gone=$(about 'xenbr0|guest1')
	if [ "$RC" = 0 ]; then
		[ "$STATUS" = connected ] || complain "hotplug-status is '$STATUS'"
	elif [ "$(without "$gone" now)" != "$(without "$gone" before)" ]; then
		complain "not as before" before
	else
		check_report
	fi
}

check_without_vif() {
	local gone as=before
	gone=$(about '(vif|g)1\.0|guest1')
	[ "$GOAL" = up ] || as=complete
	if [ "$(without "$gone" now)" != "$(without "$gone" $as)" ]; then
		complain "not as it should be" $as
	elif [ "$GOAL" = down ]; then
		[ "$RC" = 0 ] || complain "does not take it that it is gone"
	elif [ "$RC" = 0 ]; then
		complain "succeeded"
	else
		check_report
	fi
}

remove_soon() {
	sleep 0.05
	case $1 in
	bridge) ip link del dev xenbr0 ;;
	vif) unplug ;;
	esac
}

restore_bridge() {
	[ "$1" != bridge ] || [ -e /sys/class/net/xenbr0 ] || {
		ip -batch - <<-END
			link add name xenbr0 type bridge
			link set dev xenbr0 addrgenmode none up
			link set dev lan-xenbr0 master xenbr0
		END
		fix_mtu
	}
	restore
}

# False: the program was faster, on a host with much to do.
deleted_at() { # WHAT NAME NUMBER
	local gone late=0
	remove_soon "$1" &
	gone=$!
	run_with "$2" "$3" delay_enter=300000
	! kill -0 "$gone" 2>/dev/null || late=1
	wait "$gone"
	WHERE="$1 deleted at $2 number $3"
	return $late
}

inject_vanish() { # WHAT CASE
	local name number kind
	begin "$2"
	learn
	while read -r name number kind <&4; do
		case $ABOUT-$name-$kind in
		rest-sendto-netlink | routing-sendto-netlink | firewall-sendto-nft) ;;
		*) continue ;;
		esac
		until deleted_at "$1" "$name" "$number"; do
			restore_bridge "$1"
		done
		look now
		"check_without_$1"
		restore_bridge "$1"
	done 4</run/lab/calls
	finish
}
