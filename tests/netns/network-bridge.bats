#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# network-bridge: what is where before, between and after start and stop.

load helper
load dance

export VIF_PROGRAM=network-bridge

# In the form of golden/netbr-dance.txt, where a veth is the physical device, too.
shape() { # TITLE
	echo "== $1"
	ip -j -d link show | jq -r '.[] | select(.ifname != "lo") |
		["link", .ifname, .linkinfo.info_kind, .address, "mtu", .mtu, "master", .master // "-",
			(.flags | map(select(. == ("UP", "NOARP", "MULTICAST"))) | sort[])] |
		map(tostring) | join(" ")' | LC_ALL=C sort
	ip -j addr show | jq -r '.[] | select(.ifname != "lo") | .ifname as $name |
		.addr_info[] | select(.family == "inet") |
		["addr", $name, .local, .prefixlen, "-", .label, .scope] | map(tostring) | join(" ")'
	ip route show | sed 's/^/route4 /; s/ *$//' | LC_ALL=C sort
}

@test "the end state is that of the scripts" {
	host
	{
		bridge_ start
		echo "rc start = $STATUS"
		shape started
		bridge_ start
		echo "rc start again = $STATUS"
		shape started-twice
	} | diff <(grep -v '^#' "$TESTS/golden/netbr-dance.txt" | LC_ALL=C sort) \
		<(LC_ALL=C sort) >&2
}

@test "everything that lives on netdev moves, and comes back, to the attribute" {
	rich_host
	inventory >/run/before
	settings_of eth0 >/run/settings
	links_there >/run/links
	for style in veth bridge; do
		starts style=$style
		inventory | diff /run/before - >&2
		settings_of eth0 | diff /run/settings - >&2
		lan_reaches_host
		stops
		inventory | diff /run/before - >&2
		settings_of eth0 | diff /run/settings - >&2
		links_there | diff /run/links - >&2
		is "$(journals)" ""
		lan_reaches_host
	done
	starts style=plain
	# The bridge's name stands where netdev's did: in labels and rules.
	inventory xenbr0=eth0 | sed 's/78656e62723000/6574683000/; s/78656e6272303a3100/657468303a3100/' |
		diff /run/before - >&2
	settings_of xenbr0 | diff /run/settings - >&2
	lan_reaches_host
	stops
	inventory | diff /run/before - >&2
	settings_of eth0 | diff /run/settings - >&2
	links_there | diff /run/links - >&2
	lan_reaches_host
}

# A connection from the host to a LAN address, in use while COMMAND runs.
while_talking() { # ADDRESS COMMAND...
	local address=$1 server client line
	shift
	rm -f /run/enough
	exec {server}< <(exec ip netns exec lan python3 "$TESTS/stream.py" serve "$address" 3>&-)
	read -r -t 10 -u "$server" line
	exec {client}< <(exec python3 "$TESTS/stream.py" talk "$address" /run/enough 3>&-)
	read -r -t 10 -u "$client" line
	"$@"
	touch /run/enough
	read -r -t 20 -u "$client" TALK
	exec {server}<&- {client}<&-
}

start_and_stop() { # STYLE
	sleep "${2:-0}"
	starts style="$1"
	sleep "${2:-0.1}"
	stops
	sleep "${2:-0}"
}

@test "a TCP connection survives, without a lost byte" {
	host
	for style in veth bridge plain; do
		address=192.168.0.1
		[ $style != bridge ] || address=2001:db8::1
		while_talking $address start_and_stop $style 0.2
		[[ $TALK =~ ^([0-9]+)\ all\ [0-9]+$ ]] || complain "$style: $TALK"
		[ "${BASH_REMATCH[1]}" -gt 40 ] || complain "$style: $TALK"
	done
}

@test "no more than some milliseconds without network" {
	host
	for style in veth bridge plain; do
		ip netns exec lan ping -q -i 0.001 -c 700 192.168.0.3 >/run/ping 3>&- &
		sleep 0.1
		start_and_stop $style
		wait $!
		# Of a start and a stop; most of it is the machine's, which has other things to do.
		[[ $(</run/ping) =~ \ ([0-9]+)\ received ]]
		[ "${BASH_REMATCH[1]}" -ge 660 ] || complain "$style: $(</run/ping)"
	done
}

