# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# antispoof, and the accept rules where FORWARD drops: a guest from its first to its last day, in
# a dom0 that has no firewall yet. What there is, dom0's own iptables and nft are asked.

guest_link_local=fe80::216:3eff:fe01:203
# Another guest's vifs, and one that is attached.
first_ip=10.9.0.5 second_ip=10.9.0.6 extra_mac=00:16:3e:01:02:04 extra_ip=10.9.0.4

# ---- what is there

firewall_modules() {
    grep -oE '^(nf_tables|nft_compat|xt_physdev|br_netfilter|ip6?_tables) ' /proc/modules | sort
}
bridged_frames_are_filtered() {
    same $'1\n1' "$(cat /proc/sys/net/bridge/bridge-nf-call-ip{,6}tables)"
}
guest_exists() { xl domid "$1" > /dev/null 2>&1; }

# As iptables prints them.
accept_rules() { # iptables or ip6tables, device, address...
    local length=32 ports="--sport 68 --dport 67" device=$2 address
    local bridged="--physdev-is-bridged -j ACCEPT"
    [ "$1" = iptables ] || length=128 ports="--sport 546 --dport 547"
    shift 2
    for address; do
        echo "-A FORWARD -s $address/$length -m physdev --physdev-in $device $bridged"
    done
    echo "-A FORWARD -p udp -m physdev --physdev-in $device ${bridged%-j*}-m udp $ports -j ACCEPT"
    echo "-A FORWARD -m physdev --physdev-out $device $bridged"
}
guest_rules() { accept_rules iptables "vif$domid.0" $guest_ip; }
extra_rules() { accept_rules iptables extra $extra_ip; }
other_rules() {
    accept_rules iptables "$first" $first_ip
    accept_rules iptables second $second_ip
}
forward_is() { # iptables or ip6tables; function that prints the rules, in any order...
    local tool=$1 function
    shift
    same "$(for function; do "$function"; done | sort)" "$("$tool" -S FORWARD | grep ^-A | sort)"
}

guard_has() { # "FAMILY xen_guard SET { KEY }"...
    nft "$(printf 'get element %s;' "$@")" > /dev/null
}
guards() { # device, address
    guard_has "netdev xen_guard guarded { \"$1\" }" "netdev xen_guard allow4 { \"$1\" . $2 }"
}
guard_tables() { nft list tables | grep xen_guard; }
nft_names() { nft list ruleset 2> /dev/null | grep -F "$1"; } # device or address

check_elements() { # device, MAC, IPv4 address
    check "$1: nft lists the port's chain" grep -q "device \"$1\"" <(nft list table netdev xen_guard)
    check "$1: nft finds it among the guarded, and its IPv4 address" guards "$1" "$3"
    check "$1: nft finds its MAC address, and its IPv4 address kept from others" \
        guard_has "netdev xen_guard macs { \"$1\" . $2 }" "bridge xen_guard owned4 { $3 }"
}

# ---- what happens

guest_rules6() { accept_rules ip6tables "vif$domid.0" $guest_ip6 $guest_link_local; }

guarded_guest_is_created() {
    echo antispoof=yes > /etc/xen/hotplug.conf
    sed "s/bridge=$bridge/&,ip=$guest_ip $guest_ip6/" /etc/xen/guest.cfg > /tmp/guarded.cfg
    check "no module of a firewall is loaded yet" same "" "$(firewall_modules)"
    note "xl create, antispoof"
    check "with antispoof xl create works" stamped_xl guard-create.log create /tmp/guarded.cfg
    domid=$(xl domid guest)
    check "the kernel has loaded what that needs, and no more" \
        same "$(printf '%s \n' br_netfilter nf_tables nft_compat xt_physdev)" "$(firewall_modules)"
    check "bridged packets now meet FORWARD" bridged_frames_are_filtered
    iptables -P FORWARD DROP
    ip6tables -P FORWARD DROP
    check "iptables shows each accept rule once" forward_is iptables guest_rules
    check "ip6tables shows each accept rule once" forward_is ip6tables guest_rules6
    check_elements "vif$domid.0" $guest_mac $guest_ip
    check "vif$domid.0: nft finds its IPv6 address" \
        guard_has "netdev xen_guard allow6 { \"vif$domid.0\" . $guest_ip6 }"
}

