# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What is wrong with what people wrote, all of it at once, each in one line that says what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Problems(Exception):
    """One or more mistakes in rule files or settings."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def instead(name: object, known: Iterable[str]) -> str:
    """The name that was probably meant, or else all that there are."""
    names = list(known)
    match = nearest(name, names)
    return f"did you mean '{match}'?" if match else f"there are: {', '.join(sorted(names))}"


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The known name that is most like it, or None where none is."""
    return next(iter(difflib.get_close_matches(str(name), list(known), 1)), None)
