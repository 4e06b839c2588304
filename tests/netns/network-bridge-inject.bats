#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=once
# network-bridge, killed or failing half way: the host is as before, or all is done. For speed a
# part of the calls that change something; EVERY=1 is all of these, ALL=yes all calls there are. HOST=rich_host
# has all that can be on a device. Whole runs need TEST_SECONDS=3000.

load helper
load dance
load dance-inject

export VIF_PROGRAM=network-bridge
export EVERY=${EVERY:-9} HOST=${HOST:-host}

@test "start is killed: style=veth" {
	"$HOST"
	kills start veth
}

@test "stop is killed: style=veth" {
	"$HOST"
	kills stop veth
}

@test "start is killed: style=bridge" {
	"$HOST"
	kills start bridge
}

@test "stop is killed: style=bridge" {
	"$HOST"
	kills stop bridge
}

@test "start is killed: style=plain" {
	"$HOST"
	kills start plain
}

@test "stop is killed: style=plain" {
	"$HOST"
	kills stop plain
}

@test "a call of start fails: style=veth" {
	"$HOST"
	fails_once start veth
}

@test "a call of stop fails: style=veth" {
	"$HOST"
	fails_once stop veth
}

@test "a call of start fails: style=bridge" {
	"$HOST"
	fails_once start bridge
}

@test "a call of stop fails: style=bridge" {
	"$HOST"
	fails_once stop bridge
}

@test "a call of start fails: style=plain" {
	"$HOST"
	fails_once start plain
}

@test "a call of stop fails: style=plain" {
	"$HOST"
	fails_once stop plain
}
