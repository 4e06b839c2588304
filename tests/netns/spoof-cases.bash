# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Guests that forge frames (frames.py), and what antispoof=yes does about it. Sourced in a dom0
# (tests/lab) by frames.bats, after helper.bash; one case in one dom0. The folder RESULTS
# has frames.pyc, and gets what other tests look at.
#
# guest1  10.0.0.1 192.168.7.0/28 2001:db8::1 2001:db8:7::/64     guest4  10.0.0.4
# guest2  10.0.0.2 2001:db8::2                                    guest5  without antispoof
# guest3  without ip=
#

GUARDED=(1 2 3 4)
declare -A IP=(
	[1]='10.0.0.1 192.168.7.0/28 2001:db8::1 2001:db8:7::/64'
	[2]='10.0.0.2 2001:db8::2'
	[4]='10.0.0.4'
)
HOST_MAC=00:02:00:00:00:01 # lan-xenbr0's
LAN_MAC=00:03:00:00:00:01

frames() {
	python3 -IS "$RESULTS/frames.pyc" "$@"
}

# --- a dom0 with guests ----------------------------------------------------------------------

# Nothing in there says a word by itself. With IPv6 off it stays so when frames come in.
quiet_netns() { # NAME DEVICE
	ip netns add "$1"
	ip link set "$2" netns "$1"
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ip -n "$1" link set "$2" up
}

# A bridge that sends everything where it belongs, whatever came in before: forged sources move
# no MAC address to another port, and forged queries no group. Netfilter for bridges, where it is
# built in, drops and trims on its own account.
steady_bridge() {
	lab_bridge xenbr0
	ip link set xenbr0 type bridge mcast_snooping 0
	bridge fdb add "$LAN_MAC" dev lan-xenbr0 master static sticky
	[ ! -d /proc/sys/net/bridge ] ||
		sysctl -qw net.bridge.bridge-nf-call-{ip,ip6,arp}tables=0
	is "$(mac xenbr0)" "$HOST_MAC"
}

steady_guest() { # D [KEY VALUE...]
	lab_vif "$1" 0 ${IP[$1]:+ip "${IP[$1]}"} "${@:2}"
	quiet_netns "guest$1" "g$1.0"
}

steady_port() { # D
	bridge fdb add "$(guest_mac "$1")" dev "vif$1.0" master static sticky
}

guest_mac() { # D
	printf '00:16:3e:00:%02x:00\n' "$1"
}

spoof_dom0() {
	local d
	steady_bridge
	quiet_netns lan far-xenbr0
	for d in 1 2 3 4 5; do
		steady_guest "$d"
	done
}

online_guarded() { # D [ARG...]
	online "$1" 0 antispoof=yes "${@:2}"
}

all_online() {
	local d
	for d in "${GUARDED[@]}"; do
		online_guarded "$d"
	done
	online 5 0
	for d in 1 2 3 4 5; do
		steady_port "$d"
	done
}

# guest1 alone, and the LAN that listens
one_guest() {
	steady_bridge
	quiet_netns lan far-xenbr0
	steady_guest 1
}

# --- what is asserted ------------------------------------------------------------------------

# The LAN gets the frames that are named before "but", and none of those after it.
arrive() { # [--tap NAME] -- NAME... but NAME...
	local options=() names=() expected=() wanted=yes word
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	for word; do
		if [ "$word" = but ]; then
			wanted=no
		else
			names+=("$word")
			expected+=("$wanted $word")
		fi
	done
	diff <(printf '%s\n' "${expected[@]}" | sort) \
		<(frames "${options[@]}" send "${names[@]}" |
			sed -n 's/^lan \([a-z]*\) [a-z]* /\1 /p' | sort) >&2
}

LAWFUL=('ip4: TCP' 'arp: request' 'ip6: UDP' 'ndp: advertisement')
UNLAWFUL=("mac: the other guest's" "arp: reply in the other guest's name" 'ra: router advertisement'
	"ip4: UDP, source the other guest's" "ip6: TCP, source the other guest's" 'type: LLDP')

is_guarded() {
	arrive -- "${LAWFUL[@]}" but "${UNLAWFUL[@]}"
}

