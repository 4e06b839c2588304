#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in dom0: our vif-bridge, called by the real xl and libxl, seen from dom0. Prints TAP.
#
#   guest eth0 -- vifD.0 ----- xenbr0 10.9.0.1/24, MTU 1400
#   guest eth1 -- extra -----/ (attached and detached while the guest runs)
set -u
plan=34
bridge=xenbr0 mtu=1400 guest_ip=10.9.0.2
backends=/local/domain/0/backend/vif
out=$XENLAB_OUT

count=0 failed=0
check() { # description command...
    local what=$1 result=ok
    shift
    "$@" || { result="not ok"; failed=$((failed + 1)); }
    count=$((count + 1))
    echo "$result $count - $what"
}
note() { echo "# [$(cut -d' ' -f1 /proc/uptime)] $*"; }
show() { sed 's/^/#   /' "$@"; }

# Prints and fails when the two differ.
same() { # wanted found
    [ "$1" = "$2" ] && return
    diff <(echo "$1") <(echo "$2") | show
    return 1
}

within() { # seconds command...
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep .2
    done
}

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

# How long libxl saw the script run: from the fork to its first line after reaping the child.
script_seconds() { # log
    awk '/forking to execute/ { start = $1 }
        start && /deregister|exited with/ { printf "%.2f s", $1 - start; found = 1; exit }
        END { exit !found }' "$out/$1.log"
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
remember() { links_before=$(links) rules_before=$(rules) nodes_before=$(nodes); }
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

# The whole life of a guest with the original script, for its times.
original_script() {
    sed 's/script=vif-bridge/&.debian/' /etc/xen/guest.cfg > /tmp/original.cfg
    note "xl create, original script"
    stamped_xl original-create.log create /tmp/original.cfg && within 60 ping_answered
    check "with the original script a guest answers" ping_answered
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

# libxl runs the two offline scripts at the same time. With br_netfilter bridged traffic
# meets the firewall, so this is where a helper sets rules.
two_vifs_at_once() {
    local vif="mac=00:16:3e:01:02:05,bridge=$bridge,script=vif-bridge"
    modprobe br_netfilter
    sed "s/^vif .*/vif = [ '$vif,ip=10.9.0.5', '$vif,ip=10.9.0.6,vifname=second' ]/" /etc/xen/guest.cfg > /tmp/two.cfg
    remember
    note "xl create, two vifs, br_netfilter"
    check "xl create works with two vifs" stamped_xl two-create.log create -p /tmp/two.cfg
    check "the first is a port of $bridge" port_of_bridge "vif$(xl domid guest).0"
    check "the second is a port of $bridge" port_of_bridge second
    note "rules while both are up: $(rules | wc -l)"
    stamped_xl two-destroy.log destroy guest
    check_nothing_left "xl destroy of two vifs"
}

print_times() {
    local log
    local -A took
    for log in create destroy original-create original-destroy; do
        took[$log]=$(script_seconds $log) || took[$log]="unknown"
    done
    echo "# libxl saw vif-bridge online run ${took[create]}, the original script ${took[original-create]}" \
        "(offline ${took[destroy]}, ${took[original-destroy]})"
    check "libxl's log tells the times" [ "${took[*]}" = "${took[*]/unknown/}" ]
}

echo "1..$plan"
ip link add $bridge type bridge
ip link set $bridge mtu $mtu up
ip address add 10.9.0.1/24 dev $bridge
original_script
remember
guest_is_created
second_vif
note "xl destroy"
stamped_xl destroy.log destroy guest
check_nothing_left "xl destroy"
wrong_bridge
two_vifs_at_once
note "done"
print_times
[ $failed = 0 ] && [ $count = $plan ]
