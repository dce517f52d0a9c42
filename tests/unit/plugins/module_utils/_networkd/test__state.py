# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._state import State, doubts, parse

# systemctl show of systemd 257.
SHOWN = """\
ExecMainStartTimestampMonotonic=17300000000
NRestarts=0
LoadState=loaded
ActiveState=active
ActiveEnterTimestampMonotonic=17300650000
InvocationID=7f0d4a
"""
GOOD = State("loaded", "active", 0, "7f0d4a", 0.65, 17300.65)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (SHOWN, GOOD),
        (SHOWN.replace("NRestarts=0", "NRestarts=3"), GOOD._replace(restarts=3)),
        (SHOWN.replace("17300650000", "0"), GOOD._replace(took=None, since=None)),
        # A start after the last time that it served: it has not served since.
        (SHOWN.replace("17300650000", "17000000000"), GOOD._replace(took=None, since=17000.0)),
        ("LoadState=not-found\nActiveState=inactive\nNRestarts=[not set]\n", State("not-found", "inactive")),
        ("", State("not-found", "inactive")),
    ],
)
def test_parse(text: str, state: State) -> None:
    assert parse(text) == state


@pytest.mark.parametrize(
    ("changes", "routes", "why"),
    [
        ({}, 10_000, None),
        ({}, 10_001, "there are 10001 routes, more than 10000"),
        ({}, None, "can't be seen"),
        ({"active": "reloading"}, 5, None),
        ({"active": "failed"}, 5, "is failed"),
        ({"active": "activating"}, 5, "is activating"),
        ({"load": "masked"}, 5, "unmask it"),
        ({"restarts": 2}, 5, "came back by itself 2 times, at last 100 s ago"),
        ({"restarts": 2, "since": 17400.0 - 3600}, 5, None),
        ({"took": 10.0}, 5, None),
        ({"took": 10.1}, 5, "took 10.1 s, more than 10 s"),
        ({"took": None, "since": None}, 5, None),
    ],
)
def test_doubts(changes: dict, routes: int | None, why: str | None) -> None:
    state = GOOD._replace(**{"since": 17300.0, **changes})
    found = doubts(state, 17400.0, routes, 10_000, 10.0)
    assert len(found) == (why is not None)
    assert why is None or why in found[0]