tap_is_guarded() {
	arrive --tap vif1.0-emu -- "${LAWFUL[@]}" but "${UNLAWFUL[@]}"
}

is_free() {
	arrive -- "${LAWFUL[@]}" "${UNLAWFUL[@]}"
}

rules() {
	nft -s list ruleset 2>/dev/null
}

# The guard's tables, of whatever family, without their counters.
tables() {
	nft list tables | grep -w xen_guard || true
}

guard() {
	local table
	tables | while read -r table; do
		nft -s list "$table"
	done
}

traces_of() { # WORD
	rules | grep -F -w -- "$1" || true
}

counters() { # VIF REASON NUMBER a line, as "frames.py counts"
	nft -j list ruleset | jq -r '.nftables[]
		| (.set // empty | .name as $name | select($name | startswith("drop_"))
			| .elem[]?.elem | select(.counter.packets > 0)
			| "\(.val) \($name | ltrimstr("drop_")) \(.counter.packets)"),
		  (.rule // empty | select(.chain == "stolen") | .expr[].counter // empty
			| select(.packets > 0) | "vif5.0 stolen \(.packets)")' | sort
}

# --- the cases: frames -----------------------------------------------------------------------

case_on() {
	spoof_dom0
	all_online
	frames send >"$RESULTS/on.frames"
	counters >"$RESULTS/on.counters"
}

case_off() {
	local d
	spoof_dom0
	for d in 1 2 3 4 5; do
		online "$d" 0
		steady_port "$d"
	done
	frames send >"$RESULTS/off.frames"
	is "$(tables)" ""
}

# As vlan= makes them on a bridge that filters VLANs; this one lets all tags pass.
make_trunks() { # D...
	nft add element netdev xen_guard trunks "{ $(printf '"vif%s.0",' "$@") }"
}

# Everything once more with a tag around it.
case_trunk_on() {
	spoof_dom0
	all_online
	make_trunks "${GUARDED[@]}"
	frames --vlan 7 send >"$RESULTS/trunk_on.frames"
	counters >"$RESULTS/trunk_on.counters"
}

case_trunk_off() {
	local d
	spoof_dom0
	for d in 1 2 3 4 5; do
		online "$d" 0
		steady_port "$d"
	done
	frames --vlan 7 send >"$RESULTS/trunk_off.frames"
}

# Without a bridge: the LAN behind xenbr0, two guests behind vifs of their own. All neighbours are
# known, so that nobody needs to answer.
routed_dom0() { # PROGRAM [ARG...]
	local d
	PROGRAM=$SCRIPTS/$1
	touch "$PROGRAM"
	mount --bind "${BUILD:-build}/$1" "$PROGRAM"
	shift
	steady_bridge
	quiet_netns lan far-xenbr0
	sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -batch - <<-END
		addr add 10.0.0.250/24 dev xenbr0
		addr add 2001:db8::fa/64 dev xenbr0
		neigh add 10.0.0.254 lladdr $LAN_MAC dev xenbr0 nud permanent
		neigh add 2001:db8::fe lladdr $LAN_MAC dev xenbr0 nud permanent
	END
	for d in 1 2; do
		steady_guest $d
		# As netback makes it.
		ip link set vif$d.0 address fe:ff:ff:ff:ff:ff
		online $d 0 netdev=xenbr0 gateway6=2001:db8::fa "$@"
		ip neigh replace 10.0.0.$d lladdr "$(guest_mac $d)" dev vif$d.0 nud permanent
		ip neigh replace 2001:db8::$d lladdr "$(guest_mac $d)" dev vif$d.0 nud permanent
	done
	# What the host shall learn by itself.
	ip neigh del 10.0.0.1 dev vif1.0
	ip neigh del 2001:db8::1 dev vif1.0
}

# Once with and once without.
routed_runs() { # PROGRAM on|off [ARG...]
	routed_dom0 "$1" "${@:3}"
	frames --router send >"$RESULTS/$1_$2.frames"
	counters >"$RESULTS/$1_$2.counters"
}