# ---- which device, which names ------------------------------------------------------------------

# Who is a port of BRIDGE.
ports() {
	ip -j link show master "$1" | jq -r '[.[].ifname] | sort | join(" ")'
}

@test "without words it is the default route's device" {
	host enp3s1
	starts
	is "$(ports xenbr1)" "penp3s1 vif0.1"
	is "$(ip -j route show default | jq -r '.[0].dev')" enp3s1
	is "$(link enp3s1 .linkinfo.info_kind)" veth
	is "$(journals)" "network-bridge.enp3s1 "
	stops
	refute exists xenbr1
	lan_reaches_host
	starts style=plain
	# The default route's device is another one now.
	is "$(ip -j route show default | jq -r '.[0].dev')" xenbr1
	starts
	stops
	refute exists xenbr1
	lan_reaches_host
}

@test "vifnum, bridge and netdev are as they are given" {
	host eth2
	starts vifnum=2
	is "$(ports xenbr2)" "peth2 vif0.2"
	stops
	starts netdev=eth2 bridge=lan
	is "$(ports lan)" "peth2 vif0.2"
	stops
	ip link add veth2 type veth peer name vif0.2
	starts bridge=lan
	is "$(ports lan)" "peth2 vif0.3"
	stops
	untouched bridge_ start bridge=null
	is "$STATUS" 0
}

@test "a name that is too long with a p is cut" {
	host enp0s20f0u1u2u
	starts
	is "$(ports xenbr0)" "penp0s20f0u1u2u vif0.0"
	stops
	host_gone
	host enp0s20f0u1u2u3
	starts
	is "$(ports xenbr3)" "pnp0s20f0u1u2u3 vif0.3"
	stops
	lan_reaches_host
}

host_gone() {
	ip link del dev "$(ip -j route show default | jq -r '.[0].dev')"
	ip netns del lan
	umount "$SCRIPTS/network-bridge"
}

@test "two devices side by side, as the network-wrapper does it" {
	rich_host
	state >/run/before
	starts vifnum=0 netdev=eth0 bridge=xenbr0
	starts vifnum=1 netdev=eth1 bridge=xenbr1
	is "$(ports xenbr0)" "peth0 vif0.0"
	is "$(ports xenbr1)" "peth1 vif0.1"
	stops vifnum=0 netdev=eth0 bridge=xenbr0
	is "$(ports xenbr1)" "peth1 vif0.1"
	refute exists xenbr0
	stops vifnum=1 netdev=eth1 bridge=xenbr1
	state | diff /run/before - >&2
	# And without numbers.
	starts netdev=eth1 bridge=xenbr1
	starts netdev=eth0 bridge=xenbr0
	is "$(ports xenbr0)" "peth0 vif0.0"
	# The bridge tells which one, too; and one that is not there is no other one.
	stops bridge=xenbr7
	is "$(ports xenbr0)" "peth0 vif0.0"
	stops bridge=xenbr1
	is "$(ports xenbr0)" "peth0 vif0.0"
	stops netdev=eth0
	state | diff /run/before - >&2
}

@test "a number, or no word at all, means what is started so, and no other one" {
	rich_host
	state >/run/first
	starts
	starts vifnum=1
	is "$(ports xenbr1)" "peth1 vif0.1"
	stops vifnum=1
	refute exists xenbr1
	is "$(ports xenbr0)" "peth0 vif0.0"
	stops vifnum=0
	state | diff /run/first - >&2
	starts vifnum=7 netdev=eth1 style=plain
	untouched fails bridge_ stop
	is "$ERR" "network-bridge: the default route goes by eth0, which is not started; eth1 is: say which by netdev"
	untouched fails bridge_ restart
	stops vifnum=7
	state | diff /run/first - >&2
	# Where there is no eth5, another one's bridge is not meant.
	starts
	untouched fails bridge_ stop vifnum=5
	is "$ERR" "network-bridge: netdev is not set, there is no eth5, and eth0 is started already"
	config <<<'[network-bridge xenbr0]'
	untouched fails bridge_ stop vifnum=5
	untouched fails bridge_ start netdev=eth0 bridge=xenbr1 style=plain
	is "$ERR" "network-bridge: eth0 is started already, on the bridge xenbr0"
	stops
	config </dev/null
	# Without a default route it is the one that is started.
	starts netdev=eth1
	ip route flush exact default
	ip -6 route flush exact default
	starts netdev=eth0
	untouched fails bridge_ stop
	is "$ERR" "network-bridge: several devices are started, and netdev is not set"
	stops netdev=eth0
	stops
	is "$(journals)" ""
}

