#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vif-nat tells the host's DHCP server of a guest: dhcpd by its configuration and a restart,
# dnsmasq by a file for each guest. Real servers are in dhcp-servers.bats.

load helper
load dhcp

export VIF_PROGRAM=vif-nat

@test "dhcpd knows the guest while it is online, and is restarted for each change" {
	dhcpd_files
	lab_vif 1 0
	online 1 0 dhcp=dhcpd
	is "$(entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
	is "$(listed)" vif1.0
	is "$(restarts)" 1
	is_served
	is_connected 1 0
	offline 1 0 dhcp=dhcpd
	is "$(<$CONF)$(<$ARGS)" '# admin lineINTERFACES=""'
	is "$(restarts)" 2
	is_served
}

@test "it is told by environment and file, too" {
	dhcpd_files
	lab_vif 1 0
	lab_vif 2 0
	export dhcp=dhcpd
	online 1 0
	export -n dhcp
	config <<<'[vif-nat]
		dhcp=dhcpd'
	online 2 0
	is "$(listed)" "vif1.0 vif2.0"
	is "$(entries | wc -l)" 2
	offline 1 0
	is "$(entries)" "$(entry 2 10.0.2.1 10.0.2.128)"
}

@test "without dhcp= as the script: yes where there is a dhcpd.conf, else no" {
	dhcpd_files
	lab_vif 1 0
	for file in /etc/dhcp/dhcpd.conf /etc/dhcp3/dhcpd.conf /etc/dhcpd.conf; do
		rm -rf /etc/dhcp /etc/dhcp3
		places $file $ARGS $INIT
		echo '# mine' >$CONF
		init_script <<<':'
		online 1 0
		is "$(entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
		is_served
		offline 1 0
		is "$(<$CONF)" '# mine'
	done
	rm $CONF
	: >$CALLS
	online 1 0
	is_connected 1 0
	is "$(<$ARGS)$(restarts)" 'INTERFACES=""0'
}

@test "dhcp=no keeps away from everything" {
	dhcpd_files
	mkdir -p $HOSTS
	lab_vif 1 0
	trace openat,open,rename,unlink,execve 1 0 online type_if=vif dhcp=no
	is "$STATUS" 0
	trace openat,open,rename,unlink,execve 1 0 offline type_if=vif dhcp=no
	is "$STATUS" 0
	refute grep -E 'dhcpd|dhcp-|dnsmasq|xen-hotplug/' /run/trace
	is "$(<$CONF)$(restarts)" '# admin line0'
}

# Debian's settings, which are told of the guest and forget it.
find_files() { # SETTINGS INIT
	places $CONF $1 $2
	printf 'INTERFACESv4="eth1"\nINTERFACESv6=""\n' >$ARGS
	init_script <<<':'
	online 1 0 dhcp=dhcpd
	is "$(<$ARGS)" $'INTERFACESv4="eth1 vif1.0"\nINTERFACESv6=""'
	is "$(restarts)" 1
	offline 1 0 dhcp=dhcpd
	is "$(<$ARGS)" $'INTERFACESv4="eth1"\nINTERFACESv6=""'
	is "$(restarts)" 2
	rm $ARGS $INIT
}

@test "the files are found where the script looks for them, and where Debian has them" {
	dhcpd_files
	rm $ARGS $INIT
	lab_vif 1 0
	for args in /etc/sysconfig/dhcpd /etc/defaults/dhcp /etc/default/isc-dhcp-server \
		/etc/default/dhcp-server /etc/default/dhcp3-server; do
		find_files $args /etc/init.d/isc-dhcp-server
	done
	for init in dhcp-server dhcp3-server dhcp dhcpd; do
		find_files /etc/default/dhcp-server /etc/init.d/$init
	done
}

@test "a dhcpd that serves all interfaces has no list" {
	dhcpd_files
	rm $ARGS
	lab_vif 1 0
	online 1 0 dhcp=dhcpd
	is "$(entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
	is "$(restarts)" 1
	offline 1 0 dhcp=dhcpd
	is "$(<$CONF)" "# admin line"
	[ ! -e $ARGS ]
}

