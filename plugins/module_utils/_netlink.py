# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""A small reader of the kernel's links, addresses, neighbours, policy rules, routes and nexthops over rtnetlink.

It asks the kernel itself, since `ip` may be missing and a million routes as text
cost seconds. The kernel filters (NETLINK_GET_STRICT_CHK, Linux 4.20), every dump
stops at a number of entries, and every wait has a deadline.
Layouts: linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/neighbour.h, linux/fib_rules.h, linux/nexthop.h.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from typing import Any, Callable, Iterator, NamedTuple

INET, INET6 = int(socket.AF_INET), int(socket.AF_INET6)

_RTM_GETLINK, _RTM_GETADDR, _RTM_GETROUTE, _RTM_GETNEIGH, _RTM_GETRULE, _RTM_GETNEXTHOP = 18, 22, 26, 30, 34, 106
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_NLM_F_DUMP_REQUEST = 0x301
_NLM_F_DUMP_INTR = 0x10
_SOL_NETLINK, _NETLINK_GET_STRICT_CHK = 270, 12
_RTM_F_CLONED = 0x200
_FIB_RULE_INVERT = 0x2
_IFA_F_PERMANENT = 0x80
_FOREVER = 0xFFFFFFFF
_IFF_UP, _IFF_NOARP = 0x1, 0x80
_NUD_NOARP, _NUD_PERMANENT = 0x40, 0x80
_NTF_PROXY = 0x8
_GROUP_ADDRESS = 0x1  # the first bit of an Ethernet address that belongs to many
_RTA_OIF, _RTA_TABLE = 4, 15
_IFLA_EXT_MASK, _SKIP_STATISTICS = 29, 8

_HEADER = struct.Struct("=IHHII")
_ROUTE = struct.Struct("=BBBBBBBBI")
# nhmsg and ifaddrmsg
_LINK = struct.Struct("=BxHiII")
_NEIGHBOUR = struct.Struct("=BxxxiHBB")
_NEXTHOP = struct.Struct("=BBBBI")
_ATTRIBUTE = struct.Struct("=HH")
_PATH = struct.Struct("=HBBi")
_U32 = struct.Struct("=I")
_I32 = struct.Struct("=i")
_PORTS = struct.Struct("=HH")
_UIDS = struct.Struct("=II")

# The kernel fills at most 32 KiB at a time, whatever is offered.
_BUFFER = 1 << 16
_TRIES = 3
# No such table, link or address family: an empty dump, not a failure.
_NOTHING = frozenset({errno.ENOENT, errno.ENODEV, errno.EAFNOSUPPORT, errno.EOPNOTSUPP})


class Unanswered(Exception):
    """The kernel did not tell; `why` is one line for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Path(NamedTuple):
    """One way of a route: the link's index, and the packed gateway or b""."""

    oif: int
    gateway: bytes
    weight: int = 1


class Route(NamedTuple):
    """A route of the FIB; addresses are packed, numbers are the kernel's. `paths` has more than one entry only if multipath.

    `source` is the address that it prefers as its packets' source, or b"".
    """

    family: int
    table: int
    type: int
    protocol: int
    destination: bytes
    prefixlen: int
    metric: int = 0
    tos: int = 0
    paths: tuple[Path, ...] = ()
    nexthop_id: int = 0
    source: bytes = b""


class Rule(NamedTuple):
    """A policy rule; addresses are packed, numbers are the kernel's, -1 and () are "not set"."""

    family: int
    priority: int
    action: int
    table: int = 0
    protocol: int = 0
    invert: bool = False
    source: bytes = b""
    source_length: int = 0
    destination: bytes = b""
    destination_length: int = 0
    tos: int = 0
    fwmark: int = 0
    fwmask: int = 0
    iif: str = ""
    oif: str = ""
    l3mdev: bool = False
    uids: tuple[int, ...] = ()
    ip_protocol: int = 0
    source_ports: tuple[int, ...] = ()
    destination_ports: tuple[int, ...] = ()
    goto: int = 0
    suppress_prefixlength: int = -1
    suppress_group: int = -1


