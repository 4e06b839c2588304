#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Good and forged frames, sent from guests' network namespaces; who gets them?

frames.py [--router] names               the table: VERDICT NAME a line, tab between them
frames.py [--router] [--tap NAME] [--vlan ID] send [NAME...]
                                         send all, or those named, in the dom0 that spoof-cases.bash
                                         makes; and print RECEIVER yes|no|half|absent VERDICT NAME a
                                         line: did it arrive?
frames.py [--router] counts              what the guard counts of one "send": VIF REASON NUMBER
frames.py flood SECONDS                  forged frames from guest1 for so long, without a pause

With --vlan each has a tag of that VLAN besides.

A frame's verdict is "allowed"; "forged", where REASON names the counter that must count it; or
"eaten": it never gets through a bridge or a router, guarded or not, so that its loss proves
nothing.

On a bridge each frame is sent to the MAC address of each receiver, and to a group. What arrives
is compared byte by byte. At a receiver it arrives "half" if only one of the two does.

To a router each frame is sent once for each receiver, to the router's MAC address. A mark in it
tells what arrives: at the host in its sockets, behind all filters.
"""
import argparse
import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time
from ipaddress import ip_address

ETH_P_ALL, ETH_P_IP, ETH_P_8021Q, ETH_P_8021AD, ETH_P_IPV6 = 3, 0x800, 0x8100, 0x88A8, 0x86DD
ETH_P_ARP, ETH_P_RARP = 0x806, 0x8035
ICMP, IGMP, TCP, UDP, GRE, ICMPV6 = 1, 2, 6, 17, 47, 58
HOPOPTS, ROUTING, FRAGMENT, AUTH, NONE, DSTOPTS = 0, 43, 44, 51, 59, 60
RS, RA, NS, NA, REDIRECT = 133, 134, 135, 136, 137
SLLA, TLLA, NONCE = 1, 2, 14


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip(text):
    return ip_address(text).packed


# ---- who there is; as lab.sh and spoof-dom0.bash make them --------------------------------


class Host:
    def __init__(self, netns, device, address, ip4, ip6, port=None):
        self.netns, self.device, self.port = netns, device, port
        self.mac, self.ip4, self.ip6 = mac(address), ip4, ip6
        self.local = link_local(self.mac)

    def is_there(self):
        try:
            return in_netns(self.netns, lambda: socket.if_nametoindex(self.device)) > 0
        except OSError:
            return False


def link_local(address):
    eui = bytes([address[0] ^ 2]) + address[1:3] + b"\xff\xfe" + address[3:]
    return str(ip_address(ip("fe80::")[:8] + eui))


def guest(number):
    address = "00:16:3e:00:%02x:00" % number
    return Host("guest%d" % number, "g%d.0" % number, address, "10.0.0.%d" % number,
                "2001:db8::%d" % number, port="vif%d.0" % number)


G1, G2, FREE, ONLY4, UNGUARDED = (guest(n) for n in range(1, 6))
LAN = Host("lan", "far-xenbr0", "00:03:00:00:00:01", "10.0.0.254", "2001:db8::fe")
HOST = Host(None, "xenbr0", "00:02:00:00:00:01", "10.0.0.250", "2001:db8::fa")
# guest1 also has 192.168.7.0/28 and 2001:db8:7::/64
IN_NET4, PAST_NET4 = "192.168.7.15", "192.168.7.16"
IN_NET6, PAST_NET6 = "2001:db8:7::77", "2001:db8:7:1::77"
BROADCAST = b"\xff" * 6
STRANGER = mac("00:16:3e:77:77:77")


# ---- headers --------------------------------------------------------------------------------


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


def arp(op, sender, sender_ip, target=bytes(6), target_ip="10.0.0.254", htype=1, ptype=ETH_P_IP,
        hlen=6, plen=4):
    return struct.pack("!HHBBH", htype, ptype, hlen, plen, op) + \
        sender + ip(sender_ip) + target + ip(target_ip)


def ip4(source, payload, proto=UDP, to="10.0.0.254", version=4, ihl=None, length=None, frag=0,
        options=b""):
    """FRAG as in the header: offset in units of 8 bytes, 0x2000: more to come."""
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    length = 20 + len(options) + len(payload) if length is None else length
    header = struct.pack("!BBHHHBBH", version << 4 | ihl, 0, length, 7, frag, 64, proto, 0) + \
        ip(source) + ip(to) + options
    return header[:10] + checksum(header) + header[12:] + payload


def ip6(source, payload, following=UDP, to="2001:db8::fe", version=6, length=None, hops=64, flow=0):
    length = len(payload) if length is None else length
    return struct.pack("!IHBB", version << 28 | flow, length, following, hops) + \
        ip(source) + ip(to) + payload


def udp(sport, dport, data=b"data", length=None):
    return struct.pack("!HHHH", sport, dport, 8 + len(data) if length is None else length, 0) + data


def udp6(source, sport, dport, to="2001:db8::fe", data=b"data"):
    """IPv6 wants a checksum."""
    packet = udp(sport, dport, data)
    return packet[:6] + checksum(pseudo(source, to, len(packet), UDP) + packet) + packet[8:]


def tcp(sport=5000, dport=80):
    return struct.pack("!HHIIBBHHH", sport, dport, 1, 0, 0x50, 2, 1000, 0, 0)


def echo():
    body = struct.pack("!BBHHH", 8, 0, 0, 1, 1) + b"ping"
    return body[:2] + checksum(body) + body[4:]


def pseudo(source, to, length, proto):
    return ip(source) + ip(to) + struct.pack("!II", length, proto)


def icmp6(kind, body, source, to):
    packet = struct.pack("!BBH", kind, 0, 0) + body
    return packet[:2] + checksum(pseudo(source, to, len(packet), ICMPV6) + packet) + packet[4:]


def option(kind, value, length=1):
    return bytes([kind, length]) + value


def extension(following, data=b"\x01\x04\0\0\0\0", length=0):
    """Hop-by-hop or destination options; by default padding."""
    return bytes([following, length]) + data


def routing(following):
    return bytes([following, 2, 0, 0]) + bytes(4) + ip(G2.ip6)


def fragment(following, offset=0, more=False):
    """OFFSET in bytes."""
    return struct.pack("!BBHI", following, 0, offset | more, 99)


def authentication(following):
    return bytes([following, 4]) + bytes(22)


ROUTER_ALERT = b"\x05\x02\0\0\x01\0"


def message(kind, body, source, to="ff02::1", hops=255, before=(), **changes):
    """An ICMPv6 packet behind headers: BEFORE is a list of (number, function of the next)."""
    payload, following = icmp6(kind, body, source, to), ICMPV6
    for number, header in reversed(before):
        payload, following = header(following) + payload, number
    return ip6(source, payload, following, to, hops=hops, **changes)


def neighbour(kind, source, target, options=b"", to="ff02::1", **changes):
    flags = 0x20000000 if kind == NA else 0
    return message(kind, struct.pack("!I", flags) + ip(target) + options, source, to, **changes)


def router_solicit(source, options=b"", **changes):
    return message(RS, bytes(4) + options, source, "ff02::2", **changes)


def router_advert(source, **changes):
    prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 3600, 3600, 0) + ip("2001:db8:bad::")
    return message(RA, struct.pack("!BBHII", 64, 0, 1800, 0, 0) + prefix, source, **changes)


def redirect(source, **changes):
    return message(REDIRECT, bytes(4) + ip(G1.local) + ip("2001:db8::99"), source, **changes)


def report(kind, source, **changes):
    """MLD; version 2 is kind 143."""
    group = ip("ff02::1:ff00:100")
    body = struct.pack("!HHBBH", 0, 1, 4, 0, 0) + group if kind == 143 else bytes(4) + group
    before = [(HOPOPTS, lambda following: extension(following, ROUTER_ALERT))]
    return message(kind, body, source, "ff02::16", hops=1, before=before, **changes)


def rtype(value):
    return struct.pack("!H", value)


# ---- the table ------------------------------------------------------------------------------


class Frame:
    """What follows the destination address. A mark is put at its end, unless it is to be cut."""

    def __init__(self, verdict, name, sender, source, kind, payload, marked=True, group=BROADCAST,
                 receivers=("lan", "guest2", "host")):
        self.verdict, self.name, self.sender, self.group = verdict, name, sender, group
        self.rest, self.marked = source + rtype(kind) + payload, marked
        self.receivers = receivers
        self.number = len(FRAMES)
        if name in (other.name for other in FRAMES):
            sys.exit("two frames are called " + name)

    def bytes_to(self, destination):
        mark = b"\0\0mark%04d" % self.number if self.marked else b""
        return destination + self.rest[:6] + TAG + self.rest[6:] + mark

    def count(self):
        """How often it is sent: to each receiver's MAC address, and to the group."""
        return len([name for name in self.receivers if name != "port"]) + 1

    def reason(self):
        return self.verdict.partition(" ")[2]

    def is_forged(self):
        return self.verdict.startswith("forged")


FRAMES = []
TAG = b""  # around all of them


class Section:
    """Frames of one sender about one thing. The name of each begins with the section's."""

    def __init__(self, name, sender, reason=None):
        self.name, self.sender, self.reason = name, sender, reason

    def add(self, verdict, name, kind, payload, source=None, **how):
        FRAMES.append(Frame(verdict, self.name + ": " + name, self.sender,
                            source or self.sender.mac, kind, payload, **how))

    def allowed(self, name, kind, payload, **how):
        self.add("allowed", name, kind, payload, **how)

    def forged(self, name, kind, payload, reason=None, **how):
        self.add("forged " + (reason or self.reason), name, kind, payload, **how)

    def eaten(self, name, kind, payload, reason=None, **how):
        """With a REASON: the guard stands before the bridge, and counts them all the same."""
        self.add("eaten " + reason if reason else "eaten", name, kind, payload, **how)


