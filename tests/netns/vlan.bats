#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=vlan
# vlan=, the VLANs in bridge=, vlan_filtering= and vlan_uplink=: what bridge(8) says of the ports, and
# which frames get through. Where the machine's kernel has no VLANs on bridges, `make check-vlan` runs
# this in another one.

load helper

needs() {
	unshare -n ip link add name xenbr0 type bridge vlan_filtering 1 2>/dev/null ||
		skip "NO VLANS ON BRIDGES IN THIS KERNEL: make check-vlan has another"
}

# Ports' VLANs, as they are written in vlan=.
vlans_are() { # [PORT WANTED]...
	local line port vlan words
	local -A found=()
	while read -r line; do
		read -r port vlan words <<<"$line"
		[[ $line != [0-9]* ]] || words="$vlan $words" vlan=$port port=$last
		last=$port
		[[ $words != *Untagged* ]] || vlan+=u
		[[ $words != *PVID* ]] || vlan=${vlan%u}p
		found[$port]+=/$vlan
	done < <(bridge -compressvlans vlan show)
	while [ $# != 0 ]; do
		is "${found[$1]-}" "/$2"
		shift 2
	done
}

is_filtering() { # BRIDGE
	is "$(link "$1" .linkinfo.info_data.vlan_filtering)" 1
}

is_not_filtering() {
	is "$(link "$1" .linkinfo.info_data.vlan_filtering)" 0
}

filtering_bridge() { # NAME [bare]
	lab_bridge "$@"
	ip link set dev "$1" type bridge vlan_filtering 1
}

vlan() { # D N LIST
	xenstore-write "$BACKEND/$1/$2/vlan" "$3"
}

# What was added to a physical port for guests.
added() { # [PORT]
	local file=/run/xen-hotplug/vlan-uplink/${1:-lan-xenbr0}
	[ ! -e "$file" ] || cat "$file"
}

# Of ports, VLANs and what is remembered of them.
untouched_ports() { # COMMAND...
	{ links; bridge vlan; added; } >/run/ports
	"$@"
	{ links; bridge vlan; added; } | diff /run/ports - >&2
}

# --- vlan= -----------------------------------------------------------------------------------

@test "each form of vlan= is what the port gets, and no other port changes" {
	filtering_bridge xenbr0
	lab_vif 1 0
	online 1 0
	vlans_are vif1.0 1p
	while read -r given wanted; do
		online 1 0 vlan=$given
		vlans_are vif1.0 $wanted xenbr0 1p lan-xenbr0 1p
	done <<-'END'
		10                10p
		7-7               7p
		4094              4094p
		20/10p            10p/20
		1p/2/3u           1p/2/3u
		10p/20-30u/31     10p/20-30u/31
		100+10x3/5p       5p/100/110/120/130
		1-9u/10p/11-4094  1-9u/10p/11-4094
	END
	# In each place, the later ones winning.
	config <<<'vlan=11'
	online 1 0
	vlans_are vif1.0 11p
	vlan=12 online 1 0
	vlans_are vif1.0 12p
	vlan 1 0 14
	vlan=12 online 1 0 vlan=13
	vlans_are vif1.0 14p
	offline 1 0
	is_unplugged vif1.0
}

@test "the tap gets what the vif gets, under whatever name" {
	filtering_bridge xenbr0
	lab_vif 1 0 type vif_ioemu vlan 10p/20-22 vifname web
	lab_tap 1 0
	online 1 0
	add 1 0
	is_port_of web xenbr0
	is_port_of web-emu xenbr0
	vlans_are web 10p/20-22 web-emu 10p/20-22
	is_connected 1 0
	remove 1 0
	offline 1 0
	is_unplugged web
}

@test "they replace the bridge's own before the port is up, 4094 in one message" {
	filtering_bridge xenbr0
	lab_vif 1 0
	trace network 1 0 online type_if=vif vlan=1p/2-4094
	is "$STATUS" 0
	vlans_are vif1.0 1p/2-4094
	# Header, ifinfomsg, nest, and the two ends of one range; VLAN 1 is there already.
	is "$(awk '/sendto.*RTM_SETLINK/ { match($0, /nlmsg_len=[0-9]*/)
			print substr($0, RSTART, RLENGTH) }
		/sendto.*RTM_NEWLINK.*IFLA_MASTER/ { print "port" }
		/sendto.*RTM_NEWLINK.*ifi_flags=IFF_UP/ { print "up" }' /run/trace | xargs)" \
		"port nlmsg_len=52 up"
	# None of them next to one that is like it.
	online 1 0 vlan=1p/2+2x2046u/3+2x2045
	is "$(bridge -j vlan show dev vif1.0 | jq '.[].vlans | length,
		([.[] | select(.flags == null)] | length)' | xargs)" "4094 2046"
	# Whatever the bridge's own is.
	for pvid in 7 0; do
		offline 1 0
		ip link set dev xenbr0 type bridge vlan_default_pvid $pvid
		trace network 1 0 online type_if=vif vlan=10
		vlans_are vif1.0 10p
		is "$(grep -c 'sendto.*RTM_DELLINK' /run/trace)" $((pvid > 0))
	done
}

