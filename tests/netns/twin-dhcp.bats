#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# As twin.bats, for DHCP servers' entries: lab_state has the files, and what was restarted.

load helper
load twin
load dhcp

export VIF_PROGRAM=vif-nat

@test "dhcpd is told of a guest with two addresses and another's list" {
	twin call 1 1 online dhcp=dhcpd <<'END'
		dhcpd_files
		printf 'host dom10 { }\n# no newline' >>$CONF
		printf 'INTERFACESv4=eth0 # mine\nDHCPDARGS="-q"\nDHCPD_INTERFACE='"'vif1.0 '"'\n' >$ARGS
		lab_vif 1 1 ip '10.9.9.9/24 2001:db8::1'
END
}

@test "dhcpd is told other values" {
	twin call 1 0 online dhcp=dhcpd <<'END'
		dhcpd_files
		lab_vif 1 0 ip 10.0.0.1
		online 1 0 dhcp=dhcpd
		echo '# behind' >>$CONF
		xenstore-write "$BACKEND/1/0/ip" 10.0.0.9
END
}

@test "dhcpd is told that guest 1 is gone, and not that 10 is" {
	twin call 1 0 offline dhcp=dhcpd <<'END'
		dhcpd_files
		lab_vif 10 0
		lab_vif 1 0
		lab_vif 1 1
		online 10 0 dhcp=dhcpd
		online 1 0 dhcp=dhcpd
		online 1 1 dhcp=dhcpd
END
}

@test "dhcpd cannot be restarted" {
	twin call 1 0 online dhcp=dhcpd <<'END'
		dhcpd_files
		init_script <<<'exit 1'
		lab_vif 1 0
END
}

@test "dnsmasq is told other values" {
	twin call 1 0 online dhcp=dnsmasq <<'END'
		no_dhcp
		lab_vif 1 0 ip 10.0.0.1
		online 1 0 dhcp=dnsmasq
		xenstore-write "$BACKEND/1/0/ip" 10.0.0.9
END
}

@test "dnsmasq and dhcpd are told that a guest is gone" {
	twin call 1 0 offline dhcp=yes <<'END'
		dhcpd_files
		lab_vif 1 0
		online 1 0 dhcp=dnsmasq
		online 1 0 dhcp=dhcpd
END
}
