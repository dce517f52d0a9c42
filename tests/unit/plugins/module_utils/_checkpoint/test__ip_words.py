# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import struct

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._ip_words import (
    address_words,
    identity,
    nexthop_words,
    route_words,
    rule_words,
    without_source,
)

V4, V6 = int(socket.AF_INET), int(socket.AF_INET6)


def _body(family, destination=0, source=0, tos=0, table=254, protocol=3, scope=0, kind=1, flags=0, **attributes):
    """The body of a message; attributes are a1=b"…", by their number."""
    body = struct.pack("=BBBBBBBBI", family, destination, source, tos, table, protocol, scope, kind, flags)
    for name, value in attributes.items():
        body += struct.pack("=HH", 4 + len(value), int(name[1:])) + value + bytes(-len(value) % 4)
    return body


def _u32(*numbers):
    return struct.pack(f"={len(numbers)}I", *numbers)


ONE, SIX = socket.inet_pton(V4, "10.77.0.1"), socket.inet_pton(V6, "fd77::1")
MARK = {"a10": _u32(0x80000), "a16": _u32(0xFF0000)}
MTU = struct.pack("=HHI", 8, 2, 1400)
WAYS = b"".join(struct.pack("=HBBi", 16, 0, hops, index) + struct.pack("=HH", 8, 5) + ONE for hops, index in ((0, 2), (4, 3)))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_body(V4, a6=_u32(5270), a15=_u32(52)), "-4 rule add from default to default pref 5270 table 52"),
        (_body(V6, a6=_u32(5250), kind=7, **MARK), "-6 rule add from default to default fwmark 0x80000/0xff0000 pref 5250 unreachable"),
        (_body(V4, 32, 24, flags=2, a1=ONE, a2=ONE, a6=_u32(1), a15=_u32(70000)),
         "-4 rule add not from 10.77.0.1/24 to 10.77.0.1/32 pref 1 table 70000"),
        (_body(V4, a6=_u32(9), a3=b"a b;c\0", a15=_u32(254), a14=_u32(0), a21=b"\x12"),
         "-4 rule add from default to default iif a b;c protocol 18 pref 9 table 254 suppress_prefixlength 0"),
        (_body(V4, a6=_u32(9), a20=_u32(0, 99), a22=b"\x06", a23=struct.pack("=HH", 53, 53), a15=_u32(1)),
         "-4 rule add from default to default uidrange 0-99 ipproto 6 sport 53-53 pref 9 table 1"),
        (_body(V4, a6=_u32(9), a19=b"\x01"), "-4 rule add from default to default pref 9 l3mdev"),
        (_body(V4, kind=2, a6=_u32(9), a4=_u32(32766)), "-4 rule add from default to default pref 9 goto 32766"),
    ],
)  # fmt: skip
def test_rule_words(body, words):
    assert " ".join(rule_words(body)) == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_body(V4, 24, kind=9, table=52, a1=ONE, a15=_u32(52)), "-4 route add throw 10.77.0.1/24 table 52 proto 3"),
        (_body(V6, 64, kind=7, a1=SIX, a6=_u32(1024), a4=_u32(1), a20=b"\0"), "-6 route add unreachable fd77::1/64 table 254 proto 3 metric 1024"),
        (_body(V4, a5=ONE, a4=_u32(2), a7=ONE, a8=MTU, flags=4),
         "-4 route add unicast default table 254 proto 3 src 10.77.0.1 scope 0 mtu 1400 via 10.77.0.1 dev link2 onlink"),
        (_body(V4, 24, scope=253, a1=ONE, a4=_u32(2), a6=_u32(50)),
         "-4 route add unicast 10.77.0.1/24 table 254 proto 3 metric 50 scope 253 dev link2"),
        (_body(V4, a18=struct.pack("=H", V6) + SIX, a4=_u32(2)),
         "-4 route add unicast default table 254 proto 3 scope 0 via inet6 fd77::1 dev link2"),
        (_body(V4, a9=WAYS), "-4 route add unicast default table 254 proto 3 scope 0"
         " nexthop via 10.77.0.1 dev link2 weight 1 nexthop via 10.77.0.1 dev link3 weight 5"),
        (_body(V6, a30=_u32(7), a4=_u32(2), a20=b"\x01"), "-6 route add unicast default table 254 proto 3 pref high nhid 7"),
    ],
)  # fmt: skip
def test_route_words(body, words):
    assert " ".join(route_words(body, lambda index: f"link{index}")) == words


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (rule_words, _body(V4, a6=_u32(1), a12=_u32(1))),
        (rule_words, _body(V4, kind=77, a6=_u32(1))),
        (lambda body: route_words(body, str), _body(V4, a22=b"encapsulated")),
        (lambda body: route_words(body, str), _body(V4, source=64)),
        (lambda body: route_words(body, str), _body(V4, kind=77)),
        (lambda body: route_words(body, str), _body(V4, a8=struct.pack("=HHI", 8, 1, 4))),
    ],
    ids=["tunnel id", "action", "encapsulation", "source", "type", "lock"],
)
def test_what_has_no_words_is_refused(words, body):
    with pytest.raises(ValueError):
        words(body)


def _short(family, second=0, third=0, scope=0, last=0, **attributes):
    """The body of an ifaddrmsg or nhmsg: family, prefix length or scope, flags or protocol, scope, index or flags; attributes as in _body()."""
    return struct.pack("=BBBBI", family, second, third, scope, last) + _body(V4, **attributes)[12:]


