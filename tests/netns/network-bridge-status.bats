#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# network-bridge status: what it tells is what the kernel and the store say, each fault is found, and
# the command that it names mends it.

load helper
load dance

export VIF_PROGRAM=network-bridge

status_() { # ARG...: OUT is then the text
	bridge_ status "$@"
}

# Into TOLD: what jq's FILTER makes of what programs are told.
tell() { # FILTER ARG...
	bridge_ status --json "${@:2}"
	TOLD=$(jq -r "$1" <<<"$OUT")
}

tells() { # FILTER EXPECTED ARG...
	tell "$1" "${@:3}"
	is "$TOLD" "$2"
}

findings() { # "SEVERITY KIND DEVICE; ..."
	tells '.[0].findings | map("\(.severity) \(.kind) \(.device)") | join("; ")' "$1"
}

healthy() {
	status_
	is "$STATUS" 0 || complain "$OUT"
	has "$OUT" "All is well."
}

# Guest D on the bridge, as libxl does it.
plug() { # D VIF-BRIDGE's ARG...
	local PROGRAM=$SCRIPTS/vif-bridge
	lab_vif "$1" 0 bridge "${BRIDGE:-xenbr0}"
	online "$1" 0 "${@:2}"
}

# What the finding says is broken is whole after its fix, and nothing else was found.
is_mended() { # KIND DEVICE
	findings "broken $1 $2"
	is "$STATUS" 1
	status_
	is "$STATUS" 1
	has "$OUT" "Broken: "
	tell '.[0].findings[0].fix'
	sh -ec "$TOLD" || complain "the fix fails: $TOLD"
	healthy
}

# One line a device, as ip tells it: with what it is plugged into and its addresses.
seen() {
	local name
	for name; do
		ip -j -s addr show dev "$name" | jq -c '.[0] | [.ifname, .ifindex, .master, .address, .mtu,
			(.flags | index("UP") != null), (.operstate == "UP"),
			[.addr_info[] | "\(.local)/\(.prefixlen)"]]'
	done
}

rules_of() { # TOOL: how many name vif1.0
	"$1" -S FORWARD | awk '/ vif1\.0 /{n++} END {print +n}'
}

@test "in each style the picture is that of the kernel and the store" {
	host
	use vif-bridge
	for style in veth bridge plain; do
		starts style=$style
		case $style in
		veth) set -- peth0 xenbr0 vif0.0 eth0 ;;
		bridge) set -- peth0 eth0 ;;
		plain) set -- eth0 xenbr0 ;;
		esac
		BRIDGE=${2} plug 1 antispoof=yes ip="10.0.0.1 2001:db8::9"
		BRIDGE=${2} plug 2 vifname=web
		xenstore-write /local/domain/2/name $'w"e\\\\b\e[31m\xff'
		tells '.[0].devices[] | [.name, .ifindex, .master, .mac, .mtu, .up, .carrier,
			.addresses] | tojson' "$(seen "$@" vif1.0 web)"
		is "$STATUS" 0
		tells '.[0] | "\(.netdev) \(.style) \(.state) \(.healthy) \(.findings)"' \
			"eth0 $style started true []"
		tells '.[0].devices[] | select(.domain == 1) | [.guest, .parent, .guarded,
			.accept_rules_ipv4, .accept_rules_ipv6] | tojson' \
			"[\"guest1\",\"$2\",true,$(rules_of iptables),$(rules_of ip6tables)]"
		tells '.[0].devices[] | select(.domain == 2) | [.guest, .guarded] | tojson' \
			"$(printf '["w\\"e\\\\b\\u001b[31m\xef\xbf\xbd",false]')"
		# jq would take more for JSON than there is.
		python3 -m json.tool >/dev/null <<<"$OUT" || complain "no JSON: $OUT"
		tells '.[0].devices[] | select(.role == "physical") | .name' "$1"
		# As many packets more as there were.
		tell '.[0].devices[] | select(.domain == 1) | .sent_packets'
		before=$TOLD
		ip netns exec lan ping -q -n -i 0.01 -c 20 -W 0.1 -b 192.168.0.63 >/dev/null 2>&1 || true
		tell '.[0].devices[] | select(.domain == 1) | .sent_packets'
		[ "$((TOLD - before))" -ge 20 ] || complain "$before, then $TOLD packets"
		healthy
		lacks "$OUT" $'\e'
		has "$OUT" "guest1 (domain 1)"
		lab_unplug 1 0
		lab_unplug 2 0
		stops
	done
}

