# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# What a guest forges, and what dom0 hears of it.

forged_ip=10.9.0.66 forged_mac=00:16:3e:66:66:66

# ---- what the guest does

# It really has the address, or the MAC address, that is not its own.
take_forged_ip() {
    # Else it would ask for dom0's MAC address with the forged one first.
    in_guest "ip addr add $forged_ip/32 dev eth0; arp -s $dom0_ip $dom0_mac"
}
leave_forged_ip() { in_guest "arp -d $dom0_ip; ip addr del $forged_ip/32 dev eth0"; }
forge_arp() { in_guest "arping -q -c 1 -w 1 -I eth0 -s $forged_ip $dom0_ip"; }
forge_ip() { in_guest "ping -q -c 1 -W 1 -I $forged_ip $dom0_ip"; }
set_guest_mac() { in_guest "ip link set eth0 down; ip link set eth0 address $1 && ip link set eth0 up"; }
forge_mac() {
    set_guest_mac $forged_mac
    in_guest "ping -q -c 1 -W 1 $dom0_ip"
    set_guest_mac "$guest_mac"
    # It went with the link.
    in_guest "ip addr add $guest_ip6/64 dev eth0"
}

# ---- what dom0 gets

# Counted behind the guard and the bridge, where dom0's own traffic begins.
hear() {
    nft -f - <<-END
		table netdev heard {
		    counter forged_arp { }
		    counter forged_ip { }
		    counter forged_mac { }
		    chain on_$bridge {
		        type filter hook ingress device "$bridge" priority 0;
		        arp saddr ip $forged_ip counter name forged_arp
		        ip saddr $forged_ip counter name forged_ip
		        ether saddr $forged_mac counter name forged_mac
		    }
		}
	END
}
stop_hearing() { nft delete table netdev heard; }

packets() { sed -n 's/.*packets \([0-9]*\).*/\1/p'; }
heard() { nft list counter netdev heard "forged_$1" | packets; } # arp, ip or mac
dropped() { # by the guard, for each of the reasons
    nft "$(printf "get element netdev xen_guard drop_%s { \"vif$domid.0\" };" "$@")" | packets
}
knows_forged_neighbour() { ip neigh show dev $bridge | grep -q "^$forged_ip .*lladdr"; }
knows_forged_mac() { bridge fdb show br $bridge | grep -q "^$forged_mac"; }

check_dropped() { # arp, ip or mac; name for the output
    local before
    before=$(dropped "$1")
    "forge_$1"
    check "$2: the guard drops and counts it" [ "$(dropped "$1")" -gt "$before" ]
    check "$2: nothing of it reaches dom0" same 0 "$(heard "$1")"
}

check_forged_is_dropped() {
    hear
    take_forged_ip
    check_dropped arp "forged ARP sender"
    check "forged ARP sender: dom0 knows no such neighbour" fails knows_forged_neighbour
    check_dropped ip "forged IPv4 address"
    leave_forged_ip
    check_dropped mac "forged MAC address"
    check "forged MAC address: the bridge has not learned it" fails knows_forged_mac
    stop_hearing
}

# Without the guard; so the checks above can fail.
check_forged_arrives() {
    hear
    take_forged_ip
    forge_arp
    check "without antispoof a forged ARP sender is heard" [ "$(heard arp)" -gt 0 ]
    check "without antispoof it becomes dom0's neighbour" knows_forged_neighbour
    forge_ip
    check "without antispoof a forged IPv4 address is heard" [ "$(heard ip)" -gt 0 ]
    leave_forged_ip
    forge_mac
    check "without antispoof a forged MAC address is heard" [ "$(heard mac)" -gt 0 ]
    check "without antispoof the bridge learns it" knows_forged_mac
    ip neigh flush dev $bridge
    stop_hearing
}
