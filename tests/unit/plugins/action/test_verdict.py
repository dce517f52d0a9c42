# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.action import verdict
from ansible_collections.holdfast.baseline.tests.unit.plugins.action.running import run_action
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import became, finding, missed, reached


@pytest.mark.parametrize(
    ("result", "args", "message"),
    [
        (reached(finding("fail")), {}, "1 finding at or above high: routes/lost"),
        (reached(finding("fail")), {"report": "/r.json"}, "1 finding at or above high: routes/lost; see /r.json"),
        (reached(finding("fail")), {"fail_on": "critical"}, None),
        (reached(finding("pass")), {}, None),
        (reached(finding("unknown")), {}, None),
        (reached(finding("unknown")), {"unknown": "fail"}, "1 unknown: routes/lost"),
        (missed("unreachable", "timed out"), {}, "unreachable: timed out"),
        (missed("unreachable", "timed out"), {"unreachable": "ignore"}, None),
        (missed("error", "no Python"), {"unreachable": "ignore"}, "error: no Python"),
        (None, {}, "error: the play ended for this host before it was assessed"),
    ],
)
def test_verdict(result: Any, args: dict[str, Any], message: str | None) -> None:
    found = run_action(verdict, {"assessed": "assessed", **args}, {"assessed": result} if result else {})
    assert found.get("msg") == message
    assert (found.get("failed", False), found.get("skipped", False)) == (message is not None, message is None)


@pytest.mark.parametrize(
    ("result", "raw", "message"),
    [
        (reached(finding("fail")), became("confirmed"), None),
        (reached(finding("fail")), became("rolled_back", ["x fails"]), "rolled back: x fails; see /r.json"),
        (reached(finding("pass")), became("planned"), "not tried: the play ended for this host before it was tried; see /r.json"),
        (reached(finding("pass")), None, "not tried: the play ended for this host before it was tried; see /r.json"),
        (missed("unreachable", "timed out"), None, "not reached: timed out; see /r.json"),
    ],
)
def test_verdict_on_a_rollout(result: Any, raw: Any, message: str | None) -> None:
    variables = {"assessed": result, **({"became": raw} if raw else {})}
    found = run_action(verdict, {"assessed": "assessed", "enforced": "became", "report": "/r.json"}, variables)
    assert (found.get("msg"), found.get("failed", False)) == (message, message is not None)


def test_a_plan_fails_nothing() -> None:
    variables = {"assessed": reached(finding("fail")), "became": became("planned")}
    assert run_action(verdict, {"assessed": "assessed", "enforced": "became"}, variables, check_mode=True)["skipped"] is True
