# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.holdfast.baseline.plugins.action import report
from ansible_collections.holdfast.baseline.tests.unit.plugins.action.running import run_action
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import (
    ENFORCED,
    FLEET,
    HOSTILE,
    became,
    finding,
    missed,
    probed,
    reached,
)
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.probes import probe

Run = Callable[..., dict[str, Any]]


class HostVars(dict[str, Any]):
    """Ansible's hostvars: a plain lookup would template what hosts wrote, so only the raw one is allowed."""

    def raw_get(self, host: str) -> Any:
        return dict.__getitem__(self, host)

    def __getitem__(self, host: str) -> Any:
        raise AssertionError(f"{host} was templated")


def task_vars(assessed: dict[str, Any], later: list[str] | None = None) -> dict[str, Any]:
    hosts = HostVars({name: {} if result is None else {"assessed": result} for name, result in assessed.items()})
    return {
        "hostvars": HostVars({**hosts, **{name: {} for name in later or []}}),
        "ansible_play_batch": list(assessed),
        "ansible_play_hosts_all": [*assessed, *(later or [])],
    }


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was printed."""
    lines: list[str] = []
    display = MagicMock(columns=79)
    display.display.side_effect = lambda text, color=None: lines.append(text)
    monkeypatch.setattr(report, "Display", lambda: display)
    return lines


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the report action on findings, its files in a folder of the test."""

    def call(assessed: dict[str, Any], *, later: list[str] | None = None, check_mode: bool = False, **args: Any) -> dict[str, Any]:
        return run_action(report, {"assessed": "assessed", "dest": str(tmp_path / "out"), **args}, task_vars(assessed, later), check_mode)

    return call


