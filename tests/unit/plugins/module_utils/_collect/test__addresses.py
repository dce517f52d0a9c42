# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import address_text, bounded, is_loopback, short


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("fe80::1%", None),
        ("fe80::1%fifteen-letters", "fe80::1%fifteen-letters"),
        ("fe80::1%sixteen-letters-", None),
        ("192.0.2.1%eth0", None),
        ("192.0.2.1 ", None),
        ("one.example", None),
        ("", None),
    ],
)
def test_address_text(word, expected):
    assert address_text(word) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.53", True), ("::1", True), ("0.0.0.0", True), ("::", True), ("10.0.0.1", False), ("fe80::1%lo", False)],
)
def test_is_loopback(address, expected):
    assert is_loopback(address) is expected


def test_bounded():
    assert bounded("names", ["a", "b", "c"], 2) == {"names": ["a", "b"], "names_cut": 1}
    assert bounded("names", []) == {"names": [], "names_cut": 0}


@pytest.mark.parametrize(("value", "length"), [("x" * 256, 256), ("x" * 257, 257), ("x" * 100_000, 257)])
def test_short(value, length):
    assert len(short(value)) == length


def test_short_leaves_other_values():
    assert short({"a": 1}) == {"a": 1}
