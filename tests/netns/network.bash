# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of network-route and network-nat share, beside helper.bash and routed.bash.

eval "dom0_$(declare -f enter)"
enter() {
	dom0_enter
	fresh_host
}

# eth0 as it is before anything: the host's way to the LAN, and to all others.
fresh_host() {
	RUN=/run/xen-hotplug
	MASQUERADE="-A POSTROUTING -o eth0 -j MASQUERADE"
	ip link add name eth0 address 00:50:8b:dc:f7:2b type veth \
		peer name lan0 address 00:50:8b:dc:f7:2c
	ip link set lan0 up
	ip link set eth0 up
	ip addr add 192.168.0.3/24 brd + dev eth0
	ip addr add 2001:db8:1::3/64 dev eth0
	ip route add default via 192.168.0.1
	use network-nat
	use network-route
}

second_nic() { # NAME
	ip link add name "$1" address 00:50:8b:dc:f7:3b type veth \
		peer name lan1 address 00:50:8b:dc:f7:3c
}

# The programs, as an admin calls them.
nat() {
	PROGRAM=$SCRIPTS/network-nat
	run_it "$PROGRAM" "$@"
}

route() {
	PROGRAM=$SCRIPTS/network-route
	run_it "$PROGRAM" "$@"
}

exits() { # STATUS COMMAND...
	"${@:2}"
	is "$STATUS" "$1" || complain "${*:2}: $OUT$ERR"
}

# A start gets SIGNAL at its first change, the note, and sleeps there. One is noted already.
start_meets() { # SIGNAL PROGRAM WORD...
	local signal=$1 program=$2 note=$RUN/$2.state before
	shift 2
	before=$(stat -c %i "$note")
	# What the shell starts aside does not hear ^C.
	ASAN_OPTIONS=$ASAN_OPTIONS_TRACED env --default-signal strace -qq -o /dev/null \
		-e trace=rename -e inject=rename:delay_exit=300000:when=1 \
		"$SCRIPTS/$program" start "$@" 2>/run/err 3>&- &
	while [ "$(stat -c %i "$note")" = "$before" ]; do sleep 0.01; done
	pkill -"$signal" -x "$program"
	wait $! || complain "it ended with $? at $signal: $(</run/err)"
}

# --- what the kernel says --------------------------------------------------------------------

number() { # NAME below /proc/sys/net
	echo "$(<"/proc/sys/net/$1")"
}

set_number() { # NAME VALUE
	echo "$2" >"/proc/sys/net/$1"
}

forwards() { # the number of both families: "1 0"
	echo "$(number ipv4/ip_forward) $(number ipv6/conf/all/forwarding)"
}

# POSTROUTING's rules as the host's own iptables lists them.
postrouting() {
	iptables -w -t nat -S POSTROUTING | sed '/^-P /d'
}

masquerade_of() { # SUBNET
	echo "-A POSTROUTING -s $1 -o eth0 -j MASQUERADE"
}

# Everything that both programs may have a hand in.
settings() {
	(cd /proc/sys && grep -s . net/ipv4/ip_forward \
		net/ipv4/conf/*/{accept_redirects,forwarding,proxy_arp} \
		net/ipv6/conf/*/{accept_ra,forwarding} | sort)
}

# What is to be as it was when start has failed.
footprint() {
	settings
	postrouting
	ls "$RUN"/*.state 2>/dev/null || true
}

# Each of the program's CALLS fails once: all is done, or nothing.
fails_anywhere() { # CALLS PROGRAM START-WORD...
	local calls=$1 program=$2 call n max before runs=0
	shift 2
	before=$(footprint)
	for call in $calls; do
		strace -f -o /run/trace -e trace="$call" "$SCRIPTS/$program" "$@" >/dev/null
		max=$(grep -c "$call(" /run/trace || true)
		"$SCRIPTS/$program" stop
		for ((n = 1; n <= max; n++)); do
			run_it strace -f -o /run/trace -e inject="$call:error=EIO:when=$n" \
				"$SCRIPTS/$program" "$@"
			runs=$((runs + 1))
			if [ "$STATUS" = 0 ]; then
				"$SCRIPTS/$program" status >/dev/null
				"$SCRIPTS/$program" stop
			fi
			is "$(footprint)" "$before" || complain "$call $n: exit $STATUS: $ERR"
		done
	done
	((runs > 3)) || complain "$runs runs"
}
