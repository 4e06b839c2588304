# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in a dom0 by bench.sh: network-route and network-nat, beside what the scripts of these
# names ran, in a shell that does nothing else, and, if OLD_SCRIPTS names a folder that has them,
# beside the scripts themselves, as Xen had them until 4.4.

# shellcheck source=bench/measure.sh
. bench/measure.sh

BUILT=${PROGRAM%/*}
DIRECT=/run/lab/direct
RULE='POSTROUTING -o eth0 -j MASQUERADE'

# direct NAME: what follows by stdin
direct() {
	{
		echo '#!/bin/sh'
		cat
	} >"$DIRECT-$1"
	chmod 755 "$DIRECT-$1"
}

# What they changed; the scripts' stop left the rest.
direct_scripts() {
	direct network-nat <<-END
		[ "\$1" = stop ] || echo 1 >/proc/sys/net/ipv4/ip_forward
		[ "\$1" = stop ] || exec iptables -t nat -A $RULE
		exec iptables -t nat -D $RULE
	END
	direct network-route <<-END
		[ "\$1" = start ] || exit 0
		echo 1 >/proc/sys/net/ipv4/ip_forward
		echo 1 >/proc/sys/net/ipv4/conf/eth0/proxy_arp
	END
}

# A run that did not do its work would be fast.
all_work() {
	local program
	for program in "$DIRECT-network-nat" "$BUILT/network-nat"; do
		"$program" start || exit 1
		expect 1 "-A $RULE" iptables -t nat -S
		"$program" stop || exit 1
		expect 0 MASQUERADE iptables -t nat -S
	done
	echo 0 >/proc/sys/net/ipv4/ip_forward
	"$BUILT/network-route" start || exit 1
	expect 1 1 cat /proc/sys/net/ipv4/conf/eth0/proxy_arp
	"$BUILT/network-route" stop || exit 1
	expect 1 0 cat /proc/sys/net/ipv4/ip_forward
}

# What spawn is to run of one program: each sort's start and stop.
commands() { # NAME
	local name=$1
	set -- "direct-start=$DIRECT-$name start" "direct-stop=$DIRECT-$name stop"
	if [ -x "${OLD_SCRIPTS:-}/$name" ]; then
		# Its success has the exit status 1.
		printf '#!/bin/sh\n%s "$@" netdev=eth0\n:\n' "$OLD_SCRIPTS/$name" | direct old
		set -- "$@" "script-start=$DIRECT-old start" "script-stop=$DIRECT-old stop"
	fi
	COMMANDS=("$@" "ours-start=$BUILT/$name start" "ours-stop=$BUILT/$name stop")
}

line() { # NAME COMMAND
	local direct script ours r
	direct=$(value "direct-$2" $MEDIAN) ours=$(value "ours-$2" $MEDIAN)
	script=$(value "script-$2" $MEDIAN)
	r=$(ratio "$direct" "$ours")
	VERDICT=-
	# network-route had no stop.
	[ "$1 $2" = "network-route stop" ] || goal "$r" '>=' 1
	printf '  %-14s %-6s %9s %9s %9s %8sx >= 1x %s\n' "$1" "$2" \
		"$([ -n "$script" ] && ms "$script" || echo -)" "$(ms "$direct")" "$(ms "$ours")" \
		"$r" "$VERDICT"
}

lab_vif 1 0
ip link add name eth0 type veth peer name lan0
ip -batch - <<-END
	link set dev lan0 up
	link set dev eth0 up
	address add 192.168.0.3/24 dev eth0
	route add default via 192.168.0.1
END
environment
unset netdev vif
direct_scripts
all_work
printf 'The host: median ms of whole processes; direct: their commands in a shell, and no more\n\n'
printf '  %-14s %-6s %9s %9s %9s %20s\n' '' '' script direct ours 'beside direct'
for name in network-nat network-route; do
	commands $name
	measure -n $((ROUNDS > 30 ? ROUNDS / 10 : 3)) -p 30000 "${COMMANDS[@]}"
	line $name start
	line $name stop
done
printf '\n'
