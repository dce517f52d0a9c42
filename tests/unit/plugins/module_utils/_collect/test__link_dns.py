# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _link_dns
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told import KINDS, Told

EMPTY: dict = {"DOMAINS": [], "ROUTE_DOMAINS": []}
CORP = {"DOMAINS": ["here.lab"], "ROUTE_DOMAINS": ["corp.lab"]}


@pytest.mark.parametrize(
    ("own", "then", "value", "becomes", "text"),
    [
        (CORP, EMPTY, "here.lab ~corp.lab", "", "host0: domains here.lab ~corp.lab, then none"),
        (EMPTY, CORP, "", "here.lab ~corp.lab", "host0: domains none, then here.lab ~corp.lab"),
    ],
)
def test_fact(own: dict, then: dict, value: str, becomes: str, text: str) -> None:
    fact = _link_dns.fact(Told("host0", KINDS[1], own, own, then))
    assert fact == {"device": "host0", "what": "domains", "value": value, "becomes": becomes, "text": text}


def test_a_fact_is_bounded() -> None:
    many = {"DOMAINS": [f"{number}.lab" for number in range(10_000)], "ROUTE_DOMAINS": []}
    assert len(str(_link_dns.fact(Told("host0", KINDS[1], many, many, many)))) < 1500
