#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# What man/network-bridge.8 tells an admin to type brings the host back.

load helper
load dance

export VIF_PROGRAM=network-bridge

# The commands of UNDOING BY HAND behind the word STYLE, up to the next paragraph's words.
by_the_manual() { # STYLE
	awk -v style="$1" '
		/^\.Sh / { inside = /UNDOING BY HAND/; mine = 0 }
		inside && /^\.Cm (veth|bridge|plain)/ { mine = $2 == style }
		inside && /^Guests/ { mine = 0 }
		inside && mine && sub(/^\.Dl # /, "")
	' "$TESTS/../../man/network-bridge.8"
}

# The last of them: addresses and routes out of the journal, and its end.
at_last() { # PATTERN
	awk -v pattern="$1" '
		/^\.Sh / { inside = /UNDOING BY HAND/; behind = 0 }
		inside && /^Guests/ { behind = 1 }
		behind && sub(/^\.Dl # /, "") && index($0, pattern)
	' "$TESTS/../../man/network-bridge.8"
}

# start, killed when all but the journal's end is done.
killed() { # STYLE
	strace -f -qq -o /dev/null -e trace=rename -e inject=rename:signal=KILL:when=2 \
		"$SCRIPTS/network-bridge" start style="$1" || true
	has "$(</run/xen-hotplug/network-bridge.eth0)" phase=starting
}

# ip(8) has no words for who made an address.
known() {
	inventory | sed 's/ 11:03//'
}

@test "undoing by hand, with what the journal knows" {
	host
	ip route add 10.9.0.0/16 via 192.168.0.1 metric 5
	known >/run/before
	settings_of eth0 >/run/settings
	links_there >/run/links
	[ "$(at_last rm)" != "" ] || complain "the manual has changed"
	for style in veth bridge plain; do
		killed $style
		refute diff -q /run/links <(links_there) >/dev/null
		by_the_manual $style | sed s/MAC/00:50:8b:dc:f7:2b/ >/run/commands
		[ "$(grep -c "^ip link" /run/commands)" -ge 3 ] || complain "the manual has changed"
		sh -e /run/commands >/dev/null
		# Some of it comes by itself, and is there by then.
		sh -c "$(at_last sed)" 2>/dev/null || true
		sh -ec "$(at_last rm)"
		known | diff /run/before - >&2
		settings_of eth0 | diff /run/settings - >&2
		links_there | diff /run/links - >&2
		lan_reaches_host
		# And it can begin anew.
		starts style=$style
		lan_reaches_host
		stops
	done
}
