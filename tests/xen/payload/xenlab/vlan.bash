# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# VLANs: two guests that must not see each other, a trunk that sees both, and the LAN, where their
# frames have tags.
#
#   red    10.9.10.2 -- VLAN 10, as bridge=xenbr0.10          lan eth0.10 10.9.10.3
#   blue   10.9.20.6 -- VLAN 20, as vlan=20                       eth0.20 10.9.20.3
#   trunk  10.9.10.4, eth0.20: 10.9.20.4 -- VLAN 10 and, tagged, 20

# This xl is older than vlan=: so the node that libxl writes since Xen 4.19 is written here.
make_vlan_script() { # VLANs
    cat > /etc/xen/scripts/vif-vlan <<-END
		#!/bin/sh
		[ "\$1" != online ] || xenstore-write "\$XENBUS_PATH/vlan" $1
		exec /etc/xen/scripts/vif-bridge "\$@"
	END
    chmod +x /etc/xen/scripts/vif-vlan
}

lan_vlan() { # VLAN address
    ip -n lan link add link eth0 name eth0.$1 type vlan id $1
    ip -n lan address add $2/24 dev eth0.$1
    ip -n lan link set eth0.$1 up
}
filtering() { # 0 or 1
    same $1 "$(cat /sys/class/net/$bridge/bridge/vlan_filtering)"
}
# Of all ports: the name, its VLANs as in vlan=.
vlans() {
    bridge -compressvlans vlan show | awk 'NR > 1 {
        if (/^[^ ]/) { if (port) print port, list; port = $1; list = ""; $1 = "" }
        mark = /PVID/ ? "p" : /Untagged/ ? "u" : ""
        list = list (list ? "/" : "") $(port == "" || $1 ~ /^[0-9]/ ? 1 : 2) mark
    } END { print port, list }' | LC_ALL=C sort
}

refused_without_filtering() {
    make_guest red pv 10.9.10.2 bridge=$bridge.10,script=vif-bridge
    check "VLANs: without a filter on the bridge xl create fails" fails create red
    check "VLANs: libxl prints the command that turns it on" grep -q \
        "script: the bridge $bridge does not filter VLANs: .ip link set dev $bridge type bridge vlan_filtering 1. turns that on" \
        "$out/red-create.log"
    check "VLANs: the filter is still off" filtering 0
}

vlan_guests_are_created() {
    printf '%s\n' vlan_filtering=auto vlan_uplink=yes antispoof=yes > /etc/xen/hotplug.conf
    make_vlan_script 20
    make_guest blue pv 10.9.20.6 bridge=$bridge,script=vif-vlan
    make_guest trunk pv 10.9.10.4 "bridge=$bridge.10:20,script=vif-bridge,ip=10.9.10.4 10.9.20.4"
    check "VLANs: xl create works" create red
    red=$(xl domid red)
    check "VLANs: the filter is on" filtering 1
    check "VLANs: xl create works with vlan=" create blue
    blue=$(xl domid blue)
    check "VLANs: xl create works with a trunk" create trunk
    trunk=$(xl domid trunk)
    check "VLANs: each port has its own, the physical one all of them" same "$(LC_ALL=C sort <<-END
		lan0 1p/10/20
		vif$red.0 10p
		vif$blue.0 20p
		vif$trunk.0 10p/20
		$bridge 1p
	END
    )" "$(vlans)"
    domid=$trunk
    check "VLANs: the trunk comes up" guest_is_up
    check "VLANs: the trunk takes a VLAN interface" in_guest "ip link add link eth0 \
        name eth0.20 type vlan id 20 && ip addr add 10.9.20.4/24 dev eth0.20 && ip link set eth0.20 up"
}

vlan_guests_speak() {
    domid=$trunk
    check "VLANs: the trunk reaches red" within 60 guest_reaches 10.9.10.2
    check "VLANs: the trunk reaches blue" within 60 guest_reaches 10.9.20.6
    check "VLANs: the LAN reaches red, with a tag" lan_reaches 10.9.10.2
    check "VLANs: the LAN reaches blue, with a tag" lan_reaches 10.9.20.6
    check "VLANs: the LAN reaches the trunk without a tag of its own" lan_reaches 10.9.10.4
    check "VLANs: the LAN reaches the trunk's VLAN interface" lan_reaches 10.9.20.4
    domid=$red
    check "VLANs: red reaches the trunk" guest_reaches 10.9.10.4
    # In the same subnet, so that nothing but the VLAN is between them.
    in_guest "ip addr add 10.9.20.5/24 dev eth0; ip addr add 10.9.0.5/24 dev eth0"
    check "VLANs: red does not see blue" fails guest_reaches 10.9.20.6
    check "VLANs: nor dom0, which is in no VLAN of guests" fails guest_reaches $dom0_ip
    in_guest "ip addr del 10.9.20.5/24 dev eth0; ip addr del 10.9.0.5/24 dev eth0"
}

# Tags that are not its own, and addresses behind a tag that are.
vlan_guests_forge() {
    local before
    domid=$red
    before=$(dropped type)
    check "VLANs: red takes a VLAN interface" in_guest "ip link add link eth0 name eth0.20 type vlan id 20 && \
        ip addr add 10.9.20.5/24 dev eth0.20 && ip link set eth0.20 up"
    check "VLANs: red does not see blue with blue's tag" fails guest_reaches 10.9.20.6
    check "VLANs: its frames with a tag are dropped, and counted" \
        [ "$(dropped type)" -gt "${before:-99999}" ]
    domid=$trunk
    before=$(dropped ip)
    in_guest "ip addr add 10.9.20.66/32 dev eth0.20"
    check "VLANs: the trunk cannot use another address behind its tag" \
        fails in_guest "ping -q -c 1 -W 1 -I 10.9.20.66 10.9.20.6"
    check "VLANs: that is dropped, and counted" \
        [ "$(dropped ip)" -gt "${before:-99999}" ]
    in_guest "ip addr del 10.9.20.66/32 dev eth0.20"
    check "VLANs: its own it can use" guest_reaches 10.9.20.6
}

vlan_guests_go() {
    destroy red
    check "VLANs: 10 stays on the physical port for as long as the trunk is there" \
        same "lan0 1p/10/20" "$(vlans | grep lan0)"
    destroy trunk
    check "VLANs: then it goes" same "lan0 1p/20" "$(vlans | grep lan0)"
    destroy blue
    check "VLANs: nothing is left of them" same "$(printf '%s\n' 'lan0 1p' "$bridge 1p")" "$(vlans)"
    check "VLANs: nothing is remembered" same "" "$(ls /run/xen-hotplug/vlan-uplink)"
    check_nothing_left "VLANs: xl destroy"
}

part_vlan() {
    local red blue trunk
    remember
    lan_vlan 10 10.9.10.3
    lan_vlan 20 10.9.20.3
    refused_without_filtering
    vlan_guests_are_created
    vlan_guests_speak
    vlan_guests_forge
    vlan_guests_go
    rm /etc/xen/hotplug.conf /etc/xen/scripts/vif-vlan
    ip link set dev $bridge type bridge vlan_filtering 0
    ip -n lan link del eth0.10
    ip -n lan link del eth0.20
}