# What systemctl is called for, as the init script's calls.
systemd() { # UNIT
	rm $INIT
	mkdir -p /run/systemd/system /run/bin /etc/systemd/system
	: >/etc/systemd/system/$1
	printf '#!/bin/sh\necho "$*" >>%s\n' $CALLS >/run/bin/systemctl
	chmod 755 /run/bin/systemctl
	PATH=/run/bin:$PATH
}

@test "where there is no init script, systemctl restarts it" {
	dhcpd_files
	systemd dhcpd.service
	lab_vif 1 0
	online 1 0 dhcp=dhcpd
	is "$(<$CALLS)" "restart dhcpd.service"
	offline 1 0 dhcp=dhcpd
	is "$(<$CALLS)" $'restart dhcpd.service\nrestart dhcpd.service'
}

@test "an init script comes before a unit" {
	dhcpd_files
	mkdir -p /run/systemd/system /etc/systemd/system
	: >/etc/systemd/system/isc-dhcp-server.service
	lab_vif 1 0
	online 1 0 dhcp=dhcpd
	is "$(restarts)" 1
}

@test "a second online leaves one entry, and restarts dhcpd for what may be another interface" {
	dhcpd_files
	lab_vif 1 0
	online 1 0 dhcp=dhcpd
	cat $CONF $ARGS >/run/once
	online 1 0 dhcp=dhcpd
	cat $CONF $ARGS | diff /run/once - >&2
	is "$(restarts)" 2
}

@test "an entry is renewed where it stands" {
	dhcpd_files
	lab_vif 1 0 ip 10.0.0.1
	lab_vif 2 0 ip 10.0.0.2
	online 1 0 dhcp=dhcpd
	online 2 0 dhcp=dhcpd
	echo '# last' >>$CONF
	xenstore-write "$BACKEND/1/0/ip" 10.0.0.9
	offline 1 0 dhcp=no
	online 1 0 dhcp=dhcpd
	is "$(entries)" "$(entry 1 10.0.0.9 10.0.0.136; entry 2 10.0.0.2 10.0.0.129)"
	is "$(sed -n '$p' $CONF)" '# last'
	is_served
}

@test "a guest's entry is told from those of others with longer names" {
	dhcpd_files
	lab_vif 1 0
	lab_vif 1 1
	lab_vif 10 0
	lab_vif 11 0
	for vif in 1.0 1.1 10.0 11.0; do
		online ${vif%.*} ${vif#*.} dhcp=dhcpd
	done
	is "$(entries | cut -d' ' -f1 | xargs)" "dom1 dom1-2 dom10 dom11"
	is "$(listed)" "vif1.0 vif1.1 vif10.0 vif11.0"
	offline 1 0 dhcp=dhcpd
	is "$(entries | cut -d' ' -f1 | xargs)" "dom1-2 dom10 dom11"
	is "$(listed)" "vif1.1 vif10.0 vif11.0"
	offline 1 1 dhcp=dhcpd
	offline 11 0 dhcp=dhcpd
	is "$(entries)" "$(entry 10 10.0.10.1 10.0.10.128)"
}

# An admin's text, with what a careless editor would break.
admins_text() {
	printf '# mine: host dom1 { hardware ethernet x; option host-name "dom1"; }\n\n'
	printf 'subnet 10.0.0.0 netmask 255.0.0.0 {\n\thost dom10x { }  \n}\r\n'
	printf 'host dom1x {\n  hardware ethernet 00:16:3e:00:01:00;\n}\n\\1 & \\n %%s\n\n\n'
}

@test "an admin's lines stay byte for byte" {
	dhcpd_files
	admins_text >$CONF
	printf '# INTERFACES="x"\nINTERFACES='"'eth0'"' # mine\n\nOTHER="vif1.0 "' >$ARGS
	cp $CONF /run/conf
	cp $ARGS /run/args
	lab_vif 1 0
	lab_vif 2 0
	online 1 0 dhcp=dhcpd
	online 2 0 dhcp=dhcpd
	offline 1 0 dhcp=dhcpd
	grep -v '^host dom2 ' $CONF | cmp - /run/conf
	offline 2 0 dhcp=dhcpd
	cmp $CONF /run/conf
	cmp $ARGS /run/args
}

@test "links stay links, and mode and owner stay" {
	dhcpd_files
	mkdir /etc/real
	mv $CONF /etc/real/conf
	ln -s ../real/conf $CONF
	chown 12:34 /etc/real/conf
	chmod 640 /etc/real/conf
	chmod 600 $ARGS
	lab_vif 1 0
	online 1 0 dhcp=dhcpd
	is "$(readlink $CONF)" ../real/conf
	is "$(stat -c '%u:%g %a' /etc/real/conf)" "12:34 640"
	is "$(stat -c %a $ARGS)" 600
	is "$(entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
	is "$(ls -A /etc/dhcp /etc/real)" $'/etc/dhcp:\ndhcpd.conf\n\n/etc/real:\nconf'
}

@test "offline when interface, nodes or all is gone" {
	dhcpd_files
	for what in interface nodes all; do
		lab_vif 1 0 vifname web
		online 1 0 dhcp=dhcpd
		is "$(listed)" web
		case $what in
		interface) ip link del g1.0 ;;
		nodes) xenstore-rm $BACKEND/1 /local/domain/1/device ;;
		all)
			xenstore-rm $BACKEND/1 /local/domain/1/device
			ip link del g1.0
			;;
		esac
		# Without the nodes nobody else knows what the interface was called.
		offline 1 0 dhcp=dhcpd vifname=web
		is "$(<$CONF)$(<$ARGS)" '# admin lineINTERFACES=""'
		is_served
		! exists g1.0 || ip link del g1.0
	done
	: >$CALLS
	offline 1 0 dhcp=dhcpd
	is "$(restarts)" 0
}