@test "several at once, from sections of the config file" {
	rich_host
	state >/run/before
	config <<-END
		style=plain
		[network-bridge]
		carrier=3
		[network-bridge xenbr0]
		netdev=eth0
		style=veth
		[network-bridge  lan1 ]
		netdev=eth1
		[vif-bridge]
		bridge=xenbr0
	END
	starts
	is "$(ports xenbr0)" "peth0 vif0.0"
	is "$(ports lan1)" "eth1"
	starts
	stops
	state | diff /run/before - >&2
	# One of them, with its section.
	starts bridge=lan1
	is "$(ports lan1)" "eth1"
	refute exists xenbr0
	stops bridge=lan1
	state | diff /run/before - >&2
	# A section's name wins over what is for all programs.
	config <<-END
		bridge=xenbr0
		[network-bridge xenbr0]
		netdev=eth0
		[network-bridge lan1]
		netdev=eth1
		style=plain
	END
	starts
	is "$(ports xenbr0)" "peth0 vif0.0"
	is "$(ports lan1)" "eth1"
	stops
	state | diff /run/before - >&2
	# One fails, and the other one is there all the same.
	ip link set eth1 name eth5
	fails bridge_ start
	has "$ERR" "there is no interface eth1"
	is "$(ports xenbr0)" "peth0 vif0.0"
	config <<<'[network-bridge xenbr0'
	fails bridge_ stop
	is "$ERR" "network-bridge: /etc/xen/hotplug.conf:1: '[network-bridge xenbr0' has no closing ]"
}

# ---- what start meets ---------------------------------------------------------------------------

refused() { # MESSAGE ARG...
	local message=$1
	shift
	untouched fails bridge_ start "$@"
	is "$ERR" "network-bridge: $message"
}

@test "what cannot be is refused, and nothing changes" {
	rich_host
	refused "there is no interface nosuch" netdev=nosuch
	ip link add br0 type bridge
	refused "br0 is a bridge itself: guests can be plugged into it as it is" netdev=br0
	ip link set eth1 master br0
	refused "eth1 belongs to br0 already" netdev=eth1
	refused "the bridge br0 exists already, and has ports (eth1)" bridge=br0
	refused "the bridge br0 exists already, and has ports (eth1)" bridge=br0 style=plain
	ip link set eth1 nomaster
	ip addr add 10.3.3.3/24 dev br0
	refused "the bridge br0 exists already, and has addresses" bridge=br0 style=plain
	refused "there is an interface eth1 already, and it is no bridge" bridge=eth1
	refused "lo is no Ethernet device: it cannot be on a bridge" netdev=lo
	ip link add peth0 type veth peer name x
	refused "there is an interface peth0 already"
	refused "there is an interface peth0 already" style=bridge
	ip link set peth0 name veth0
	refused "there is an interface veth0 already" vifnum=0
	refused "style='odd' is none of veth, bridge, plain" style=odd
	refused "vifnum='-1' is not a number from 0 to 9999" vifnum=-1
	fails bridge_ begin
	is "$ERR" "Unknown command: begin
Valid commands are: start, stop, restart, status, recover"
}

@test "the host's own disks are not cut off" {
	host
	rm -f /etc/mtab
	echo "192.168.0.1:/srv / nfs4 rw,proto=tcp,addr=192.168.0.1 0 0" >/etc/mtab
	refused "the root file system is on the NFS server 192.168.0.1, by way of eth0: force=yes does it all the same"
	starts force=yes
	stops
	echo "192.168.0.1:/srv /mnt nfs4 rw,proto=tcp,addr=192.168.0.1 0 0" >/etc/mtab
	starts
	stops
}

