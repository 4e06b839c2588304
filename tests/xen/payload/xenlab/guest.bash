# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest: what is done in it, through its console. domid says which one it is.

out=$XENLAB_OUT

# Line by line, up to one that matches; $line is that. A subshell, because the leader of a
# session would get the console for its own terminal, and end with it.
console_until() ( # pattern seconds [command]
    exec 7<> "$(xenstore-read "/local/domain/$domid/console/tty")"
    [ $# = 2 ] || echo "$3" >&7
    while IFS= read -r -t "$2" line <&7 2>/dev/null; do
        line=${line%$'\r'}
        echo "$line" >> "$out/guest.log"
        # shellcheck disable=SC2254 # a pattern is wanted
        case $line in $1) echo "$line"; return 0 ;; esac
    done
    return 1
)

guest_is_up() { console_until "guest is up*" 60 > /dev/null; }
# While no address is known to be nobody else's, Linux sends from that of its loopback interface.
guest_has_ipv6() { in_guest "! ip -6 addr show dev eth0 | grep -q tentative"; }

# A shell command's exit status there; 99: no answer. The answer is marked, so that one that came
# too late is not taken for the next one's.
in_guest() { # command
    local answer mark=$EPOCHREALTIME
    echo "> $1" >> "$out/guest.log"
    answer=$(console_until "@@ $mark *" 20 "$1; echo \"@@ $mark \$?\"") || return 99
    return "${answer##* }"
}

guest_reaches() { in_guest "ping -q -c 1 -W 2 $1"; }
