#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=vlan
# twin.bats for VLANs: program and printed plan leave the same ports behind, and remember the same.

load helper
load twin

setup() {
	unshare -n ip link add name xenbr0 type bridge vlan_filtering 1 2>/dev/null ||
		skip "NO VLANS ON BRIDGES IN THIS KERNEL: make check-vlan has another"
}

# Of lab_state what can change here, and what is remembered.
everything() {
	{
		echo @link
		ip -o -d link show
		echo @vlan
		bridge -compressvlans vlan show
		echo @store
		xenstore-ls -f -p /local
	} | LC_ALL=C awk -f "$LAB_DIR/state.awk"
	grep -rs . /run/xen-hotplug/vlan-uplink || true
}

@test "online on a bridge that is to filter, with a physical port" {
	twin call 1 0 online <<'END'
		config <<<$'vlan_uplink=yes\nvlan_filtering=auto\nfirewall=none'
		lab_bridge xenbr0
		lab_vif 1 0 vlan 10p/20-22/30+5x2/41u vifname 'a;b$c'
END
}

@test "online with other VLANs than before" {
	twin call 1 0 online vlan=20p/22-25 <<'END'
		config <<<$'vlan_uplink=yes\nfirewall=none'
		lab_bridge xenbr0
		ip link set dev xenbr0 type bridge vlan_filtering 1
		lab_vif 1 0
		lab_vif 2 0 vlan 21
		online 2 0
		online 1 0 vlan=10p/20-22
END
}

@test "offline" {
	twin call 1 0 offline <<'END'
		config <<<$'vlan_uplink=yes\nfirewall=none'
		lab_bridge xenbr0
		ip link set dev xenbr0 type bridge vlan_filtering 1
		bridge vlan add dev lan-xenbr0 vid 22
		lab_vif 1 0 bridge xenbr0.10:20:21:22
		lab_vif 2 0 vlan 21
		online 2 0
		online 1 0
END
}
