# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in a dom0 by bench.sh: for how long network-bridge's start and stop cut the host off,
# beside what the scripts did at this, in a shell that does nothing else, and, if OLD_SCRIPTS names a
# folder that has Xen 4.4's, beside that itself. The LAN's host pings each millisecond.

# shellcheck source=bench/measure.sh
. bench/measure.sh

DIRECT=/run/lab/direct
PINGS=$PWD/build/bench/pings
STREAM=$PWD/tests/netns/stream.py
GAPS=/run/lab/gaps
MAC=00:50:8b:dc:f7:2b

# The LAN's host, on a port of its own: it does not see whether the host's has a carrier.
lan() {
	ip netns add lan
	ip netns add switch
	ip -n switch -batch - <<-END
		link add name switch type bridge stp_state 0 forward_delay 0
		link set dev switch up
		link add name lan0 type veth peer name eth0 netns lan
		link set dev lan0 master switch up
	END
	ip -n lan -batch - <<-END
		address add 192.168.0.1/26 dev eth0
		link set dev eth0 up
	END
}

# The host before start, with netloop's pair; whatever was there before.
fresh() {
	local name
	for name in veth0 eth0 peth0 xenbr0 tmpbridge; do
		[ ! -e /sys/class/net/$name ] || ip link del dev $name
	done
	rm -rf /run/xen-hotplug
	ip -batch - <<-END
		link add name eth0 address $MAC type veth peer name wire netns switch
		address add 192.168.0.3/26 brd + dev eth0
		link set dev eth0 up
	END
	ip -n switch link set dev wire master switch up
	ip route add default via 192.168.0.1
	[ "$1" != direct-veth ] || ip link add name veth0 type veth peer name vif0.0
	ip netns exec lan ping -q -c 1 -i 0.1 -w 5 192.168.0.3 >/dev/null ||
		{ echo "bench: the host does not answer before" >&2; exit 1; }
}

# direct STYLE: a script; what follows by stdin
direct() {
	{
		cat <<-'END'
			#!/bin/sh
			up() { # DEVICE: with the address and the route, as where there is no ifup
			    ip addr flush dev $1
			    ip addr add 192.168.0.3/26 dev $1
			    ip link set dev $1 up
			    ip route add default via 192.168.0.1
			}
			running() { # DEVICE
			    ip link set dev $1 up
			    for i in 1 2 3 4 5 6 7 8 9 10; do
			        case $(ip -o link show dev $1) in *NO-CARRIER*) sleep 1 ;; *) break ;; esac
			    done
			}
		END
		cat
	} >"$DIRECT-$1"
	chmod 755 "$DIRECT-$1"
}

# What the scripts of 3.1, 3.2 to 4.4, and that of 3.1 without netloop's devices had the kernel
# do, in their order.
direct_scripts() {
	direct veth <<-END
		if [ \$1 = start ]; then
		    ip link add name xenbr0 type bridge stp_state 0 forward_delay 0
		    ip link set dev xenbr0 arp off multicast off
		    ip link set dev xenbr0 up
		    ip addr add 192.168.0.3/26 brd + dev veth0
		    ip link set dev eth0 down
		    ip addr flush dev eth0
		    ip link set dev eth0 name peth0
		    ip link set dev veth0 name eth0
		    for port in peth0 vif0.0; do
		        ip link set dev \$port down
		        ip link set dev \$port arp off multicast off
		        ip link set dev \$port address fe:ff:ff:ff:ff:ff
		        ip addr flush dev \$port
		    done
		    ip link set dev eth0 address $MAC arp on
		    ip link set dev xenbr0 up
		    ip link set dev vif0.0 master xenbr0
		    ip link set dev vif0.0 up
		    running peth0
		    ip link set dev peth0 master xenbr0
		    up eth0
		else
		    ip link set dev vif0.0 down
		    ip addr add 192.168.0.3/26 brd + dev peth0
		    ip link set dev eth0 down
		    ip link set dev eth0 arp off address fe:ff:ff:ff:ff:ff
		    ip link set dev peth0 down
		    ip addr flush dev eth0
		    ip link set dev peth0 address $MAC arp on
		    ip link set dev peth0 nomaster
		    ip link set dev vif0.0 nomaster
		    ip link set dev xenbr0 down
		    ip link set dev eth0 name veth0
		    ip link set dev peth0 name eth0
		    up eth0
		    ip link del dev xenbr0
		fi
	END
	direct bridge <<-END
		if [ \$1 = start ]; then
		    ip link add name tmpbridge type bridge stp_state 0 forward_delay 0
		    ip addr add 192.168.0.3/26 brd + dev tmpbridge
		    ip link set dev eth0 down
		    ip addr flush dev eth0
		    ip link set dev eth0 name peth0
		    ip link set dev tmpbridge name eth0
		    ip link set dev peth0 down
		    ip addr flush dev peth0
		    running peth0
		    ip link set dev peth0 master eth0
		    up eth0
		else
		    ip addr add 192.168.0.3/26 brd + dev peth0
		    ip link set dev peth0 down
		    ip addr flush dev eth0
		    ip link set dev peth0 nomaster
		    ip link set dev eth0 down
		    ip link set dev eth0 name tmpbridge
		    ip link set dev peth0 name eth0
		    up eth0
		    ip link del dev tmpbridge
		fi
	END
	direct plain <<-END
		if [ \$1 = start ]; then
		    ip link add name xenbr0 type bridge stp_state 0 forward_delay 0
		    ip link set dev xenbr0 up
		    ip addr add 192.168.0.3/26 brd + dev xenbr0
		    ip route del 192.168.0.0/26 dev xenbr0
		    ip route del default dev eth0
		    ip route del 192.168.0.0/26 dev eth0
		    ip route add 192.168.0.0/26 dev xenbr0
		    ip route add default via 192.168.0.1 dev xenbr0
		    ip link set dev eth0 master xenbr0
		else
		    ip route del default dev xenbr0
		    ip route del 192.168.0.0/26 dev xenbr0
		    ip route add 192.168.0.0/26 dev eth0
		    ip route add default via 192.168.0.1 dev eth0
		    ip link set dev xenbr0 down
		    ip link del dev xenbr0
		fi
	END
}