@test "offline takes the entry away when the rest cannot be" {
	dhcpd_files
	lab_vif 1 0
	online 1 0 dhcp=dhcpd
	hook 1.hook <<<'exit 1'
	kill "$(pidof xenstored)"
	fails call 1 0 offline type_if=vif dhcp=dhcpd
	is "$(<$CONF)$(<$ARGS)" '# admin lineINTERFACES=""'
}

@test "offline takes away what was told to another server, and a mistake in dhcp= is no hindrance" {
	dhcpd_files
	lab_vif 1 0
	online 1 0 dhcp=dnsmasq
	online 1 0 dhcp=dhcpd
	[ -e $HOSTS/dom1 ]
	fails call 1 0 offline type_if=vif dhcp=nonsense
	has "$ERR" "dhcp='nonsense'"
	is "$(<$CONF)$(<$ARGS)$(ls -A $HOSTS)" '# admin lineINTERFACES=""'
}

@test "a failing hook: files as before, and dhcpd is restarted with them" {
	empty_forward
	dhcpd_files
	admins_text >$CONF
	cp $CONF /run/conf
	lab_vif 1 0
	hook 1.hook <<<'exit 1'
	untouched_but_status online_fails 1 0 dhcp=dhcpd
	cmp $CONF /run/conf
	is "$(restarts)" 2
	is_served
}

# But for what stands in the store of the failure, and dhcpd's restarts.
untouched_but_status() {
	everything | grep -v 'hotplug\|dhcpd-calls' >/run/before
	"$@"
	everything | grep -v 'hotplug\|dhcpd-calls' | diff /run/before - >&2
}

@test "a failing hook: an entry that was renewed is the old one again" {
	dhcpd_files
	lab_vif 1 0 ip 10.0.0.1
	online 1 0 dhcp=dhcpd
	cp $CONF /run/conf
	xenstore-write "$BACKEND/1/0/ip" 10.0.0.9
	hook 1.hook <<<'[ $command != online ]'
	online_fails 1 0 dhcp=dhcpd
	cmp $CONF /run/conf
	is "$(listed)" vif1.0
}

@test "a restart that fails is told, and no error" {
	dhcpd_files
	init_script <<<'exit 3'
	lab_vif 1 0
	online 1 0 dhcp=dhcpd
	is_connected 1 0
	has "$ERR" "restarting $INIT failed with status 3"
	is "$(entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
	offline 1 0 dhcp=dhcpd
	is "$(<$CONF)" '# admin line'
}

@test "a restart that hangs is left to itself after timeout=" {
	dhcpd_files
	init_script <<<'sleep 3; echo ended >>'$CALLS
	lab_vif 1 0
	start=$(milliseconds)
	online 1 0 dhcp=dhcpd timeout=1
	took=$(($(milliseconds) - start))
	((took > 900 && took < 2500)) || complain "$took ms"
	has "$ERR" "more than 1 s"
	is_connected 1 0
	while [ "$(tail -1 $CALLS)" != ended ]; do sleep 0.1; done
}

