#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# The printed plan is the truth: the program in one dom0, `program --dry-run | sh` in its twin,
# and kernel and store say the same in both; and so do the exit statuses. And --dry-run itself
# changes nothing.

load helper
load twin

# The same with either of the kernel's firewalls as the host's own.
twins() {
	local stage
	stage=$(cat)
	for LAB_FW in nft legacy; do
		export LAB_FW
		twin "$@" <<<"$stage" || complain "(LAB_FW=$LAB_FW)"
	done
}

@test "online" {
	twin call 1 0 online type_if=vif <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "online on a bridge without a LAN" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0 bare
		lab_vif 1 0
END
}

@test "a second online" {
	IDLE=yes twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
END
}

@test "a link that is up" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		ip link set vif1.0 up
END
}

@test "addresses" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		ip addr add 192.168.9.1/24 brd + dev vif1.0
		ip addr add 192.168.9.2/24 dev vif1.0 label vif1.0:two
		ip addr add 10.9.9.1 peer 10.9.9.2/32 dev vif1.0
		ip addr add 2001:db8::1/64 dev vif1.0
		ip link set vif1.0 up
		ip route add 10.77.0.0/16 via 192.168.9.9
END
}

@test "a rename" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
END
}

@test "a rename of an up link with addresses and another MTU" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web mtu 1400
		ip link set vif1.0 up
		ip addr add 192.168.9.1/24 dev vif1.0
END
}

@test "a second online after a rename" {
	IDLE=yes twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		online 1 0
END
}

@test "a name that sh would take apart" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname '$(id)'"'"';"x&'
END
}

@test "a name with every quote that fits" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname "a'b\"c\$d\`e\\f"
END
}

@test "an MTU by key" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 mtu 1400 frontend-mtu 1
END
}

@test "an MTU by the bridge" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		ip link set lan-xenbr0 mtu 9000
		ip link set xenbr0 mtu 9000
		lab_vif 1 0
END
}

@test "an MTU too small for IPv6 before" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		ip link set vif1.0 mtu 1000
END
}

@test "all port flags" {
	twin call 1 0 online isolated=yes learning=no neigh_suppress=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "port flags from the file, of a renamed vif" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		config <<<'isolated=yes'
END
}

@test "port flags that change on a running port" {
	twin call 1 0 online isolated=no learning=no <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0 isolated=yes
END
}

@test "the default bridge" {
	twin call 1 0 online <<'END'
		lab_bridge zebra
		lab_bridge ant
		lab_vif 1 0 bridge -
END
}

@test "ethN for xenbrN" {
	twin call 1 0 online <<'END'
		lab_bridge eth7
		lab_vif 1 0 bridge xenbr7
END
}

@test "from another bridge" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_bridge other
		lab_vif 1 0
		ip link set vif1.0 master other up
END
}

@test "an earlier run's error" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 hotplug-error "it's \$old" hotplug-status error
END
}

@test "a tap" {
	twin call 1 0 add type_if=tap <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 type vif_ioemu
		lab_tap 1 0
END
}

@test "a tap with vifname and flags" {
	twin call 1 0 add type_if=tap isolated=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 type vif_ioemu vifname web mtu 1400
		lab_tap 1 0
		online 1 0
END
}

@test "a tap that is up" {
	twin call 1 0 add type_if=tap <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 type vif_ioemu
		lab_tap 1 0
		ip link set vif1.0-emu up
END
}

@test "an absolute path" {
	twin by_hand XENBUS_PATH=/local/domain/0/backend/vif/1/0 vif=vif1.0 -- online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "a driver domain" {
	twin by_hand XENBUS_PATH=/local/domain/5/backend/vif/1/0 -- online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		xenstore-write /local/domain/5/backend/vif/1/0/bridge xenbr0
END
}

@test "by hand" {
	twin by_hand vif=vif1.0 bridge=xenbr0 vifname=web -- online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "hooks that write to the store" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 10.0.0.2" vifname "a'b c=\$d"
		lab_vif 2 0 ip "10.0.0.1 10.0.0.2" vifname "a'b=\$d"
		xenstore-write "$BACKEND/1/0/vifname" "a'b=\$d"
		ip addr add 192.168.0.3/24 dev xenbr0
		hook 1.hook <<'HOOK'
			for name in command dev vif vifname bridge ip main_ip domid devid XENBUS_PATH type_if; do
				xenstore_write "/local/seen/$name" "${!name}"
			done
HOOK
		hook 2.hook <<<'log info hello; xenstore-write /local/seen/$command/second "$dev"'
END
}

@test "a hook that sets up the host" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		hook 1.hook <<<'ip route add 10.99.0.0/16 dev xenbr0; bridge link set dev "$dev" hairpin on'
END
}