def table_mac():
    s = Section("mac", G1, "mac")
    packet = ip4(G1.ip4, tcp(), TCP)
    s.allowed("its own", ETH_P_IP, packet)
    for name, source in [
            ("the other guest's", G2.mac), ("the host's", HOST.mac), ("the LAN's", LAN.mac),
            ("a stranger's", STRANGER), ("the port's own", mac("fe:ff:ff:ff:ff:ff")),
            ("its own with another last bit", G1.mac[:5] + b"\x01"),
            ("its own, locally administered", b"\x02" + G1.mac[1:])]:
        s.forged(name, ETH_P_IP, packet, source=source)
    s.forged("the other guest's, in IPv6", ETH_P_IPV6, ip6(G1.ip6, tcp(), TCP), source=G2.mac)
    s.forged("the other guest's, in ARP", ETH_P_ARP, arp(1, G1.mac, G1.ip4), source=G2.mac)
    s.forged("the other guest's, with all that is his", ETH_P_ARP, arp(2, G2.mac, G2.ip4),
             source=G2.mac)
    # No bridge takes these from anybody.
    for name, source in [("zero", bytes(6)), ("a group's", b"\x01" + G1.mac[1:]),
                         ("broadcast", BROADCAST)]:
        s.eaten(name, ETH_P_IP, packet, reason="mac", source=source)


def table_type():
    s = Section("type", G1, "type")
    packet = ip4(G1.ip4, tcp(), TCP)
    announce = arp(3, G1.mac, "0.0.0.0", G1.mac, "0.0.0.0")
    s.allowed("RARP that announces itself", ETH_P_RARP, announce)
    s.allowed("RARP that announces itself, padded", ETH_P_RARP, announce + bytes(18))
    for name, payload in [
            ("RARP that announces the other guest", arp(3, G2.mac, "0.0.0.0", G2.mac, "0.0.0.0")),
            ("RARP by the other guest", arp(3, G2.mac, "0.0.0.0", G1.mac, "0.0.0.0")),
            ("RARP about the other guest", arp(3, G1.mac, "0.0.0.0", G2.mac, "0.0.0.0")),
            ("RARP reply", arp(4, G1.mac, "0.0.0.0", G1.mac, "0.0.0.0")),
            ("ARP reply in RARP", arp(2, G1.mac, G1.ip4)),
            ("RARP with an address", arp(3, G1.mac, G2.ip4, G1.mac, "0.0.0.0")),
            ("RARP with a target address", arp(3, G1.mac, "0.0.0.0", G1.mac, G2.ip4))]:
        s.forged(name, ETH_P_RARP, payload, reason="arp")
    s.forged("RARP cut short", ETH_P_RARP, announce[:27], reason="arp", marked=False)

    def tag(vid, kind):
        return struct.pack("!HH", vid, kind)
    s.forged("VLAN 5", ETH_P_8021Q, tag(5, ETH_P_IP) + packet)
    s.forged("VLAN 0, a mere priority", ETH_P_8021Q, tag(0xE000, ETH_P_IP) + packet)
    s.forged("VLAN 0 around ARP", ETH_P_8021Q, tag(0, ETH_P_ARP) + arp(2, G1.mac, G2.ip4))
    s.forged("VLAN 0 around RA", ETH_P_8021Q, tag(0, ETH_P_IPV6) + router_advert(G1.local))
    s.forged("802.1ad", ETH_P_8021AD, tag(5, ETH_P_IP) + packet)
    s.forged("two tags", ETH_P_8021Q, tag(5, ETH_P_8021Q) + tag(6, ETH_P_IP) + packet)
    s.forged("two tags, 802.1ad outside", ETH_P_8021AD,
             tag(5, ETH_P_8021Q) + tag(6, ETH_P_IP) + packet)
    s.forged("two tags of VLAN 0 around ARP", ETH_P_8021Q,
             tag(0, ETH_P_8021Q) + tag(0, ETH_P_ARP) + arp(2, G1.mac, G2.ip4))
    s.eaten("a tag cut short", ETH_P_8021Q, b"\0", marked=False)
    for name, kind in [
            ("LLDP", 0x88CC), ("EAPOL", 0x888E), ("PPPoE discovery", 0x8863),
            ("PPPoE session", 0x8864), ("MPLS", 0x8847), ("LACP", 0x8809), ("PTP", 0x88F7),
            ("MACsec", 0x88E5), ("loopback test", 0x9000), ("AppleTalk ARP", 0x80F3),
            ("experimental", 0x88B5), ("X.25", 0x0805)]:
        s.forged(name, kind, packet)
    s.forged("802.3 with a length, spanning tree", 38, b"\x42\x42\x03" + bytes(35))
    s.forged("802.3 with SNAP, IPv4 in it", 8 + len(packet),
             b"\xaa\xaa\x03\0\0\0" + rtype(ETH_P_IP) + packet)
    s.forged("a single byte", 0x0001, b"\x01", marked=False)


def table_bridge():
    """
    01:80:c2:00:00:0X: a bridge forwards none of these, but hands most to the host as coming
    from the port itself (receiver "port"), some without asking any bridge filter.
    """
    s = Section("bridge", G1, "type")
    host_udp = ip4(G2.ip4, udp(5, 9999), to=HOST.ip4)

    def group(last):
        return {"group": mac("01:80:c2:00:00:%02x" % last), "receivers": ("port",)}
    s.forged("LLDP to the nearest bridge", 0x88CC, b"\x02\x07\x04" + G1.mac, **group(0x0E))
    s.forged("IPv4 of another to the nearest bridge", ETH_P_IP, host_udp, **group(0x0E))
    s.forged("IPv4 of its own to the nearest bridge", ETH_P_IP, ip4(G1.ip4, udp(5, 9)),
             **group(0x0E))
    s.forged("ARP of another to the nearest bridge", ETH_P_ARP, arp(2, G1.mac, G2.ip4),
             **group(0x0E))
    s.forged("a router advertisement to the nearest bridge", ETH_P_IPV6, router_advert(G1.local),
             **group(0x0E))
    s.forged("another's MAC to the nearest bridge", ETH_P_IP, host_udp, source=G2.mac,
             reason="mac", **group(0x0E))
    s.forged("LACP to the slow protocols' group", 0x8809, b"\x01\x01" + bytes(50), **group(2))
    s.forged("EAPOL to the port access group", 0x888E, b"\x02\x01\0\0", **group(3))
    s.forged("IPv4 of another to the provider bridges", ETH_P_IP, host_udp, **group(8))
    s.forged("another's MAC to the provider bridges", ETH_P_IP, host_udp, source=G2.mac,
             reason="mac", **group(8))
    s.eaten("pause frames", 0x8808, b"\0\x01\xff\xff" + bytes(42), reason="type", **group(1))
    # A bridge without spanning tree forwards its frames.
    s.forged("spanning tree", 38, b"\x42\x42\x03" + bytes(35),
             group=mac("01:80:c2:00:00:00"))


