# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link, Settings
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_taken import Others, Setting, taken
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Address, LinkState, Neighbour


def net(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


MAC = bytes.fromhex("020000000009")
PERMANENT, PERMANENT6 = Address(2, net("10.77.5.10"), 24), Address(2, net("fd77::5"), 64)
LASTING = Address(2, net("10.77.6.10"), 24, permanent=False, preferred=False)
DEPRECATED = Address(2, net("fd77::6"), 64, preferred=False)
KERNELS = [Address(2, net("fe80::1"), 64), Address(2, net("127.0.0.1"), 8), Address(2, net("::1"), 128)]
ELSEWHERE = Address(9, net("10.77.7.1"), 24)
ADDRESSES = [PERMANENT, PERMANENT6, LASTING, DEPRECATED, *KERNELS, ELSEWHERE]


@pytest.mark.parametrize("version", [247, 252, 257])
@pytest.mark.parametrize(
    ("keep", "gone"),
    [
        ("no", [PERMANENT, PERMANENT6, LASTING, DEPRECATED]),
        ("dynamic-on-stop", [PERMANENT, PERMANENT6, LASTING, DEPRECATED]),
        ("dynamic", [PERMANENT, PERMANENT6]),
        ("static", [LASTING, DEPRECATED]),
        ("yes", []),
    ],
)
def test_addresses(version, keep, gone):
    assert taken(Others(addresses=ADDRESSES), [Link(2, "host0", keep)], Settings(version)).addresses == gone


KNOWN, KNOWN6 = Neighbour(INET, 2, net("10.77.0.9"), MAC), Neighbour(INET6, 2, net("fd77::9"), MAC)
NOARP = Neighbour(INET, 2, net("10.77.0.8"), MAC, permanent=False)
PROXY, PROXY6 = Neighbour(INET, 2, net("10.77.0.7"), proxy=True), Neighbour(INET6, 2, net("fd77::7"), proxy=True)
NEIGHBOURS = [KNOWN, KNOWN6, NOARP, PROXY, PROXY6, Neighbour(INET, 9, net("10.77.0.9"), MAC)]
OWN, FOREIGN = frozenset({"requested"}), frozenset({"foreign"})


@pytest.mark.parametrize(
    ("keep", "kinds", "version", "gone"),
    [
        ("no", OWN, 252, [KNOWN, KNOWN6]),
        ("no", frozenset({"rebroadcast"}), 252, [KNOWN, KNOWN6, NOARP, PROXY]),
        ("no", frozenset({"rebroadcast"}), 257, [KNOWN, KNOWN6]),
        ("no", FOREIGN, 257, [KNOWN, KNOWN6, NOARP, PROXY]),
        ("static", OWN, 252, [KNOWN, KNOWN6]),
        ("static", OWN, 257, []),
        ("yes", FOREIGN, 252, []),
    ],
)
def test_neighbours(keep, kinds, version, gone):
    assert taken(Others(neighbours=NEIGHBOURS), [Link(2, "host0", keep, kinds)], Settings(version)).neighbours == gone


@pytest.mark.parametrize(
    ("link", "ports", "down"),
    [
        (Link(2, "p0"), 1, 1),
        (Link(2, "p0", "yes"), 1, 1),
        (Link(2, "p0", keep_master=True), 0, 1),
        (Link(2, "p0", activation="manual"), 1, 0),
        (Link(2, "p0", activation="always-down"), 1, 0),
        (Link(2, "p0", activation="always-up"), 1, 1),
        (Link(3, "other"), 0, 0),
    ],
)
def test_ports_and_links_that_are_down(link, ports, down):
    state = LinkState(2, "p0", False, 7)
    gone = taken(Others(ports=[state], down=[state]), [link], Settings(257))
    assert (len(gone.ports), len(gone.down)) == (ports, down)


def test_settings():
    changed, same = Setting(2, "ipv6/conf/LINK/accept_ra", "2", "0"), Setting(2, "ipv6/conf/LINK/use_tempaddr", "0", "0")
    assert taken(Others(settings=[changed, same]), [Link(2, "host0", "yes")], Settings(257)).settings == [changed]