case_vif-route_on() { routed_runs vif-route on antispoof=yes; }
case_vif-route_off() { routed_runs vif-route off; }
case_vif-nat_on() { routed_runs vif-nat on antispoof=yes; }
case_vif-nat_off() { routed_runs vif-nat off; }

# What a guest sends while its port comes and goes; the host listens, too.
case_flood() {
	local i
	one_guest
	frames flood 2 >/run/flood &
	until grep -q sending /run/flood 2>/dev/null; do sleep 0.01; done
	for ((i = 0; i < 6; i++)); do
		online_guarded 1
		sleep 0.1
		offline 1 0
		sleep 0.05
	done
	wait $!
	has "$(</run/flood)" ', leaked 0'
	lacks "$(</run/flood)" 'sent 0,'
}

# That it would be seen, were it to leak.
case_flood_unguarded() {
	one_guest
	frames flood 0.7 >/run/flood &
	until grep -q sending /run/flood 2>/dev/null; do sleep 0.01; done
	online 1 0
	wait $!
	lacks "$(</run/flood)" ', leaked 0'
}

# A bridge learns from what it keeps for itself, before any of its own filters.
case_learning() {
	steady_bridge
	quiet_netns lan far-xenbr0
	steady_guest 1
	steady_guest 2
	online_guarded 1
	online_guarded 2
	sysctl -qw net.ipv6.conf.vif1/0.accept_ra=1 net.ipv6.conf.xenbr0.accept_ra=1
	frames send "bridge: another's MAC to the nearest bridge" \
		'bridge: a router advertisement to the nearest bridge' \
		"bridge: another's MAC to the provider bridges" \
		'bridge: ARP of another to the nearest bridge' >/dev/null
	lacks "$(bridge fdb show dev vif1.0)" "$(guest_mac 2)"
	is "$(ip -6 route show default)" ""
	is "$(ip -6 addr show to 2001:db8:bad::/64)" ""
}

# --- the cases: guests that behave -----------------------------------------------------------

# Real ones, with all that a kernel does by itself: detection of duplicates, reports, solicitation.
case_behave() {
	local d
	lab_bridge xenbr0
	ip -batch - <<-END
		addr add 10.0.0.250/24 dev xenbr0
		addr add 2001:db8::fa/64 dev xenbr0
	END
	lan
	ip -n lan addr add 2001:db8::fe/64 dev far-xenbr0
	for d in 1 2 3; do
		lab_vif $d 0 ${IP[$d]:+ip "${IP[$d]}"}
		online_guarded $d
		ip netns add guest$d
		ip link set g$d.0 netns guest$d
		ip netns exec guest$d sysctl -qw net.ipv6.conf.default.accept_dad=1
		ip -n guest$d -batch - <<-END
			link set g$d.0 addrgenmode eui64
			addr add 10.0.0.$d/24 dev g$d.0
			addr add 2001:db8::$d/64 dev g$d.0
			link set g$d.0 up
		END
	done
	for d in 1 2 3; do
		# Good when nobody has answered.
		until [ -z "$(ip -n guest$d -6 addr show tentative)" ]; do sleep 0.1; done
		is "$(ip -n guest$d -6 addr show dadfailed)" ""
		lines "$(ip -n guest$d -6 -o addr show dev g$d.0)" 2
	done
	for d in 10.0.0.2 10.0.0.3 10.0.0.250 10.0.0.254 2001:db8::2 2001:db8::3 2001:db8::fa \
		2001:db8::fe fe80::216:3eff:fe00:200%g1.0; do
		reaches guest1 $d
	done
	for d in 10.0.0.1 10.0.0.250 10.0.0.254 2001:db8::1 2001:db8::fa 2001:db8::fe; do
		reaches guest3 $d
	done
	for d in 10.0.0.1 10.0.0.3 2001:db8::1 2001:db8::2; do
		reaches lan $d
	done
	# More than one fragment each.
	ip netns exec guest1 ping -q -n -c 1 -W 1 -s 4000 10.0.0.254
	ip netns exec guest1 ping -q -n -c 1 -W 1 -s 4000 2001:db8::fe
	is "$(counters)" ""
}

# --- the cases: the guard comes and goes -----------------------------------------------------

case_argument() {
	one_guest
	online 1 0 antispoof=yes
	is_guarded
}

