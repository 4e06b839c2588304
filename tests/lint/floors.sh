#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Includes point downwards only, and foreign headers stay in the rooms that own them:
#   4  the programs: know floors 3 and 1 and the C library
#   3  apply bridge dhcp firewall gateway host_look look serve_look uplink_port frame program
#      network: what it means
#   2  how it is done: address conntrack link neighbour route vlan_link, above netlink; nftables and
#      guard_nft, above nftrule, guard_build and nft; iptables, above lock and module; hook, ifup and
#      module, above process; dhcpd and dnsmasq, above dnsmasq_own, file, lock and service; store
#      sysctl
#   1  inet vlan facts request rule xtrule guard guard_table guard_rule plan print dhcp_print
#      vlan_print routing uplink vif note host serve dhcpd_conf dhcpd_subnet dnsmasq_conf resolv: pure
#   0  util seconds error log text: the ground
# On floor 1 and between equals an include may not go round in circles; the compiler sees to that.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

awk '
BEGIN {
	split("util seconds error log text", names0, " "); for (i in names0) floor[names0[i]] = 0
	split("inet vlan facts request request_check rule xtrule guard_table guard_rule guard guard_door " \
	      "plan plan_reverse print dhcp_print vlan_print routing uplink vif note host dhcpd_conf dnsmasq_conf " \
	      "dhcpd_subnet serve resolv", names1, " ")
	for (i in names1) floor[names1[i]] = 1
	split("netlink lock file process service", names2, " "); for (i in names2) floor[names2[i]] = 2
	floor["nft"] = floor["module"] = 2.2
	split("nftrule guard_build dnsmasq_own", names24, " "); for (i in names24) floor[names24[i]] = 2.4
	split("address conntrack dhcpd dnsmasq guard_nft hook ifup iptables link neighbour " \
	      "nftables route store sysctl vlan_link", names25, " ")
	for (i in names25) floor[names25[i]] = 2.5
	split("apply bridge dhcp firewall gateway look host_look serve_look frame program " \
	      "network uplink_port", names3, " ")
	for (i in names3) floor[names3[i]] = 3
	foreign["netlink/"] = "netlink link address neighbour route conntrack vlan_link " \
			      "nft nftrule nftables guard_build guard_nft"
	foreign["libiptc/"] = "iptables"
	foreign["libnl"] = ""
	foreign["xenstore.h"] = "store"
	foreign["xen"] = ""
}
function wrong(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text
	bad = 1
}
function room(path) {
	sub(/.*\//, "", path)
	sub(/\.[ch]$/, "", path)
	return path
}
# The longest entry of foreign[] that a header begins with names its owners.
function check_foreign(header,   prefix, best) {
	best = ""
	for (prefix in foreign)
		if (index(header, prefix) == 1 && length(prefix) > length(best))
			best = prefix
	if (best == "")
		return
	if (!(FILENAME ~ /^common\/.*\.c$/) ||
	    index(" " foreign[best] " ", " " room(FILENAME) " ") == 0)
		wrong("<" header "> is not for this file")
}
function check_program(header,   to) {
	if (header !~ /^common\//) {
		wrong("\"" header "\": programs include only common/")
		return
	}
	to = room(header)
	if (floor[to] != 3 && floor[to] != 1)
		wrong("\"" header "\": programs know floors 3 and 1 only")
}
function check_room(header,   from, to) {
	from = room(FILENAME)
	to = room(header)
	if (from == to)
		return
	if (header ~ /\//)
		wrong("\"" header "\" lies elsewhere")
	else if (!(to in floor))
		wrong("\"" header "\" is on no floor: see tests/lint/floors.sh")
	else if (floor[to] > floor[from] || (floor[to] == floor[from] && floor[to] == 2.5))
		wrong("\"" header "\" (floor " floor[to] ") is not below floor " floor[from])
}
FNR == 1 && FILENAME ~ /^common\// && !(room(FILENAME) in floor) {
	wrong("is on no floor: see tests/lint/floors.sh")
	next
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	if (FILENAME ~ /^common\//)
		check_room(quoted[2])
	else
		check_program(quoted[2])
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	header = $0
	sub(/^[^<]*</, "", header)
	sub(/>.*/, "", header)
	check_foreign(header)
}
END { exit bad }
' common/*.[ch] ./*.c
