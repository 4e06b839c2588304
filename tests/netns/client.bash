# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real DHCP client in a guest's namespace; load routed first.

# It notes what it is given, and takes it, as Debian's script does.
client_script() {
	cat >/run/udhcpc <<-'END'
		#!/bin/sh
		[ "$1" = bound ] || exit 0
		echo "$ip $router $hostname" >/run/lease-$interface
		echo "$domain $dns" >/run/names-$interface
		ip addr add "$ip/32" dev "$interface"
		ip route add "$router" dev "$interface"
		ip route add default via "$router"
	END
	chmod 755 /run/udhcpc
}

# The guest's namespace, with nothing configured.
bare_guest() { # D [N]
	[ -e /run/udhcpc ] || client_script
	join "guest$1" "g$1.${2:-0}"
}

leases() { # D [TRIES [N]]: "ADDRESS ROUTER HOSTNAME", or nothing
	local device=g$1.${3:-0}
	rm -f "/run/lease-$device"
	ip netns exec "guest$1" busybox udhcpc -i "$device" -f -n -q -t "${2:-10}" -T 1 -A 1 \
		-O hostname -s /run/udhcpc >/run/udhcpc.log 2>&1 3>&- || :
	[ ! -e "/run/lease-$device" ] || cat "/run/lease-$device"
}
