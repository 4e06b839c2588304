#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# /etc/xen/hotplug.conf.

load helper

@test "a section is for its program alone" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0 bridge -
	config <<-END
		# what all programs use
		bridge = xenbr0

		[vif-route]
		bridge=nobr
		isolated=maybe

		[vif-bridge]
		bridge="other"
		isolated = yes
		[vif-nat]
		isolated=no
	END
	online 1 0
	is_port_of vif1.0 other
	is "$(flag vif1.0 isolated)" 1
}

@test "comments, empty lines, spaces and quotes" {
	lab_bridge xenbr0
	lab_bridge other
	lab_vif 1 0 bridge -
	printf '#bridge=xenbr0\n\n \t \n  # isolated=no\n\tbridge =  '"'other'"' \r\nisolated=yes' |
		config
	online 1 0
	is_port_of vif1.0 other
	is "$(flag vif1.0 isolated)" 1
}

@test "no file is no error" {
	lab_bridge xenbr0
	lab_vif 1 0
	online 1 0
	is_port_of vif1.0 xenbr0
}

@test "a mistake is named with file and line" {
	lab_bridge xenbr0
	lab_vif 1 0
	complaint() { # LINE WHAT
		printf '# one\n\n%s\n' "$1" | config
		online_fails 1 0
		has "$(back 1 0 hotplug-error)" "/etc/xen/hotplug.conf:3: $2"
		is "$(back 1 0 hotplug-status)" error
		has "$ERR" "/etc/xen/hotplug.conf:3: "
		lines "$ERR" 1
		is_unplugged vif1.0
	}
	complaint "brigde=xenbr0" "unknown key 'brigde'"
	complaint "nonsense" "'nonsense'"
	complaint "[vif-bridge" "'[vif-bridge"
	complaint "vif=vif2.0" "'vif'"
	complaint "XENBUS_PATH=backend/vif/2/0" "'XENBUS_PATH'"
}

@test "a value that is of no use is named" {
	lab_bridge xenbr0
	lab_vif 1 0
	config <<<'isolated=perhaps'
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "isolated='perhaps'"
	config <<<'timeout=never'
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" "timeout='never'"
}

@test "a file that cannot be read is an error" {
	lab_bridge xenbr0
	lab_vif 1 0
	mkdir /etc/xen/hotplug.conf
	online_fails 1 0
	has "$(back 1 0 hotplug-error)" /etc/xen/hotplug.conf
	is_unplugged vif1.0
}

@test "values are data: none is ever evaluated" {
	lab_bridge xenbr0
	lab_vif 1 0 bridge -
	# shellcheck disable=SC2016
	evil=('$(touch /run/evil)' '`touch /run/evil`' 'xenbr0;touch /run/evil' 'a$IFS |b')
	for value in "${evil[@]}" $'xenbr0\ntouch /run/evil'; do
		[[ $value == *$'\n'* ]] || {
			config <<<"bridge=$value"
			online_fails 1 0
			rm /etc/xen/hotplug.conf
		}
		bridge=$value online_fails 1 0
		online_fails 1 0 "bridge=$value"
		xenstore-write "$BACKEND/1/0/bridge" "$value"
		online_fails 1 0
		lines "$ERR" 1
		xenstore-rm "$BACKEND/1/0/bridge"
		xenstore-write "$BACKEND/1/0/vifname" "$value"
		online_fails 1 0
		xenstore-rm "$BACKEND/1/0/vifname"
		online_fails 1 0 "ip=$value"
		vif=$value by_hand "vif=$value" -- online timeout=1
		is "$STATUS" 1
	done
	refute test -e /run/evil
	is_unplugged vif1.0
}

@test "the printed plan quotes what came from outside" {
	lab_bridge xenbr0
	# shellcheck disable=SC2016
	name='a$(reboot);b'
	lab_vif 1 0 vifname "$name"
	succeeds call 1 0 --dry-run online
	has "$OUT" "'$name'"
	lacks "${OUT//"'$name'"/}" reboot
}
