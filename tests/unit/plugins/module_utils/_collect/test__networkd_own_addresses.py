# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_describe import Described
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_facts import Daemon, _by_describe, _by_files
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link, Settings
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_links import Managed, Network
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_tables import Tables
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Address


def net(text: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


IN_FILE, PEER = Address(2, net("10.77.0.21"), 24), Address(2, net("10.77.0.22"), 32)
PERMANENT, LASTING = Address(2, net("10.77.5.1"), 24), Address(2, net("10.77.6.1"), 24, b"", False, False)
LASTING6 = Address(2, net("fd77::1"), 64, b"", False, False)
FACTS = {"since": 1.0, "newer_files": [], "effective": {"ManageForeignRoutes": "no", "ManageForeignRoutingPolicyRules": "no"}}


def daemon(dhcp: bool) -> Daemon:
    network = Network(dhcp=dhcp, addresses=frozenset({"10.77.0.21/24", "10.77.0.22/24"}))
    return Daemon(FACTS, Settings(257), True, [Link(2, "host0")], Managed([], [network], by_link={2: network}))


@pytest.mark.parametrize(
    ("address", "source", "own"),
    [
        (IN_FILE, "static", True),
        (IN_FILE, "foreign", True),
        (PEER, "static", True),
        (PERMANENT, "static", False),
        (PERMANENT, "foreign", False),
        # On a link with DHCP an address with a lifetime may still be somebody else's.
        (LASTING, "foreign", False),
        (LASTING, "DHCPv4", True),
        (LASTING6, "NDisc", True),
        (LASTING6, "foreign", False),
    ],
)
def test_where_networkd_tells(address: Address, source: str, own: bool) -> None:
    described = Described(frozenset(), frozenset(), frozenset(), False, False, {(2, address.address): source})
    assert _by_describe(daemon(True), described, [], Tables([], 0, [], [], [], True)).address(address) is own


@pytest.mark.parametrize(
    ("address", "dhcp", "own"),
    [(IN_FILE, False, True), (PERMANENT, True, False), (LASTING, True, True), (LASTING, False, False), (LASTING6, False, None)],
)
def test_by_its_files(address: Address, dhcp: bool, own: bool | None) -> None:
    assert _by_files(daemon(dhcp), "").address(address) is own
