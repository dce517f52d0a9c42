# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Makes text that a host wrote safe to print."""

from __future__ import annotations

import re

# Controls (C0, DEL, C1), the invisible and direction-changing characters of Unicode, line separators, tags,
# lone surrogates and the two non-characters: all that moves a cursor, hides or reorders text, or is illegal in XML 1.0.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_PLAIN_FORMS = str.maketrans({"·": "-", "…": "...", "–": "-", "—": "-", "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"'})


def visible(text: str) -> str:
    """``text`` on one line, with every character that could fool a reader, a terminal or an XML parser as an escape (``\\x1b``)."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def cut(text: str, limit: int) -> str:
    """``visible(text)``, at most ``limit`` characters, with a final ``…`` where it was cut."""
    shown = visible(text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def encodable(text: str, encoding: str) -> str:
    """``text`` with what ``encoding`` can't write in a plainer form, or as an escape."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN_FORMS).encode(encoding, "backslashreplace").decode(encoding)
    return text
