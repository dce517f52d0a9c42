# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""A policy rule, route, address or nexthop out of the kernel's own message, as the words of the `ip` command that adds it again.

Layouts: linux/fib_rules.h, linux/rtnetlink.h, linux/if_addr.h, linux/nexthop.h.
What can't be said in words is refused with a ValueError, never left out.
"""

from __future__ import annotations

import ipaddress
import struct
import time
from typing import Callable, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET6

_MESSAGE = struct.Struct("=BBBBBBBBI")
_ATTRIBUTE = struct.Struct("=HH")
# ifaddrmsg and nhmsg
_SHORT = struct.Struct("=BBBBI")
_MEMBER = struct.Struct("=IBBH")
_NEXTHOP = struct.Struct("=HBBi")
_TYPES = {1: "unicast", 2: "local", 3: "broadcast", 4: "anycast", 5: "multicast", 6: "blackhole", 7: "unreachable", 8: "prohibit", 9: "throw"}
_RULE_ACTIONS = {1: "", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}
_INVERT, _ONLINK = 0x2, 0x4
# RTAX_*: by their number the words that ip-route(8) has for them.
_METRICS = {2: "mtu", 3: "window", 4: "rtt", 5: "rttvar", 6: "ssthresh", 7: "cwnd", 8: "advmss", 9: "reordering", 10: "hoplimit",
            11: "initcwnd", 13: "rto_min", 14: "initrwnd", 15: "quickack"}  # fmt: skip
_PREFERENCE = {0: "medium", 1: "high", 3: "low"}
# Attributes that say nothing to repeat: table and priority beside the header, flow cache and expiry data, padding.
_RULE_KNOWN = frozenset({0, 1, 2, 3, 4, 6, 10, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})
_ROUTE_KNOWN = frozenset({0, 1, 4, 5, 6, 7, 8, 9, 12, 15, 18, 20, 27, 30})
# IFA_PROTO (11) only tells who set it; `ip` of Debian 12 can't say it.
_ADDRESS_KNOWN = frozenset({0, 1, 2, 3, 4, 6, 8, 9, 11})
# NHA_OP_FLAGS (14) tells of the answer, not of the nexthop.
_NEXTHOP_KNOWN = frozenset({0, 1, 2, 3, 4, 5, 6, 11, 14})
# IFA_F_*: by their bit the words that ip-address(8) has for them.
_ADDRESS_FLAGS = {0x02: "nodad", 0x10: "home", 0x100: "mngtmpaddr", 0x200: "noprefixroute", 0x400: "autojoin"}
_SCOPE_LINK, _SCOPE_HOST = 253, 254
# IFA_F_TEMPORARY, of IPv4 the same bit is IFA_F_SECONDARY.
_TEMPORARY = 0x01
_FOREVER = 0xFFFFFFFF


def attributes(data: bytes) -> dict[int, bytes]:
    """The attributes of a message's body, by number."""
    found = {}
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size:
            break
        found[kind & 0x3FFF] = data[at + 4 : at + length]
        at += (length + 3) & ~3
    return found


def rule_words(body: bytes) -> list[str]:
    """`-4 rule add …` for the body of an RTM_NEWRULE."""
    family, to_length, from_length, tos, _table, _one, _two, action, flags = _MESSAGE.unpack_from(body)
    found = attributes(body[_MESSAGE.size :])
    _refuse_unknown(found, _RULE_KNOWN)
    if action not in _RULE_ACTIONS and action != 2:
        raise ValueError(f"a rule with action {action}")
    words = [_family(family), "rule", "add", *(["not"] if flags & _INVERT else [])]
    words += ["from", _prefix(family, found.get(2), from_length), "to", _prefix(family, found.get(1), to_length)]
    words += ["tos", f"0x{tos:02x}"] if tos else []
    if 10 in found or 16 in found:
        words += ["fwmark", f"0x{_number(found.get(10)):x}/0x{_number(found.get(16), 0xFFFFFFFF):x}"]
    for kind, name, text in _RULE_TEXTS:
        words += [name, text(found[kind])] if kind in found else []
    return words + ["pref", str(_number(found.get(6)))] + _action(action, found)


def _action(action: int, found: dict[int, bytes]) -> list[str]:
    if action == 2:
        return ["goto", str(_number(found.get(4)))]
    if _RULE_ACTIONS[action]:
        return [_RULE_ACTIONS[action]]
    words = ["l3mdev"] if _number(found.get(19)) else ["table", str(_number(found.get(15)))]
    for kind, name in ((14, "suppress_prefixlength"), (13, "suppress_ifgroup")):
        words += [name, str(_number(found[kind]))] if _number(found.get(kind), 0xFFFFFFFF) != 0xFFFFFFFF else []
    return words