def table_arp():
    s = Section("arp", G1, "arp")
    own = G1.mac
    for name, payload in [
            ("request", arp(1, own, G1.ip4)),
            ("reply", arp(2, own, G1.ip4, LAN.mac)),
            ("announcement", arp(1, own, G1.ip4, target_ip=G1.ip4)),
            ("announcement by reply", arp(2, own, G1.ip4, BROADCAST, target_ip=G1.ip4)),
            ("probe", arp(1, own, "0.0.0.0", target_ip=G1.ip4)),
            ("request from its prefix", arp(1, own, IN_NET4)),
            ("reply from its prefix", arp(2, own, "192.168.7.0", LAN.mac)),
            ("probe in its prefix", arp(1, own, "0.0.0.0", target_ip=IN_NET4)),
            ("padded", arp(1, own, G1.ip4) + bytes(18))]:
        s.allowed(name, ETH_P_ARP, payload)
    s.allowed("no padding at all", ETH_P_ARP, arp(1, own, G1.ip4, target_ip="10.0.0.77"),
              marked=False)
    for name, payload in [
            ("reply in the other guest's name", arp(2, own, G2.ip4)),
            ("request in the other guest's name", arp(1, own, G2.ip4)),
            ("announcement in the other guest's name", arp(1, own, G2.ip4, target_ip=G2.ip4)),
            ("reply in the host's name", arp(2, own, HOST.ip4)),
            ("reply in the gateway's name", arp(2, own, LAN.ip4)),
            ("reply past its prefix", arp(2, own, PAST_NET4)),
            ("request from nowhere known", arp(1, own, "10.0.0.77")),
            ("request from 255.255.255.255", arp(1, own, "255.255.255.255")),
            ("request from 0.0.0.1", arp(1, own, "0.0.0.1")),
            ("request in the other guest's name, for its address",
             arp(1, own, G2.ip4, target_ip=G1.ip4)),
            ("request in the other guest's name, for one of its prefix",
             arp(1, own, G2.ip4, target_ip=IN_NET4)),
            ("reply from 0.0.0.0", arp(2, own, "0.0.0.0", target_ip=G1.ip4)),
            ("reply from 0.0.0.0 to its prefix", arp(2, own, "0.0.0.0", target_ip=IN_NET4)),
            ("probe for the other guest's address", arp(1, own, "0.0.0.0", target_ip=G2.ip4)),
            ("its address at another's MAC", arp(2, G2.mac, G1.ip4)),
            ("its address at another's MAC, by request", arp(1, G2.mac, G1.ip4)),
            ("its address at the LAN's MAC", arp(2, LAN.mac, G1.ip4)),
            ("its address at broadcast", arp(2, BROADCAST, G1.ip4)),
            ("the gateway's address at the gateway's MAC", arp(2, LAN.mac, LAN.ip4)),
            ("hardware of another kind", arp(1, own, G1.ip4, htype=6)),
            ("hardware 0x0101", arp(1, own, G1.ip4, htype=0x0101)),
            ("protocol IPv6", arp(1, own, G1.ip4, ptype=ETH_P_IPV6)),
            ("protocol trailer", arp(1, own, G1.ip4, ptype=0x1000)),
            ("MAC of 8 bytes", arp(2, own, G1.ip4, hlen=8)),
            ("MAC of no bytes", arp(2, own, G1.ip4, hlen=0)),
            ("address of 16 bytes", arp(2, own, G1.ip4, plen=16)),
            ("address of no bytes", arp(2, own, G1.ip4, plen=0)),
            ("operation 0", arp(0, own, G1.ip4)),
            ("operation 3, reverse request", arp(3, own, G1.ip4)),
            ("operation 4, reverse reply", arp(4, own, G1.ip4)),
            ("operation 8, inverse request", arp(8, own, G1.ip4)),
            ("operation 9, inverse reply", arp(9, own, G1.ip4)),
            ("operation 257", arp(0x101, own, G1.ip4)),
            ("operation 513", arp(0x201, own, G1.ip4))]:
        s.forged(name, ETH_P_ARP, payload)
    # MAC of 4 bytes: all that follows is elsewhere.
    s.forged("another's address in a shorter form", ETH_P_ARP,
             struct.pack("!HHBBH", 1, ETH_P_IP, 4, 4, 2) + own[:4] + ip(G2.ip4) + own + ip(G1.ip4))
    for size in (1, 7, 8, 13, 17, 24, 27):
        s.forged("cut after %d bytes" % size, ETH_P_ARP, arp(1, own, G1.ip4)[:size], marked=False)
    s.forged("reply cut after 27 bytes", ETH_P_ARP, arp(2, own, G1.ip4)[:27], marked=False)


def table_ip4():
    s = Section("ip4", G1, "ip")
    own, data = G1.ip4, udp(5000, 9)
    for name, payload in [
            ("UDP", ip4(own, data)), ("TCP", ip4(own, tcp(), TCP)),
            ("echo", ip4(own, echo(), ICMP)),
            ("GRE", ip4(own, bytes(8), GRE)), ("protocol 253", ip4(own, b"x", 253)),
            ("UDP from its prefix", ip4(IN_NET4, data)),
            ("TCP from its prefix", ip4("192.168.7.1", tcp(), TCP)),
            ("broadcast", ip4(own, data, to="255.255.255.255")),
            ("multicast", ip4(own, data, to="224.0.0.251")),
            ("IGMP", ip4(own, b"\x16\0\x09\x04" + ip("224.0.0.251"), IGMP, to="224.0.0.251",
                         options=b"\x94\x04\0\0")),
            ("TCP with options", ip4(own, tcp(), TCP, options=bytes([1] * 40))),
            ("UDP with options", ip4(own, data, options=bytes([1] * 4))),
            ("first fragment of UDP", ip4(own, udp(5000, 9, bytes(16), 64), frag=0x2000)),
            ("second fragment of UDP", ip4(own, bytes(32), frag=3)),
            ("middle fragment of UDP", ip4(own, bytes(32), frag=0x2003)),
            ("second fragment of TCP", ip4(own, bytes(32), TCP, frag=3)),
            ("second fragment of echo", ip4(own, bytes(32), ICMP, frag=3)),
            # It would be a DHCP server's, were it the first.
            ("second fragment that looks like a server's", ip4(own, udp(67, 68), frag=3))]:
        s.allowed(name, ETH_P_IP, payload)
    s.allowed("nothing behind the header", ETH_P_IP, ip4(own, b"", TCP), marked=False)
    for name, source in [
            ("the other guest's", G2.ip4), ("the host's", HOST.ip4), ("the gateway's", LAN.ip4),
            ("past its prefix", PAST_NET4), ("before its prefix", "192.168.6.255"),
            ("0.0.0.0", "0.0.0.0"), ("127.0.0.1", "127.0.0.1"),
            ("255.255.255.255", "255.255.255.255"), ("a group's", "224.0.0.1"),
            ("a public one", "192.0.2.1")]:
        s.forged("UDP, source " + name, ETH_P_IP, ip4(source, data))
        s.forged("TCP, source " + name, ETH_P_IP, ip4(source, tcp(), TCP))
    s.forged("echo, source the other guest's", ETH_P_IP, ip4(G2.ip4, echo(), ICMP))
    s.forged("first fragment, source the other guest's", ETH_P_IP, ip4(G2.ip4, data, frag=0x2000))
    s.forged("second fragment, source the other guest's", ETH_P_IP, ip4(G2.ip4, data, frag=3))
    s.forged("with options, source the other guest's", ETH_P_IP,
             ip4(G2.ip4, data, options=bytes([1] * 8)))

    s = Section("ip4", G1, "bad")
    for name, payload in [
            ("header of 16 bytes", ip4(own, data, ihl=4)),
            ("header of no bytes", ip4(own, data, ihl=0)),
            ("header longer than its length", ip4(own, data, ihl=15, length=32)),
            ("version 6", ip4(own, data, version=6)), ("version 5", ip4(own, data, version=5)),
            ("version 0", ip4(own, data, version=0)),
            ("longer than the frame", ip4(own, data, length=100)),
            ("TCP, longer than the frame", ip4(own, tcp(), TCP, length=100)),
            ("length less than the header", ip4(own, data, length=19)),
            ("length 0", ip4(own, data, length=0)),
            ("UDP of length 7", ip4(own, udp(5000, 9, length=7))),
            ("an IPv6 packet", ip6(G1.ip6, udp6(G1.ip6, 5000, 9)))]:
        s.forged(name, ETH_P_IP, payload)
    for size in (1, 12, 16, 19):
        s.forged("header cut after %d bytes" % size, ETH_P_IP, ip4(own, data)[:size], marked=False)
    for size in (0, 1, 2, 3, 5):
        s.forged("UDP header cut after %d bytes" % size, ETH_P_IP, ip4(own, data[:size]),
                 marked=False)


def table_dhcp():
    s = Section("dhcp", G1, "dhcp")
    own, everybody = G1.ip4, "255.255.255.255"
    for name, payload in [
            ("discover", ip4("0.0.0.0", udp(68, 67, b"\x01" * 240), to=everybody)),
            ("renewal", ip4(own, udp(68, 67))),
            ("rebinding", ip4(own, udp(68, 67), to=everybody))]:
        s.allowed(name, ETH_P_IP, payload)
    for name, payload in [
            ("a server's offer", ip4(own, udp(67, 68), to=everybody)),
            ("a server's answer to one", ip4(own, udp(67, 68), to=G2.ip4)),
            ("a server's answer with another's source", ip4(LAN.ip4, udp(67, 68), to=everybody)),
            ("a server's answer from 0.0.0.0", ip4("0.0.0.0", udp(67, 68), to=everybody)),
            ("a server's answer with options", ip4(own, udp(67, 68), options=bytes([1] * 12))),
            ("a server's answer, in fragments", ip4(own, udp(67, 68, length=500), frag=0x2000)),
            ("a relay's request", ip4(own, udp(67, 67))),
            ("a server's answer from another port", ip4(own, udp(1067, 68), to=everybody)),
            ("a server's ping of port 9", ip4(own, udp(67, 9)))]:
        s.forged(name, ETH_P_IP, payload)
    for name, payload in [
            ("discover to one", ip4("0.0.0.0", udp(68, 67))),
            ("discover to a net", ip4("0.0.0.0", udp(68, 67), to="10.0.0.255")),
            ("discover from another port", ip4("0.0.0.0", udp(1068, 67), to=everybody)),
            ("discover to another port", ip4("0.0.0.0", udp(68, 53), to=everybody)),
            ("discover from another's address", ip4(G2.ip4, udp(68, 67), to=everybody)),
            ("discover in TCP", ip4("0.0.0.0", tcp(68, 67), TCP, to=everybody)),
            ("a second fragment of discover", ip4("0.0.0.0", udp(68, 67), to=everybody, frag=3))]:
        s.forged(name, ETH_P_IP, payload, reason="ip")
    s.forged("discover with another's MAC", ETH_P_IP,
             ip4("0.0.0.0", udp(68, 67), to=everybody), source=G2.mac, reason="mac")