case_environment() {
	one_guest
	antispoof=yes online 1 0
	is_guarded
}

case_file() {
	one_guest
	config <<<'antispoof=yes'
	online 1 0
	is_guarded
}

case_argument_wins() {
	one_guest
	config <<<'antispoof=yes'
	online 1 0 antispoof=no
	is_free
	is "$(tables)" ""
}

case_nonsense() {
	one_guest
	online_fails 1 0 antispoof=perhaps
	is "$(tables)" ""
}

case_renamed() {
	one_guest
	xenstore-write "$BACKEND/1/0/vifname" web
	online 1 0 antispoof=yes
	is_port_of web xenbr0
	is_guarded
	is "$(traces_of vif1.0)" ""
	offline 1 0
	is "$(tables)" ""
}

# Nothing to change: the counters tell that it is the same guard.
case_again() {
	one_guest
	online 1 0 antispoof=yes
	arrive -- but 'type: LLDP'
	before=$(nft list ruleset)
	online 1 0 antispoof=yes
	is "$(nft list ruleset)" "$before"
	is_guarded
}

case_switched_off() {
	one_guest
	online 1 0 antispoof=yes
	is_guarded
	online 1 0
	is_free
	is "$(tables)" ""
}

case_switched_on() {
	one_guest
	online 1 0
	is_free
	online 1 0 antispoof=yes
	is_guarded
}

case_other_address() {
	one_guest
	online 1 0 antispoof=yes
	arrive -- 'ip4: TCP' 'ip6: TCP' 'ip4: UDP from its prefix'
	xenstore-write "$BACKEND/1/0/ip" '10.0.0.2'
	online 1 0 antispoof=yes
	arrive -- but 'ip4: TCP' 'ip6: TCP' 'ip4: UDP from its prefix' 'arp: request'
	arrive -- "ip4: TCP, source the other guest's" "arp: reply in the other guest's name"
	is "$(traces_of 10.0.0.1)" ""
}

case_flush_others() {
	one_guest
	nft add table ip mine
	online 1 0 antispoof=yes
	nft flush table ip mine
	nft delete table ip mine
	is_guarded
}

case_flush_all() {
	one_guest
	online 1 0 antispoof=yes
	nft flush ruleset
	online 1 0 antispoof=yes
	is_guarded
}

case_new_bridge() {
	one_guest
	online 1 0 antispoof=yes
	ip link del xenbr0
	ip link add xenbr0 type bridge
	ip link set xenbr0 up
	ip link set lan-xenbr0 master xenbr0
	online 1 0 antispoof=yes
	is_guarded
}

case_other_bridge() {
	one_guest
	online 1 0 antispoof=yes
	lab_bridge xenbr1
	online 1 0 antispoof=yes bridge=xenbr1
	xenstore-write "$BACKEND/1/0/bridge" xenbr1
	online 1 0 antispoof=yes
	is "$(master vif1.0)" xenbr1
	ip link set lan-xenbr0 master xenbr1
	is_guarded
}

case_last() {
	one_guest
	online 1 0 antispoof=yes
	refute [ -z "$(tables)" ]
	offline 1 0
	is "$(tables)" ""
}

case_one_of_two() {
	spoof_dom0
	online_guarded 1
	online_guarded 2
	offline 2 0
	is "$(traces_of vif2.0)" ""
	is "$(traces_of 10.0.0.2)" ""
	is_guarded
	online 5 0
	arrive -- but "unguarded: guest1's IPv4 address" "unguarded: ARP reply in guest1's name"
	arrive -- "unguarded: guest2's IPv4 address" 'unguarded: IPv4'
}

# Destroyed: the device is gone before anybody says so.
case_unplugged() {
	spoof_dom0
	online_guarded 1
	online_guarded 2
	ip -n guest2 link del g2.0
	xenstore-rm "$BACKEND/2" /local/domain/2
	offline 2 0
	is "$(traces_of vif2.0)" ""
	is "$(traces_of 10.0.0.2)" ""
	is_guarded
}

