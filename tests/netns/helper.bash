# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of a program in a throw-away dom0 (tests/lab) share.
#
#   netns guest1          the host, one netns per test              netns lan
#      g1.0 ------------- vif1.0 --+                                   |
#                                  +-- xenbr0 --- lan-xenbr0 ---- far-xenbr0
#      g2.0 ------------- vif2.0 --+
#   netns guest2
#
# Every test runs in a dom0 of its own: setup starts one and calls the test there, with all
# functions that the file has. Variables outside of functions are not known there. FIREWALLS,
# set in a file, says with which iptables (LAB_FW in tests/lab/lab.sh) each of its tests is to
# run, once with each.
#
# The program is called by call (as libxl does), its short forms, or by_hand. After it, STATUS,
# OUT and ERR are its exit status, stdout and stderr. BUILD names the folder of the program, and
# VIF_PROGRAM, which a file may export, the program; the default is vif-bridge.
# A file's own function `needs` may skip what cannot be tested here.

needs() {
	:
}

setup() {
	local LAB_FW
	needs
	export LAB_FW
	for LAB_FW in ${FIREWALLS-""}; do
		in_dom0 "$(declare -f); bats_test_begin() { :; }; enter; $BATS_TEST_NAME"
	done
	# It has run: no second time out here. This is how bats' own skip ends a test.
	BATS_TEST_COMPLETED=1
	exit 0
}

# bats' own descriptor would keep it waiting for what a test leaves running. A test that hangs
# is a test that fails.
in_dom0() {
	TESTS=$BATS_TEST_DIRNAME timeout "${TEST_SECONDS:-60}" "$BATS_TEST_DIRNAME/../lab/dom0" "$1" 3>&-
}