guarded_guest_speaks() {
    check "the guarded guest comes up" guest_is_up
    check "the guarded guest reaches dom0" within 20 guest_reaches $dom0_ip
    check "the guarded guest reaches the LAN" guest_reaches $lan_ip
    within 20 guest_has_ipv6
    check "the guarded guest reaches dom0 with IPv6" within 20 guest_reaches $dom0_ip6
    check "the guarded guest reaches the LAN with IPv6" guest_reaches $lan_ip6
    check "nothing that it sends by itself is dropped" same "0 0 0 0 0 0 0 0" \
        "$(dropped mac type arp dhcp ip ra ndp bad | paste -sd ' ')"
    note "forging"
    check_forged_is_dropped
    check "the guarded guest still reaches dom0" guest_reaches $dom0_ip
}

accept_rules_matter() {
    note "no accept rules"
    iptables -F FORWARD
    check "without accept rules the guest does not reach the LAN" fails guest_reaches $lan_ip
    check "a second online works" env XENBUS_PATH="backend/vif/$domid/0" /etc/xen/scripts/vif-bridge online
    check "with them, again, it does" guest_reaches $lan_ip
}

# The rules are in both back ends then: the guest must pass both.
legacy_tables_are_loaded() {
    check "no module of the legacy tables is loaded yet" fails grep -E '^ip6?_tables ' /proc/modules
    check "firewall=iptables works" env XENBUS_PATH="backend/vif/$domid/0" firewall=iptables \
        /etc/xen/scripts/vif-bridge online
    check "iptables-legacy shows each accept rule once" forward_is iptables-legacy guest_rules
    check "ip6tables-legacy shows each accept rule once" forward_is ip6tables-legacy guest_rules6
    iptables-legacy -F FORWARD
    ip6tables-legacy -F FORWARD
}

second_guarded_vif() {
    note "xl network-attach, antispoof"
    check "with antispoof xl network-attach works" stamped_xl guard-attach.log network-attach guest \
        mac=$extra_mac bridge=$bridge ip=$extra_ip vifname=extra script=vif-bridge
    check_elements extra $extra_mac $extra_ip
    check "iptables shows both vifs' rules once" forward_is iptables guest_rules extra_rules
    check "with antispoof xl network-detach works" stamped_xl guard-detach.log network-detach guest 1
    check "it leaves no port" within 3 gone extra
    check "it leaves the other vif's rules alone" forward_is iptables guest_rules
    check "it leaves no element" fails nft_names extra
    check "it leaves none of the addresses" fails nft_names $extra_ip
    check_elements "vif$domid.0" $guest_mac $guest_ip
    hear
    take_forged_ip
    check_dropped arp "forged ARP sender, when another vif has gone"
    stop_hearing
}

# Paused, because its end is what it is for.
other_guarded_guest() {
    local vif="bridge=$bridge,script=vif-bridge"
    vif="'$vif,mac=00:16:3e:01:02:05,ip=$first_ip', '$vif,mac=00:16:3e:01:02:06,ip=$second_ip,vifname=second'"
    sed "s/^vif .*/vif = [ $vif ]/; s/^name .*/name = 'other'/" /etc/xen/guest.cfg > /tmp/other.cfg
    note "xl create, two vifs, antispoof"
    check "xl create works with two vifs" stamped_xl other-create.log create -p /tmp/other.cfg
    first=vif$(xl domid other).0
    check "the first is a port of $bridge" port_of_bridge "$first"
    check "the second is a port of $bridge" port_of_bridge second
    check "iptables shows the rules of all once" forward_is iptables guest_rules other_rules
    check "the first is guarded" guards "$first" $first_ip
    check "the second is guarded" guards second $second_ip
}

# By itself, so that xl's daemon has to clean up.
guarded_guest_powers_off() {
    note "poweroff"
    in_guest "poweroff -f"
    check "when the guest powers off its port goes" within 30 gone "vif$domid.0"
    within 20 fails guest_exists guest
    check "its rules go, and no others" forward_is iptables other_rules
    check "its IPv6 rules go" forward_is ip6tables
    check "its elements go" fails nft_names "vif$domid.0"
    check "its addresses go" fails nft_names $guest_ip
    check "the other guest's first vif stays guarded" guards "$first" $first_ip
    check "the other guest's second vif stays guarded" guards second $second_ip
}

# libxl runs the two offline scripts at the same time; each may be the one that takes the
# guard's tables away.
other_guarded_guest_is_destroyed() {
    stamped_xl other-destroy.log destroy other
    check_nothing_left "xl destroy of two vifs"
    check "xl destroy of the last guarded guest leaves no table" fails guard_tables
    iptables -P FORWARD ACCEPT
    ip6tables -P FORWARD ACCEPT
    rm /etc/xen/hotplug.conf
}