def route_words(body: bytes, link: Callable[[int], str]) -> list[str]:
    """`-4 route add …` for the body of an RTM_NEWROUTE; `link` names a link by its index, or raises ValueError."""
    family, length, source_length, tos, table, protocol, scope, kind, flags = _MESSAGE.unpack_from(body)
    found = attributes(body[_MESSAGE.size :])
    _refuse_unknown(found, _ROUTE_KNOWN)
    if kind not in _TYPES or source_length:
        raise ValueError(f"a route of type {kind}" if kind not in _TYPES else "a route from a source")
    words = [_family(family), "route", "add", _TYPES[kind], _prefix(family, found.get(1), length)]
    words += ["table", str(_number(found.get(15), table)), "proto", str(protocol)]
    words += ["tos", f"0x{tos:02x}"] if tos else []
    words += ["metric", str(_number(found.get(6)))] if 6 in found else []
    words += ["src", str(ipaddress.ip_address(found[7]))] if 7 in found else []
    words += ["scope", str(scope)] if family != INET6 and kind < 6 else []
    words += ["pref", _PREFERENCE[found[20][0]]] if found.get(20, b"\0")[0] in (1, 3) else []
    return words + _metric_words(found.get(8, b"")) + _way(found, flags, kind, link)


def _way(found: dict[int, bytes], flags: int, kind: int, link: Callable[[int], str]) -> list[str]:
    if kind >= 6:
        return []
    if 30 in found:
        return ["nhid", str(_number(found[30]))]
    if 9 in found:
        return _multipath(found[9], link)
    return _gateway(found) + (["dev", link(_number(found[4]))] if 4 in found else []) + (["onlink"] if flags & _ONLINK else [])


def _multipath(data: bytes, link: Callable[[int], str]) -> list[str]:
    words = []
    at = 0
    while at + _NEXTHOP.size <= len(data):
        length, flags, hops, index = _NEXTHOP.unpack_from(data, at)
        if length < _NEXTHOP.size:
            break
        found = attributes(data[at + _NEXTHOP.size : at + length])
        _refuse_unknown(found, frozenset({5, 18}))
        words += ["nexthop", *_gateway(found), "dev", link(index), "weight", str(hops + 1), *(["onlink"] if flags & _ONLINK else [])]
        at += (length + 3) & ~3
    return words


def _gateway(found: dict[int, bytes]) -> list[str]:
    if 18 in found:
        return ["via", "inet6" if len(found[18]) == 18 else "inet", str(ipaddress.ip_address(found[18][2:]))]
    return ["via", str(ipaddress.ip_address(found[5]))] if 5 in found else []


def _metric_words(data: bytes) -> list[str]:
    words = []
    for kind, value in attributes(data).items():
        if kind not in _METRICS:
            raise ValueError(f"a route with metric {kind}")
        if kind in (4, 5, 13):
            raise ValueError(f"a route with {_METRICS[kind]}")  # the kernel scales these
        words += [_METRICS[kind], str(_number(value))]
    return words


def _refuse_unknown(found: dict[int, bytes], known: frozenset[int]) -> None:
    unknown = sorted(set(found) - known)
    if unknown:
        raise ValueError(f"attributes that ip can't be told: {unknown}")


def address_words(body: bytes, link: Callable[[int], str]) -> list[str]:
    """`-4 address add …` for the body of an RTM_NEWADDR; nothing for one that is the kernel's to make: ::1, 127.0.0.1, fe80::…, temporary ones."""
    family, length, short_flags, scope, index = _SHORT.unpack_from(body)
    found = attributes(body[_SHORT.size :])
    flags = _number(found.get(8), short_flags)
    if scope >= (_SCOPE_LINK if family == INET6 else _SCOPE_HOST) or (family == INET6 and flags & _TEMPORARY):
        return []
    _refuse_unknown(found, _ADDRESS_KNOWN)
    address, local = (ipaddress.ip_address(found.get(kind) or found[1]) for kind in (1, 2))
    peer = [str(local), "peer"] if local != address else []
    words = [_family(family), "address", "add", *peer, f"{address}/{length}", "dev", link(index)]
    return words + _address_extras(found, link(index)) + _scope(family, scope) + [word for bit, word in _ADDRESS_FLAGS.items() if flags & bit]


