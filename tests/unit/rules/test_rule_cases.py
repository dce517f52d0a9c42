# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules on facts: each file tests/unit/rules/<subject>/<rule>/<case>.<status>.yml is one case.

A case holds `facts` and, where they matter, `params` and the expected `severity`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _fact_paths
from ansible_collections.holdfast.baseline.plugins.plugin_utils._assess import assess
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rules import CATALOGUE, Rule, load
from ansible_collections.holdfast.baseline.plugins.plugin_utils._settings import read_settings

HERE = Path(__file__).parent
SCENARIOS = HERE.parents[1] / "lab" / "scenarios"
STATUSES = ("fail", "pass", "not_applicable", "unknown")
# Rules whose fault no host of the lab can have, and why not.
WITHOUT_A_HOST = {"routes/protection_unsupported": "Debian's archive has no systemd before 246 and none from 248.0 to 249.4"}
RULES = load([CATALOGUE])
CASES = sorted(path.relative_to(HERE) for path in HERE.rglob("*.yml"))
HIDDEN = {"status": "unknown", "why": "hidden by the test"}

each_case = pytest.mark.parametrize("case", CASES, ids=str)


@cache
def _read(case: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((HERE / case).read_text(encoding="utf-8"), Loader=loader)


def _finding(case: Path, facts: dict[str, Any]) -> dict[str, Any]:
    rule = RULES[str(case.parent)]
    settings = read_settings({rule.id: rule}, today=date(2026, 1, 1), params=_read(case).get("params"))
    return assess([rule], facts, "host", settings)[0]


def _expected(case: Path) -> str:
    return case.name.split(".")[-2]


def test_there_are_cases() -> None:
    assert CASES


@each_case
def test_case(case: Path) -> None:
    finding = _finding(case, _read(case)["facts"])
    assert finding["status"] == _expected(case), finding["reason"]
    assert finding["severity"] == _read(case).get("severity", finding["severity"])
    assert bool(finding["evidence"]) == (finding["status"] == "fail")
    assert not [label for label, value in finding["evidence"].items() if str(value).startswith("can't be shown")]


@each_case
def test_case_is_well_formed(case: Path) -> None:
    assert str(case.parent) in RULES, "no such rule"
    assert len(case.name.split(".")) == 3 and _expected(case) in STATUSES, "a case is called <case>.<status>.yml"
    assert set(_read(case)) <= {"facts", "params", "severity"}
    assert _fact_paths.strangers(_read(case)["facts"]) == []


@each_case
def test_what_is_not_seen_never_turns_the_answer(case: Path) -> None:
    """Hide, cut or take away every part of the facts in turn: the answer stays, or becomes unknown."""
    answer = _expected(case)
    turned = [
        f"{how} {path}: {finding['status']}"
        for path, how, facts in _with_less(_read(case)["facts"])
        for finding in [_finding(case, facts)]
        if finding["status"] not in (answer, "unknown")
    ]
    assert turned == []


@each_case
def test_what_a_rule_needs_is_needed(case: Path) -> None:
    for path in RULES[str(case.parent)].needs:
        facts = copy.deepcopy(_read(case)["facts"])
        if _expected(case) != "not_applicable" and _replace(facts, path.split("."), HIDDEN):
            assert _finding(case, facts)["status"] == "unknown", path


def _with_less(facts: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in _paths(facts, ()):
        # What says that something was left out is no fact whose loss could go unseen.
        if path[-1] == "complete" or path[-1].endswith("_cut"):
            continue
        shape = _fact_paths.lookup(".".join(path))
        changes: list[tuple[str, Any]] = [("without", None)]
        if shape is not None and shape.node:
            changes += [("hidden", HIDDEN), ("in part", {"complete": False})]
        for how, value in changes:
            less = copy.deepcopy(facts)
            if _replace(less, list(path), value):
                yield ".".join(path), how, less


def _paths(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield (*path, name)
            yield from _paths(item, (*path, name))


def _replace(facts: dict[str, Any], path: list[str], value: Any) -> bool:
    """Put a value at a path; None takes it away, {complete: false} is added to what is there."""
    *parents, name = path
    for parent in parents:
        facts = facts.get(parent, {})
    if name not in facts:
        return False
    if value is None:
        del facts[name]
    elif "complete" in value:
        facts[name] = {**facts[name], **value}
    else:
        facts[name] = value
    return True


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_rule_has_its_proofs(rule: Rule) -> None:
    proven = {_expected(case) for case in CASES if str(case.parent) == rule.id}
    assert _wanted(rule) - proven == set(), f"cases are missing in tests/unit/rules/{rule.id}"
    assert _fails_in_the_lab(rule.id) or rule.id in WITHOUT_A_HOST, f"no scenario in tests/lab/scenarios expects {rule.id} to fail"


def _wanted(rule: Rule) -> set[str]:
    """Only what can happen: a rule that always applies, on nodes that every host has, is never not_applicable."""
    may_not_apply = rule.applies or any(_may_be_absent(path) for path in rule.needs)
    return {"fail", "pass"} | ({"not_applicable"} if may_not_apply else set()) | ({"unknown"} if rule.needs else set())


def _may_be_absent(path: str) -> bool:
    names = path.split(".")
    return any(_fact_paths.lookup(".".join(names[:count])).absent for count in range(1, len(names) + 1))


@cache
def _scenarios() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(SCENARIOS.glob("*/*.yml"))]


def _fails_in_the_lab(rule: str) -> bool:
    found = [scenario["expect"].get(rule) for scenario in _scenarios()]
    return any((entry["status"] if isinstance(entry, dict) else entry) == "fail" for entry in found)


def test_no_stray_directories() -> None:
    places = {str(path.relative_to(HERE)) for path in HERE.glob("*/*") if path.is_dir() and "__pycache__" not in path.parts}
    assert places - set(RULES) == set(), "cases of rules that don't exist"
