# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._pace import Pace, is_loopback


@pytest.mark.parametrize(
    ("rate", "address", "moments"),
    [
        (0, "192.0.2.1", [100, 100, 100, 100]),
        (10, "127.0.0.53", [100, 100, 100, 100]),
        (10, "::1", [100, 100, 100, 100]),
        (10, "192.0.2.1", [100, 100, 100.1, 100.2]),
        (1, "192.0.2.1", [100, 101, 102, 103]),
        (0.5, "192.0.2.1", [100, 102, 104, None]),
    ],
)
def test_moments(rate, address, moments):
    pace = Pace(rate)
    assert [pace.next(address, 100.0, 105.0) for _turn in moments] == [moment and pytest.approx(moment) for moment in moments]


def test_each_server_has_its_own():
    pace = Pace(1)
    assert [pace.next(address, 100.0, 105.0) for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [100, 100, 101]


def test_a_pause_fills_the_bucket_but_not_more():
    pace = Pace(10)
    first = [pace.next("192.0.2.1", 100.0, 200.0) for _turn in range(4)]
    later = [pace.next("192.0.2.1", 150.0, 200.0) for _turn in range(3)]
    assert (first[-1], later) == (pytest.approx(100.2), [150, 150, pytest.approx(150.1)])


@pytest.mark.parametrize(("address", "expected"), [("127.8.8.8", True), ("::1", True), ("192.0.2.1", False), ("fe80::1%lo", False), ("", False)])
def test_loopback(address, expected):
    assert is_loopback(address) is expected
