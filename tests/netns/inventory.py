#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""All addresses, routes, nexthops, policy rules and permanent neighbours, to the attribute.

One a line, in the kernel's order, as bytes of its netlink messages, so that nothing is left out
that ip(8) does not know. Interfaces stand there by their names, and what is left of a lifetime
only as "finite". IPv6 routes are
sorted, for the kernel puts no new one before an equal one. Given names rename interfaces first: OLD=NEW. What the kernel makes of addresses
in its table `local` is left out with --set.
"""
import socket
import struct
import sys

GETADDR, GETROUTE, GETNEIGH, GETRULE, GETNEXTHOP = 22, 26, 30, 34, 106
PROXIES = 0x100 | GETNEIGH
DUMP = 0x301
HEADS = {20: 8, 24: 12, 28: 12, 32: 12, 104: 8}
NAMES = {20: "address", 24: "route", 28: "neighbour", 32: "rule", 104: "nexthop"}


def renamed(index):
    name = socket.if_indextoname(index)
    return RENAMES.get(name, name)


def talk(kind, head):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.bind((0, 0))
        sock.send(struct.pack("=IHHII", 16 + len(head), kind, DUMP, 1, 0) + head)
        while True:
            data = sock.recv(1 << 16)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind == 3:
                    return
                if kind != 2:
                    yield kind, data[16:length]
                data = data[(length + 3) & ~3:]


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3:]


def lifetime(value):
    return "forever" if value == 0xFFFFFFFF else "finite"


def hops(data):
    while len(data) >= 8:
        length, flags, weight, index = struct.unpack_from("=HBBi", data)
        inside = " ".join(f"{k}:{v.hex()}" for k, v in attributes(data[8:length]))
        yield f"[{renamed(index)} {flags & ~0x11:02x} {weight} {inside}]"
        data = data[(length + 3) & ~3:]


def show(kind, attribute, value):
    if kind == 20 and attribute == 6:  # IFA_CACHEINFO
        preferred, valid = struct.unpack_from("=II", value)
        return f"valid {lifetime(valid)} preferred {lifetime(preferred)}"
    if kind == 24 and attribute == 12:  # RTA_CACHEINFO
        return "expires" if struct.unpack_from("=IIi", value)[2] > 0 else None
    if kind == 24 and attribute == 4:  # RTA_OIF
        return "dev " + renamed(struct.unpack("=i", value)[0])
    if kind == 104 and attribute == 5:  # NHA_OIF
        return "dev " + renamed(struct.unpack("=i", value)[0])
    if kind == 24 and attribute == 9:  # RTA_MULTIPATH
        return " ".join(hops(value))
    if kind == 28 and attribute in (3, 4):  # NDA_CACHEINFO, NDA_PROBES
        return None
    if kind == 20 and attribute == 8:  # IFA_FLAGS
        return f"flags {struct.unpack('=I', value)[0]:x}"
    return f"{attribute}:{value.hex()}"


def line(kind, data):
    head = bytearray(data[:HEADS[kind]])
    place = ""
    if kind == 20:
        place = renamed(struct.unpack_from("=I", head, 4)[0])
        head[4:8] = bytes(4)
    elif kind == 28:
        if head[8] & 0x80 == 0 and not head[10] & 8:
            return None
        place = renamed(struct.unpack_from("=i", head, 4)[0])
        head[4:8] = bytes(4)
    elif kind == 24:
        head[8] &= ~0x11  # dead, linkdown
        found = dict(attributes(data[12:]))
        if "--set" in sys.argv and head[4] == 255 and head[5] == 2 or head[7] == 5:
            return None
        if not found.get(4) and not found.get(9):
            return None
    if kind == 104:
        head[4] &= ~0x11
    shown = [show(kind, *a) for a in attributes(data[HEADS[kind]:])]
    return " ".join([NAMES[kind], place, head.hex()] + sorted(s for s in shown if s))


def lines():
    """Of each device in turn, for their numbers are nobody's business."""
    for family in (2, 10):
        for question in (GETADDR, GETROUTE, GETNEIGH, PROXIES, GETNEXTHOP, GETRULE):
            head = bytearray([family]) + bytes(7 if question in (GETADDR, GETNEXTHOP) else 11)
            if question == PROXIES:
                head[10] = 8
            told = (line(*message) for message in talk(question & 0xFF, bytes(head))
                    if message[0] in HEADS)
            found = [text for text in told if text]
            if family == 10 and question == GETROUTE:
                yield from sorted(found)
            elif question in (GETROUTE, GETNEXTHOP, GETRULE):
                yield from found
            else:
                yield from sorted(found, key=lambda text: text.split()[1])


RENAMES = dict(a.split("=") for a in sys.argv[1:] if "=" in a)
for text in lines():
    print(text)
