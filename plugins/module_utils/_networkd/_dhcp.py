# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The question whether DHCP servers would still give a lease, and what their answers lack of it. Pure.

A server that gets a DHCPDISCOVER offers, and keeps what it has bound (RFC 2131, 3.1 and 4.3.1): nothing is taken. The address isn't asked for,
as networkd 252 doesn't either when it starts (247 and 257 do): a server that knows the lease offers it all the same.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _packets

# op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname and file, magic cookie
_BOOTP = struct.Struct("!BBBB4sHH4x4s8x16s192x4s")
_COOKIE = b"\x63\x82\x53\x63"
_SERVER, _CLIENT = 67, 68
_REQUEST, _REPLY = 1, 2
_ETHERNET = 1
# The server is to answer to all, since what is asked for is no address of ours yet.
_BROADCAST = 0x8000
_ROUTERS, _NAME_SERVERS, _MESSAGE_TYPE, _SERVER_ID, _PARAMETERS, _CLIENT_ID, _PAD, _END = 3, 6, 53, 54, 55, 61, 0, 255
_DISCOVER, _OFFER = b"\x01", b"\x02"
# Netmask, routers and name servers, as every client asks for.
_WANTED = bytes([1, _ROUTERS, _NAME_SERVERS])
# Some relays drop what is shorter than a BOOTP message (RFC 1542, 2.1).
_LEAST = 300


class Terms(NamedTuple):
    """What a server gives: an address, and the addresses of routers and name servers."""

    address: str
    routers: frozenset[str] = frozenset()
    name_servers: frozenset[str] = frozenset()


class Lease(NamedTuple):
    """What networkd holds on a link, and the id under which it asked for it."""

    terms: Terms
    client_id: bytes


class Offer(NamedTuple):
    """What a server would give now; `server` is its address."""

    server: str
    terms: Terms


def parse_lease(text: str) -> Lease:
    """A file of /run/systemd/netif/leases; ValueError where it isn't one. Format: dhcp_lease_save() of sd-dhcp-lease.c, 247, 252 and 257."""
    said = dict(line.partition("=")[::2] for line in text.splitlines())
    address = str(ipaddress.IPv4Address(said.get("ADDRESS", "")))
    client_id = bytes.fromhex(said.get("CLIENTID", ""))
    if len(client_id) > 255:
        raise ValueError("not a lease")
    routers, name_servers = (frozenset(said.get(name, "").split()) for name in ("ROUTER", "DNS"))
    return Lease(Terms(address, routers, name_servers), client_id)


def discover(client_id: bytes, hardware: bytes, xid: bytes) -> bytes:
    """The IP packet that asks as the same client; `hardware` is the link's Ethernet address."""
    options = [(_MESSAGE_TYPE, _DISCOVER), (_PARAMETERS, _WANTED)]
    options += [(_CLIENT_ID, client_id)] if client_id else []
    said = b"".join(bytes([kind, len(value)]) + value for kind, value in options) + bytes([_END])
    message = _BOOTP.pack(_REQUEST, _ETHERNET, len(hardware), 0, xid, 0, _BROADCAST, bytes(4), hardware, _COOKIE) + said
    return _packets.ipv4_to_all(message.ljust(_LEAST, bytes([_PAD])), _CLIENT, _SERVER)


def parse_offer(packet: bytes, xid: bytes) -> Offer | None:
    """An IP packet that is a DHCPOFFER to that question; None for any other."""
    message = _packets.ipv4_message(packet)
    if len(message) < _BOOTP.size:
        return None
    kind, _type, _length, _hops, asked, _seconds, _flags, address, _hardware, cookie = _BOOTP.unpack_from(message)
    options = message[_BOOTP.size :]
    if (kind, asked, cookie) != (_REPLY, xid, _COOKIE) or _option(options, _MESSAGE_TYPE) != _OFFER:
        return None
    routers, name_servers, server = (_addresses(_option(options, wanted)) for wanted in (_ROUTERS, _NAME_SERVERS, _SERVER_ID))
    return Offer(", ".join(server), Terms(*_addresses(address), frozenset(routers), frozenset(name_servers)))


def lacks(link: str, lease: Lease, offers: list[Offer]) -> list[str]:
    """What a client could lose that takes any of these offers: nothing where each gives the lease back."""
    if not offers:
        return [f"no DHCP server answers {link}"]
    return [f"DHCP server {offer.server or 'without an address'} offers {link} {what}" for offer in offers if (what := _differs(lease.terms, offer.terms))]


def _differs(held: Terms, offered: Terms) -> str:
    if held.address != offered.address:
        return f"{offered.address} instead of {held.address}"
    missing = [
        f"{kind} {', '.join(sorted(gone))}"
        for kind, gone in (("router", held.routers - offered.routers), ("name server", held.name_servers - offered.name_servers))
        if gone
    ]
    return f"{held.address} without {' and '.join(missing)}" if missing else ""


def _addresses(packed: bytes) -> list[str]:
    return [str(ipaddress.IPv4Address(packed[at : at + 4])) for at in range(0, len(packed) - 3, 4)]


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