class Address(NamedTuple):
    """An address of a link; a permanent one has no lifetime, and `preferred` tells that it is preferred for ever.

    `metric` is that of the kernel's own route for its prefix.
    """

    ifindex: int
    address: bytes
    prefixlen: int
    broadcast: bytes = b""
    permanent: bool = True
    preferred: bool = True
    metric: int = 0

    @property
    def family(self) -> int:
        """INET or INET6."""
        return INET if len(self.address) == 4 else INET6


class Neighbour(NamedTuple):
    """A neighbour that somebody set: a permanent one, one without ARP, or an address that is answered for (a proxy, without `lladdr`)."""

    family: int
    ifindex: int
    address: bytes
    lladdr: bytes = b""
    permanent: bool = True
    proxy: bool = False


class LinkState(NamedTuple):
    """A link: whether it is set up, the index of the bridge or the like that it is a port of (0: none), and its MTU."""

    ifindex: int
    name: str
    up: bool
    master: int = 0
    mtu: int = 0
    arp: bool = True


class Nexthop(NamedTuple):
    """A nexthop object; `oif` is 0 for groups and blackholes."""

    id: int
    oif: int
    protocol: int


class Dump(NamedTuple):
    """What was read; `whole` is false where the limit cut it."""

    entries: list[Any]
    whole: bool


class Netlink:
    """The kernel's routing state in this network namespace; each dump has `timeout` seconds."""

    def __init__(self, timeout: float = 5.0) -> None:
        self.timeout = timeout

    def links(self) -> dict[int, str]:
        """The names of all links by index."""
        try:
            return dict(socket.if_nameindex())
        except OSError as error:
            raise Unanswered(f"the kernel did not list its links: {_strerror(error)}") from None

    def rules(self, family: int, limit: int = 4096) -> Dump:
        """The policy rules of one family, in their order."""
        request = _ROUTE.pack(family, *[0] * 8)
        return self._dump(_RTM_GETRULE, request, parse_rule, family, limit)

    def routes(self, family: int, limit: int, table: int = 0, kind: int = 0, oif: int = 0, protocol: int = 0) -> Dump:
        """Routes of one family, filtered by table, type, outgoing link and protocol where these aren't 0.

        The kernel filters; one too old for that refuses with Unanswered. In an
        IPv4 table the default routes come first, in an IPv6 table last.
        """
        request = _ROUTE.pack(family, 0, 0, 0, 0, protocol, 0, kind, 0)
        for name, value in ((_RTA_OIF, oif), (_RTA_TABLE, table)):
            if value:
                request += _ATTRIBUTE.pack(8, name) + _U32.pack(value)
        return self._dump(_RTM_GETROUTE, request, parse_route, family, limit, strict=bool(table or kind or oif or protocol))

    def addresses(self, family: int, limit: int = 16384) -> Dump:
        """The addresses of all links."""
        return self._dump(_RTM_GETADDR, _NEXTHOP.pack(family, 0, 0, 0, 0), parse_address, family, limit)

    def link_states(self, limit: int = 16384) -> Dump:
        """All links, each as a LinkState."""
        request = _LINK.pack(0, 0, 0, 0, 0) + _ATTRIBUTE.pack(8, _IFLA_EXT_MASK) + _U32.pack(_SKIP_STATISTICS)
        return self._dump(_RTM_GETLINK, request, parse_link, 0, limit)

    def neighbours(self, family: int, limit: int = 65536) -> Dump:
        """The neighbours that somebody set, those that the host answers for (proxies) among them.

        The limit is of all that the kernel lists, so that what it learned by itself can't make the dump endless.
        """
        dumps = [
            self._dump(_RTM_GETNEIGH, _NEIGHBOUR.pack(family, 0, 0, flags, 0), _listed_neighbour, family, limit)
            for flags in (0, _NTF_PROXY)
        ]
        found = [one for dump in dumps for one in dump.entries if isinstance(one, Neighbour)]
        return Dump(found, all(dump.whole for dump in dumps))

    def nexthops(self, limit: int = 65536) -> Dump:
        """The nexthop objects of both families; none on kernels before 5.3."""
        return self._dump(_RTM_GETNEXTHOP, _NEXTHOP.pack(0, 0, 0, 0, 0), parse_nexthop, 0, limit)

    def _dump(
        self, kind: int, request: bytes, parse: Callable[[bytes], Any], family: int, limit: int, strict: bool = False
    ) -> Dump:
        """One dump, again where the tables changed underneath it."""
        deadline = time.monotonic() + self.timeout
        for _attempt in range(_TRIES):
            with _open(strict) as kernel:
                dump, steady = _read_dump(kernel, kind, request, parse, family, limit, deadline)
            if steady:
                return dump
        return Dump(dump.entries, False)


