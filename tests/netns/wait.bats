#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Waiting, with a deadline that names what was waited for.

load helper

# The vif comes a little after its nodes.
late_vif() { # D N
	lab_vif "$1" "$2"
	ip link del "g$1.$2"
	(
		sleep 0.3
		ip link add "vif$1.$2" type veth peer name "g$1.$2"
	) &
}

@test "a vif that comes 0.3 s later" {
	lab_bridge xenbr0
	late_vif 1 0
	before=$(milliseconds)
	online 1 0
	(($(milliseconds) - before < 3000))
	is_port_of vif1.0 xenbr0
	is_connected 1 0
}

@test "it is waited for without polling" {
	lab_bridge xenbr0
	late_vif 1 0
	trace network,poll,ppoll,nanosleep,clock_nanosleep,select,pselect6 1 0 online type_if=vif
	is "$STATUS" 0
	grep -q ADD_MEMBERSHIP /run/trace
	refute grep -E '(nanosleep|select6?)\(' /run/trace
	# One look at first, one behind the subscription, one for each event.
	looks=$(grep -c 'sendto.*RTM_GETLINK.*"vif1.0"' /run/trace)
	((looks <= 8)) || complain "$looks looks"
	is_port_of vif1.0 xenbr0
}

@test "a renamed vif that comes later" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	ip link del g1.0
	(
		sleep 0.2
		ip link add vif1.0 type veth peer name g1.0
	) &
	online 1 0
	is_port_of web xenbr0
}

@test "a tap that comes later" {
	lab_bridge xenbr0
	lab_vif 1 0 type vif_ioemu
	(
		sleep 0.2
		ip tuntap add dev vif1.0-emu mode tap
	) &
	add 1 0
	is_port_of vif1.0-emu xenbr0
}

@test "other links' coming and going does not stretch the deadline" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip link del g1.0
	while sleep 0.05; do
		ip link add noise type veth peer name noise2
		ip link del noise
	done 2>/dev/null &
	before=$(milliseconds)
	online_fails 1 0 timeout=1
	(($(milliseconds) - before < 3500))
}

@test "a vif that never comes is named, after the time that timeout= says" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip link del g1.0
	before=$(milliseconds)
	online_fails 1 0 timeout=1
	took=$(($(milliseconds) - before))
	((took >= 1000 && took < 3500)) || complain "$took ms"
	has "$(back 1 0 hotplug-error)" vif1.0
	has "$(back 1 0 hotplug-error)" "1 s"
	is "$(back 1 0 hotplug-status)" error
}

@test "the timeout can stand in the file" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip link del g1.0
	config <<<'timeout=1'
	before=$(milliseconds)
	online_fails 1 0
	(($(milliseconds) - before < 3500))
}

@test "offline waits for nothing" {
	lab_bridge xenbr0
	lab_vif 1 0
	ip link del g1.0
	before=$(milliseconds)
	offline 1 0
	(($(milliseconds) - before < 900))
}

@test "a xenstored that does not answer is named, in time" {
	lab_bridge xenbr0
	lab_vif 1 0
	kill -STOP "$(pidof xenstored)"
	before=$(milliseconds)
	online_fails 1 0 timeout=1
	took=$(($(milliseconds) - before))
	kill -CONT "$(pidof xenstored)"
	has "$ERR" xenstore
	has "$ERR" "1 s"
	((took >= 1000 && took < 3500)) || complain "$took ms"
	is_unplugged vif1.0
}

@test "a xenstored that stops in the middle: all is undone" {
	lab_bridge xenbr0
	lab_vif 1 0
	hook a.hook <<<'[ "$command" != online ] || kill -STOP "$(pidof xenstored)"'
	online_fails 1 0 timeout=1
	kill -CONT "$(pidof xenstored)"
	has "$ERR" xenstore
	is_unplugged vif1.0
	is "$(mac vif1.0)" 02:00:00:00:01:00
}

@test "a xenstored that does not answer: offline takes the vif down all the same" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	kill -STOP "$(pidof xenstored)"
	call 1 0 offline type_if=vif timeout=1
	kill -CONT "$(pidof xenstored)"
	is_unplugged vif1.0
}

@test "a xenstored that does not answer: offline of a renamed vif ends in time" {
	lab_bridge xenbr0
	lab_vif 1 0 vifname web
	online 1 0
	kill -STOP "$(pidof xenstored)"
	before=$(milliseconds)
	fails call 1 0 offline type_if=vif timeout=1
	took=$(($(milliseconds) - before))
	kill -CONT "$(pidof xenstored)"
	has "$ERR" xenstore
	((took < 3500)) || complain "$took ms"
}

@test "a timeout that is none is refused" {
	lab_bridge xenbr0
	lab_vif 1 0
	for timeout in 0 40 -1 1.5 soon; do
		online_fails 1 0 timeout=$timeout
		has "$(back 1 0 hotplug-error)" "timeout='$timeout'"
	done
}