@test "a second online changes what differs, on a running port, and nothing else" {
	filtering_bridge xenbr0
	lab_vif 1 0 vlan 10p/20-30
	online 1 0
	before=$(carrier_changes vif1.0)
	trace network 1 0 online type_if=vif
	lacks "$(grep sendto /run/trace)" RTM_SETLINK
	vlan 1 0 20p/25-31u/10
	online 1 0
	vlans_are vif1.0 10/20p/25-31u
	vlan 1 0 10p
	online 1 0
	vlans_are vif1.0 10p
	is "$(carrier_changes vif1.0)" "$before"
	# Without vlan=, what there is stays.
	xenstore-rm "$BACKEND/1/0/vlan"
	online 1 0
	vlans_are vif1.0 10p
}

@test "what makes no sense is refused in one line, before anything changes" {
	filtering_bridge xenbr0
	lab_vif 1 0 vlan 10/20
	untouched_ports online_fails 1 0
	is_reported 1 0 "vlan='10/20': of several VLANs one must be the PVID (10p)"
	lines "$ERR" 1
	vlan 1 0 10
	online_fails 1 0 vlan_filtering=perhaps
	is_reported 1 0 "vlan_filtering='perhaps' is none of auto, yes, no"
	online_fails 1 0 vlan_uplink=perhaps
	is_reported 1 0 "vlan_uplink='perhaps' is neither yes nor no"
	# In taking down it is of no interest.
	vlan 1 0 ten
	offline 1 0
}

# --- vlan_filtering= -------------------------------------------------------------------------

@test "a bridge that does not filter: refused with the command that turns it on, or turned on" {
	lab_bridge xenbr0
	lab_vif 1 0 vlan 10
	lab_vif 2 0
	online 2 0 vlan_filtering=auto
	is_not_filtering xenbr0
	untouched_ports online_fails 1 0 vlan_filtering=no
	command="ip link set dev xenbr0 type bridge vlan_filtering 1"
	is_reported 1 0 "the bridge xenbr0 does not filter VLANs: \`$command\` turns that on"
	online_fails 1 0
	is_not_filtering xenbr0
	$command
	online 1 0
	offline 1 0
	ip link set dev xenbr0 type bridge vlan_filtering 0
	config <<<'vlan_filtering=auto'
	online 1 0
	is_filtering xenbr0
	vlans_are vif1.0 10p vif2.0 1p xenbr0 1p
	is_connected 1 0
	offline 1 0
	is_filtering xenbr0
}

# --- VLANs in bridge= ------------------------------------------------------------------------

