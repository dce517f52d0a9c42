# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import cut, encodable, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, ümlaut, 日本", "plain text, ümlaut, 日本"),
        ("{{ 7*7 }} </testcase>", "{{ 7*7 }} </testcase>"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("nul\x00del\x7f", "nul\\x00del\\x7f"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066isolate\u2069", "\\u2066isolate\\u2069"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028para\u2029", "line\\u2028para\\u2029"),
        ("lone\udc80", "lone\\udc80"),
        ("no\ufffecharacter\uffff", "no\\ufffecharacter\\uffff"),
        ("tag\U000e0041", "tag\\U000e0041"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("\x1b\x1b\x1b", 6, "\\x1b\\…"),
        ("", 3, ""),
    ],
)
def test_cut(text: str, limit: int, shown: str) -> None:
    assert cut(text, limit) == shown


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("a · b …", "utf-8", "a · b …"),
        ("a · b …", "ascii", "a - b ..."),
        ("\u201cx\u201d – y", "ascii", '"x" - y'),
        ("日", "ascii", "\\u65e5"),
        ("ü · 日", "latin-1", "ü - \\u65e5"),
    ],
)
def test_encodable(text: str, encoding: str, shown: str) -> None:
    assert encodable(text, encoding) == shown
