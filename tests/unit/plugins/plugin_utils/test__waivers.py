# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import Problems
from ansible_collections.holdfast.baseline.plugins.plugin_utils._waivers import find, read_waivers

RULES = ["routes/one", "routes/two", "resolver/one"]
GOOD = {"rule": "routes/*", "host": "web*", "reason": "rebuilt nightly", "expires": "2026-12-31"}


@pytest.mark.parametrize("expires", ["2026-12-31", date(2026, 12, 31)])
def test_a_waiver(expires: Any) -> None:
    waiver = read_waivers([{**GOOD, "expires": expires}], RULES)[0]
    assert waiver.expires == date(2026, 12, 31)
    assert waiver.as_data() == GOOD


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rule": "route/*"}, "waiver 2 (route/*): no rule is called 'route/*'; did you mean 'routes/"),
        ({"rule": "routes/ones"}, "no rule is called 'routes/ones'; did you mean 'routes/one'?"),
        ({"rule": None}, "waiver 2: needs a rule: the id of a rule, or a pattern"),
        ({"host": ""}, "needs a host: a host's name in the inventory"),
        ({"reason": " "}, "needs a reason: a sentence that says why"),
        ({"expires": None}, "needs a day on which it expires, as YYYY-MM-DD"),
        ({"expires": "31.12.2026"}, "as YYYY-MM-DD"),
        ({"expires": "20261231"}, "as YYYY-MM-DD"),
        ({"expires": "2026-02-30"}, "as YYYY-MM-DD"),
        ({"expires": 20261231}, "as YYYY-MM-DD"),
        ({"until": "2026-12-31"}, "unknown field 'until'; there are: expires, host, reason, rule"),
    ],
)
def test_mistakes(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Problems) as caught:
        read_waivers([GOOD, {**GOOD, **change}], RULES)
    assert len(caught.value.lines) == 1
    assert said in caught.value.lines[0]


def test_all_mistakes_are_told_together() -> None:
    with pytest.raises(Problems) as caught:
        read_waivers(["routes/one", {}], RULES)
    assert caught.value.lines[0] == "waiver 1: must be a mapping with rule, host, reason and expires"
    assert len(caught.value.lines) == 5


@pytest.mark.parametrize(
    ("rule", "host", "expires"),
    [
        ("routes/one", "web1", "2027-01-01"),
        ("routes/two", "web1", "2026-12-31"),
        ("resolver/one", "web1", None),
        ("routes/one", "db1", None),
        ("routes/one", "WEB1", None),
    ],
)
def test_find_takes_the_longest(rule: str, host: str, expires: str | None) -> None:
    waivers = read_waivers([GOOD, {**GOOD, "rule": "routes/one", "expires": "2027-01-01"}, {**GOOD, "expires": "2026-01-01"}], RULES)
    found = find(waivers, rule, host)
    assert (found.as_data()["expires"] if found else None) == expires
