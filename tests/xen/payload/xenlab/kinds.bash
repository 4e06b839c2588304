# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# Guests of all kinds and numbers. Each part makes its own.

# make_guest NAME KIND ADDRESS VIF...: its config. Every vif gets a MAC address of its own.
make_guest() {
    local name=$1 kind=$2 address=$3 kernel=vmlinux memory=128 vif vifs='' number=0
    shift 3
    [ $kind != hvm ] || kernel=vmlinuz memory=192
    for vif; do
        vifs="$vifs '$vif,mac=$(printf '00:16:3e:%02x:%02x:%02x' $((${address##*.})) 7 $number)',"
        number=$((number + 1))
    done
    sed "s/^name .*/name = '$name'/; s/^type .*/type = '$kind'/; s#^vif .*#vif = [ $vifs ]#
        s/^memory .*/memory = $memory/; s|/vmlinux|/$kernel|
        s|console=hvc0|console=ttyS0 &|; s|xenlab.ip=[^\"]*|xenlab.ip=$address/24|" /etc/xen/guest.cfg > /tmp/$name.cfg
    [ $kind != hvm ] || printf '%s\n' 'vnc = 0' "serial = 'file:$out/$name-serial.log'" >> /tmp/$name.cfg
}
create() { # name [xl create's further arguments]
    stamped_xl "$1-create.log" create "${@:2}" /tmp/$1.cfg && return
    grep -vE 'debug|detail' "$out/$1-create.log" | show
    return 1
}
destroy() { stamped_xl "$1-destroy.log" destroy $1; }
answers() { ping -c 1 -W 1 $1 > /dev/null 2>&1; } # address
lan_reaches() { ip netns exec lan ping -c 1 -W 2 "$1" > /dev/null 2>&1; }
connected() { hotplug_connected "$backends/$1/$2" && node_is "$backends/$1/$2/state" 4; } # domid devid
ports() { ls /sys/class/net/$bridge/brif | sort | paste -sd ' '; }

ours=bridge=$bridge,script=vif-bridge

part_pvh() {
    remember
    make_guest pvh pvh 10.9.0.11 $ours
    check "PVH: xl create works" create pvh
    domid=$(xl domid pvh)
    check "PVH: the vif is a port of $bridge" port_of_bridge "vif$domid.0"
    check "PVH: the guest answers" within 120 answers 10.9.0.11
    check "PVH: hotplug-status is exactly connected" hotplug_connected "$backends/$domid/0"
    destroy pvh
    check_nothing_left "PVH: xl destroy"
}

# Its emulated cards are taps, each the other form of a vif.
part_hvm() {
    local emulated=type=ioemu,model=rtl8139
    remember
    make_guest hvm hvm 10.9.0.12 $ours,$emulated $ours,$emulated,vifname=second,ip=10.9.0.13
    check "HVM: xl create works" create hvm
    domid=$(xl domid hvm)
    check "HVM: vifs and taps are the ports of $bridge" \
        same "lan0 second second-emu vif$domid.0 vif$domid.0-emu" "$(ports)"
    check "HVM: the tap has the bridge's MTU" mtu_of "vif$domid.0-emu" $mtu
    check "HVM: the renamed tap has the bridge's MTU" mtu_of second-emu $mtu
    check "HVM: the tap has no IPv6 address" no_ipv6_address "vif$domid.0-emu"
    check "HVM: hotplug-status is exactly connected" hotplug_connected "$backends/$domid/0"
    check "HVM: and the renamed vif's" hotplug_connected "$backends/$domid/1"
    for device in second second-emu; do
        check "HVM: FORWARD accepts from $device" \
            grep -q -e "-s 10.9.0.13/32 .*--physdev-in $device " <(iptables -S FORWARD)
    done
    check "HVM: the guest answers" within 400 answers 10.9.0.12
    destroy hvm
    check_nothing_left "HVM: xl destroy"
}

set_mtu() {
    ip link set dev lan0 mtu $1
    ip -n lan link set dev eth0 mtu $1
    ip link set dev $bridge mtu $1
}

# Whole, as large as it may be, or not at all: fragments are not so long.
long_frames() {
    ip netns exec lan nft list table netdev long | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

part_eight() {
    local i
    set_mtu 9000
    remember
    make_guest eight pv 10.9.0.14 $ours $ours $ours $ours $ours $ours $ours $ours,vifname=eighth
    check "8 vifs: xl create works" create eight
    domid=$(xl domid eight)
    check "8 vifs: the guest answers" within 60 answers 10.9.0.14
    for i in 0 1 2 3 4 5 6 7; do
        check "8 vifs: number $i is connected" within 20 connected $domid $i
        check "8 vifs: number $i is told the bridge's MTU" node_is "/local/domain/$domid/device/vif/$i/mtu" 9000
    done
    check "8 vifs: all are ports of $bridge" \
        same "eighth lan0 $(seq -f "vif$domid.%g" 0 6 | paste -sd ' ')" "$(ports)"
    check "8 vifs: the guest has eight interfaces" \
        in_guest 'set -- /sys/class/net/eth*; [ $# = 8 ]'
    guest_speaks_in_jumbo_frames
    destroy eight
    check_nothing_left "8 vifs: xl destroy"
    set_mtu $mtu
}

guest_speaks_in_jumbo_frames() {
    ip netns exec lan nft -f - <<-END
		table netdev long {
		    chain in { type filter hook ingress device "eth0" priority 0; meta length 9000 counter; }
		}
	END
    check "jumbo: the vif has the bridge's MTU" mtu_of "vif$domid.0" 9000
    check "jumbo: the renamed vif has it" mtu_of eighth 9000
    # Linux' netfront does not look at the node by itself.
    check "jumbo: the guest's interface takes it" in_guest "ip link set eth0 mtu 9000"
    check "jumbo: the guest's interface has it" in_guest "grep -x 9000 /sys/class/net/eth0/mtu"
    check "jumbo: a packet as long reaches the LAN and comes back" \
        in_guest "ping -q -c 1 -W 2 -s 8972 $lan_ip"
    check "jumbo: it was one frame" same 1 "$(long_frames)"
    ip netns exec lan nft delete table netdev long
}

# libxl runs as many scripts at the same time. Paused, for booting takes the most time; the last
# one boots, and is connected when all are destroyed.
part_four() {
    local i jobs=()
    remember
    for i in 1 2 3 4; do
        make_guest four$i pv 10.9.0.2$i $ours,vifname=four$i,ip=10.9.0.2$i
        create four$i -p &
        jobs+=($!)
    done
    for i in 1 2 3 4; do
        check "four at once: xl create $i works" wait ${jobs[i - 1]}
    done
    check "four at once: all are ports of $bridge" same "four1 four2 four3 four4 lan0" "$(ports)"
    for i in 1 2 3 4; do
        check "four at once: number $i's hotplug-status is exactly connected" \
            hotplug_connected "$backends/$(xl domid four$i)/0"
        check "four at once: FORWARD accepts from number $i, once" \
            same 1 "$(iptables -S FORWARD | grep -c -e "-s 10.9.0.2$i/32 .*--physdev-in four$i ")"
    done
    xl unpause four4
    check "four at once: the last one answers" within 60 answers 10.9.0.24
    grep -h "vif-bridge: " "$out"/four?-create.log | show
    for i in 1 2 3 4; do destroy four$i & done
    wait
    check_nothing_left "four at once: xl destroy"
}
