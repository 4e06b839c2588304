#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# What network-bridge prints with --dry-run, fed to sh, leaves what network-bridge itself does.

load helper
load twin
load dance

export VIF_PROGRAM=network-bridge

# Numbers of devices and the time stand in the journals. ip(8) of iproute2 6.1 has no words for who
# made an address.
everything() {
	state
	tail -n +1 /run/xen-hotplug/network-bridge.* 2>/dev/null |
		grep -v '^entry=\|^time=\|^index=\|^nic=\|^#' || true
	inventory | sed '/^address/s/ 11:[0-9a-f]*//'
	echo 'store /local'	# for twin(), which wants to see one
}

# twin() looks for it.
bridge_call() {
	bridge_ "$@"
}

@test "start" {
	local style
	for style in veth bridge plain; do
		twin bridge_call start style=$style <<<rich_host
	done
}

@test "start with antispoof=yes, on an admin's bridge" {
	twin bridge_call start antispoof=yes <<<"host; ip link add name xenbr0 address 02:00:00:00:00:09 type bridge"
}

@test "stop" {
	twin bridge_call stop <<<"rich_host; starts antispoof=yes"
	twin bridge_call stop <<<"host; starts style=plain"
}