# The same name again, for a guest that has other addresses.
case_plugged_again() {
	spoof_dom0
	online_guarded 1
	online_guarded 2
	ip -n guest1 link del g1.0
	ip netns del guest1
	xenstore-rm "$BACKEND/1" /local/domain/1
	IP[1]=10.0.0.77
	steady_guest 1
	online_guarded 1
	arrive -- but 'ip4: TCP' 'arp: request' 'ip6: UDP' 'ip4: UDP, source a public one'
	arrive -- 'ndp: detection of link-local'
	is "$(traces_of 10.0.0.1)" ""
}

# The device model's tap is another way in for the same guest.
case_tap() {
	steady_bridge
	quiet_netns lan far-xenbr0
	steady_guest 1 type vif_ioemu
	steady_guest 5
	lab_tap 1 0
	online 1 0 antispoof=yes
	add 1 0 antispoof=yes
	is_guarded
	tap_is_guarded
	remove 1 0 antispoof=yes
	is "$(traces_of vif1.0-emu)" ""
	is_guarded
	# What is both's is still the other's.
	online 5 0
	arrive -- but "unguarded: guest1's IPv4 address" "unguarded: advertisement for guest1"
}

case_vif_before_tap() {
	steady_bridge
	quiet_netns lan far-xenbr0
	steady_guest 1 type vif_ioemu
	lab_tap 1 0
	online 1 0 antispoof=yes
	add 1 0 antispoof=yes
	offline 1 0
	tap_is_guarded
	remove 1 0
	is "$(tables)" ""
}

# Killed at its Nth message to the kernel or the store; STATUS is 0 if there are not so many.
kill_at() { # N ARG...
	ASAN_OPTIONS=$ASAN_OPTIONS_TRACED call_under 1 0 strace -qq -o /run/trace \
		-e trace=sendto,sendmsg,write \
		-e "inject=sendto,sendmsg,write:signal=KILL:when=$1" -- "${@:2}"
	# Whatever there is: what should not does not get out.
	[ "$(master vif1.0)" = "" ] || arrive -- but "${UNLAWFUL[@]}"
}

# Each time, the next call makes up for it.
case_killed() {
	local n
	one_guest
	online 1 0 antispoof=yes
	is_guarded
	guard >/run/whole
	offline 1 0
	for ((n = 1; n < 200; n++)); do
		kill_at $n online type_if=vif antispoof=yes
		[ "$STATUS" != 0 ] || break
		online 1 0 antispoof=yes
		guard | diff /run/whole -
		offline 1 0
		is "$(tables)" ""
	done
	((n > 8 && n < 200)) || complain "$((n - 1)) messages"
}

case_killed_offline() {
	local n
	one_guest
	for ((n = 1; n < 200; n++)); do
		online 1 0 antispoof=yes
		kill_at $n offline type_if=vif
		[ "$STATUS" != 0 ] || break
		offline 1 0
		is "$(tables)" ""
	done
	is "$(tables)" ""
	((n > 4 && n < 200)) || complain "$((n - 1)) messages"
}

# Many at once: one table, everybody in it; and none when they are gone.
for_thirty() { # COMMAND ARG...: each in a process of its own
	local d pids=()
	for ((d = 1; d <= 30; d++)); do
		lab_call "$PROGRAM" $d 0 "$@" &
		pids+=($!)
	done
	wait "${pids[@]}"
}

case_many() {
	local d
	lab_bridge xenbr0 bare
	for ((d = 1; d <= 30; d++)); do
		lab_vif $d 0 ip "10.0.1.$d 2001:db8:1::$d"
	done
	for_thirty online type_if=vif antispoof=yes
	for ((d = 1; d <= 30; d++)); do
		is_connected $d 0
		has "$(nft list set netdev xen_guard allow4)" "\"vif$d.0\" . 10.0.1.$d"
	done
	for_thirty offline type_if=vif
	is "$(tables)" ""
}

# What an admin saves can be loaded again, on a host that has the devices.
case_saved() {
	one_guest
	online_guarded 1
	nft list table netdev xen_guard >/run/saved
	nft list table bridge xen_guard >>/run/saved
	nft flush ruleset
	nft -f /run/saved
	nft list ruleset | diff /run/saved -
	is_guarded
}
