# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._render_junit import render
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import (
    CHECKPOINT,
    ENFORCED,
    FLEET,
    HOSTILE,
    became,
    finding,
    missed,
    reached,
    report,
    rollout,
)


def outcomes(assessed: dict[str, Any], **policy: str) -> dict[str, str]:
    """Name of the testcase -> its outcome."""
    root = ET.fromstring(render(report(assessed, **policy)).encode())
    return {case.get("name", ""): case[0].tag if len(case) else "passed" for case in root.iter("testcase")}


@pytest.mark.parametrize(
    ("result", "policy", "expected"),
    [
        (reached(finding("pass")), {}, {"routes/lost": "passed"}),
        (reached(finding("not_applicable")), {}, {}),
        (reached(finding("fail")), {}, {"routes/lost": "failure"}),
        (reached(finding("fail", "medium")), {}, {"routes/lost": "system-out"}),
        (reached(finding("fail", "medium")), {"fail_on": "medium"}, {"routes/lost": "failure"}),
        (reached(finding("fail", "critical")), {"fail_on": "never"}, {"routes/lost": "system-out"}),
        (reached(finding("unknown")), {}, {"routes/lost": "skipped"}),
        (reached(finding("unknown")), {"unknown": "fail"}, {"routes/lost": "error"}),
        (reached(finding("waived")), {}, {"routes/lost": "skipped"}),
        (reached(), {}, {"reached": "skipped"}),
        (missed("unreachable", "timed out"), {}, {"reached": "error"}),
        (missed("unreachable", "timed out"), {"unreachable": "ignore"}, {"reached": "skipped"}),
        (missed("error", "no Python"), {"unreachable": "ignore"}, {"reached": "error"}),
        (None, {}, {"reached": "error"}),
    ],
)
def test_outcome(result: Any, policy: dict[str, str], expected: dict[str, str]) -> None:
    assert outcomes({"a": result}, **policy) == expected


@pytest.mark.parametrize("policy", [{}, {"fail_on": "never"}, {"unreachable": "ignore"}, {"unknown": "fail"}])
def test_a_suite_is_red_exactly_where_the_host_fails(policy: dict[str, str]) -> None:
    found = report(FLEET, **policy)
    root = ET.fromstring(render(found).encode())
    red = {suite.get("name") for suite in root if int(suite.get("failures", "")) + int(suite.get("errors", ""))}
    assert red == {name for name, host in found["hosts"].items() if host["fails"]}


def test_the_counts_are_those_of_the_cases() -> None:
    root = ET.fromstring(render(report(FLEET)).encode())
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests", "")) == len(cases)
        for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(element.get(count, "")) == sum(case.find(tag) is not None for case in cases)


def test_a_failure_explains_itself() -> None:
    root = ET.fromstring(render(report(FLEET)).encode())
    failure = next(root.iter("failure"))
    assert (failure.get("message"), failure.get("type")) == ("high: title of routes/lost", "high")
    assert (failure.text or "").splitlines() == [
        "title of routes/lost",
        "at risk: throw 10.77.0.0/24",
        "why: why of routes/lost.",
        "mend: mend routes/lost.",
    ]


def test_what_a_host_wrote_stays_text() -> None:
    hostile = reached(
        finding("fail", evidence={HOSTILE: HOSTILE}, title=HOSTILE),
        finding("unknown", rule="a/b", reason=HOSTILE),
        finding("fail", "low", rule="a/c", evidence={"x": HOSTILE}),
    )
    text = render(report({HOSTILE: hostile, "b": missed("error", HOSTILE)}))
    root = ET.fromstring(text.encode())
    assert len(list(root.iter("testcase"))) == 4
    assert "\x1b" not in text and "\u202e" not in text
    assert "\\x1b[31m</testcase>]]>&\\u202e\\n\\x00\\ufffe\\ud800end" in (next(root.iter("failure")).text or "")


@pytest.mark.parametrize(
    ("host", "policy", "expected"),
    [
        ((reached(finding("pass")), became("confirmed")), {}, {"enforce": "system-out", "routes/lost": "passed"}),
        ((reached(finding("fail")), became("unchanged")), {}, {"enforce": "system-out", "routes/lost": "skipped"}),
        ((reached(finding("unknown")), became("unchanged")), {"unknown": "fail"}, {"enforce": "system-out", "routes/lost": "skipped"}),
        ((reached(finding("waived")), became("refused")), {}, {"enforce": "failure", "routes/lost": "skipped"}),
        ((reached(finding("pass")), became("rolled_back")), {}, {"enforce": "failure", "routes/lost": "passed"}),
        ((reached(finding("pass")), became("worse")), {}, {"enforce": "error", "routes/lost": "passed"}),
        ((reached(finding("pass")), became("lost")), {}, {"enforce": "error"}),
        ((missed("error", "no Python"), became("confirmed")), {}, {"enforce": "error"}),
        ((None, None), {}, {"enforce": "error"}),
        ((missed("unreachable", "timed out"), None), {}, {"enforce": "error"}),
        ((missed("unreachable", "timed out"), None), {"unreachable": "ignore"}, {"enforce": "skipped"}),
    ],
)
def test_outcome_of_a_rollout(host: tuple[Any, Any], policy: dict[str, str], expected: dict[str, str]) -> None:
    root = ET.fromstring(render(rollout({"a": host}, **policy)).encode())
    assert root.get("name") == "holdfast enforce"
    assert {case.get("name", ""): case[0].tag if len(case) else "passed" for case in root.iter("testcase")} == expected


@pytest.mark.parametrize("policy", [{}, {"fail_on": "info", "unknown": "fail"}, {"unreachable": "ignore"}])
def test_a_suite_is_red_exactly_where_the_rollout_failed(policy: dict[str, str]) -> None:
    found = rollout(ENFORCED, **policy)
    root = ET.fromstring(render(found).encode())
    red = {suite.get("name") for suite in root if int(suite.get("failures", "")) + int(suite.get("errors", ""))}
    assert red == {name for name, host in found["hosts"].items() if host["fails"]}


def test_a_host_left_worse_says_what_to_do() -> None:
    error = next(ET.fromstring(render(rollout({"a": ENFORCED["edge1"]})).encode()).iter("error"))
    assert error.get("type") == "worse" and (error.get("message") or "").startswith("worse: the rollback failed: /etc/resolv.conf")
    assert f"sh /var/lib/holdfast/checkpoints/{CHECKPOINT}/restore.sh asked" in (error.text or "").splitlines()


def test_what_a_host_wrote_about_its_change_stays_text() -> None:
    text = render(rollout({HOSTILE: (reached(finding("pass")), became("worse", [HOSTILE], [HOSTILE], checkpoint=HOSTILE))}))
    assert len(list(ET.fromstring(text.encode()).iter("testcase"))) == 2
    assert "\x1b" not in text and "\u202e" not in text
