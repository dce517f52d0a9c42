# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _dhcp

XID = b"\x01\x02\x03\x04"
LEASE = _dhcp.Lease(bytes([10, 77, 0, 108]), bytes.fromhex("ffa1b2c3d4"))
# As systemd 252 writes it.
TEXT = """# This is private data. Do not parse.
ADDRESS=10.77.0.108
NETMASK=255.255.255.0
ROUTER=10.77.0.1
SERVER_ADDRESS=10.77.0.11
T1=1800
LIFETIME=3600
DNS=10.77.0.1
CLIENTID=ffa1b2c3d4
"""
PACKET = _dhcp.discover(LEASE, bytes.fromhex("7aae6bf0b32f"), XID)
OPTIONS = 20 + 8 + 240


def reply(**changed: bytes) -> bytes:
    """An IP packet with an offer; by name what is to be otherwise."""
    parts = {
        "ip": b"\x45" + bytes(19),
        "udp": bytes(8),
        "op": b"\x02\x01\x06\x00",
        "xid": XID,
        "rest": bytes(228),
        "cookie": b"\x63\x82\x53\x63",
        "options": b"\x00\x00\x36\x04\x0a\x4d\x00\x0b\x35\x01\x02\xff",
    }
    return b"".join((parts | changed).values())


def test_a_lease_is_read() -> None:
    assert _dhcp.parse_lease(TEXT) == LEASE
    assert _dhcp.parse_lease("ADDRESS=10.0.0.1\n") == _dhcp.Lease(bytes([10, 0, 0, 1]), b"")


@pytest.mark.parametrize("text", ["", "ADDRESS=", "ADDRESS=10.0.0", "ADDRESS=10.0.0.256", "ADDRESS=fd00::1", "ADDRESS=10.0.0.1\nCLIENTID=xy"])
def test_what_is_no_lease(text: str) -> None:
    with pytest.raises(ValueError):
        _dhcp.parse_lease(text)


def test_the_question() -> None:
    assert _dhcp.checksum(PACKET[:20]) == 0
    assert int.from_bytes(PACKET[2:4], "big") == len(PACKET) and int.from_bytes(PACKET[24:26], "big") == len(PACKET) - 20
    assert (PACKET[12:20], PACKET[20:24]) == (bytes(4) + b"\xff" * 4, b"\x00\x44\x00\x43")
    message = PACKET[28:]
    assert len(message) >= 300 and message[:4] == b"\x01\x01\x06\x00" and message[4:8] == XID and message[10:12] == b"\x80\x00"
    assert message[28:34].hex() == "7aae6bf0b32f"
    assert PACKET[OPTIONS:].rstrip(b"\x00").hex() == "350101" + "32040a4d006c" + "3703010306" + "3d05ffa1b2c3d4" + "ff"


def test_an_offer() -> None:
    assert _dhcp.is_offer(reply(), XID)
    assert _dhcp.is_offer(reply(ip=b"\x46" + bytes(23)), XID)


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(PACKET, id="the question itself"),
        pytest.param(reply(xid=b"\x00" * 4), id="to another question"),
        pytest.param(reply(cookie=bytes(4)), id="BOOTP"),
        pytest.param(reply(options=b"\x35\x01\x06\xff"), id="a refusal"),
        pytest.param(reply(options=b"\xff\x35\x01\x02"), id="behind the end"),
        pytest.param(reply(options=b"\x36\xff\x35\x01\x02"), id="an option longer than the packet"),
        pytest.param(reply(options=b"\x35"), id="cut in an option"),
        pytest.param(reply()[:260], id="cut"),
    ],
)
def test_no_offer(packet: bytes) -> None:
    assert not _dhcp.is_offer(packet, XID)
