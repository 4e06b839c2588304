#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in dom0: our programs, called by the real xl and libxl, seen from dom0. Prints TAP.
#
#   guest eth0 -- vifD.0 ----- xenbr0 10.9.0.1/24, MTU 1400 ----- lan0 -- eth0 in netns lan
#   guest eth1 -- extra -----/ (attached and detached while the guest runs)
#   guest eth0 -- vifD.0 - - / (routed, or behind dom0's address)
#
# Addresses end in .1 or ::1 in dom0, 2 in the guest, 3 in the LAN.
#
# Parts, each function part_NAME, are run by name. Each makes its own guests and leaves dom0 as it
# found it. /xenlab/parts: which are to run, "quick", "all" and its two halves standing for several;
# without it, all.
set -u
bridge=xenbr0 mtu=1400
dom0_ip=10.9.0.1 guest_ip=10.9.0.2 lan_ip=10.9.0.3
dom0_ip6=2001:db8:9::1 guest_ip6=2001:db8:9::2 lan_ip6=2001:db8:9::3
dom0_mac=02:00:0a:09:00:01 guest_mac=00:16:3e:01:02:03
backends=/local/domain/0/backend/vif
# guard is the first of all: nobody else has asked the kernel for a firewall yet.
quick=(guard original plain broken)
# stock has the original's times, too.
first=(guard plain broken pvh hvm stock)
second=(eight four rate routed nat vlan dance driver)
all=("${first[@]}" "${second[@]}")

# shellcheck source=tests/xen/payload/xenlab/tap.bash
. /xenlab/tap.bash
# shellcheck source=tests/xen/payload/xenlab/guest.bash
. /xenlab/guest.bash
# shellcheck source=tests/xen/payload/xenlab/forge.bash
. /xenlab/forge.bash
# shellcheck source=tests/xen/payload/xenlab/guard.bash
. /xenlab/guard.bash
# shellcheck source=tests/xen/payload/xenlab/kinds.bash
. /xenlab/kinds.bash
# shellcheck source=tests/xen/payload/xenlab/settings.bash
. /xenlab/settings.bash
# shellcheck source=tests/xen/payload/xenlab/routed.bash
. /xenlab/routed.bash
# shellcheck source=tests/xen/payload/xenlab/vlan.bash
. /xenlab/vlan.bash
# shellcheck source=tests/xen/payload/xenlab/dance.bash
. /xenlab/dance.bash
# shellcheck source=tests/xen/payload/xenlab/driver.bash
. /xenlab/driver.bash

# xl's log goes to a file, each line with the time of its writing: xl's own has whole seconds.
# On the single CPU the stamping must come first, or a short script has ended before.
stamped_xl() { # log xl's arguments...
    local log=$out/$1
    shift
    # shellcheck disable=SC2016 # perl's variable
    xl -vvv "$@" 2>&1 |
        chrt -f 1 perl -MTime::HiRes=time -ne 'printf "%.3f %s", time, $_' > "$log"
    return "${PIPESTATUS[0]}"
}

# How long libxl saw each script run: from the fork to its next word after reaping the child.
# From libxl's messages. They name no process: libxl keeps two watches of a device in one structure,
# first the one for its state, which it registers, then its script's, whose end they tell.
call_times() { # log
    awk 'function watch() { match($0, /w=0x[0-9a-f]+/); return substr($0, RSTART, RLENGTH) }
        function owner(of,   w, nearest) {
            for (w in known) if (w <= of && w > nearest) nearest = w
            return nearest
        }
        function ended(w) {
            if (w in start) printf "#   %s: %.2f s\n", call[w], $1 - start[w]
            delete start[w]
        }
        / register slotnum/ { known[watch()] }
        /\tvif: / { vif = $NF }
        / deregister unregistered/ {
            last = watch()
            if (!(last in known) && !nothing_ran) ended(owner(last))
            if (last in start) ended(last)
            nothing_ran = 0
        }
        /No hotplug script/ { nothing_ran = 1 }
        /forking to execute/ {
            sub(/.*\/etc\/xen\/scripts\//, substr($0, 1, index($0, " "))); sub(/ *$/, "")
            known[last]; start[last] = $1; call[last] = $2 " " $3 " " vif
        }' "$1"
}

ping_answered() { ping -c 1 -W 1 $guest_ip > /dev/null 2>&1; }
# Exactly: netback compares the nine bytes. xenstore-read adds a newline and escapes the rest.
hotplug_connected() { cmp -s <(echo connected) <(xenstore-read "$1/hotplug-status"); }
node_is() { [ "$(xenstore-read "$1" 2>/dev/null)" = "$2" ]; } # path value
port_of_bridge() { [ -e "/sys/class/net/$bridge/brif/$1" ]; }
mtu_of() { [ "$(cat "/sys/class/net/$1/mtu")" = "$2" ]; }
no_ipv6_address() { [ -e "/sys/class/net/$1" ] && same "" "$(ip -6 -o address show dev "$1")"; }
gone() { [ ! -e "/sys/class/net/$1" ]; }

links() {
    local link
    for link in /sys/class/net/*; do
        echo "link ${link##*/} master $(basename "$(readlink "$link/master")")"
    done
}
# Rules and set elements; empty tables and chains do not count.
rules() {
    iptables -S | grep ^-A
    nft list ruleset 2>/dev/null | grep -vE '^[[:space:]]*(table|chain|type|#|\}|$)'
    [ ! -s /proc/net/ip_tables_names ] || iptables-legacy -S | grep ^-A
}
nodes() {
    xenstore-list /local/domain | sed 's/^/domain /'
    xenstore-list /libxl | sed 's/^/libxl /'
    xenstore-ls -f $backends 2>/dev/null
}
remember_without_firewall() { links_before=$(links) rules_before='' nodes_before=$(nodes); }
remember() { remember_without_firewall; rules_before=$(rules); }
same_links() { [ "$links_before" = "$(links)" ]; }
same_nodes() { [ "$nodes_before" = "$(nodes)" ]; }
check_nothing_left() { # after what
    within 3 same_links
    check "$1 leaves no port" same "$links_before" "$(links)"
    check "$1 leaves no rule" same "$rules_before" "$(rules)"
    within 3 same_nodes
    check "$1 leaves no node" same "$nodes_before" "$(nodes)"
}

