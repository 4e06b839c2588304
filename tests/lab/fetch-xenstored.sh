#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts into build/lab what the lab needs and no installed package has:
#   xenstored   Debian's own daemon, unpacked from xen-utils-VERSION
#   scripts/    Debian's packaged hotplug scripts, from xen-utils-common
#   ifupdown/   Debian's own, which would change the host when installed
#   openrc/     Debian's own, which would take the place of the host's init
#   dhcpd       ISC's, unpacked from isc-dhcp-server, which would start it when installed
#   xsshim.so   built from xsshim.c
# Does nothing for what is there already. Usage: fetch-xenstored.sh [DIRECTORY]

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../build/lab}
mkdir -p "$out"
out=$(cd "$out" && pwd)

# Two test programs may come here at the same time.
exec 9>"$out/.lock"
flock 9

xen_utils() {
	apt-cache pkgnames xen-utils- | grep -E '^xen-utils-[0-9.]+$' | sort -V | tail -1
}

download() { # PACKAGE
	(cd "$scratch" && apt-get -qq -o APT::Sandbox::User=root download "$1")
}

# unpack PACKAGE PATTERN FOLDER: the members that match, below FOLDER
unpack() {
	local package=$1 pattern=$2 folder=$3 deb
	# Lists that are older than the archive name files that are gone.
	download "$package" || {
		apt-get -qq update
		download "$package"
	}
	for deb in "$scratch/$package"_*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$folder" --wildcards "$pattern"
	done
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [ ! -x "$out/xenstored" ] || [ ! -x "$out/scripts/vif-bridge" ]; then
	package=$(xen_utils)
	if [ -z "$package" ]; then
		apt-get -qq update
		package=$(xen_utils)
	fi
	unpack "$package" './usr/lib/xen-*/bin/xenstored' "$scratch"
	unpack xen-utils-common './etc/xen/scripts/*' "$scratch"
	rm -rf "$out/scripts"
	mv "$scratch/etc/xen/scripts" "$out/scripts"
	mv "$scratch"/usr/lib/xen-*/bin/xenstored "$out/xenstored"
fi

if [ ! -x "$out/ifupdown/ifup" ]; then
	unpack ifupdown './*sbin/if*' "$scratch"
	rm -rf "$out/ifupdown"
	mkdir "$out/ifupdown"
	find "$scratch" -path '*sbin/if*' -exec mv -t "$out/ifupdown" {} +
fi

if [ ! -x "$out/openrc/sbin/openrc-run" ]; then
	mkdir "$scratch/openrc"
	for package in openrc librc1 libeinfo1; do
		unpack "$package" './*' "$scratch/openrc"
	done
	rm -rf "$out/openrc"
	mkdir -p "$out/openrc/lib" "$out/openrc/libexec" "$out/openrc/sbin"
	# Its own folder is lib/rc in Debian 12, usr/libexec/rc later.
	for folder in "$scratch"/openrc/{,usr/}{lib/*-linux-gnu,lib/rc,libexec/rc}; do
		[ ! -e "$folder" ] || cp -a "$folder" "$out/openrc/$(basename "$(dirname "$folder")")/"
	done
	find "$scratch/openrc" -path '*sbin/openrc-run' -exec mv -t "$out/openrc/sbin" {} +
fi

if [ ! -x "$out/dhcpd" ]; then
	unpack isc-dhcp-server ./usr/sbin/dhcpd "$scratch"
	mv "$scratch/usr/sbin/dhcpd" "$out/dhcpd"
fi

if [ "$here/xsshim.c" -nt "$out/xsshim.so" ]; then
	gcc -O2 -shared -fPIC -o "$out/xsshim.so.new" "$here/xsshim.c"
	mv "$out/xsshim.so.new" "$out/xsshim.so"
fi

if ldd "$out/xenstored" | grep 'not found' >&2; then
	echo "fetch-xenstored: install libxen-dev" >&2
	exit 1
fi