@test "an admin's own empty bridge is used, and stays" {
	host
	ip link add name xenbr0 address 02:00:00:00:00:09 type bridge
	ip link set xenbr0 addrgenmode none
	state >/run/before
	for style in veth plain; do
		starts style=$style
		ports xenbr0 | grep -w 'peth0\|eth0' >/dev/null
		lan_reaches_host
		# No other MAC answers for the host.
		is "$(ip -n lan -j neigh show 192.168.0.3 | jq -r '.[].lladdr')" 00:50:8b:dc:f7:2b
		ip -n lan neigh flush all
		stops
		exists xenbr0 || complain "the bridge is gone"
		is "$(ports xenbr0)" ""
		is "$(addresses xenbr0)" ""
		lan_reaches_host
		[ $style = veth ] || continue
		ip link set xenbr0 down
		state | diff /run/before - >&2
	done
}

@test "start twice and stop twice are harmless" {
	host
	starts
	state >/run/started
	starts
	state | diff /run/started - >&2
	# Also without a journal, as after the scripts' start.
	rm /run/xen-hotplug/network-bridge.eth0
	starts
	stops
	state >/run/stopped
	stops
	state | diff /run/stopped - >&2
	lan_reaches_host
	for style in bridge plain; do
		starts style=$style
		starts style=$style
		stops
		stops
		state | diff /run/stopped - >&2
	done
}

@test "a device that is down, without addresses, without IPv6" {
	host
	wire eth1 00:50:8b:dc:f7:3b lan1
	ip link set eth1 down
	state >/run/before
	for style in veth bridge plain; do
		starts netdev=eth1 bridge=xenbr1 style=$style
		stops netdev=eth1
		state | diff /run/before - >&2
	done
	sysctl -qw net/ipv6/conf/eth0/disable_ipv6=1
	state >/run/before
	for style in veth bridge plain; do
		starts style=$style
		ip netns exec lan ping -q -n -c 1 -w 3 192.168.0.3 >/dev/null
		stops
		state | diff /run/before - >&2
	done
	# Routes alone.
	ip addr del 192.168.0.3/26 dev eth0
	ip route add 192.168.0.1 dev eth0
	ip route add default via 192.168.0.1
	ip neigh add 192.168.0.9 lladdr 02:00:00:00:00:09 dev eth0
	state >/run/before
	for style in veth bridge plain; do
		starts style=$style
		ip route show default | grep 'via 192.168.0.1' >/dev/null
		stops
		state | diff /run/before - >&2
	done
}

# ---- what stop meets ----------------------------------------------------------------------------

@test "what has changed since start comes back with stop" {
	host
	starts
	ip addr del 2001:db8::3/64 dev eth0
	ip addr add 192.168.0.5/26 dev eth0
	ip route add 10.5.0.0/16 via 192.168.0.1
	ip link set eth0 mtu 1450
	sysctl -qw net/ipv4/conf/eth0/rp_filter=2 net/ipv6/conf/eth0/hop_limit=33
	inventory >/run/before
	stops
	inventory | diff /run/before - >&2
	is "$(mtu eth0)" 1450
	is "$(</proc/sys/net/ipv4/conf/eth0/rp_filter)" 2
	is "$(</proc/sys/net/ipv6/conf/eth0/hop_limit)" 33
}

@test "guests that are plugged in are told of and taken off" {
	host
	starts
	lab_vif 1 0
	lab_vif 2 0
	ip link set vif1.0 master xenbr0 up
	ip link set vif2.0 master xenbr0 up
	stops
	has "$ERR" "still on the bridge xenbr0, and taken off: vif1.0, vif2.0"
	is "$(master vif1.0)" ""
	exists vif2.0 || complain "the guest's device is gone"
	refute exists xenbr0
	lan_reaches_host
}

