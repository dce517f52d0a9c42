# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils import _dropin_restart as restart
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import Config

ROUTES, RULES = "ManageForeignRoutes", "ManageForeignRoutingPolicyRules"
NETWORKD = {"status": "ok", "active": True, "since": 5.0, "newer_files": [], "effective": {ROUTES: "no", RULES: "no"}}
RESOLVED = {"status": "ok", "active": True, "since": 5.0, "newer_files": [], "drift": {"status": "ok", "stale": [], "undecided": []}}
STALE = {"status": "ok", "stale": [{"key": "DNS", "text": "DNS: runs with x"}], "undecided": []}
UNDECIDED = {"status": "ok", "stale": [], "undecided": [{"key": "DNS", "source": "default"}]}
NEWER = ["/etc/systemd/x.conf"]


def shown(routes, rules):
    return {"status": "ok", ROUTES: routes, RULES: rules, "by": "Describe"}


@pytest.mark.parametrize(
    ("node", "keys", "needed", "why"),
    [
        ({"running": shown("no", "no")}, [ROUTES, RULES], False, "Describe"),
        ({"running": shown("no", "no"), "newer_files": NEWER}, [ROUTES], False, "Describe"),
        ({"running": shown("yes", "no"), "newer_files": NEWER}, [ROUTES, RULES], True, f"{ROUTES}: systemd-networkd runs with yes"),
        ({"running": shown("yes", "no")}, [RULES], False, "Describe"),
        ({"running": shown("no", None), "newer_files": NEWER}, [ROUTES, RULES], True, f"does not show {RULES}"),
        ({"running": shown("no", None)}, [ROUTES, RULES], False, "no file changed"),
        ({"running": shown("no", "no"), "newer_files": NEWER}, ["SpeedMeter"], True, "x.conf changed after"),
        ({"running": {"status": "unknown", "why": "?"}, "since": None}, [ROUTES], None, "since when"),
        ({"active": False}, [ROUTES], False, "does not run"),
        ({"status": "absent", "why": "not installed"}, [ROUTES], False, "not installed"),
        ({"status": "unknown", "why": "no answer"}, [ROUTES], None, "no answer"),
    ],
)
def test_by_networkd(node, keys, needed, why):
    found = restart.by_networkd({**NETWORKD, **node}, keys)
    assert found[0] is needed and why in found[1]


@pytest.mark.parametrize(
    ("node", "keys", "assigned", "needed", "why"),
    [
        ({}, ["DNS"], ["DNS"], False, "D-Bus"),
        ({"newer_files": NEWER}, ["DNS"], ["DNS"], False, "D-Bus"),
        ({"drift": STALE}, ["DNS", "Cache"], ["DNS"], True, "DNS: runs with x"),
        ({"drift": STALE}, ["Domains"], ["Domains"], False, "D-Bus"),
        ({"drift": UNDECIDED, "newer_files": NEWER}, ["DNS"], ["DNS"], True, "does not show DNS"),
        ({}, ["Cache"], ["Cache"], False, "no file changed"),
        ({"newer_files": NEWER}, ["Cache"], ["Cache"], True, "does not show Cache"),
        ({"newer_files": NEWER}, ["DNSSEC"], [], True, "does not show DNSSEC"),
        ({"drift": {"status": "unknown", "why": "no D-Bus"}, "newer_files": NEWER}, ["DNS"], ["DNS"], True, "does not show DNS"),
        ({"since": None}, ["Cache"], ["Cache"], None, "since when"),
        ({"active": False}, ["DNS"], ["DNS"], False, "does not run"),
    ],
)
def test_by_resolved(node, keys, assigned, needed, why):
    found = restart.by_resolved({**RESOLVED, **node}, keys, assigned)
    assert found[0] is needed and why in found[1]


SHOWN = """Id=systemd-journald.service
LoadState={load}
ActiveState={active}
ExecMainStartTimestamp=Sat 2026-11-21 03:43:31 UTC
ExecMainStartTimestampMonotonic=0
"""


class OneUnit(Host):
    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def exists(self, path):
        assert path == "/run/systemd/system"
        return True

    def run(self, argv, limit=0):
        assert argv[:2] == ["systemctl", "show"] and argv[-1] == "systemd-journald.service"
        if not self.answer:
            raise NotSeen("systemctl did not answer in time")
        return self.answer


@pytest.mark.parametrize(
    ("load", "active", "changed", "needed"),
    [
        ("loaded", "active", 1795232612, True),
        ("loaded", "active", 1795232610, False),
        ("loaded", "inactive", 1795232612, False),
        ("not-found", "inactive", 1795232612, False),
        (None, None, 1795232612, None),
    ],
)
def test_other_daemons_by_the_time_of_their_start(load, active, changed, needed):
    config = Config([], "Journal")
    config.note_change("/etc/systemd/journald.conf", changed)
    found = restart.look(OneUnit(load and SHOWN.format(load=load, active=active)), "journald.conf", config, ["Storage"])
    assert found.restart_needed is needed and found.units == ["systemd-journald.service"]


@pytest.mark.parametrize(("name", "needed"), [("sleep.conf", False), ("system.conf", None), ("strange.conf", None)])
def test_configurations_without_a_daemon_ask_nobody(name, needed):
    found = restart.look(OneUnit(""), name, Config([], "X"), ["A"])
    assert found.restart_needed is needed and not found.units and name in found.restart_why
