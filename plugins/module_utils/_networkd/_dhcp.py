# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The question whether a DHCP server would still give a lease, and what answers it. Pure.

A server that gets a DHCPDISCOVER offers, and keeps what it has bound (RFC 2131, 3.1 and 4.3.1): nothing is taken.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_IP = struct.Struct("!BBHHHBBH4s4s")
_UDP = struct.Struct("!HHHH")
# op, htype, hlen, hops, xid, secs, flags, ciaddr … giaddr, chaddr, sname and file, magic cookie
_BOOTP = struct.Struct("!BBBB4sHH16x16s192x4s")
_COOKIE = b"\x63\x82\x53\x63"
_SERVER, _CLIENT = 67, 68
_REQUEST, _REPLY = 1, 2
_ETHERNET = 1
# The server is to answer to all, since what is asked for is no address of ours yet.
_BROADCAST = 0x8000
_MESSAGE_TYPE, _ADDRESS, _PARAMETERS, _CLIENT_ID, _PAD, _END = 53, 50, 55, 61, 0, 255
_DISCOVER, _OFFER = b"\x01", b"\x02"
# Netmask, routers and name servers, as every client asks for.
_WANTED = bytes([1, 3, 6])
# Some relays drop what is shorter than a BOOTP message (RFC 1542, 2.1).
_LEAST = 300


class Lease(NamedTuple):
    """What networkd holds on a link: the packed address, and the id under which it asked for it."""

    address: bytes
    client_id: bytes


def parse_lease(text: str) -> Lease:
    """A file of /run/systemd/netif/leases; ValueError where it isn't one. Format: dhcp_lease_save() of sd-dhcp-lease.c, 252 and 257."""
    said = dict(line.partition("=")[::2] for line in text.splitlines())
    address = bytes(int(number) for number in said.get("ADDRESS", "").split("."))
    client_id = bytes.fromhex(said.get("CLIENTID", ""))
    if len(address) != 4 or len(client_id) > 255:
        raise ValueError("not a lease")
    return Lease(address, client_id)


def discover(lease: Lease, hardware: bytes, xid: bytes) -> bytes:
    """The IP packet that asks, as the same client, for the address of the lease; `hardware` is the link's Ethernet address."""
    options = [(_MESSAGE_TYPE, _DISCOVER), (_ADDRESS, lease.address), (_PARAMETERS, _WANTED)]
    options += [(_CLIENT_ID, lease.client_id)] if lease.client_id else []
    said = b"".join(bytes([kind, len(value)]) + value for kind, value in options) + bytes([_END])
    message = _BOOTP.pack(_REQUEST, _ETHERNET, len(hardware), 0, xid, 0, _BROADCAST, hardware, _COOKIE) + said
    message = message.ljust(_LEAST, bytes([_PAD]))
    length = _UDP.size + len(message)
    header = _IP.pack(0x45, 0, _IP.size + length, 0, 0, 64, 17, 0, bytes(4), b"\xff" * 4)
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return header + _UDP.pack(_CLIENT, _SERVER, length, 0) + message


def checksum(header: bytes) -> int:
    """The Internet checksum of an even number of bytes (RFC 1071)."""
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def is_offer(packet: bytes, xid: bytes) -> bool:
    """Whether an IP packet is a DHCPOFFER to that question."""
    start = (packet[0] & 0xF) * 4 + _UDP.size if packet else 0
    message = packet[start:]
    if len(message) < _BOOTP.size:
        return False
    kind, _type, _length, _hops, asked, _seconds, _flags, _hardware, cookie = _BOOTP.unpack_from(message)
    return (kind, asked, cookie) == (_REPLY, xid, _COOKIE) and _option(message[_BOOTP.size :], _MESSAGE_TYPE) == _OFFER


def _option(options: bytes, wanted: int) -> bytes:
    at = 0
    while at < len(options) and options[at] != _END:
        if options[at] == _PAD:
            at += 1
            continue
        value = options[at + 2 : at + 2 + options[at + 1]] if at + 1 < len(options) else b""
        if options[at] == wanted:
            return value
        at += 2 + len(value)
    return b""
