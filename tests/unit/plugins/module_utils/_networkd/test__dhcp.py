# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _dhcp

XID = b"\x01\x02\x03\x04"
TERMS = _dhcp.Terms("10.77.0.108", frozenset({"10.77.0.1"}), frozenset({"10.77.0.1", "10.77.0.2"}))
LEASE = _dhcp.Lease(TERMS, bytes.fromhex("ffa1b2c3d4"))
# As systemd 252 writes it.
TEXT = """# This is private data. Do not parse.
ADDRESS=10.77.0.108
NETMASK=255.255.255.0
ROUTER=10.77.0.1
SERVER_ADDRESS=10.77.0.11
T1=1800
LIFETIME=3600
DNS=10.77.0.1 10.77.0.2
CLIENTID=ffa1b2c3d4
"""
PACKET = _dhcp.discover(LEASE.client_id, bytes.fromhex("7aae6bf0b32f"), XID)
OPTIONS = 20 + 8 + 240


def reply(**changed: bytes) -> bytes:
    """An IP packet with an offer; by name what is to be otherwise."""
    parts = {
        "ip": b"\x45" + bytes(19),
        "udp": bytes(8),
        "op": b"\x02\x01\x06\x00",
        "xid": XID,
        "times": bytes(8),
        "yiaddr": bytes([10, 77, 0, 108]),
        "rest": bytes(216),
        "cookie": b"\x63\x82\x53\x63",
        "options": bytes.fromhex("00003604 0a4d000b 350102 03040a4d0001 06080a4d00010a4d0002 ff"),
    }
    return b"".join((parts | changed).values())


def test_a_lease_is_read() -> None:
    assert _dhcp.parse_lease(TEXT) == LEASE
    assert _dhcp.parse_lease("ADDRESS=10.0.0.1\n") == _dhcp.Lease(_dhcp.Terms("10.0.0.1"), b"")


@pytest.mark.parametrize("text", ["", "ADDRESS=", "ADDRESS=10.0.0", "ADDRESS=10.0.0.256", "ADDRESS=fd00::1", "ADDRESS=10.0.0.1\nCLIENTID=xy"])
def test_what_is_no_lease(text: str) -> None:
    with pytest.raises(ValueError):
        _dhcp.parse_lease(text)


def test_the_question() -> None:
    message = PACKET[28:]
    assert len(message) >= 300 and message[:4] == b"\x01\x01\x06\x00" and message[4:8] == XID and message[10:12] == b"\x80\x00"
    assert message[28:34].hex() == "7aae6bf0b32f"
    # Nothing of the address: a server that still knows the lease offers it unasked.
    assert PACKET[OPTIONS:].rstrip(b"\x00").hex() == "350101" + "3703010306" + "3d05ffa1b2c3d4" + "ff"


def test_an_offer() -> None:
    offer = _dhcp.Offer("10.77.0.11", TERMS)
    assert _dhcp.parse_offer(reply(), XID) == offer
    assert _dhcp.parse_offer(reply(ip=b"\x46" + bytes(23)), XID) == offer


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
    assert _dhcp.parse_offer(packet, XID) is None


@pytest.mark.parametrize(
    ("offered", "lacks"),
    [
        ([], ["no DHCP server answers eth0"]),
        ([TERMS], []),
        ([TERMS._replace(routers=TERMS.routers | {"10.77.0.9"})], []),
        ([TERMS._replace(address="10.77.0.9")], ["DHCP server 10.0.0.1 offers eth0 10.77.0.9 instead of 10.77.0.108"]),
        ([TERMS, TERMS._replace(address="10.77.0.9")], ["DHCP server 10.0.0.2 offers eth0 10.77.0.9 instead of 10.77.0.108"]),
        ([TERMS._replace(name_servers=frozenset({"10.77.0.2"}))], ["DHCP server 10.0.0.1 offers eth0 10.77.0.108 without name server 10.77.0.1"]),
        (
            [_dhcp.Terms("10.77.0.108")],
            ["DHCP server 10.0.0.1 offers eth0 10.77.0.108 without router 10.77.0.1 and name server 10.77.0.1, 10.77.0.2"],
        ),
    ],
)
def test_only_the_same_lease_counts(offered: list[_dhcp.Terms], lacks: list[str]) -> None:
    offers = [_dhcp.Offer(f"10.0.0.{number}", terms) for number, terms in enumerate(offered, 1)]
    assert _dhcp.lacks("eth0", LEASE, offers) == lacks
