# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Waivers: a failing finding that somebody accepts, for some rules on some hosts, with a reason and until a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import Problems, instead

_FIELDS = ("rule", "host", "reason", "expires")


@dataclass(frozen=True)
class Waiver:
    """rule and host are fnmatch patterns; the waiver holds through the day `expires`."""

    rule: str
    host: str
    reason: str
    expires: date

    def as_data(self) -> dict[str, str]:
        return {**asdict(self), "expires": self.expires.isoformat()}


def read_waivers(given: Iterable[Any], rule_ids: Iterable[str]) -> list[Waiver]:
    """Check waivers as the operator wrote them. Raises Problems with all mistakes."""
    known = list(rule_ids)
    waivers: list[Waiver] = []
    problems: list[str] = []
    for number, entry in enumerate(given, 1):
        wrong = list(_mistakes(entry, known))
        if wrong:
            problems += [f"waiver {number}{_named(entry)}: {text}" for text in wrong]
        else:
            waivers.append(Waiver(entry["rule"], entry["host"], entry["reason"].strip(), date.fromisoformat(str(entry["expires"]))))
    if problems:
        raise Problems(problems)
    return waivers


def find(waivers: Iterable[Waiver], rule: str, host: str) -> Waiver | None:
    """Of the waivers for this rule on this host the one that holds longest."""
    matching = [waiver for waiver in waivers if fnmatchcase(rule, waiver.rule) and fnmatchcase(host, waiver.host)]
    return max(matching, key=lambda waiver: waiver.expires, default=None)


def _named(entry: Any) -> str:
    return f" ({entry['rule']})" if isinstance(entry, dict) and isinstance(entry.get("rule"), str) else ""


def _mistakes(entry: Any, rule_ids: list[str]) -> Iterable[str]:
    if not isinstance(entry, dict):
        yield "must be a mapping with rule, host, reason and expires"
        return
    for name in entry:
        if name not in _FIELDS:
            yield f"unknown field '{name}'; {instead(name, _FIELDS)}"
    for name in _FIELDS[:3]:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            yield f"needs a {name}: {_EXPLAINED[name]}"
    if not _is_date(entry.get("expires")):
        yield "needs a day on which it expires, as YYYY-MM-DD"
    pattern = entry.get("rule")
    if isinstance(pattern, str) and pattern.strip() and not any(fnmatchcase(rule, pattern) for rule in rule_ids):
        yield f"no rule is called '{pattern}'; {instead(pattern, rule_ids)}"


_EXPLAINED = {
    "rule": "the id of a rule, or a pattern such as 'routes/*'",
    "host": "a host's name in the inventory, or a pattern such as 'web*'",
    "reason": "a sentence that says why the finding is accepted",
}


def _is_date(value: Any) -> bool:
    """Whether it is a day in ISO format; YAML turns an unquoted one into a date already."""
    if isinstance(value, date):
        return True
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
