# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._rule_owners import (
    route_owner,
    rule_owners,
    table_owners,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Route, Rule

MARK, MASK, ALL = 0x80000, 0xFF0000, 0xFFFFFFFF
SUPPRESS = Rule(INET, 32764, 1, 254, suppress_prefixlength=0)
WG_QUICK = Rule(INET, 32765, 1, 51820, invert=True, fwmark=51820, fwmask=ALL)
MULLVAD = Rule(INET, 32765, 1, 0x6D6F6C65, invert=True, fwmark=0x6D6F6C65, fwmask=ALL)


@pytest.mark.parametrize(
    ("rule", "owner"),
    [
        (Rule(INET, 5210, 1, 254, fwmark=MARK, fwmask=MASK), "tailscale"),
        (Rule(INET6, 5250, 7, fwmark=MARK, fwmask=MASK), "tailscale"),
        (Rule(INET6, 5270, 1, 52), "tailscale"),
        (Rule(INET, 1370, 1, 52, invert=True, fwmark=MARK, fwmask=MASK), "tailscale"),
        (Rule(INET, 5210, 1, 254, fwmark=MARK, fwmask=ALL), "unknown"),
        (WG_QUICK, "wg-quick"),
        (WG_QUICK._replace(table=51821, fwmark=51821), "wg-quick"),
        (WG_QUICK._replace(fwmark=51821), "unknown"),
        (WG_QUICK._replace(invert=False), "unknown"),
        (Rule(INET, 105, 1, 254, suppress_prefixlength=0), "netbird"),
        (Rule(INET, 110, 1, 0x1BD0, invert=True, fwmark=0x1BD00, fwmask=ALL), "netbird"),
        (Rule(INET, 9, 1, 2004, fwmark=0x200, fwmask=0xF00), "cilium"),
        (Rule(INET6, 10, 1, 2005, 2, fwmark=0xA00, fwmask=0xF00), "kernel"),
        (Rule(INET, 100, 1, 255, 2), "cilium"),
        (MULLVAD, "mullvad"),
        (Rule(INET, 512, 1, 254, destination=b"\x0a\0\0\1", destination_length=32), "aws-vpc-cni"),
        (Rule(INET, 512, 1, 254), "unknown"),
        (Rule(INET, 1024, 1, 254, fwmark=0x80, fwmask=0x80), "aws-vpc-cni"),
        (Rule(INET, 0, 1, 100, 18), "keepalived"),
        (Rule(INET, 1000, 1, 0, 2, l3mdev=True), "kernel"),
        (Rule(INET, 32766, 1, 254, 2), "kernel"),
        (Rule(INET, 4711, 1, 4711), "unknown"),
        (SUPPRESS, "unknown"),
    ],
)
def test_rule_owner(rule, owner):
    assert rule_owners([rule]) == {rule: owner}


@pytest.mark.parametrize(
    ("partners", "owner"),
    [
        ([WG_QUICK], "wg-quick"),
        ([MULLVAD], "mullvad"),
        ([WG_QUICK, MULLVAD], "unknown"),
        ([WG_QUICK._replace(family=INET6)], "unknown"),
    ],
)
def test_a_suppressing_rule_belongs_to_its_partner(partners, owner):
    assert rule_owners([SUPPRESS, *partners])[SUPPRESS] == owner


def test_networkd_owns_what_it_says():
    assert rule_owners([Rule(INET, 5270, 1, 52)], frozenset({Rule(INET, 5270, 1, 52)})) == {Rule(INET, 5270, 1, 52): "networkd"}


TABLES = table_owners(rule_owners([Rule(INET, 5210, 1, 254, fwmark=MARK, fwmask=MASK), Rule(INET, 5270, 1, 52), Rule(INET, 9, 1, 7)]))


@pytest.mark.parametrize(
    ("route", "owner"),
    [
        (Route(INET, 52, 9, 3, b"", 0), "tailscale"),
        (Route(INET6, 52, 9, 3, b"", 0), "unknown"),
        (Route(INET, 254, 9, 3, b"", 0), "unknown"),
        (Route(INET, 7, 9, 3, b"", 0), "unknown"),
        (Route(INET, 254, 1, 12, b"", 0), "bird"),
        (Route(INET, 254, 1, 186, b"", 0), "frr"),
        (Route(INET, 254, 1, 18, b"", 0), "keepalived"),
    ],
)
def test_route_owner(route, owner):
    assert route_owner(route, TABLES) == owner