def _open(strict: bool) -> socket.socket:
    try:
        kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    except (AttributeError, OSError) as error:
        raise Unanswered(f"no netlink socket: {_strerror(error)}") from None
    try:
        kernel.setsockopt(_SOL_NETLINK, _NETLINK_GET_STRICT_CHK, 1)
    except OSError:
        if strict:
            kernel.close()
            raise Unanswered("this kernel can't filter routes (before Linux 4.20)") from None
    return kernel


def _read_dump(
    kernel: socket.socket,
    kind: int,
    request: bytes,
    parse: Callable[[bytes], Any],
    family: int,
    limit: int,
    deadline: float,
) -> tuple[Dump, bool]:
    """The dump, and whether nothing changed while it was read."""
    entries: list[Any] = []
    steady = True
    _send(kernel, _HEADER.pack(_HEADER.size + len(request), kind, _NLM_F_DUMP_REQUEST, 1, 0) + request)
    while True:
        for answer, flags, body in messages(_receive(kernel, deadline)):
            steady = steady and not flags & _NLM_F_DUMP_INTR
            if answer == _NLMSG_ERROR and _I32.unpack_from(body)[0] == 0:
                continue
            if answer in (_NLMSG_DONE, _NLMSG_ERROR):
                _check(body)
                return Dump(entries, True), steady
            # A kernel without this family answers for all families.
            if family and body[:1] != bytes([family]):
                continue
            entry = parse(body)
            if entry is None:
                continue
            if len(entries) >= limit:
                return Dump(entries, False), True
            entries.append(entry)


def _send(kernel: socket.socket, message: bytes) -> None:
    try:
        kernel.sendto(message, (0, 0))
    except OSError as error:
        raise Unanswered(f"netlink: {_strerror(error)}") from None


def _receive(kernel: socket.socket, deadline: float) -> bytes:
    left = deadline - time.monotonic()
    if left <= 0:
        raise Unanswered("the kernel's dump did not end in time")
    kernel.settimeout(left)
    try:
        return kernel.recv(_BUFFER)
    except socket.timeout:
        raise Unanswered("the kernel's dump did not end in time") from None
    except OSError as error:
        raise Unanswered(f"netlink: {_strerror(error)}") from None


def _check(body: bytes) -> None:
    """Raise for the error that ends a dump, unless it says that there is nothing."""
    code = -_I32.unpack_from(body)[0] if len(body) >= 4 else 0
    if code > 0 and code not in _NOTHING:
        raise Unanswered(f"netlink: {os.strerror(code).lower()}")