@test "offline" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
END
}

@test "offline of a renamed vif" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		online 1 0
END
}

@test "offline of a tap" {
	twin call 1 0 remove type_if=tap <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 type vif_ioemu vifname web
		lab_tap 1 0
		online 1 0
		add 1 0
END
}

@test "offline when the bridge is gone" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
		ip link del xenbr0
END
}

@test "offline when everything is gone" {
	IDLE=yes twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
		lab_unplug 1 0
END
}

@test "offline of guest 2 while guest 1 has the name" {
	IDLE=yes twin call 2 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		lab_vif 2 0 vifname web
		online 1 0
END
}

@test "offline with hooks" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
		hook 1.hook <<<'xenstore-write "/local/seen/$command" "$dev $bridge"'
END
}

@test "accept rules of both families" {
	twins call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 10.1.2.3/28 10.1.2.4/28 2001:db8::1 2001:db8:1::9/63"
		iptables -A FORWARD -i eth0 -j DROP
END
}

@test "accept rules: a second online" {
	IDLE=yes twins call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 10.1.2.3/28 2001:db8::1"
		lab_vif 2 0 ip 10.0.0.2
		online 2 0
		online 1 0
END
}

@test "accept rules: a second online with other addresses, among others' rules" {
	twins call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1" vifname "a'b"
		iptables -A FORWARD -i "a'b" -j DROP
		iptables -A FORWARD -i "a'b" -p tcp -m multiport --dports 80,443 -j ACCEPT
		online 1 0
		iptables -A FORWARD -i "a'b" -j ACCEPT
		xenstore-write "$BACKEND/1/0/ip" 10.0.0.3
END
}

# What names the device, but is an admin's; and what is not, but has odd words in it.
admins_rules() {
	for tool in iptables ip6tables; do
		"$tool" -A FORWARD -m physdev --physdev-in vif1.0 -j DROP
		"$tool" -A FORWARD -m physdev ! --physdev-in vif1.0 -j ACCEPT
		"$tool" -A FORWARD ! -i vif1.0 -j ACCEPT
		"$tool" -A FORWARD -i vif1.0 -m comment --comment "it's \"mine\"" -j ACCEPT
		"$tool" -A FORWARD -o eth0 -m comment --comment "a -i vif1.0 b" -j ACCEPT
		"$tool" -A FORWARD -o eth0 -m comment --comment "vif1.0 -j ACCEPT" -j DROP
		"$tool" -A FORWARD -o vif1.0 -j LOG --log-prefix "a -o vif1.0 -j ACCEPT"
		"$tool" -A FORWARD -i vif1.00 -j ACCEPT
		"$tool" -A FORWARD -i vif1+ -j ACCEPT
		"$tool" -A FORWARD -o vif1.0 -p tcp -m multiport --dports 80,443 -j ACCEPT
		"$tool" -A FORWARD -m physdev --physdev-out vif1.0 -m limit --limit 1/sec -j ACCEPT
	done
}

@test "accept rules: offline among an admin's rules" {
	twins call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 10.1.2.3/28 2001:db8::1"
		admins_rules
		online 1 0
END
}

@test "accept rules: offline when the device is gone and has another address" {
	twins call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1" vifname web
		online 1 0
		lab_vif 2 0 vifname web2
		online 2 0
		xenstore-write "$BACKEND/1/0/ip" 10.0.0.3
		ip link del g1.0
END
}

@test "accept rules of a tap with vifname" {
	twins call 1 0 add type_if=tap <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1" type vif_ioemu vifname web
		lab_tap 1 0
		online 1 0
END
}

@test "accept rules for a name that sh and iptables would take apart" {
	twins call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip 10.0.0.1 vifname "a'b\"c\$d\`e\\f"
END
}

@test "accept rules of such a name go" {
	twins call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip 10.0.0.1 vifname "a'b\$c;d&\`e"
		online 1 0
END
}

@test "accept rules: firewall=iptables, nftables, none" {
	LAB_FW=nft
	export LAB_FW
	for firewall in iptables nftables none; do
		twin call 1 0 online firewall=$firewall <<'END'
			lab_bridge xenbr0
			lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
END
	done
}

