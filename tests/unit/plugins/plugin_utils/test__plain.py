# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import DEEPEST, bounded, one_line, plain


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Number(int):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Text("a"), "a"),
        (Number(3), 3),
        (True, True),
        (1.5, 1.5),
        (None, None),
        ((Text("a"), {"b"}), ["a", ["b"]]),
        ({Text("k"): {1: Text("v")}}, {"k": {"1": "v"}}),
        (date(2026, 1, 31), "2026-01-31"),
    ],
)
def test_plain(value: Any, expected: Any) -> None:
    found = plain(value)
    assert found == expected
    assert _types(found) == _types(expected)


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: (type(key), _types(item)) for key, item in value.items()}
    return [_types(item) for item in value] if isinstance(value, list) else type(value)


def test_plain_has_a_bottom() -> None:
    value: list[Any] = []
    for _level in range(5000):
        value = [value]
    found, depth = plain(value), 0
    while found:
        found, depth = found[0], depth + 1
    assert depth == DEEPEST


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (list(range(20)), list(range(20))),
        (list(range(23)), [*range(20), "… and 3 more"]),
        ("x" * 500, "x" * 500),
        ("x" * 507, "x" * 500 + "… (7 characters more)"),
        ({"a": [["x" * 501]]}, {"a": [["x" * 500 + "… (1 characters more)"]]}),
        ({str(number): 0 for number in range(22)}, {**{str(number): 0 for number in range(20)}, "…": "and 2 more"}),
        (None, None),
    ],
)
def test_bounded(value: Any, expected: Any) -> None:
    assert bounded(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\n b\t c ", "a b c"), ("\x1b[31mred", "\\x1b[31mred"), ("x" * 300, "x" * 199 + "…"), (7, "7")],
)
def test_one_line(text: Any, expected: str) -> None:
    assert one_line(text) == expected
