# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Judge one host's facts by the rules. Pure: nothing is read, nothing asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils import _fact_paths
from ansible_collections.holdfast.baseline.plugins.plugin_utils._expressions import Expression
from ansible_collections.holdfast.baseline.plugins.plugin_utils._jmespath import JMESPathError
from ansible_collections.holdfast.baseline.plugins.plugin_utils._judge import Judge, Places, survey
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import bounded, one_line, plain
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rules import Rule, root_shape
from ansible_collections.holdfast.baseline.plugins.plugin_utils._settings import Settings
from ansible_collections.holdfast.baseline.plugins.plugin_utils._severity import rank
from ansible_collections.holdfast.baseline.plugins.plugin_utils._waivers import find


@dataclass(frozen=True)
class Verdict:
    """status: pass, fail, unknown or not_applicable. reason: one line, why it isn't simply pass or fail. found: what `fails` yielded."""

    status: str
    reason: str = ""
    found: Any = None


def assess(rules: Iterable[Rule], facts: Mapping[str, Any], host: str, settings: Settings) -> list[dict[str, Any]]:
    """One finding for each enabled rule, in the order of the rules.

    A finding is {rule, host, status, severity, title, evidence, why, remedy, references, reason} and, where one was found, `waiver`.
    What only matters where something is to be mended (evidence, why, remedy, references) is empty in `pass` and `not_applicable`.
    """
    known = plain(facts)
    places = survey(known, _fact_paths.FACTS)
    return [_finding(rule, known, places, host, settings) for rule in rules if settings.enabled(rule)]


def probed(result: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fact `probe` out of the registered result of dns_probe. What wasn't asked is absent; what failed is unknown."""
    told = plain(result or {})
    if isinstance(told.get("probe"), dict):
        return dict(told["probe"])
    if told.get("unreachable") or told.get("failed"):
        return {"status": "unknown", "why": one_line(told.get("msg") or "the probe failed without a reason")}
    return {"status": "absent", "why": "no question was asked (holdfast_probe is off)"}


def about(facts: Mapping[str, Any] | None, gathered: Mapping[str, Any] | None) -> dict[str, Any]:
    """Whether the host could be looked at: {status: reached|unreachable|error, why, os, systemd}.

    gathered: the registered result of net_facts, which tells an unreachable host from one whose facts failed.
    """
    result = plain(gathered or {})
    if result.get("unreachable"):
        return _host("unreachable", result.get("msg") or "no reason given")
    if result.get("failed"):
        return _host("error", result.get("msg") or "the facts failed without a reason")
    if not facts:
        return _host("error", "no facts were gathered")
    if facts.get("schema") != _fact_paths.SCHEMA:
        return _host("error", f"facts of schema {facts.get('schema')}, this version reads {_fact_paths.SCHEMA}")
    system = plain(facts.get("host"))
    return _host("reached", "", system if isinstance(system, dict) else {})


def _host(status: str, why: Any, system: Mapping[str, Any] | None = None) -> dict[str, Any]:
    about_system = system or {}
    return {"status": status, "why": one_line(why), "os": one_line(about_system.get("os_short") or ""), "systemd": about_system.get("systemd")}


def _finding(rule: Rule, facts: dict[str, Any], places: Places, host: str, settings: Settings) -> dict[str, Any]:
    params = plain(settings.params_of(rule))
    data = {**facts, "params": params}
    judge = Judge(data, root_shape(params), places)
    verdict = judged(rule, judge)
    finding: dict[str, Any] = {
        "rule": rule.id,
        "host": host,
        "status": verdict.status,
        "severity": settings.severity(rule) or rule.severity,
        "title": rule.title,
        "evidence": {},
        "why": "",
        "remedy": {},
        "references": [],
        "reason": verdict.reason,
    }
    if verdict.status in ("fail", "unknown"):
        finding |= {"why": rule.why, "remedy": dict(rule.remedy), "references": list(rule.references)}
    if verdict.status == "fail":
        finding["evidence"] = evidence(rule, data, verdict.found)
        _raise_severity(finding, rule, judge, settings)
        _waive(finding, settings)
    return finding


def judged(rule: Rule, judge: Judge) -> Verdict:
    """Needs, then `applies`, then `fails`. What wasn't seen, or only in part, never makes a pass or a not_applicable."""
    needs = [judge.need(path) for path in rule.needs]
    for wanted, status in (("absent", "not_applicable"), ("unknown", "unknown")):
        for state, why in needs:
            if state == wanted:
                return Verdict(status, why)
    partial = next((why for state, why in needs if state == "partial"), None)
    if rule.applies:
        applies = judge.ask(rule.applies)
        if applies.truth is None or (applies.truth is False and partial):
            return Verdict("unknown", applies.why or partial or "")
        if not applies.truth:
            return Verdict("not_applicable", "the rule does not apply here")
    fails = judge.ask(rule.fails)
    if fails.truth:
        return Verdict("fail", found=fails.value)
    if fails.truth is None or partial:
        return Verdict("unknown", fails.why or partial or "")
    return Verdict("pass")


def evidence(rule: Rule, data: dict[str, Any], found: Any) -> dict[str, Any]:
    """Label: value, bounded. A rule without `evidence` shows the list that `fails` found, as `offending`."""
    offending = found if isinstance(found, list) else None
    labels = {"offending": offending}
    if rule.evidence:
        seen = {**data, **labels}
        labels = {pair["value"]: _value(Expression("", pair["children"][0]), seen) for pair in rule.evidence.tree["children"]}
    return {label: bounded(value) for label, value in labels.items() if value is not None}


def _value(expression: Expression, data: dict[str, Any]) -> Any:
    """One label's value; a hole in it must not hide the others."""
    try:
        return expression.search(data)
    except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError) as error:
        return one_line(f"can't be shown: {error}")


def _raise_severity(finding: dict[str, Any], rule: Rule, judge: Judge, settings: Settings) -> None:
    """Where nobody can tell whether it is the graver case, it counts as the graver one."""
    if rule.raised is None or rule.raised_when is None or settings.severity(rule):
        return
    answer = judge.ask(rule.raised_when)
    if answer.truth is False or rank(rule.raised) <= rank(finding["severity"]):
        return
    finding["severity"] = rule.raised
    if answer.truth is None:
        finding["reason"] = f"{rule.raised} because the graver case can't be ruled out: {answer.why}"


def _waive(finding: dict[str, Any], settings: Settings) -> None:
    waiver = find(settings.waivers, finding["rule"], finding["host"])
    if waiver is None:
        return
    finding["waiver"] = waiver.as_data()
    if waiver.expires < settings.today:
        finding["reason"] = f"the waiver expired on {waiver.expires.isoformat()} ({one_line(waiver.reason)})"
    else:
        finding["status"] = "waived"
        finding["reason"] = f"waived until {waiver.expires.isoformat()}: {one_line(waiver.reason)}"
