# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# What can be set of a vif, of xl, and which script it is. Each part makes its own guests.

set_mtu() {
    ip link set dev lan0 mtu $1
    ip -n lan link set dev eth0 mtu $1
    ip link set dev $bridge mtu $1
}

# Whole, as large as it may be, or not at all: fragments are not so long.
long_frames() {
    ip netns exec lan nft list table netdev long | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

part_jumbo() {
    set_mtu 9000
    remember
    make_guest jumbo pv 10.9.0.15 $ours
    ip netns exec lan nft -f - <<-END
		table netdev long {
		    chain in { type filter hook ingress device "eth0" priority 0; meta length 9000 counter; }
		}
	END
    check "jumbo: xl create works" create jumbo
    domid=$(xl domid jumbo)
    check "jumbo: the vif has the bridge's MTU" mtu_of "vif$domid.0" 9000
    check "jumbo: the frontend is told it" node_is "/local/domain/$domid/device/vif/0/mtu" 9000
    check "jumbo: the guest answers" within 60 answers 10.9.0.15
    # Linux' netfront does not look at the node by itself.
    check "jumbo: the guest's interface takes it" in_guest "ip link set eth0 mtu 9000"
    check "jumbo: a packet as long reaches the LAN and comes back" \
        in_guest "ping -q -c 1 -W 2 -s 8972 $lan_ip"
    check "jumbo: it was one frame" same 1 "$(long_frames)"
    destroy jumbo
    check_nothing_left "jumbo: xl destroy"
    ip netns exec lan nft delete table netdev long
    set_mtu $mtu
}

# Receives half a mebibyte from the guest and prints the tenths of seconds it took.
receive() {
    timeout 60 perl -MIO::Socket::INET -MTime::HiRes=time -e '
        my $listening = IO::Socket::INET->new(LocalPort => 5001, Listen => 1, ReuseAddr => 1) or die;
        my $from = $listening->accept or die;
        my ($start, $buffer, $length) = (time, "", 0);
        while (my $n = sysread($from, $buffer, 65536)) { $length += $n }
        printf "%d\n", 10 * (time - $start) if $length == 524288' > /tmp/received &
}
listening() { grep -q ":$(printf %04X 5001) [0-9A-F:]* 0A " /proc/net/tcp; }
tenths_to_send() { # in the guest
    local receiver
    receive
    receiver=$!
    within 20 listening
    in_guest "dd if=/dev/zero bs=1024 count=512 2>/dev/null | nc -w 20 $dom0_ip 5001" ||
        echo "# the guest could not send" >&2
    wait $receiver
    cat /tmp/received
}

# netback's, by way of xenstore; at 1 Mbit/s it takes more than four seconds.
part_rate() {
    local free limited
    remember
    make_guest rate pv 10.9.0.16 $ours
    create rate
    domid=$(xl domid rate)
    check "rate: the guest answers without it" within 60 answers 10.9.0.16
    free=$(tenths_to_send)
    destroy rate
    make_guest rate pv 10.9.0.16 $ours,rate=1Mb/s
    check "rate: xl create works" create rate
    domid=$(xl domid rate)
    check "rate: what libxl wrote is still there" \
        grep -qE '^[0-9]+,50000$' <(xenstore-read "$backends/$domid/0/rate")
    check "rate: the guest answers" within 60 answers 10.9.0.16
    limited=$(tenths_to_send)
    note "half a mebibyte: $free and $limited tenths of seconds"
    check "rate: without it, it goes faster" [ "${free:-999}" -lt 30 ]
    check "rate: with it, it takes its time" [ "${limited:-0}" -ge 35 ]
    destroy rate
    check_nothing_left "rate: xl destroy"
}

# Debian's own script for one vif and ours for the other.
part_stock() {
    remember
    make_guest stock pv 10.9.0.17 $ours bridge=$bridge,script=vif-bridge.debian
    check "beside Debian's script: xl create works" create stock
    domid=$(xl domid stock)
    check "beside Debian's script: both are ports" \
        same "lan0 vif$domid.0 vif$domid.1" "$(ports)"
    check "beside Debian's script: the guest answers" within 60 answers 10.9.0.17
    check "beside Debian's script: both are connected" within 20 connected $domid 1
    destroy stock
    check_nothing_left "beside Debian's script: xl destroy"
}

with_xl_conf() { # line
    cp /etc/xen/xl.conf /tmp/xl.conf
    echo "$1" >> /etc/xen/xl.conf
}
without_xl_conf() { cp /tmp/xl.conf /etc/xen/xl.conf; }

part_default() {
    remember
    cp /etc/xen/scripts/vif-bridge /etc/xen/scripts/vif-ours
    with_xl_conf 'vif.default.script="vif-ours"'
    make_guest default pv 10.9.0.18 bridge=$bridge
    check "vif.default.script: xl create works" create default
    domid=$(xl domid default)
    check "vif.default.script: it is the one that libxl ran" \
        grep -q 'execute: /etc/xen/scripts/vif-ours online' "$out/default-create.log"
    check "vif.default.script: the vif is a port of $bridge" port_of_bridge "vif$domid.0"
    check "vif.default.script: the guest answers" within 60 answers 10.9.0.18
    destroy default
    check_nothing_left "vif.default.script: xl destroy"
    without_xl_conf
    rm /etc/xen/scripts/vif-ours
}