# The program lies where an admin has it, so that hooks can be put beside it.
use() { # NAME [FILE]
	local build=${BUILD:-build}
	[[ $build == /* ]] || build=$TESTS/../../$build
	PROGRAM=$SCRIPTS/$1
	touch "$PROGRAM"
	mount --bind "$build/${2:-$1}" "$PROGRAM"
}

enter() {
	set -eE -o pipefail
	trap 'echo "failed: $BASH_COMMAND (in ${FUNCNAME[*]}, ${LAB_FW:-own} iptables)" >&2; exit 1' ERR
	SCRIPTS=/etc/xen/scripts
	BACKEND=/local/domain/0/backend/vif
	LOG=/var/log/xen/xen-hotplug.log
	mkdir "$SCRIPTS"
	use "${VIF_PROGRAM:-vif-bridge}"
	# A leak check needs ptrace, which strace has.
	export ASAN_OPTIONS_TRACED=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
}

# --- calls -----------------------------------------------------------------------------------

run_it() {
	STATUS=0
	"$@" >/run/out 2>/run/err || STATUS=$?
	OUT=$(</run/out)
	ERR=$(</run/err)
}

call() { # D N ARG...
	run_it lab_call "$PROGRAM" "$@"
}

by_hand() { # [VAR=VALUE...] -- ARG...
	local environment=()
	while [ "$1" != -- ]; do
		environment+=("$1")
		shift
	done
	shift
	run_it env "${environment[@]}" "$PROGRAM" "$@"
}

# As call, below another command that runs what follows it: strace, setpriv, env.
call_under() { # D N COMMAND... -- ARG...
	local d=$1 n=$2 wrapper=$3 words=()
	shift 3
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	run_it lab_call "$(command -v "$wrapper")" "$d" "$n" "${words[@]}" "$PROGRAM" "$@"
}

# The system calls named in WHAT go to /run/trace.
trace() { # WHAT D N ARG...
	local what=$1 d=$2 n=$3
	shift 3
	ASAN_OPTIONS=$ASAN_OPTIONS_TRACED \
		call_under "$d" "$n" strace -f -s 4096 -o /run/trace -e "trace=$what" -- "$@"
}

succeeds() {
	"$@"
	[ "$STATUS" = 0 ] || complain "exit $STATUS: $ERR"
}

fails() {
	"$@"
	[ "$STATUS" = 1 ] || complain "exit $STATUS instead of 1: $ERR"
}

online() { # D N ARG...
	succeeds call "$1" "$2" online type_if=vif "${@:3}"
}

offline() {
	succeeds call "$1" "$2" offline type_if=vif "${@:3}"
}

add() {
	succeeds call "$1" "$2" add type_if=tap "${@:3}"
}

remove() {
	succeeds call "$1" "$2" remove type_if=tap "${@:3}"
}

online_fails() {
	fails call "$1" "$2" online type_if=vif "${@:3}"
}

# --- assertions ------------------------------------------------------------------------------

complain() {
	echo "$*" >&2
	return 1
}

is() { # ACTUAL EXPECTED
	[ "$1" = "$2" ] || complain "'$1' instead of '$2'"
}

has() { # TEXT PART
	[[ $1 == *"$2"* ]] || complain "no '$2' in: $1"
}

lacks() {
	[[ $1 != *"$2"* ]] || complain "'$2' in: $1"
}

# For `! command`, which never fails a test.
refute() {
	if "$@"; then
		complain "true, but should not be: $*"
	fi
}

lines() { # TEXT NUMBER
	is "$(grep -c '' <<<"$1")" "$2" || complain "$1"
}

# --- what the kernel says --------------------------------------------------------------------

link() { # NAME JQ-PATH
	ip -j -d link show dev "$1" | jq -r ".[0]$2 // \"\""
}

exists() {
	[ -d "/sys/class/net/$1" ]
}

mtu() {
	echo "$(</sys/class/net/"$1"/mtu)"
}

mac() {
	echo "$(</sys/class/net/"$1"/address)"
}

master() {
	local path
	path=$(readlink "/sys/class/net/$1/master") || true
	echo "${path##*/}"
}

is_up() {
	(($(</sys/class/net/"$1"/flags) & 1))
}

flag() { # PORT FLAG (isolated, learning, neigh_suppress): 0 or 1
	echo "$(</sys/class/net/"$1"/brport/"$2")"
}

addresses() { # NAME: one a line
	ip -j addr show dev "$1" | jq -r '.[0].addr_info[].local'
}

# An up port of a bridge, as online leaves it.
is_port_of() { # NAME BRIDGE
	exists "$1" || complain "no $1"
	is "$(master "$1")" "$2"
	is_up "$1" || complain "$1 is down"
	is "$(mac "$1")" fe:ff:ff:ff:ff:ff
}

is_unplugged() { # NAME
	exists "$1" || complain "no $1"
	is "$(master "$1")" ""
	refute is_up "$1"
}

# All links without what follows from their carrier, which comes and goes a little later.
links() {
	ip -j addr show | jq -c '.[] | [.ifname, .address, .mtu, .master, (.flags | index("UP") != null),
		[.addr_info[] | select(.scope != "link") | .local]]'
}

# How often its carrier came or went: a second online must not add to it.
carrier_changes() {
	echo "$(</sys/class/net/"$1"/carrier_changes)"
}

# --- what the firewall says ------------------------------------------------------------------

# FORWARD's rules, as the host's own iptables or another TOOL lists them.
forward() { # [TOOL]
	"${1:-iptables}" -S FORWARD | sed '/^-P /d'
}

# How an accept rule is listed.
from() { # DEVICE [ADDRESS]
	echo "-A FORWARD ${2:+-s $2 }-m physdev --physdev-in $1 --physdev-is-bridged -j ACCEPT"
}

to() { # DEVICE
	echo "-A FORWARD -m physdev --physdev-out $1 --physdev-is-bridged -j ACCEPT"
}

dhcp() { # DEVICE [FROM TO]
	echo "-A FORWARD -p udp -m physdev --physdev-in $1 --physdev-is-bridged" \
		"-m udp --sport ${2:-68} --dport ${3:-67} -j ACCEPT"
}

