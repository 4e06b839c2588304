#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Adds up what the tests said (build/tap) and names what failed or was skipped.
# The last line: N passed, N failed, or N passed, N failed, N skipped.

cd "$(dirname "$0")/.." || exit 1
shopt -s nullglob
taps=(build/tap/*.tap)
if [ ${#taps[@]} = 0 ]; then
	echo "summary.sh: no test has run" >&2
	echo "0 passed, 1 failed"
	exit 1
fi
awk '
	function name() { n = FILENAME; sub(/.*\//, "", n); sub(/\.tap$/, "", n); return n }
	# A file whose plan was not kept has stopped half way.
	function finish() {
		if (file != "" && !all_skipped && seen != plan) {
			print "FAILED: " file ": " seen " of " plan " tests ran"
			failed++
		}
	}
	FNR == 1 { finish(); file = name(); plan = -1; seen = all_skipped = 0 }
	/^1\.\.[0-9]+/ {
		plan = substr($1, 4) + 0
		if (plan == 0) {
			all_skipped = 1
			skipped++
			print "SKIPPED: " name() ": " $0
		}
	}
	/^(not )?ok / { seen++ }
	/^ok .*# ?[Ss][Kk][Ii][Pp]/ { skipped++; print "SKIPPED: " name() ": " $0; next }
	/^ok / { passed++ }
	/^not ok / { failed++; print "FAILED: " name() ": " $0 }
	END {
		finish()
		printf "%d passed, %d failed", passed, failed
		if (skipped)
			printf ", %d skipped", skipped
		print ""
		exit failed > 0
	}' "${taps[@]}"
