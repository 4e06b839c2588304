# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A throw-away dom0 without a hypervisor, and what libxl and netback do in one.
#
# Source it in bash inside `unshare -n -m` and call lab_start; tests/lab/dom0 does
# both. The mounts are private, so nothing is left on the host. build/lab must be
# there (fetch-xenstored.sh).
#
#      gD.N ---- vifD.N          lan-BR ---- far-BR
#   (the guest)     |               |     (the rest of the LAN)
#                   +----- BR ------+
#
# lab_start                     private /run, /var/log, /etc, /sys; xenstored
# lab_bridge NAME [bare]        a bridge, with a LAN port unless bare
# lab_vif D N [KEY VALUE...]    vifD.N and its nodes, ready for `online`
# lab_tap D N                   vifD.N-emu, as an HVM guest's device model makes it
# lab_call PROGRAM D N ARG...   runs PROGRAM as libxl does
# lab_state                     all that kernel, store and DHCP servers' files say, for diff
# lab_unplug D N                the guest is gone: its devices and nodes go
# lab_firewall nft|legacy|none  which iptables there is; LAB_FW is the one at first

LAB_DIR=${BASH_SOURCE[0]}
[[ $LAB_DIR == /* ]] || LAB_DIR=$PWD/$LAB_DIR
LAB_DIR=${LAB_DIR%/*}
LAB_BUILD=${LAB_BUILD:-$LAB_DIR/../../build/lab}

# What libxl knows from the guest's configuration and hands over by environment.
declare -gA LAB_TYPE=() LAB_GATEWAYDEV=()
LAB_BRIDGES=0
LAB_READY=

lab_die() {
	echo "lab: $*" >&2
	exit 1
}

_lab_private() {
	# unshare made the mounts private; without it these would be the host's.
	[ $$ = 1 ] || ! [ /proc/self/ns/mnt -ef /proc/1/ns/mnt ] || return
	mount -a -T "$LAB_DIR/fstab" || return
	mkdir -p /run/lock /run/xen /run/xenstored /run/lab/etc/xen /run/lab/work \
		/var/log/xen
}

# /etc stays readable and becomes writable; /etc/xen is there and empty.
_lab_etc() {
	local xen=
	[ ! -d /etc/xen ] || xen=yes
	mount -t overlay -o lowerdir=/etc,upperdir=/run/lab/etc,workdir=/run/lab/work \
		lab /etc || return
	[ -z "$xen" ] || mount -t tmpfs lab /etc/xen
}

# The names in /usr/sbin are links to the private /etc/alternatives.
lab_firewall() {
	local tool what
	for tool in iptables ip6tables; do
		for what in "" -save -restore; do
			rm -f "/etc/alternatives/$tool$what"
			[ "$1" = none ] ||
				ln -s "/usr/sbin/$tool-$1$what" "/etc/alternatives/$tool$what"
		done
	done
}

# It ends with this shell: the shim sees to it, so that no EXIT trap is taken.
# Descriptor 3 is bats' own; a daemon that kept it would keep bats waiting.
_lab_xenstored() {
	exec {LAB_READY}< <(
		exec 9>&1 >/dev/null 2>/run/lab/xenstored.log 3>&- </dev/null
		XSSHIM_READY=9 LD_PRELOAD=$LAB_BUILD/xsshim.so exec "$LAB_BUILD/xenstored" -N
	)
	export XENSTORED_RUNDIR=/run/xenstored XENSTORED_PATH=/run/xenstored/socket
}

# The shim writes a line when the socket listens: no polling.
_lab_wait_xenstored() {
	read -r -t 10 -u "$LAB_READY" _ || lab_die "xenstored: $(</run/lab/xenstored.log)"
	exec {LAB_READY}<&-
}

lab_start() {
	[ -x "$LAB_BUILD/xenstored" ] || lab_die "run tests/lab/fetch-xenstored.sh first"
	_lab_private || lab_die "no private mounts; root, in unshare -n -m?"
	_lab_xenstored
	_lab_etc || lab_die "no overlay on /etc"
	[ -z "${LAB_FW:-}" ] || lab_firewall "$LAB_FW"
	# Duplicate address detection takes a second; the state is settled without.
	echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
	ip link set lo up
	_lab_wait_xenstored
	xenstore-write /local/domain/0/name Domain-0 /local/domain/0/domid 0 ||
		lab_die "xenstore-write"
}

# A real bridge has a NIC; here, too, the lowest MAC is the NIC's, so that the
# bridge's own MAC does not change when guests come and go.
lab_bridge() {
	local name=$1 lan=lan-${1:0:11} far=far-${1:0:11}
	local id
	if [ "${2:-}" = bare ]; then
		ip -batch - <<-END
			link add name $name address 00:04:00:00:00:01 type bridge
			link set dev $name addrgenmode none
			link set dev $name up
		END
		return
	fi
	LAB_BRIDGES=$((LAB_BRIDGES + 1))
	printf -v id '%02x' "$LAB_BRIDGES"
	ip -batch - <<-END
		link add name $name type bridge
		link set dev $name addrgenmode none
		link add name $lan type veth peer name $far
		link set dev $far address 00:03:00:00:00:$id
		link set dev $lan address 00:02:00:00:00:$id
		link set dev $lan addrgenmode none master $name up
		link set dev $far addrgenmode none up
		link set dev $name up
	END
}

# libxl's nodes in libxl's order; a given VALUE replaces the usual one, "-" leaves
# the key out. mtu goes to both ends as libxl does it, frontend-mtu to that only.
_lab_nodes() {
	local back=$1 front=$2 d=$3 n=$4 mac=$5 key
	shift 5
	local -A value=(
		[frontend]=$front [frontend-id]=$d [online]=1 [state]=2
		[script]=/etc/xen/scripts/vif-bridge [mac]=$mac [bridge]=xenbr0
		[handle]=$n [type]=vif [hotplug-status]='' [frontend-mtu]=1500
	)
	local keys=(frontend frontend-id online state script mac bridge handle type
		hotplug-status)
	while [ $# -gt 1 ]; do
		[ -n "${value[$1]+set}" ] || keys+=("$1")
		value[$1]=$2
		[ "$1" != mtu ] || value[frontend-mtu]=$2
		shift 2
	done
	LAB_TYPE[$d.$n]=${value[type]}
	LAB_GATEWAYDEV[$d.$n]=${value[gatewaydev]:-}

	LAB_PAIRS=()
	for key in "${keys[@]}"; do
		[ "${value[$key]}" = - ] || LAB_PAIRS+=("$back/$key" "${value[$key]}")
	done
	LAB_PAIRS+=("$back/feature-sg" 1 "$back/feature-gso-tcpv4" 1
		"$back/feature-gso-tcpv6" 1 "$back/feature-ipv6-csum-offload" 1
		"$back/feature-rx-copy" 1 "$back/feature-rx-flip" 0
		"$back/feature-multicast-control" 1
		"$back/feature-dynamic-multicast-control" 1
		"$back/feature-split-event-channels" 1
		"$back/multi-queue-max-queues" 2 "$back/feature-ctrl-ring" 1
		"$front/backend" "$back" "$front/backend-id" 0 "$front/state" 1
		"$front/handle" "$n" "$front/mac" "$mac")
	[ "${value[frontend-mtu]}" = - ] ||
		LAB_PAIRS+=("$front/mtu" "${value[frontend-mtu]}")
}

# New nodes inherit the rights of the folder they come into. Of the frontend's keys
# mtu is the backend's to write.
_lab_write() {
	local back=$1 front=$2 d=$3
	xenstore-write "/local/domain/$d/name" "guest$d" "/local/domain/$d/domid" "$d" \
		"$back" "" "$front" "" || return
	xenstore-chmod "$back" n0 "r$d" || return
	xenstore-chmod "$front" "n$d" r0 || return
	xenstore-write "${LAB_PAIRS[@]}" || return
	case " ${LAB_PAIRS[*]} " in
	*" $front/mtu "*) xenstore-chmod "$front/mtu" n0 "r$d" ;;
	esac
}

lab_vif() {
	local d=$1 n=$2 id back front LAB_PAIRS
	back=/local/domain/0/backend/vif/$d/$n
	front=/local/domain/$d/device/vif/$n
	shift 2
	printf -v id '%02x:%02x:%02x' $((d / 256)) $((d % 256)) "$n"
	_lab_nodes "$back" "$front" "$d" "$n" "00:16:3e:$id" "$@"

	# Not fe:ff:ff:ff:ff:ff as netback's: that a program sets it shall show.
	ip -batch - <<-END || lab_die "vif$d.$n"
		link add name vif$d.$n type veth peer name g$d.$n
		link set dev vif$d.$n address 02:00:00:$id
		link set dev g$d.$n address 00:16:3e:$id
		link set dev g$d.$n addrgenmode none up
	END
	_lab_write "$back" "$front" "$d" || lab_die "nodes of vif$d.$n"
}

lab_tap() {
	ip -batch - <<-END
		tuntap add dev vif$1.$2-emu mode tap
		link set dev vif$1.$2-emu address 02:01:00:00:$(printf '%02x:%02x' "$1" "$2")
	END
}

# The environment as libxl's get_hotplug_env() makes it, in both of an HVM
# guest's passes; stdin is /dev/null.
lab_call() (
	program=$1 d=$2 n=$3
	shift 3
	[[ $program == /* ]] || program=$PWD/$program
	export script=$program
	export XENBUS_TYPE=vif XENBUS_PATH=backend/vif/$d/$n XENBUS_BASE_PATH=backend
	export netdev=${LAB_GATEWAYDEV[$d.$n]-} vif=vif$d.$n
	[ "${LAB_TYPE[$d.$n]-}" != vif_ioemu ] || export INTERFACE=vif$d.$n-emu
	exec "$program" "$@" </dev/null
)

lab_unplug() {
	ip link del "g$1.$2"
	xenstore-rm "/local/domain/0/backend/vif/$1/$2" "/local/domain/$1/device/vif/$2"
}

_lab_facts() {
	local table rules
	echo @link
	ip -o -d link show
	echo @vlan
	bridge -compressvlans vlan show
	echo @addr
	ip -o addr show
	echo @route4
	ip -4 route show table all
	echo @route6
	ip -6 route show table all
	echo @neigh-proxy
	ip neigh show proxy
	echo @neigh
	ip neigh show nud permanent
	echo @sysctl
	(cd /proc/sys && exec grep -s . net/ipv4/ip_forward \
		net/ipv4/conf/*/{proxy_arp,forwarding,rp_filter} \
		net/ipv6/conf/*/{accept_ra,addr_gen_mode,disable_ipv6,forwarding,proxy_ndp})
	# On stderr it warns of what iptables-nft made.
	rules=$(nft -s list ruleset 2>/dev/null) || rules="nft failed"
	for table in ip ip6; do
		echo "@${table}tables-nft"
		[ -z "$rules" ] || "${table}tables-nft-save" 2>/dev/null
		echo "@${table}tables-legacy"
		[ -z "$(<"/proc/net/${table}_tables_names")" ] || "${table}tables-legacy-save"
	done
	echo @nft
	echo "$rules"
	echo @dhcp
	grep -sH '' /etc/dhcp/dhcpd.conf /etc/default/dhcp-server /run/dhcpd-calls \
		/run/xen-hotplug/dhcp-hosts/{.[!.],}*
	echo @store
	xenstore-ls -f -p /local
}

# With addresses still tentative, the routes to come are not all there.
_lab_settle() {
	local tries
	for ((tries = 0; tries < 200; tries++)); do
		[ -n "$(ip -6 -o addr show tentative)" ] || return 0
		sleep 0.01
	done
}

lab_state() {
	_lab_settle
	_lab_facts | LC_ALL=C awk -f "$LAB_DIR/state.awk"
}
