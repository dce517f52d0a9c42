# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The matrix of a probe as lines for a terminal: a row for each layer, a column for each question, nothing that needs colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import visible
from ansible_collections.holdfast.baseline.plugins.plugin_utils._matrix import BAD, NOT_ASKED, UNKNOWN

BROKEN = ">"
_GAP = "  "
_WIDEST_NAME = 44
_TIED = "\u00a0"  # a space at which no line is broken
_LEGEND = {BAD: "not as expected", UNKNOWN: "unknown", NOT_ASKED: "not asked", "miss": "not in the cache", BROKEN: "where it breaks"}

Column = tuple[str, list[str]]


def lines(matrix: Mapping[str, Any], width: int = 80, indent: str = "  ") -> list[str]:
    """The lines of a condensed matrix, of at most ``width`` characters; in several parts, the questions numbered, where it is wider."""
    if matrix["status"] != "ok":
        return _wrapped(f"not probed: {matrix['why']}", width, indent)
    labels = [f"{BROKEN if layer['broken'] else ' '} {_short(visible(layer['name']))}" for layer in matrix["layers"]]
    names = [visible(key) for key in matrix["questions"]]
    cells = [[visible(layer["cells"][place]) for layer in matrix["layers"]] for place in range(len(names))]
    room = width - len(indent) - max(map(len, labels), default=0)
    columns = list(zip(names, cells, strict=True))
    numbered = sum(map(_width, columns)) > room
    shown = [(str(number), column) for number, (_name, column) in enumerate(columns, 1)] if numbered else columns
    parts = [line for part in _parts(shown, room) for line in _part(labels, part, indent)]
    legend = [f"{number} {name}" for number, name in enumerate(names, 1)] if numbered else []
    notes = [*legend, *_cut(matrix), *_marks(matrix)]
    return [*parts, *(_wrapped("; ".join(note.replace(" ", _TIED) for note in notes), width, indent) if notes else [])]


def _width(column: Column) -> int:
    name, cells = column
    return len(_GAP) + max(map(len, [name, *cells]))


def _parts(columns: list[Column], room: int) -> Iterator[list[Column]]:
    """The columns in runs that fit; one that is too wide for all stands alone."""
    part: list[Column] = []
    for column in columns:
        if part and sum(map(_width, [*part, column])) > room:
            yield part
            part = []
        part.append(column)
    if part:
        yield part


def _part(labels: list[str], columns: list[Column], indent: str) -> Iterator[str]:
    first = max(map(len, labels), default=0)
    rows = [("", [name for name, _cells in columns]), *((label, [cells[row] for _name, cells in columns]) for row, label in enumerate(labels))]
    for label, words in rows:
        said = "".join(f"{_GAP}{text:<{_width(column) - len(_GAP)}}" for text, column in zip(words, columns, strict=True))
        yield f"{indent}{label:<{first}}{said}".rstrip()


def _cut(matrix: Mapping[str, Any]) -> list[str]:
    return [f"{matrix[f'{what}_cut']} {what} more in the facts" for what in ("layers", "questions") if matrix[f"{what}_cut"]]


def _marks(matrix: Mapping[str, Any]) -> list[str]:
    """What the marks mean that stand there."""
    cells = [cell for layer in matrix["layers"] for cell in layer["cells"]]
    there = {cell.split(" ")[0] for cell in cells} | ({BROKEN} if any(layer["broken"] for layer in matrix["layers"]) else set())
    return [f"{mark} {meaning}" for mark, meaning in _LEGEND.items() if mark in there]


def _short(name: str) -> str:
    return name if len(name) <= _WIDEST_NAME else f"{name[: _WIDEST_NAME - 1]}…"


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    wrapped = textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_TIED, " ") for line in wrapped]