@test "bridge=NAME.TAG and NAME:TRUNK, when there is no link of that whole name" {
	filtering_bridge xenbr0
	lab_vif 1 0 bridge xenbr0.10:20:21:30
	hook a.hook <<<'echo "$command $bridge" >>/run/hooks'
	online 1 0
	is_port_of vif1.0 xenbr0
	vlans_are vif1.0 10p/20-21/30
	xenstore-write $BACKEND/1/0/bridge xenbr0:20
	online 1 0
	vlans_are vif1.0 20
	xenstore-write $BACKEND/1/0/bridge xenbr0.10
	online 1 0
	vlans_are vif1.0 10p
	online_fails 1 0 vlan=20
	is_reported 1 0 "both vlan and bridge='xenbr0.10' name VLANs"
	offline 1 0
	# A bridge that is called so comes first.
	lab_bridge xenbr0.10
	online 1 0
	is_port_of vif1.0 xenbr0.10
	vlans_are vif1.0 1p
	offline 1 0
	is "$(uniq /run/hooks | xargs)" \
		"online xenbr0 offline xenbr0 online xenbr0.10 offline xenbr0.10"
	xenstore-write $BACKEND/1/0/bridge xenbr7.10
	untouched_ports online_fails 1 0
	is_reported 1 0 "Could not find bridge device xenbr7.10"
}

# --- vlan_uplink= ----------------------------------------------------------------------------

@test "vlan_uplink=yes: the physical port gets the VLANs, and keeps them for as long as they are used" {
	filtering_bridge xenbr0
	bridge vlan add dev lan-xenbr0 vid 20
	for d in 1 2 3; do
		lab_vif $d 0
	done
	vlan 1 0 10p/20-30
	vlan 2 0 25p/40
	config <<<'vlan_uplink=yes'
	before=$(bridge vlan)
	online 3 0
	vlans_are lan-xenbr0 1p/20
	online 1 0
	vlans_are lan-xenbr0 1p/10/20-30
	is "$(added)" 10/21-30
	online 2 0
	vlans_are lan-xenbr0 1p/10/20-30/40
	untouched online 2 0
	offline 1 0
	vlans_are lan-xenbr0 1p/20/25/40
	is "$(added)" 25/40
	# Other VLANs in place of those, on a running port.
	vlan 2 0 26p
	online 2 0
	vlans_are lan-xenbr0 1p/20/26
	# Destroyed: the device is gone, and so are its nodes.
	lab_unplug 2 0
	offline 2 0 vlan_uplink=no
	offline 3 0
	is "$(bridge vlan)" "$before"
	is "$(ls /run/xen-hotplug/vlan-uplink)" ""
}

@test "vlan_uplink=yes: vif and tap are two, and each bridge has a port of its own" {
	filtering_bridge xenbr0
	filtering_bridge xenbr1
	filtering_bridge xenbr2 bare
	config <<<'vlan_uplink=yes'
	lab_vif 1 0 type vif_ioemu vlan 10
	lab_tap 1 0
	lab_vif 2 0 vlan 10 bridge xenbr1 vifname web
	# Nothing that one could add to.
	lab_vif 3 0 vlan 10 bridge xenbr2
	online 1 0
	add 1 0
	online 2 0
	online 3 0
	vlans_are lan-xenbr0 1p/10 lan-xenbr1 1p/10
	offline 1 0
	vlans_are lan-xenbr0 1p/10
	offline 2 0
	vlans_are lan-xenbr0 1p/10 lan-xenbr1 1p
	remove 1 0
	vlans_are lan-xenbr0 1p
	is "$(ls /run/xen-hotplug/vlan-uplink)" ""
}

