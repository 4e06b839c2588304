#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job, shown: two guests are plugged in as libxl does it, talk to each other and to the
# LAN, cannot pretend to be each other, and are unplugged again, in a dom0 that is thrown away
# (namespaces; a real xenstored).

cd "$(dirname "$0")/.." || exit 1
[ "${1:-}" = --inside ] || exec tests/lab/dom0 tests/demo.sh --inside
# shellcheck source=/dev/null
. tests/lab/lab.sh

program=$PWD/build/vif-bridge
backend=/local/domain/0/backend/vif
failed=0

bold='' plain=''
[ ! -t 1 ] || bold=$'\033[1m' plain=$'\033[0m'
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
show() { sed 's/^/    /'; }

# A machine of its own: NAME ADDRESS LINK, whose LINK becomes its eth0.
machine() {
	ip netns add "$1"
	ip link set dev "$3" netns "$1"
	ip -n "$1" link set dev "$3" name eth0
	ip -n "$1" address add "$2/24" dev eth0
	ip -n "$1" link set dev eth0 up
}

# From and to, as machines, and whether an answer is wanted.
# With a fourth, from that address.
pings() {
	local from=$1 to=$2 wanted=$3 found=no address verdict=''
	address=$(ip -n "$to" -j -4 address show dev eth0 | jq -r '.[].addr_info[0].local')
	ip netns exec "$from" ping -q -c 1 -W 1 ${4:+-I "$4"} "$address" >/dev/null && found=yes
	[ "$found" = "$wanted" ] || { verdict=', NOT AS IT SHOULD BE' failed=1; }
	printf '    %-8s -> %-8s answer: %s%s%s\n' "$from" "$to" "$found" "${4:+ (as $4)}" \
		"$verdict"
}

# Who is plugged in where, as the kernel and xenstore say.
picture() {
	local port
	echo "    xenbr0 $(ip -j -d link show dev xenbr0 | jq -r '.[0] | "(\(.address), MTU \(.mtu))"')"
	for port in $(bridge -j link show | jq -r '.[] | select(.master == "xenbr0") | .ifname'); do
		printf '      |-- %-14s %-10s %s\n' "$port" \
			"$(bridge -j link show dev "$port" | jq -r '.[0].state')" "$(behind "$port")"
	done
	echo "    hotplug-status: guest1 '$(status 1)', guest2 '$(status 2)'"
}
status() { xenstore-read "$backend/$1/0/hotplug-status" 2>/dev/null || echo gone; }
behind() {
	case $1 in
	lan-*) echo "the NIC: LAN" ;;
	vif1.0) echo "guest1, 10.0.0.1" ;;
	vifalice) echo "guest2, 10.0.0.2 (vif2.0, by vifname=vifalice)" ;;
	esac
}

call() {
	local domid=$1
	shift
	echo "    XENBUS_PATH=backend/vif/$domid/0 vif=vif$domid.0 vif-bridge $*"
	# The guard's elements would fill the page.
	lab_call "$program" "$domid" 0 "$@" -v 2>&1 | sed 's/^vif-bridge: /      /' |
		awk '/ (add|delete) element / { n++; next }
			n { print "      ... " n " elements of its sets"; n = 0 } { print }'
	[ "${PIPESTATUS[0]}" = 0 ] || { echo "    FAILED"; failed=1; }
}

say "A dom0 with the bridge xenbr0, a LAN behind it, and two guests whose vifs have just appeared"
lab_bridge xenbr0
lab_vif 1 0 ip 10.0.0.1
lab_vif 2 0 vifname vifalice ip 10.0.0.2
machine lan 10.0.0.9 far-xenbr0
machine guest1 10.0.0.1 g1.0
machine guest2 10.0.0.2 g2.0
picture
pings guest1 guest2 no

say "What would be done for guest1 (vif-bridge --dry-run): a shell script"
lab_call "$program" 1 0 online type_if=vif --dry-run | show

say "libxl brings both guests' interfaces up"
call 1 online type_if=vif
call 2 online type_if=vif
picture

say "Everybody reaches everybody"
pings guest1 guest2 yes
pings guest2 lan yes
pings lan guest1 yes

say "guest1 pretends to be 10.0.0.77: nothing keeps it from that"
ip -n guest1 address add 10.0.0.77/24 dev eth0
pings guest1 lan yes 10.0.0.77

say "With antispoof=yes it is kept to what is its own"
echo '    echo antispoof=yes >>/etc/xen/hotplug.conf'
mkdir -p /etc/xen
echo antispoof=yes >>/etc/xen/hotplug.conf
call 1 online type_if=vif
call 2 online type_if=vif
pings guest1 lan no 10.0.0.77
pings guest1 lan yes 10.0.0.1
echo '    dropped, as nft list set netdev xen_guard drop_ip tells:'
nft -j list set netdev xen_guard drop_ip | jq -r '.nftables[].set // empty | .elem[].elem |
	"      \(.val): \(.counter.packets) packets"'

say "The guests stop"
call 1 offline type_if=vif
call 2 offline type_if=vif
pings lan guest1 no
for domid in 1 2; do
	ip -n "guest$domid" link del dev eth0
	xenstore-rm "$backend/$domid" "/local/domain/$domid"
done

say "Nothing is left"
picture
ip -br link show | grep -E '^(vif|vifalice)' && { echo "    A LINK IS LEFT"; failed=1; }
xenstore-ls "$backend" | grep . && { echo "    A NODE IS LEFT"; failed=1; }
nft list ruleset | grep -E 'vif|xen_guard' && { echo "    A RULE IS LEFT"; failed=1; }
printf '    no vif, no rule, no node in xenstore\n\n'
exit $failed
