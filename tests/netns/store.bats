#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the program reads from xenstore, and what libxl and netback read there afterwards.

load helper

# The nodes that are written while the rest of the line runs, in order, in CHANGED.
watching() {
	local watch line
	exec {watch}< <(exec xenstore-watch /local)
	# A watch fires once when it is set.
	read -r -t 5 -u "$watch" line
	"$@"
	xenstore-write /local/end ""
	CHANGED=
	while read -r -t 5 -u "$watch" line && [ "$line" != /local/end ]; do
		CHANGED+="${CHANGED:+ }$line"
	done
	exec {watch}<&-
}

@test "hotplug-status is the nine bytes of connected" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	is "$(xenstore-read -R "$BACKEND/1/0/hotplug-status" | od -An -c | tr -d ' \n')" connected
}

@test "no written value ends in a NUL or a newline" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1400 frontend-mtu 1500
	online 1 0
	is "$(xenstore-read -R /local/domain/1/device/vif/0/mtu | wc -c)" 4
	xenstore-write "$BACKEND/1/0/bridge" nobr
	online_fails 1 0
	is "$(xenstore-read -R "$BACKEND/1/0/hotplug-status" | wc -c)" 5
	is "$(xenstore-read -R "$BACKEND/1/0/hotplug-error" | wc -c)" 33
}

@test "hotplug-status is the last node written" {
	lab_bridge xenbr0
	lab_vif 1 0 frontend-mtu 1 hotplug-error old
	watching online 1 0
	is "$CHANGED" "/local/domain/1/device/vif/0/mtu $BACKEND/1/0/hotplug-error $BACKEND/1/0/hotplug-status"
}

@test "the report is the only thing written after a failure" {
	lab_bridge xenbr0
	lab_vif 1 0 bridge nobr
	watching online_fails 1 0
	is "$CHANGED" "$BACKEND/1/0/hotplug-error $BACKEND/1/0/hotplug-status"
}

@test "error and status appear together" {
	lab_vif 1 0 bridge nobr
	cat >/run/reader <<-'END'
		while sleep 0.002; do
			seen=$(xenstore-read "$1/hotplug-error" 2>/dev/null) || continue
			xenstore-read "$1/hotplug-status"
			exit
		done
	END
	bash /run/reader "$BACKEND/1/0" >/run/status &
	reader=$!
	# Slow writes: were there a time between the two, the reader would see it.
	ASAN_OPTIONS=$ASAN_OPTIONS_TRACED call_under 1 0 strace -f -o /run/trace \
		-e inject=write,writev,sendmsg,sendto:delay_exit=30000 -- online type_if=vif
	wait $reader
	is "$STATUS" 1
	is "$(</run/status)" error
	is_reported 1 0 "Could not find bridge device nobr"
}

@test "others write at the same time: the report gets through" {
	lab_vif 1 0 bridge nobr
	# Each of these may break a transaction that is under way.
	while xenstore-write "$BACKEND/1/0/state" 2 "$BACKEND/1/0/hotplug-status" ""; do :; done \
		2>/dev/null &
	writer=$!
	online_fails 1 0
	kill $writer
	is "$(back 1 0 hotplug-error)" "Could not find bridge device nobr"
}

@test "the first error survives what fails after it" {
	lab_bridge xenbr0
	lab_vif 1 0
	# It takes away what undoing needs.
	hook a.hook <<<'ip link del xenbr0; ip link del g1.0; false'
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "a.hook failed with status 1"
	is "$(back 1 0 hotplug-status)" error
}

@test "a later run's error replaces an earlier one's" {
	lab_vif 1 0 bridge nobr hotplug-error "old trouble" hotplug-status error
	online_fails 1 0
	is_reported 1 0 "Could not find bridge device nobr"
}

@test "a failure after an earlier success does not leave connected" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	xenstore-write "$BACKEND/1/0/bridge" nobr
	online_fails 1 0
	is "$(back 1 0 hotplug-status)" error
}

