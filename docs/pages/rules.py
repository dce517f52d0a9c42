# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of the rules, out of them, their unit cases and the lab's scenarios."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

_STATUSES = ("fail", "pass", "not_applicable", "unknown")
_HEAD = """\
<!-- Written by docs/generate.py (make docs). -->
# The rules

What each rule looks at, when it fails, why that matters and what mends it. A rule whose facts were not seen, or not in full,
is `unknown` and never passes; a rule with `needs` that a host doesn't have is `not_applicable`.

## Rules and their proofs

A scenario breaks a real host in the lab and holds the audit against it. "Damage" means that what the rule predicts was made
to happen there, "mended" that the rule no longer fails after the remedy.

| Rule | Severity | Unit cases | Fails on real hosts |
|---|---|---|---|
"""


def page(root: Path) -> str:
    """The text of docs/rules.md for the collection in that folder."""
    rules = {f"{path.parent.name}/{path.stem}": _read(path) for path in sorted((root / "rules").glob("*/*.yml"))}
    scenarios = {path: _read(path) for path in sorted((root / "tests/lab/scenarios").glob("*/*.yml"))}
    images = _default_images(_read(root / "tests/lab/images/images.yml")["images"])
    rows = [_row(root, rule, entry, scenarios, images) for rule, entry in rules.items()]
    return _HEAD + "".join(rows) + "".join(_section(rule, entry) for rule, entry in rules.items())


def _default_images(definitions: dict[str, dict[str, Any]]) -> list[str]:
    """The images that a scenario is for where it names none, as the lab's own reading has it (tests/lab/holdlab/images.py)."""
    return [name for name, definition in definitions.items() if not definition.get("only_where_named")]


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _row(root: Path, rule: str, entry: dict[str, Any], scenarios: dict[Path, dict[str, Any]], images: list[str]) -> str:
    cases = Counter(path.name.split(".")[-2] for path in (root / "tests/unit/rules" / rule).glob("*.*.yml"))
    counted = ", ".join(f"{cases[status]} {status}" for status in _STATUSES if cases[status])
    proofs = [_proof(path, scenario, rule, images) for path, scenario in scenarios.items() if _status(scenario, "expect", rule) == "fail"]
    return f"| [{rule}](#{_anchor(rule)}) | {_severity(entry)} | {counted or 'none'} | {'<br>'.join(proofs) or 'none'} |\n"


def _proof(path: Path, scenario: dict[str, Any], rule: str, images: list[str]) -> str:
    notes = [", ".join(scenario.get("images", images))]
    if "damage" in scenario and scenario.get("damage_comes", True):
        notes.append("damage")
    if _status(scenario, "after", rule) in ("pass", "not_applicable"):
        notes.append("mended")
    return f"[{path.stem}](../tests/lab/scenarios/{path.parent.name}/{path.name}) ({'; '.join(notes)})"


def _status(scenario: dict[str, Any], when: str, rule: str) -> str | None:
    expected = scenario.get(when, {}).get(rule)
    return expected["status"] if isinstance(expected, dict) else expected


def _severity(entry: dict[str, Any]) -> str:
    raised = entry.get("escalates")
    return f"{entry['severity']}, {raised['severity']} in the graver case" if raised else entry["severity"]


def _anchor(rule: str) -> str:
    """As GitHub makes it of a heading."""
    return rule.replace("/", "")


def _section(rule: str, entry: dict[str, Any]) -> str:
    parts = [f"\n## {rule}\n\n**{entry['title'].strip()}** ({_severity(entry)})\n\n{entry['why'].strip()}\n"]
    remedy = entry["remedy"]
    by_role = f" The role `{remedy['role']}` does it." if remedy.get("role") else ""
    parts.append(f"\nWhat mends it: {remedy['text'].strip()}{by_role}\n\n")
    if entry.get("needs"):
        parts.append(f"- Needs: {', '.join(f'`{path}`' for path in entry['needs'])}\n")
    for name, label in (("applies", "Applies where"), ("fails", "Fails where")):
        if name in entry:
            parts.append(f"- {label} {_code(entry[name])}\n")
    if entry.get("escalates"):
        parts.append(f"- Becomes {entry['escalates']['severity']} where {_code(entry['escalates']['when'])}\n")
    if entry.get("params"):
        parts.append(f"- Parameters: {', '.join(f'`{name}` (default `{value}`)' for name, value in entry['params'].items())}\n")
    if entry.get("references"):
        parts.append(f"- See: {', '.join(entry['references'])}\n")
    return "".join(parts)


def _code(expression: str) -> str:
    """An expression in code marks; JMESPath's own backticks ask for double ones."""
    text = " ".join(expression.split())
    return f"`` {text} ``" if "`" in text else f"`{text}`"