# A device's rules in a family: as the script inserted them, one after the other at the top.
rules4() { # DEVICE [ADDRESS...]
	to "$1"
	if [ $# = 1 ]; then
		from "$1"
	else
		dhcp "$1"
		for_each_reversed from "$@"
	fi
}

rules6() { # DEVICE ADDRESS...
	to "$1"
	dhcp "$1" 546 547
	for_each_reversed from "$@"
}

for_each_reversed() { # COMMAND DEVICE ADDRESS...
	local i
	for ((i = $#; i > 2; i--)); do
		"$1" "$2" "${!i}"
	done
}

# The elements of one of the guard's sets, one a line, sorted: "vif1.0 10.0.0.1".
elements() { # FAMILY SET
	nft -j list set "$1" xen_guard "$2" | jq -r '
		def show: if type == "number" then tostring elif type == "string" then .
			elif .elem then .elem.val | show
			elif .concat then .concat | map(show) | join(" ")
			elif .prefix then "\(.prefix.addr)/\(.prefix.len)"
			else .range | map(show) | join("-") end;
		.nftables[].set.elem[]? | show' | LC_ALL=C sort
}

# What the first rule makes and nobody takes away: the chain.
empty_forward() {
	iptables -w -P FORWARD ACCEPT
	ip6tables -w -P FORWARD ACCEPT
}

# --- what the store says ---------------------------------------------------------------------

node() { # PATH: its value, or "(none)"
	xenstore-read "$1" 2>/dev/null || echo "(none)"
}

back() { # D N KEY
	node "$BACKEND/$1/$2/$3"
}

front() {
	node "/local/domain/$1/device/vif/$2/$3"
}

is_connected() { # D N
	is "$(back "$1" "$2" hotplug-status)" connected
	is "$(back "$1" "$2" hotplug-error)" "(none)"
}

# As libxl and its user see a failure.
is_reported() { # D N MESSAGE
	is "$(back "$1" "$2" hotplug-error)" "$3"
	is "$(back "$1" "$2" hotplug-status)" error
	has "$ERR" "${PROGRAM##*/}: $3"
}

everything() { # lab_state is not written for set -e
	(
		set +eE
		trap - ERR
		lab_state
	)
}

# Nothing in kernel and store changes while the rest of the line runs.
untouched() {
	everything >/run/before
	"$@"
	everything | diff /run/before - >&2
}

# --- hosts -----------------------------------------------------------------------------------

# A namespace NAME takes DEVICE over and gives it ADDRESS.
netns() {
	ip netns add "$1"
	ip link set "$2" netns "$1"
	ip -n "$1" addr add "$3" dev "$2"
	ip -n "$1" link set "$2" up
}

guest() { # D: its eth0 answers at 10.0.0.D
	netns "guest$1" "g$1.0" "10.0.0.$1/24"
}

lan() { # a host on xenbr0's LAN, at 10.0.0.254
	netns lan far-xenbr0 10.0.0.254/24
}

# A neighbour that did not answer before is asked again at once only when forgotten.
reaches() { # NETNS ADDRESS
	ip -n "$1" neigh flush all
	ip netns exec "$1" ping -q -n -i 0.1 -c 1 -w 5 "$2" >/dev/null || complain "$1 cannot reach $2"
}

is_cut_off() { # NETNS ADDRESS
	ip -n "$1" neigh flush all
	refute ip netns exec "$1" ping -q -n -i 0.1 -c 3 -W 0.2 "$2" >/dev/null
}

# --- hooks and configuration -----------------------------------------------------------------

config() { # the file's text comes by stdin
	cat >/etc/xen/hotplug.conf
}

hook() { # FILE: its text comes by stdin
	mkdir -p "$SCRIPTS/vif-post.d"
	cat >"$SCRIPTS/vif-post.d/$1"
	chmod 755 "$SCRIPTS/vif-post.d/$1"
}

milliseconds() {
	echo $(($(date +%s%N) / 1000000))
}
