#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
tags.py NAME=NETNS:DEVICE...: frames with and without VLAN tags from each of the devices; who gets
them, and with what tag? NETNS "-" is the caller's own. Prints "FROM KIND: TO TAG, TO TAG..." a line,
"-" for no tag; nothing for a frame that nobody gets.
"""
import ctypes
import os
import select
import socket
import struct
import sys

ETH_P_ALL, ETH_P_8021Q, ETH_P_8021AD, ETH_P_TEST = 3, 0x8100, 0x88A8, 0x88B5
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID, PACKET_OUTGOING = 263, 8, 0x10, 4
CLONE_NEWNET = 0x40000000
PATIENCE = 0.3  # seconds
OWN = os.open("/proc/self/ns/net", os.O_RDONLY)


def tag(vid, kind=ETH_P_8021Q):
    return struct.pack("!HH", kind, vid)


KINDS = {
    "untagged": b"", "priority": tag(0xE000), "1": tag(1), "10": tag(10), "20": tag(20),
    "30": tag(30), "40": tag(40), "4095": tag(4095), "20 in 10": tag(10) + tag(20),
    "10 in 1": tag(1) + tag(10), "10 in priority": tag(0xE000) + tag(10),
    "20 in 802.1ad 10": tag(10, ETH_P_8021AD) + tag(20),
}


def enter(fd):
    if ctypes.CDLL(None, use_errno=True).setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def packet_socket(netns, device):
    if netns != "-":
        fd = os.open("/run/netns/" + netns, os.O_RDONLY)
        enter(fd)
        os.close(fd)
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.bind((device, ETH_P_ALL))
    enter(OWN)
    return sock


def receive(sock):
    """(The frame without its first tag, that tag's VLAN or "-"), or None for what goes out."""
    data, ancillary, _, address = sock.recvmsg(65536, 1024)
    if address[2] == PACKET_OUTGOING:
        return None
    for level, kind, aux in ancillary:
        status, tci = struct.unpack_from("I", aux)[0], struct.unpack_from("H", aux, 16)[0]
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA) and status & TP_STATUS_VLAN_VALID:
            return data, str(tci & 0xFFF)
    return data, "-"


def arrivals(sockets):
    """(name, frame, tag) of all that comes until nothing more does."""
    poll, names = select.poll(), {}
    for name, sock in sockets.items():
        poll.register(sock, select.POLLIN)
        names[sock.fileno()] = name
    while ready := poll.poll(PATIENCE * 1000):
        for fd, _ in ready:
            if got := receive(sockets[names[fd]]):
                yield names[fd], *got


def main(words):
    hosts = dict(word.split("=") for word in words)
    sockets = {name: packet_socket(*where.split(":")) for name, where in hosts.items()}
    came = {}
    for number, (name, sock) in enumerate(sockets.items()):
        for kind, tags in KINDS.items():
            mark = ("%s %s" % (name, kind)).encode()
            came[mark] = []
            sock.send(b"\xff" * 6 + bytes([2, 0, 0, 0, 9, number]) + tags +
                      struct.pack("!HB", ETH_P_TEST, len(mark)) + mark + bytes(46))
    for name, frame, vid in arrivals(sockets):
        inner, at = "", 12
        while frame[at:at + 2] == tag(0)[:2]:
            inner += " with %d in it" % struct.unpack_from("!H", frame, at + 2)
            at += 4
        mark = frame[at + 3:at + 3 + frame[at + 2]]
        if mark in came:
            came[mark].append("%s %s%s" % (name, vid, inner))
    for mark, receivers in came.items():
        if receivers:
            print("%s: %s" % (mark.decode(), ", ".join(sorted(receivers))))


main(sys.argv[1:])
