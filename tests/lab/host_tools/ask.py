# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask one DNS server one question, without anything that an audit uses: `ask udp|edns|tcp|tls SERVER NAME [TYPE]`.

Prints the rcode, then the addresses of the answer. Exits with 1 where no answer comes within 3 seconds. `edns` is UDP with an OPT record.
A certificate must be the lab's, whether the host trusts it or not.
"""

import ipaddress
import socket
import ssl
import struct
import sys

TYPES = {"A": 1, "NS": 2, "SOA": 6, "TXT": 16, "AAAA": 28}
RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")
ID = 4711
OPT = struct.pack("!BHHIH", 0, 41, 1232, 0, 0)


def main(transport, server, name, rtype="A"):
    labels = [label.encode() for label in name.strip(".").split(".") if label]
    question = b"".join(bytes([len(label)]) + label for label in labels) + b"\0" + struct.pack("!2H", TYPES[rtype], 1)
    edns = transport == "edns"
    query = struct.pack("!6H", ID, 0x0100, 1, 0, 0, int(edns)) + question + OPT * edns
    reply = datagram(server, query) if transport in ("udp", "edns") else stream(server, query, transport == "tls")
    number, flags, _questions, answers = struct.unpack_from("!4H", reply)
    if number != ID:
        sys.exit("another id")
    truncated = ["TC"] if flags & 0x0200 else []
    print(RCODES[flags & 15], *truncated, *addresses(reply, 12 + len(question), answers))


def datagram(server, query):
    with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(3)
        sock.connect((server, 53))
        sock.send(query)
        return sock.recv(65535)


def stream(server, query, tls):
    with socket.create_connection((server, 853 if tls else 53), timeout=3) as sock:
        if tls:
            sock = ssl.create_default_context(cafile="/usr/local/share/lab-ca.crt").wrap_socket(sock, server_hostname=server)
        with sock.makefile("rwb") as file:
            file.write(struct.pack("!H", len(query)) + query)
            file.flush()
            return file.read(struct.unpack("!H", file.read(2))[0])


def addresses(reply, at, count):
    """Names in answers are taken for pointers, as the lab's servers write them."""
    for _number in range(count):
        rtype, _class, _ttl, length = struct.unpack_from("!2HIH", reply, at + 2)
        if rtype in (TYPES["A"], TYPES["AAAA"]):
            yield ipaddress.ip_address(reply[at + 12 : at + 12 + length])
        at += 12 + length


try:
    main(*sys.argv[1:])
except OSError as error:
    sys.exit(f"no answer: {error}")
