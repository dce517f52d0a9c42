# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _told_again
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told import KINDS, Told

SERVERS = Told("host0", KINDS[0], {"DNS": ["10.77.0.44"]}, {"DNS": ["10.77.0.44"]}, {"DNS": []})
CORP = {"DOMAINS": [], "ROUTE_DOMAINS": ["corp.lab"]}
DOMAINS = Told("host0", KINDS[1], CORP, CORP, {"DOMAINS": [], "ROUTE_DOMAINS": []})


class Networkd:
    """It refuses a kind as often as told, and does not keep those of `drops`."""

    def __init__(self, has: tuple = (), refuses: dict | None = None, drops: tuple = ()) -> None:
        self.has, self.refuses, self.drops, self.calls = set(has), dict(refuses or {}), drops, 0

    def holds(self, one: Told) -> bool:
        return one.kind.what in self.has

    def tell(self, one: Told) -> str:
        self.calls += 1
        self.refuses[one.kind.what] = self.refuses.get(one.kind.what, 0) - 1
        if self.refuses[one.kind.what] >= 0:
            return "not managed"
        self.has |= {one.kind.what} - set(self.drops)
        return ""


@pytest.mark.parametrize(
    ("networkd", "told", "missing", "calls"),
    [
        (Networkd(("servers", "domains")), [], [], 0),
        (Networkd(("domains",)), ["host0 servers 10.77.0.44"], [], 1),
        (Networkd(refuses={"domains": 3}), ["host0 servers 10.77.0.44", "host0 domains ~corp.lab"], [], 5),
        (Networkd(("domains",), {"servers": 99}), [], ["host0 servers 10.77.0.44: not managed"], 20),
        (Networkd(("domains",), drops=("servers",)), ["host0 servers 10.77.0.44"],
         ["host0 servers 10.77.0.44: networkd took it and does not have it"], 1),
    ],
)  # fmt: skip
def test_settle(networkd: Networkd, told: list, missing: list, calls: int) -> None:
    outcome = _told_again.settle([SERVERS, DOMAINS], networkd.holds, networkd.tell, lambda _seconds: None)
    assert (outcome.told, outcome.missing, networkd.calls) == (told, missing, calls)


def test_networkd_that_can_not_be_reached_is_a_reason_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_host: object, _argv: list) -> str:
        raise NotSeen("busctl is not installed")

    monkeypatch.setattr(_told_again.Host, "run", run)
    assert _told_again.unreachable([SERVERS, DOMAINS]) == ["host0: what resolvectl told them could not be told again: busctl is not installed"]
    assert _told_again.unreachable([]) == []


def test_names_are_no_options_of_busctl(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list = []
    monkeypatch.setattr(_told_again.Host, "run", lambda _host, argv: seen.append(argv) or "")
    monkeypatch.setattr(_told_again, "_index", lambda _link: "2")
    assert _told_again._tell(DOMAINS._replace(own={"DOMAINS": [], "ROUTE_DOMAINS": ["--help"]})) == ""
    assert seen[0][2:4] == ["--", "call"] and seen[0][-5:] == ["ia(sb)", "2", "1", "--help", "true"]