@test "not started is 3, unknown is 4, and only what is asked for is told" {
	host
	wire eth1 00:50:8b:dc:f7:3b lan1 192.168.1.1/24
	status_
	is "$STATUS" 3
	has "$OUT" "network-bridge start netdev=eth0"
	tells '.[0].state' "not started"
	is "$STATUS" 3
	refute test -e /run/xen-hotplug
	bridge_ start --json
	is "$STATUS" 1
	has "$ERR" "--json is for status alone"
	starts netdev=eth0 bridge=xenbr0
	starts netdev=eth1 bridge=xenbr1
	tells 'map(.bridge) | sort | join(" ")' "xenbr0 xenbr1"
	tells 'map(.bridge) | join(" ")' xenbr1 netdev=eth1
	status_ netdev=nosuch
	is "$STATUS" 3
	has "$OUT" "There is no interface nosuch."
	status_ netdve=eth0
	is "$STATUS" 4
	has "$ERR" "unknown parameter: netdve=eth0"
	# The worst counts.
	ip link set peth1 down
	bridge_ status
	is "$STATUS" 1
	bridge_ status netdev=eth0
	is "$STATUS" 0
	echo nonsense >/run/xen-hotplug/network-bridge.eth0
	bridge_ status
	is "$STATUS" 4
	has "$ERR" "network-bridge.eth0:1 makes no sense"
}

# bats test_tags=once
@test "each fault is found, and its fix mends it" {
	host
	use vif-bridge
	starts
	plug 1
	plug 2 antispoof=yes
	healthy
	sysctl -qw net/ipv6/conf/eth0/keep_addr_on_down=1
	for name in peth0 xenbr0 vif0.0 eth0 vif1.0; do
		ip link set $name down
		is_mended down $name
	done
	ip link set vif1.0 nomaster
	is_mended unplugged vif1.0
	ip link set vif0.0 nomaster
	is_mended unplugged vif0.0
	ip link set peth0 nomaster
	is_mended unplugged peth0
	bridge link set dev vif2.0 state 0
	is_mended not-forwarding vif2.0
	ip addr add 192.168.0.3/26 dev peth0
	is_mended misplaced peth0
	ip addr add 192.168.0.7/26 dev xenbr0
	is_mended misplaced xenbr0
	is "$(ip -j addr show to 192.168.0.7 | jq -r 'map(select(.ifname)) | .[].ifname')" eth0
	sysctl -qw net/ipv4/conf/all/forwarding=1 net/ipv4/conf/eth0/forwarding=0
	is_mended no-forwarding eth0
	sysctl -qw net/ipv6/conf/all/forwarding=1 net/ipv6/conf/eth0/forwarding=0
	is_mended no-forwarding eth0
	is "$(journals)" "network-bridge.eth0 "
	lan_reaches_host
}

# bats test_tags=once
@test "what is missing is found, and start makes it anew" {
	host
	for style in veth bridge plain; do
		starts style=$style
		case $style in
		veth) set -- xenbr0 "vif0.0 eth0" ;;
		bridge) set -- eth0 ;;
		plain) set -- xenbr0 ;;
		esac
		for missing; do
			ip link del ${missing%% *}
			tells '.[0].findings | map("\(.severity) \(.kind) \(.device)") | join("; ")' \
				"$(printf '; broken missing %s' $missing | cut -c 3-)"
			is "$STATUS" 1
			tell '.[0].findings[0].fix'
			sh -ec "$TOLD"
			healthy
			lan_reaches_host
		done
		stops
	done
}

