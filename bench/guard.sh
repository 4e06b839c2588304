# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced in a dom0 by bench.sh: what antispoof=yes costs with many guarded interfaces, beside nft
# doing what the printed plan says. All with firewall=none.
# shellcheck disable=SC2086,SC2317  # settings are words; the plan calls what stands for its tools

# shellcheck source=bench/measure.sh
. bench/measure.sh

NFT=$(command -v nft)
GUARD="$PLAIN antispoof=yes"
IN=/run/lab/in.nft OUT=/run/lab/out.nft
PAUSE=30000

# nft_of COMMAND TABLES: what nft is told by the plan for it; TABLES: whether they are there already
nft_of() (
	tables=$2
	nft() {
		case $1 in
		-f) cat ;;
		list) [ "$tables" = no ] || echo elements; [ "$tables" = yes ] ;;
		*) echo "$*" ;;
		esac
	}
	ip() { :; }
	xenstore-write() { :; }
	"$PROGRAM" -n "$1" $GUARD </dev/null >/run/lab/plan || exit 1
	# shellcheck source=/dev/null
	. /run/lab/plan
)

# others COUNT: the sets have so many more interfaces' elements. All that the plan adds for vif1.0
# is added for vif1001.0, ... too, except chains: these need a device.
others() {
	# What is each interface's own: name, address; domain in MAC, link-local address, raw numbers.
	nft_of online yes | sed -n '/^add element/ { s/vif1\.0/#v/g; s/10\.0\.0\.1/#i/g
		s/00:16:3e:00:01:/00:16:3e:#m:/; s/3eff:fe00:100/3eff:fe#l00/
		s/0x00163e0001/0x00163e#d/; s/3efffe0001/3efffe#d/; p }' | awk -v count="$1" '
		{
			open = index($0, "{")
			parts = split(substr($0, open + 1, length($0) - open - 1), part, "#")
			printf "%s", substr($0, 1, open)
			for (i = 1001; i <= 1000 + count; i++) {
				own["v"] = "vif" i ".0"
				own["i"] = "10." int(i / 65536) "." int(i / 256) % 256 "." i % 256
				own["m"] = own["l"] = sprintf("%02x:%02x", i / 256, i % 256)
				own["d"] = sprintf("%04x", i)
				printf "%s%s", (i > 1001 ? "," : ""), part[1]
				for (k = 2; k <= parts; k++)
					printf "%s%s", own[substr(part[k], 1, 1)], substr(part[k], 2)
			}
			print "}"
		}' >/run/lab/others.nft
	"$NFT" -f /run/lab/others.nft 2>/run/lab/stderr ||
		{ cut -c1-200 /run/lab/stderr >&2; exit 1; }
	expect "$1" comment eval "guarded | tr , '\n'"
}

guarded() {
	"$NFT" list set netdev xen_guard guarded 2>&1
}

# work BY COMMAND FILE
work() {
	if [ "$1" = nft ]; then
		"$NFT" -f "$3"
	else
		"$PROGRAM" "$2" $GUARD </dev/null
	fi || exit 1
}

# all_work TABLES: a run that did not do its work would be fast
all_work() {
	local by
	nft_of online "$1" >$IN
	for by in ours nft; do
		work $by online $IN
		expect 1 '"vif1.0"' guarded
		# Only while it is there does the plan take it away.
		nft_of offline "$1" >$OUT
		work $by offline $OUT
		expect 0 '"vif1.0"' guarded
	done
}

line() {
	local command=$1 tool ours r
	tool=$(value "nft-$command" $MEDIAN) ours=$(value "ours-$command" $MEDIAN)
	r=$(ratio "$tool" "$ours")
	goal "$r" '>=' 1
	printf '  %6s  %-8s %9s %12s %12s %9sx >= 1x %s   %10s\n' "$COUNT" "$command" "$(ms "$tool")" \
		"$(ms "$ours")" "$(ms "$(value "ours-$command" $NET)")" "$r" $VERDICT \
		"$(ms "$(value "free-$command" $MEDIAN)")"
}

table() {
	local rounds=$((ROUNDS / 20)) tables=no
	printf 'The guard: median ms; nft does the guard alone; 0 others: it makes the tables, too\n\n'
	printf '  %6s  %-8s %9s %12s %12s %18s   %10s\n' others '' 'nft -f' vif-bridge 'in process' \
		'beside nft' 'no guard'
	for COUNT in 0 10 1000 10000; do
		[ $COUNT = 0 ] || {
			[ $COUNT != 10 ] || nft_of online no | grep -v '^add' | "$NFT" -f - || exit 1
			others $COUNT
			tables=yes
		}
		all_work $tables
		pair ours "$PROGRAM" "$GUARD"
		set -- "${PAIR[@]}"
		pair free "$PROGRAM" "$PLAIN"
		measure -n $((rounds > 3 ? rounds : 3)) -p $PAUSE -b nothing "nothing=$NOTHING" \
			"$@" "${PAIR[@]}" "nft-online=$NFT -f $IN" "nft-offline=$NFT -f $OUT"
		line online
		line offline
	done
	printf '\n'
}

lab_bridge xenbr0
lab_vif 1 0 ip 10.0.0.1
environment
as_new 1
table
traced_pair 'with the guard' $GUARD
printf '\n'
