# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The question whether DHCPv6 servers would still give the addresses of a link, and what their answers lack. Pure.

A server that gets a Solicit without Rapid Commit advertises, and binds nothing (RFC 8415, 18.3.1 and 18.3.9). networkd asks in the same way when it
starts, by the same DUID and IAID and without a word of the addresses that it had (sd-dhcp6-client.c of 247, 252 and 257).
"""

from __future__ import annotations

import ipaddress
import struct
from typing import Iterator, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _packets

TO_SERVERS = ipaddress.IPv6Address("ff02::1:2").packed
_CLIENT, _SERVER = 546, 547
_SOLICIT, _ADVERTISE = 1, 2
_CLIENT_ID, _IA_NA, _IA_ADDRESS, _WANTED, _ELAPSED = 1, 3, 5, 6, 8
_NAME_SERVERS = 23
_OPTION = struct.Struct("!HH")
_UDP_HEADER = 8
# IAID, T1 and T2, which the server chooses; what comes behind are its options.
_IA = struct.Struct("!III")
# The address, its preferred and its valid lifetime.
_ADDRESS = struct.Struct("!16sII")
# As duid_type_to_string() of dhcp-identifier.c writes it: the type, and how long the rest is on Ethernet (RFC 8415, 11) or made by systemd.
_DUIDS = {"DUID-LLT": (1, 12), "DUID-EN/Vendor": (2, 12), "DUID-LL": (3, 8), "UUID": (4, 16)}
# systemd 247 prints as many bytes too much behind the DUID as its type has.
_TOO_MUCH = 2


class Client(NamedTuple):
    """Under which ids networkd asks on a link."""

    duid: bytes
    iaid: int


def parse_client(text: str) -> Client | None:
    """Out of a file of /run/systemd/netif/links; None where there is no client, ValueError where its ids can't be read.

    Format: link_serialize_dhcp6_client() of networkd-dhcp6.c, 247, 252 and 257.
    """
    said = dict(line.partition("=")[::2] for line in text.splitlines())
    if "DHCP6_CLIENT_IAID" not in said or "DHCP6_CLIENT_DUID" not in said:
        return None
    name, _colon, rest = said["DHCP6_CLIENT_DUID"].partition(":")
    if name not in _DUIDS:
        raise ValueError(f"its DUID is of another type, {name[:20]}")
    kind, length = _DUIDS[name]
    data = bytes.fromhex(rest)
    duid = data[:length] if len(data) == length + _TOO_MUCH else data
    return Client(struct.pack("!H", kind) + duid, int(said["DHCP6_CLIENT_IAID"], 16) & 0xFFFFFFFF)


def solicit(client: Client, source: bytes, xid: bytes) -> bytes:
    """The IP packet that asks, from the link's link-local address; `xid` has three bytes."""
    options = [
        (_CLIENT_ID, client.duid),
        (_IA_NA, _IA.pack(client.iaid, 0, 0)),
        (_WANTED, struct.pack("!H", _NAME_SERVERS)),
        (_ELAPSED, bytes(2)),
    ]
    said = b"".join(_OPTION.pack(kind, len(value)) + value for kind, value in options)
    return _packets.ipv6_udp(source, TO_SERVERS, bytes([_SOLICIT]) + xid + said, _CLIENT, _SERVER)


def parse_advertise(packet: bytes, xid: bytes) -> frozenset[str] | None:
    """The addresses that an IP packet with an Advertise to that question offers; None for any other packet, and where there are none."""
    outer = _packets.parse_ipv6(packet)
    message = outer.payload[_UDP_HEADER:] if outer else b""
    if message[:4] != bytes([_ADVERTISE]) + xid:
        return None
    return frozenset(address for kind, ia in _options(message[4:]) if kind == _IA_NA for address in _offered(ia)) or None


def lacks(link: str, held: frozenset[str], offers: list[frozenset[str]]) -> list[str]:
    """What a client could lose that takes any of these offers: nothing where each has all addresses that the link holds."""
    if not offers:
        return [f"no DHCPv6 server answers {link}"]
    return [f"a DHCPv6 server offers {link} {_listed(offer)} instead of {_listed(held)}" for offer in offers if held - offer]


def _listed(addresses: frozenset[str]) -> str:
    return ", ".join(sorted(addresses)[:5])


def _offered(ia: bytes) -> Iterator[str]:
    for kind, value in _options(ia[_IA.size :]):
        if kind == _IA_ADDRESS and len(value) >= _ADDRESS.size:
            address, _preferred, valid = _ADDRESS.unpack_from(value)
            if valid:
                yield str(ipaddress.IPv6Address(address))


def _options(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _OPTION.size <= len(data):
        kind, length = _OPTION.unpack_from(data, at)
        yield kind, data[at + _OPTION.size : at + _OPTION.size + length]
        at += _OPTION.size + length
