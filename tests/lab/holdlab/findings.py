# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings held against what a scenario expects; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .scenario import Expected

Findings = Mapping[str, Mapping[str, Any]]


def differences(expected: Mapping[str, Expected], findings: Findings) -> list[str]:
    """One line for each finding that isn't as expected. Those that aren't named may neither fail nor be unknown."""
    named = [line for rule, what in expected.items() for line in _named(rule, what, findings.get(rule))]
    unnamed = [
        f"{rule}: is not named, so it must not be {finding['status']}: {_brief(finding)}"
        for rule, finding in findings.items()
        if rule not in expected and finding["status"] in ("fail", "unknown")
    ]
    return named + unnamed


def _named(rule: str, expected: Expected, finding: Mapping[str, Any] | None) -> list[str]:
    if finding is None:
        return [f"{rule}: expected {expected.status}, but the audit has no such rule"]
    lines = []
    if finding["status"] != expected.status:
        lines.append(f"{rule}: expected {expected.status}, got {finding['status']}: {_brief(finding)}")
    if expected.severity and finding.get("severity") != expected.severity:
        lines.append(f"{rule}: expected severity {expected.severity}, got {finding.get('severity')}")
    evidence = _text(finding.get("evidence"))
    lines += [f"{rule}: expected {text!r} in the evidence, got {evidence}" for text in expected.evidence if text not in evidence]
    reason = finding.get("reason") or ""
    if expected.reason not in reason:
        lines.append(f"{rule}: expected the reason {expected.reason!r}, got {reason!r}")
    return lines


def _brief(finding: Mapping[str, Any]) -> str:
    return finding.get("reason") or _text(finding.get("evidence"))


def _text(evidence: Any) -> str:
    return json.dumps(evidence, ensure_ascii=False)