@test "a FORWARD that drops is told of when bridged packets meet it, and the rule let them pass" {
	host
	use vif-bridge
	starts
	plug 1
	sysctl -qw net/bridge/bridge-nf-call-iptables=1 net/bridge/bridge-nf-call-ip6tables=1
	for firewall in nft legacy; do
		lab_firewall $firewall
		healthy
		for tool in iptables ip6tables; do
			$tool -w -P FORWARD DROP
			[ $tool = iptables ] && address=192.168.0.3 || address=2001:db8::3
			refute ip netns exec lan ping -q -n -c 1 -W 0.2 $address >/dev/null
			is_mended dropped xenbr0
		done
		lan_reaches_host
		for tool in iptables ip6tables; do
			$tool -w -F FORWARD
			$tool -w -P FORWARD ACCEPT
		done
	done
	iptables -w -P FORWARD DROP
	status_
	is "$STATUS" 1
	sysctl -qw net/bridge/bridge-nf-call-iptables=0
	healthy
	lan_reaches_host
}

@test "journals: half way, at work, stale, none" {
	host
	starts
	journal=/run/xen-hotplug/network-bridge.eth0
	inventory >/run/before
	sed -i s/phase=started/phase=starting/ $journal
	tells '.[0].findings | map(.kind) | tojson' '["half-way"]'
	is "$STATUS" 1
	# Somebody who is at it is no fault.
	exec 8<>/run/xen-hotplug/network.lock
	flock 8
	tells '.[0].findings | map(.severity, .kind) | tojson' '["warning","at-work"]'
	is "$STATUS" 0
	has "$OUT" "network.lock was not to be had"
	exec 8>&-
	sed -i s/phase=starting/phase=started/ $journal
	healthy
	mv $journal /run/journal
	status_
	is "$STATUS" 0
	has "$OUT" "Warning: there is no journal"
	mv /run/journal $journal
	cp $journal /run/journal
	stops
	cp /run/journal $journal
	is_mended stale eth0
	inventory | diff /run/before - >&2
	lan_reaches_host
}

@test "who manages a port is told of" {
	host
	starts
	mkdir -p /run/NetworkManager/devices /run/systemd/netif/links
	for name in peth0 eth0; do
		printf '[device]\nmanaged=true\n' \
			>"/run/NetworkManager/devices/$(</sys/class/net/$name/ifindex)"
	done
	printf '# x\nADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/a.network\n' \
		>"/run/systemd/netif/links/$(</sys/class/net/vif0.0/ifindex)"
	tells '.[0].findings | map("\(.severity) \(.kind) \(.device)") | join("; ")' \
		"warning managed peth0; warning managed vif0.0"
	is "$STATUS" 0
	tells '.[0].devices[] | select(.managed_by) | "\(.name) \(.managed_by)"' \
		"$(printf '%s\n' 'peth0 NetworkManager' 'vif0.0 systemd-networkd' 'eth0 NetworkManager')"
	sed -i s/true/false/ /run/NetworkManager/devices/*
	sed -i s/configured/unmanaged/ /run/systemd/netif/links/*
	healthy
}

@test "without xenstore guests have no names" {
	host
	use vif-bridge
	starts
	plug 1
	export XENSTORED_PATH=/nosuch
	tells '.[0].devices[] | select(.domain) | [.domain, .guest] | tojson' '[1,null]'
	healthy
	is "$ERR" ""
}

@test "a name that had to differ is shown" {
	host
	ip link set eth0 name enp3s0f0np0abcd
	starts netdev=enp3s0f0np0abcd
	healthy
	has "$OUT" "the physical device is pnp3s0f0np0abcd, for penp3s0f0np0abcd is too long a name"
	tells '.[0].physical' pnp3s0f0np0abcd
	stops netdev=enp3s0f0np0abcd
}
