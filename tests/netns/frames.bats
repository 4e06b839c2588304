#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# What antispoof=yes lets through and what not: frames.py has the frames, and sends all of them
# from guests to a LAN, another guest and the host, once with and once without; spoof-cases.bash
# has how the guard comes and goes.

# All run at once, as many as there are processors; the tests then look at what came of them.
setup_file() {
	export RESULTS=$BATS_FILE_TMPDIR TESTS=$BATS_TEST_DIRNAME
	cd "$TESTS/../.." || return
	local runs=(off on trunk_off trunk_on vif-route_off vif-route_on vif-nat_off vif-nat_on)
	# Compiled once.
	python3 -IS -c 'import py_compile, sys; py_compile.compile(*sys.argv[1:])' \
		"$TESTS/frames.py" "$RESULTS/frames.pyc" || return
	{
		printf '%s\n' "${runs[@]}"
		sed -n 's/^@test .* { result \(.*\); }$/\1/p' "$BATS_TEST_FILENAME"
	} | xargs -P "$(nproc)" -I JOB bash -c '
		timeout 60 tests/lab/dom0 "
			. tests/netns/helper.bash
			. tests/netns/spoof-cases.bash
			enter
			case_$0" >"$RESULTS/$0" 2>&1 && : >"$RESULTS/$0 passed"
		:' JOB 3>&-
}

result() {
	cat "$RESULTS/$1"
	[ -e "$RESULTS/$1 passed" ]
}

# The lines "RECEIVER yes|no|half VERDICT GROUP: NAME" of a group: as many as there should be, and
# as all of them should be. A frame that no bridge lets through is proof of nothing.
arrived() { # RUN yes|no VERDICTS GROUP
	local all
	result "$1"
	all=$(grep -E "^[^ ]+ [^ ]+ ($3) $4: " "$RESULTS/$1.frames")
	[ -n "$all" ]
	if grep -v "^[^ ]* $2 " <<<"$all"; then
		return 1
	fi
}

complete() { # RUN [--router]
	result "$1"
	"$TESTS/frames.py" "${@:2}" names | cut -f2 | sort >"$RESULTS/$1.names"
	cut -d' ' -f4- "$RESULTS/$1.frames" | sort -u | diff "$RESULTS/$1.names" -
}

allowed() {
	arrived on yes allowed "$1"
}

forged() {
	arrived on no forged "$1"
}

without() {
	arrived off yes 'allowed|forged' "$1"
}

@test "source MAC: lawful frames arrive" { allowed mac; }
@test "source MAC: forged frames do not" { forged mac; }
@test "source MAC: without antispoof all do" { without mac; }
@test "ethertype: lawful frames arrive" { allowed type; }
@test "ethertype: forged frames do not" { forged type; }
@test "ethertype: without antispoof all do" { without type; }
@test "what a bridge keeps: forged frames do not arrive" { forged bridge; }
@test "what a bridge keeps: without antispoof all do" { without bridge; }
@test "ARP: lawful frames arrive" { allowed arp; }
@test "ARP: forged frames do not" { forged arp; }
@test "ARP: without antispoof all do" { without arp; }
@test "IPv4: lawful frames arrive" { allowed ip4; }
@test "IPv4: forged frames do not" { forged ip4; }
@test "IPv4: without antispoof all do" { without ip4; }
@test "DHCP: lawful frames arrive" { allowed dhcp; }
@test "DHCP: forged frames do not" { forged dhcp; }
@test "DHCP: without antispoof all do" { without dhcp; }
@test "IPv6: lawful frames arrive" { allowed ip6; }
@test "IPv6: forged frames do not" { forged ip6; }
@test "IPv6: without antispoof all do" { without ip6; }
@test "neighbour discovery: lawful frames arrive" { allowed ndp; }
@test "neighbour discovery: forged frames do not" { forged ndp; }
@test "neighbour discovery: without antispoof all do" { without ndp; }
@test "router discovery: lawful frames arrive" { allowed ra; }
@test "router discovery: forged frames do not" { forged ra; }
@test "router discovery: without antispoof all do" { without ra; }
@test "no ip=: lawful frames arrive" { allowed free; }
@test "no ip=: forged frames do not" { forged free; }
@test "no ip=: without antispoof all do" { without free; }
@test "no IPv6 in ip=: lawful frames arrive" { allowed only4; }
@test "no IPv6 in ip=: forged frames do not" { forged only4; }
@test "no IPv6 in ip=: without antispoof all do" { without only4; }
@test "a guest without antispoof: lawful frames arrive" { allowed unguarded; }
@test "a guest without antispoof: frames in a guarded one's name do not" { forged unguarded; }
@test "a guest without antispoof: without any all do" { without unguarded; }
@test "from the LAN everything arrives" { allowed lan; }
@test "from the LAN everything arrives without antispoof, too" { without lan; }