HERE, THERE = socket.inet_pton(V4, "10.78.0.1"), socket.inet_pton(V4, "10.78.0.2")
LABEL, LINK = b"host0:vip\0", b"host0\0"
LIFETIMES = _u32(0, 0xFFFFFFFF, 1, 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_short(V4, 24, 0x80, 0, 2, a1=HERE, a2=HERE, a3=LINK, a4=THERE, a6=_u32(*[0xFFFFFFFF] * 2, 1, 1), a8=_u32(0x80)),
         "-4 address add 10.78.0.1/24 dev host0 broadcast 10.78.0.2"),
        (_short(V4, 32, 0x80, 0, 2, a1=THERE, a2=HERE, a3=LABEL), "-4 address add 10.78.0.1 peer 10.78.0.2/32 dev host0 label host0:vip"),
        (_short(V4, 24, 0x80, 253, 2, a1=HERE, a2=HERE, a3=b"other\0", a8=_u32(0x280), a9=_u32(50)),
         "-4 address add 10.78.0.1/24 dev host0 metric 50 scope 253 noprefixroute"),
        (_short(V6, 128, 0x82, 0, 2, a1=SIX, a6=LIFETIMES, a11=b"\x02"), "-6 address add fd77::1/128 dev host0 preferred_lft 0 nodad"),
        (_short(V6, 128, 0x80, 200, 2, a1=SIX, a2=SIX[:-1] + b"\x02"), "-6 address add fd77::2 peer fd77::1/128 dev host0"),
        # The kernel's own: nothing to add.
        (_short(V6, 64, 0x80, 253, 2, a1=SIX), ""),
        (_short(V6, 128, 0x80, 254, 1, a1=SIX), ""),
        (_short(V4, 8, 0x80, 254, 1, a1=HERE, a2=HERE), ""),
        # Temporary; of IPv4 the same bit says secondary.
        (_short(V6, 64, 0x01, 0, 2, a1=SIX, a8=_u32(0x301)), ""),
        (_short(V4, 24, 0x81, 0, 2, a1=HERE, a2=HERE, a3=LINK), "-4 address add 10.78.0.1/24 dev host0"),
    ],
)  # fmt: skip
def test_address_words(body, words):
    assert " ".join(address_words(body, lambda _index: "host0")) == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_short(V4, 253, 12, a1=_u32(77), a5=_u32(2), a6=ONE), "-4 nexthop add id 77 via 10.77.0.1 dev host0 proto 12"),
        (_short(V6, 0, 0, 0, 4, a1=_u32(78), a5=_u32(2), a6=SIX), "-6 nexthop add id 78 via fd77::1 dev host0 onlink proto 0"),
        (_short(V4, 0, 3, a1=_u32(79), a4=b""), "-4 nexthop add id 79 blackhole proto 3"),
        (_short(0, 0, 3, a1=_u32(6), a2=struct.pack("=IBBHIBBH", 77, 2, 0, 0, 80, 0, 1, 0), a3=b"\0\0", a14=_u32(0)),
         "nexthop add id 6 group 77,3/80,257 proto 3"),
    ],
)  # fmt: skip
def test_nexthop_words(body, words):
    assert " ".join(nexthop_words(body, lambda _index: "host0")) == words


@pytest.mark.parametrize("attributes", [{"a3": b"\1\0"}, {"a7": b"\1\0"}], ids=["resilient group", "encapsulation"])
def test_a_nexthop_that_has_no_words_is_named(attributes):
    with pytest.raises(ValueError, match="nexthop 6: "):
        nexthop_words(_short(0, a1=_u32(6), **attributes), str)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("-4 address add 10.0.0.1/24 dev a broadcast 10.0.0.255", "-4 address add 10.0.0.1/24 dev a label a:1", True),
        ("-4 address add 10.0.0.1/24 dev a", "-4 address add 10.0.0.1/32 dev a", False),
        ("-4 address add 10.0.0.1/24 dev a", "-4 address add 10.0.0.1/24 dev b", False),
        ("-4 address add 10.0.0.1 peer 10.0.0.2/32 dev a", "-4 address add 10.0.0.1 peer 10.0.0.3/32 dev a", False),
        ("-6 address add fd00::1/64 dev a", "-6 address add fd00::1/128 dev a nodad", True),
        ("-4 nexthop add id 7 via 10.0.0.1 dev a", "-4 nexthop add id 7 blackhole", True),
        ("nexthop add id 7 group 1,1", "-4 nexthop add id 7 blackhole", True),
        ("nexthop add id 7 group 1,1", "nexthop add id 8 group 1,1", False),
        ("-4 rule add pref 1", "-4 rule add pref 1 table 2", False),
    ],
)
def test_identity(one, other, same):
    assert (identity(tuple(one.split())) == identity(tuple(other.split()))) is same


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ("-6 route add unicast fd99::/64 table 254 src fd88::5 dev a", "-6 route del unicast fd99::/64 table 254 dev a"),
        ("-6 route add unicast fd99::/64 table 254 dev a", ""),
        ("-4 route add unicast default table 254 src 10.0.0.1 dev a", ""),
        ("-6 address add fd99::1/64 dev src", ""),
    ],
)
def test_without_source(words, gone):
    assert " ".join(without_source(words.split())) == gone
