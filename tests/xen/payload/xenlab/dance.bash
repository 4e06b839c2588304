# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# dom0's own device goes on a bridge and off it, in the real dom0 and under a guest that runs. Its
# kernel, 6.1, does not rename a device that is up: this is the way with the device down for it.
#
#   guest eth0 -- vifD.0 --- xenbr0 --- peth0 -- eth0 in netns lan
#                               \------ vif0.0 == eth0, dom0's address

network_bridge() { /etc/xen/scripts/network-bridge "$@" netdev=eth0; }
ports_are() { same "$*" "$(ports)"; }
kind_is() { ip -d link show dev "$1" | grep -q " $2 "; }
has_mac() { same "$2" "$(cat "/sys/class/net/$1/address")"; }
dom0_has() { ip address show dev $1 | grep -q "inet $dom0_ip/24 .*scope global $1"; }
routed_by() { same "default via $lan_ip dev $1" "$(ip route show default | sed 's/ *$//')"; }
lan_reaches() { ip netns exec lan ping -q -c 1 -W 2 "$1" > /dev/null 2>&1; }
unplugged() { ! gone $1 && [ ! -e "/sys/class/net/$1/master" ]; }
sent_by() { cat "/sys/class/net/$1/statistics/tx_packets"; }
status_is() { # exit status, words
    local text rc=0
    text=$(network_bridge status) || rc=$?
    [ $rc = "$1" ] && [[ $text == *"$2"* ]] && return
    show <<< "exit status $rc
$text"
    return 1
}

# A connection from dom0 to the LAN, where each line is sent back; descriptor 4.
connect_to_lan() {
    # shellcheck disable=SC2016 # perl's variables
    ip netns exec lan perl -MIO::Socket::INET -e '
        my $listening = IO::Socket::INET->new(LocalPort => 5002, Listen => 1) or die;
        my $from = $listening->accept or die;
        while (sysread($from, my $line, 100)) { syswrite($from, $line) }' &
    within 10 ip netns exec lan grep -q ":$(printf %04X 5002) [0-9A-F:]* 0A " /proc/net/tcp
    exec 4<> /dev/tcp/$lan_ip/5002
}
talks_to_lan() { # word
    local answer
    echo "$1" >&4
    IFS= read -r -t 30 -u 4 answer && same "$1" "$answer"
}

# As a host is without a bridge, and back.
host_of_its_own() {
    ip link del $bridge
    ip link set lan0 down
    ip link set lan0 name eth0 address $dom0_mac
    ip address add $dom0_ip/24 dev eth0
    ip address add $dom0_ip6/64 dev eth0 nodad
    ip link set eth0 up
    ip route add default via $lan_ip
    within 5 lan_reaches $dom0_ip
}
host_of_all_parts() {
    ip link set eth0 down
    ip address flush dev eth0
    ip link set eth0 name lan0 address $1
    set_up_bridge
}

check_started() { # when
    check "dance: $1 the physical device and the pair are ports of $bridge" ports_are "$2"
    check "dance: $1 eth0 is one of the pair" kind_is eth0 veth
    check "dance: $1 eth0 has the MAC address" has_mac eth0 $dom0_mac
    check "dance: $1 eth0 has dom0's address" dom0_has eth0
    check "dance: $1 the default route goes by eth0" routed_by eth0
    check "dance: $1 the LAN reaches dom0" lan_reaches $dom0_ip
    check "dance: $1 the LAN reaches dom0 with IPv6" lan_reaches $dom0_ip6
}

check_stopped() { # when
    check "dance: $1 there is no bridge" gone $bridge
    check "dance: $1 there is no pair" gone vif0.0
    check "dance: $1 eth0 is the physical device" same "$nic" "$(cat /sys/class/net/eth0/ifindex)"
    check "dance: $1 eth0 has its MAC address" has_mac eth0 $dom0_mac
    check "dance: $1 eth0 has dom0's address" dom0_has eth0
    check "dance: $1 the default route goes by eth0" routed_by eth0
    check "dance: $1 the LAN reaches dom0" lan_reaches $dom0_ip
    check "dance: $1 the LAN reaches dom0 with IPv6" lan_reaches $dom0_ip6
}

# With a guest on it.
guest_on_bridge() {
    local before
    check "dance: xl create works" create dance
    domid=$(xl domid dance)
    check "dance: the guest's vif is a port" ports_are "peth0 vif0.0 vif$domid.0"
    check "dance: the guest comes up" guest_is_up
    check "dance: backend and frontend connect" within 20 connected $domid 0
    before=$(sent_by peth0)
    check "dance: the guest reaches the LAN" guest_reaches $lan_ip
    check "dance: through peth0" [ "$(sent_by peth0)" -gt "$before" ]
    check "dance: the guest reaches dom0" guest_reaches $dom0_ip
    check "dance: status is healthy and names the guest" status_is 0 "dance (domain $domid)"
}

part_dance() {
    local domid mac nic words
    remember
    mac=$(cat /sys/class/net/lan0/address)
    host_of_its_own
    nic=$(cat /sys/class/net/eth0/ifindex)
    connect_to_lan
    check "dance: dom0 is connected to the LAN" talks_to_lan before
    note "network-bridge start, Linux $(uname -r)"
    check "dance: start works" network_bridge start confirm=10
    note "started"
    check_started "after start" "peth0 vif0.0"
    check "dance: after start the connection lives" talks_to_lan started
    check "dance: start again changes nothing" network_bridge start
    make_guest dance pv $guest_ip $ours
    guest_on_bridge

    note "network-bridge stop"
    words=$(network_bridge stop 2>&1)
    check "dance: stop works with a guest that runs" [ $? = 0 ]
    show <<< "$words"
    check "dance: stop names its vif" grep -q "still on the bridge $bridge.*vif$domid.0" <<< "$words"
    check_stopped "after stop"
    check "dance: after stop the connection lives" talks_to_lan stopped
    exec 4>&-
    check "dance: the guest's vif is there, and no port" unplugged "vif$domid.0"
    check "dance: the guest runs on" in_guest true
    check "dance: it does not reach the LAN" fails guest_reaches $lan_ip

    check "dance: start works with a guest that runs" network_bridge start
    check_started "once more" "peth0 vif0.0"
    check "dance: status tells that the vif is no port" status_is 1 "vif$domid.0 is no port of $bridge"
    # As status says.
    check "dance: the vif can be plugged in again" ip link set dev "vif$domid.0" master $bridge up
    check "dance: then the guest reaches the LAN" within 10 guest_reaches $lan_ip
    check "dance: and the LAN reaches the guest" lan_reaches $guest_ip
    check "dance: status is healthy again" status_is 0 "All is well."
    destroy dance
    within 5 ports_are "peth0 vif0.0" > /dev/null
    check "dance: xl destroy takes the port off" ports_are "peth0 vif0.0"
    check "dance: stop works" network_bridge stop
    check_stopped "in the end"
    check "dance: it leaves no journal" same "" "$(find /run/xen-hotplug -name 'network-bridge.*')"
    ip route del default via $lan_ip
    host_of_all_parts "$mac"
    check_nothing_left "dance: stop"
}
