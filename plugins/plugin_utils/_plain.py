# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Plain data: builtin types only, of bounded depth, and small enough to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import cut

DEEPEST = 24
LONGEST_LIST = 20
LONGEST_TEXT = 500
LONGEST_LINE = 200


def plain(value: Any, depth: int = 0) -> Any:
    """A copy in builtin types: core's tagged, unsafe and lazy types are none of `str`, `list` and `dict` to JMESPath.

    What is nested deeper than any fact becomes null, so that a host can't exhaust the stack.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if depth >= DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, depth + 1) for item in value]
    return str.__str__(str(value))


def _key(key: Any) -> str:
    return str.__str__(key) if isinstance(key, str) else str(key)


def bounded(value: Any) -> Any:
    """The value with long lists, mappings and texts cut, and what was cut counted."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}… ({len(value) - LONGEST_TEXT} characters more)"
    if isinstance(value, list):
        rest = len(value) - LONGEST_LIST
        return [bounded(item) for item in value[:LONGEST_LIST]] + ([f"… and {rest} more"] if rest > 0 else [])
    if isinstance(value, dict):
        shown = {key: bounded(item) for key, item in list(value.items())[:LONGEST_LIST]}
        rest = len(value) - len(shown)
        return {**shown, "…": f"and {rest} more"} if rest > 0 else shown
    return value


def one_line(text: Any) -> str:
    """A text on one line, of at most 200 characters, with control characters as escapes."""
    return cut(" ".join(str(text).split()), LONGEST_LINE)