# run SORT STYLE start|stop: by one of the three
run() {
	case $1 in
	ours) "${PROGRAM%/*}/network-bridge" "$3" style="$2" ;;
	direct) "$DIRECT-$2" "$3" ;;
	script) "$OLD_SCRIPTS/network-bridge" "$3" netdev=eth0 ;;
	esac </dev/null >/run/lab/stdout 2>/run/lab/stderr ||
		[ "$1" != ours ] || { cat /run/lab/stderr >&2; exit 1; }
}

# Some do not answer at once.
back() {
	ip netns exec lan ping -q -c 1 -i 0.2 -w 20 192.168.0.3 >/dev/null ||
		{ echo "bench: the host does not answer any more" >&2; exit 1; }
}

# gap SORT STYLE COMMAND: runs it under pings, and keeps what was lost, and for how long
gap() {
	local pinger
	ip netns exec lan "$PINGS" 192.168.0.3 >/run/lab/pings &
	pinger=$!
	sleep 0.2
	run "$@"
	back
	sleep 0.2
	kill -INT $pinger
	wait $pinger || exit 1
	echo "$* $(</run/lab/pings)" >>$GAPS
}

# sorts STYLE: who can be measured
sorts() {
	[ "$1" != bridge ] || [ ! -x "${OLD_SCRIPTS:-}/network-bridge" ] || echo script
	echo direct
	echo ours
}

rounds() {
	local i style sort
	for ((i = 0; i < ROUNDS / 50 + 1; i++)); do
		for style in veth bridge plain; do
			for sort in $(sorts $style); do
				fresh "$sort-$style"
				gap "$sort" $style start
				gap "$sort" $style stop
			done
		done
	done
}

# median SORT STYLE COMMAND COLUMN
median() {
	awk -v what="$1 $2 $3" -v column="$4" '$1 " " $2 " " $3 == what { print $column }' $GAPS |
		sort -g | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'
}
LOST=5 LONGEST=6

# lost_and_ms SORT STYLE COMMAND: "LOST MILLISECONDS"
lost_and_ms() {
	local lost
	lost=$(median "$@" $LOST)
	[ -z "$lost" ] && printf '%8s %9s' - - || printf '%8s %9.1f' "$lost" "$(median "$@" $LONGEST)"
}

line() { # STYLE COMMAND
	goal "$(median ours "$1" "$2" $LONGEST)" '<=' 20
	printf '  %-7s %-6s %s %s %s   <= 20 %s\n' "$1" "$2" "$(lost_and_ms script "$1" "$2")" \
		"$(lost_and_ms direct "$1" "$2")" "$(lost_and_ms ours "$1" "$2")" "$VERDICT"
}

# tcp SORT STYLE: start and stop while a connection sends a line each millisecond
tcp() {
	local server client word
	fresh "$1-$2"
	rm -f /run/lab/enough
	exec {server}< <(exec ip netns exec lan python3 "$STREAM" serve 192.168.0.1)
	read -r -t 10 -u $server word
	exec {client}< <(exec python3 "$STREAM" talk 192.168.0.1 /run/lab/enough)
	read -r -t 10 -u $client word
	sleep 0.2
	run "$1" "$2" start
	back
	run "$1" "$2" stop
	back
	touch /run/lab/enough
	read -r -t 30 -u $client _ STATE WAIT || STATE=broken WAIT=-
	exec {server}<&- {client}<&-
}

tcp_line() { # STYLE
	local direct lost
	tcp direct "$1"
	direct=$WAIT
	tcp ours "$1"
	lost=0
	[ "$STATE" = all ] || lost=1
	goal $lost '<=' 0
	printf '  %-7s %26s %18s %18s   none lost %s\n' "$1" '' "$direct" "$WAIT" "$VERDICT"
}

lan
direct_scripts
: >$GAPS
rounds
printf 'How long the host is cut off: pings that were lost of one each millisecond, and the longest\n'
printf 'time without an answer in ms; medians of %s; direct: the commands in a shell, and no more\n\n' \
	"$(grep -c '^ours veth start' $GAPS)"
printf '  %-14s %18s %18s %18s   goal\n' '' script direct ours
for style in veth bridge plain; do
	line $style start
	line $style stop
done
printf '\nA TCP connection through both, a line each millisecond: the longest wait for an echo, ms\n\n'
for style in veth bridge plain; do
	tcp_line $style
done
printf '\n'
