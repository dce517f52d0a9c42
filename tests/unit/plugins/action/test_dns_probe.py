# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest
import yaml
from ansible_collections.holdfast.baseline.plugins.action import dns_probe as action
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _verdict
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._dnspython import NoDnspython
from ansible_collections.holdfast.baseline.plugins.modules import dns_probe as module
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec
from ansible_collections.holdfast.baseline.tests.unit.plugins.action.running import run_action

ENGINE = "ansible_collections.holdfast.baseline.plugins.module_utils._dns._probe"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The arguments of the modules that were run on the host."""
    runs: list[dict[str, Any]] = []

    def execute(self: Any, module_args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        runs.append(module_args)
        return {"changed": False, "probe": {"status": "ok"}}

    monkeypatch.setattr(action.ActionModule, "_execute_module", execute)
    monkeypatch.setattr(action, "_DNSPYTHON", "a zip")
    return runs


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("args", [{}, {"names": ["a.example"], "deadline": "5"}, {"_dnspython": "forged"}])
def test_the_host_gets_what_was_written_and_dnspython(sent: list[dict[str, Any]], args: dict[str, Any], check_mode: bool) -> None:
    result = run_action(action, args, {}, check_mode)
    assert sent == [{**args, "_dnspython": "a zip"}]
    assert (result["probe"], result["changed"]) == ({"status": "ok"}, False)


def test_an_earlier_probe_stays_on_the_controller_and_is_compared_with(sent: list[dict[str, Any]]) -> None:
    result = run_action(action, {"compare_with": {"status": "unknown", "why": "no dnspython"}}, {})
    assert sent == [{"_dnspython": "a zip"}]
    assert (result["compared"]["status"], result["compared"]["overall"]) == ("unknown", "same")


def test_no_host_is_asked_where_the_options_are_wrong(sent: list[dict[str, Any]]) -> None:
    result = run_action(action, {"names": ["a b"], "connect": [{"name": "a.example", "port": 0}], "rate": -1}, {})
    assert result["failed"] is True
    assert result["msg"].splitlines()[0] == "3 mistakes in the options of the probe, nothing was sent"
    assert sent == []


def test_the_module_takes_what_its_documentation_says() -> None:
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    spec = argument_spec(module.DOCUMENTATION)
    assert spec.keys() == module._SPEC.keys()
    for name, option in spec.items():
        assert {key: module._SPEC[name].get(key) for key in option} == option
    assert documented["connect"]["suboptions"].keys() == module._SPEC["connect"]["options"].keys()


def test_every_kind_of_verdict_is_documented() -> None:
    verdicts = yaml.safe_load(module.RETURN)["probe"]["contains"]["verdicts"]["contains"]
    assert sorted(verdicts["kind"]["choices"]) == sorted(_verdict._WORDS)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> MagicMock:
    """The engine and the way to dnspython, replaced."""
    probe = MagicMock(return_value={"status": "ok"})
    stand_in = ModuleType(ENGINE)
    vars(stand_in)["probe"] = probe
    monkeypatch.setitem(sys.modules, ENGINE, stand_in)
    monkeypatch.setattr(module, "bring", MagicMock(return_value={"version": "2.7.0", "from": "host"}))
    monkeypatch.setattr(module, "try_elsewhere", MagicMock())
    return probe


def test_a_probe_says_which_dnspython_it_used(engine: MagicMock) -> None:
    assert module.look({"names": []}, "") == {"status": "ok", "dnspython": {"version": "2.7.0", "from": "host"}}
    assert engine.call_args.args[1] == {"names": []}


def test_an_engine_that_breaks_fails_no_task(engine: MagicMock) -> None:
    engine.side_effect = ZeroDivisionError("x" * 999)
    found = module.look({}, "")
    assert (found["status"], found["why"][:35], len(found["why"])) == ("unknown", "the probe failed: ZeroDivisionError", 300)


@pytest.mark.parametrize(
    ("sent_along", "options", "tried"),
    [("", {}, True), ("a zip", {}, False), ("", {"names": ["x" * 250] * 99}, False)],
    ids=["nothing sent", "sent in vain", "too long for the pipe"],
)
def test_another_python_is_tried_only_where_that_can_not_hang(engine: MagicMock, sent_along: str, options: dict[str, Any], tried: bool) -> None:
    module.bring.side_effect = NoDnspython("none at all")
    assert module.look(options, sent_along) == {"status": "unknown", "why": "none at all"}
    assert module.try_elsewhere.called is tried
    engine.assert_not_called()
