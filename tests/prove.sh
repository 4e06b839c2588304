#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# prove.sh SUITE TEST...: runs test programs and *.bats files with prove, all of which speak
# TAP, and keeps what they said in build/tap/SUITE-NAME.tap for summary.sh.
# PROVE_FLAGS adds to prove's own, JOBS says how many run at once (default: one per core).
# UML=yes: tests of VLANs run in a kernel of their own, where this one has none on bridges.
# AGAIN: without the tests tagged "once", whose code others run as well.

set -euo pipefail

wants_other_kernel() {
	[ "${UML:-}" = yes ] && grep -q '^# bats file_tags=vlan$' "$1" &&
		! unshare -n ip link add name xenbr0 type bridge vlan_filtering 1 2>/dev/null
}

# As prove's interpreter: one test.
if [ "$1" = --one ]; then
	set +e
	name=$(basename "$3")
	run=("$3")
	[[ $3 != *.bats ]] || run=(bats --formatter tap ${AGAIN:+--filter-tags '!once'} "$3")
	if wants_other_kernel "$3" && tests/lab/uml true; then
		run=(tests/lab/uml "${run[@]}")
	fi
	tap=$(mktemp)
	"${run[@]}" </dev/null | tee "$tap"
	rc=$?
	# Whole or not at all: others may sum up, or begin anew, in the meantime.
	mkdir -p build/tap
	mv "$tap" "build/tap/$2-${name%.*}.tap"
	exit $rc
fi

cd "$(dirname "$0")/.."
suite=$1
shift
tests=()
for test; do
	# A pattern that matched nothing is no test.
	[ -e "$test" ] || continue
	[ -z "${AGAIN:-}" ] || ! grep -q '^# bats file_tags=once$' "$test" || continue
	tests+=("$test")
done
if [ ${#tests[@]} = 0 ]; then
	echo "prove.sh: no tests in $suite" >&2
	exit 1
fi
# shellcheck disable=SC2086
prove --merge -j "${JOBS:-$(nproc)}" ${PROVE_FLAGS:-} -e "tests/prove.sh --one $suite" "${tests[@]}"
