#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs a payload in the Debian dom0 of a real Xen hypervisor, in QEMU without KVM.
#
# usage: xenlab.sh prepare                         build the image, boot it once, save "dom0 is ready"
#        xenlab.sh run [-t SECONDS] [-o DIR] PAYLOAD
#
# PAYLOAD is a folder laid over dom0's /, owner root. Its run-in-dom0.sh runs once xenstored,
# xenconsoled and xen-init-dom0 are up; its output is xenlab.sh's standard output, its exit
# status xenlab.sh's. -t: hard limit of the run. -o: what the payload left in $XENLAB_OUT
# (60 MiB at most), the Xen and dom0 logs and the consoles go to DIR.
# In dom0: /xenlab/guest/{vmlinux,vmlinuz,initrd}, a guest that sets eth0 to the xenlab.ip= of its
# command line, and driver, what makes a driver domain of it; /etc/xen/scripts/vif-bridge.debian, the original script.
#
# exit status: the payload's; 77 this machine cannot run it, 124 the limit was hit, 125 the
# lab itself failed.
# The cache (1 GiB) is $XENLAB_CACHE, by default build/xenlab. Needs 2.5 GiB of memory.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
cache=$(realpath -m "${XENLAB_CACHE:-$here/../../build/xenlab}")
disk_mib=64 # of the payload's and the output's disk

# What is taken from the CPU, and why:
#   smap     dom0 dies of a page fault at an IRET in QEMU's emulation
#   fsgsbase processes of dom0 get a wrong FS base while a guest runs: every few hundred forks
#            one crashes or spins for ever
#   monitor  Xen's idle loop panics on MWAIT
#   rdtscp   HVM and PVH guests die
#   others   not emulated; QEMU would warn
# AMD, not Intel: Xen would turn its slow Meltdown mitigation on.
cpu=EPYC,-smap,-fsgsbase,-monitor,-rdtscp,-rdseed,-sha-ni,-fxsr-opt,-misalignsse,-3dnowprefetch,-osvw
cpu=$cpu,-topoext,-nrip-save,-xsavec
# eager-fpu: QEMU's XSAVE and XRSTOR do not fault while CR0.TS is set, so with Xen's lazy switching
# processes of dom0 get another domain's vector registers and crash.
xen_args="com1=115200,8n1 console=com1 dom0_mem=1024M,max:1024M no-real-mode edd=off spec-ctrl=no,eager-fpu loglvl=all guest_loglvl=all"
dom0_args="console=hvc0 panic=1 quiet loglevel=4 audit=0 apparmor=0 mitigations=off init_on_alloc=0 nowatchdog random.trust_cpu=1 cryptomgr.notests"

say() { echo "xenlab: $*" >&2; }
die() { say "$*"; exit 125; }

qemu_pid='' run=''
cleanup() {
    if [ -n "$qemu_pid" ]; then
        kill -9 "$qemu_pid" 2>/dev/null || true
        wait "$qemu_pid" 2>/dev/null || true
    fi
    [ -z "$run" ] || rm -rf "$run"
}

make_disks() { # [payload folder]
    run=$(mktemp -d "${TMPDIR:-/tmp}/xenlab.XXXXXX")
    trap cleanup EXIT
    trap 'exit 130' INT TERM
    : > "$run/payload.img"
    [ $# = 0 ] || tar -C "$1" --owner=0 --group=0 -cf "$run/payload.img" .
    [ "$(stat -c %s "$run/payload.img")" -le $((disk_mib << 20)) ] || die "the payload is larger than $disk_mib MiB"
    truncate -s ${disk_mib}M "$run/payload.img" "$run/out.img"
}

# Descriptors afterwards: 3 to QEMU's monitor, 5 to and 6 from dom0's second serial port.
start_qemu() { # snapshot=on|off for the root disk, further QEMU arguments
    local snapshot=$1
    shift
    mkfifo "$run"/{mon,tty}.{in,out}
    qemu-system-x86_64 -accel tcg,thread=multi -cpu "$cpu" -m 2048 -smp 1 \
        -nodefaults -display none -nic none -no-reboot -rtc base=utc \
        -chardev pipe,id=mon,path="$run/mon" -mon chardev=mon,mode=readline \
        -chardev file,id=con,path="$run/console.log" -serial chardev:con \
        -chardev pipe,id=tty,path="$run/tty" -serial chardev:tty \
        -drive if=none,id=root,file="$cache/state.img,format=raw,snapshot=$snapshot,cache=unsafe" \
        -drive if=none,id=payload,file="$run/payload.img",format=raw,readonly=on \
        -drive if=none,id=out,file="$run/out.img",format=raw,cache=unsafe \
        -device virtio-blk-pci,drive=root -device virtio-blk-pci,drive=payload -device virtio-blk-pci,drive=out \
        -kernel "$cache/boot/xen" -append "$xen_args" \
        -initrd "$cache/boot/vmlinux $dom0_args,$cache/boot/initrd" \
        "$@" > "$run/qemu.log" 2>&1 8>&- &
    qemu_pid=$!
    # Opened before QEMU holds its ends, ours would block for ever if it died.
    until find "/proc/$qemu_pid/fd" -lname "$run/tty.out" 2>/dev/null | grep -q .; do
        kill -0 "$qemu_pid" 2>/dev/null || { cat "$run/qemu.log" >&2; die "QEMU did not start"; }
        sleep .1
    done
    exec 3>"$run/mon.in" 4<"$run/mon.out" 5>"$run/tty.in" 6<"$run/tty.out"
    cat <&4 > "$run/monitor.log" 8>&- &
}

# Asks the monitor until its answers match; fails at the deadline, and when QEMU is gone.
monitor_until() { # command pattern deadline
    until grep -asq "$2" "$run/monitor.log"; do
        [ $SECONDS -lt "$3" ] && kill -0 "$qemu_pid" 2>/dev/null || return 1
        echo "$1" >&3
        sleep .2
    done
}

broken() { # why
    tail -25 "$run/console.log" >&2 || true
    tail -n 5 "$run/monitor.log" "$run/qemu.log" >&2
    die "$1"
}

await_ready() { # deadline
    local line
    while IFS= read -r -t $(($1 - SECONDS)) line <&6; do
        case $line in @@XENLAB:ready*) return 0 ;; esac
    done
    broken "dom0 did not come up"
}

