# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The question to the IPv6 routers of a link, and what their answers lack of what the link has. Pure.

A router that gets a Router Solicitation advertises what it advertises all the time (RFC 4861, 6.2.6): nothing is taken.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import Iterator

from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _packets

TO_ROUTERS = ipaddress.IPv6Address("ff02::2").packed
_SOLICITATION, _ADVERTISEMENT = 133, 134
_SOURCE, _PREFIX = 1, 3
# Type, code, checksum, hop limit, flags, lifetime of the router, two timers
_HEADER = struct.Struct("!BBHBBHII")
# Type, length, length of the prefix, flags, valid and preferred lifetime, the prefix
_PREFIX_OPTION = struct.Struct("!BBBBII4x16s")
_LINK_LOCAL = ipaddress.IPv6Network("fe80::/10")


def solicitation(source: bytes, hardware: bytes) -> bytes:
    """The IP packet that asks, from the link's link-local address and its Ethernet address."""
    return _packets.icmp6(source, TO_ROUTERS, bytes([_SOLICITATION]) + bytes(7) + bytes([_SOURCE, 1]) + hardware)


def parse_advertisement(packet: bytes) -> frozenset[str] | None:
    """The prefixes that an IP packet with a Router Advertisement gives, as `fd00::/64`; None for any other packet (RFC 4861, 6.1.2)."""
    outer = _packets.parse_ipv6(packet)
    if outer is None or (outer.protocol, outer.hops) != (_packets.ICMP6, 255) or ipaddress.IPv6Address(outer.source) not in _LINK_LOCAL:
        return None
    if len(outer.payload) < _HEADER.size or outer.payload[0] != _ADVERTISEMENT:
        return None
    return frozenset(_prefixes(outer.payload[_HEADER.size :]))


def lacks(link: str, held: frozenset[str], given: list[frozenset[str]]) -> list[str]:
    """Which of the prefixes that the link holds no router gives any more."""
    if not given:
        return [f"no IPv6 router answers {link}"]
    return [f"no IPv6 router gives {link} the prefix {prefix} any more" for prefix in sorted(held.difference(*given))]


def _prefixes(options: bytes) -> Iterator[str]:
    at = 0
    while at + 2 <= len(options) and options[at + 1]:
        length = options[at + 1] * 8
        if options[at] == _PREFIX and length == _PREFIX_OPTION.size <= len(options) - at:
            _kind, _length, bits, _flags, valid, _preferred, prefix = _PREFIX_OPTION.unpack_from(options, at)
            if valid and bits <= 128:
                yield str(ipaddress.IPv6Network((prefix, bits), strict=False))
        at += length