def table_ip6():
    s = Section("ip6", G1, "ip")
    own = G1.ip6
    data = udp6(own, 5000, 9)

    def in_options(following, payload):
        return extension(following) + payload
    ping = message(128, b"\0\x01\0\x01ping", own, "2001:db8::fe", 64)
    for name, payload in [
            ("TCP", ip6(own, tcp(), TCP)), ("UDP", ip6(own, data)), ("echo", ping),
            ("UDP from its prefix", ip6(IN_NET6, udp6(IN_NET6, 5000, 9))),
            ("TCP from its prefix", ip6(IN_NET6, tcp(), TCP)),
            ("UDP from its link-local address", ip6(G1.local, udp6(G1.local, 5000, 9))),
            ("packet too big", message(2, bytes(8), own, "2001:db8::fe", 64)),
            ("multicast", ip6(own, udp6(own, 5353, 5353, "ff02::fb"), to="ff02::fb")),
            ("nothing follows", ip6(own, b"", NONE)),
            ("protocol 253", ip6(own, b"x", 253)),
            ("TCP behind options", ip6(own, in_options(TCP, tcp()), DSTOPTS)),
            ("UDP behind options", ip6(own, in_options(UDP, data), DSTOPTS)),
            ("UDP behind hop-by-hop and options",
             ip6(own, in_options(DSTOPTS, in_options(UDP, data)), HOPOPTS)),
            ("echo behind options", message(128, b"\0\x01\0\x01ping", own, "2001:db8::fe", 64,
                                            before=[(DSTOPTS, extension)])),
            ("first fragment of UDP", ip6(own, fragment(UDP, more=True) + data, FRAGMENT)),
            ("second fragment of UDP", ip6(own, fragment(UDP, 16) + data, FRAGMENT)),
            ("middle fragment of UDP", ip6(own, fragment(UDP, 16, True) + data, FRAGMENT)),
            ("second fragment of TCP", ip6(own, fragment(TCP, 16) + data, FRAGMENT)),
            ("first fragment of echo", ip6(own, fragment(ICMPV6, more=True) + ping[40:],
                                           FRAGMENT)),
            ("second fragment of echo", ip6(own, fragment(ICMPV6, 16) + bytes(16), FRAGMENT)),
            # Where there are no ports, the flow's label must not be taken for one.
            ("second fragment of UDP, flow 546",
             ip6(own, fragment(UDP, 16) + data, FRAGMENT, flow=546)),
            # It would be an advertisement, were it the first.
            ("second fragment that looks like RA",
             ip6(own, fragment(ICMPV6, 16) + router_advert(own)[40:], FRAGMENT))]:
        s.allowed(name, ETH_P_IPV6, payload)
    s.allowed("nothing behind the header", ETH_P_IPV6, ip6(own, b"", TCP), marked=False)
    for name, source in [
            ("the other guest's", G2.ip6), ("the other guest's link-local", G2.local),
            ("a router's link-local", "fe80::1"), ("the host's", HOST.ip6),
            ("the gateway's", LAN.ip6), ("past its prefix", PAST_NET6), ("::", "::"),
            ("::1", "::1"), ("a group's", "ff02::1"), ("2002::", "2002:a00:1::1"),
            ("its own IPv4 address, mapped", "::ffff:10.0.0.1"),
            ("its own, one bit off", "2001:db8::8000:0:0:1")]:
        s.forged("UDP, source " + name, ETH_P_IPV6, ip6(source, udp6(source, 5000, 9)))
        s.forged("TCP, source " + name, ETH_P_IPV6, ip6(source, tcp(), TCP))
    for name, payload in [
            ("echo, source the other guest's", message(128, b"\0\x01\0\x01", G2.ip6)),
            ("echo, source ::", message(128, b"\0\x01\0\x01", "::")),
            ("too big, source the other guest's", message(2, bytes(8), G2.ip6)),
            ("behind options, source the other guest's",
             ip6(G2.ip6, in_options(TCP, tcp()), DSTOPTS)),
            ("first fragment, source the other guest's",
             ip6(G2.ip6, fragment(UDP, more=True) + data, FRAGMENT)),
            ("second fragment, source the other guest's",
             ip6(G2.ip6, fragment(UDP, 16) + data, FRAGMENT)),
            ("second fragment, source ::", ip6("::", fragment(ICMPV6, 16) + data, FRAGMENT))]:
        s.forged(name, ETH_P_IPV6, payload)

    s = Section("ip6", G1, "bad")
    for name, payload in [
            ("version 4", ip6(own, data, version=4)), ("version 7", ip6(own, data, version=7)),
            ("longer than the frame", ip6(own, data, length=100)),
            ("TCP, longer than the frame", ip6(own, tcp(), TCP, length=100)),
            ("an IPv4 packet", ip4(G1.ip4, udp(5000, 9))),
            ("UDP of length 7", ip6(own, udp(5000, 9, length=7)[:8])),
            ("options longer than the packet", ip6(own, extension(60, length=20), DSTOPTS)),
            ("second fragment of options", ip6(own, fragment(DSTOPTS, 16) + data, FRAGMENT)),
            ("second fragment of hop-by-hop", ip6(own, fragment(HOPOPTS, 16) + data, FRAGMENT)),
            # Options of 16 bytes, of which 8 are here: what follows is in another fragment.
            ("UDP header in the next fragment",
             ip6(own, fragment(DSTOPTS, more=True) + extension(UDP, length=1), FRAGMENT))]:
        s.forged(name, ETH_P_IPV6, payload, marked="next fragment" not in name)
    for size in (1, 6, 20, 39):
        s.forged("header cut after %d bytes" % size, ETH_P_IPV6, ip6(own, data)[:size],
                 marked=False)
    for size in (0, 1, 3, 5):
        s.forged("UDP header cut after %d bytes" % size, ETH_P_IPV6, ip6(own, data[:size]),
                 marked=False)
    s.forged("a fragment header cut", ETH_P_IPV6, ip6(own, fragment(UDP)[:6], FRAGMENT),
             marked=False)
    s.forged("options cut", ETH_P_IPV6, ip6(own, b"\x3b", DSTOPTS), marked=False)


