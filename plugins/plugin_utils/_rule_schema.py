# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The fields of a rule and what each may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import instead, nearest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._severity import SEVERITIES, rank

Found = Iterator[tuple[str, str]]

REQUIRED = ("title", "severity", "fails", "why", "remedy")


def check_fields(rule: dict[Any, Any]) -> list[tuple[str, str]]:
    """What is wrong with the fields of a rule: pairs of the key that it is about ('' for the whole) and the text."""
    problems: list[tuple[str, str]] = []
    for name, value in rule.items():
        if name in _FIELDS:
            problems += _FIELDS[name](name, value)
        else:
            problems.append((str(name), f"unknown field '{name}'; {instead(name, _FIELDS)}"))
    problems += [("", f"the field '{name}' is missing") for name in _missing(REQUIRED, rule, _FIELDS)]
    if not problems and "escalates" in rule and rank(rule["escalates"]["severity"]) <= rank(rule["severity"]):
        problems.append(("escalates.severity", f"escalates.severity must be graver than severity ({rule['severity']})"))
    return problems


def _missing(required: Iterable[str], given: Iterable[Any], known: Iterable[Any]) -> list[str]:
    """The required fields that aren't there, without those that are only misspelt."""
    misspelt = {nearest(name, known) for name in given if name not in known}
    return [name for name in required if name not in given and name not in misspelt]


def check_severity(name: str, value: Any) -> Found:
    if value not in SEVERITIES:
        yield name, f"{name} is '{value}'; write one of: {', '.join(SEVERITIES)}"


def _text(name: str, value: Any) -> Found:
    if not isinstance(value, str):
        yield name, f"{name} must be text; put it into quotes"
    elif not value.strip():
        yield name, f"{name} is empty"


def _line(name: str, value: Any) -> Found:
    yield from _text(name, value)
    if isinstance(value, str) and "\n" in value.strip():
        yield name, f"{name} must be one line"


def _texts(name: str, value: Any) -> Found:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        yield name, f"{name} must be a list of text, for example [{'routes.networkd' if name == 'needs' else 'incident 004'}]"


def _params(name: str, value: Any) -> Found:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        yield name, f"{name} must map each parameter to its default, for example {{watch_names: []}}"


def _parts(required: tuple[str, ...], parts: dict[str, Callable[[str, Any], Found]]) -> Callable[[str, Any], Found]:
    """A field that is a mapping of its own."""

    def check(name: str, value: Any) -> Found:
        if not isinstance(value, dict):
            yield name, f"{name} must be a mapping with {', '.join(parts)}"
            return
        for part, content in value.items():
            if part in parts:
                yield from parts[part](f"{name}.{part}", content)
            else:
                yield f"{name}.{part}", f"unknown field '{name}.{part}'; {instead(part, parts)}"
        for part in _missing(required, value, parts):
            yield name, f"the field '{name}.{part}' is missing"

    return check


_FIELDS: dict[Any, Callable[[str, Any], Found]] = {
    "title": _line,
    "severity": check_severity,
    "escalates": _parts(("severity", "when"), {"severity": check_severity, "when": _text}),
    "needs": _texts,
    "applies": _text,
    "fails": _text,
    "evidence": _text,
    "why": _text,
    "remedy": _parts(("text",), {"role": _line, "tags": _line, "text": _text}),
    "references": _texts,
    "params": _params,
}
