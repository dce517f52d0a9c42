# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_text import (
    default_route_facts,
    route_fact,
    route_text,
    rule_fact,
    rule_text,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Path, Route, Rule

NAMES = {1: "lo", 2: "host0", 7: "d0"}
ALL = 0xFFFFFFFF


def net(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


VIA, VIA6 = net("10.77.0.1"), net("fe80::1")


# As `ip rule` (iproute2 6.15) shows them, without priority and protocol.
@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(INET, 0, 1, 255, 2), "from all lookup local"),
        (Rule(INET, 32767, 1, 253, 2), "from all lookup default"),
        (Rule(INET, 5210, 1, 254, fwmark=0x80000, fwmask=0xFF0000), "from all fwmark 0x80000/0xff0000 lookup main"),
        (Rule(INET, 5250, 7, fwmark=0x80000, fwmask=0xFF0000), "from all fwmark 0x80000/0xff0000 unreachable"),
        (Rule(INET6, 5270, 1, 52), "from all lookup 52"),
        (
            Rule(INET, 1, 1, 51820, 0, True, net("10.0.0.0"), 8, net("192.0.2.1"), 32, 0, 51820, ALL),
            "not from 10.0.0.0/8 to 192.0.2.1 fwmark 0xca6c lookup 51820",
        ),
        (Rule(INET, 1, 1, 254, suppress_prefixlength=0), "from all lookup main suppress_prefixlength 0"),
        (Rule(INET, 1, 1, 254, suppress_group=3), "from all lookup main suppress_ifgroup 3"),
        (
            Rule(INET, 1, 7, tos=16, iif="host0", oif="lo", uids=(0, 99), ip_protocol=6, source_ports=(1, 2), destination_ports=(53, 53)),
            "from all tos 0x10 iif host0 oif lo uidrange 0-99 ipproto tcp sport 1-2 dport 53 unreachable",
        ),
        (Rule(INET, 1, 2, goto=32766), "from all goto 32766"),
        (Rule(INET6, 1, 1, 4711, source=net("fd00::"), source_length=8), "from fd00::/8 lookup 4711"),
        (Rule(INET6, 1, 1, 7, source=net("fd00::1"), source_length=128), "from fd00::1 lookup 7"),
        (Rule(INET, 1000, 1, l3mdev=True), "from all lookup [l3mdev-table]"),
        (Rule(INET, 1, 8), "from all prohibit"),
        (Rule(INET, 1, 77), "from all 77"),
    ],
)
def test_rule_text(rule, text):
    assert rule_text(rule) == text


@pytest.mark.parametrize(
    ("route", "text"),
    [
        (Route(INET, 52, 9, 3, net("10.77.0.0"), 24), "throw 10.77.0.0/24 table 52"),
        (Route(INET6, 52, 9, 3, net("fd00:9::"), 64, 1024, paths=(Path(1, b""),)), "throw fd00:9::/64 table 52"),
        (Route(INET6, 52, 9, 3, net("fd00:9::"), 64, 77, paths=(Path(1, b""),)), "throw fd00:9::/64 table 52 metric 77"),
        (Route(INET, 254, 7, 200, net("198.51.100.0"), 24), "unreachable 198.51.100.0/24 proto 200"),
        (Route(INET, 254, 1, 4, b"", 0, paths=(Path(2, VIA),)), "default via 10.77.0.1 dev host0 proto static"),
        (Route(INET6, 254, 1, 9, b"", 0, 1024, paths=(Path(2, VIA6),)), "default via fe80::1 dev host0 proto ra metric 1024"),
        (Route(INET, 254, 1, 3, net("192.0.2.0"), 24, paths=(Path(2, VIA6),)), "192.0.2.0/24 via fe80::1 dev host0"),
        (Route(INET, 56, 2, 99, net("198.18.120.1"), 32, paths=(Path(2, b""),)), "local 198.18.120.1 dev host0 table 56 proto openr"),
        (Route(INET, 254, 1, 3, net("0.0.0.0"), 1, paths=(Path(9, b""),)), "0.0.0.0/1 dev 9"),
        (
            Route(INET, 54, 1, 3, net("192.0.2.0"), 24, paths=(Path(2, VIA), Path(7, b""))),
            "192.0.2.0/24 table 54 nexthop via 10.77.0.1 dev host0 nexthop dev d0",
        ),
        (
            Route(INET, 254, 1, 12, b"", 0, paths=(Path(2, VIA),) * 128),
            "default proto bird nexthop via 10.77.0.1 dev host0 nexthop via 10.77.0.1 dev host0 ...",
        ),
    ],
)
def test_route_text(route, text):
    assert route_text(route, NAMES) == text


def test_rule_fact():
    assert rule_fact(Rule(INET6, 5270, 1, 52), "tailscale") == {
        "family": "ipv6",
        "priority": 5270,
        "text": "from all lookup 52",
        "table": 52,
        "action": "lookup",
        "protocol": "unspec",
        "owner": "tailscale",
    }


@pytest.mark.parametrize(
    ("route", "device"),
    [
        (Route(INET6, 52, 9, 3, net("fd00:9::"), 64, 1024, paths=(Path(1, b""),)), None),
        (Route(INET6, 52, 1, 3, net("fd00:9::"), 64, 1024, paths=(Path(7, b""),)), "d0"),
    ],
)
def test_route_fact(route, device):
    fact = route_fact(route, NAMES, "tailscale")
    assert (fact["destination"], fact["device"], fact["family"], fact["owner"]) == ("fd00:9::/64", device, "ipv6", "tailscale")


def test_a_default_route_has_an_entry_for_each_way():
    facts = default_route_facts(Route(INET, 254, 1, 12, b"", 0, 5, paths=(Path(2, VIA), Path(7, b""))), NAMES)
    assert [(fact["device"], fact["via"], fact["metric"]) for fact in facts] == [("host0", "10.77.0.1", 5), ("d0", None, 5)]
