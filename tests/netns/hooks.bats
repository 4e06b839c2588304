#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# An admin's hooks: vif-post.d/*.hook beside the programs.

load helper

# It writes its variables to /run/seen, a line for each run.
observer() {
	hook 50-observer.hook <<-'END'
		for name in command dev vif vifname bridge ip main_ip domid devid XENBUS_PATH type_if; do
			eval "printf '%s=%s ' $name \"\${$name-unset}\"" >>/run/seen
		done
		echo >>/run/seen
	END
}

@test "a hook knows what the program knows" {
	lab_bridge xenbr0
	ip addr add 192.168.0.3/24 dev xenbr0
	lab_vif 7 3 ip "10.0.0.1 10.1.0.0/16"
	observer
	online 7 3
	offline 7 3
	variables="dev=vif7.3 vif=vif7.3 vifname= bridge=xenbr0 ip=10.0.0.1 10.1.0.0/16"
	path="domid=7 devid=3 XENBUS_PATH=backend/vif/7/3 type_if=vif "
	is "$(sed -n 1p /run/seen)" "command=online $variables main_ip=192.168.0.3 $path"
	has "$(sed -n 2p /run/seen)" "command=offline $variables main_ip="
	has "$(sed -n 2p /run/seen)" "$path"
	lines "$(</run/seen)" 2
}

@test "after a rename dev is the new name, vif the old" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	observer
	online 1 0
	has "$(</run/seen)" "dev=web vif=vif1.0 vifname=web bridge=xenbr0"
	offline 1 0
	has "$(sed -n 2p /run/seen)" "command=offline dev=web vif=vif1.0 vifname=web"
}

@test "in the tap pass dev is the tap" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu ip 10.0.0.1
	lab_tap 1 0
	observer
	add 1 0
	remove 1 0
	has "$(sed -n 1p /run/seen)" "command=add dev=vif1.0-emu vif=vif1.0"
	has "$(sed -n 1p /run/seen)" "ip=10.0.0.1"
	has "$(sed -n 1p /run/seen)" "domid=1 devid=0 XENBUS_PATH=backend/vif/1/0 type_if=tap"
	has "$(sed -n 2p /run/seen)" "command=remove dev=vif1.0-emu"
}

@test "a bridge that nobody named is named to the hook" {
	lab_bridge office
	lab_vif 1 0 bridge -
	observer
	online 1 0
	has "$(</run/seen)" "bridge=office"
}

@test "a hook runs behind the port's coming up, before the status" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<-'END'
		readlink "/sys/class/net/$dev/master" >/run/master
		cat "/sys/class/net/$dev/flags" >/run/flags
		xenstore-read "$XENBUS_PATH/hotplug-status" >/run/status
	END
	online 1 0
	has "$(</run/master)" xenbr0
	is $(($(</run/flags) & 1)) 1
	is "$(</run/status)" ""
	is_connected 1 0
}

@test "hooks run in the order of their names" {
	lab_bridge xenbr0
	lab_vif 1 0
	for name in 20-b.hook 10-z.hook B.hook a.hook 100.hook; do
		hook $name <<<"echo $name >>/run/order"
	done
	online 1 0
	is "$(xargs </run/order)" "10-z.hook 100.hook 20-b.hook B.hook a.hook"
}

@test "what is not executable, or not called *.hook, is no hook" {
	lab_bridge xenbr0
	lab_vif 1 0
	for name in good.hook off.hook backup.hook~ .hidden.hook hook plain.sh; do
		hook $name <<<"echo $name >>/run/order"
	done
	chmod 644 "$SCRIPTS/vif-post.d/off.hook"
	online 1 0
	is "$(xargs </run/order)" good.hook
}

@test "a hook is sourced by bash" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<-'END'
		[[ $dev == vif* ]] && array=(1 2) && echo "${BASH_VERSION:0:1} ${array[1]}" >/run/seen
	END
	online 1 0
	has "$(</run/seen)" " 2"
}

@test "the hook's first line does not say who reads it" {
	lab_bridge xenbr0
	lab_vif 1 0
	printf '#!/bin/false\necho "$dev" >/run/seen\n' | hook a.hook
	online 1 0
	is "$(</run/seen)" vif1.0
}

@test "sh where there is no bash" {
	lab_bridge xenbr0
	lab_vif 1 0
	printf 'echo "sh ${BASH_VERSION-none} $dev" >/run/seen\n' | hook a.hook
	touch /run/nothing
	for bash in /bin/bash /usr/bin/bash; do
		mount --bind /run/nothing "$(realpath $bash)"
	done
	online 1 0
	is "$(</run/seen)" "sh none vif1.0"
	is_connected 1 0
}

