# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _packets, _routers

ROUTER = bytes.fromhex("fe80") + bytes(13) + b"\x01"
ALL = bytes.fromhex("ff02") + bytes(13) + b"\x01"
PREFIX = bytes.fromhex("030440c0 00000e10 00000e10 00000000 fd770001000000000000000000000000")
DNS = bytes.fromhex("19030000 00000258 fd770001000000000000000000000001")
HELD = frozenset({"fd77:1::/64"})


def advertisement(options: bytes = DNS + PREFIX, kind: int = 134, source: bytes = ROUTER) -> bytes:
    """An IPv6 packet with a Router Advertisement."""
    return _packets.icmp6(source, ALL, bytes([kind]) + bytes(3) + bytes.fromhex("40c00258") + bytes(8) + options)


def test_the_question() -> None:
    packet = _routers.solicitation(ROUTER, bytes.fromhex("7aae6bf0b32f"))
    assert (packet[7], packet[24:40]) == (255, _routers.TO_ROUTERS)
    assert (packet[40:42].hex(), packet[44:].hex()) == ("8500", "00000000" + "01017aae6bf0b32f")


@pytest.mark.parametrize(
    ("options", "prefixes"),
    [
        (DNS + PREFIX, HELD),
        (DNS, frozenset()),
        (PREFIX[:4] + bytes(4) + PREFIX[8:], frozenset()),
        (PREFIX[:2] + b"\x81" + PREFIX[3:], frozenset()),
        (PREFIX[:-1], frozenset()),
        (b"\x03\x00" + PREFIX, frozenset()),
    ],
    ids=["as it is", "without a prefix", "one that ended", "one too long", "cut", "an option without a length"],
)
def test_what_a_router_gives(options: bytes, prefixes: frozenset[str]) -> None:
    assert _routers.parse_advertisement(advertisement(options)) == prefixes


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(advertisement(kind=136), id="a neighbour's"),
        pytest.param(advertisement(source=bytes.fromhex("fd77") + ROUTER[2:]), id="from elsewhere"),
        pytest.param(advertisement()[:7] + b"\xfe" + advertisement()[8:], id="over a router"),
        pytest.param(advertisement()[:55], id="cut"),
    ],
)
def test_no_advertisement(packet: bytes) -> None:
    assert _routers.parse_advertisement(packet) is None


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ([], ["no IPv6 router answers eth0"]),
        ([HELD], []),
        ([frozenset(), HELD], []),
        ([frozenset({"fd77:2::/64"})], ["no IPv6 router gives eth0 the prefix fd77:1::/64 any more"]),
    ],
)
def test_all_routers_together_count(given: list[frozenset[str]], lacks: list[str]) -> None:
    assert _routers.lacks("eth0", HELD, given) == lacks