# An init script starts a daemon, which then has what its caller had open.
@test "a daemon that a restart leaves behind holds nothing of ours" {
	dhcpd_files
	init_script <<<'sleep 30 & sleep 0.1; readlink /proc/$!/fd/* >/run/open'
	lab_vif 1 0
	exec {leak}>/run/leak
	online 1 0 dhcp=dhcpd
	is "$(sort -u /run/open)" /dev/null
}

@test "the lock is the script's: it is waited for" {
	dhcpd_files
	lab_vif 1 0
	mkdir -p /run/xen-hotplug
	flock /var/run/xen-hotplug/vif-nat-dhcp sh -c 'echo >/run/locked; sleep 0.5; cp '$CONF' /run/conf' &
	while [ ! -e /run/locked ]; do sleep 0.01; done
	online 1 0 dhcp=dhcpd
	is "$(</run/conf)" "# admin line"
	is "$(entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
	wait $!
}

@test "the lock is the script's: the script waits for it" {
	dhcpd_files
	lab_vif 1 0
	call_under 1 0 strace -f -o /run/trace -e inject=renameat,renameat2,rename:delay_enter=500000 \
		-e trace=rename,renameat,renameat2 -- online type_if=vif dhcp=dhcpd &
	while [ ! -e /run/xen-hotplug/vif-nat-dhcp ]; do sleep 0.01; done
	(
		set +eu
		# shellcheck source=/dev/null
		. "$TESTS/../../build/lab/scripts/locking.sh"
		claim_lock vif-nat-dhcp
		cp $CONF /run/conf
		release_lock vif-nat-dhcp
	)
	is "$(CONF=/run/conf entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
	wait $!
}

@test "a lock that stays: the message names who has it, and all is as before" {
	empty_forward
	dhcpd_files
	lab_vif 1 0
	mkdir -p /run/xen-hotplug
	flock /run/xen-hotplug/vif-nat-dhcp sleep 30 &
	holder=$!
	while flock -n /run/xen-hotplug/vif-nat-dhcp true; do sleep 0.01; done
	start=$(milliseconds)
	untouched_but_status online_fails 1 0 dhcp=dhcpd timeout=1
	(($(milliseconds) - start < 4000))
	is_reported 1 0 "the lock /var/run/xen-hotplug/vif-nat-dhcp was not to be had within 1 s: process $holder (flock) has it"
	is "$(restarts)" 0
	kill $holder
}

# Guests 1 to N, each by a program of its own.
at_once() { # N COMMAND
	local d pids=()
	for ((d = 1; d <= $1; d++)); do
		lab_call $PROGRAM $d 0 $2 type_if=vif dhcp=dhcpd &
		pids+=($!)
	done
	for d in "${pids[@]}"; do
		wait "$d"
	done
}

@test "fifty at once: fifty entries, then none, and the admin's lines" {
	dhcpd_files
	admins_text >$CONF
	cp $CONF /run/conf
	cp $ARGS /run/args
	for d in {1..50}; do
		lab_vif $d 0
	done
	at_once 50 online
	is "$(entries | sort)" "$(for d in {1..50}; do entry $d 10.0.$d.1 10.0.$d.128; done | sort)"
	is "$(listed | xargs -n1 | sort)" "$(printf 'vif%d.0\n' {1..50} | sort)"
	grep -v '^host dom[0-9]* {' $CONF | cmp - /run/conf
	is_served
	for d in {1..50}; do
		is_connected $d 0
	done
	at_once 50 offline
	cmp $CONF /run/conf
	cmp $ARGS /run/args
	is_served
	is "$(ls -A /etc/dhcp)" dhcpd.conf
}

@test "many at once make do with few restarts, one at a time, and the last one knows all" {
	dhcpd_files
	init_script <<-END
		mkdir /run/restarting || echo overlap >>$CALLS
		sleep 0.3
		rmdir /run/restarting
	END
	for d in {1..10}; do
		lab_vif $d 0
	done
	at_once 10 online
	is "$(entries | wc -l)" 10
	is_served
	refute grep overlap $CALLS
	(($(restarts) < 6)) || complain "$(restarts) restarts"
}

