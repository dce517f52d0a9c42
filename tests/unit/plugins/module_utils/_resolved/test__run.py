# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._state import State
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved import _run
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved._restart import Outcome

GOOD = State("loaded", "active", invocation="old")
NEW = GOOD._replace(invocation="new")
LINK = {
    "index": 1,
    "name": "lo",
    "servers": [{"address": "10.99.0.53", "port": 0, "name": ""}],
    "servers_cut": 0,
    "domains": [],
    "domains_cut": 0,
    "default_route": False,
    "dns_over_tls": "no",
    "dnssec": "no",
}
RUNNING = {"links": [LINK], "links_cut": 0, "dns_over_tls": "no", "dnssec": "no"}
WELL = Outcome([], [], {})


@pytest.fixture(name="host")
def fixture_host(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each look and step comes to; an exception is raised."""
    does: dict[str, Any] = {"state": GOOD, "running": RUNNING, "restart": NEW, "settle": WELL, "uid": 0, "kept": None}

    def step(name: str) -> Any:
        def act(*arguments: Any) -> Any:
            if name == "settle":
                does["kept"] = arguments[0]
            if isinstance(does[name], Exception):
                raise does[name]
            return does[name]

        return act

    for name in ("state", "running", "restart", "settle"):
        monkeypatch.setattr(_run._restart, name, step(name))
    monkeypatch.setattr(_run.os, "geteuid", lambda: does["uid"])
    monkeypatch.setattr(_run.Host, "exists", lambda _host, path: path == "/sys/class/net/lo")
    monkeypatch.setattr(_run.signal, "signal", lambda *_arguments: None)
    return does


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ({"uid": 1000}, "needs root"),
        ({"state": NotSeen("systemctl did not answer")}, "can't be seen, nothing was touched: systemctl did not answer"),
        ({"running": NotSeen("busctl exited with 1")}, "can't be seen, nothing was touched: busctl exited with 1"),
        ({"state": GOOD._replace(load="masked")}, "is masked"),
        ({"running": {**RUNNING, "links_cut": 3}}, "3 links, servers or domains are too many"),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_refused(host: dict[str, Any], does: dict[str, Any], why: str, check: bool) -> None:
    host.update(does)
    with pytest.raises(_run.Failed, match=why) as failed:
        _run.run(60, check)
    assert "changed" not in failed.value.result


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ({"restart": NEW._replace(active="failed")}, "systemd-resolved is failed 60 s after"),
        ({"restart": GOOD}, "systemd-resolved is active 60 s after"),
        ({"settle": NotSeen("busctl did not answer")}, "was not seen: busctl did not answer"),
        ({"settle": Outcome([], ["lo: domains ~x"], {"lo: domains ~x": "Link lo is managed."})}, "not put back: lo: domains ~x .Link lo is managed"),
    ],
)
def test_failed(host: dict[str, Any], does: dict[str, Any], why: str) -> None:
    host.update(does)
    with pytest.raises(_run.Failed, match=why) as failed:
        _run.run(60, False)
    assert failed.value.result["changed"] is True


def test_not_restarted_where_systemd_refuses(host: dict[str, Any]) -> None:
    host["restart"] = NotSeen("systemctl exited with 1")
    with pytest.raises(_run.Failed, match="was not restarted: systemctl exited with 1") as failed:
        _run.run(60, False)
    assert "changed" not in failed.value.result


def test_restarted(host: dict[str, Any]) -> None:
    host["settle"] = Outcome(["lo: DNS servers 10.99.0.53"], [], {})
    result = _run.run(60, False)
    assert result["changed"] and result["restarted"] and result["msg"].endswith("put back: lo: DNS servers 10.99.0.53")
    assert result["kept"] == {"links": 1, "servers": 1, "domains": 0} and [link.name for link in host["kept"]] == ["lo"]


def test_a_link_that_is_gone_has_lost_nothing(host: dict[str, Any]) -> None:
    host["running"] = {**RUNNING, "links": [{**LINK, "name": "gone0"}]}
    assert _run.run(60, False)["changed"] and host["kept"] == []


@pytest.mark.parametrize(("state", "changed"), [(GOOD, True), (GOOD._replace(active="inactive"), False)])
def test_check_mode_restarts_nothing(host: dict[str, Any], state: State, changed: bool) -> None:
    host.update(state=state, restart=AssertionError("restarted"))
    result = _run.run(60, True)
    assert (result["changed"], result["restarted"]) == (changed, False)