def table_ndp():
    s = Section("ndp", G1, "ndp")
    own, local = G1.ip6, G1.local
    slla, tlla, nonce = option(SLLA, G1.mac), option(TLLA, G1.mac), option(NONCE, b"nonce!")
    for name, payload in [
            ("solicitation", neighbour(NS, own, LAN.ip6, slla)),
            ("solicitation without option", neighbour(NS, own, LAN.ip6)),
            ("solicitation from link-local", neighbour(NS, local, LAN.ip6, slla)),
            ("solicitation from its prefix", neighbour(NS, IN_NET6, LAN.ip6, slla)),
            ("advertisement", neighbour(NA, own, own, tlla)),
            ("advertisement without option", neighbour(NA, own, own)),
            ("advertisement of link-local", neighbour(NA, local, local, tlla)),
            ("advertisement from link-local", neighbour(NA, local, own, tlla)),
            ("advertisement in its prefix", neighbour(NA, own, IN_NET6, tlla)),
            ("detection", neighbour(NS, "::", own)),
            ("detection of link-local", neighbour(NS, "::", local)),
            ("detection in its prefix", neighbour(NS, "::", IN_NET6)),
            ("detection with nonce", neighbour(NS, "::", own, nonce)),
            ("detection of link-local with nonce", neighbour(NS, "::", local, nonce)),
            ("router solicitation", router_solicit(local, slla)),
            ("router solicitation without option", router_solicit(local)),
            ("router solicitation from ::", router_solicit("::")),
            ("multicast report, version 2", report(143, local)),
            ("multicast report, version 2, from ::", report(143, "::")),
            ("multicast report, version 1", report(131, local)),
            ("multicast report, version 1, from ::", report(131, "::")),
            ("multicast done", report(132, local))]:
        s.allowed(name, ETH_P_IPV6, payload)
    other_s, other_t = option(SLLA, G2.mac), option(TLLA, G2.mac)
    for name, payload in [
            ("advertisement for the other guest", neighbour(NA, own, G2.ip6, tlla)),
            ("advertisement for the other guest, without option", neighbour(NA, own, G2.ip6)),
            ("advertisement for the other guest's link-local", neighbour(NA, own, G2.local, tlla)),
            ("advertisement for the gateway", neighbour(NA, own, LAN.ip6, tlla)),
            ("advertisement for the router", neighbour(NA, local, "fe80::1", tlla)),
            ("advertisement for the host", neighbour(NA, own, HOST.ip6, tlla)),
            ("advertisement past its prefix", neighbour(NA, own, PAST_NET6, tlla)),
            ("advertisement for ::", neighbour(NA, own, "::", tlla)),
            ("advertisement of another's MAC", neighbour(NA, own, own, other_t)),
            ("advertisement of the LAN's MAC", neighbour(NA, own, own, option(TLLA, LAN.mac))),
            ("advertisement of broadcast", neighbour(NA, own, own, option(TLLA, BROADCAST))),
            ("advertisement with the source's option", neighbour(NA, own, own, slla)),
            ("advertisement with a nonce", neighbour(NA, own, own, nonce)),
            ("advertisement with a second option", neighbour(NA, own, own, tlla + other_t)),
            ("advertisement with an option before", neighbour(NA, own, own, nonce + other_t)),
            ("advertisement with a long option",
             neighbour(NA, own, own, option(TLLA, G1.mac + bytes(8), 2))),
            ("advertisement with an option of no length",
             neighbour(NA, own, own, option(TLLA, G1.mac, 0))),
            ("advertisement with half an option", neighbour(NA, own, own, tlla[:4])),
            ("advertisement with 4 bytes more", neighbour(NA, own, own, tlla + bytes(4))),
            ("advertisement without target", message(NA, bytes(4), own)),
            ("advertisement over a router", neighbour(NA, own, own, tlla, hops=64)),
            ("solicitation of another's MAC", neighbour(NS, own, LAN.ip6, other_s)),
            ("solicitation with the target's option", neighbour(NS, own, LAN.ip6, tlla)),
            ("solicitation with a nonce", neighbour(NS, own, LAN.ip6, nonce)),
            ("solicitation with a second option", neighbour(NS, own, LAN.ip6, slla + other_s)),
            ("solicitation without target", message(NS, bytes(4), own)),
            ("solicitation over a router", neighbour(NS, own, LAN.ip6, slla, hops=1)),
            ("detection of the other guest's", neighbour(NS, "::", G2.ip6)),
            ("detection of the other guest's, with nonce", neighbour(NS, "::", G2.ip6, nonce)),
            ("detection of the other guest's link-local", neighbour(NS, "::", G2.local)),
            ("detection past its prefix", neighbour(NS, "::", PAST_NET6)),
            ("detection with a long nonce",
             neighbour(NS, "::", own, option(NONCE, bytes(14), 2))),
            ("detection with two options", neighbour(NS, "::", own, nonce + slla)),
            ("detection with an option of another kind",
             neighbour(NS, "::", own, option(200, b"nonce!"))),
            ("solicitation of its own, in the other guest's name, with nonce",
             neighbour(NS, G2.ip6, own, nonce)),
            ("router solicitation of another's MAC", router_solicit(local, other_s)),
            ("router solicitation with the target's option", router_solicit(local, tlla)),
            ("router solicitation with two options", router_solicit(local, slla + other_s)),
            ("router solicitation over a router", router_solicit(local, slla, hops=64))]:
        s.forged(name, ETH_P_IPV6, payload)
    s.forged("detection with a MAC", ETH_P_IPV6, neighbour(NS, "::", own, slla), reason="ip")
    s.forged("router solicitation from :: with a MAC", ETH_P_IPV6, router_solicit("::", slla),
             reason="ip")
    for name, payload in [
            ("solicitation in the other guest's name", neighbour(NS, G2.ip6, LAN.ip6, slla)),
            ("solicitation in the other guest's name, without option",
             neighbour(NS, G2.ip6, LAN.ip6)),
            ("solicitation from the router's link-local", neighbour(NS, "fe80::1", LAN.ip6, slla)),
            ("advertisement from the other guest's", neighbour(NA, G2.ip6, own, tlla)),
            ("advertisement from ::", neighbour(NA, "::", own, tlla)),
            ("router solicitation from the other guest's", router_solicit(G2.local, slla)),
            ("multicast report from the other guest's", report(143, G2.local)),
            ("multicast done from the other guest's", report(132, G2.local))]:
        s.forged(name, ETH_P_IPV6, payload, reason="ip")
    chains = [
        ("hop-by-hop", [(HOPOPTS, extension)]), ("options", [(DSTOPTS, extension)]),
        ("two headers", [(HOPOPTS, extension), (DSTOPTS, extension)]),
        ("a routing header", [(ROUTING, routing)]), ("a lone fragment", [(FRAGMENT, fragment)]),
        ("a first fragment", [(FRAGMENT, lambda n: fragment(n, more=True))]),
        ("a fragment in options", [(DSTOPTS, extension), (FRAGMENT, fragment)])]
    for name, before in chains:
        # Even what would be allowed is not, there; what would not be, all the less.
        s.forged("advertisement behind " + name, ETH_P_IPV6,
                 neighbour(NA, own, own, tlla, before=before))
        s.forged("advertisement for the other guest behind " + name, ETH_P_IPV6,
                 neighbour(NA, own, G2.ip6, tlla, before=before))
        s.forged("solicitation behind " + name, ETH_P_IPV6,
                 neighbour(NS, own, LAN.ip6, slla, before=before))
    s.forged("advertisement for the other guest behind authentication", ETH_P_IPV6,
             neighbour(NA, own, G2.ip6, tlla, before=[(AUTH, authentication)]), reason="bad")
    s.forged("router solicitation behind options", ETH_P_IPV6,
             router_solicit(local, slla, before=[(DSTOPTS, extension)]))
    # Its first fragment ends within the options; what comes then is in the next.
    s.forged("a message in the next fragment", ETH_P_IPV6,
             ip6(own, fragment(DSTOPTS, more=True) + extension(ICMPV6, length=1), FRAGMENT),
             marked=False)
    s.forged("a message beyond the packet", ETH_P_IPV6, ip6(own, b"", ICMPV6), marked=False)
    s.forged("a message cut after its target", ETH_P_IPV6,
             neighbour(NA, own, own, tlla)[:64], reason="bad", marked=False)
    s.forged("a message cut in its target", ETH_P_IPV6,
             neighbour(NA, own, own)[:60], reason="bad", marked=False)
    for kind in (138, 139, 140, 141, 142, 144, 145, 146, 147, 148, 149, 151, 152, 153, 154, 200,
                 255):
        s.forged("ICMPv6 of type %d" % kind, ETH_P_IPV6, message(kind, bytes(20), local))


def table_ra():
    s = Section("ra", G1, "ra")
    own, local = G1.ip6, G1.local
    s.allowed("DHCPv6 client", ETH_P_IPV6, ip6(local, udp6(local, 546, 547, "ff02::1:2"),
                                               to="ff02::1:2"))
    for name, payload in [
            ("router advertisement", router_advert(local)),
            ("router advertisement from its address", router_advert(own)),
            ("router advertisement from the router's", router_advert("fe80::1")),
            ("router advertisement from ::", router_advert("::")),
            ("router advertisement over a router", router_advert(local, hops=64)),
            ("router advertisement without body", message(RA, b"", local)),
            ("redirect", redirect(local)), ("redirect from the router's", redirect("fe80::1")),
            ("multicast query", message(130, bytes(20), local)),
            ("multicast query behind router alert",
             message(130, bytes(20), local, hops=1, before=[
                 (HOPOPTS, lambda following: extension(following, ROUTER_ALERT))])),
            ("DHCPv6 server", ip6(local, udp6(local, 547, 546), to=G2.local)),
            ("DHCPv6 server with another's source", ip6(LAN.local, udp6(LAN.local, 547, 546))),
            ("DHCPv6 server from another port", ip6(local, udp6(local, 1547, 546))),
            ("DHCPv6 relay", ip6(local, udp6(local, 547, 547))),
            ("DHCPv6 server behind options",
             ip6(local, extension(UDP) + udp6(local, 547, 546), DSTOPTS)),
            ("DHCPv6 server in a first fragment",
             ip6(local, fragment(UDP, more=True) + udp6(local, 547, 546), FRAGMENT))]:
        s.forged(name, ETH_P_IPV6, payload)
    s.forged("router advertisement behind authentication", ETH_P_IPV6,
             router_advert(local, before=[(AUTH, authentication)]), reason="bad")
    for name, before in [
            ("hop-by-hop", [(HOPOPTS, extension)]), ("options", [(DSTOPTS, extension)]),
            ("two options", [(DSTOPTS, extension), (DSTOPTS, extension)]),
            ("a routing header", [(ROUTING, routing)]), ("a lone fragment", [(FRAGMENT, fragment)]),
            ("a first fragment", [(FRAGMENT, lambda n: fragment(n, more=True))]),
            ("options in a first fragment", [
                (FRAGMENT, lambda n: fragment(n, more=True)), (DSTOPTS, extension)])]:
        s.forged("router advertisement behind " + name, ETH_P_IPV6,
                 router_advert(local, before=before))
        s.forged("redirect behind " + name, ETH_P_IPV6, redirect(local, before=before))