@test "guests talk with the LAN and the host through it" {
	host
	for style in veth bridge plain; do
		starts style=$style
		lab_vif 1 0
		ip link set vif1.0 master "$(ip -j link show type bridge | jq -r '.[0].ifname')" up
		netns guest1 g1.0 192.168.0.20/26
		reaches guest1 192.168.0.1
		reaches guest1 192.168.0.3
		reaches lan 192.168.0.20
		stops
		ip netns del guest1
		xenstore-rm /local/domain/0/backend/vif/1/0
		ip link del vif1.0 || true
	done
}

@test "restart" {
	host
	starts
	state >/run/before
	succeeds bridge_ restart
	state | diff /run/before - >&2
	lan_reaches_host
	untouched fails bridge_ restart -n
	has "$ERR" "restart cannot be printed"
}

# ---- how it goes about it -----------------------------------------------------------------------

@test "fifty rounds leave nothing behind, and change nothing" {
	local round rounds=${AGAIN:+6}
	rich_host
	state >/run/before
	inventory >/run/inventory
	ip netns exec lan ping -q -i 0.01 192.168.0.3 >/run/ping 3>&- &
	for ((round = 0; round < ${rounds:-50}; round++)); do
		starts style="$(cut -d ' ' -f $((round % 3 + 1)) <<<"veth bridge plain")"
		stops
	done
	kill -INT $!
	wait $! || true
	state | diff /run/before - >&2
	inventory | diff /run/inventory - >&2
}

@test "who hangs up or says ^C half way does not stop it" {
	local signal
	host
	for signal in HUP INT TERM; do
		# At its first change, and it sleeps there.
		traced -o /dev/null -e trace=rename -e "inject=rename:delay_exit=300000:when=1" \
			"$SCRIPTS/network-bridge" start 2>/run/err 3>&- &
		until [ "$(journals)" ]; do sleep 0.01; done
		pkill -"$signal" -x network-bridge
		wait $! || complain "it ended with $?: $(</run/err)"
		is "$(ports xenbr0)" "peth0 vif0.0"
		stops
	done
}

@test "one at a time, and the other one says who is in the way" {
	host
	mkdir -p /run/xen-hotplug
	flock -o /run/xen-hotplug/network.lock sleep 30 3>&- &
	sleep 0.1
	untouched fails bridge_ start timeout=1
	has "$ERR" "/run/xen-hotplug/network.lock"
	has "$ERR" "(flock) has it"
	kill $!
	wait $! || true
	starts
}

# A cable that is pulled out while the device goes down and comes up again, and put in later. From the
# first change on, which takes so long.
pull_the_cable() {
	until [ "$(journals)" ]; do sleep 0.01; done
	ip -n lan link set wire down
	sleep 0.5
	ip -n lan link set wire up
}

@test "the carrier is waited for, and not asked for again and again" {
	host
	pull_the_cable 3>&- &
	cable=$!
	run_it traced -o /run/trace -e trace=rename,poll,recvfrom \
		-e "inject=rename:delay_exit=400000:when=1" "$SCRIPTS/network-bridge" start
	[ "$STATUS" = 0 ] || complain "$ERR"
	# It has heard of it.
	is "$(link peth0 .operstate)" UP
	[ "$(grep -c '^poll(' /run/trace)" -lt 12 ] || complain "$(grep '^poll(' /run/trace)"
	grep '^poll(.*POLLIN' /run/trace >/dev/null
	wait $cable
	stops
	# For so long, and no longer.
	ip -n lan link set wire down
	is "$(link eth0 .operstate)" DOWN
	starts carrier=10
	stops
}

@test "without a way back by itself, recover knows one" {
	host
	state >/run/before
	run_it traced -o /run/trace -e trace=sendto "$SCRIPTS/network-bridge" start
	stops
	# From the first address on there is no talking to the kernel any more.
	first=$(grep -n 'RTM_NEWADDR' /run/trace | head -1 | cut -d : -f 1)
	run_it traced -o /dev/null -e trace=sendto -e "inject=sendto:error=ENOBUFS:when=$first+" \
		"$SCRIPTS/network-bridge" start
	is "$STATUS" 1
	has "$ERR" "try network-bridge recover"
	is "$(journals)" "network-bridge.eth0 "
	succeeds bridge_ recover
	state | diff /run/before - >&2
	# Also done by the next start.
	run_it traced -o /dev/null -e trace=sendto -e "inject=sendto:error=ENOBUFS:when=$first+" \
		"$SCRIPTS/network-bridge" start
	is "$STATUS" 1
	starts
	is "$(ports xenbr0)" "peth0 vif0.0"
	lan_reaches_host
	# And not done when it is only asked what would be done.
	untouched bridge_ stop -n
}