@test "a restart that failed does not stand for another" {
	dhcpd_files
	init_script <<<'[ "$(wc -l <'$CALLS')" -gt 1 ]'
	lab_vif 1 0
	lab_vif 2 0
	# Both wait with what they have changed for the one's restart, which fails.
	mkdir -p /run/xen-hotplug
	flock /run/xen-hotplug/vif-nat-dhcp-restart sh -c 'while [ "$(grep -c "^host" '$CONF')" != 2 ]; do sleep 0.05; done' &
	while flock -n /run/xen-hotplug/vif-nat-dhcp-restart true; do sleep 0.01; done
	at_once 2 online
	is "$(restarts)" 2
	is_served
}

errors() {
	online_fails 1 0 dhcp=dhcpd
	has "$(back 1 0 hotplug-error)" "there is another host dom1, which is not ours"
	online_fails 1 0 dhcp=maybe
	is_reported 1 0 "dhcp='maybe' is none of no, yes, dhcpd and dnsmasq"
	online_fails 2 0 dhcp=dhcpd
	has "$(back 2 0 hotplug-error)" "cannot stand in $ARGS"
	rm $INIT
	online_fails 3 0 dhcp=dhcpd
	is_reported 3 0 "Failed to find dhcpd configuration or init file"
	online_fails 3 0 dhcp=yes
	is_reported 3 0 "Failed to find dhcpd configuration or init file (dhcp=no does without)"
	offline 3 0 dhcp=dhcpd
	offline 3 0 dhcp=yes
}

@test "errors: another's host, no such word, a name that the settings' shell would run, no dhcpd" {
	empty_forward
	dhcpd_files
	printf 'host dom1 {\n}\n' >$CONF
	lab_vif 1 0
	lab_vif 2 0 vifname '$(id)'
	lab_vif 3 0
	untouched_but_status errors
	is "$(<$CONF)" $'host dom1 {\n}'
	is "$(restarts)" 0
}

@test "error: a full disk leaves the files whole" {
	empty_forward
	dhcpd_files
	mount -t tmpfs -o size=8k small /etc/dhcp
	head -c 3000 /dev/zero | tr '\0' '#' >$CONF
	echo >>$CONF
	cp $CONF /run/conf
	head -c 4096 /dev/zero >/etc/dhcp/rest
	lab_vif 1 0
	untouched_but_status online_fails 1 0 dhcp=dhcpd
	has "$(back 1 0 hotplug-error)" "No space left on device"
	cmp $CONF /run/conf
	is "$(ls -A /etc/dhcp)" $'dhcpd.conf\nrest'
}

@test "dnsmasq gets a file for each guest" {
	no_dhcp
	lab_vif 1 0
	lab_vif 1 1
	online 1 0 dhcp=dnsmasq
	online 1 1 dhcp=dnsmasq
	is "$(ls -A $HOSTS)" $'dom1\ndom1-2'
	is "$(<$HOSTS/dom1)" 00:16:3e:00:01:00,10.0.1.1,dom1
	is "$(<$HOSTS/dom1-2)" 00:16:3e:00:01:01,10.0.1.2,dom1-2
	is "$(stat -c %a $HOSTS $HOSTS/dom1 | xargs)" "755 644"
	offline 1 0 dhcp=dnsmasq
	is "$(ls -A $HOSTS)" dom1-2
	offline 1 1 dhcp=dnsmasq
	offline 1 1 dhcp=dnsmasq
	is "$(ls -A $HOSTS)" ""
}

@test "dnsmasq's file comes by a rename, is renewed, and is the old one after a failure" {
	no_dhcp
	lab_vif 1 0 ip 10.0.0.1
	trace openat,open,rename,renameat 1 0 online dhcp=dnsmasq type_if=vif
	is "$STATUS" 0
	grep -E "rename.*$HOSTS/\.[^/]*\", .*$HOSTS/dom1\"" /run/trace
	refute grep -E "open.*$HOSTS/[^.]*\".*O_(WRONLY|RDWR)" /run/trace
	hook 1.hook <<<'[ $command != online ]'
	xenstore-write "$BACKEND/1/0/ip" 10.0.0.9
	online_fails 1 0 dhcp=dnsmasq
	is "$(<$HOSTS/dom1)" 00:16:3e:00:01:00,10.0.0.1,dom1
	rm $SCRIPTS/vif-post.d/1.hook
	online 1 0 dhcp=dnsmasq
	is "$(<$HOSTS/dom1)" 00:16:3e:00:01:00,10.0.0.9,dom1
}

