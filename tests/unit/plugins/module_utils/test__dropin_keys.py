# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils import _dropin_keys as keys

ROUTES, RULES, NEXTHOPS = "ManageForeignRoutes", "ManageForeignRoutingPolicyRules", "ManageForeignNextHops"


def at(full):
    return {"major": int(full.split(".")[0].split("-")[0]), "full": full}


@pytest.mark.parametrize(
    ("config", "section", "key", "full", "why"),
    [
        ("networkd.conf", "Network", ROUTES, "252.39-1~deb12u2", ""),
        ("networkd.conf", "Network", ROUTES, "245.4-4ubuntu3", "came with systemd 246, here is 245.4-4ubuntu3"),
        ("networkd.conf", "Network", RULES, "249.11-0ubuntu3", ""),
        ("networkd.conf", "Network", RULES, "249.3", "has no effect in systemd 249.3"),
        ("networkd.conf", "Network", RULES, "248.8", ""),
        ("networkd.conf", "Network", RULES, "248.7", "came with systemd 249, 247.10, 248.8"),
        ("networkd.conf", "Network", RULES, "247.10", ""),
        ("networkd.conf", "Network", RULES, "247.3-7", "came with systemd 249"),
        ("networkd.conf", "Network", NEXTHOPS, "255", "came with systemd 256"),
        ("networkd.conf", "Network", NEXTHOPS, "256", ""),
        ("networkd.conf", "Network", "ManageForeignRoute", "257.13", "no such key"),
        ("networkd.conf", "Network", "ManageForeignRoute", "262", ""),
        ("networkd.conf", "DHCPv4", ROUTES, "257.13", "[DHCPv4] of networkd.conf has no such key"),
        ("networkd.conf", "DHCPServer", "PersistLeases", "257.13", ""),
        ("resolved.conf", "Resolve", "StaleRetentionSec", "252.39", "came with systemd 254"),
        ("resolved.conf", "Resolve", "RefuseRecordTypes", "257.13", "came with systemd 258"),
        ("resolved.conf", "Resolve", "DNS", "252.39", ""),
        ("journald.conf", "Journal", "Anything", "252.39", ""),
    ],
)
def test_unknown(config, section, key, full, why):
    found = keys.unknown(config, section, [key], at(full)).get(key, "")
    assert why in found and bool(why) == bool(found)


@pytest.mark.parametrize(
    ("config", "section", "lists", "booleans"),
    [
        ("networkd.conf", "Network", {"RouteTable"}, {ROUTES, RULES, NEXTHOPS}),
        ("networkd.conf", "Bridge", set(), set()),
        ("resolved.conf", "Resolve", {"DNS", "FallbackDNS", "Domains"}, {"ReadEtcHosts"}),
        ("timesyncd.conf", "Time", {"NTP", "FallbackNTP"}, set()),
        ("timesyncd.conf", "Other", set(), set()),
        ("strange.conf", "Any", set(), set()),
    ],
)
def test_kinds_of_keys(config, section, lists, booleans):
    assert lists <= keys.list_keys(config, section) and bool(lists) == bool(keys.list_keys(config, section))
    assert booleans <= keys.boolean_keys(config, section) and bool(booleans) == bool(keys.boolean_keys(config, section))


def test_every_known_key_has_a_version_and_a_kind():
    for config in ("networkd.conf", "resolved.conf"):
        for section in keys.sections(config):
            for name, about in keys.known(config, section).items():
                assert 200 < about.since < 300, name
                assert about.kind in ("bool", "list", "words", "text"), name
