# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of routed guests share, beside helper.bash.
#
#   netns guest1          the host                netns lan
#      g1.0 ------------- vif1.0
#                              eth0 ------------- lan0
#      g2.0 ------------- vif2.0
#   netns guest2
#
# host ADDRESS... gives eth0 these, lan ADDRESS... lan0 these; routes are the tests' own. The host
# forwards, and eth0 answers for the guests' IPv4 addresses, as network-route sees to it.

host() { # ADDRESS...
	local address
	ip -batch - <<-END
		link add name eth0 address 00:50:8b:dc:f7:2b type veth peer name lan0
		link set dev lan0 address 00:03:00:00:00:01
		link set dev eth0 up
	END
	for address; do
		ip addr add "$address" $([[ $address == *:* ]] && echo nodad || echo 'brd +') dev eth0
	done
	echo 1 >/proc/sys/net/ipv4/ip_forward
	echo 1 >/proc/sys/net/ipv4/conf/eth0/proxy_arp
	echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
}

lan() { # ADDRESS...
	join lan lan0 "$@"
}

# A namespace NAME takes DEVICE over and gives it ADDRESSes.
join() { # NAME DEVICE ADDRESS...
	local name=$1 device=$2 address
	shift 2
	ip netns add "$name"
	ip link set "$device" netns "$name"
	ip netns exec "$name" sysctl -qw "net/ipv6/conf/$device/accept_dad=0"
	ip -n "$name" link set lo up
	for address; do
		ip -n "$name" addr add "$address" dev "$device"
	done
	ip -n "$name" link set "$device" up
}

# Guest D's eth0, with its way to all others through the host's address.
guest() { # D ADDRESS... -- GATEWAY...
	local d=$1 addresses=() gateway
	shift
	while [ "$1" != -- ]; do
		addresses+=("$1")
		shift
	done
	shift
	join "guest$d" "g$d.0" "${addresses[@]}"
	for gateway; do
		[[ $gateway == *:* ]] || ip -n "guest$d" route add "$gateway" dev "g$d.0"
		ip -n "guest$d" route add default via "$gateway" dev "g$d.0"
	done
}

# The lab's private mounts get an ifup; its records are in /run/network. It takes an interface
# with a dot in its name for a VLAN's and deletes it in the end, which netback's do not let happen.
ifupdown() { # stdin: /etc/network/interfaces
	use vif-route-ifup vif-route
	mkdir /run/ip
	cat >/run/ip/ip <<-'END'
		#!/bin/sh
		case "$*" in
		"link del vif"*) echo "RTNETLINK answers: Operation not supported" >&2; exit 2 ;;
		*) exec /usr/bin/ip "$@" ;;
		esac
	END
	chmod +x /run/ip/ip
	mount -t overlay -o "lowerdir=/run/ip:$(realpath "$TESTS/../../build/lab/ifupdown"):/usr/sbin" \
		lab /usr/sbin
	mkdir -p /run/network /etc/network/if-{pre-up,up,down,post-down}.d
	cat >/etc/network/interfaces
}

# A TCP connection from one namespace ("host" is the host) to ADDRESS in another, with words both
# ways; it must come from SOURCE.
talks() { # FROM TO ADDRESS SOURCE
	is "$(timeout 20 /usr/bin/python3 -IS - "$@" <<-'END'
		import ctypes, os, socket, sys

		start, end, address = sys.argv[1:4]
		libc = ctypes.CDLL(None)
		host = os.open("/proc/self/ns/net", os.O_RDONLY)

		def enter(name):
		    fd = host if name == "host" else os.open("/run/netns/" + name, os.O_RDONLY)
		    assert libc.setns(fd, 0) == 0

		family = socket.AF_INET6 if ":" in address else socket.AF_INET
		socket.setdefaulttimeout(4)
		enter(end)
		server = socket.create_server((address, 7), family=family)
		enter(start)
		client = socket.create_connection((address, 7))
		peer, source = server.accept()
		client.sendall(b"there")
		assert peer.recv(9) == b"there"
		peer.sendall(b"back")
		assert client.recv(9) == b"back"
		print(source[0])
	END
	)" "$4"
}

# --- what the kernel says --------------------------------------------------------------------

setting() { # FAMILY LINK NAME
	echo "$(<"/proc/sys/net/$1/conf/$2/$3")"
}

# Not by way of jq, which takes its time to start.
routes() { # LINK: "ADDRESS [src ADDRESS] [metric N]", of both families, but for the kernel's own
	{
		ip -4 route show dev "$1"
		ip -6 route show dev "$1"
	} | awk '!/ proto kernel/ {
		line = $1
		for (i = 2; i < NF; i++)
			if ($i == "src" || $i == "metric")
				line = line " " $i " " $(i + 1)
		print line }'
}

# "ADDRESS DEVICE", one a line
proxies() {
	ip neigh show proxy | awk '{ print $1, $3 }'
}

prefixes() { # LINK: its addresses with their lengths
	ip -o addr show dev "$1" | awk '{ print $4 }'
}

# "ADDRESS MAC", one a line: those that were set
neighbours() { # LINK
	ip neigh show nud permanent dev "$1" | awk '{ print $1, $3 }'
}

# Connections that are tracked on the host, of any state, with WORDs of conntrack -L.
connections() { # WORD...
	conntrack -L -o extended "$@" 2>/dev/null | grep -c '' || true
}

is_routed() { # LINK ROUTE...
	exists "$1" || complain "no $1"
	is_up "$1" || complain "$1 is down"
	is "$(setting ipv4 "$1" proxy_arp)" 1
	is "$(routes "$1" | sort | paste -sd,)" "$(printf '%s\n' "${@:2}" | grep . | sort | paste -sd,)"
}

is_bare() { # LINK
	refute is_up "$1"
	is "$(prefixes "$1")$(routes "$1")" ""
	is "$(setting ipv4 "$1" proxy_arp)" 0
}
