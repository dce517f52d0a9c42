# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._words import labelled, sentence, worded


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("text", "text"),
        ("", "none"),
        (None, "none"),
        (0, "0"),
        (True, "yes"),
        (False, "no"),
        ([], "none"),
        (["a", "b"], "a, b"),
        (["a", "b (x, y)"], "a; b (x, y)"),
        (list("abcdefgh"), "a, b, c, d, e, f and 2 more"),
        ([*"abcdefgh", "… and 58 more"], "a, b, c, d, e, f and 60 more"),
        (["a", "… and 58 more"], "a and 58 more"),
        ({"text": "throw 10.0.0.0/8", "table": 52}, "throw 10.0.0.0/8"),
        ([{"text": "r1"}, {"text": "r2"}], "r1, r2"),
        ({"name": "x", "address": "::1"}, "name x, address ::1"),
        ({}, "none"),
        ("x" * 500, "x" * 159 + "…"),
        ({"a\nb": "\x1b[2J"}, "a\\nb \\x1b[2J"),
    ],
)
def test_worded(value: Any, words: str) -> None:
    assert worded(value) == words


@pytest.mark.parametrize(
    ("evidence", "lines"),
    [
        ({}, []),
        ({"at_risk": ["a"], "count": 0}, ["at risk: a", "count: 0"]),
        ({"gone": None, "empty": [], "blank": "", "off": False}, ["off: no"]),
        ({"a\u202eb": "x\ny"}, ["a\\u202eb: x\\ny"]),
    ],
)
def test_labelled(evidence: dict[str, Any], lines: list[str]) -> None:
    assert labelled(evidence) == lines


def test_sentence_joins_lines_and_keeps_escapes_out() -> None:
    assert sentence("One\n  two.\x1b[0m\n") == "One two.\\x1b[0m"
