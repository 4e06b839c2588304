# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# What can be set of a vif, of xl, and which script it is. Each part makes its own guests.

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
    check "rate: xl network-attach works" stamped_xl rate-attach.log network-attach rate \
        mac=00:16:3e:10:08:00 bridge=$bridge script=vif-bridge rate=1Mb/s
    check "rate: what libxl wrote is still there" \
        grep -qE '^[0-9]+,50000$' <(xenstore-read "$backends/$domid/1/rate")
    check "rate: backend and frontend connect" within 20 connected $domid 1
    in_guest "ip link set eth0 down; ip addr add 10.9.0.26/24 dev eth1; ip link set eth1 up"
    check "rate: the guest answers with it" within 20 answers 10.9.0.26
    limited=$(tenths_to_send)
    note "half a mebibyte: $free and $limited tenths of seconds"
    check "rate: without it, it goes faster" [ "${free:-999}" -lt 30 ]
    check "rate: with it, it takes its time" [ "${limited:-0}" -ge 35 ]
    destroy rate
    check_nothing_left "rate: xl destroy"
}

with_xl_conf() { # line
    cp /etc/xen/xl.conf /tmp/xl.conf
    echo "$1" >> /etc/xen/xl.conf
}
without_xl_conf() { cp /tmp/xl.conf /etc/xen/xl.conf; }

both_connected() { connected $1 0 && connected $2 0; } # domids

# Debian's own script for one guest, ours for another, which xl.conf says.
part_stock() {
    local stock
    remember
    cp /etc/xen/scripts/vif-bridge /etc/xen/scripts/vif-ours
    with_xl_conf 'vif.default.script="vif-ours"'
    make_guest stock pv 10.9.0.17 bridge=$bridge,script=vif-bridge.debian
    make_guest default pv 10.9.0.18 bridge=$bridge
    check "beside Debian's script: xl create works with that" create stock
    stock=$(xl domid stock)
    check "vif.default.script: xl create works" create default
    domid=$(xl domid default)
    check "beside Debian's script: it is the one that libxl ran" \
        grep -q 'execute: /etc/xen/scripts/vif-bridge.debian online' "$out/stock-create.log"
    check "vif.default.script: it is the one that libxl ran" \
        grep -q 'execute: /etc/xen/scripts/vif-ours online' "$out/default-create.log"
    check "beside Debian's script: its vif is a port of $bridge" port_of_bridge "vif$stock.0"
    check "vif.default.script: the vif is a port of $bridge" port_of_bridge "vif$domid.0"
    check "beside Debian's script: its guest answers" within 60 answers 10.9.0.17
    check "vif.default.script: the guest answers" within 60 answers 10.9.0.18
    check "beside Debian's script: both are connected" within 20 both_connected $stock $domid
    check "beside Debian's script: our guest reaches the other" guest_reaches 10.9.0.17
    destroy stock
    check "beside Debian's script: our vif stays when the other goes" \
        same "lan0 vif$domid.0" "$(ports)"
    destroy default
    check_nothing_left "vif.default.script: xl destroy"
    without_xl_conf
    rm /etc/xen/scripts/vif-ours
}
