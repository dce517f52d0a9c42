# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Matching a name against a pattern that somebody on the host wrote, in a time that is bounded."""

from __future__ import annotations

import re
from typing import Optional

_LONGEST = 200
_MOST_REPEATS = 4


def matches(pattern: str, name: str, *, from_start: bool = False) -> Optional[bool]:
    """Whether it matches; None where it is no pattern of Python's, or one that could take for ever."""
    bare = re.sub(r"\\.|\[[^\]]*\]", "x", pattern)
    # What repeats within what repeats, or alternatives that repeat, cost exponential time.
    if len(pattern) > _LONGEST or len(re.findall(r"[*+?{]", bare)) > _MOST_REPEATS or re.search(r"\)[*+{]", bare):
        return None
    try:
        return (re.match if from_start else re.search)(pattern, name) is not None
    except (re.error, RecursionError, OverflowError):
        return None