@test "dnsmasq's directory is the one that its configuration names" {
	no_dhcp
	mkdir /etc/dnsmasq.d
	echo 'dhcp-hostsdir=/run/old' >/etc/dnsmasq.conf
	echo 'dhcp-hostsdir = "/run/of its own" # mine' >/etc/dnsmasq.d/xen.conf
	echo 'dhcp-hostsdir=/run/not' | tee /etc/dnsmasq.d/x.dpkg-old /etc/dnsmasq.d/x~ >/etc/dnsmasq.d/.x
	lab_vif 1 0
	online 1 0 dhcp=yes
	is "$(<"/run/of its own/dom1")" 00:16:3e:00:01:00,10.0.1.1,dom1
	offline 1 0 dhcp=yes
	is "$(ls -A "/run/of its own")" ""
	[ ! -e /run/old ] && [ ! -e /run/not ]
}

@test "yes: dnsmasq if it is set up, else dhcpd, else a dnsmasq that is installed" {
	dhcpd_files
	lab_vif 1 0
	mkdir -p $HOSTS
	online 1 0 dhcp=yes
	is "$(ls $HOSTS)$(entries)" dom1
	offline 1 0 dhcp=yes
	rmdir $HOSTS
	online 1 0 dhcp=yes
	is "$(entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
	offline 1 0 dhcp=yes
	rm $INIT
	umount /usr/sbin/dnsmasq
	online 1 0 dhcp=yes
	is "$(ls $HOSTS)" dom1
}

@test "a tap: its name is listed beside the vif's, and the entry is one" {
	dhcpd_files
	lab_vif 1 0 type vif_ioemu
	lab_tap 1 0
	online 1 0 dhcp=dhcpd
	add 1 0 dhcp=dhcpd
	is "$(entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
	is "$(listed)" "vif1.0 vif1.0-emu"
	offline 1 0 dhcp=dhcpd
	remove 1 0 dhcp=dhcpd
	is "$(<$CONF)$(<$ARGS)" '# admin lineINTERFACES=""'
}

@test "by hand, without xenstore, there is no name for the guest" {
	dhcpd_files
	lab_vif 1 0
	by_hand vif=vif1.0 ip=10.0.0.1 mac=00:16:3e:00:01:00 -- online
	is "$STATUS" 0
	is "$(<$CONF)" '# admin line'
	by_hand vif=vif1.0 ip=10.0.0.1 mac=00:16:3e:00:01:00 dhcp=dhcpd -- online
	is "$STATUS" 1
	has "$ERR" "dhcp=dhcpd needs XENBUS_PATH"
}

# Debian's own, unpacked. It finds no /etc/default/isc-dhcp-server, and so takes the other.
script() { # D COMMAND
	lab_call "$TESTS/../../build/lab/scripts/vif-nat" "$1" 0 "$2" type_if=vif dhcp=yes
}

@test "scripts and programs at once, and each takes away what the other has made" {
	dhcpd_files
	local d pids=()
	for d in {1..8}; do
		lab_vif $d 0 ip 10.0.0.$d
	done
	for d in {1..4}; do
		script $d online &
		pids+=($!)
		lab_call $PROGRAM $((d + 4)) 0 online type_if=vif dhcp=dhcpd &
		pids+=($!)
	done
	for d in "${pids[@]}"; do
		wait "$d"
	done
	is "$(entries | sort)" "$(for d in {1..8}; do entry $d 10.0.0.$d 10.0.0.$((d + 127)); done)"
	is "$(listed | xargs -n1 | sort)" "$(printf 'vif%d.0\n' {1..8})"
	for d in 1 2 5 6; do
		offline $d 0 dhcp=dhcpd
	done
	for d in 3 4 7 8; do
		script $d offline
	done
	is "$(<$CONF)$(<$ARGS)" '# admin lineINTERFACES=""'
}