def _address_extras(found: dict[int, bytes], name: str) -> list[str]:
    words = ["broadcast", str(ipaddress.ip_address(found[4]))] if 4 in found else []
    label = _text(found.get(3, b""))
    # ip refuses a label that doesn't begin with the link's name, and the address matters more.
    words += ["label", label] if label != name and label.startswith(name) else []
    words += ["metric", str(_number(found[9]))] if _number(found.get(9)) else []
    preferred, valid = (_number(found[6][at : at + 4]) if 6 in found else _FOREVER for at in (0, 4))
    if valid == _FOREVER:
        return words + (["preferred_lft", str(preferred)] if preferred != _FOREVER else [])
    return words + ["valid_lft", until(valid), "preferred_lft", "forever" if preferred == _FOREVER else until(preferred)]


def until(seconds: int) -> str:
    """A span of time from now on as the moment of its end, @SECONDS since the boot."""
    return f"@{int(time.clock_gettime(time.CLOCK_BOOTTIME)) + seconds}"


def left(word: str) -> int:
    """The seconds from now on to a moment of until(); 0 where it is over."""
    return max(0, int(word[1:]) - int(time.clock_gettime(time.CLOCK_BOOTTIME)))


def is_moment(word: str) -> bool:
    """Whether until() made the word."""
    return word[:1] == "@" and word[1:].isdigit()


def _scope(family: int, scope: int) -> list[str]:
    return ["scope", str(scope)] if scope and family != INET6 else []


def nexthop_words(body: bytes, link: Callable[[int], str]) -> list[str]:
    """`-4 nexthop add …` for the body of an RTM_NEWNEXTHOP."""
    family, _kernels, protocol, _reserved, flags = _SHORT.unpack_from(body)
    found = attributes(body[_SHORT.size :])
    ident = _number(found.get(1))
    unknown = sorted(set(found) - _NEXTHOP_KNOWN)
    if unknown or _number(found.get(3)):
        raise ValueError(f"nexthop {ident}: " + (f"attributes that ip can't be told: {unknown}" if unknown else "a group that isn't multipath"))
    words = ["nexthop", "add", "id", str(ident)]
    if 2 in found:
        words += ["group", _members(found[2])]
    else:
        words = [_family(family), *words, *(["blackhole"] if 4 in found else _gateway({5: found[6]} if 6 in found else {}))]
        words += ["dev", link(_number(found[5]))] if 5 in found else []
    return words + (["onlink"] if flags & _ONLINK else []) + (["fdb"] if 11 in found else []) + ["proto", str(protocol)]


def _members(data: bytes) -> str:
    """Weights are stored less one, and since Linux 6.13 in 16 bits."""
    members = _MEMBER.iter_unpack(data[: len(data) // _MEMBER.size * _MEMBER.size])
    return "/".join(f"{ident},{(high << 8 | low) + 1}" for ident, low, high, _reserved in members)


def identity(words: tuple[str, ...]) -> tuple[str, ...]:
    """What tells one entry from another: of an address its link and, for IPv6, not even the prefix length; of a nexthop its id.

    A neighbour with another hardware address is the same one.
    """
    if words[1:2] == ("neighbour",):
        return words[: words.index("dev") + 2]
    if words[1:2] == ("address",):
        kept = words[: words.index("dev") + 2]
        return tuple(word.partition("/")[0] for word in kept) if words[0] == "-6" else kept
    return ("nexthop", words[words.index("id") + 1]) if "nexthop" in words[:2] else words


def without_source(words: Sequence[str]) -> list[str]:
    """The words that delete an IPv6 route as the kernel leaves it when its source address goes; none for anything else."""
    if list(words[:3]) != ["-6", "route", "add"] or "src" not in words:
        return []
    at = list(words).index("src")
    return ["-6", "route", "del", *words[3:at], *words[at + 2 :]]


def _family(family: int) -> str:
    return "-6" if family == INET6 else "-4"


def _prefix(family: int, packed: bytes | None, length: int) -> str:
    if packed is None:
        return "default"
    return f"{ipaddress.ip_address(packed.ljust(16 if family == INET6 else 4, bytes(1)))}/{length}"


def _number(data: bytes | None, otherwise: int = 0) -> int:
    return struct.unpack("=I", data)[0] if data and len(data) == 4 else int.from_bytes(data, "little") if data else otherwise


def _text(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def _span(data: bytes) -> str:
    low, high = struct.unpack("=HH" if len(data) == 4 else "=II", data)
    return f"{low}-{high}"


_RULE_TEXTS: tuple[tuple[int, str, Callable[[bytes], str]], ...] = (
    (3, "iif", _text),
    (17, "oif", _text),
    (20, "uidrange", _span),
    (22, "ipproto", lambda data: str(_number(data))),
    (23, "sport", _span),
    (24, "dport", _span),
    (21, "protocol", lambda data: str(_number(data))),
)
