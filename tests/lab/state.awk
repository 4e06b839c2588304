# SPDX-License-Identifier: GPL-2.0-or-later
# Makes lab_state's raw text comparable: one fact a line, without what changes by
# itself (timers, counters, carrier, interface numbers). A line "@NAME" says which
# section follows. Rules keep their order, all else is sorted.

function volatile(words,	n, list, i) {
	n = split(words, list)
	for (i = 1; i <= n; i++)
		skip[list[i]] = 1
}

BEGIN {
	volatile("state qdisc cost priority promiscuity allmulti bridge_id root_id " \
		"designated_root root_port root_path_cost topology_change " \
		"topology_change_detected hello_timer tcn_timer topology_change_timer " \
		"gc_timer hold_timer message_age_timer forward_delay_timer port_id port_no " \
		"designated_port designated_cost designated_bridge topology_change_ack " \
		"config_pending link-netnsid fdb_n_learned numtxqueues numrxqueues " \
		"gso_max_size gso_max_segs tso_max_size tso_max_segs gro_max_size " \
		"gso_ipv4_max_size gro_ipv4_max_size minmtu maxmtu mode brd")
}

/^@/ {
	section = substr($0, 2)
	next
}

# "2: vif1.0@g1.0: <FLAGS> mtu 1500 ... \  link/ether MAC ... \  bridge_slave ..."
section == "link" {
	name = $2
	sub(/(@.*)?:$/, "", name)
	flags = ""
	if ($3 ~ /[<,]NOARP[,>]/)
		flags = flags " NOARP"
	if ($3 ~ /[<,]MULTICAST[,>]/)
		flags = flags " MULTICAST"
	flags = flags ($3 ~ /[<,]UP[,>]/ ? " UP" : " DOWN")
	line = "link " name flags
	for (i = 4; i <= NF; i++) {
		if ($i == "\\")
			continue
		if ($i == "alias") # free text to the end of the line
			for (; i <= NF; i++)
				line = line " " $i
		else if ($i in skip)
			i++
		else
			line = line " " $i
	}
	print line | "sort"
	next
}

# "vif1.0   10 PVID Egress Untagged", and further lines without the name.
section == "vlan" {
	if (/^port/)
		next
	if (/^[^ \t]/)
		port = $1
	else
		$0 = port $0
}

section == "addr" {
	sub(/^[0-9]+: /, "")
	sub(/\\.*/, "")
	gsub(/ (tentative|dadfailed)/, "")
}

section ~ /^route/ {
	gsub(/ (linkdown|dead)/, "")
}

# The multicast routes come with the carrier.
section == "route6" && /^multicast / { next }

# A table that only accepts is no more than one that was looked at.
section ~ /tables/ {
	if (/^#/)
		next
	sub(/ \[[0-9]+:[0-9]+\]$/, "")
	if (/^\*/)
		table = says = ""
	table = table section " " $0 "\n"
	says = says || !/^(\*.*|:[A-Z]+ ACCEPT|COMMIT)$/
	if (/^COMMIT/ && says)
		printf "%s", table
	next
}

# A set's elements, as many to a line as fit, in the order of a hash: one a line, sorted.
function print_elements(text,	n, list, i, j, one) {
	sub(/^[ \t]*elements = \{ /, "", text)
	sub(/ \}$/, "", text)
	n = split(text, list, /,[ \t]+/)
	for (i = 2; i <= n; i++) {
		one = list[i]
		for (j = i; j > 1 && list[j - 1] > one; j--)
			list[j] = list[j - 1]
		list[j] = one
	}
	for (i = 1; i <= n; i++)
		print section " element " list[i]
}

section == "nft" {
	if (/^#/)
		next
	if (elements != "" || /^\t\telements = /) {
		elements = elements $0
		if (/ \}$/) {
			print_elements(elements)
			elements = ""
		}
		next
	}
	print section " " $0
	next
}

{
	gsub(/[ \t]+/, " ")
	sub(/ $/, "")
	print section " " $0 | "sort"
}

# What is not sorted comes first, and whole.
END {
	fflush()
	close("sort")
}
