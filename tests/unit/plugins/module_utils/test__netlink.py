# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import socket
import struct

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils import _netlink
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import (
    INET,
    INET6,
    Address,
    LinkState,
    Neighbour,
    Netlink,
    Nexthop,
    Path,
    Route,
    Rule,
    Unanswered,
    parse_address,
    parse_link,
    parse_neighbour,
    parse_nexthop,
    parse_route,
    parse_rule,
)

FE80_1 = bytes.fromhex("fe800000000000000000000000000001")
FE80_2 = bytes.fromhex("fe800000000000000000000000000002")


def net6(text: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6, text)


def net(text: str) -> bytes:
    return socket.inet_aton(text)


# Captured from Linux 6.18, each beside what iproute2 showed for it.
# fmt: off
RULES = {
    "from all lookup local": (
        "02000000ff0000010000000008000f00ff00000008000e00ffffffff0500150002000000",
        Rule(INET, 0, 1, 255, 2),
    ),
    "5210: from all fwmark 0x80000/0xff0000 lookup main": (
        "02000000fe0000010000000008000f00fe00000008000e00ffffffff0500150000000000080006005a14000008000a00000008000800"
        "10000000ff00",
        Rule(INET, 5210, 1, 254, fwmark=0x80000, fwmask=0xFF0000),
    ),
    "7001: not from 10.0.0.0/8 to 192.0.2.1 fwmark 0xca6c lookup 51820": (
        "02200800fc0000010200000008000f006cca000008000e00ffffffff050015000000000008000600591b000008000a006cca00000800"
        "1000ffffffff08000100c0000201080002000a000000",
        Rule(INET, 7001, 1, 51820, 0, True, net("10.0.0.0"), 8, net("192.0.2.1"), 32, 0, 51820, 0xFFFFFFFF),
    ),
    "7002: from all lookup main suppress_prefixlength 0": (
        "02000000fe0000010000000008000f00fe00000008000e00000000000500150000000000080006005a1b0000",
        Rule(INET, 7002, 1, 254, suppress_prefixlength=0),
    ),
    "7003: from all tos 0x10 iif host0 oif lo uidrange 0-99 ipproto tcp sport 1000-2000 dport 53 unreachable": (
        "02000010000000070000000008000f000000000008000e00ffffffff05001500000000000a000300686f737430000000070011006c6f"
        "0000080006005b1b00000c001400000000006300000008001700e803d007080018003500350006001d00ffff00000500160006000000",
        Rule(INET, 7003, 7, tos=0x10, iif="host0", oif="lo", uids=(0, 99), ip_protocol=6,
             source_ports=(1000, 2000), destination_ports=(53, 53)),
    ),
    "7004: from all goto 32766": (
        "02000000000000020000000008000f000000000008000e00ffffffff0500150000000000080006005c1b000008000400fe7f0000",
        Rule(INET, 7004, 2, goto=32766),
    ),
    "7005: from fd00::/8 lookup 4711": (
        "0a000800fc0000010000000008000f006712000008000e00ffffffff0500150000000000080006005d1b000014000200fd0000000000"
        "00000000000000000000",
        Rule(INET6, 7005, 1, 4711, source=net6("fd00::"), source_length=8),
    ),
    "6001: from all lookup 61 proto static": (
        "020000003d0000010000000008000f003d00000008000e00ffffffff05001500040000000800060071170000",
        Rule(INET, 6001, 1, 61, 4),
    ),
}
ROUTES = {
    "10.77.0.0/24 dev host0 proto kernel scope link src 10.77.0.21": (
        "02180000fe02fd010000000008000f00fe000000080001000a4d0000080007000a4d00150800040002000000",
        Route(INET, 254, 1, 2, net("10.77.0.0"), 24, paths=(Path(2, b""),), source=net("10.77.0.21")),
    ),
    "198.18.100.0/24 table 54 nexthop via 10.77.0.1 dev host0 nexthop dev d0": (
        "02180000360300010000000008000f003600000008000100c61264001c0009001000000002000000080005000a4d0001080000000700"
        "0000",
        Route(INET, 54, 1, 3, net("198.18.100.0"), 24, paths=(Path(2, net("10.77.0.1")), Path(7, b""))),
    ),
    "198.18.110.0/24 nhid 11 via 10.77.0.1 dev host0 table 55 proto 196": (
        "0218000037c400010000000008000f003700000008000100c6126e0008001e000b000000080005000a4d00010800040002000000",
        Route(INET, 55, 1, 196, net("198.18.110.0"), 24, paths=(Path(2, net("10.77.0.1")),), nexthop_id=11),
    ),
    "blackhole 198.18.113.0/24 nhid 14 dev lo table 55 proto 196": (
        "0218000037c400060000000008000f003700000008000100c612710008001e000e0000000800040001000000",
        Route(INET, 55, 6, 196, net("198.18.113.0"), 24, paths=(Path(1, b""),), nexthop_id=14),
    ),
    "throw 2001:db8:1::/64 dev lo table 52 metric 1024": (
        "0a400000340300090000000008000f00340000001400010020010db80001000000000000000000000800060000040000080004000100"
        "000024000c0000000000000000000000000000000000000000000000000000000000000000000500140000000000",
        Route(INET6, 52, 9, 3, net6("2001:db8:1::"), 64, 1024, paths=(Path(1, b""),)),
    ),
    "2001:db8:131::/64 table 54 proto openr metric 1024 nexthop via fe80::1 dev host0 nexthop via fe80::2 dev host0": (
        "0a400000366300010000000008000f00360000001400010020010db801310000000000000000000008000600000400003c0009001c00"
        "00000200000014000500fe8000000000000000000000000000011c0000000200000014000500fe800000000000000000000000000002"
        "24000c0000000000000000000000000000000000000000000000000000000000000000000500140000000000",
        Route(INET6, 54, 1, 99, net6("2001:db8:131::"), 64, 1024, paths=(Path(2, FE80_1), Path(2, FE80_2))),
    ),
}
NEXTHOPS = {
    "id 11 via 10.77.0.1 dev host0": ("02fdc40000000000080001000b0000000800050002000000080006000a4d0001", Nexthop(11, 2, 196)),
    "id 13 group 11/12": (
        "0000c40000000000080001000d0000000600030000000000140002000b000000000000000c0000000000000008000e0000000080",
        Nexthop(13, 0, 196),
    ),
    "id 14 blackhole": ("0200c40000000000080001000e00000004000400", Nexthop(14, 0, 196)),
}
ADDRESSES = {
    "10.77.0.21/24 brd 10.77.0.255 dev host0": (
        "0218800002000000080001000a4d0015080002000a4d0015080004000a4d00ff0a000300686f737430000000080008008000000014000600"
        "ffffffffffffffffb437010079570800",
        Address(2, net("10.77.0.21"), 24, net("10.77.0.255")),
    ),
    "172.31.10.1/24 dev d0": (
        "021880000700000008000100ac1f0a0108000200ac1f0a010700030064300000080008008000000014000600ffffffffffffffff"
        "d9960200d9960200",
        Address(7, net("172.31.10.1"), 24),
    ),
    "10.1.1.1/24 dev v0 valid_lft 1000 preferred_lft 900": (
        "0218000003000000080001000a010101080002000a01010107000300763000000800080000000000140006008403"
        "0000e8030000169c0100169c0100",
        Address(3, net("10.1.1.1"), 24, permanent=False, preferred=False),
    ),
}
NEIGHBOURS = {
    "10.1.1.9 dev v0 lladdr 02:00:00:00:00:09 PERMANENT": (
        "020000000300000080000001080001000a0101090a00020002000000000900000800040000000000140003000f0000000f0000000f00000000000000",
        Neighbour(INET, 3, net("10.1.1.9"), bytes.fromhex("020000000009")),
    ),
    "10.1.1.8 dev v0 lladdr 02:00:00:00:00:08 NOARP": (
        "020000000300000040000001080001000a0101080a00020002000000000800000800040000000000140003000e0000000e0000000e00000000000000",
        Neighbour(INET, 3, net("10.1.1.8"), bytes.fromhex("020000000008"), permanent=False),
    ),
    "fd00::7 dev v0 proxy": (
        "0a000000030000000000080114000100fd000000000000000000000000000007",
        Neighbour(INET6, 3, net6("fd00::7"), proxy=True),
    ),
    "10.1.1.9 dev v0 lladdr 02:00:00:00:00:09 REACHABLE": (
        "020000000300000002000001080001000a0101090a0002000200000000090000",
        None,
    ),
    "224.0.0.22 dev v0 lladdr 01:00:5e:00:00:16 NOARP": ("02000000030000004000000508000100e00000160a00020001005e0000160000", None),
}
# Each without the attributes that nobody reads.
LINKS = {
    "v0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500": (
        "00000100030000000310000000000000070003007630000008000400dc050000",
        LinkState(3, "v0", True, 0, 1500),
    ),
    "v1: <BROADCAST,MULTICAST> mtu 1500 master br0": (
        "00000100020000000210000000000000070003007631000008000400dc05000008000a0004000000",
        LinkState(2, "v1", False, 4, 1500),
    ),
}
# fmt: on
CAPTURES = [
    (parse, *case)
    for parse, cases in (
        (parse_rule, RULES),
        (parse_route, ROUTES),
        (parse_nexthop, NEXTHOPS),
        (parse_address, ADDRESSES),
        (parse_neighbour, NEIGHBOURS),
        (parse_link, LINKS),
    )
    for case in cases.values()
]


