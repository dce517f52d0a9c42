# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _report
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import Policy, stats, verdict
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import FLEET, HOSTILE, WAIVER, finding, missed, reached, report

ROOT = Path(__file__).parents[4]
DEAD = missed("unreachable", "timed out")


@pytest.mark.parametrize(
    ("result", "policy", "status", "fails"),
    [
        (reached(finding("pass")), {}, "good", False),
        (reached(finding("not_applicable")), {}, "good", False),
        (reached(finding("pass"), finding("waived", "critical")), {}, "good", False),
        (reached(finding("pass"), finding("unknown")), {}, "unknown", False),
        (reached(finding("pass"), finding("unknown")), {"unknown": "fail"}, "unknown", True),
        (reached(), {}, "unknown", False),
        (reached(), {"unknown": "fail"}, "unknown", True),
        (reached(finding("surprising")), {}, "unknown", False),
        (reached(finding("fail", "high")), {}, "fail", True),
        (reached(finding("fail", "critical")), {}, "fail", True),
        (reached(finding("fail", "high", waiver=WAIVER)), {}, "fail", True),
        (reached(finding("fail", "medium")), {}, "warned", False),
        (reached(finding("fail", "medium")), {"fail_on": "medium"}, "fail", True),
        (reached(finding("fail", "info")), {"fail_on": "info"}, "fail", True),
        (reached(finding("fail", "critical")), {"fail_on": "never"}, "warned", False),
        (reached(finding("fail", "low"), finding("unknown")), {}, "unknown", False),
        (reached(finding("fail", "high"), finding("unknown")), {}, "fail", True),
        (reached(finding("fail", "critical"), finding("unknown")), {"fail_on": "never", "unknown": "fail"}, "unknown", True),
        (DEAD, {}, "unreachable", True),
        (DEAD, {"unreachable": "ignore"}, "unreachable", False),
        (missed("error", "no Python"), {"unreachable": "ignore"}, "error", True),
        (missed("error", "no Python"), {"fail_on": "never"}, "error", True),
        (None, {}, "error", True),
        ({"failed": True, "msg": "assess broke"}, {}, "error", True),
        ({"skipped": True}, {}, "error", True),
        ({**reached(finding("pass")), "failed": True}, {}, "error", True),
        ({"ansible_facts": {"holdfast_findings": [finding("pass")]}}, {}, "error", True),
        ({"ansible_facts": {"holdfast_host": {"status": "well"}, "holdfast_findings": [finding("pass")]}}, {}, "error", True),
    ],
)
def test_status_of_a_host(result: Any, policy: dict[str, str], status: str, fails: bool) -> None:
    found = report({"a": result}, **policy)
    assert (found["hosts"]["a"]["status"], found["hosts"]["a"]["fails"]) == (status, fails)
    assert found["summary"]["hosts"][status] == found["summary"]["hosts"]["all"] == 1
    assert found["summary"]["failing_hosts"] == int(fails)


def test_a_host_that_was_not_reached_has_no_findings_whatever_it_says() -> None:
    result = missed("unreachable", "timed out")
    result["ansible_facts"]["holdfast_findings"] = [finding("pass")]
    assert report({"a": result})["hosts"]["a"] == {"status": "unreachable", "fails": True, "why": "timed out", "findings": []}


def test_summary_of_a_fleet() -> None:
    found = report(FLEET, pending=3)["summary"]
    assert found["hosts"] == {"all": 16, "fail": 1, "error": 2, "unknown": 1, "unreachable": 1, "warned": 1, "good": 10, "pending": 3}
    assert found["findings"] == {"fail": 3, "unknown": 4, "waived": 1, "pass": 11, "not_applicable": 9}
    assert found["failing_by_severity"] == {"critical": 0, "high": 1, "medium": 0, "low": 2, "info": 0}
    assert (found["worst_severity"], found["failing_hosts"]) == ("high", 4)


def test_findings_keep_what_differs_and_rules_what_does_not() -> None:
    found = report(FLEET)
    assert found["hosts"]["app1"]["findings"] == [
        {"rule": "routes/lost", "status": "pass"},
        {"rule": "routes/other", "status": "not_applicable", "reason": "no networkd"},
    ]
    assert found["hosts"]["exit1"]["findings"][0] == {
        "rule": "routes/lost",
        "status": "fail",
        "severity": "high",
        "title": "title of routes/lost",
        "evidence": {"at_risk": ["throw 10.77.0.0/24"]},
    }
    assert found["rules"]["routes/lost"] == {
        "title": "title of routes/lost",
        "why": "why of routes/lost.",
        "remedy": {"text": "mend routes/lost."},
        "references": ["incident 004"],
    }
    assert "routes/other" not in found["rules"]


def test_evidence_is_bounded() -> None:
    found = report({"a": reached(finding("fail", evidence={"list": ["x" * 9999] * 9999, "deep": {"a": {"b": [1, None]}}}))})
    evidence = found["hosts"]["a"]["findings"][0]["evidence"]
    assert len(json.dumps(evidence)) < 20_000
    assert evidence["deep"] == {"a": {"b": [1, None]}}


@pytest.mark.parametrize(
    ("result", "policy", "said"),
    [
        (reached(finding("pass")), {}, ""),
        (reached(finding("fail", "low")), {}, ""),
        (reached(finding("fail"), finding("pass", rule="a/b")), {}, "1 finding at or above high: routes/lost; see report.json"),
        (
            reached(*(finding("fail", severity, f"a/{severity}") for severity in ("low", "high", "medium", "critical"))),
            {"fail_on": "low"},
            "4 findings at or above low: a/critical, a/high, a/medium, …; see report.json",
        ),
        (reached(finding("unknown")), {"unknown": "fail"}, "1 unknown: routes/lost; see report.json"),
        (reached(), {"unknown": "fail"}, "unknown: no rule was judged; see report.json"),
        (missed("unreachable", "Task failed: timed out."), {}, "unreachable: timed out; see report.json"),
        (None, {}, "error: the play ended for this host before it was assessed; see report.json"),
    ],
)
def test_verdict(result: Any, policy: dict[str, str], said: str) -> None:
    assert verdict(report({"a": result}, **policy)["hosts"]["a"], Policy(**policy), "report.json") == said


def test_stats_are_fit_for_a_limit_and_bounded() -> None:
    names = [f"host{number}" for number in range(300)] + ["all", "a,b", "!x", "web*", "a:b", HOSTILE]
    found = stats(report({name: reached(finding("fail")) for name in names} | {"dead": DEAD}), "/r/report.json")
    assert found["holdfast_failed_hosts"] == ",".join(f"host{number}" for number in range(200))
    assert found["holdfast_failed_hosts_cut"] == 106
    assert found["holdfast_summary"]["fail"] == 306
    assert (found["holdfast_worst_severity"], found["holdfast_report"]) == ("high", "/r/report.json")
    assert len(json.dumps(found)) < 4096


def test_stats_of_a_fleet_without_a_fault() -> None:
    found = stats(report({"a": reached(finding("pass"))}), "")
    assert (found["holdfast_worst_severity"], found["holdfast_failed_hosts"], found["holdfast_report"]) == ("", "", "")


def test_the_version_is_that_of_the_collection() -> None:
    assert _report.VERSION == yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
