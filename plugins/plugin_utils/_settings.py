# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What the operator may set: severity and enablement of rules, waivers, parameters. All checked against the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import Problems, instead
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rule_schema import check_severity
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rules import Rule
from ansible_collections.holdfast.baseline.plugins.plugin_utils._waivers import Waiver, read_waivers

_OVERRIDES = ("severity", "enabled")


@dataclass(frozen=True)
class Settings:
    """today: the day on which waivers are judged. subjects: those whose rules are judged; all where there are none."""

    today: date
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    waivers: list[Waiver] = field(default_factory=list)
    params: Mapping[str, Any] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()

    def enabled(self, rule: Rule) -> bool:
        if self.subjects and _subject(rule.id) not in self.subjects:
            return False
        return bool(self.overrides.get(rule.id, {}).get("enabled", True))

    def severity(self, rule: Rule) -> str | None:
        """The severity that the operator set for a rule; it is final, nothing raises it."""
        return self.overrides.get(rule.id, {}).get("severity")

    def params_of(self, rule: Rule) -> dict[str, Any]:
        """A rule's parameters: the operator's, else its own defaults."""
        return {name: self.params.get(name, default) for name, default in rule.params.items()}


def read_settings(
    rules: Mapping[str, Rule],
    *,
    today: date,
    overrides: Mapping[str, Any] | None = None,
    waivers: list[Any] | None = None,
    params: Mapping[str, Any] | None = None,
    subjects: list[str] | None = None,
) -> Settings:
    """Check what the operator set. Raises Problems with all mistakes."""
    problems = [*_overrides(overrides or {}, rules), *_params(params or {}, rules), *_subjects(subjects or [], rules)]
    checked: list[Waiver] = []
    try:
        checked = read_waivers(waivers or [], rules)
    except Problems as error:
        problems += error.lines
    if problems:
        raise Problems(problems)
    return Settings(today, overrides or {}, checked, params or {}, tuple(subjects or ()))


def _subject(rule: str) -> str:
    """The subject of a rule's id."""
    return rule.partition("/")[0]


def _subjects(subjects: list[str], rules: Mapping[str, Rule]) -> list[str]:
    known = {_subject(rule) for rule in rules}
    return [f"subjects: there are no rules of '{name}'; {instead(name, known)}" for name in subjects if name not in known]


def _overrides(overrides: Mapping[str, Any], rules: Mapping[str, Rule]) -> list[str]:
    problems = []
    for rule, entry in overrides.items():
        if rule not in rules:
            problems.append(f"overrides: no rule is called '{rule}'; {instead(rule, rules)}")
        if not isinstance(entry, dict):
            problems.append(f"overrides: {rule}: must be a mapping, for example {{severity: low}} or {{enabled: false}}")
            continue
        problems += [f"overrides: {rule}: unknown field '{name}'; {instead(name, _OVERRIDES)}" for name in entry if name not in _OVERRIDES]
        if "severity" in entry:
            problems += [f"overrides: {rule}: {text}" for _key, text in check_severity("severity", entry["severity"])]
        if not isinstance(entry.get("enabled", True), bool):
            problems.append(f"overrides: {rule}: enabled must be true or false")
    return problems


def _params(params: Mapping[str, Any], rules: Mapping[str, Rule]) -> list[str]:
    known = {name for rule in rules.values() for name in rule.params}
    problems = [f"params: no rule reads '{name}'; {instead(name, known)}" for name in params if name not in known]
    for rule in rules.values():
        for name, default in rule.params.items():
            given = params.get(name, default)
            if default is not None and type(given) is not type(default):
                problems.append(f"params: {name} must be of the kind of its default {default!r} ({rule.id})")
    return problems