@pytest.mark.parametrize(("parse", "captured", "expected"), CAPTURES)
def test_what_the_kernel_sends(parse, captured, expected):
    assert parse(bytes.fromhex(captured)) == expected


def test_a_table_above_255_is_in_its_attribute():
    body = bytearray.fromhex(RULES["7001: not from 10.0.0.0/8 to 192.0.2.1 fwmark 0xca6c lookup 51820"][0])
    assert body[4] == 252
    assert parse_rule(bytes(body)).table == 51820


def test_cached_exceptions_are_no_routes():
    body = bytearray.fromhex(next(iter(ROUTES.values()))[0])
    body[8:12] = struct.pack("=I", 0x200)
    assert parse_route(bytes(body)) is None


def test_a_gateway_of_the_other_family():
    via = struct.pack("=HHH", 22, 18, socket.AF_INET6) + FE80_1
    body = bytes.fromhex("021800000a0300010000000008000400") + struct.pack("=I", 7) + via
    assert parse_route(body).paths == (Path(7, FE80_1),)


def message(kind, body=b"", flags=0):
    padded = body + bytes(-len(body) % 4)
    return struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + padded


ROUTE = bytes.fromhex(ROUTES["198.18.110.0/24 nhid 11 via 10.77.0.1 dev host0 table 55 proto 196"][0])
ROUTE6 = bytes.fromhex(ROUTES["throw 2001:db8:1::/64 dev lo table 52 metric 1024"][0])
DONE = message(3, bytes(4))
INTERRUPTED = 0x10


