# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._network import Saved
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Unanswered
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _run
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._state import State

GOOD = State("loaded", "active", 0, "old", 0.5, 100.0)
RULE, THROW = ["-4", "rule", "add", "pref", "5270"], ["-4", "route", "add", "throw", "10.77.0.0/24"]
ADDRESS, NEXTHOP = ["-4", "address", "add", "10.77.0.200/24", "dev", "host0"], ["-4", "nexthop", "add", "id", "77"]
KEPT = {"addresses": 1, "nexthops": 1, "routes": 1, "rules": 1, "neighbours": 0, "told": 0}
PARAMS = {"force": False, "slow_start": 10.0, "timeout": 60, "own_drop_in": "90-holdfast.conf"}


def told(what):
    """What a test put there; raised where it is an error."""
    error = what if isinstance(what, Exception) else None
    if error:
        raise error
    return what


@pytest.fixture
def host(monkeypatch):
    """What the module sees and does, to be changed by a test; `restarts` counts."""
    saved = Saved([RULE], [THROW], [], [ADDRESS], [NEXTHOP])
    host = {"state": GOOD, "after": GOOD._replace(invocation="new"), "routes": 5, "saved": saved, "left": [], "pending": [], "leases": [],
            "unreachable": [], "again": _run._told_again.Outcome([], []), "unrouted": [], "restarts": 0}  # fmt: skip

    def restart(_before, _timeout):
        host["restarts"] += 1
        return host["after"]

    def present(_timeout, _routes):
        return {_run._kept._ip_words.identity(tuple(words)) for words in told(host["left"])}

    def put(words):
        host["left"].append(list(words))
        return ""

    monkeypatch.setattr(_run.os, "geteuid", lambda: 0)
    monkeypatch.setattr(_run._restart, "look", lambda _timeout: host["state"])
    monkeypatch.setattr(_run._restart, "restart", restart)
    monkeypatch.setattr(_run, "_routes", lambda: host["routes"])
    monkeypatch.setattr(_run._pending, "changed_since", lambda _host, _epoch, _own: told(host["pending"]))
    monkeypatch.setattr(_run._leases, "unrenewable", lambda _host: told(host["leases"]))
    monkeypatch.setattr(_run._advertised, "default_links", lambda _host: frozenset({"eth0"}))
    monkeypatch.setattr(_run._advertised, "lost", lambda _host, before: [link for link in host["unrouted"] if link in before])
    monkeypatch.setattr(_run._network, "save", lambda *_what: told(host["saved"]))
    monkeypatch.setattr(_run.Host, "run", lambda _host, _argv: "")
    monkeypatch.setattr(_run._told_again, "unreachable", lambda _told: host["unreachable"])
    monkeypatch.setattr(_run._told_again, "put_back", lambda _told: host["again"])
    monkeypatch.setattr(_run._kept, "present", present)
    monkeypatch.setattr(_run._kept, "put_back", put)
    monkeypatch.setattr(_run._kept, "_PAUSE", 0)
    monkeypatch.setattr(_run.signal, "signal", lambda *_what: None)
    return host


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"routes": 10_001}, "there are 10001 routes"),
        ({"routes": None}, "can't be seen"),
        ({"state": GOOD._replace(active="failed")}, "is failed"),
        ({"saved": Saved([], [], ["nexthop 6: x"], doomed=["nexthop 6: x"])}, "could not be put back (nexthop 6: x): take them away"),
        ({"saved": Saved([], [], [], unspared=["before systemd 248 nothing keeps"])}, "before systemd 248 nothing keeps"),
        ({"pending": ["/etc/systemd/network/a.network"]}, "/etc/systemd/network/a.network changed since it started"),
        ({"pending": _run.NotSeen("too many")}, "whether its files changed since it started can't be seen: too many"),
        ({"leases": ["no DHCP server answers eth0"]}, "no DHCP server answers eth0, so a restart would cost"),
        ({"leases": _run.NotSeen("x")}, "what servers and routers gave to its links can't be seen: x"),
        ({"saved": Saved([], [], [], untold=["host0: dnssec yes: that is open"])}, "host0: dnssec yes: that is open"),
        ({"unreachable": ["host0: not on the bus"]}, "host0: not on the bus"),
        ({"saved": Refused("rules, routes: 1001 could be lost; set both to false to go on")}, "1001 could be lost"),
    ],
)
def test_refused_unless_forced(host: dict, changes: dict, why: str) -> None:
    host.update(changes)
    for check in (True, False):
        with pytest.raises(_run.Failed, match="nothing was touched") as refused:
            _run.run(PARAMS, check)
        assert why in refused.value.why and host["restarts"] == 0
    assert why in _run.run({**PARAMS, "force": True}, False)["doubts"][0]
    assert host["restarts"] == 1


def test_forced_looks_after_rules_where_routes_are_too_many(host: dict) -> None:
    host["routes"] = 10_001
    result = _run.run({**PARAMS, "force": True}, False)
    assert result["kept"] == {**KEPT, "routes": 0}
    assert result["put_back"] == [f"ip {' '.join(words)}" for words in (ADDRESS, NEXTHOP, RULE)]
    assert "too many" in result["not_kept"][0]


def test_put_back_and_told(host: dict) -> None:
    assert _run.run(PARAMS, True)["changed"] and host["restarts"] == 0
    result = _run.run(PARAMS, False)
    assert (result["changed"], result["restarted"], result["kept"]) == (True, True, KEPT)
    # Each after what it needs, and the table is whole again before a rule leads to it.
    assert result["put_back"] == [f"ip {' '.join(words)}" for words in (ADDRESS, NEXTHOP, THROW, RULE)]


@pytest.mark.parametrize("state", [State("not-found", "inactive"), State("masked", "inactive"), State("loaded", "inactive")])
def test_nothing_to_restart(host: dict, state: State) -> None:
    host["state"] = state
    assert not _run.run(PARAMS, False)["changed"] and host["restarts"] == 0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"after": GOOD._replace(active="failed", invocation="new")}, "systemd-networkd is failed 60 s after"),
        ({"after": GOOD}, "systemd-networkd is active 60 s after"),
        ({"left": Unanswered("netlink: no memory")}, "was not seen: netlink: no memory"),
        ({"unrouted": ["eth0", "eth1"]}, "no IPv6 router gave eth0 a default route again"),
    ],
)
def test_failed_after_the_restart(host: dict, changes: dict, why: str) -> None:
    host.update(changes)
    with pytest.raises(_run.Failed) as failed:
        _run.run(PARAMS, False)
    assert why in failed.value.why and failed.value.result["changed"]


def test_links_are_told_again(host: dict) -> None:
    host["again"] = _run._told_again.Outcome(["host0 llmnr no"], [])
    result = _run.run(PARAMS, False)
    assert result["put_back"][-1] == "host0 llmnr no" and result["msg"].endswith("and its links were told 1 settings of DNS again")
    host["again"] = _run._told_again.Outcome([], ["host0 llmnr no: not managed"])
    with pytest.raises(_run.Failed, match="not put back: host0 llmnr no: not managed"):
        _run.run(PARAMS, False)


def test_what_is_missing_is_named(host: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_run._kept, "put_back", lambda _words: "no such device")
    with pytest.raises(_run.Failed, match="not put back: ip -4 address add 10.77.0.200/24 dev host0: no such device; ip -4 nexthop"):
        _run.run(PARAMS, False)