@test "log, fatal and the xenstore functions of the scripts" {
	lab_bridge xenbr0
	lab_vif 1 0 ip 10.0.0.1
	hook a.hook <<-'END'
		log debug "the hook's own words"
		xenstore_read "$XENBUS_PATH/ip" >/run/ip
		xenstore_read_default "$XENBUS_PATH/none" fallback >/run/default
		xenstore_write "$XENBUS_PATH/written" yes
	END
	online 1 0
	has "$ERR" "the hook's own words"
	is "$(</run/ip)" 10.0.0.1
	is "$(</run/default)" fallback
	is "$(back 1 0 written)" yes
}

@test "fatal in a hook: online fails, and all is as it was" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<<'fatal "not this guest"'
	links=$(links)
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "$SCRIPTS/vif-post.d/a.hook"
	is "$(back 1 0 hotplug-status)" error
	has "$ERR" "not this guest"
	is "$(links)" "$links"
}

@test "a command that fails in a hook makes online fail" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	hook a.hook <<-'END'
		[ "$command" = offline ] || false
		echo "$command" >>/run/after
	END
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" a.hook
	refute grep online /run/after
	is_unplugged vif1.0
	refute exists web
}

@test "a hook after the one that failed does not run" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook 1.hook <<<'exit 7'
	hook 2.hook <<<'echo "$command" >>/run/second'
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "1.hook failed with status 7"
	refute grep online /run/second
}

@test "undo: a failing hook makes all be as it was, addresses too" {
	empty_forward
	lab_bridge xenbr0
	lab_vif 1 0 vifname web mtu 1400
	ip addr add 192.168.9.1/24 brd + dev vif1.0
	ip addr add 192.168.9.2/24 dev vif1.0 label vif1.0:two
	ip addr add 10.9.9.1 peer 10.9.9.2/32 dev vif1.0
	ip addr add 2001:db8::1/64 nodad dev vif1.0
	ip link set vif1.0 up
	hook a.hook <<<'[ "$command" != online ]'
	# Without the store, whose error report is meant to stay.
	state() { everything | grep -v '^store '; }
	state >/run/before
	online_fails 1 0
	state | diff /run/before - >&2
}

@test "a hook that fails at offline: told, and the rest is done" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	hook a.hook <<<'false'
	hook b.hook <<<'touch /run/second'
	fails call 1 0 offline type_if=vif
	has "$ERR" a.hook
	is_unplugged vif1.0
	test -e /run/second
}

@test "a hook that hangs is killed at the deadline, with its children" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<-'END'
		[ "$command" = online ] || return 0
		sleep 1234 &
		sleep 1234
	END
	before=$(milliseconds)
	online_fails 1 0 timeout=1
	(($(milliseconds) - before < 4000))
	has "$(back 1 0 hotplug-error)" a.hook
	has "$(back 1 0 hotplug-error)" "1 s"
	is "$(back 1 0 hotplug-status)" error
	is_unplugged vif1.0
	refute pgrep -x sleep
}

@test "what a hook starts in the background may go on" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<<'sleep 5 >/dev/null 2>&1 &'
	before=$(milliseconds)
	online 1 0
	(($(milliseconds) - before < 3000))
	is_connected 1 0
}

@test "a caller that ignores SIGCHLD" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<<'[ "$command" != online ]'
	trap '' CHLD
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "a.hook failed with status 1"
}

@test "hooks are looked for beside a link to the program, not beside its target" {
	lab_bridge xenbr0
	lab_vif 1 0
	lab_vif 2 0
	hook a.hook <<<'echo target >>/run/seen'
	mkdir -p /run/local/vif-post.d
	ln -s "$PROGRAM" /run/local/vif-bridge
	echo 'echo link >>/run/seen' >/run/local/vif-post.d/b.hook
	chmod +x /run/local/vif-post.d/b.hook
	PROGRAM=/run/local/vif-bridge online 1 0
	is "$(</run/seen)" link
	PROGRAM=$SCRIPTS/vif-bridge online 2 0
	is "$(xargs </run/seen)" "link target"
}

@test "hooks are found when the program is found through PATH" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<<'touch /run/seen'
	PATH=$SCRIPTS:$PATH run_it env vif=vif1.0 vif-bridge online
	is "$STATUS" 0
	test -e /run/seen
}

@test "a hook's values are data, too" {
	lab_bridge xenbr0
	# shellcheck disable=SC2016
	lab_vif 1 0 vifname 'a$(reboot);b'
	hook a.hook <<<'echo "$dev" >/run/seen'
	online 1 0
	# shellcheck disable=SC2016
	is "$(</run/seen)" 'a$(reboot);b'
}

@test "no process without an executable hook, though there are files" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<<'touch /run/seen'
	hook b.txt <<<'touch /run/seen'
	chmod 644 "$SCRIPTS/vif-post.d/a.hook"
	trace process 1 0 online type_if=vif
	is "$STATUS" 0
	is_connected 1 0
	is "$(grep -cE 'execve\(' /run/trace)" 1
	refute grep -E '(clone3?|v?fork)\(' /run/trace
}
