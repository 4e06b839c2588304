#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# As twin.bats, for vif-route, vif-route-ifup and vif-nat.

load helper
load routed
load twin

export VIF_PROGRAM=vif-route

# A host with both families, on a LAN.
both() {
	host 192.168.1.20/24 2001:db8:1::20/64
	ip route add default via 192.168.1.1
	ip link set lan0 up
}

@test "route: addresses and prefixes of both families, MACs and connections" {
	twin call 1 0 online neigh=permanent conntrack=purge gateway6=2001:db8:1::fe <<'END'
		both
		lab_vif 1 0 ip "192.168.1.21 10.1.0.0/16 2001:db8:1::21 2001:db8:5::/64 fe80::21" mtu 1400
		iptables -A FORWARD -m conntrack --ctstate NEW
END
}

@test "route: a rename of an up link that is routed already" {
	twin call 1 0 online neigh=permanent <<'END'
		both
		lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21"
		online 1 0 neigh=permanent
		ip addr add 172.16.0.1/24 dev vif1.0
		ip route add 10.9.0.0/16 dev vif1.0
		xenstore-write "$BACKEND/1/0/vifname" web
END
}

@test "route: another gateway address and another MAC than before" {
	twin call 1 0 online neigh=permanent <<'END'
		both
		lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21"
		online 1 0 neigh=permanent
		ip -4 addr flush dev eth0
		ip addr add 192.168.1.30/24 dev eth0
		xenstore-write "$BACKEND/1/0/mac" 00:16:3e:66:66:66
END
}

@test "route: names that sh, or sysctl, would take apart" {
	for name in '$(id)'"'"';"x&' '-a=b*[c]#\?{}'; do
		twin call 1 0 online <<END
			both
			lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21"
			xenstore-write -- "\$BACKEND/1/0/vifname" $(printf %q "$name")
END
	done
}

@test "route: from a bridge, and with an MTU too small for IPv6 before" {
	twin call 1 0 online <<'END'
		both
		lab_bridge xenbr0
		lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21" mtu 1500
		ip link set vif1.0 mtu 1000 master xenbr0 up
END
}

@test "route: a tap beside its vif" {
	twin call 1 0 add type_if=tap <<'END'
		both
		lab_vif 1 0 type vif_ioemu ip "192.168.1.21 2001:db8:1::21" vifname web
		lab_tap 1 0
		online 1 0
END
}

@test "route: offline" {
	twin call 1 0 offline conntrack=purge <<'END'
		both
		lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21" vifname web
		online 1 0 neigh=permanent
		ip addr add 172.16.0.1/24 dev web
END
}

@test "route: offline when the interface is gone" {
	twin call 1 0 offline <<'END'
		both
		lab_vif 1 0 ip "192.168.1.21 2001:db8:1::21 2001:db8:1::22"
		lab_vif 2 0 ip 2001:db8:1::23
		online 1 0
		online 2 0
		ip link del g1.0
END
}

@test "route: error: a prefix that cannot be routed" {
	EXIT=1 twin call 1 0 online <<'END'
		both
		lab_vif 1 0 ip "192.168.1.21 10.0.0.1/8"
END
}

@test "ifup: online" {
	twin call 1 0 online <<'END'
		both
		lab_vif 1 0 ip 192.168.1.21 vifname vifalice.0
		ifupdown < <(printf '%s\n' "iface vifalice.0 inet static" "address 192.168.1.20/32")
END
}

@test "ifup: offline" {
	twin call 1 0 offline <<'END'
		both
		lab_vif 1 0 ip 192.168.1.21 vifname vifalice.0
		ifupdown < <(printf '%s\n' "iface vifalice.0 inet static" "address 192.168.1.20/32")
		online 1 0
END
}

@test "nat: several entries" {
	twin call 1 0 online <<'END'
		use vif-nat
		both
		lab_vif 1 0 ip "10.0.0.200/16 10.9.0.0/24 2001:db8:1::21"
END
}