# Memory and disk of the saved state belong together, so the state has its own disk.
save_state() {
    local started=$SECONDS deadline=$((SECONDS + 240))
    make_disks
    rm -f "$cache/saved"
    cp --sparse=always "$cache/boot/dom0.img" "$cache/state.img"
    start_qemu off
    await_ready "$deadline"
    say "dom0 is ready after $((SECONDS - started)) s"
    printf '%s\n' stop "migrate_set_parameter max-bandwidth 0" "migrate \"exec:cat > $cache/state\"" >&3
    monitor_until "info migrate" "Migration status: completed" "$deadline" || broken "cannot save dom0's state"
    echo quit >&3
    wait "$qemu_pid" || true
    qemu_pid=''
    rm -rf "$run"
    say "its state is saved after $((SECONDS - started)) s"
}

build() {
    local rc=0
    rm -f "$cache"/{built,saved}
    "$here/build-image.sh" "$cache" 8>&- || rc=$?
    [ $rc != 77 ] || exit 77
    [ $rc = 0 ] || die "the image was not built"
}

# Does nothing where the cache holds what the sources here would make.
prepare() {
    local image state
    mkdir -p "$cache"
    exec 8>"$cache/lock"
    flock 8
    image=$(cat "$here/build-image.sh" "$here"/image/* | sha256sum)
    if [ "$(cat "$cache/built" 2>/dev/null)" != "$image" ] || ! command -v qemu-system-x86_64 >/dev/null; then
        build
        echo "$image" > "$cache/built"
    fi
    state=$(echo "$cpu $xen_args $dom0_args"; qemu-system-x86_64 --version)
    if [ "$(cat "$cache/saved" 2>/dev/null)" != "$state" ]; then
        save_state
        echo "$state" > "$cache/saved"
    fi
    exec 8>&-
}

# Copies dom0's output up to its exit status, which goes to $status. While an HVM or PVH guest runs,
# QEMU's emulation of SVM may lose that an interrupt is pending: the processor then halts for ever,
# with the timer's in its APIC. Any other interrupt wakes it, so in silence dom0's serial port gets
# a byte, which nobody reads.
follow_output() { # deadline
    local line begun=''
    while [ $SECONDS -lt "$1" ]; do
        if IFS= read -r -t .5 line <&6; then
            line=$begun$line begun=''
            case $line in
            *@@XENLAB:exit\ *@@) printf %s "${line%%@@XENLAB:*}"; status=${line##*exit }; status=${status%@@}; return ;;
            *) printf '%s\n' "$line" ;;
            esac
        else
            begun+=$line
            kill -0 "$qemu_pid" 2>/dev/null || broken "the machine ended without a status"
            echo >&5
        fi
    done
    printf %s "$begun"
}

collect() { # folder
    mkdir -p "$1"
    cp "$run"/{console,monitor}.log "$1/"
    tar -C "$1" --no-same-owner -xf "$run/out.img" 2>/dev/null || true # empty after a hang
}

run_payload() { # payload limit folder
    local started=$SECONDS deadline=$((SECONDS + $2)) status='' _
    make_disks "$1"
    start_qemu on -incoming "exec:cat $cache/state"
    monitor_until "info status" 'VM status: paused\( (postmigrate)\)\?.\?$' "$deadline" || broken "cannot resume dom0's state"
    echo cont >&3
    echo "go $(date +%s)" >&5
    say "dom0 runs after $((SECONDS - started)) s"
    follow_output "$deadline"
    if [ -z "$status" ]; then
        say "hard limit of $2 s hit"
        status=124
        # Where does the CPU stand? Three looks, for monitor.log.
        for _ in 1 2 3; do printf '%s\n' "info registers" "info lapic" >&3; sleep .5; done
    fi
    [ -z "$3" ] || collect "$3"
    say "exit status $status after $((SECONDS - started)) s"
    exit "$status"
}

usage() { sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2; exit 125; }

command=${1:-}
[ $# = 0 ] || shift
case $command in
prepare) prepare ;;
run)
    limit=240 out=''
    while getopts t:o: option; do
        case $option in t) limit=$OPTARG ;; o) out=$OPTARG ;; *) usage ;; esac
    done
    shift $((OPTIND - 1))
    [ $# = 1 ] || usage
    [ -x "$1/run-in-dom0.sh" ] || die "$1 has no executable run-in-dom0.sh"
    prepare
    run_payload "$1" "$limit" "$out"
    ;;
*) usage ;;
esac
