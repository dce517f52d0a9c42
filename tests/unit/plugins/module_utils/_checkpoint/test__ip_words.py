# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import struct

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._ip_words import route_words, rule_words

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
