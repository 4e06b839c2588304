#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes FOLDER/libiptc.a: libip4tc and libip6tc, which no Debian package has for a
# static link, from the source package of the installed libiptc-dev. Where that
# cannot be had the archive is left empty, one line says so and the reason stands
# in FOLDER/log. Needs no root, and leaves apt's own lists and sources alone.
# Usage: [CC=...] [CFLAGS=...] fetch-libiptc.sh FOLDER

set -euo pipefail

here=$PWD
mkdir -p "$1"
cd "$1"

# Two makes may come here at the same time.
exec 9>.lock
flock 9
[ ! -e libiptc.a ] || exit 0

scratch=$(mktemp -d "$PWD/tmp.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# The host's sources, asked for source packages: the same archives, keys and proxies.
copy_sources() {
	local etc file
	etc=$(apt-config shell etc Dir::Etc/d) && eval "$etc" || return
	mkdir -p "$scratch"/{parts,lists/partial,cache/archives/partial}
	for file in "$etc"sources.list.d/*.sources; do
		[ ! -f "$file" ] ||
			sed 's/^Types:.*/Types: deb-src/I' "$file" >"$scratch/parts/${file##*/}"
	done
	for file in "$etc"sources.list "$etc"sources.list.d/*.list; do
		[ ! -f "$file" ] ||
			sed -n 's/^[[:blank:]]*deb[[:blank:]]/deb-src /p' "$file" \
				>"$scratch/parts/${file##*/}.list"
	done
}

private_apt() {
	local apt=$1
	shift
	"$apt" -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$scratch/parts" \
		-o Dir::State::lists="$scratch/lists" -o Dir::Cache="$scratch/cache" \
		-o APT::Sandbox::User=root -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "$@"
}

# That of the installed headers first, then others of the same upstream one, then any.
versions() {
	local installed served
	installed=$(dpkg-query -W -f='${source:Version}' libiptc-dev) || return
	served=$(private_apt apt-cache showsrc iptables | sed -n 's/^Version: //p' | sort -rVu)
	echo "$installed"
	grep "^${installed%-*}-[^-]*$" <<<"$served" || true
	echo "$served"
}

# apt checks the archive's signature, and every file against it.
fetch() {
	local version list
	copy_sources || return
	# A source that has no such index is no reason to give up.
	private_apt apt-get update || true
	list=$(versions) || return
	for version in $list; do
		(cd "$scratch" && rm -f iptables_* &&
			private_apt apt-get source --download-only --tar-only \
				"iptables=$version") && return
	done
	echo "none of these versions is to be had: $list" >&2
	return 1
}

build() {
	local folder
	tar -xf "$scratch"/iptables_*.orig.tar.* -C "$scratch" --wildcards '*/libiptc/*' || return
	folder=$(echo "$scratch"/iptables-*/libiptc)
	# shellcheck disable=SC2086  # they are words
	(cd "$folder" && ${CC:-gcc} ${CFLAGS:--O2} -w -c libip4tc.c libip6tc.c &&
		${AR:-ar} rcs libiptc.a libip4tc.o libip6tc.o) || return
	mv "$folder/libiptc.a" libiptc.a
}

if fetch >log 2>&1 && build >>log 2>&1; then
	exit 0
fi
: >libiptc.a
log=$PWD/log
echo "  WARNING: libiptc's source package cannot be had (${log#"$here"/}):" \
	"linking SHARED libraries, NOT static programs; 'make clean' and 'make' try again" >&2
