# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _packets

SOURCE, DESTINATION = bytes.fromhex("fe80") + bytes(13) + b"\x01", bytes.fromhex("ff02") + bytes(13) + b"\x02"


@pytest.mark.parametrize(
    ("data", "total"),
    [
        (b"", 0xFFFF),
        (b"\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 0x220D),  # the example of RFC 1071, 3
        (b"\xff", 0x00FF),
    ],
)
def test_the_checksum(data: bytes, total: int) -> None:
    assert _packets.checksum(data) == total


def test_a_message_to_all() -> None:
    packet = _packets.ipv4_to_all(b"said", 68, 67)
    assert _packets.checksum(packet[:20]) == 0
    assert int.from_bytes(packet[2:4], "big") == len(packet) == 32 and int.from_bytes(packet[24:26], "big") == 12
    assert (packet[12:20], packet[20:24]) == (bytes(4) + b"\xff" * 4, b"\x00\x44\x00\x43")
    assert _packets.ipv4_message(packet) == b"said"


@pytest.mark.parametrize(("packet", "hops"), [
    (_packets.ipv6_udp(SOURCE, DESTINATION, b"odd", 546, 547), 1),
    (_packets.icmp6(SOURCE, DESTINATION, b"\x85" + bytes(7)), 255),
])  # fmt: skip
def test_an_ipv6_packet_is_right(packet: bytes, hops: int) -> None:
    parsed = _packets.parse_ipv6(packet)
    assert parsed is not None and (parsed.source, parsed.hops) == (SOURCE, hops)
    assert packet[24:40] == DESTINATION and int.from_bytes(packet[4:6], "big") == len(parsed.payload)
    pseudo = SOURCE + DESTINATION + len(parsed.payload).to_bytes(4, "big") + parsed.protocol.to_bytes(4, "big")
    assert _packets.checksum(pseudo + parsed.payload) == 0


def test_a_sum_of_zero_is_written_as_one() -> None:
    """Of such a UDP message nobody would look at the sum."""
    sums = [_packets.ipv6_udp(SOURCE, DESTINATION, number.to_bytes(2, "big"), 546, 547)[46:48] for number in range(1 << 16)]
    assert b"\xff\xff" in sums and b"\x00\x00" not in sums


@pytest.mark.parametrize("packet", [b"", bytes(39)])
def test_what_is_cut(packet: bytes) -> None:
    assert _packets.parse_ipv6(packet) is None
    assert _packets.ipv4_message(packet[:5]) == b""