@test "no frame is left out" {
	complete on
	complete off
	# Each group of them is looked at above.
	cut -d: -f1 "$RESULTS/on.names" | sort -u | while read -r group; do
		grep -q "{ without $group; }" "$BATS_TEST_FILENAME" || exit 1
	done
}

@test "frames that count as eaten really are" {
	arrived on no eaten '[a-z]*'
	arrived off no eaten '[a-z]*'
}

@test "counters: each vif's dropped frames by reason, no more and no less" {
	result on
	"$TESTS/frames.py" counts | sort | diff - "$RESULTS/on.counters"
}

@test "trunk: inside of a tag it is all the same" {
	complete trunk_on
	complete trunk_off
	arrived trunk_on yes allowed '[a-z0-9]*'
	arrived trunk_on no 'forged|eaten' '[a-z0-9]*'
	# With a single byte behind its tag no frame gets so far as to the guard.
	sed -i '/ a single byte$/d; /:\( header\)\? cut after 1 bytes$/d' "$RESULTS"/trunk_off.{frames,names}
	arrived trunk_off yes 'allowed|forged' '[a-z0-9]*'
	xargs -d '\n' "$TESTS/frames.py" counts <"$RESULTS/trunk_off.names" | sort |
		diff - "$RESULTS/trunk_on.counters"
}

@test "routed: lawful packets arrive" {
	complete vif-route_on --router
	arrived vif-route_on yes allowed '[a-z0-9]*'
}

@test "routed: forged packets do not" {
	arrived vif-route_on no 'forged|eaten' '[a-z0-9]*'
}

@test "routed: without antispoof all do" {
	complete vif-route_off --router
	arrived vif-route_off yes 'allowed|forged' '[a-z0-9]*'
	arrived vif-route_off no eaten '[a-z0-9]*'
}

@test "routed: counters" {
	"$TESTS/frames.py" --router counts | sort | diff - "$RESULTS/vif-route_on.counters"
}

@test "behind NAT: lawful packets arrive" {
	complete vif-nat_on --router
	arrived vif-nat_on yes allowed '[a-z0-9]*'
}

@test "behind NAT: forged packets do not" {
	arrived vif-nat_on no 'forged|eaten' '[a-z0-9]*'
}

@test "behind NAT: without antispoof all do" {
	complete vif-nat_off --router
	arrived vif-nat_off yes 'allowed|forged' '[a-z0-9]*'
	arrived vif-nat_off no eaten '[a-z0-9]*'
}

@test "behind NAT: counters" {
	"$TESTS/frames.py" --router counts | sort | diff - "$RESULTS/vif-nat_on.counters"
}

@test "killed while it comes: online makes up for it" { result killed; }
@test "killed while it goes: offline makes up for it" { result killed_offline; }
@test "guests that behave notice nothing" { result behave; }
@test "forged frames teach the bridge and the host nothing" { result learning; }
@test "flood: nothing gets through while the port comes and goes" { result flood; }
@test "flood: it would be seen" { result flood_unguarded; }
@test "asked for by argument" { result argument; }
@test "asked for by environment" { result environment; }
@test "asked for in the file" { result file; }
@test "an argument wins over the file" { result argument_wins; }
@test "what is neither yes nor no is refused" { result nonsense; }
@test "a vif with a name of its own" { result renamed; }
@test "a second online changes nothing" { result again; }
@test "switched off" { result switched_off; }
@test "switched on while the guest runs" { result switched_on; }
@test "other addresses" { result other_address; }
@test "others' tables are flushed" { result flush_others; }
@test "all tables are flushed, then online" { result flush_all; }
@test "the bridge is deleted and made again" { result new_bridge; }
@test "moved to another bridge" { result other_bridge; }
@test "the last vif goes: nothing is left" { result last; }
@test "one of two goes: the other stays guarded" { result one_of_two; }
@test "a guest is destroyed: offline finds no device" { result unplugged; }
@test "a guest is destroyed: its name comes again" { result plugged_again; }
@test "vif and tap of one guest" { result tap; }
@test "vif and tap of one guest: the vif goes first" { result vif_before_tap; }
@test "thirty at once" { result many; }
@test "a saved ruleset can be loaded" { result saved; }
