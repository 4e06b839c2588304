#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Includes point downwards only, and foreign headers stay in the rooms that own them:
#   4  the programs: know floors 3 and 1 and the C library
#   3  apply bridge bridge_status_look bridge_status_tell confirm dance_find dance_look dance_run
#      dhcp firewall frame frame_host gateway host_look look network network_bridge program
#      serve_look storage uplink_port: what it means
#   2  how it is done: address conntrack counters link neighbour route vlan_link, above netlink, and
#      inventory and probe above these; nftables and guard_nft, above nftrule, guard_build and nft;
#      iptables, above lock and module; hook and ifup, above process; dhcpd and dnsmasq, above
#      dnsmasq_own, file, lock and service; store sysctl
#   1  attr bridge_status dance dhcp_print dhcpd_conf dhcpd_subnet dnsmasq_conf entry facts guard
#      guard_door guard_rule guard_table host inet journal netdev note plan plan_reverse print
#      request resolv router routing rule serve style uplink vif vlan vlan_print xtrule: pure
#   0  util seconds error log text json: the ground
# On floor 1 and between equals an include may not go round in circles; the compiler sees to that.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

awk '
BEGIN {
	split("util seconds error log text json", names0, " "); for (i in names0) floor[names0[i]] = 0
	split("inet vlan facts style request request_part request_command request_check " \
	      "request_bridge rule xtrule guard_table guard_rule guard guard_door attr entry " \
	      "entry_message entry_print entry_print_route entry_printer entry_same netdev plan plan_reverse print print_link " \
	      "dhcp_print vlan_print routing router uplink vif note host journal dance dance_plan " \
	      "bridge_status bridge_status_judge bridge_status_tree bridge_status_json " \
	      "dhcpd_conf dnsmasq_conf " \
	      "dhcpd_subnet serve resolv", names1, " ")
	for (i in names1) floor[names1[i]] = 1
	split("netlink lock file process service", names2, " "); for (i in names2) floor[names2[i]] = 2
	floor["nft"] = floor["module"] = 2.2
	split("nftrule guard_build dnsmasq_own nftcount iptcount", names24, " "); for (i in names24) floor[names24[i]] = 2.4
	split("address conntrack counters dhcpd dnsmasq guard_nft hook ifup iptables link neighbour " \
	      "nftables route store sysctl vlan_link", names25, " ")
	for (i in names25) floor[names25[i]] = 2.5
	split("inventory inventory_apply link_new nftables_policy probe", names27, " ")
	for (i in names27) floor[names27[i]] = 2.7
	split("apply bridge dance_find dance_look dance_run dhcp firewall gateway look host_look serve_look " \
	      "frame frame_host program network network_bridge storage confirm uplink_port " \
	      "bridge_status_look bridge_status_guests bridge_status_tell", names3, " ")
	for (i in names3) floor[names3[i]] = 3
	foreign["netlink/"] = "netlink link link_new address neighbour route conntrack vlan_link " \
			      "inventory inventory_apply nft nftrule nftables nftables_policy " \
			      "guard_build guard_nft nftcount counters"
	foreign["libiptc/"] = "iptables iptcount"
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
