# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's pure parts: reading scenarios, and holding findings against them. Needs no lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from holdlab.findings import differences
from holdlab.scenario import Damage, Expected, Scenario, ScenarioError, load

FAILS = {"status": "fail", "severity": "high", "evidence": {"at_risk": ["throw 10.77.0.0/24"]}}
PASSES = {"status": "pass", "severity": "low"}
UNKNOWN = {"status": "unknown", "severity": "low", "reason": "not gathered"}


@pytest.mark.parametrize(
    ("expected", "finding", "lines"),
    [
        pytest.param(Expected("pass"), PASSES, [], id="as expected"),
        pytest.param(Expected("fail", "high", ("throw 10.77.0.0/24",)), FAILS, [], id="all of it as expected"),
        pytest.param(Expected("unknown", reason="gathered"), UNKNOWN, [], id="reason as expected"),
        pytest.param(Expected("pass"), UNKNOWN, ["a/b: expected pass, got unknown: not gathered"], id="status"),
        pytest.param(Expected("fail", "low"), FAILS, ["a/b: expected severity low, got high"], id="severity"),
        pytest.param(
            Expected("fail", evidence=("10.0.0.0/8",)),
            FAILS,
            ["""a/b: expected '10.0.0.0/8' in the evidence, got {"at_risk": ["throw 10.77.0.0/24"]}"""],
            id="evidence",
        ),
        pytest.param(Expected("unknown", reason="root"), UNKNOWN, ["a/b: expected the reason 'root', got 'not gathered'"], id="reason"),
        pytest.param(Expected("pass"), None, ["a/b: expected pass, but the audit has no such rule"], id="no such rule"),
        pytest.param(None, PASSES, [], id="not named, passes"),
        pytest.param(None, UNKNOWN, ["a/b: is not named, so it must not be unknown: not gathered"], id="not named, unknown"),
        pytest.param(
            None,
            FAILS,
            ["""a/b: is not named, so it must not be fail: {"at_risk": ["throw 10.77.0.0/24"]}"""],
            id="not named, fails",
        ),
    ],
)
def test_differences(expected: Expected | None, finding: dict[str, Any] | None, lines: list[str]) -> None:
    assert differences({"a/b": expected} if expected else {}, {"a/b": finding} if finding else {}) == lines


def test_scenario(tmp_path: Path) -> None:
    text = """
        title: all keys
        images: [new]
        servers: [{address: 10.77.0.3}]
        params: {holdfast_watch_names: [a]}
        audit_as: plain
        break: touch /broken
        expect: {a/b: fail, a/c: {status: pass, evidence: text}}
        damage: {servers_down: [10.77.0.1], check: "true"}
        remedy: rm /broken
        after: {a/b: pass}
    """
    scenario = _load(tmp_path, text)
    assert (scenario.name, scenario.images, scenario.break_, scenario.remedy) == ("subject/name", ("new",), "touch /broken", "rm /broken")
    assert scenario.expect == {"a/b": Expected("fail"), "a/c": Expected("pass", evidence=("text",))}
    assert scenario.damage == Damage(check="true", servers_down=("10.77.0.1",))
    assert scenario.servers[0].software == "unbound"
    assert _load(tmp_path, "title: for all").images == ("old", "new")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: [", "while parsing"),
        ("- a list", "not a mapping"),
        ("expect: {}", "title"),
        ("title: t\nbroken: x", "unknown keys: broken"),
        ("title: t\nimages: [debian1]", "no such image: debian1"),
        ("title: t\nexpect: {a-rule: fail}", "a-rule: not the id of a rule"),
        ("title: t\nexpect: {a/b: bad}", "status bad is none of"),
        ("title: t\nexpect: {a/b: {statsu: fail}}", "a/b: unknown keys: statsu"),
        ("title: t\ndamage: {do: x}", "check"),
        ("title: t\nservers: [{adress: 10.77.0.3}]", "unknown keys: adress"),
        ("title: t\nafter: {a/b: pass}", "There is no remedy"),
    ],
)
def test_scenario_error(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ScenarioError, match=r"subject/name\.yml: ") as caught:
        _load(tmp_path, text)
    assert problem in str(caught.value)


def _load(folder: Path, text: str) -> Scenario:
    path = folder / "subject" / "name.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load(path, ["old", "new", "rare"], ["old", "new"])