check_vif() { # backend node, link, name for the output
    check "$3: hotplug-status is exactly connected" hotplug_connected "$1"
    check "$3: is a port of $bridge" port_of_bridge "$2"
    check "$3: has the bridge's MTU" mtu_of "$2" $mtu
    check "$3: the frontend is told the MTU" node_is "$(xenstore-read "$1/frontend")/mtu" $mtu
    check "$3: backend and frontend connect" within 20 node_is "$1/state" 4
    check "$3: has no IPv6 address" no_ipv6_address "$2"
}

# A guest with the original script, for its times: it need not run for them.
original_script() {
    sed 's/script=vif-bridge/&.debian/' /etc/xen/guest.cfg > /tmp/original.cfg
    note "xl create, original script"
    stamped_xl original-create.log create -p /tmp/original.cfg
    check "the original script connects a guest" hotplug_connected "$backends/$(xl domid guest)/0"
    stamped_xl original-destroy.log destroy guest
}

guest_is_created() {
    local backend
    note "xl create"
    stamped_xl create.log create /etc/xen/guest.cfg
    domid=$(xl domid guest)
    check "xl create works" [ -n "$domid" ]
    if [ -z "$domid" ]; then
        tail -25 "$out/create.log" | show
        echo "Bail out! No guest to look at"
        exit 1
    fi
    backend=$backends/$domid/0
    within 60 ping_answered
    check "the guest answers a ping" ping_answered
    note "first answer"
    check_vif "$backend" "vif$domid.0" "first vif"
    guest_is_up
    check_forged_arrives
}

second_vif() {
    local backend=$backends/$domid/1
    note "xl network-attach"
    check "xl network-attach works" stamped_xl attach.log network-attach guest \
        mac=00:16:3e:01:02:04 bridge=$bridge vifname=extra script=vif-bridge
    check_vif "$backend" extra "vifname=extra"
    check "xl network-detach works" stamped_xl detach.log network-detach guest 1
    check "xl network-detach leaves no port" within 3 gone extra
    check "xl network-detach leaves no node" same "" "$(xenstore-list "$backends/$domid" | grep -x 1)"
    note "detached"
}

wrong_bridge() {
    sed 's/bridge=xenbr0/bridge=nobr/' /etc/xen/guest.cfg > /tmp/wrong.cfg
    note "xl create, wrong bridge"
    xl create /tmp/wrong.cfg > "$out/wrong.log" 2>&1
    check "with a wrong bridge xl create fails" [ $? != 0 ]
    check "libxl prints our hotplug-error" \
        grep -q '^libxl: error: .*script: .*Could not find bridge device nobr' "$out/wrong.log"
    show "$out/wrong.log"
    check_nothing_left "the failed xl create"
}

print_times() {
    local log
    for log in "$out"/*.log; do
        [ "$log" != "$out/guest.log" ] || continue
        grep -q 'forking to execute' "$log" || continue
        echo "# as libxl saw it, $(basename "$log" .log):"
        call_times "$log"
    done
}

set_up_bridge() {
    ip link add $bridge address $dom0_mac type bridge
    ip link set $bridge mtu $mtu up
    ip address add $dom0_ip/24 dev $bridge
    ip address add $dom0_ip6/64 dev $bridge nodad
    ip link set lan0 master $bridge up
}

set_up() {
    ip netns add lan
    ip link add lan0 mtu $mtu type veth peer name eth0 mtu $mtu netns lan
    set_up_bridge
    ip -n lan address add $lan_ip/24 dev eth0
    ip -n lan address add $lan_ip6/64 dev eth0 nodad
    ip -n lan link set eth0 up
}

part_guard() {
    remember_without_firewall
    guarded_guest_is_created
    guarded_guest_speaks
    accept_rules_matter
    legacy_tables_are_loaded
    second_guarded_vif
    other_guarded_guest
    guarded_guest_powers_off
    other_guarded_guest_is_destroyed
}
part_original() { original_script; }
part_plain() {
    remember
    guest_is_created
    second_vif
    note "xl destroy"
    stamped_xl destroy.log destroy guest
    check_nothing_left "xl destroy"
}
part_broken() {
    remember
    wrong_bridge
}

parts=("${all[@]}")
if [ -e /xenlab/parts ]; then
    read -ra parts < /xenlab/parts
    case ${parts[*]} in
    quick) parts=("${quick[@]}") ;;
    first) parts=("${first[@]}") ;;
    second) parts=("${second[@]}") ;;
    all) parts=("${all[@]}") ;;
    esac
fi
for part in "${parts[@]}"; do
    [ "$(type -t "part_$part")" = function ] ||
        { echo "Bail out! There is no part $part: it is one of original ${all[*]}"; exit 1; }
done
set_up
for part in "${parts[@]}"; do
    note "part $part"
    "part_$part"
done
note "done"
print_times
# Last, so that a run that stopped half way has none.
echo "1..$count"
[ $failed = 0 ]