@test "accept rules: no iptables but what names its tables" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
		lab_firewall none
		iptables-legacy -P FORWARD DROP
END
}

@test "antispoof with addresses and prefixes of both families" {
	twins call 1 0 online antispoof=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 10.0.0.2 10.1.2.3/28 10.1.2.0/27 2001:db8::1 2001:db8:1::9/63"
END
}

@test "antispoof without addresses, beside another guarded port" {
	twin call 1 0 online antispoof=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		lab_vif 2 0 ip "10.0.0.2 2001:db8::2"
		online 2 0 antispoof=yes
END
}

@test "antispoof of a tap with vifname" {
	twin call 1 0 add type_if=tap antispoof=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1 10.1.0.0/24" type vif_ioemu vifname web
		lab_tap 1 0
		online 1 0 antispoof=yes
END
}

@test "antispoof from the file, of a name that sh would take apart" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1" vifname '$(id)'"'"';x&'
		config <<<'antispoof=yes'
END
}

@test "antispoof: a second online" {
	IDLE=yes twin call 1 0 online antispoof=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 10.1.2.3/28 2001:db8::1"
		online 1 0 antispoof=yes
END
}

@test "antispoof: a second online with other addresses and another MAC" {
	twin call 1 0 online antispoof=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 10.1.2.3/28 2001:db8::1" vifname web
		lab_vif 2 0
		online 2 0 antispoof=yes
		online 1 0 antispoof=yes
		xenstore-write "$BACKEND/1/0/ip" "10.0.0.3 2001:db8:1::/64" "$BACKEND/1/0/mac" 00:16:3e:11:22:33
END
}

@test "antispoof: more addresses than the comment holds, others later" {
	twin call 1 0 online antispoof=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "$(echo 10.9.{0..31}.1 2001:db8:{0..31}::1)"
		online 1 0 antispoof=yes
		xenstore-write "$BACKEND/1/0/ip" "$(echo 10.9.{30..50}.1 2001:db8:{30..39}::/48)"
END
}

@test "antispoof no more" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
		online 1 0 antispoof=yes
END
}

@test "antispoof: offline of the last one" {
	twins call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 10.1.2.3/28 2001:db8::1" vifname web
		online 1 0 antispoof=yes
END
}

@test "antispoof: offline of one of two" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1 10.1.0.0/28"
		lab_vif 2 0 ip "10.0.0.2 2001:db8::2"
		online 1 0 antispoof=yes
		online 2 0 antispoof=yes
END
}

@test "antispoof: remove of the tap" {
	twin call 1 0 remove type_if=tap <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1" type vif_ioemu
		lab_tap 1 0
		online 1 0 antispoof=yes
		add 1 0 antispoof=yes
END
}

@test "antispoof: offline when the device is gone" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 2001:db8::1"
		online 1 0 antispoof=yes
		ip link del g1.0
END
}

@test "error: no such bridge" {
	EXIT=1 twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 bridge nobr
END
}

@test "error: a clash of names" {
	EXIT=1 twin call 2 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		lab_vif 2 0 vifname web
		online 1 0
END
}

@test "error: a text with quotes in it" {
	EXIT=1 twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 bridge "it's \$(no) \"bridge\""
END
}

@test "error: an invalid command" {
	EXIT=1 twin call 1 0 up <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "error: an unknown type" {
	EXIT=1 twin call 1 0 online type_if=wifi <<'END'
		lab_vif 1 0
END
}

@test "error: a name that is too long" {
	EXIT=1 twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname abcdefghijklmnop
END
}

@test "error: a mistake in the file" {
	EXIT=1 twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		config <<<'nonsense'
END
}

@test "error: the vif never comes" {
	EXIT=1 twin call 1 0 online timeout=1 <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		ip link del g1.0
END
}

@test "error: the nodes are not there, and none are made" {
	EXIT=1 IDLE=yes twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		xenstore-rm /local/domain/0/backend/vif/1
END
}

@test "the other pass's call" {
	IDLE=yes twin call 1 0 add type_if=vif <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "error: antispoof without a MAC" {
	EXIT=1 twin call 1 0 online antispoof=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 mac -
END
}

@test "error: a firewall that there is none of" {
	EXIT=1 twin call 1 0 online firewall=pf <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}
