#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds what xenlab.sh boots, from Debian packages only, into CACHE/boot:
#   xen, vmlinux      hypervisor and kernel, unpacked: decompressing is slow in emulation
#   initrd, dom0.img  dom0's initramfs and root file system
# usage: build-image.sh CACHE     exit 77: this machine cannot do it
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
cache=$(readlink -f "${1:?usage: build-image.sh CACHE}")
work=$cache/work root=$cache/work/root
suite=bookworm xen=4.17

# qemu-system-xen for HVM guests; dnsmasq-base for network-nat; net-tools for Debian's vif-route.
dom0_packages=("xen-utils-$xen" qemu-system-xen xen-utils-common xenstore-utils bridge-utils iproute2 iptables
    nftables kmod procps iputils-ping dnsmasq-base)
host_packages=(qemu-system-x86 mmdebstrap e2fsprogs cpio busybox-static xz-utils gzip kmod procps)
# Folders and files under lib/modules/VERSION/kernel that dom0 gets.
modules=(lib crypto arch/x86/crypto net/{802,8021q,bridge,ipv4,ipv6,llc,netfilter,packet,sched}
    fs/{ext4,jbd2,mbcache.ko} drivers/{xen,virtio} drivers/block/virtio_blk.ko
    drivers/net/{xen-netfront.ko,xen-netback,veth.ko,tun.ko,dummy.ko,ifb.ko})

die() { echo "xenlab: $*" >&2; exit 1; }
cannot() { echo "xenlab: $*" >&2; exit 77; }

check_host() {
    [ "$(uname -m)" = x86_64 ] || cannot "needs an amd64 machine"
    [ "$(id -u)" = 0 ] || cannot "needs root"
    # shellcheck source=/dev/null
    [ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = $suite ] || cannot "needs Debian $suite"
}

apt_sources() {
    local file
    for file in "${XENLAB_SOURCES:-}" /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
        [ ! -s "$file" ] || { echo "$file"; return; }
    done
    cannot "found no apt sources file (set XENLAB_SOURCES)"
}

install_host_packages() {
    local package missing=()
    for package in "${host_packages[@]}"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "xenlab: installing ${missing[*]}" >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$cache/apt.log" 2>&1 ||
        { tail -5 "$cache/apt.log" >&2; cannot "could not install ${missing[*]}"; }
}

# The ELF vmlinux inside a bzImage with an xz payload.
extract_vmlinux() { # bzImage out
    local setup offset length
    field() { od -An -t "u$2" -j "$(($1))" -N "$2" "$3" | tr -d ' '; }
    setup=$(field 0x1f1 1 "$1")
    offset=$(((setup + 1) * 512 + $(field 0x248 4 "$1")))
    length=$(field 0x24c 4 "$1")
    # The last four bytes are the size; head ends tail early.
    (set +o pipefail; tail -c +$((offset + 1)) "$1" 2>/dev/null | head -c $((length - 4)) | xz -dc > "$2")
    [ "$(head -c 4 "$2" | tail -c 3)" = ELF ] || die "cannot extract the kernel"
}

unpack_kernel_and_xen() {
    local kernel
    kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*-amd64\)$/\1/p' | head -1)
    [ -n "$kernel" ] || cannot "apt knows no Linux kernel package"
    mkdir -p "$work/debs" "$work/kernel" "$work/xen"
    (cd "$work/debs" && apt-get download -qq "$kernel" xen-hypervisor-$xen-amd64 2>"$work/download.log") ||
        { cat "$work/download.log" >&2; cannot "cannot download $kernel and Xen"; }
    dpkg-deb -x "$work"/debs/linux-image-*.deb "$work/kernel"
    dpkg-deb -x "$work"/debs/xen-hypervisor-*.deb "$work/xen"
    zcat "$work/xen/boot/xen-$xen-amd64.gz" > "$cache/boot/xen"
    extract_vmlinux "$work"/kernel/boot/vmlinuz-* "$cache/boot/vmlinux"
}