def table_free():
    """Without ip=: any address that is nobody's."""
    s = Section("free", FREE, "ip")
    own = FREE.mac
    slla, tlla = option(SLLA, own), option(TLLA, own)
    for name, kind, payload in [
            ("IPv4", ETH_P_IP, ip4(FREE.ip4, udp(5000, 9))),
            ("IPv4 of many sources", ETH_P_IP, ip4("10.0.0.99", tcp(), TCP)),
            ("IPv4, second fragment", ETH_P_IP, ip4("10.0.0.99", bytes(16), frag=3)),
            ("DHCP discover", ETH_P_IP, ip4("0.0.0.0", udp(68, 67), to="255.255.255.255")),
            ("ARP request", ETH_P_ARP, arp(1, own, FREE.ip4)),
            ("ARP reply", ETH_P_ARP, arp(2, own, "10.0.0.99")),
            ("ARP probe", ETH_P_ARP, arp(1, own, "0.0.0.0", target_ip="10.0.0.99")),
            ("RARP", ETH_P_RARP, arp(3, own, "0.0.0.0", own, "0.0.0.0")),
            ("IPv6", ETH_P_IPV6, ip6(FREE.ip6, tcp(), TCP)),
            ("IPv6 of many sources", ETH_P_IPV6, ip6("2001:db8::99", udp6("2001:db8::99", 5, 9))),
            ("IPv6 link-local", ETH_P_IPV6, ip6(FREE.local, tcp(), TCP)),
            ("IPv6 privacy link-local", ETH_P_IPV6, ip6("fe80::1234", tcp(), TCP)),
            ("solicitation", ETH_P_IPV6, neighbour(NS, FREE.local, LAN.ip6, slla)),
            ("advertisement", ETH_P_IPV6, neighbour(NA, FREE.ip6, FREE.ip6, tlla)),
            ("advertisement of another address", ETH_P_IPV6,
             neighbour(NA, FREE.ip6, "2001:db8::99", tlla)),
            ("solicitation of guest1's", ETH_P_IPV6, neighbour(NS, FREE.ip6, G1.ip6, slla)),
            ("detection", ETH_P_IPV6, neighbour(NS, "::", "2001:db8::99")),
            ("detection of its link-local", ETH_P_IPV6, neighbour(NS, "::", FREE.local)),
            ("router solicitation", ETH_P_IPV6, router_solicit(FREE.local, slla)),
            ("multicast report", ETH_P_IPV6, report(143, "fe80::1234")),
            ("DHCPv6 client", ETH_P_IPV6, ip6(FREE.local, udp6(FREE.local, 546, 547)))]:
        s.allowed(name, kind, payload)
    for name, reason, kind, payload in [
            ("guest1's IPv4 address", "ip", ETH_P_IP, ip4(G1.ip4, udp(5000, 9))),
            ("guest1's IPv4 address, TCP", "ip", ETH_P_IP, ip4(G1.ip4, tcp(), TCP)),
            ("guest2's IPv4 address", "ip", ETH_P_IP, ip4(G2.ip4, tcp(), TCP)),
            ("guest1's IPv4 address, second fragment", "ip", ETH_P_IP,
             ip4(G1.ip4, bytes(16), frag=3)),
            ("ARP reply in guest1's name", "arp", ETH_P_ARP, arp(2, own, G1.ip4)),
            ("ARP request in guest1's name", "arp", ETH_P_ARP, arp(1, own, G1.ip4)),
            ("ARP with another's MAC", "arp", ETH_P_ARP, arp(2, G2.mac, FREE.ip4)),
            ("RARP with another's MAC", "arp", ETH_P_RARP,
             arp(3, G2.mac, "0.0.0.0", G2.mac, "0.0.0.0")),
            ("guest1's IPv6 address", "ip", ETH_P_IPV6, ip6(G1.ip6, tcp(), TCP)),
            ("guest1's link-local address", "ip", ETH_P_IPV6, ip6(G1.local, tcp(), TCP)),
            ("solicitation in guest1's name", "ip", ETH_P_IPV6,
             neighbour(NS, G1.ip6, LAN.ip6, slla)),
            ("advertisement for guest1", "ndp", ETH_P_IPV6,
             neighbour(NA, FREE.ip6, G1.ip6, tlla)),
            ("advertisement for guest1's link-local", "ndp", ETH_P_IPV6,
             neighbour(NA, FREE.ip6, G1.local, tlla)),
            ("detection of guest1's", "ndp", ETH_P_IPV6, neighbour(NS, "::", G1.ip6)),
            ("advertisement of another's MAC", "ndp", ETH_P_IPV6,
             neighbour(NA, FREE.ip6, FREE.ip6, option(TLLA, G2.mac))),
            ("DHCP server", "dhcp", ETH_P_IP, ip4(FREE.ip4, udp(67, 68))),
            ("DHCP server from another port", "dhcp", ETH_P_IP, ip4(FREE.ip4, udp(1067, 68))),
            ("DHCPv6 server", "ra", ETH_P_IPV6, ip6(FREE.local, udp6(FREE.local, 547, 546))),
            ("router advertisement", "ra", ETH_P_IPV6, router_advert(FREE.local)),
            ("router advertisement behind options", "ra", ETH_P_IPV6,
             router_advert(FREE.local, before=[(DSTOPTS, extension)])),
            ("redirect", "ra", ETH_P_IPV6, redirect(FREE.local)),
            ("VLAN", "type", ETH_P_8021Q, b"\0\x05\x08\0" + ip4(FREE.ip4, tcp(), TCP)),
            ("LLDP", "type", 0x88CC, bytes(20)),
            ("header of 16 bytes", "bad", ETH_P_IP, ip4(FREE.ip4, udp(5, 9), ihl=4))]:
        s.forged(name, kind, payload, reason=reason)
    s.forged("another's MAC", ETH_P_IP, ip4(FREE.ip4, tcp(), TCP), source=G2.mac, reason="mac")


def table_only4():
    """With none but an IPv4 address in ip=: of IPv6, its link-local address."""
    s = Section("only4", ONLY4, "ip")
    own, local = ONLY4.mac, ONLY4.local
    slla, tlla = option(SLLA, own), option(TLLA, own)
    for name, kind, payload in [
            ("IPv4", ETH_P_IP, ip4(ONLY4.ip4, tcp(), TCP)),
            ("ARP", ETH_P_ARP, arp(1, own, ONLY4.ip4)),
            ("link-local TCP", ETH_P_IPV6, ip6(local, tcp(), TCP)),
            ("solicitation", ETH_P_IPV6, neighbour(NS, local, LAN.ip6, slla)),
            ("advertisement", ETH_P_IPV6, neighbour(NA, local, local, tlla)),
            ("detection", ETH_P_IPV6, neighbour(NS, "::", local)),
            ("router solicitation", ETH_P_IPV6, router_solicit(local, slla)),
            ("DHCPv6 client", ETH_P_IPV6, ip6(local, udp6(local, 546, 547)))]:
        s.allowed(name, kind, payload)
    for name, reason, kind, payload in [
            ("an IPv6 address", "ip", ETH_P_IPV6, ip6(ONLY4.ip6, tcp(), TCP)),
            ("another link-local address", "ip", ETH_P_IPV6, ip6("fe80::1234", tcp(), TCP)),
            ("guest1's IPv4 address", "ip", ETH_P_IP, ip4(G1.ip4, tcp(), TCP)),
            ("an IPv4 address of guest1's prefix", "ip", ETH_P_IP, ip4(IN_NET4, tcp(), TCP)),
            ("advertisement of an IPv6 address", "ndp", ETH_P_IPV6,
             neighbour(NA, local, ONLY4.ip6, tlla)),
            ("detection of an IPv6 address", "ndp", ETH_P_IPV6, neighbour(NS, "::", ONLY4.ip6)),
            ("router advertisement", "ra", ETH_P_IPV6, router_advert(local))]:
        s.forged(name, kind, payload, reason=reason)


def table_unguarded():
    """A guest whose vif has no antispoof: anything but what belongs to a guarded one."""
    s = Section("unguarded", UNGUARDED, "stolen")
    own, other = UNGUARDED.mac, STRANGER
    for name, kind, payload in [
            ("IPv4", ETH_P_IP, ip4("10.0.0.99", tcp(), TCP)),
            ("IPv6", ETH_P_IPV6, ip6("2001:db8::99", tcp(), TCP)),
            ("ARP", ETH_P_ARP, arp(2, own, "10.0.0.99")),
            ("ARP of another MAC", ETH_P_ARP, arp(2, other, "10.0.0.99")),
            ("advertisement", ETH_P_IPV6,
             neighbour(NA, "2001:db8::99", "2001:db8::99", option(TLLA, other))),
            ("solicitation of guest1's", ETH_P_IPV6,
             neighbour(NS, "fe80::99", G1.ip6, option(SLLA, own))),
            ("ARP request to guest1", ETH_P_ARP, arp(1, own, "10.0.0.99", target_ip=G1.ip4)),
            ("detection", ETH_P_IPV6, neighbour(NS, "::", "2001:db8::99")),
            ("router advertisement", ETH_P_IPV6, router_advert("fe80::99")),
            ("DHCP server", ETH_P_IP, ip4("10.0.0.99", udp(67, 68))),
            ("VLAN", ETH_P_8021Q, b"\0\x05\x08\0" + ip4("10.0.0.99", tcp(), TCP)),
            ("VLAN in a VLAN", ETH_P_8021Q,
             b"\0\x05\x81\0\0\x06\x08\0" + ip4("10.0.0.99", tcp(), TCP)),
            ("LLDP", 0x88CC, bytes(20)),
            ("a short header", ETH_P_IP, ip4("10.0.0.99", udp(5, 9), ihl=4))]:
        s.allowed(name, kind, payload)
    s.allowed("another MAC", ETH_P_IP, ip4("10.0.0.99", tcp(), TCP), source=other)
    for name, kind, payload in [
            ("guest1's IPv4 address", ETH_P_IP, ip4(G1.ip4, tcp(), TCP)),
            ("guest2's IPv4 address", ETH_P_IP, ip4(G2.ip4, udp(5, 9))),
            ("ARP reply in guest1's name", ETH_P_ARP, arp(2, own, G1.ip4)),
            ("ARP request in guest1's name", ETH_P_ARP, arp(1, own, G1.ip4)),
            ("ARP reply in guest1's name, VLAN 0", ETH_P_8021Q,
             b"\0\0\x08\x06" + arp(2, own, G1.ip4)),
            ("ARP reply in guest1's name, VLAN 0 in VLAN 0", ETH_P_8021Q,
             b"\0\0\x81\0\0\0\x08\x06" + arp(2, own, G1.ip4)),
            ("ARP reply in guest1's name, VLAN 0 of 802.1ad in VLAN 0", ETH_P_8021Q,
             b"\0\0\x88\xa8\xe0\0\x08\x06" + arp(2, own, G1.ip4)),
            ("guest1's IPv6 address", ETH_P_IPV6, ip6(G1.ip6, tcp(), TCP)),
            ("guest1's link-local address", ETH_P_IPV6, ip6(G1.local, tcp(), TCP)),
            ("advertisement for guest1", ETH_P_IPV6,
             neighbour(NA, "fe80::99", G1.ip6, option(TLLA, own))),
            ("advertisement for guest1 behind options", ETH_P_IPV6,
             neighbour(NA, "fe80::99", G1.ip6, option(TLLA, own), before=[(DSTOPTS, extension)])),
            ("detection of guest1's", ETH_P_IPV6, neighbour(NS, "::", G1.ip6))]:
        s.forged(name, kind, payload)


