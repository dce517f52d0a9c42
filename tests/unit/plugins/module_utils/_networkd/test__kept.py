# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _kept

RULE, THROW, LINK = ("-4", "rule"), ("-4", "throw"), ("-6", "link")


class Kernel:
    """A kernel that loses entries at given looks; `refused` are those that can't be added again."""

    def __init__(self, losses: dict, refused: tuple = ()) -> None:
        self.there, self.losses, self.refused = {RULE, THROW, LINK}, losses, refused
        self.looks, self.puts = 0, []

    def look(self) -> set:
        self.there -= set(self.losses.get(self.looks, ()))
        self.looks += 1
        return set(self.there)

    def put(self, words: tuple) -> str:
        self.puts.append(words)
        if words in self.refused:
            return "no such device"
        self.there.add(words)
        return ""


@pytest.mark.parametrize(
    ("losses", "refused", "lost", "missing"),
    [
        ({}, (), [], {}),
        ({0: [RULE, THROW]}, (), [THROW, RULE], {}),
        # networkd configures another link later, and deletes once more.
        ({0: [RULE], 3: [THROW], 5: [RULE]}, (), [RULE, THROW], {}),
        ({0: [LINK]}, (LINK,), [LINK], {LINK: "no such device"}),
        # Lost for good after it was put back once.
        ({2: [LINK]}, (LINK,), [LINK], {LINK: "no such device"}),
    ],
)
def test_settle(losses: dict, refused: tuple, lost: list, missing: dict) -> None:
    kernel = Kernel(losses, refused)
    outcome = _kept.settle([THROW, RULE, LINK], kernel.look, kernel.put, lambda _seconds: None)
    assert (outcome.lost, outcome.missing) == (lost, missing)
    assert kernel.there == {RULE, THROW, LINK} - set(missing)


def test_settle_ends_soon_where_nothing_is_lost_and_at_last_where_all_is() -> None:
    quiet, lossy = Kernel({}), Kernel(dict.fromkeys(range(1000), [RULE]))
    for kernel in (quiet, lossy):
        _kept.settle([RULE], kernel.look, kernel.put, lambda _seconds: None)
    assert (quiet.looks, lossy.looks) == (4, 30)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (None, ""),
        (NotSeen("ip exited with 2: RTNETLINK answers: File exists"), ""),
        (NotSeen("ip exited with 2: Error: ipv4: Address already assigned."), ""),
        (NotSeen("ip exited with 1: Cannot find device"), "ip exited with 1: Cannot find device"),
        (Absent("ip is not installed"), "ip is not installed"),
    ],
)
def test_put_back(monkeypatch: pytest.MonkeyPatch, error: NotSeen | None, why: str) -> None:
    asked = []

    def run(_host, argv):
        asked.append(argv)
        if error:
            raise error
        return ""

    monkeypatch.setattr(_kept.Host, "run", run)
    assert _kept.put_back(("-4", "rule", "add")) == why
    assert asked == [["ip", "-4", "rule", "add"]]


WITH_SOURCE = ("-6", "route", "add", "unicast", "fd99::/64", "table", "254", "proto", "12", "src", "fd88::5", "dev", "host0")


@pytest.mark.parametrize(("words", "times"), [(WITH_SOURCE, 3), (("-4", *WITH_SOURCE[1:]), 1)])
def test_an_ipv6_route_without_its_source_address_gives_way(monkeypatch: pytest.MonkeyPatch, words: tuple, times: int) -> None:
    asked = []

    def run(_host, argv):
        asked.append(argv[1:])
        if len(asked) == 1:
            raise NotSeen("ip exited with 2: RTNETLINK answers: File exists")

    monkeypatch.setattr(_kept.Host, "run", run)
    assert _kept.put_back(words) == ""
    gone = "-6 route del unicast fd99::/64 table 254 proto 12 dev host0".split()
    assert asked == [list(words), gone, list(words)][:times]


def test_an_address_is_there_however_it_is_broadcast() -> None:
    address = ("-4", "address", "add", "10.77.0.10/24", "dev", "host0", "broadcast", "10.77.0.255")
    looked = _kept.settle([address], lambda: {_kept._ip_words.identity(address[:6])}, lambda _words: "no", lambda _seconds: None)
    assert looked == _kept.Outcome([], {})
