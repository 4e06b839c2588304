# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints TAP.

count=0 failed=0
check() { # description command...
    local what=$1 result=ok
    shift
    "$@" || { result="not ok"; failed=$((failed + 1)); }
    count=$((count + 1))
    echo "$result $count - $what"
}
note() { echo "# [$(cut -d' ' -f1 /proc/uptime)] $*"; }
# shellcheck disable=SC2120 # others call it with files
show() { sed 's/^/#   /' "$@"; }

# Prints and fails when the two differ.
same() { # wanted found
    [ "$1" = "$2" ] && return
    diff <(echo "$1") <(echo "$2") | show -
    return 1
}

within() { # seconds command...
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep .2
    done
}

fails() { ! "$@"; }