def table_lan():
    """From the LAN everything comes in, also what looks like a guest's."""
    s = Section("lan", LAN)
    own = LAN.mac
    for name, kind, payload in [
            ("IPv4", ETH_P_IP, ip4(LAN.ip4, tcp(), TCP)),
            ("IPv4 from guest1's address", ETH_P_IP, ip4(G1.ip4, tcp(), TCP)),
            ("IPv4 from 0.0.0.0", ETH_P_IP, ip4("0.0.0.0", udp(68, 67))),
            ("IPv6", ETH_P_IPV6, ip6(LAN.ip6, tcp(), TCP)),
            ("IPv6 from guest1's address", ETH_P_IPV6, ip6(G1.ip6, tcp(), TCP)),
            ("ARP", ETH_P_ARP, arp(2, own, LAN.ip4)),
            ("ARP in guest1's name", ETH_P_ARP, arp(2, own, G1.ip4)),
            ("ARP cut short", ETH_P_ARP, arp(2, own, LAN.ip4)[:20]),
            ("advertisement", ETH_P_IPV6, neighbour(NA, LAN.ip6, LAN.ip6, option(TLLA, own))),
            ("advertisement for guest1", ETH_P_IPV6,
             neighbour(NA, LAN.ip6, G1.ip6, option(TLLA, own))),
            ("router advertisement", ETH_P_IPV6, router_advert(LAN.local)),
            ("redirect", ETH_P_IPV6, redirect(LAN.local)),
            ("DHCP server", ETH_P_IP, ip4(LAN.ip4, udp(67, 68))),
            ("DHCPv6 server", ETH_P_IPV6, ip6(LAN.local, udp6(LAN.local, 547, 546))),
            ("VLAN", ETH_P_8021Q, b"\0\x05\x08\0" + ip4(LAN.ip4, tcp(), TCP)),
            ("LLDP", 0x88CC, bytes(20))]:
        s.allowed(name, kind, payload, receivers=("guest1", "guest2", "host"))
    s.allowed("a stranger's MAC", ETH_P_IP, ip4("192.0.2.1", tcp(), TCP), source=STRANGER,
              receivers=("guest1", "guest2", "host"))


def bridge_table():
    FRAMES.clear()
    for part in (table_mac, table_type, table_bridge, table_arp, table_ip4, table_dhcp, table_ip6,
                 table_ndp, table_ra, table_free, table_only4, table_unguarded, table_lan):
        part()
    return FRAMES


# ---- sockets in other namespaces ------------------------------------------------------------

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE, SOL_PACKET, PACKET_AUXDATA = 33, 263, 8
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
HOME = os.open("/proc/self/ns/net", os.O_RDONLY)


def enter(fd):
    if LIBC.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def in_netns(name, make):
    if name is None:
        return make()
    fd = os.open("/run/netns/" + name, os.O_RDONLY)
    enter(fd)
    os.close(fd)
    try:
        return make()
    finally:
        enter(HOME)


def packet_socket(netns, device, proto=0):
    """With no PROTO, to send; to receive, all, or those that no bridge port has kept."""

    def make():
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
        sock.bind((device, proto))
        sock.setblocking(False)
        return sock
    return in_netns(netns, make)


class Tap:
    """What QEMU sends for an emulated card."""

    def __init__(self, name):
        self.fd = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))

    def send(self, frame):
        os.write(self.fd, frame)


class Receivers:
    """What has come where: name -> set of frames."""

    def __init__(self, sockets):
        self.poll, self.names = select.poll(), {}
        self.got = {name: set() for name, _ in sockets}
        for name, sock in sockets:
            self.poll.register(sock, select.POLLIN)
            self.names[sock.fileno()] = name, sock

    def take(self, wait=0.0):
        """What is there, and what comes until nothing has come for WAIT seconds."""
        while ready := self.poll.poll(wait * 1000):
            for fd, _ in ready:
                name, sock = self.names[fd]
                try:
                    self.got[name].add(sock.recv(65536))
                except OSError:  # its device went down, or nothing is there
                    pass


def untagged(frame):
    """As a packet socket gives it: the first VLAN tag is not in the data."""
    if frame[12:14] in (rtype(ETH_P_8021Q), rtype(ETH_P_8021AD)) and len(frame) >= 18:
        return frame[:12] + frame[16:]
    return frame


# ---- on a bridge ----------------------------------------------------------------------------

PATIENCE = 0.5  # seconds
RECEIVERS = {"lan": LAN, "guest1": G1, "guest2": G2, "host": HOST}
KINDS_OF_PORT = (ETH_P_IP, ETH_P_ARP, ETH_P_IPV6, 0x88CC, 0x8809, 0x888E, 0x8808)


def bridge_receivers():
    sockets = [(name, packet_socket(host.netns, host.device, ETH_P_ALL))
               for name, host in RECEIVERS.items() if host.is_there()]
    # Unlike a socket for all kinds, one for a single kind gets only what the bridge left.
    if os.path.exists("/sys/class/net/" + G1.port):
        sockets += [("port", packet_socket(None, G1.port, kind))
                    for kind in KINDS_OF_PORT]
    return Receivers(sockets)


def copies(frame):
    """(receiver or None for all of them, bytes)"""
    for name in frame.receivers:
        if name != "port":
            yield name, frame.bytes_to(RECEIVERS[name].mac)
    yield None, frame.bytes_to(frame.group)


def judge(frame, receiver, got):
    if receiver not in got:
        return "absent"
    wanted = [untagged(data) for to, data in copies(frame) if to in (receiver, None)]
    arrived = sum(data in got[receiver] for data in wanted)
    return {0: "no", len(wanted): "yes"}.get(arrived, "half")


def check_unique(frames):
    seen = {}
    for frame in frames:
        for _, data in copies(frame):
            other = seen.setdefault(untagged(data), frame)
            if other is not frame:
                sys.exit("the same bytes: %s, %s" % (frame.name, other.name))


def sockets_of(frames, tap):
    hosts = {frame.sender for frame in frames}
    return {host: Tap(tap) if tap else packet_socket(host.netns, host.device) for host in hosts}


def fence(receivers):
    """
    Until all that was sent is through, which may be at once or not at all: one more frame, from
    the LAN, which no guard looks at. On one processor (main) none overtakes another.
    """
    data = BROADCAST + LAN.mac + rtype(0x88B5) + b"all have passed"
    waiting = set(receivers.got) - {"lan", "port"}
    deadline = time.monotonic() + PATIENCE
    if LAN.is_there():
        packet_socket(LAN.netns, LAN.device).send(data)
    while time.monotonic() < deadline and waiting:
        receivers.take(0.005)
        waiting = {name for name in waiting if data not in receivers.got[name]}
    receivers.take(0.005)


def send_on_bridge(frames, tap):
    check_unique(frames)
    receivers, senders = bridge_receivers(), sockets_of(frames, tap)
    if tap:
        time.sleep(0.1)  # it has a carrier from now on
    for frame in frames:
        for _, data in copies(frame):
            senders[frame.sender].send(data)
        receivers.take()
    fence(receivers)
    for frame in frames:
        for receiver in frame.receivers:
            yield receiver, judge(frame, receiver, receivers.got), frame


# ---- to a router ----------------------------------------------------------------------------

ROUTER_MAC = mac("fe:ff:ff:ff:ff:ff")
TARGETS = {"host": HOST, "lan": LAN, "guest2": G2}


class Packet(Frame):
    """Made anew for each receiver, by a function of the receiver and its mark."""

    def __init__(self, verdict, name, kind, make, source=None, receivers=tuple(TARGETS)):
        super().__init__(verdict, name, G1, source or G1.mac, kind, b"", receivers=receivers)
        self.kind, self.make = kind, make

    def count(self):
        return len(self.receivers)

    def mark(self, receiver):
        return b"mark%04d %s" % (self.number, receiver.encode())

    def bytes_to(self, destination):
        name = next(name for name in TARGETS if TARGETS[name].mac == destination)
        return ROUTER_MAC + self.rest + self.make(TARGETS[name], self.mark(name))


class Claim(Frame):
    """To the host, about an address; it "arrives" if the host's neighbour table has it then."""

    def __init__(self, verdict, name, kind, payload, address, lladdr=G1.mac, source=None):
        super().__init__(verdict, name, G1, source or G1.mac, kind, payload, receivers=("host",))
        self.claimed = address, lladdr

    def count(self):
        return 1


def udp4(source, sport=5000, dport=9, **how):
    return lambda to, mark: ip4(source, udp(sport, dport, mark), to=to.ip4, **how)


def tcp4(source):
    return lambda to, mark: ip4(source, tcp() + mark, TCP, to=to.ip4)


def echo4(source):
    def make(to, mark):
        body = struct.pack("!BBHHH", 8, 0, 0, 1, 1) + mark
        return ip4(source, body[:2] + checksum(body) + body[4:], ICMP, to=to.ip4)
    return make


def datagram6(source, sport=5000, dport=9):
    return lambda to, mark: ip6(source, udp6(source, sport, dport, to.ip6, mark), to=to.ip6)


def tcp6(source):
    return lambda to, mark: ip6(source, tcp() + mark, TCP, to=to.ip6)


def echo6(source, before=()):
    return lambda to, mark: message(128, b"\0\1\0\1" + mark, source, to.ip6, 64, before)


