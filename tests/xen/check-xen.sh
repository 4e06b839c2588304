#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the programs under a real Xen: xenlab.sh with the payload beside it. Prints TAP.
# BUILD: where the programs are, by default build. XENLAB_LIMIT: seconds until a run counts as
# hung. PARTS: words, the parts of run-in-dom0.sh to run, by default all, which are two machines at
# once where there are processors and memory for it. Logs: build/xenlab/last, of halves below it.
set -uo pipefail

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
build=$(realpath -m "${BUILD:-$here/../../build}")
last=${XENLAB_LAST:-${XENLAB_CACHE:-$build/xenlab}/last}
case ${PARTS:-} in quick) limit=900 ;; *) limit=1800 ;; esac
limit=${XENLAB_LIMIT:-$limit}

[ -x "$build/vif-bridge" ] || { echo "Bail out! $build/vif-bridge is missing"; exit 1; }

# Two plans in one; none, if one of them is missing.
in_one() { # TAP...
    awk '/^(not )?ok / { sub(/ok [0-9]+/, "ok " ++n) }
        /^1\.\.0 / { skip = $0 }
        /^1\.\./ { plans++; next }
        { print }
        END { if (plans == ARGC - 1) print n || skip == "" ? "1.." n : skip }' "$@"
}

both_halves() {
    local half pids=() pid rc=0
    rm -rf "$last"
    mkdir -p "$last"
    for half in first second; do
        PARTS=$half XENLAB_LAST=$last/$half "$0" > "$last/$half.tap" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || rc=1
    done
    in_one "$last"/{first,second}.tap
    return $rc
}

room_for_two() {
    [ "$(nproc)" -ge 2 ] && [ "$(awk '/MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)" -ge 6 ]
}

case ${PARTS:-all} in
all)
    if room_for_two; then
        both_halves
        exit
    fi
    ;;
esac

payload=$(mktemp -d)
trap 'rm -rf "$payload"' EXIT
cp -a "$here/payload/." "$payload/"
mkdir -p "$payload/etc/xen/scripts"
find "$build" -maxdepth 1 \( -name 'vif-*' -o -name 'network-*' \) -perm -100 \
    -exec install -m 755 {} "$payload/etc/xen/scripts/" \;
# For a driver domain's initramfs.
(cd "$payload" && find etc | cpio -o -H newc --quiet > xenlab/scripts.cpio)
[ -z "${PARTS:-}" ] || echo "$PARTS" > "$payload/xenlab/parts"
rm -rf "$last"
mkdir -p "$last"

# The TAP is kept back until it is known whether this run counts.
run() {
    "$here/xenlab.sh" run -t "$limit" -o "$last" "$payload" 2>&1 > "$last/tap" | tee "$last/progress" >&2
    rc=${PIPESTATUS[0]}
}

run
if [ "$rc" = 124 ]; then
    echo "# ATTENTION: the emulated machine was not done within $limit s. It is known to stand still"
    echo "# ATTENTION: once in a long while: trying once more. It had printed:"
    sed 's/^/#   /' "$last/tap"
    rm -rf "$last.hang"
    mv "$last" "$last.hang"
    mkdir -p "$last"
    run
fi
if [ "$rc" = 77 ]; then
    echo "1..0 # SKIP this machine cannot run Xen in QEMU: $(tail -1 "$last/progress")"
    echo "check-xen: SKIPPED: NOTHING WAS TESTED UNDER XEN" >&2
    exit 0
fi
cat "$last/tap"
[ "$rc" = 0 ] || echo "# xenlab.sh: exit status $rc; logs in $last"
[ "$rc" != 124 ] || echo "Bail out! The emulated machine was not done in time twice"
[ "$rc" != 125 ] || echo "Bail out! The emulated machine could not be built or crashed"
exit "$rc"
