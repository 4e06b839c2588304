# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# Guests that are not bridged: one is routed, one is behind dom0's address and asks it for its own.
# $bridge is dom0's way to the LAN. Each part makes its own guest.

routed_ip=10.9.0.31 routed_ip6=2001:db8:9::31
# Of the host's on a vif, made of xen-netback's MAC address.
vif_ip6=fe80::fcff:ffff:feff:ffff

no_port() { ! port_of_bridge "$1"; }
# Until the guest's frontend has connected, the link is down.
routed_to() { same "$2" "$(ip route show "$1" | sed 's/ linkdown//; s/ *$//')"; } # address, the line

# Pings that the LAN gets from an address; once more for each that listens.
lan_listens() { # address...
    local address
    {
        echo 'table ip heard { chain in { type filter hook input priority 0;'
        for address; do echo "ip saddr $address icmp type echo-request counter;"; done
        echo '}; }'
    } | ip netns exec lan nft -f -
}
lan_heard() { # address
    ip netns exec lan nft list table ip heard | sed -n "s/.*ip saddr $1 .*packets \([0-9]*\).*/\1/p"
}
lan_is_deaf() { ip netns exec lan nft delete table ip heard; }

part_routed() {
    remember
    check "routed: network-route start works" /etc/xen/scripts/network-route start netdev=$bridge ipv6=yes
    make_guest routed pv $routed_ip "ip=$routed_ip $routed_ip6,gatewaydev=$bridge,script=vif-route"
    check "routed: xl create works" create routed
    domid=$(xl domid routed)
    check "routed: the vif is no port of $bridge" no_port "vif$domid.0"
    check "routed: the guest's address is routed to it" \
        routed_to $routed_ip "$routed_ip dev vif$domid.0 scope link src $dom0_ip metric 2"
    check "routed: dom0 answers for its IPv6 address" \
        grep -qx "$routed_ip6 dev $bridge proxy *" <(ip -6 neigh show proxy)
    check "routed: it is accepted by FORWARD" \
        grep -qx -e "-A FORWARD -s $routed_ip/32 -i vif$domid.0 -j ACCEPT" <(iptables -S FORWARD)
    check "routed: hotplug-status is exactly connected" hotplug_connected "$backends/$domid/0"
    check "routed: the guest answers dom0" within 60 answers $routed_ip
    check "routed: backend and frontend connect" within 20 connected $domid 0
    check "routed: the LAN reaches the guest" lan_reaches $routed_ip
    lan_listens $routed_ip $dom0_ip
    check "routed: the guest reaches the LAN" guest_reaches $lan_ip
    check "routed: under its own address" same "1 0" "$(lan_heard $routed_ip) $(lan_heard $dom0_ip)"
    lan_is_deaf
    in_guest "ip addr add $routed_ip6/128 dev eth0 && ip -6 route add default via $vif_ip6 dev eth0"
    within 10 guest_has_ipv6
    check "routed: the guest reaches the LAN with IPv6" guest_reaches $lan_ip6
    check "routed: the LAN reaches the guest with IPv6" lan_reaches $routed_ip6
    destroy routed
    check "routed: xl destroy leaves no route" routed_to $routed_ip ""
    check "routed: xl destroy leaves no proxied address" same "" "$(ip -6 neigh show proxy)"
    check "routed: network-route stop works" /etc/xen/scripts/network-route stop
    check_nothing_left "routed: xl destroy"
}

# What busybox' udhcpc calls, with what it was given.
guests_dhcp_script='#!/bin/sh\n[ "$1" = bound ] || exit 0\necho $ip $router $hostname >/lease\n'
guests_dhcp_script+='ip addr add $ip/32 dev eth0\nip route add $router dev eth0\n'
guests_dhcp_script+='ip route add default via $router\n'

asks_for_its_address() {
    in_guest "printf '$guests_dhcp_script' >/dhcp; chmod +x /dhcp; ip link set eth0 up"
    in_guest "udhcpc -i eth0 -n -q -t 8 -T 1 -O hostname -s /dhcp"
}

part_nat() {
    local ip router
    remember
    check "NAT: network-nat start works" \
        /etc/xen/scripts/network-nat start netdev=$bridge dhcp=dnsmasq
    make_guest nat pv 10.9.0.32 script=vif-nat
    sed -i 's/ xenlab.ip=[^"]*//' /tmp/nat.cfg
    check "NAT: xl create works" create nat
    domid=$(xl domid nat)
    ip=10.$((domid / 256)).$((domid % 256)).1 router=10.$((domid / 256)).$((domid % 256)).128
    check "NAT: the guest's address is routed to it" \
        routed_to $ip "$ip dev vif$domid.0 scope link src $router"
    check "NAT: hotplug-status is exactly connected" hotplug_connected "$backends/$domid/0"
    check "NAT: the guest comes up" guest_is_up
    check "NAT: backend and frontend connect" within 20 connected $domid 0
    check "NAT: the guest gets an address by DHCP" within 30 asks_for_its_address
    check "NAT: its own, its router's and its name" in_guest "grep -x '$ip $router dom$domid' /lease"
    check "NAT: the guest answers dom0" answers $ip
    lan_listens $ip $dom0_ip
    check "NAT: the guest reaches the LAN" guest_reaches $lan_ip
    check "NAT: under dom0's address" same "0 1" "$(lan_heard $ip) $(lan_heard $dom0_ip)"
    lan_is_deaf
    check "NAT: the LAN does not reach the guest" fails lan_reaches $ip
    destroy nat
    check "NAT: xl destroy leaves no route" routed_to $ip ""
    check "NAT: xl destroy leaves no DHCP entry" same "" "$(ls -A /run/xen-hotplug/dhcp-hosts)"
    check "NAT: network-nat stop works" /etc/xen/scripts/network-nat stop
    check "NAT: it ends its DHCP server" fails pidof dnsmasq
    check "NAT: it takes its rule away" fails grep -q MASQUERADE <(iptables -t nat -S)
    check_nothing_left "NAT: xl destroy"
}
