# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The small modules that write: what they say, and that they write nothing once their checkpoint isn't armed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible.module_utils import basic
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _guard
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._keep import Plan, Refused
from ansible_collections.holdfast.baseline.plugins.modules import networkd_keep, resolved_link

IDENT = "20261121T072400Z-3fa9c1"
DROP_IN = "/etc/systemd/network/10-lab.network.d/90-holdfast.conf"
MODULES = [(networkd_keep, DROP_IN), (resolved_link, "/etc/resolv.conf")]


class Ended(Exception):
    pass


def _end(_module: Any, **result: Any) -> None:
    raise Ended({"failed": False, **result})


def _fail(_module: Any, msg: str, **result: Any) -> None:
    raise Ended({"failed": True, "msg": msg, **result})


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host without /etc/resolv.conf, on which one drop-in is to be written."""
    root = tmp_path / "root"
    for folder in ("etc", "run/systemd/resolve"):
        (root / folder).mkdir(parents=True)
    for module in (networkd_keep, resolved_link):
        monkeypatch.setattr(module, "Host", lambda: Host(str(root)))
    there = (root / DROP_IN[1:]).exists
    monkeypatch.setattr(networkd_keep, "plan", lambda _host, _name: Plan({} if there() else {DROP_IN: "[Network]\n"}, {}, ["host0"]))
    monkeypatch.setattr(basic.AnsibleModule, "exit_json", _end)
    monkeypatch.setattr(basic.AnsibleModule, "fail_json", _fail)
    monkeypatch.delenv(_guard.VARIABLE, raising=False)
    return root


@pytest.fixture
def task(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Run a module; what it returned."""

    def run(module: Any, check: bool = False, **options: Any) -> dict[str, Any]:
        arguments = {**options, "_ansible_check_mode": check, "_ansible_remote_tmp": str(root.parent)}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(Ended) as ended:
            module.main()
        result: dict[str, Any] = ended.value.args[0]
        return result

    return run


@pytest.mark.parametrize(("module", "path"), MODULES)
def test_check_mode_tells_what_a_run_then_does(module: Any, path: str, task: Callable[..., dict[str, Any]], root: Path) -> None:
    would = task(module, check=True)
    assert would["changed"] and not os.path.lexists(root / path[1:])
    assert task(module) == would and os.path.lexists(root / path[1:])
    assert not task(module)["changed"]


@pytest.mark.parametrize(("module", "path"), MODULES)
@pytest.mark.parametrize("state", ["rolled_back", "armed"])
def test_nothing_is_written_once_the_checkpoint_is_not_armed(
    module: Any, path: str, state: str, task: Callable[..., dict[str, Any]], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(str(root.parent / "holdfast"))
    store.open_up()
    os.makedirs(store.path(IDENT))
    store.write_state(IDENT, state)
    store.claim(IDENT)
    monkeypatch.setattr(_guard, "Store", lambda: store)
    monkeypatch.setenv(_guard.VARIABLE, IDENT)
    ended = task(module)
    assert ended["failed"] == (state != "armed") and os.path.lexists(root / path[1:]) == (state == "armed")
    assert state == "armed" or "not armed any more" in ended["msg"]


@pytest.mark.parametrize("name", ["../x.conf", "x", ".conf", "a/b.conf"])
def test_a_name_that_is_none(name: str, task: Callable[..., dict[str, Any]]) -> None:
    assert "is no drop-in's file name" in task(networkd_keep, name=name)["msg"]


def test_what_is_refused_is_told(task: Callable[..., dict[str, Any]], root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_host: Host, _name: str) -> Plan:
        raise Refused("what could be lost can't be seen")

    monkeypatch.setattr(networkd_keep, "plan", refuse)
    assert task(networkd_keep)["msg"] == "what could be lost can't be seen"
    (root / "etc/resolv.conf").mkdir()
    assert "move it away by hand" in task(resolved_link)["msg"]
