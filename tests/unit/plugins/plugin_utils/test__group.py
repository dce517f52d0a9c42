# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._group import blocks
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import (
    ENFORCED,
    FLEET,
    WAIVER,
    became,
    finding,
    missed,
    reached,
    report,
    rollout,
)

SAME = {"x": ["same"]}


def grouped(assessed: dict[str, Any], most: int = 9) -> list[tuple[list[str], bool]]:
    return [(block.hosts, block.alike) for block in blocks(report(assessed)["hosts"], most)]


@pytest.mark.parametrize(
    ("assessed", "expected"),
    [
        ({"a": reached(finding("pass")), "b": missed("error", "x"), "c": None}, []),
        ({"b10": reached(finding("fail")), "b9": reached(finding("fail"))}, [(["b9", "b10"], True)]),
        ({"a": reached(finding("fail")), "b": reached(finding("fail"), finding("pass", rule="a/b"))}, [(["a", "b"], True)]),
        ({"a": reached(finding("fail")), "b": reached(finding("fail", evidence={"x": 1}))}, [(["a"], True), (["b"], True)]),
        ({"a": reached(finding("fail")), "b": reached(finding("fail", "critical"))}, [(["b"], True), (["a"], True)]),
        ({"a": reached(finding("fail")), "b": reached(finding("fail", waiver=WAIVER))}, [(["a"], True), (["b"], True)]),
        ({"a": reached(finding("fail")), "b": reached(finding("fail"), os="Debian 12")}, [(["a"], True), (["b"], True)]),
        ({"a": reached(finding("unknown")), "b": reached(finding("unknown", reason="other"))}, [(["a"], True), (["b"], True)]),
        ({"a": reached(), "b": reached()}, [(["a", "b"], True)]),
    ],
)
def test_hosts_that_say_the_same(assessed: dict[str, Any], expected: list[tuple[list[str], bool]]) -> None:
    assert grouped(assessed) == expected


def test_worst_first() -> None:
    hosts = {
        "warned": reached(finding("fail", "medium")),
        "unknown": reached(finding("unknown")),
        "one": reached(finding("fail")),
        "two": reached(finding("fail"), finding("fail", "low", "a/b")),
        "critical": reached(finding("fail", "critical", "a/c")),
        "zmany1": reached(finding("fail", rule="a/d")),
        "zmany2": reached(finding("fail", rule="a/d")),
    }
    assert [names[0] for names, _alike in grouped(hosts)] == ["critical", "two", "zmany1", "one", "unknown", "warned"]


def test_too_many_blocks_are_grouped_by_rule() -> None:
    differ = {f"a{number}": reached(finding("fail", evidence={"x": number})) for number in range(5)}
    same = {f"b{number}": reached(finding("fail", rule="a/b", evidence=SAME)) for number in range(3)}
    assert grouped(differ | same, most=5) == [([f"a{number}" for number in range(5)], False), (["b0", "b1", "b2"], True)]


def test_a_fleet() -> None:
    assert [names for names, _alike in grouped(FLEET)] == [["exit1"], ["web2"], ["old1"]]


GOOD, BAD = reached(finding("pass")), reached(finding("fail"))


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ((GOOD, became("confirmed", [], ["x"])), (GOOD, became("confirmed", [], ["x"])), True),
        ((GOOD, became("confirmed", checkpoint="20261121T025800Z-3fa9c1")), (GOOD, became("confirmed")), True),
        ((GOOD, became("confirmed")), (GOOD, became("rolled_back")), False),
        ((GOOD, became("confirmed", [], ["x"])), (GOOD, became("confirmed", [], ["y"])), False),
        ((GOOD, became("refused", ["x"])), (GOOD, became("refused", ["y"])), False),
        ((GOOD, became("confirmed", before=BAD)), (GOOD, became("confirmed", before=GOOD)), False),
        ((BAD, became("worse", before=BAD)), (BAD, became("worse", before=GOOD)), False),
        ((GOOD, became("worse", checkpoint="20261121T025800Z-3fa9c1")), (GOOD, became("worse", checkpoint="20261121T025800Z-3fa9c2")), False),
        ((None, became("lost", until="2026-11-21T03:11:20Z")), (None, became("lost", until="2026-11-21T03:11:40Z")), True),
        ((None, became("lost", until="2026-11-21T03:11:20Z")), (None, became("lost", until="2026-11-21T03:12:40Z")), False),
        ((missed("error", "x"), became("confirmed")), (missed("error", "y"), became("confirmed")), False),
    ],
)
def test_hosts_of_a_rollout_that_say_the_same(first: Any, second: Any, together: bool) -> None:
    found = sorted(block.hosts for block in blocks(rollout({"a": first, "b": second})["hosts"], 9))
    assert found == ([["a", "b"]] if together else [["a"], ["b"]])


def test_too_many_outcomes_are_grouped_by_their_kind() -> None:
    hosts = {f"a{number}": (GOOD, became("confirmed", [], [f"{number}"])) for number in range(5)} | {"b": (GOOD, became("refused", ["x"]))}
    found = [(block.hosts, block.alike) for block in blocks(rollout(hosts)["hosts"], 5)]
    assert found == [(["b"], True), ([f"a{number}" for number in range(5)], False)]


def test_the_worst_outcome_first() -> None:
    found = [block.hosts[0] for block in blocks(rollout(ENFORCED)["hosts"], 40)]
    assert found == ["edge1", "edge2", "dns1", "bgp1", "mail1", "web1", "old1"]


@pytest.mark.parametrize(
    ("host", "speaks"),
    [
        ((GOOD, became("unchanged")), False),
        ((BAD, became("unchanged")), True),
        ((None, became("unchanged")), True),
        ((GOOD, None), False),
        ((BAD, None), True),
        ((missed("unreachable", "x"), None), False),
        ((GOOD, became("confirmed")), True),
    ],
)
def test_who_has_a_block(host: Any, speaks: bool) -> None:
    assert bool(blocks(rollout({"a": host})["hosts"], 9)) is speaks
