# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _restart
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._state import State

BEFORE = State("loaded", "active", invocation="old")


def test_configured_is_what_networkd_wrote_since(tmp_path: Path) -> None:
    links = tmp_path / "run/systemd/netif/links"
    assert _restart.configured(Host(str(tmp_path)), 0.0) == set()
    links.mkdir(parents=True)
    for index, state, written in (("2", "configured", 1000), ("3", "configured", 2000), ("4", "configuring", 2000)):
        (links / index).write_text(f"ADMIN_STATE={state}\nOPER_STATE=routable\n", encoding="ascii")
        os.utime(links / index, (written, written))
    assert _restart.configured(Host(str(tmp_path)), 0.0) == {"2", "3"}
    assert _restart.configured(Host(str(tmp_path)), 1500.0) == {"3"}


@pytest.mark.parametrize(
    ("answers", "after"),
    [
        pytest.param([BEFORE._replace(invocation="new")], "active", id="at once"),
        pytest.param([BEFORE, BEFORE._replace(active="activating", invocation="new"), BEFORE._replace(invocation="new")], "active", id="in steps"),
        pytest.param([BEFORE._replace(active="failed", invocation="new")], "failed", id="it fails"),
        pytest.param([NotSeen("systemctl did not answer"), BEFORE._replace(invocation="new")], "active", id="a look that fails"),
        pytest.param([BEFORE._replace(active="activating", invocation="new")] * 99, "activating", id="it never serves"),
    ],
)
def test_restart(monkeypatch: pytest.MonkeyPatch, answers: list, after: str) -> None:
    asked = []
    answers = list(answers)

    def look(_timeout):
        answer = answers.pop(0)
        if isinstance(answer, NotSeen):
            raise answer
        return answer

    monkeypatch.setattr(_restart, "look", look)
    monkeypatch.setattr(_restart, "configured", lambda _host, _since: set())
    monkeypatch.setattr(_restart.Host, "run", lambda _host, argv: asked.append(argv))
    monkeypatch.setattr(_restart, "_PAUSE", 0.01)
    state = _restart.restart(BEFORE, 0.3)
    assert (state.active, state.invocation) == (after, "new")
    assert asked == [["systemctl", "restart", "--no-block", "systemd-networkd.service"]]