@test "vlan_uplink=yes: which port it is" {
	filtering_bridge xenbr0 bare
	lab_vif 1 0 vlan 10
	lab_vif 2 0 vifname web
	lab_tap 2 0
	online 2 0
	ip link set vif2.0-emu name web-emu master xenbr0
	ip link add veth0 type veth peer name veth1
	ip link set veth0 master xenbr0
	# Alone, a veth might be it; a container's beside a card is not.
	online 1 0 vlan_uplink=yes
	is "$(added veth0)" 10
	offline 1 0
	vlans_are veth0 1p
	ip link add eth7 type dummy
	ip link set eth7 master xenbr0
	online 1 0 vlan_uplink=yes
	vlans_are veth0 1p eth7 1p/10
	# It leaves the bridge, and its VLANs with it.
	ip link set eth7 nomaster
	ip link set eth7 master xenbr0
	bridge vlan add dev eth7 vid 10
	offline 1 0
	is "$(added eth7)" ""
	bridge vlan del dev eth7 vid 10
	ip link add eth8 type dummy
	ip link set eth8 master xenbr0
	untouched_ports online_fails 1 0 vlan_uplink=yes
	has "$(back 1 0 hotplug-error)" "which port of xenbr0 is the physical one cannot be told: eth"
	online 1 0
	offline 1 0
}

# The numbers of the calls that matter here: to other ports than the LAN's, and to the file.
calls() { # CALL: as "NAME NUMBER" a line
	trace sendto,rename,unlink 1 0 "$1" type_if=vif
	awk '{ name = $2; sub(/\(.*/, "", name); n[name]++ }
		/RTM_(SET|DEL)LINK|vlan-uplink/ { print name, n[name] }' /run/trace
}

killed() { # NAME NUMBER CALL
	call_under 1 0 strace -qq -o /run/trace -e trace=$1 -e inject=$1:signal=KILL:when=$2 -- \
		$3 type_if=vif
	is "$STATUS" 137
}

@test "vlan_uplink=yes: killed at whatever step, the next call puts it right" {
	filtering_bridge xenbr0
	config <<<'vlan_uplink=yes'
	lab_vif 1 0 vlan 10p/20
	online 1 0
	offline 1 0
	calls online >/run/up
	calls offline >/run/down
	is "$(wc -l </run/up) $(wc -l </run/down)" "5 2"
	while read -r name number; do
		killed $name $number online
		offline 1 0
		vlans_are lan-xenbr0 1p
		is "$(added)" ""
	done </run/up
	while read -r name number; do
		online 1 0
		vlans_are lan-xenbr0 1p/10/20
		killed $name $number offline
		offline 1 0
		vlans_are lan-xenbr0 1p
		is "$(added)" ""
	done </run/down
}

# Each goes online while the others take the same VLAN back.
come_and_go() { # D
	local i
	for i in 1 2; do
		lab_call "$PROGRAM" "$1" 0 online type_if=vif
		vlans_are "vif$1.0" "10p/3$1"
		[[ $(bridge vlan show dev lan-xenbr0) =~ [[:space:]]10[[:space:]].*[[:space:]]3$1 ]]
		lab_call "$PROGRAM" "$1" 0 offline type_if=vif
	done
	echo "$1" >>/run/good
}

@test "vlan_uplink=yes: many at once" {
	filtering_bridge xenbr0
	config <<<'vlan_uplink=yes'
	for d in 1 2 3; do
		lab_vif $d 0 vlan 10p/3$d
	done
	pids=()
	for d in 1 2 3; do
		come_and_go $d &
		pids+=($!)
	done
	wait "${pids[@]}"
	is "$(sort /run/good | xargs)" "1 2 3"
	vlans_are lan-xenbr0 1p
	is "$(added)" ""
}

@test "vlan_uplink=yes: however many ports are remembered, offline succeeds" {
	filtering_bridge xenbr0
	config <<<'vlan_uplink=yes'
	lab_vif 1 0 vlan 10
	online 1 0
	for n in {1..40}; do
		echo 10 >/run/xen-hotplug/vlan-uplink/gone$n
	done
	offline 1 0
	# Taken are at most 32 at once, in the order of their names; then the others' turn comes.
	has "$ERR" "those of lan-xenbr0 stay for now"
	lines "$(ls /run/xen-hotplug/vlan-uplink)" 9
	offline 1 0
	vlans_are lan-xenbr0 1p
	is "$(ls /run/xen-hotplug/vlan-uplink)" ""
}