def failed(code):
    return message(2, struct.pack("=i", -code) + bytes(16))


class Kernel:
    """A netlink socket that plays datagrams back and remembers what it was asked."""

    def __init__(self, datagrams, strict=True):
        self.datagrams = list(datagrams)
        self.strict = strict
        self.sent = []
        self.opened = 0

    def __call__(self, *_family):
        self.opened += 1
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def close(self):
        return None

    def settimeout(self, seconds):
        assert seconds > 0

    def setsockopt(self, *option):
        if option == (270, 12, 1) and not self.strict:
            raise OSError(errno.ENOPROTOOPT, "Protocol not available")

    def sendto(self, data, _address):
        self.sent.append(data)

    def recv(self, _size):
        if not self.datagrams:
            raise socket.timeout("timed out")
        return self.datagrams.pop(0)


@pytest.fixture(name="play")
def _play(monkeypatch):
    def play(*datagrams, strict=True):
        kernel = Kernel(datagrams, strict)
        monkeypatch.setattr(_netlink.socket, "socket", kernel)
        return kernel

    return play


@pytest.mark.parametrize(
    ("datagrams", "count", "whole"),
    [
        ([message(24, ROUTE) * 2, message(24, ROUTE), DONE], 3, True),
        ([message(24, ROUTE) * 3 + DONE], 3, True),
        ([message(24, ROUTE) * 4], 3, False),
        ([message(24, ROUTE) + message(24, ROUTE6), DONE], 1, True),
        ([DONE], 0, True),
        ([failed(errno.ENOENT)], 0, True),
        ([failed(errno.EAFNOSUPPORT)], 0, True),
        ([message(24, ROUTE, INTERRUPTED), DONE, message(24, ROUTE) * 2, DONE], 2, True),
        ([message(24, ROUTE, INTERRUPTED), DONE] * 3, 1, False),
        ([b"\1\0\0\0" * 5, DONE], 0, True),
    ],
    ids=["datagrams", "one datagram", "limit", "other family", "empty", "no table", "no family", "again", "restless", "garbage"],
)
def test_dump(play, datagrams, count, whole):
    play(*datagrams)
    dump = Netlink().routes(INET, 3)
    assert (len(dump.entries), dump.whole) == (count, whole)


@pytest.mark.parametrize(
    ("datagrams", "why"),
    [
        ([], "the kernel's dump did not end in time"),
        ([message(24, ROUTE)], "the kernel's dump did not end in time"),
        ([failed(errno.EPERM)], "netlink: operation not permitted"),
    ],
)
def test_no_answer(play, datagrams, why):
    play(*datagrams)
    with pytest.raises(Unanswered) as failure:
        Netlink(0.1).routes(INET, 3)
    assert failure.value.why == why


def test_the_kernel_filters(play):
    kernel = play(DONE)
    Netlink().routes(INET6, 3, table=51820, kind=9, oif=7, protocol=16)
    header = struct.unpack_from("=IHHII", kernel.sent[0])
    assert (header[0], header[1], header[2]) == (len(kernel.sent[0]), 26, 0x301)
    assert kernel.sent[0][16:28] == bytes([INET6, 0, 0, 0, 0, 16, 0, 9, 0, 0, 0, 0])
    assert kernel.sent[0][28:] == struct.pack("=HHIHHI", 8, 4, 7, 8, 15, 51820)


def test_an_old_kernel_that_can_not_filter_is_not_believed(play):
    kernel = play(message(24, ROUTE), DONE, strict=False)
    assert len(Netlink().routes(INET, 3).entries) == 1
    with pytest.raises(Unanswered, match="Linux 4.20"):
        Netlink().routes(INET, 3, kind=9)
    assert len(kernel.sent) == 1


def test_no_netlink_at_all(monkeypatch):
    def refuse(*_family):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(_netlink.socket, "socket", refuse)
    with pytest.raises(Unanswered, match="no netlink socket: operation not permitted"):
        Netlink().rules(INET)
