# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""IP packets around a question, as hosts send them that have no address yet, or only a link-local one. Pure.

Formats: RFC 791, RFC 768, RFC 8200; checksums: RFC 1071 and RFC 8200, 8.1.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

UDP, ICMP6 = 17, 58
_IPV4 = struct.Struct("!BBHHHBBH4s4s")
_IPV6 = struct.Struct("!IHBB16s16s")
_UDP = struct.Struct("!HHHH")


class Packet6(NamedTuple):
    """An IPv6 packet without extension headers."""

    protocol: int
    hops: int
    source: bytes
    payload: bytes


def ipv4_to_all(message: bytes, source_port: int, port: int) -> bytes:
    """A UDP message from no address to all; without a checksum of its own, which UDP over IPv4 may lack."""
    length = _UDP.size + len(message)
    header = _IPV4.pack(0x45, 0, _IPV4.size + length, 0, 0, 64, UDP, 0, bytes(4), b"\xff" * 4)
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return header + _UDP.pack(source_port, port, length, 0) + message


def ipv4_message(packet: bytes) -> bytes:
    """What the UDP of an IPv4 packet carries; nothing where it is cut."""
    start = (packet[0] & 0xF) * 4 + _UDP.size if packet else 0
    return packet[start:]


def ipv6_udp(source: bytes, destination: bytes, message: bytes, source_port: int, port: int) -> bytes:
    """A UDP message that no router passes on."""
    length = _UDP.size + len(message)
    zero = _UDP.pack(source_port, port, length, 0) + message
    # Zero would say that there is none.
    total = _checksum6(source, destination, UDP, zero) or 0xFFFF
    return _IPV6.pack(6 << 28, length, UDP, 1, source, destination) + _UDP.pack(source_port, port, length, total) + message


def icmp6(source: bytes, destination: bytes, message: bytes) -> bytes:
    """An ICMPv6 message, whose checksum is still zero, with the hop limit by which neighbours know that it comes from the link (RFC 4861)."""
    total = struct.pack("!H", _checksum6(source, destination, ICMP6, message))
    return _IPV6.pack(6 << 28, len(message), ICMP6, 255, source, destination) + message[:2] + total + message[4:]


def parse_ipv6(packet: bytes) -> Packet6 | None:
    """None where it is cut."""
    if len(packet) < _IPV6.size:
        return None
    _version, _length, protocol, hops, source, _destination = _IPV6.unpack_from(packet)
    return Packet6(protocol, hops, source, packet[_IPV6.size :])


def checksum(data: bytes) -> int:
    """The Internet checksum."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _checksum6(source: bytes, destination: bytes, protocol: int, payload: bytes) -> int:
    return checksum(source + destination + struct.pack("!II", len(payload), protocol) + payload)