@test "a relative XENBUS_PATH, as libxl's" {
	lab_bridge xenbr0
	lab_vif 1 0
	by_hand XENBUS_PATH=backend/vif/1/0 vif=vif1.0 -- online
	is "$STATUS" 0
	is_connected 1 0
}

@test "an absolute XENBUS_PATH, as xend's" {
	lab_bridge xenbr0
	lab_vif 1 0 frontend-mtu 1
	by_hand XENBUS_PATH="$BACKEND/1/0" vif=vif1.0 -- online
	is "$STATUS" 0
	is_connected 1 0
	is "$(front 1 0 mtu)" 1500
}

@test "XENBUS_PATH as an argument" {
	lab_bridge xenbr0
	lab_vif 1 0
	run_it "$PROGRAM" online XENBUS_PATH=backend/vif/1/0
	is "$STATUS" 0
	is_port_of vif1.0 xenbr0
	is_connected 1 0
}

@test "XENBUS_PATH alone tells the vif's name" {
	lab_bridge xenbr0
	lab_vif 32751 7
	by_hand XENBUS_PATH=backend/vif/32751/7 -- online
	is "$STATUS" 0
	is_port_of vif32751.7 xenbr0
	is_connected 32751 7
}

@test "a driver domain: its own backend, the guest's frontend" {
	lab_bridge xenbr0
	lab_vif 1 0
	driver=/local/domain/5/backend/vif/1/0
	xenstore-write $driver/bridge xenbr0 $driver/hotplug-status "" \
		/local/domain/1/device/vif/0/mtu 1
	by_hand XENBUS_PATH=$driver vif=vif1.0 -- online
	is "$STATUS" 0
	is_port_of vif1.0 xenbr0
	is "$(node $driver/hotplug-status)" connected
	is "$(front 1 0 mtu)" 1500
	is "$(back 1 0 hotplug-status)" ""
}

@test "a driver domain's failure is reported there" {
	lab_vif 1 0
	driver=/local/domain/5/backend/vif/1/0
	xenstore-write $driver/bridge nobr $driver/hotplug-status ""
	by_hand XENBUS_PATH=$driver vif=vif1.0 -- online
	is "$STATUS" 1
	is "$(node $driver/hotplug-status)" error
	is "$(node $driver/hotplug-error)" "Could not find bridge device nobr"
	is "$(back 1 0 hotplug-status)" ""
}

@test "an XENBUS_PATH that is none is refused" {
	lab_bridge xenbr0
	lab_vif 1 0
	before=$(xenstore-ls -f /local)
	for path in backend/vif/1 1/0 vif1.0 backend/vbd/1/0 backend/vif/x/0 backend/vif/1/0/ \
		backend//vif/1/0 backend/vif/01/0 backend/vif/1/-1 'backend/vif/1/0;x' \
		backend/vif/99999/0 ../backend/vif/1/0 /; do
		by_hand "XENBUS_PATH=$path" vif=vif1.0 -- online
		is "$STATUS" 1
		has "$ERR" "XENBUS_PATH='$path'"
		lines "$ERR" 1
		is_unplugged vif1.0
	done
	is "$(xenstore-ls -f /local)" "$before"
}

@test "the nodes are not there: refused, and none are made" {
	lab_bridge xenbr0
	lab_vif 1 0
	xenstore-rm "$BACKEND/1"
	before=$(xenstore-ls -f /local)
	online_fails 1 0
	has "$ERR" backend/vif/1/0
	is "$(xenstore-ls -f /local)" "$before"
	is_unplugged vif1.0
}

@test "no xenstored: reported on stderr and in the log, and nothing changes" {
	lab_bridge xenbr0
	lab_vif 1 0
	kill "$(pidof xenstored)"
	links=$(links)
	online_fails 1 0
	has "$ERR" xenstore
	has "$(<"$LOG")" xenstore
	is "$(links)" "$links"
}

@test "a guest without a frontend's directory" {
	lab_bridge xenbr0
	lab_vif 1 0
	xenstore-rm /local/domain/1
	online 1 0
	is_connected 1 0
}
