# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The report as JUnit XML, for the test views of CI servers: red exactly where the run fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import visible
from ansible_collections.holdfast.baseline.plugins.plugin_utils._group import Block
from ansible_collections.holdfast.baseline.plugins.plugin_utils._render_enforced import changes, first_reason, next_step, outcome, reasons
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import Policy, verdict
from ansible_collections.holdfast.baseline.plugins.plugin_utils._words import labelled, sentence

# The rollout itself has decided so, and the host is as it was.
_DECIDED = ("refused", "rolled_back")
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(report: Mapping[str, Any]) -> str:
    """One testsuite a host, one testcase a rule that applies there; a host that wasn't assessed has the one testcase `reached`.

    In an enforced rollout each host has the testcase `enforce`, which alone can be red.
    """
    policy = Policy(**report["policy"])
    root = ET.Element("testsuites", name=f"holdfast {report['run']}")
    for name, host in report["hosts"].items():
        suite = ET.SubElement(root, "testsuite", name=visible(name), timestamp=report["generated"].rstrip("Z"))
        case = _remaining if "enforced" in host else _case
        cases = [_enforce(suite, name, host, report)] if "enforced" in host else []
        cases += [case(suite, name, finding, policy, report["rules"]) for finding in host["findings"] if finding["status"] != "not_applicable"]
        if not cases and not host["findings"]:
            cases = [_reached(suite, name, host)]
        _count(suite, cases)
    _count(root, [case for suite in root for case in suite])
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, host: str, finding: Mapping[str, Any], policy: Policy, rules: Mapping[str, Any]) -> ET.Element:
    """fail -> failure at or above fail_on, else passed with its text as output; unknown and waived -> skipped, unknown -> error if it fails the run."""
    case = _new_case(suite, host, finding["rule"])
    status = finding["status"]
    if status == "pass":
        return case
    if status == "fail":
        text = _explained(finding, rules.get(finding["rule"], {}))
        if policy.counts(finding):
            _add(case, "failure", f"{finding['severity']}: {finding['title']}", finding["severity"], text)
        else:
            ET.SubElement(case, "system-out").text = f"{finding['severity']} (below {policy.fail_on}): {text}"
    elif status == "unknown" and policy.unknown == "fail":
        _add(case, "error", _why(finding), "unknown")
    else:
        _add(case, "skipped", _why(finding))
    return case


def _remaining(suite: ET.Element, host: str, finding: Mapping[str, Any], policy: Policy, rules: Mapping[str, Any]) -> ET.Element:
    """A finding after an enforced rollout: what still fails is an audit's to fail, and skipped here, since it is no good either."""
    if finding["status"] not in ("fail", "unknown"):
        return _case(suite, host, finding, policy, rules)
    case = _new_case(suite, host, finding["rule"])
    if finding["status"] == "unknown":
        _add(case, "skipped", _why(finding))
    else:
        _add(case, "skipped", f"still fails: {finding['severity']}: {finding['title']}", "", _explained(finding, rules.get(finding["rule"], {})))
    return case


def _enforce(suite: ET.Element, name: str, host: Mapping[str, Any], report: Mapping[str, Any]) -> ET.Element:
    """Refused or put back -> failure; lost, worse, or nobody could look -> error; not reached where that is ignored -> skipped."""
    case = _new_case(suite, name, "enforce")
    became = host["enforced"]["outcome"]
    step = next_step(Block([name], host, True), report["generated"])
    text = "\n".join([outcome(host), *reasons(host), *([step.text, *step.commands] if step else []), *changes(host)])
    if host["fails"]:
        _add(case, "failure" if became in _DECIDED else "error", verdict(host, Policy(**report["policy"])), became, text)
    elif became == "unreachable":
        _add(case, "skipped", f"not reached: {first_reason(host)}")
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _reached(suite: ET.Element, host: str, entry: Mapping[str, Any]) -> ET.Element:
    case = _new_case(suite, host, "reached")
    why = f"{entry['status']}: {entry.get('why', 'no reason given')}"
    if entry["fails"]:
        _add(case, "error", why, entry["status"])
    else:
        _add(case, "skipped", why)
    return case


def _new_case(suite: ET.Element, host: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=visible(host), name=visible(name), time="0")


def _add(case: ET.Element, tag: str, message: str, kind: str = "", text: str = "") -> None:
    element = ET.SubElement(case, tag, message=visible(message))
    if kind:
        element.set("type", visible(kind))
    if text:
        element.text = text


def _explained(finding: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    """The finding in lines; each of them is clean, only our own line breaks remain."""
    lines = [visible(finding["title"]), *labelled(finding.get("evidence", {}))]
    lines += [visible(finding["reason"])] if finding.get("reason") else []
    lines += [f"why: {sentence(rule.get('why', ''))}", f"mend: {sentence(rule.get('remedy', {}).get('text', ''))}"]
    return "\n".join(lines)


def _why(finding: Mapping[str, Any]) -> str:
    return f"{finding['status']}: {finding.get('reason') or 'no reason given'}"


def _count(element: ET.Element, cases: list[ET.Element]) -> None:
    found = [child.tag for case in cases for child in case]
    element.set("tests", str(len(cases)))
    for tag, attribute in _COUNTED.items():
        element.set(attribute, str(found.count(tag)))
