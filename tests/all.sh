#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# all.sh MAKE TARGET...: makes every target, whatever fails on the way, and sums up, unless the
# caller does that LATER.

cd "$(dirname "$0")/.." || exit 1
make=$1
shift
rc=0
for target; do
	"$make" "$target" || rc=1
done
[ -n "${LATER:-}" ] || tests/summary.sh || rc=1
exit $rc
