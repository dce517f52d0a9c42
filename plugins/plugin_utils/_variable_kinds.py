# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Whether a value is of the kind that a role's spec asks for, in words for the operator. Pure.

Texts are taken where they can be read as the kind, since surveys and `-e name=value` give nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_bool, check_type_dict, check_type_float, check_type_int, check_type_list

_LONGEST = 2048
_MOST_ENTRIES = 1000
_NUMBERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "int": (check_type_int, "is no whole number; write one, without a unit"),
    "float": (check_type_float, "is no number; write one, without a unit"),
    "bool": (check_type_bool, "is neither yes nor no; write true or false"),
}


def mistake(value: Any, spec: Mapping[str, Any]) -> str:
    """What is wrong with a plain value and what to write instead, or ""."""
    kind = spec.get("type", "str")
    if kind == "raw":
        return ""
    if value is None:
        return "is null; leave it out, or write a value"
    if kind in _NUMBERS:
        return _number(value, kind)
    if kind == "list":
        return _list(value, spec)
    return _dict(value) if kind == "dict" else _text(value, spec.get("choices"))


def _number(value: Any, kind: str) -> str:
    read, wrong = _NUMBERS[kind]
    if kind == "bool" or not isinstance(value, bool):
        try:
            read(value)
            return ""
        except (TypeError, ValueError):
            pass
    return f"{shown(value)} {wrong}"


def _list(value: Any, spec: Mapping[str, Any]) -> str:
    if isinstance(value, str) and not value:
        return ""
    try:
        entries = check_type_list(value)
    except TypeError:
        return f"{shown(value)} is no list; write each entry on a line of its own behind a dash, or all in []"
    if len(entries) > _MOST_ENTRIES:
        return f"has {len(entries)} entries; write at most {_MOST_ENTRIES}"
    inner = {"type": spec.get("elements", "str"), "choices": spec.get("choices")}
    return next((f"entry {number}: {wrong}" for number, entry in enumerate(entries, 1) for wrong in [mistake(entry, inner)] if wrong), "")


def _dict(value: Any) -> str:
    try:
        check_type_dict(value)
    except TypeError:
        return f"{shown(value)} is no mapping; write `key: value` lines, or all in {{}}"
    return ""


def _text(value: Any, choices: Any) -> str:
    if not isinstance(value, (str, int, float)):
        return f"{shown(value)} is no text; write one word or line, in quotes"
    text = str(value)
    if len(text) > _LONGEST:
        return f"is {len(text)} characters long; write at most {_LONGEST}"
    if not text.isprintable():
        return f"{shown(value)} holds a line break or another character that can't be shown; write it on one line, without | or >"
    if choices and text not in choices:
        return f"{shown(value)} is not known; write {' or '.join(choices)}"
    return ""


def shown(value: Any) -> str:
    """A value as the operator may see it: escaped and short."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