def router_table():
    """Only what a router takes: it routes no broken header, no martian, no link-local source."""
    FRAMES.clear()
    forwarded = ("lan", "guest2")
    for name, make in [
            ("ip4: UDP", udp4(G1.ip4)), ("ip4: TCP", tcp4(G1.ip4)), ("ip4: echo", echo4(G1.ip4)),
            ("ip4: UDP from its prefix", udp4(IN_NET4)),
            ("ip4: TCP with options", lambda to, mark: ip4(
                G1.ip4, tcp() + mark, TCP, to=to.ip4, options=bytes([1] * 8))),
            ("dhcp: renewal", udp4(G1.ip4, 68, 67))]:
        FRAMES.append(Packet("allowed", name, ETH_P_IP, make))
    for name, reason, make in [
            ("ip4: UDP, source the other guest's", "ip", udp4(G2.ip4)),
            ("ip4: TCP, source the other guest's", "ip", tcp4(G2.ip4)),
            ("ip4: echo, source the other guest's", "ip", echo4(G2.ip4)),
            ("ip4: UDP, source the gateway's", "ip", udp4(LAN.ip4)),
            ("ip4: UDP, source past its prefix", "ip", udp4(PAST_NET4)),
            ("ip4: UDP, source a public one", "ip", udp4("192.0.2.1")),
            ("dhcp: a server's answer", "dhcp", udp4(G1.ip4, 67, 68)),
            ("dhcp: a server's answer from another port", "dhcp", udp4(G1.ip4, 1067, 68)),
            ("ip4: UDP of length 7", "bad",
             lambda to, mark: ip4(G1.ip4, udp(5000, 9, mark, 7), to=to.ip4))]:
        FRAMES.append(Packet("forged " + reason, name, ETH_P_IP, make))
    FRAMES.append(Packet("forged ip", "ip4: second fragment, source the other guest's", ETH_P_IP,
                         udp4(G2.ip4, frag=3), receivers=forwarded))
    for name, make in [
            ("ip6: UDP", datagram6(G1.ip6)), ("ip6: TCP", tcp6(G1.ip6)),
            ("ip6: echo", echo6(G1.ip6)), ("ip6: UDP from its prefix", datagram6(IN_NET6)),
            ("ip6: echo behind options", echo6(G1.ip6, [(DSTOPTS, extension)]))]:
        FRAMES.append(Packet("allowed", name, ETH_P_IPV6, make))
    for name, reason, make in [
            ("ip6: UDP, source the other guest's", "ip", datagram6(G2.ip6)),
            ("ip6: TCP, source the other guest's", "ip", tcp6(G2.ip6)),
            ("ip6: echo, source the other guest's", "ip", echo6(G2.ip6)),
            ("ip6: echo behind options, source the other guest's", "ip",
             echo6(G2.ip6, [(DSTOPTS, extension)])),
            ("ip6: UDP, source the gateway's", "ip", datagram6(LAN.ip6)),
            ("ip6: UDP, source past its prefix", "ip", datagram6(PAST_NET6)),
            ("ra: DHCPv6 server", "ra", datagram6(G1.ip6, 547, 546)),
            ("ra: DHCPv6 server from another port", "ra", datagram6(G1.ip6, 1547, 546))]:
        FRAMES.append(Packet("forged " + reason, name, ETH_P_IPV6, make))
    for name, kind, make in [
            ("mac: the other guest's", ETH_P_IP, tcp4(G1.ip4)),
            ("mac: the other guest's, with his address", ETH_P_IP, tcp4(G2.ip4)),
            ("mac: the other guest's, in IPv6", ETH_P_IPV6, tcp6(G1.ip6))]:
        FRAMES.append(Packet("forged mac", name, kind, make, source=G2.mac))
    for name, reason, kind, make in [
            ("ip4: UDP, source the host's", "ip", ETH_P_IP, udp4(HOST.ip4)),
            ("ip4: UDP, source 127.0.0.1", "ip", ETH_P_IP, udp4("127.0.0.1")),
            ("ip4: header of 16 bytes", "bad", ETH_P_IP, udp4(G1.ip4, ihl=4)),
            ("ip6: UDP, source ::1", "ip", ETH_P_IPV6, datagram6("::1"))]:
        FRAMES.append(Packet("eaten " + reason, name, kind, make))

    def ask(sender, address):
        return arp(1, sender, address, target_ip=HOST.ip4)

    def solicit(address, lladdr=G1.mac):
        return neighbour(NS, address, HOST.ip6, option(SLLA, lladdr), to=HOST.ip6)
    FRAMES.extend([
        Claim("allowed", "arp: request", ETH_P_ARP, ask(G1.mac, G1.ip4), G1.ip4),
        Claim("allowed", "arp: request from its prefix", ETH_P_ARP, ask(G1.mac, IN_NET4), IN_NET4),
        Claim("forged arp", "arp: request in the other guest's name", ETH_P_ARP,
              ask(G1.mac, G2.ip4), G2.ip4),
        Claim("forged arp", "arp: request in the gateway's name", ETH_P_ARP,
              ask(G1.mac, LAN.ip4), LAN.ip4),
        Claim("forged arp", "arp: its address at another's MAC", ETH_P_ARP,
              ask(G2.mac, "192.168.7.2"), "192.168.7.2", G2.mac),
        Claim("forged mac", "arp: its address at another's MAC, from there", ETH_P_ARP,
              ask(G2.mac, "192.168.7.3"), "192.168.7.3", G2.mac, source=G2.mac),
        Claim("allowed", "ndp: solicitation", ETH_P_IPV6, solicit(G1.ip6), G1.ip6),
        Claim("forged ip", "ndp: solicitation in the other guest's name", ETH_P_IPV6,
              solicit(G2.ip6), G2.ip6),
        Claim("forged ndp", "ndp: solicitation of another's MAC", ETH_P_IPV6,
              solicit(IN_NET6, G2.mac), IN_NET6, G2.mac)])
    return FRAMES


def router_receivers():
    """The host's sockets have no link header, and of IPv6 not even that; the mark is in all."""
    sockets = [(name, packet_socket(host.netns, host.device, ETH_P_ALL))
               for name, host in TARGETS.items() if host is not HOST]
    for family, protos in [(socket.AF_INET, (UDP, TCP, ICMP)),
                           (socket.AF_INET6, (UDP, TCP, ICMPV6))]:
        for proto in protos:
            sock = socket.socket(family, socket.SOCK_RAW, proto)
            sock.setblocking(False)
            sockets.append(("host", sock))
    return Receivers(sockets)


def neighbours():
    """(address, lladdr) of all that are behind guest1's port, as the host believes."""
    out = subprocess.run(["ip", "neigh", "show", "dev", G1.port], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    words = [line.split() for line in out.splitlines() if " lladdr " in line]
    return {(ip(line[0]), mac(line[line.index("lladdr") + 1])) for line in words}


def send_to_router(frames, _):
    receivers, sock = router_receivers(), packet_socket(G1.netns, G1.device)
    for frame in frames:
        if isinstance(frame, Claim):
            sock.send(frame.group + frame.rest)
        else:
            for receiver in frame.receivers:
                sock.send(frame.bytes_to(TARGETS[receiver].mac))
        receivers.take()
    receivers.take(PATIENCE)
    known = neighbours()
    for frame in frames:
        for receiver in frame.receivers:
            if isinstance(frame, Claim):
                arrived = (ip(frame.claimed[0]), frame.claimed[1]) in known
            else:
                arrived = any(frame.mark(receiver) in data for data in receivers.got[receiver])
            yield receiver, "yes" if arrived else "no", frame


# ---- the command line -----------------------------------------------------------------------


def counts(frames):
    """The kernel counts a frame once, whoever should get it."""
    totals = {}
    for frame in frames:
        if frame.reason():
            key = frame.sender.port, frame.reason()
            totals[key] = totals.get(key, 0) + frame.count()
    for (port, reason), number in sorted(totals.items()):
        print(port, reason, number)


def flood(seconds):
    """As fast as it goes. That the port is not there yet is no matter."""
    frames = [frame for frame in bridge_table() if frame.is_forged() and frame.sender is G1]
    names = {data: frame.name for frame in frames for _, data in copies(frame)}
    forged = {untagged(data): name for data, name in names.items()}
    sock, receivers = packet_socket(G1.netns, G1.device), bridge_receivers()
    end, sent = time.monotonic() + seconds, 0
    print("sending", flush=True)
    while time.monotonic() < end:
        for data in names:
            try:
                sent += sock.send(data) > 0
            except OSError:
                pass
        receivers.take()
    receivers.take(PATIENCE)
    leaked = {name + " has " + forged[data]
              for name, got in receivers.got.items() if name != "guest1"
              for data in got if data in forged}
    print("sent %d, leaked %d" % (sent, len(leaked)), *sorted(leaked), sep="\n")


def main(arguments):
    global TAG
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--tap")
    parser.add_argument("--router", action="store_true")
    parser.add_argument("--vlan", type=int)
    parser.add_argument("command", choices=["names", "send", "counts", "flood"])
    parser.add_argument("names", nargs="*")
    given = parser.parse_args(arguments)
    if given.vlan:
        TAG = rtype(ETH_P_8021Q) + struct.pack("!H", given.vlan)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if given.command == "flood":
        return flood(float(given.names[0]))
    frames = router_table() if given.router else bridge_table()
    unknown = set(given.names) - {frame.name for frame in frames}
    if unknown:
        sys.exit("no such frame: " + ", ".join(sorted(unknown)))
    frames = [frame for frame in frames if not given.names or frame.name in given.names]
    if given.command == "counts":
        return counts(frames)
    if given.command == "names":
        for frame in frames:
            print(frame.verdict.split()[0], frame.name, sep="\t")
        return
    send = send_to_router if given.router else send_on_bridge
    for receiver, arrived, frame in send(frames, given.tap):
        print(receiver, arrived, frame.verdict.split()[0], frame.name)


if __name__ == "__main__":
    main(sys.argv[1:])