killed_at() { # NUMBER ARG...
	run_it traced -o /dev/null -e trace=sendto -e "inject=sendto:signal=KILL:when=$1" \
		"$SCRIPTS/network-bridge" "${@:2}"
	is "$STATUS" 137
}

@test "one that cannot be brought back does not keep the others from it" {
	rich_host
	run_it traced -o /run/trace -e trace=sendto "$SCRIPTS/network-bridge" start netdev=eth1 \
		bridge=lan1
	stops netdev=eth1
	killed_at "$(grep -n -m 1 RTM_NEWADDR /run/trace | cut -d : -f 1)" start netdev=eth1 bridge=lan1
	ip -n lan1 link del wire
	starts netdev=eth0
	has "$ERR" "network-bridge: eth1 is gone"
	is "$(ports xenbr0)" "peth0 vif0.0"
	lan_reaches_host
	fails bridge_ start netdev=eth1
	has "$ERR" "eth1 was left half way, and could not be brought back"
	is "$STATUS" 1
	fails bridge_ recover
	has "$ERR" "eth1 is gone"
	# Back first in the list of files, or last.
	stops netdev=eth0
	lan_reaches_host
}

# The number of the first call that says so.
first_call() { # MESSAGE
	grep '^sendto' /run/trace | grep -n -m 1 "$1" | cut -d : -f 1
}

@test "killed on the way back from start: it is still start that is undone" {
	host
	sysctl -qw net.ipv4.conf.eth0.rp_filter=2
	settings_of eth0 >/run/settings
	run_it traced -o /run/trace -e trace=sendto "$SCRIPTS/network-bridge" start
	stops
	# The pair is there, and has nothing of eth0's yet.
	up=$(first_call 'RTM_SETLINK\|RTM_NEWADDR')
	killed_at $up start
	run_it traced -o /run/trace -e trace=sendto "$SCRIPTS/network-bridge" recover
	is "$STATUS" 0
	killed_at $up start
	killed_at "$(first_call RTM_DELLINK)" recover
	has "$(</run/xen-hotplug/network-bridge.eth0)" phase=starting
	killed_at "$(first_call RTM_DELLINK)" recover
	succeeds bridge_ recover
	settings_of eth0 | diff /run/settings - >&2
	lan_reaches_host
}

@test "stop does not begin without its journal on disk, nor start with one that is too long" {
	host
	starts
	untouched fails run_it traced -o /dev/null -e trace=rename -e inject=rename:error=ENOSPC \
		"$SCRIPTS/network-bridge" stop
	stops
	seq 100000 | awk '{ printf "route add 10.%d.%d.0/28 via 192.168.0.1 metric %d\n",
		int($1 / 256) % 256, $1 % 256, $1 }' | ip -batch -
	fails bridge_ start
	has "$ERR" "there is too much on eth0: its journal would be longer than 16777215 bytes"
	is "$(journals)" ""
	lan_reaches_host
}

@test "a journal that makes no sense is not acted upon" {
	host
	starts
	sed -i '/^bridge=/d' /run/xen-hotplug/network-bridge.eth0
	untouched fails bridge_ stop
	is "$ERR" "network-bridge: /run/xen-hotplug/network-bridge.eth0 is not whole"
	echo "phase=later" >>/run/xen-hotplug/network-bridge.eth0
	untouched fails bridge_ stop
	has "$ERR" "makes no sense"
	# Without it, stop sees by itself what there is.
	rm /run/xen-hotplug/network-bridge.eth0
	stops
	refute exists xenbr0
	lan_reaches_host
}