@pytest.mark.parametrize("check_mode", [False, True])
def test_writes_and_shows_in_check_mode_too(run: Run, shown: list[str], tmp_path: Path, check_mode: bool) -> None:
    result = run(FLEET, check_mode=check_mode)
    written = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert written["check_mode"] is check_mode
    assert (tmp_path / "out" / "junit.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert result["files"] == {name: str(tmp_path / "out" / file) for name, file in (("json", "report.json"), ("junit", "junit.xml"))}
    assert result["summary"] == written["summary"]
    assert result["changed"] is False and "failed" not in result
    assert "\n".join(shown).startswith("\nholdfast audit · 16 hosts")


def test_the_result_is_small_and_goes_to_awx(run: Run, shown: list[str]) -> None:
    result = run({f"host{number}": reached(finding("fail")) for number in range(2000)})
    assert len(json.dumps(result)) < 8192
    assert {name: result["ansible_stats"][name] for name in ("per_host", "aggregate")} == {"per_host": False, "aggregate": False}
    assert result["ansible_stats"]["data"]["holdfast_summary"]["fail"] == 2000


@pytest.mark.parametrize(
    ("args", "files", "shows"),
    [
        ({}, ["junit.xml", "report.json"], True),
        ({"formats": ["json"]}, ["report.json"], True),
        ({"formats": ["junit"]}, ["junit.xml"], True),
        ({"formats": []}, [], True),
        ({"write": False}, [], True),
        ({"show": False}, ["junit.xml", "report.json"], False),
    ],
)
def test_what_is_asked_for(run: Run, shown: list[str], tmp_path: Path, args: dict[str, Any], files: list[str], shows: bool) -> None:
    run(FLEET, **args)
    assert sorted(path.name for path in (tmp_path / "out").glob("*")) == files
    assert bool(shown) is shows


@pytest.mark.parametrize(("args", "shows"), [({}, False), ({"show_matrix": "failing"}, False), ({"show_matrix": "all"}, True)])
def test_the_answers_that_good_hosts_got(run: Run, shown: list[str], args: dict[str, Any], shows: bool) -> None:
    run({"a": probed(reached(finding("pass")), probe())}, **args)
    assert ("asked from a" in "\n".join(shown)) is shows


def test_hosts_of_later_batches_are_only_counted(run: Run, shown: list[str]) -> None:
    result = run({"a": reached(finding("pass")), "b": None}, later=["c", "d"])
    assert (result["summary"]["hosts"]["all"], result["summary"]["hosts"]["error"], result["summary"]["hosts"]["pending"]) == (2, 1, 2)


def test_a_directory_that_cannot_be_written_is_named_and_the_report_still_shown(run: Run, shown: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(FLEET, dest=str(tmp_path / "file" / "out"), show=False)
    assert result["failed"] is True
    assert str(tmp_path / "file" / "out") in result["msg"] and "holdfast_report_dir" in result["msg"]
    assert "exit1" in "\n".join(shown) and "report:" not in "\n".join(shown)


def test_a_relative_directory_is_taken_from_where_ansible_was_started(run: Run, shown: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = run({"a": reached(finding("pass"))}, dest="there", formats=["json"])
    assert result["files"] == {"json": os.path.join(tmp_path, "there", "report.json")}
    assert "report: there/report.json" in "\n".join(shown)


@pytest.mark.parametrize(("columns", "widest"), [(79, 80), (99, 100), (199, 100)])
def test_width_is_that_of_the_terminal_within_bounds(run: Run, shown: list[str], columns: int, widest: int) -> None:
    report.Display().columns = columns
    run({"a": reached(finding("fail", why="word " * 99))}, formats=[])
    width = max(len(line) for text in shown for line in text.splitlines())
    assert widest - 5 < width <= widest


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", "·"), ("ascii", "-"), (None, "·")])
def test_what_the_terminal_cannot_show_is_said_plainly(
    run: Run, shown: list[str], monkeypatch: pytest.MonkeyPatch, encoding: str | None, mark: str
) -> None:
    monkeypatch.setattr(sys, "__stdout__", MagicMock(encoding=encoding))
    run({"a": reached(finding("fail"))}, formats=[])
    assert shown[1] == f"holdfast audit {mark} 1 host: 1 fails"
    assert f"a {mark} Debian 13" in shown[2]


def test_nothing_that_a_host_wrote_is_executed_or_shown_raw(run: Run, shown: list[str]) -> None:
    run({HOSTILE: reached(finding("fail", evidence={"x": HOSTILE})), "b": missed("error", HOSTILE)})
    assert all(char.isprintable() for text in shown for char in text if char != "\n")


@pytest.mark.parametrize("args", [{"fail_on": "hihg"}, {"unknown": "maybe"}, {"formats": ["html"]}, {"surprise": 1}])
def test_bad_options(run: Run, shown: list[str], args: dict[str, Any]) -> None:
    with pytest.raises(AnsibleActionFail):
        run(FLEET, **args)
    assert shown == []


def enforce(tmp_path: Path, hosts: dict[str, Any], later: list[str] | None = None, check_mode: bool = False, **args: Any) -> dict[str, Any]:
    """Run the report action on an enforced rollout; hosts: by name what assess returned after it, and what became of them."""
    variables = task_vars({name: result for name, (result, _raw) in hosts.items()}, later)
    for name, (_result, raw) in hosts.items():
        variables["hostvars"].raw_get(name).update({"became": raw} if raw else {})
    return run_action(report, {"assessed": "assessed", "enforced": "became", "dest": str(tmp_path), **args}, variables, check_mode)


def test_an_enforced_rollout(tmp_path: Path, shown: list[str]) -> None:
    result = enforce(tmp_path, ENFORCED, later=["x", "y"])
    assert "\n".join(shown).startswith("\nholdfast enforce · 19 hosts: 1 worse")
    assert result["ansible_stats"]["data"]["holdfast_outcomes"] == result["summary"]["outcomes"]
    assert (result["summary"]["outcomes"]["confirmed"], result["summary"]["hosts"]["pending"]) == (10, 2)
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["hosts"]["edge2"]["enforced"]["outcome"] == "lost"


def test_a_host_of_an_earlier_batch_is_known_by_its_outcome_alone(tmp_path: Path, shown: list[str]) -> None:
    hosts = {"a": (None, became("worse")), "b": (reached(finding("pass")), became("unchanged"))}
    variables = task_vars({"a": None, "b": hosts["b"][0]}) | {"ansible_play_batch": ["b"]}
    variables["hostvars"].raw_get("a")["became"] = hosts["a"][1]
    result = run_action(report, {"assessed": "assessed", "enforced": "became", "dest": str(tmp_path)}, variables)
    assert (result["summary"]["outcomes"]["worse"], result["summary"]["hosts"]["pending"]) == (1, 0)


def test_a_plan_reads_as_one(tmp_path: Path, shown: list[str]) -> None:
    enforce(tmp_path, {"a": (reached(finding("fail")), became("planned", [], ["x"]))}, check_mode=True)
    text = "\n".join(shown)
    assert shown[1] == "holdfast enforce --check · 1 host: 1 would change"
    assert "would change: x" in text and "changed" not in text


def test_going_back_is_called_so(tmp_path: Path, shown: list[str]) -> None:
    enforce(tmp_path, {"a": (reached(finding("fail")), became("restored", [], ["x"]))}, run="rollback")
    assert shown[1] == "holdfast rollback · 1 host: 1 put back"
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["run"] == "rollback"
    assert '<testsuites name="holdfast rollback"' in (tmp_path / "junit.xml").read_text(encoding="utf-8")


def test_nothing_that_a_host_wrote_about_its_change_is_shown_raw(tmp_path: Path, shown: list[str]) -> None:
    enforce(tmp_path, {HOSTILE: (reached(finding("pass")), became("worse", [HOSTILE], [HOSTILE], checkpoint=HOSTILE, until=HOSTILE))})
    assert all(char.isprintable() for text in shown for char in text if char != "\n")