make_root() {
    mmdebstrap --mode=root --format=directory --quiet --variant=minbase \
        --include="$(IFS=,; echo "${dom0_packages[*]}")" --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        $suite "$root" "$(apt_sources)" > "$work/mmdebstrap.log" 2>&1 ||
        { tail -20 "$work/mmdebstrap.log" >&2; die "mmdebstrap failed"; }
}

install_modules() {
    local m version
    version=$(ls "$work/kernel/lib/modules")
    local from=$work/kernel/lib/modules/$version to=$root/lib/modules/$version
    mkdir -p "$to/kernel"
    (cd "$from/kernel" && cp -a --parents "${modules[@]}" "$to/kernel/")
    cp "$from"/modules.{order,builtin,builtin.modinfo} "$to/"
    depmod -b "$root" "$version"
}

# Modules with what they need, and their order, for an initramfs.
add_modules() { # folder order module...
    local dir=$1 order=$2 m version
    shift 2
    version=$(ls "$work/kernel/lib/modules")
    mkdir -p "$dir/mod"
    for m; do modprobe -d "$root" -S "$version" --show-depends "$m"; done |
        sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' > "$dir.modules"
    while read -r m; do
        cp "$m" "$dir/mod/"
        basename "$m" >> "$dir/mod/$order"
    done < "$dir.modules"
}

pack() { (cd "$1" && find . | cpio -o -H newc --quiet); }

# An initramfs: busybox, the init script given, modules.
make_initramfs() { # folder init module...
    local dir=$1 init=$2
    shift 2
    mkdir -p "$dir"/{bin,proc,sys,dev,root}
    cp /bin/busybox "$dir/bin/"
    install -m 755 "$init" "$dir/init"
    add_modules "$dir" order "$@"
    pack "$dir"
}

# What makes a driver domain of a guest: behind the guest's initramfs, for the kernel reads several.
make_driver() {
    local dir=$work/driver xl=usr/lib/xen-$xen/bin/xl
    mkdir -p "$dir"
    install -m 644 "$here/image/driver-init" "$dir/driver"
    (cd "$root" && chroot . ldd "/$xl" | grep -o '/lib[^ ]*' | sed 's|^/||' |
        xargs cp -L --parents -t "$dir" "$xl")
    ln -s "/$xl" "$dir/xl"
    add_modules "$dir" driver-order xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xen-netback bridge
    pack "$dir"
}

finish_root() {
    mkdir -p "$root"/xenlab/{guest,out}
    install -m 755 "$here/image/dom0-init" "$root/xenlab/dom0-init"
    make_initramfs "$work/guest" "$here/image/guest-init" xen-netfront af_packet 8021q > "$root/xenlab/guest/initrd"
    make_driver > "$root/xenlab/guest/driver"
    cp "$cache/boot/vmlinux" "$root/xenlab/guest/vmlinux"
    # For HVM guests, whose device model boots no ELF file.
    cp "$work"/kernel/boot/vmlinuz-* "$root/xenlab/guest/vmlinuz"
    # The payload replaces vif-bridge; the original stays for comparison.
    cp -a "$root/etc/xen/scripts/vif-bridge" "$root/etc/xen/scripts/vif-bridge.debian"
    echo 'autoballoon="off"' > "$root/etc/xen/xl.conf"
    rm -f "$root/etc/fstab" "$root/etc/resolv.conf"
}

started=$SECONDS
check_host
rm -rf "$work" "${cache:?}/boot"
mkdir -p "$work" "$cache/boot"
apt-get update -qq >&2 || true
install_host_packages
echo "xenlab: building dom0's image (about a minute)" >&2
unpack_kernel_and_xen
make_root
install_modules
finish_root
make_initramfs "$work/initrd" "$here/image/dom0-initrd-init" virtio_pci virtio_blk crc32c_generic ext4 > "$cache/boot/initrd"
truncate -s 768M "$cache/boot/dom0.img"
mke2fs -q -F -t ext4 -O ^has_journal -m 0 -E lazy_itable_init=1 -L dom0 -d "$root" "$cache/boot/dom0.img"
rm -rf "$work"
echo "xenlab: image built in $((SECONDS - started)) s" >&2
