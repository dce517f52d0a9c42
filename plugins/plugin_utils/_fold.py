# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Folds host names that count on into ranges: app1, app2, app3 -> app[1:3]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

_DIGITS = re.compile(r"([0-9]{1,15})")
_ADDRESS = re.compile(r"[0-9.]+$")
_FEWEST = 3


def natural(name: str) -> tuple[tuple[Any, ...], str]:
    """A sort key under which app9 comes before app10."""
    return tuple(int(part) if index % 2 else part for index, part in enumerate(_DIGITS.split(name))), name


def fold(names: Iterable[str]) -> list[tuple[str, int]]:
    """Names in natural order as (text, how many hosts), three or more that count on as one range: (``app[01:12].example.org``, 12)."""
    runs: dict[tuple[str, str, int], list[list[int]]] = {}
    for name in sorted(set(names), key=natural):
        head, number, tail = _split(name)
        if not number:
            runs[(name, "", 0)] = []
            continue
        # A width only binds where there are leading zeros: app9 and app10 are one run, app09 and app010 are not.
        width = len(number) if len(number) > 1 and number.startswith("0") or (head, tail, len(number)) in runs else 0
        found = runs.setdefault((head, tail, width), [])
        if found and found[-1][1] + 1 == int(number):
            found[-1][1] = int(number)
        else:
            found.append([int(number), int(number)])
    return [text for key, found in runs.items() for text in _written(key, found)]


def _split(name: str) -> tuple[str, str, str]:
    """Name -> (before, number that counts, after): the last number of the first label, or of the whole address."""
    label = name if _ADDRESS.match(name) else name.partition(".")[0]
    numbers = list(_DIGITS.finditer(label))
    if not numbers:
        return name, "", ""
    last = numbers[-1]
    return name[: last.start()], last[0], name[last.end() :]


def _written(key: tuple[str, str, int], found: list[list[int]]) -> Iterator[tuple[str, int]]:
    head, tail, width = key
    if not found:
        yield head, 1
    for first, last in found:
        count = last - first + 1
        if count >= _FEWEST:
            yield f"{head}[{first:0{width}}:{last:0{width}}]{tail}", count
        else:
            yield from ((f"{head}{number:0{width}}{tail}", 1) for number in range(first, last + 1))
