#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what building, testing or linting needs on Debian 12 or 13; asks apt
# only for what is missing. Run as root: tests/deps.sh [GROUP...], default: all.

set -euo pipefail

build=(
	gcc make pkg-config libc6-dev libip4tc-dev libip6tc-dev libiptc-dev libnl-3-dev
	libxen-dev libxtables-dev xz-utils
)
# What the lab, its unpacked xenstored and the unpacked hotplug scripts want.
lab=(bsdutils gcc iproute2 iptables libc6-dev libxen-dev nftables util-linux xenstore-utils)
# perl has prove; binutils and file look at the built programs; busybox is the guests' DHCP client.
test=(
	"${build[@]}" "${lab[@]}" bats binutils busybox-static clang conntrack dnsmasq-base file
	iputils-ping jq libcmocka-dev perl procps python3 strace valgrind
)
lint=("${build[@]}" clang clang-tidy codespell cppcheck libcmocka-dev mandoc shellcheck)
demo=("${build[@]}" "${lab[@]}" iputils-ping jq)
# Xen's vif-route wants ifconfig.
bench=("${build[@]}" "${lab[@]}" iputils-ping net-tools python3 strace)
# A real Xen with real guests, in QEMU.
xen=(
	"${build[@]}" busybox-static cpio e2fsprogs gzip kmod mmdebstrap procps
	qemu-system-x86 xz-utils
)

usage() {
	echo "usage: tests/deps.sh [build|test|lint|demo|xen|bench|all ...]" >&2
	exit 1
}

# The run-time libraries of sanitizers and libFuzzer carry clang's version in
# their name: libclang-rt-14-dev on Debian 12, -19- on Debian 13.
clang_rt() {
	local depends
	depends=$(dpkg-query -W -f='${Depends}' clang 2>/dev/null || true)
	[ -n "$depends" ] || depends=$(apt-cache depends clang)
	[[ $depends =~ clang-([0-9]+) ]] || { echo "deps: which clang?" >&2; return 1; }
	echo "libclang-rt-${BASH_REMATCH[1]}-dev"
}

missing() {
	local have
	# It fails for a package that dpkg has never heard of, and prints the others.
	have=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
	have=$(sed -n 's/ installed$//p' <<<"$have")
	printf '%s\n' "$@" | sort -u | grep -vxF "$have" || true
}

apt_updated=0
install_missing() {
	local list
	mapfile -t list < <(missing "$@")
	[ "${#list[@]}" -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "deps: not root; missing: ${list[*]}" >&2
		return 1
	fi
	[ "$apt_updated" = 1 ] || apt-get -qq update
	apt_updated=1
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 install "${list[@]}"
}

[ $# -gt 0 ] || set -- all
packages=()
rt=0
for group; do
	case $group in
	build | lint | demo | xen | bench)
		declare -n group_packages=$group
		packages+=("${group_packages[@]}")
		;;
	test) packages+=("${test[@]}") rt=1 ;;
	all)
		packages+=("${test[@]}" "${lint[@]}" "${demo[@]}" "${bench[@]}" "${xen[@]}")
		rt=1
		;;
	*) usage ;;
	esac
done

install_missing "${packages[@]}"
# Only now: before, apt may not know which clang there is.
[ "$rt" = 0 ] || { package=$(clang_rt) && install_missing "$package"; }