@test "killed while it writes: the files are whole, and the next run takes up what is left" {
	dhcpd_files
	for n in 1 2 3 4 5 6; do
		lab_vif 1 0
		cp $CONF /run/conf
		cp $ARGS /run/args
		call_under 1 0 strace -o /run/trace -e trace=rename,fsync \
			-e "inject=rename,fsync:signal=KILL:when=$n" -- online type_if=vif dhcp=dhcpd
		is "$STATUS" 137
		[ "$(entries)" = "$(entry 1 10.0.1.1 10.0.1.128)" ] || cmp $CONF /run/conf
		[ "$(listed)" = vif1.0 ] || cmp $ARGS /run/args
		online 1 0 dhcp=dhcpd
		is "$(entries)" "$(entry 1 10.0.1.1 10.0.1.128)"
		is "$(listed)" vif1.0
		offline 1 0 dhcp=dhcpd
		is "$(<$CONF)$(<$ARGS)" '# admin lineINTERFACES=""'
		is "$(ls -A /etc/dhcp)" dhcpd.conf
		lab_unplug 1 0
	done
}

@test "dnsmasq is told of what is gone or has changed, and not of what is new" {
	no_dhcp
	lab_vif 1 0
	cp /bin/bash /run/dnsmasq
	/run/dnsmasq -c 'trap "echo HUP >>/run/hups" HUP; : >/run/hups
		while :; do sleep 0.1; done' 3>&- &
	echo $! >/run/dnsmasq.pid
	while [ ! -e /run/hups ]; do sleep 0.01; done
	online 1 0 dhcp=dnsmasq
	online 1 0 dhcp=dnsmasq
	sleep 0.3
	is "$(</run/hups)" ""
	xenstore-write "$BACKEND/1/0/ip" 10.0.0.9
	online 1 0 dhcp=dnsmasq
	sleep 0.3
	is "$(</run/hups)" HUP
	run_it sh <<<"$(succeeds call 1 0 offline type_if=vif dhcp=dnsmasq --dry-run; echo "$OUT")"
	is "$STATUS" 0
	sleep 0.3
	is "$(</run/hups)" $'HUP\nHUP'
	# Another one that has the number by now is left alone: it would end.
	online 1 0 dhcp=dnsmasq
	sleep 30 3>&- &
	echo $! >/run/dnsmasq.pid
	offline 1 0 dhcp=dnsmasq
	kill $!
	lines "$(</run/hups)" 2
}

# The call fails, and no later one of its kind.
fail_once() { # SYSTEM-CALL NUMBER; false when there are not that many
	call_under 1 0 strace -qq -o /run/trace -e "trace=$1" -e "inject=$1:error=EIO:when=$2" -- \
		online type_if=vif dhcp=dhcpd timeout=3
	grep -q INJECTED /run/trace
}

@test "a call fails: all is done and served, or all is as before" {
	dhcpd_files
	lab_vif 1 0
	export ASAN_OPTIONS=$ASAN_OPTIONS_TRACED
	# What happens before anybody looks for a DHCP server, undo.bats has.
	call_under 1 0 strace -qq -o /run/trace -- online type_if=vif dhcp=dhcpd
	offline 1 0 dhcp=dhcpd
	sed -i '/dnsmasq\.conf/q' /run/trace
	for name in openat rename fsync flock fchmod unlink; do
		for ((n = 1 + $(grep -c "^$name(" /run/trace); ; n++)); do
			: >/run/dhcpd-read
			fail_once $name $n || break
			what="$name $n: exit $STATUS: $ERR"
			if [ "$STATUS" = 0 ]; then
				is "$(entries) $(listed)" "$(entry 1 10.0.1.1 10.0.1.128) vif1.0" || complain "$what"
				is_served || complain "$what"
			else
				is "$STATUS" 1 || complain "$what"
				is "$(<$CONF)$(<$ARGS)" '# admin lineINTERFACES=""' || complain "$what"
			fi
			offline 1 0 dhcp=dhcpd
			is "$(<$CONF)$(<$ARGS)" '# admin lineINTERFACES=""' || complain "$what"
			is "$(ls -A /etc/dhcp)" dhcpd.conf || complain "$what"
			tried=$name
		done
		is "$tried" $name
		offline 1 0 dhcp=dhcpd
	done
}
