# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The program in one dom0, and its printed plan in a twin of that; load helper first.

# Two dom0s per test, made by twin.
setup() {
	:
}

# In a dom0: what a call does, and what is then to be seen.
really() { # PROGRAM's caller with its arguments
	"$@"
	echo "exit $STATUS"
	everything
}

printed() { # the same caller, with the words of the call behind the option
	local plan
	rm -f "$LOG"
	everything >/run/before
	"$@" --dry-run
	plan=$OUT
	[ ! -e "$LOG" ] || complain "a dry run wrote to the log"
	everything | diff /run/before - >&2 || complain "a dry run changed something"
	# What it says of itself and what its plan comes to are the same.
	local dry=$STATUS
	run_it sh <<<"$plan"
	echo "exit $STATUS"
	[ "$dry" = "$STATUS" ] || complain "the dry run's own exit was $dry"
	everything >/run/after
	# No two idle programs are taken for twins.
	[ -n "${IDLE-}" ] || refute cmp -s /run/before /run/after
	cat /run/after
}

# [EXIT=1] [IDLE=yes] twin CALL WORD...: stdin is bash code that sets the stage in both; IDLE
# where nothing is to change.
twin() {
	local code stage
	stage=$(cat)
	code="$(declare -f); IDLE=${IDLE-}; enter; $stage"
	in_dom0 "$code; really $*" >"$BATS_TEST_TMPDIR/real" &
	in_dom0 "$code; printed $*" >"$BATS_TEST_TMPDIR/printed"
	wait $!
	grep -q '^store /local' "$BATS_TEST_TMPDIR/real"
	grep -q '^link ' "$BATS_TEST_TMPDIR/real"
	is "$(head -1 "$BATS_TEST_TMPDIR/real")" "exit ${EXIT:-0}"
	diff "$BATS_TEST_TMPDIR/real" "$BATS_TEST_TMPDIR/printed"
}
