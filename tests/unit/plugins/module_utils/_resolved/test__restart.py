# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._state import State
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved import _links, _restart
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved._links import Link, Loss

BEFORE = State("loaded", "active", invocation="old")
NEW = BEFORE._replace(invocation="new")
LINK = Link(4, "corp0", (("10.99.0.53", 0, ""),), (("corp.lab", True),), False, ())
THERE = {
    "index": 4,
    "name": "corp0",
    "servers": [{"address": "10.99.0.53", "port": 0, "name": ""}],
    "domains": [{"name": "corp.lab", "route_only": True}],
    "default_route": False,
    "dns_over_tls": "no",
    "dnssec": "no",
}


def running(*links: dict[str, Any]) -> dict[str, Any]:
    return {"links": list(links), "links_cut": 0, "dns_over_tls": "no", "dnssec": "no"}


class Daemon:
    """It has the link's own from look `comes` on, or after they were put unless it refuses."""

    def __init__(self, comes: int, refuses: str) -> None:
        self.comes, self.refuses = comes, refuses
        self.looks, self.puts = 0, []

    def look(self) -> dict[str, Any]:
        self.looks += 1
        there = self.looks > self.comes or {"corp0: DNS servers 10.99.0.53", "corp0: domains ~corp.lab"} <= set(self.puts) and not self.refuses
        return running(*[THERE] * there)

    def put(self, loss: Loss) -> str:
        self.puts.append(loss.text)
        return self.refuses


SERVERS, DOMAINS = "corp0: DNS servers 10.99.0.53", "corp0: domains ~corp.lab"


@pytest.mark.parametrize(
    ("comes", "refuses", "outcome", "looks"),
    [
        (0, "", ([], []), 1),
        # It comes by itself, so nobody has to put it back.
        (5, "", ([], []), 6),
        (99, "", ([SERVERS, DOMAINS], []), 12),
        (99, "Link corp0 is managed.", ([], [SERVERS, DOMAINS]), 15),
        (12, "Link corp0 is managed.", ([], []), 13),
    ],
)
def test_settle(comes: int, refuses: str, outcome: tuple[list[str], list[str]], looks: int) -> None:
    daemon = Daemon(comes, refuses)
    found = _restart.settle([LINK], daemon.look, daemon.put, lambda _seconds: None)
    assert (found.put_back, found.missing) == outcome and daemon.looks == looks
    assert set(found.why.values()) <= {refuses}


@pytest.mark.parametrize(
    ("states", "answers", "after"),
    [
        pytest.param([NEW], [True], "active", id="at once"),
        pytest.param([BEFORE, NEW._replace(active="activating"), NEW], [True], "active", id="in steps"),
        pytest.param([NEW, NEW], [False, True], "active", id="later on the bus"),
        pytest.param([NEW._replace(active="failed")], [], "failed", id="it fails"),
        pytest.param([NotSeen("systemctl did not answer"), NEW], [True], "active", id="a look that fails"),
        pytest.param([NEW._replace(active="activating")] * 99, [], "activating", id="it never serves"),
    ],
)
def test_restart(monkeypatch: pytest.MonkeyPatch, states: list[Any], answers: list[bool], after: str) -> None:
    asked: list[list[str]] = []
    left, heard = list(states), list(answers)

    def state(_timeout: float) -> State:
        now = left.pop(0)
        if isinstance(now, NotSeen):
            raise now
        return now

    monkeypatch.setattr(_restart, "state", state)
    monkeypatch.setattr(_restart, "_answers", lambda: heard.pop(0))
    monkeypatch.setattr(_restart.Host, "run", lambda _host, argv: asked.append(argv))
    monkeypatch.setattr(_restart, "_PAUSE", 0.01)
    now = _restart.restart(BEFORE, 0.3)
    assert (now.active, now.invocation, heard) == (after, "new", [])
    assert asked == [["systemctl", "restart", "--no-block", "systemd-resolved.service"]]


@pytest.mark.parametrize("why", ["", "busctl exited with 1: Link host0 is managed."])
def test_put_back(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    asked: list[list[str]] = []

    def run(_host: Any, argv: list[str]) -> str:
        asked.append(argv)
        if why:
            raise NotSeen(why)
        return ""

    monkeypatch.setattr(_restart.Host, "run", run)
    assert _restart.put_back(_links.losses([LINK], running())[1]) == why
    # A domain may begin with a dash: no option comes after --.
    assert asked[0][2] == "--" and asked[0][-5:] == ["ia(sb)", "4", "1", "corp.lab", "true"]
