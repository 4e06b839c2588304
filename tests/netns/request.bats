#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line: what is refused, and what is passed over.

load helper

# One line on stderr, exit 1, reported where there is a path, and nothing else changes.
is_refused() { # MESSAGE ARG...
	local message=$1 links
	shift
	xenstore-write "$BACKEND/1/0/hotplug-status" ""
	xenstore-rm "$BACKEND/1/0/hotplug-error" 2>/dev/null || true
	links=$(links)
	fails call 1 0 "$@"
	is_reported 1 0 "$message"
	is "$ERR" "vif-bridge: $message"
	is "$OUT" ""
	by_hand vif=vif1.0 -- "$@"
	is "$STATUS" 1
	is "$ERR" "vif-bridge: $message"
	is "$(links)" "$links"
}

@test "invalid command" {
	lab_bridge xenbr0
	lab_vif 1 0
	is_refused "Invalid command: up" up type_if=vif
	is_refused "Invalid command: ONLINE" ONLINE
	is_refused "Invalid command: onlin" onlin
}

@test "no command" {
	lab_bridge xenbr0
	lab_vif 1 0
	fails call 1 0 type_if=vif
	is "$(back 1 0 hotplug-status)" error
	has "$ERR" "online"
	lines "$ERR" 1
}

@test "unknown type" {
	lab_bridge xenbr0
	lab_vif 1 0
	is_refused "unknown interface type wifi" online type_if=wifi
}

@test "unknown key" {
	lab_bridge xenbr0
	lab_vif 1 0
	is_refused "unknown parameter: brigde=xenbr0" online brigde=xenbr0
	is_refused "unknown parameter: =x" online =x
}

@test "unknown option" {
	lab_bridge xenbr0
	lab_vif 1 0
	is_refused "unknown option: --force" online --force
}

@test "a second command" {
	lab_bridge xenbr0
	lab_vif 1 0
	fails call 1 0 online offline
	has "$ERR" offline
	lines "$ERR" 1
	is_unplugged vif1.0
}

@test "an XENBUS_TYPE other than vif" {
	lab_bridge xenbr0
	lab_vif 1 0
	fails call 1 0 online XENBUS_TYPE=vbd
	has "$ERR" "XENBUS_TYPE='vbd'"
	is_unplugged vif1.0
}

@test "addresses that are none" {
	lab_bridge xenbr0
	lab_vif 1 0 ip "10.0.0.1 10.0.0.300"
	online_fails 1 0
	is_reported 1 0 "ip: '10.0.0.300' is not an IP address or prefix"
	is_unplugged vif1.0
}

@test "unknown environment is other people's" {
	lab_bridge xenbr0
	lab_vif 1 0
	brigde=nobr ips=x online 1 0
	is_port_of vif1.0 xenbr0
}

@test "libxl's empty netdev and gatewaydev" {
	lab_bridge xenbr0
	lab_vif 1 0 gatewaydev eth9
	lab_vif 2 0
	online 1 0
	online 2 0
	is_port_of vif1.0 xenbr0
}

@test "the other pass's calls exit 0 at once, without opening anything" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	# A file that would be refused, were it read.
	config <<<'nonsense'
	for call in "online tap" "offline tap" "add vif" "remove vif"; do
		untouched trace openat,open,socket,process 1 0 "${call% *}" "type_if=${call#* }"
		is "$STATUS" 0
		is "$OUT$ERR" ""
		# The loader and the sanitizers open what is theirs.
		refute grep -E '(socket|clone3?|v?fork)\(|open(at)?\(.*(/etc/xen|/var/log|vif-post)' \
			/run/trace
	done
}

@test "type_if is vif when it is not said" {
	lab_bridge xenbr0
	lab_vif 1 0
	succeeds call 1 0 online
	is_port_of vif1.0 xenbr0
	untouched succeeds call 1 0 add
}

@test "not root: refused, reported, and nothing changes" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	ip addr add 192.168.9.1/24 dev vif1.0
	links=$(links)
	call_under 1 0 setpriv --bounding-set=-net_admin -- online type_if=vif
	is "$STATUS" 1
	has "$ERR" "Operation not permitted"
	is "$(links)" "$links"
	is "$(back 1 0 hotplug-status)" error
	has "$(back 1 0 hotplug-error)" "Operation not permitted"
	is_unplugged vif1.0
}

@test "not root: offline says so, too" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	call_under 1 0 setpriv --bounding-set=-net_admin -- offline type_if=vif
	is "$STATUS" 1
	has "$ERR" "Operation not permitted"
}

@test "--help and --version do nothing" {
	lab_bridge xenbr0
	lab_vif 1 0
	for option in --help -h --version -V; do
		untouched succeeds call 1 0 online $option
		has "$OUT" vif-bridge
		is "$ERR" ""
	done
}

@test "stdout that is closed, as some callers leave it" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_call "$PROGRAM" 1 0 online >&-
	is_port_of vif1.0 xenbr0
	is_connected 1 0
}

@test "stdin, stdout and stderr all closed: no message ends up in a socket" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1400
	XENBUS_PATH=backend/vif/1/0 vif=vif1.0 "$PROGRAM" online -v <&- >&- 2>&-
	is_port_of vif1.0 xenbr0
	is_connected 1 0
}

@test "a plan that cannot be printed is a failure" {
	lab_bridge xenbr0
	lab_vif 1 0
	STATUS=0
	lab_call "$PROGRAM" 1 0 --dry-run online >/dev/full 2>/run/err || STATUS=$?
	is "$STATUS" 1
	is_unplugged vif1.0
}
