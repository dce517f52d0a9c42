# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""How evidence is worded: one line a label, whatever the rule put into it. Every line returned is clean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import cut, visible

# What `bounded` leaves in the place of what it cut from a list.
_REST = re.compile(r"… and (\d{1,9}) more")
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_MOST_ENTRIES = 6
_LONGEST_ENTRY = 160


def labelled(evidence: Mapping[str, Any]) -> list[str]:
    """Evidence -> its lines, ``label: value``; labels without a value, or with an empty one, are left out."""
    return [f"{visible(label).replace('_', ' ')}: {worded(value)}" for label, value in evidence.items() if value not in _NOTHING]


def worded(value: Any) -> str:
    """A value as words: at most six entries of a list, the rest counted; a mapping by its `text`, if it has one."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return _list([worded(entry) for entry in value])
    if isinstance(value, Mapping):
        if isinstance(value.get("text"), str):
            return cut(value["text"], _LONGEST_ENTRY)
        return ", ".join(f"{visible(str(name))} {worded(entry)}" for name, entry in value.items()) or "none"
    return "none" if value in (None, "") else cut(str(value), _LONGEST_ENTRY)


def sentence(text: str) -> str:
    """A rule's text on one line: its line breaks are those of its YAML file and mean nothing."""
    return visible(" ".join(text.split()))


def _list(entries: list[str]) -> str:
    already_cut = _REST.fullmatch(entries[-1]) if entries else None
    if already_cut:
        entries = entries[:-1]
    shown = entries[:_MOST_ENTRIES]
    rest = len(entries) - len(shown) + (int(already_cut[1]) if already_cut else 0)
    mark = "; " if any(", " in entry for entry in shown) else ", "
    return (mark.join(shown) + (f" and {rest} more" if rest else "")) or "none"
