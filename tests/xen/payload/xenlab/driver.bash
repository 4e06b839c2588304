# shellcheck shell=bash disable=SC2154,SC2086 # others' variables, without spaces
# SPDX-License-Identifier: GPL-2.0-or-later
# A driver domain: netback, the bridge and our program are in a guest, where xl devd runs it.

make_driver_domain() {
    cat /xenlab/guest/{initrd,driver} /xenlab/scripts.cpio > /tmp/driver.initrd
    sed "s/^name .*/name = 'driver'/; s/^memory .*/memory = 256/; s/^vif .*/vif = [ ]/
        s|^ramdisk .*|ramdisk = '/tmp/driver.initrd'|
        s|xenlab.ip=[^\"]*|xenlab.bridge=10.9.1.1/24|" /etc/xen/guest.cfg > /tmp/driver.cfg
    echo 'driver_domain = 1' >> /tmp/driver.cfg
}

part_driver() {
    local backend
    remember
    make_driver_domain
    check "driver domain: xl create works" create driver
    domid=$(xl domid driver)
    check "driver domain: it comes up" guest_is_up
    check "driver domain: xl devd runs" within 20 in_guest "pidof xl"
    make_guest served pv 10.9.1.2 bridge=xenbr0,script=vif-bridge,backend=driver,vifname=served
    check "driver domain: xl create works for a guest that it serves" create served
    backend=/local/domain/$domid/backend/vif/$(xl domid served)/0
    check "driver domain: dom0 ran no script" fails grep -q 'forking to execute' "$out/served-create.log"
    check "driver domain: the vif is a port of its bridge" \
        within 20 in_guest "ls /sys/class/net/xenbr0/brif/served"
    check "driver domain: hotplug-status is exactly connected" hotplug_connected "$backend"
    check "driver domain: it reaches the guest" within 60 in_guest "ping -q -c 1 -W 2 10.9.1.2"
    destroy served
    check "driver domain: the guest's port goes" within 20 in_guest "! ls /sys/class/net/served"
    check "driver domain: our program was called for that" \
        within 10 in_guest "grep 'execute: /etc/xen/scripts/vif-bridge offline' /devd.log"
    in_guest "cat /devd.log" || true
    destroy driver
    check_nothing_left "driver domain: xl destroy"
}
