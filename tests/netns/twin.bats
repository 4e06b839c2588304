#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The printed plan is the truth: the program in one dom0, `program --dry-run | sh` in its twin,
# and kernel and store say the same in both; and so do the exit statuses. And --dry-run itself
# changes nothing.

load helper

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

@test "online" {
	twin call 1 0 online type_if=vif <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "online on a bridge without a LAN" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0 bare
		lab_vif 1 0
END
}

@test "a second online" {
	IDLE=yes twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
END
}

@test "a link that is up" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		ip link set vif1.0 up
END
}

@test "addresses" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		ip addr add 192.168.9.1/24 brd + dev vif1.0
		ip addr add 192.168.9.2/24 dev vif1.0 label vif1.0:two
		ip addr add 10.9.9.1 peer 10.9.9.2/32 dev vif1.0
		ip addr add 2001:db8::1/64 dev vif1.0
		ip link set vif1.0 up
		ip route add 10.77.0.0/16 via 192.168.9.9
END
}

@test "a rename" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
END
}

@test "a rename of an up link with addresses and another MTU" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web mtu 1400
		ip link set vif1.0 up
		ip addr add 192.168.9.1/24 dev vif1.0
END
}

@test "a second online after a rename" {
	IDLE=yes twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		online 1 0
END
}

@test "a name that sh would take apart" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname '$(id)'"'"';"x&'
END
}

@test "a name with every quote that fits" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname "a'b\"c\$d\`e\\f"
END
}

@test "an MTU by key" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 mtu 1400 frontend-mtu 1
END
}

@test "an MTU by the bridge" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		ip link set lan-xenbr0 mtu 9000
		ip link set xenbr0 mtu 9000
		lab_vif 1 0
END
}

@test "an MTU too small for IPv6 before" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		ip link set vif1.0 mtu 1000
END
}

@test "all port flags" {
	twin call 1 0 online isolated=yes learning=no neigh_suppress=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "port flags from the file, of a renamed vif" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		config <<<'isolated=yes'
END
}

@test "port flags that change on a running port" {
	twin call 1 0 online isolated=no learning=no <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0 isolated=yes
END
}

@test "the default bridge" {
	twin call 1 0 online <<'END'
		lab_bridge zebra
		lab_bridge ant
		lab_vif 1 0 bridge -
END
}

@test "ethN for xenbrN" {
	twin call 1 0 online <<'END'
		lab_bridge eth7
		lab_vif 1 0 bridge xenbr7
END
}

@test "from another bridge" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_bridge other
		lab_vif 1 0
		ip link set vif1.0 master other up
END
}

@test "an earlier run's error" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 hotplug-error "it's \$old" hotplug-status error
END
}

@test "a tap" {
	twin call 1 0 add type_if=tap <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 type vif_ioemu
		lab_tap 1 0
END
}

@test "a tap with vifname and flags" {
	twin call 1 0 add type_if=tap isolated=yes <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 type vif_ioemu vifname web mtu 1400
		lab_tap 1 0
		online 1 0
END
}

@test "a tap that is up" {
	twin call 1 0 add type_if=tap <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 type vif_ioemu
		lab_tap 1 0
		ip link set vif1.0-emu up
END
}

@test "an absolute path" {
	twin by_hand XENBUS_PATH=/local/domain/0/backend/vif/1/0 vif=vif1.0 -- online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "a driver domain" {
	twin by_hand XENBUS_PATH=/local/domain/5/backend/vif/1/0 -- online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		xenstore-write /local/domain/5/backend/vif/1/0/bridge xenbr0
END
}

@test "by hand" {
	twin by_hand vif=vif1.0 bridge=xenbr0 vifname=web -- online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "hooks that write to the store" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 ip "10.0.0.1 10.0.0.2" vifname "a'b c=\$d"
		lab_vif 2 0 ip "10.0.0.1 10.0.0.2" vifname "a'b=\$d"
		xenstore-write "$BACKEND/1/0/vifname" "a'b=\$d"
		ip addr add 192.168.0.3/24 dev xenbr0
		hook 1.hook <<'HOOK'
			for name in command dev vif vifname bridge ip main_ip domid devid XENBUS_PATH type_if; do
				xenstore_write "/local/seen/$name" "${!name}"
			done
HOOK
		hook 2.hook <<<'log info hello; xenstore-write /local/seen/$command/second "$dev"'
END
}

@test "a hook that sets up the host" {
	twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		hook 1.hook <<<'ip route add 10.99.0.0/16 dev xenbr0; bridge link set dev "$dev" hairpin on'
END
}

@test "offline" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
END
}

@test "offline of a renamed vif" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		online 1 0
END
}

@test "offline of a tap" {
	twin call 1 0 remove type_if=tap <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 type vif_ioemu vifname web
		lab_tap 1 0
		online 1 0
		add 1 0
END
}

@test "offline when the bridge is gone" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
		ip link del xenbr0
END
}

@test "offline when everything is gone" {
	IDLE=yes twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
		lab_unplug 1 0
END
}

@test "offline of guest 2 while guest 1 has the name" {
	IDLE=yes twin call 2 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		lab_vif 2 0 vifname web
		online 1 0
END
}

@test "offline with hooks" {
	twin call 1 0 offline <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		online 1 0
		hook 1.hook <<<'xenstore-write "/local/seen/$command" "$dev $bridge"'
END
}

@test "error: no such bridge" {
	EXIT=1 twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 bridge nobr
END
}

@test "error: a clash of names" {
	EXIT=1 twin call 2 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname web
		lab_vif 2 0 vifname web
		online 1 0
END
}

@test "error: a text with quotes in it" {
	EXIT=1 twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 bridge "it's \$(no) \"bridge\""
END
}

@test "error: an invalid command" {
	EXIT=1 twin call 1 0 up <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}

@test "error: an unknown type" {
	EXIT=1 twin call 1 0 online type_if=wifi <<'END'
		lab_vif 1 0
END
}

@test "error: a name that is too long" {
	EXIT=1 twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0 vifname abcdefghijklmnop
END
}

@test "error: a mistake in the file" {
	EXIT=1 twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		config <<<'nonsense'
END
}

@test "error: the vif never comes" {
	EXIT=1 twin call 1 0 online timeout=1 <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		ip link del g1.0
END
}

@test "error: the nodes are not there, and none are made" {
	EXIT=1 IDLE=yes twin call 1 0 online <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
		xenstore-rm /local/domain/0/backend/vif/1
END
}

@test "the other pass's call" {
	IDLE=yes twin call 1 0 add type_if=vif <<'END'
		lab_bridge xenbr0
		lab_vif 1 0
END
}