def _strerror(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def messages(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, flags and body of each netlink message in a datagram."""
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, flags, _sequence, _port = _HEADER.unpack_from(data, at)
        if length < _HEADER.size:
            return
        yield kind, flags, data[at + _HEADER.size : at + length]
        at += (length + 3) & ~3


def _attributes(data: bytes, at: int) -> dict[int, bytes]:
    found = {}
    end = len(data)
    while at + 4 <= end:
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[at + 4 : at + length]
        at += (length + 3) & ~3
    return found


def _number(data: bytes | None, otherwise: int = 0) -> int:
    return int.from_bytes(data, "little" if _LITTLE else "big") if data else otherwise


_LITTLE = _U32.pack(1)[0] == 1


def parse_route(body: bytes) -> Route | None:
    """A route out of an RTM_NEWROUTE; None for the kernel's cached exceptions."""
    family, prefixlen, _source, tos, table, protocol, _scope, kind, flags = _ROUTE.unpack_from(body)
    if flags & _RTM_F_CLONED:
        return None
    found = _attributes(body, _ROUTE.size)
    if 9 in found:
        paths = tuple(_paths(found[9]))
    else:
        oif = _number(found.get(4))
        paths = (Path(oif, _gateway(found)),) if oif else ()
    return Route(
        family,
        _number(found.get(15), table),
        kind,
        protocol,
        found.get(1, b""),
        prefixlen,
        _number(found.get(6)),
        tos,
        paths,
        _number(found.get(30)),
        found.get(7, b""),
    )


def _paths(data: bytes) -> Iterator[Path]:
    at = 0
    while at + _PATH.size <= len(data):
        length, _flags, hops, oif = _PATH.unpack_from(data, at)
        if length < _PATH.size:
            return
        yield Path(oif, _gateway(_attributes(data[at : at + length], _PATH.size)), hops + 1)
        at += (length + 3) & ~3


def _gateway(found: dict[int, bytes]) -> bytes:
    """RTA_GATEWAY, or RTA_VIA, an address of the other family behind two bytes that say which."""
    return found.get(5) or found.get(18, b"")[2:]


def parse_rule(body: bytes) -> Rule:
    """A policy rule out of an RTM_NEWRULE."""
    family, to_length, from_length, tos, table, _one, _two, action, flags = _ROUTE.unpack_from(body)
    found = _attributes(body, _ROUTE.size)
    return Rule(
        family=family,
        priority=_number(found.get(6)),
        action=action,
        table=_number(found.get(15), table),
        protocol=_number(found.get(21)),
        invert=bool(flags & _FIB_RULE_INVERT),
        source=found.get(2, b""),
        source_length=from_length,
        destination=found.get(1, b""),
        destination_length=to_length,
        tos=tos,
        fwmark=_number(found.get(10)),
        fwmask=_number(found.get(16)),
        iif=_text(found.get(3)),
        oif=_text(found.get(17)),
        l3mdev=bool(_number(found.get(19))),
        uids=_UIDS.unpack(found[20]) if 20 in found else (),
        ip_protocol=_number(found.get(22)),
        source_ports=_PORTS.unpack(found[23]) if 23 in found else (),
        destination_ports=_PORTS.unpack(found[24]) if 24 in found else (),
        goto=_number(found.get(4)),
        suppress_prefixlength=_signed(found.get(14)),
        suppress_group=_signed(found.get(13)),
    )


def _signed(data: bytes | None) -> int:
    return _I32.unpack(data)[0] if data else -1


def _text(data: bytes | None) -> str:
    return (data or b"").split(b"\0", 1)[0].decode("utf-8", "backslashreplace")


def parse_address(body: bytes) -> Address:
    """An address out of an RTM_NEWADDR."""
    _family, prefixlen, flags, _scope, index = _NEXTHOP.unpack_from(body)
    found = _attributes(body, _NEXTHOP.size)
    flags = _number(found.get(8), flags)
    own = found.get(2) or found.get(1, b"")
    preferred = _number(found.get(6, b"")[:4], _FOREVER) == _FOREVER
    return Address(index, own, prefixlen, found.get(4, b""), bool(flags & _IFA_F_PERMANENT), preferred, _number(found.get(9)))


def parse_link(body: bytes) -> LinkState:
    """A link out of an RTM_NEWLINK."""
    _family, _kind, index, flags, _change = _LINK.unpack_from(body)
    found = _attributes(body, _LINK.size)
    return LinkState(index, _text(found.get(3)), bool(flags & _IFF_UP), _number(found.get(10)), _number(found.get(4)), not flags & _IFF_NOARP)


def parse_neighbour(body: bytes) -> Neighbour | None:
    """A neighbour out of an RTM_NEWNEIGH; None for one that the kernel found or made by itself."""
    family, index, state, flags, _kind = _NEIGHBOUR.unpack_from(body)
    found = _attributes(body, _NEIGHBOUR.size)
    address, lladdr = found.get(1, b""), found.get(2, b"")
    proxy = bool(flags & _NTF_PROXY)
    if not proxy and not (state & _NUD_PERMANENT or (state & _NUD_NOARP and lladdr and not lladdr[0] & _GROUP_ADDRESS)):
        return None
    return Neighbour(family, index, address, b"" if proxy else lladdr, proxy or bool(state & _NUD_PERMANENT), proxy)


def _listed_neighbour(body: bytes) -> Neighbour | bool:
    return parse_neighbour(body) or False


def parse_nexthop(body: bytes) -> Nexthop:
    """A nexthop object out of an RTM_NEWNEXTHOP."""
    _family, _scope, protocol, _reserved, _flags = _NEXTHOP.unpack_from(body)
    found = _attributes(body, _NEXTHOP.size)
    return Nexthop(_number(found.get(1)), _number(found.get(5)), protocol)
