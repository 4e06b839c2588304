#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# All or nothing, whatever goes wrong: each system call of the program fails once, or is its
# last one, or what it works on is deleted under it. inject.bash has the cases.
# Those tagged "once" are the same code as others, or the kernel's doing.

# Without those that bats was told to leave out.
jobs() {
	sed -n '/^# bats test_tags=once$/ { n; '"${AGAIN:+d}"' }
		s/^@test .* { result \(.*\); }$/\1/p' "$BATS_TEST_FILENAME"
}

# All run at once, as many as there are processors; the tests then look at what came of them.
setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	jobs |
		RESULTS=$BATS_FILE_TMPDIR xargs -P "$(nproc)" -I JOB bash -c '
			tests/lab/dom0 ". tests/netns/inject.bash; inject_$0" >"$RESULTS/$0" 2>&1 &&
				: >"$RESULTS/$0 passed"
			:' JOB 3>&-
}

result() {
	cat "$BATS_FILE_TMPDIR/$*"
	[ -e "$BATS_FILE_TMPDIR/$* passed" ]
}

@test "a call fails: online" { result errors plain; }
@test "a call fails: online with addresses to be taken off" { result errors used; }
@test "a call fails: online with a failing hook, and addresses" { result errors bad-hook-used; }
# bats test_tags=once
@test "a call fails: online with a failing hook" { result errors bad-hook; }
@test "a call fails: online with hooks" { result errors hooks; }
@test "a call fails: online with a name, an MTU and IP addresses" { result errors name; }
@test "a call fails: online with an MTU too small for IPv6" { result errors small; }
# bats test_tags=once
@test "a call fails: online with an MTU too small for the addresses" { result errors used-small; }
@test "a call fails: online with all port flags" { result errors flags; }
# bats test_tags=once
@test "a call fails: online to the default bridge" { result errors default; }
# bats test_tags=once
@test "a call fails: online once more" { result errors again; }
# bats test_tags=once
@test "a call fails: online from another bridge" { result errors moved; }
@test "a call fails: online from another bridge that has flags" { result errors moved-flags; }
@test "a call fails: online of a device that comes later" { result errors late; }
# bats test_tags=once
@test "a call fails: online by hand" { result errors by-hand; }
# bats test_tags=once
@test "a call fails: online to no bridge" { result errors no-bridge; }
@test "a call fails: online with hooks and no shell" { result errors no-shell; }
# bats test_tags=once
@test "a call fails: online that the kernel refuses" { result errors refused; }
@test "a call fails: add" { result errors tap; }
# bats test_tags=once
@test "a call fails: add that the kernel refuses" { result errors refused-tap; }
@test "a call fails: remove" { result errors tap-remove; }
# bats test_tags=once
@test "a call fails: offline" { result errors offline; }
@test "a call fails: offline with a name" { result errors offline-name; }
# bats test_tags=once
@test "a call fails: offline with hooks" { result errors offline-hooks; }
@test "a call fails: routed online" { result errors route; }
# bats test_tags=once
@test "a call fails: routed online of an up link, with a name" { result errors route-rename; }
@test "a call fails: routed offline" { result errors route-offline; }
@test "a call fails: routed online with ifup" { result errors ifup; }
# bats test_tags=once
@test "a call fails: routed offline with ifdown" { result errors ifup-offline; }
@test "the firewall fails: online with other addresses" { result errors rules; }
@test "the firewall fails: online with antispoof" { result errors guard; }
# bats test_tags=once
@test "the firewall fails: online with antispoof and other addresses" { result errors guard-again; }
@test "the firewall fails: online with antispoof and a failing hook" { result errors guard-bad-hook; }
@test "the firewall fails: online, legacy tables" { result errors legacy; }
# bats test_tags=once
@test "the firewall fails: online with other addresses, legacy tables" { result errors legacy-again; }
# bats test_tags=once
@test "the firewall fails: online with a failing hook, legacy tables" { result errors legacy-bad-hook; }
@test "the firewall fails: offline with antispoof" { result errors offline-guard; }
@test "the firewall fails: offline with antispoof, legacy tables" { result errors offline-legacy; }
# bats test_tags=once
@test "killed: online with a name" { result kills name; }
# bats test_tags=once
@test "killed: online with all port flags" { result kills flags; }
# bats test_tags=once
@test "killed: online with addresses to be taken off" { result kills used; }
# bats test_tags=once
@test "killed: online from another bridge that has flags" { result kills moved-flags; }
# bats test_tags=once
@test "killed: online with hooks" { result kills hooks; }
# bats test_tags=once
@test "killed: routed online" { result kills route; }
# bats test_tags=once
@test "killed: add" { result kills tap; }
# bats test_tags=once
@test "killed: offline with a name" { result kills offline-name; }
# bats test_tags=once
@test "killed: offline with hooks" { result kills offline-hooks; }
# bats test_tags=once
@test "killed at the firewall: online with antispoof and a name" { result kills guard-name; }
# bats test_tags=once
@test "killed at the firewall: online with antispoof and other addresses" { result kills guard-again; }
# bats test_tags=once
@test "killed at the firewall: online, legacy tables" { result kills legacy; }
# bats test_tags=once
@test "killed at the firewall: offline with antispoof" { result kills offline-guard; }
# bats test_tags=once
@test "the bridge goes: online with antispoof" { result vanish bridge guard; }
# bats test_tags=once
@test "the bridge goes: online with addresses to be taken off" { result vanish bridge used; }
# bats test_tags=once
@test "the bridge goes: online with all port flags" { result vanish bridge flags; }
# bats test_tags=once
@test "the vif goes: online with a name" { result vanish vif name; }
# bats test_tags=once
@test "the vif goes: online with all port flags" { result vanish vif flags; }
# bats test_tags=once
@test "the vif goes: online with antispoof and a name" { result vanish vif guard-name; }
# bats test_tags=once
@test "the vif goes: online with addresses to be taken off" { result vanish vif used; }
# bats test_tags=once
@test "the vif goes: routed online" { result vanish vif route; }
# bats test_tags=once
@test "the vif goes: routed offline" { result vanish vif route-offline; }
# bats test_tags=once
@test "the vif goes: add" { result vanish vif tap; }
# bats test_tags=once
@test "the vif goes: offline" { result vanish vif offline; }
# bats test_tags=once
@test "the vif goes: remove" { result vanish vif tap-remove; }
# bats test_tags=once
@test "the vif goes: offline with antispoof" { result vanish vif offline-guard; }