@test "addresses of a router's advertisement move, and are renewed" {
	host
	ip netns exec lan sysctl -qw net.ipv6.conf.all.forwarding=1
	sysctl -qw net.ipv6.conf.eth0.router_solicitation_delay=0
	ip -6 route del default
	ip -6 addr del 2001:db8::3/64 dev eth0
	ip netns exec lan dnsmasq -k -p 0 -z -i wire --enable-ra --dhcp-leasefile=/run/leases \
		--dhcp-range=2001:db8::,ra-only,64,600 --ra-param=wire,10,600 3>&- 2>/dev/null &
	ip link set eth0 down
	ip link set eth0 up
	ip addr replace 192.168.0.3/26 brd + dev eth0
	until ip -6 route show default | grep 'proto ra' >/dev/null; do sleep 0.05; done
	for style in veth bridge plain; do
		starts style=$style
		until ip -6 route show default | grep 'proto ra metric 1024' >/dev/null; do
			sleep 0.05
		done
		ip netns exec lan ping -q -n -c 1 -w 3 2001:db8::250:8bff:fedc:f72b >/dev/null
		stops
		ip netns exec lan ping -q -n -c 1 -w 3 2001:db8::250:8bff:fedc:f72b >/dev/null
		until ip -6 route show default dev eth0 | grep 'proto ra metric 1024' >/dev/null; do
			sleep 0.05
		done
	done
	kill $!
}

with_each_firewall() { # COMMAND...
	local LAB_FW
	for LAB_FW in nft legacy; do
		lab_firewall $LAB_FW
		"$@"
	done
}

antispoof_is_put_in_and_taken_back() {
	iptables -w -P FORWARD ACCEPT
	iptables -w -A FORWARD -i eth7 -j DROP
	iptables -S >/run/rules
	starts antispoof=yes
	iptables -S FORWARD | diff - <(cat <<-END
		-P FORWARD DROP
		-A FORWARD -m physdev --physdev-in vif0.0 --physdev-is-bridged -j ACCEPT
		-A FORWARD -m physdev --physdev-in peth0 --physdev-is-bridged -j ACCEPT
		-A FORWARD -i eth7 -j DROP
	END
	) >&2
	lan_reaches_host
	starts antispoof=yes
	stops
	iptables -S | diff /run/rules - >&2
	iptables -w -P FORWARD DROP
	starts antispoof=yes style=plain
	iptables -S FORWARD | grep 'physdev-in eth0' >/dev/null
	stops
	is "$(iptables -S FORWARD | head -1)" "-P FORWARD DROP"
	iptables -w -F FORWARD
	# A later step fails: it is taken back, too.
	iptables -w -P FORWARD ACCEPT
	state >/run/before
	iptables -S >/run/rules
	run_it traced -o /dev/null -e trace=rename -e "inject=rename:error=ENOSPC:when=2+" \
		"$SCRIPTS/network-bridge" start antispoof=yes
	is "$STATUS" 1
	iptables -S | diff /run/rules - >&2
	rm -f /run/xen-hotplug/network-bridge.eth0
	state | diff /run/before - >&2
}

@test "antispoof=yes on two devices: FORWARD drops until the last of them stops" {
	rich_host
	sysctl -qw net/bridge/bridge-nf-call-iptables=1 || true
	iptables -w -P FORWARD ACCEPT
	iptables -S >/run/rules
	for last in eth1 eth0; do
		starts netdev=eth0 bridge=xenbr0 antispoof=yes
		starts netdev=eth1 bridge=xenbr1 antispoof=yes
		[ $last = eth1 ] && first=eth0 || first=eth1
		stops netdev=$first
		is "$(iptables -S FORWARD | head -1)" "-P FORWARD DROP"
		starts netdev=$first bridge=xenbr${first#eth} antispoof=yes
		stops netdev=$first
		stops netdev=$last
		iptables -S | diff /run/rules - >&2
	done
}

@test "antispoof=yes: FORWARD drops, but for the LAN and the host, and no admin's rule goes" {
	host
	sysctl -qw net/bridge/bridge-nf-call-iptables=1 || true
	with_each_firewall antispoof_is_put_in_and_taken_back
	refused "antispoof=yes and firewall=none do not go together" antispoof=yes firewall=none
}
