#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Speed of the vif programs and the host's, measured in turns with what they are compared with,
# each part in a throw-away dom0 of its own. Root; run `make` first.
#
#   link    beside Debian's packaged script and beside bench/limit.c
#   rules   accept rules, beside the script and iptables, for both of iptables' back ends
#   guard   antispoof=yes, beside nft
#   route   vif-route and vif-nat, beside the scripts, and beside other guests
#   flow    what the guard takes of a guest's throughput
#   network network-nat and network-route, beside what the scripts ran
#   gap     for how long network-bridge cuts the host off, beside what the scripts did
#
# BENCH_PROGRAM   the program to measure (build/vif-bridge); the others lie beside it
# BENCH_ROUNDS    rounds of the comparison with the limit (301); the others have fewer
# BENCH_PARTS     which parts (link rules guard route flow network gap)
# BENCH_SCRIPTS   a folder with Xen 4.4's scripts, for parts network and gap
# BENCH_STRICT    if set, a missed goal is a failure

set -euo pipefail
cd "$(dirname "$0")/.."

program=${BENCH_PROGRAM:-$PWD/build/vif-bridge}
[[ $program == /* ]] || program=$PWD/$program
tests/lab/fetch-xenstored.sh
# As the Makefile builds and links: the difference shall be the code's.
flags=(-O2 -Wall -Wextra -fPIE -static-pie -ffunction-sections -fstack-protector-strong
	-fstack-clash-protection '-Wl,--gc-sections' '-Wl,-z,relro,-z,now' -s)
mkdir -p build/bench
for source in limit nothing spawn flow pings; do
	[ "bench/$source.c" -nt "build/bench/$source" ] || continue
	"${CC:-gcc}" "${flags[@]}" -o "build/bench/$source" "bench/$source.c"
done
[ -x "$program" ] || { echo "bench: no $program; run make" >&2; exit 1; }

# Debian's handle_iptable returns at once; this copy of its scripts works as they are upstream.
rm -rf build/bench/scripts
cp -r build/lab/scripts build/bench/scripts
sed -i '/^handle_iptable()/,/^}/{/^  return 0$/d}' build/bench/scripts/vif-common.sh
changed=$(diff {build/lab,build/bench}/scripts/vif-common.sh | grep -c '^<' || true)
[ "$changed" = 1 ] ||
	{ echo "bench: handle_iptable is not as it was" >&2; exit 1; }

missed=$PWD/build/bench/missed
: >"$missed"

# part NAME [LAB_FW]: in a clean environment, for what else is in it would be copied at every
# start; and before other load, which would drown differences of some microseconds.
part() {
	nice -n -20 env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		LANG=C PROGRAM="$program" ROUNDS="${BENCH_ROUNDS:-301}" MISSED="$missed" \
		OLD_SCRIPTS="${BENCH_SCRIPTS:-}" LAB_FW="${2:-}" tests/lab/dom0 . "bench/$1.sh"
}

for name in ${BENCH_PARTS:-link rules guard route flow network gap}; do
	if [ "$name" = rules ]; then
		part rules nft
		part rules legacy
	else
		part "$name"
	fi
done
if [ -s "$missed" ]; then
	echo "Goals missed: $(wc -l <"$missed")"
	[ -z "${BENCH_STRICT:-}" ]
else
	echo "All goals met."
fi
