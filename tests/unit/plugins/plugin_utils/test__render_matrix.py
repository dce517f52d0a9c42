# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._matrix import condense
from ansible_collections.holdfast.baseline.plugins.plugin_utils._render_matrix import lines
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.probes import ABSENT, LAYERS, STUB, cell, probe

WIDE = """\
                                   www.bad.test A  absent.bad.test A
    C library                      ok 3ms          ! timeout
    stub 127.0.0.53 udp            ok 3ms          ! timeout
    upstream 192.0.2.1 udp (eth0)  ok 3ms          NXDOMAIN 3ms
  > upstream 192.0.2.1 tls (eth0)  ok 3ms          ! timeout
  ! not as expected; > where it breaks"""
NARROW = """\
                                   1       2
    C library                      ok 3ms  ! timeout
    stub 127.0.0.53 udp            ok 3ms  ! timeout
    upstream 192.0.2.1 udp (eth0)  ok 3ms  NXDOMAIN 3ms
  > upstream 192.0.2.1 tls (eth0)  ok 3ms  ! timeout
  1 www.bad.test A; 2 absent.bad.test A; ! not as expected;
  > where it breaks"""
PARTS = """\
                                   1
    C library                      ok 3ms
    stub 127.0.0.53 udp            ok 3ms
    upstream 192.0.2.1 udp (eth0)  ok 3ms
  > upstream 192.0.2.1 tls (eth0)  ok 3ms
                                   2
    C library                      ! timeout
    stub 127.0.0.53 udp            ! timeout
    upstream 192.0.2.1 udp (eth0)  NXDOMAIN 3ms
  > upstream 192.0.2.1 tls (eth0)  ! timeout
  1 www.bad.test A; 2 absent.bad.test A;
  ! not as expected; > where it breaks"""


def matrix(**changed: Any) -> dict[str, Any]:
    found = condense(probe(**changed))
    assert found is not None
    return found


@pytest.mark.parametrize(("width", "text"), [(80, WIDE), (68, WIDE), (67, NARROW), (60, NARROW), (50, PARTS)])
def test_the_widths_of_a_terminal(width: int, text: str) -> None:
    assert "\n".join(lines(matrix(), width)) == text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"state": "unknown"}, "? unknown"),
        ({"state": "skipped", "error": "miss"}, "miss not in the cache"),
        ({"state": "bad", "kind": "tls"}, "! not as expected"),
    ],
)
def test_only_the_marks_that_stand_there_are_told(changed: dict[str, Any], says: str) -> None:
    shown = lines(matrix(layers=[STUB], questions=[ABSENT], cells=[cell(STUB, ABSENT, **changed)], verdicts=[]))
    assert shown[-1].strip() == says


def test_what_is_good_needs_no_legend() -> None:
    shown = lines(matrix(layers=[STUB], questions=[ABSENT], cells=[cell(STUB, ABSENT)], verdicts=[]))
    assert [line.split() for line in shown] == [["absent.bad.test", "A"], ["stub", "127.0.0.53", "udp", "ok", "3ms"]]


def test_what_was_not_probed_says_why() -> None:
    assert lines({"status": "unknown", "why": "no dnspython"}) == ["  not probed: no dnspython"]


def test_what_was_cut_is_counted() -> None:
    shown = " ".join(lines({**matrix(), "layers_cut": 3, "questions_cut": 7}))
    assert "3 layers more in the facts; 7 questions more in the facts" in shown


def test_what_a_host_wrote_can_not_break_the_table() -> None:
    hostile = "\x1b[2J\nstub \u202e" + "x" * 200
    found = {**matrix(), "questions": [hostile, hostile]}
    found["layers"] = [{"name": hostile, "broken": True, "cells": [hostile, hostile]}]
    text = "\n".join(lines(found, 80))
    assert all(char.isprintable() or char == "\n" for char in text)
    assert text.count("\n") < 12


def test_every_row_is_there_once_in_order() -> None:
    rows = [line.lstrip(" >").split("  ")[0] for line in lines(matrix(), 80)[1:-1]]
    assert rows == list(LAYERS)
