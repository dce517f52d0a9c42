# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._other_words import held, neighbour_words
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_taken import Others, Setting
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, LinkState, Neighbour

ADDRESS, ADDRESS6 = socket.inet_aton("10.77.0.9"), socket.inet_pton(socket.AF_INET6, "fd77::9")
MAC = bytes.fromhex("020000000009")


def name(index: int) -> str:
    return {2: "host0", 9: "br-vm"}[index]


@pytest.mark.parametrize(
    ("neighbour", "words"),
    [
        (Neighbour(INET, 2, ADDRESS, MAC), "-4 neighbour add 10.77.0.9 dev host0 lladdr 02:00:00:00:00:09 nud permanent"),
        (Neighbour(INET6, 2, ADDRESS6, MAC, permanent=False), "-6 neighbour add fd77::9 dev host0 lladdr 02:00:00:00:00:09 nud noarp"),
        (Neighbour(INET, 2, ADDRESS, proxy=True), "-4 neighbour add proxy 10.77.0.9 dev host0"),
    ],
)
def test_neighbours(neighbour: Neighbour, words: str) -> None:
    assert neighbour_words(neighbour, name) == words.split()


def test_what_links_are_to_be_like() -> None:
    others = Others(
        ports=[LinkState(2, "host0", True, 9)],
        down=[LinkState(3, "p0", False)],
        settings=[Setting(2, "ipv6/conf/LINK/accept_ra", "2", "0")],
    )
    assert held(others, name) == [
        ["holds", "/sys/class/net/host0/master/ifindex", "9", "link", "set", "dev", "host0", "master", "br-vm"],
        ["holds", "/proc/sys/net/ipv6/conf/host0/accept_ra", "2"],
        ["holds", "/sys/class/net/p0/carrier", "", "link", "set", "dev", "p0", "down"],
    ]