# A list comes in parts, each made when the one before it is fetched: the number of the call that
# fetches the first one under the lock.
first_part() {
	trace openat,sendto,recvfrom 1 0 offline type_if=vif
	awk '/vlan-uplink\.lock/ { locked = 1 }
		locked && /sendto.*RTM_GETLINK.*NLM_F_DUMP/ { listing = 1 }
		/recvfrom\(/ { n++ }
		/recvfrom\(/ && listing { print n; exit }' /run/trace
}

stops_at() { # NUMBER: offline, at that call
	ASAN_OPTIONS=$ASAN_OPTIONS_TRACED succeeds call_under 1 0 strace -f -qq -o /run/trace \
		-e trace=recvfrom -e inject=recvfrom:signal=STOP:when="$1" -- offline type_if=vif
}

@test "vlan_uplink=yes: a port leaves while they are listed, and no other is passed over" {
	filtering_bridge xenbr0
	config <<<'vlan_uplink=yes'
	lab_vif 9 0
	# So many that each fills a part, and one of its own.
	for d in 2 3 4; do
		lab_vif $d 0 vlan 400$((2 * d - 1))p/2+2x2045
		online $d 0
	done
	lab_vif 1 0 vlan 4001
	bridge vlan show dev lan-xenbr0 >/run/vlans
	online 9 0
	online 1 0
	number=$(first_part)
	bridge vlan show dev lan-xenbr0 | diff /run/vlans - >&2
	online 1 0
	rm /run/trace
	stops_at "$number" &
	until grep -qs 'stopped by SIGSTOP' /run/trace; do sleep 0.1; done
	ip link set vif9.0 nomaster
	kill -CONT "$(awk '/stopped by SIGSTOP/ { print $1 }' /run/trace)"
	wait $!
	bridge vlan show dev lan-xenbr0 | diff /run/vlans - >&2
}

# --- all or nothing --------------------------------------------------------------------------

@test "a hook fails: ports and physical port are as before" {
	filtering_bridge xenbr0
	config <<<'vlan_uplink=yes'
	lab_vif 1 0 vlan 10p/20
	lab_vif 2 0 vlan 20p
	online 2 0
	hook bad.hook <<<'[ "$command" != online ]'
	untouched_ports online_fails 1 0
	rm "$SCRIPTS/vif-post.d/bad.hook"
	online 1 0
	vlan 1 0 20p/30
	hook bad.hook <<<'[ "$command" != online ]'
	untouched_ports online_fails 1 0
	vlans_are vif1.0 10p/20 lan-xenbr0 1p/10/20
	is "$(added)" 10/20
}

@test "a hook fails: back on another bridge, with the VLANs that it had there" {
	filtering_bridge xenbr0
	filtering_bridge xenbr1
	ip link set dev xenbr1 type bridge vlan_default_pvid 5
	lab_vif 1 0
	ip link set vif1.0 master xenbr1
	bridge vlan del dev vif1.0 vid 5
	bridge vlan add dev vif1.0 vid 8 pvid untagged
	bridge vlan add dev vif1.0 vid 9
	hook bad.hook <<<'[ "$command" != online ]'
	untouched_ports online_fails 1 0
	vlans_are vif1.0 8p/9
	untouched_ports online_fails 1 0 vlan=10
	vlans_are vif1.0 8p/9
	rm "$SCRIPTS/vif-post.d/bad.hook"
	online 1 0 vlan=10
	is_port_of vif1.0 xenbr0
	vlans_are vif1.0 10p
}

@test "the kernel refuses VLANs: nothing is changed, and the error says so" {
	filtering_bridge xenbr0
	config <<<'vlan_uplink=yes'
	lab_vif 1 0 vlan 10p/20
	online 1 0
	offline 1 0
	trace sendto 1 0 online type_if=vif
	numbers=$(awk '/ sendto\(/ { n++ } /RTM_(SET|DEL)LINK/ { print n }' /run/trace)
	offline 1 0
	lines "$numbers" 3
	for n in $numbers; do
		untouched_ports fails call_under 1 0 strace -qq -o /run/trace -e trace=sendto \
			-e inject=sendto:error=ENOBUFS:when=$n -- online type_if=vif
		has "$(back 1 0 hotplug-error)" "the VLANs of "
	done
}

# --- frames ----------------------------------------------------------------------------------

quiet_netns() { # NAME DEVICE
	ip netns add "$1"
	ip link set "$2" netns "$1"
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ip -n "$1" link set "$2" up
}

# guest1 and guest2 are in VLANs of their own, guest3 is a trunk, guest4 says nothing of VLANs.
# Where a VLAN goes out without a tag, one that is behind its tag comes to light.
@test "frames with and without tags, from and to LAN, host, guests and trunk" {
	filtering_bridge xenbr0
	quiet_netns lan far-xenbr0
	config <<<'vlan_uplink=yes'
	hosts=(lan=lan:far-xenbr0 host=-:xenbr0)
	lab_vif 1 0 vlan 10
	lab_vif 2 0 bridge xenbr0.20
	lab_vif 3 0 vlan 10p/20/30
	lab_vif 4 0
	for d in 1 2 3 4; do
		quiet_netns guest$d g$d.0
		online $d 0
		hosts+=("guest$d=guest$d:g$d.0")
	done
	"$TESTS/tags.py" "${hosts[@]}" | diff - <(sed 's/^\t*//' <<-'END'
		lan untagged: guest4 -, host -
		lan priority: guest4 -, host -
		lan 1: guest4 -, host -
		lan 10: guest1 -, guest3 -
		lan 20: guest2 -, guest3 20
		lan 30: guest3 30
		lan 20 in 10: guest1 20, guest3 20
		lan 10 in 1: guest4 10, host 10
		lan 10 in priority: guest4 10, host 10
		lan 20 in 802.1ad 10: guest4 10 with 20 in it, host 10 with 20 in it
		host untagged: guest4 -, lan -
		host priority: guest4 -, lan -
		host 1: guest4 -, lan -
		host 10 in 1: guest4 10, lan 10
		host 10 in priority: guest4 10, lan 10
		host 20 in 802.1ad 10: guest4 10 with 20 in it, lan 10 with 20 in it
		guest1 untagged: guest3 -, lan 10
		guest1 priority: guest3 -, lan 10
		guest1 10: guest3 -, lan 10
		guest1 20 in 10: guest3 20, lan 10 with 20 in it
		guest1 10 in priority: guest3 10, lan 10 with 10 in it
		guest1 20 in 802.1ad 10: guest3 10 with 20 in it
		guest2 untagged: guest3 20, lan 20
		guest2 priority: guest3 20, lan 20
		guest2 20: guest3 20, lan 20
		guest2 10 in priority: guest3 20 with 10 in it, lan 20 with 10 in it
		guest3 untagged: guest1 -, lan 10
		guest3 priority: guest1 -, lan 10
		guest3 10: guest1 -, lan 10
		guest3 20: guest2 -, lan 20
		guest3 30: lan 30
		guest3 20 in 10: guest1 20, lan 10 with 20 in it
		guest3 10 in priority: guest1 10, lan 10 with 10 in it
		guest3 20 in 802.1ad 10: guest1 10 with 20 in it
		guest4 untagged: host -, lan -
		guest4 priority: host -, lan -
		guest4 1: host -, lan -
		guest4 10 in 1: host 10, lan 10
		guest4 10 in priority: host 10, lan 10
		guest4 20 in 802.1ad 10: host 10 with 20 in it, lan 10 with 20 in it
	END
	) >&2
}
