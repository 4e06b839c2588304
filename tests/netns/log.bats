#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Messages: stderr, syslog, and Xen's own log file.

load helper

# A /dev of our own with a /dev/log; what is sent there goes to /run/syslog, line by line.
syslog() {
	mkdir /run/dev
	mount --rbind /dev /run/dev
	mount -t tmpfs lab /dev
	for device in null urandom random; do
		touch /dev/$device
		mount --bind /run/dev/$device /dev/$device
	done
	mkfifo /run/ready
	perl -MSocket -e 'socket(S, AF_UNIX, SOCK_DGRAM, 0) or die;
		bind(S, pack_sockaddr_un("/dev/log")) or die;
		open(R, ">", "/run/ready"); close(R); $| = 1;
		while (defined(recv(S, $m, 9999, 0))) { print "$m\n" }' >/run/syslog &
	read -r </run/ready || true
}

# It is on its way when the program has ended.
syslogged() { # PART
	local tries
	for tries in {1..100}; do
		if grep -qF -- "$1" /run/syslog; then
			return
		fi
		sleep 0.01
	done
	complain "no '$1' after $tries looks in: $(</run/syslog)"
}

@test "a failure goes to syslog's daemon facility, under the program's name" {
	syslog
	lab_vif 1 0 bridge nobr
	online_fails 1 0
	syslogged "Could not find bridge device nobr"
	# daemon is 3 << 3, err is 3.
	grep -qE '^<27>vif-bridge\[[0-9]+\]: Could not find bridge device nobr' /run/syslog
}

@test "a success is a debug message" {
	syslog
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	syslogged "Successful vif-bridge online for vif1.0, bridge xenbr0."
	grep -qE '^<31>vif-bridge\[[0-9]+\]: Successful' /run/syslog
}

@test "a warning is a warning" {
	syslog
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1400
	online 1 0
	syslogged 1400
	grep -qE '^<28>vif-bridge\[[0-9]+\]: .*1400' /run/syslog
}

@test "a failure before xenstore is reachable goes to syslog, too" {
	syslog
	lab_vif 1 0
	kill "$(pidof xenstored)"
	online_fails 1 0
	syslogged xenstore
	has "$ERR" xenstore
}

@test "a failure is appended to Xen's log" {
	lab_vif 1 0 bridge nobr
	echo "what was there" >"$LOG"
	online_fails 1 0
	is "$(sed -n 1p "$LOG")" "what was there"
	has "$(<"$LOG")" "Could not find bridge device nobr"
	has "$(<"$LOG")" vif-bridge
	[[ $(sed -n 2p "$LOG") =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}\ [0-9:]{8}\  ]]
}

@test "a missing directory is no error, and is not made" {
	rm -r /var/log/xen
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	is_connected 1 0
	is "$ERR" ""
	refute test -e /var/log/xen
}

@test "a log that cannot be written is no error" {
	mkdir "$LOG"
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0 --verbose
	is_connected 1 0
}

@test "nobody else can read the log" {
	lab_bridge xenbr0
	lab_vif 1 0
	umask 0
	online 1 0 --verbose
	is "$(stat -c %a "$LOG")" 640
}

@test "Xen's log has what stderr had, and a success is not in it" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	refute test -e "$LOG"
	online 1 0 --verbose
	has "$(<"$LOG")" "Successful vif-bridge online for vif1.0, bridge xenbr0."
	is "$(grep -c . "$LOG")" "$(grep -c . <<<"$ERR")"
}

@test "lines of programs that run at once do not mix" {
	lab_bridge xenbr0
	for d in {1..8}; do
		lab_vif "$d" 0 bridge nobr
	done
	pids=()
	for d in {1..8}; do
		lab_call "$PROGRAM" "$d" 0 online 2>/dev/null &
		pids+=($!)
	done
	wait "${pids[@]}" || true
	is "$(grep -cE '^[0-9-]+ [0-9:]+ vif-bridge\[[0-9]+\]: Could not find bridge device nobr$' "$LOG")" 8
}

@test "--verbose shows each step as a command" {
	lab_bridge xenbr0
	lab_vif 1 0 mtu 1400
	online 1 0 --verbose
	has "$ERR" "ip link set dev vif1.0"
	has "$ERR" "mtu 1400"
	has "$ERR" "master xenbr0"
	has "$ERR" "xenstore-write backend/vif/1/0/hotplug-status connected"
	is "$OUT" ""
}

@test "verbose=yes in the file does the same" {
	lab_bridge xenbr0
	lab_vif 1 0
	config <<<'verbose=yes'
	online 1 0
	has "$ERR" "ip link set dev vif1.0"
}

@test "-v shows what is undone" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<<'[ "$command" != online ]'
	online_fails 1 0 -v
	has "$ERR" "nomaster"
}

@test "a message is one line, whatever is in it" {
	lab_vif 1 0 bridge $'no\nbr'
	online_fails 1 0
	lines "$ERR" 1
	lines "$(<"$LOG")" 1
	lines "$(back 1 0 hotplug-error)" 1
}

@test "a long value is cut, not overrun" {
	lab_bridge xenbr0
	lab_vif 1 0
	long=$(printf 'x%.0s' {1..3000})
	xenstore-write "$BACKEND/1/0/vifname" "$long" "$BACKEND/1/0/ip" "$long"
	online_fails 1 0
	lines "$ERR" 1
	((${#ERR} < 400))
	has "$(back 1 0 hotplug-error)" vifname
}
