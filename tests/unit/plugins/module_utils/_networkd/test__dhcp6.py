# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _dhcp6

XID = b"\x01\x02\x03"
SOURCE = bytes.fromhex("fe80") + bytes(13) + b"\x01"
DUID = bytes.fromhex("00020000ab1129e1220b366c3fce")
CLIENT = _dhcp6.Client(DUID, 0x63FAFF88)
# As 252 and 257 write it; 247 writes two bytes more.
STATE = "ADMIN_STATE=configured\nDHCP6_CLIENT_IAID=0x63faff88\nDHCP6_CLIENT_DUID=DUID-EN/Vendor:0000ab1129e1220b366c3fce"
HELD = frozenset({"fd77:1::110"})
ADDRESS = bytes.fromhex("00050018 fd770001000000000000000000000110 00000e10 00000e10")
OPTIONS = 40 + 8 + 4


def advertise(inner: bytes = ADDRESS, kind: bytes = b"\x02", xid: bytes = XID) -> bytes:
    """An IPv6 packet with an Advertise, as dnsmasq answers."""
    ia = bytes.fromhex("63faff88 00000708 00000c4e") + inner
    return bytes(40) + bytes(8) + kind + xid + b"\x00\x01\x00\x0e" + DUID + b"\x00\x03" + len(ia).to_bytes(2, "big") + ia


@pytest.mark.parametrize(
    ("text", "client"),
    [
        (STATE, CLIENT),
        (f"{STATE}0000\n", CLIENT),
        ("ADMIN_STATE=configured\n", None),
        ("DHCP6_CLIENT_IAID=0x1\nDHCP6_CLIENT_DUID=DUID-LL:0001020000000001\n", _dhcp6.Client(bytes.fromhex("00030001020000000001"), 1)),
    ],
)
def test_the_ids_are_read(text: str, client: _dhcp6.Client | None) -> None:
    assert _dhcp6.parse_client(text) == client


@pytest.mark.parametrize(("iaid", "duid"), [("0x1", "1234:00"), ("0x1", "UUID:xy"), ("?", "UUID:00"), ("0x1", "")])
def test_ids_that_cannot_be_read(iaid: str, duid: str) -> None:
    with pytest.raises(ValueError):
        _dhcp6.parse_client(f"DHCP6_CLIENT_IAID={iaid}\nDHCP6_CLIENT_DUID={duid}\n")


def test_the_question() -> None:
    packet = _dhcp6.solicit(CLIENT, SOURCE, XID)
    assert (packet[8:24], packet[24:40], packet[40:44]) == (SOURCE, _dhcp6.TO_SERVERS, b"\x02\x22\x02\x23")
    said = f"0001000e{DUID.hex()}" + "0003000c63faff880000000000000000" + "000600020017" + "000800020000"
    assert packet[48:].hex() == "01010203" + said


def test_an_answer() -> None:
    assert _dhcp6.parse_advertise(advertise(), XID) == HELD


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(advertise(kind=b"\x07"), id="a reply"),
        pytest.param(advertise(xid=b"\x00" * 3), id="to another question"),
        pytest.param(advertise(inner=bytes.fromhex("000d00020002")), id="none available"),
        pytest.param(advertise(inner=ADDRESS[:-4] + bytes(4)), id="no longer valid"),
        pytest.param(advertise()[:-1], id="cut in the address"),
        pytest.param(advertise()[: OPTIONS + 20], id="cut in the ids"),
    ],
)
def test_no_answer(packet: bytes) -> None:
    assert _dhcp6.parse_advertise(packet, XID) is None


@pytest.mark.parametrize(
    ("offers", "lacks"),
    [
        ([], ["no DHCPv6 server answers eth0"]),
        ([HELD], []),
        ([HELD | {"fd77:1::111"}], []),
        ([HELD, frozenset({"fd77:2::1"})], ["a DHCPv6 server offers eth0 fd77:2::1 instead of fd77:1::110"]),
    ],
)
def test_only_the_same_addresses_count(offers: list[frozenset[str]], lacks: list[str]) -> None:
    assert _dhcp6.lacks("eth0", HELD, offers) == lacks
