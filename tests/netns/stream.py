#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A TCP connection that is used all the time: stream.py serve ADDRESS | stream.py talk ADDRESS STOP

serve echoes what it gets. talk sends a numbered line each millisecond and reads it back, until the
file STOP is there; then it prints how many lines came back, whether all did and in order, and the
longest wait between two of them in milliseconds: "1234 all 3".
"""
import os
import socket
import sys
import time

PORT = 7777


def serve(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, PORT), family=family) as server:
        print("ready", flush=True)
        connection, _ = server.accept()
        with connection:
            while data := connection.recv(1 << 16):
                connection.sendall(data)


def talk(address, stop):
    sent, rest, seen = 0, b"", 0
    right, longest, last = True, 0.0, time.monotonic()
    with socket.create_connection((address, PORT), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        print("ready", flush=True)
        enough = False
        while not enough or seen < sent:
            if not enough:
                connection.sendall(b"%d\n" % sent)
                sent += 1
            enough = enough or os.path.exists(stop)
            *lines, rest = (rest + connection.recv(1 << 16)).split(b"\n")
            for line in lines:
                right = right and line == b"%d" % seen
                seen += 1
            now = time.monotonic()
            longest, last = max(longest, now - last), now
            time.sleep(0.001)
    print(seen, "all" if right and seen == sent else "broken", round(longest * 1000))


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    talk(sys.argv[2], sys.argv[3])
