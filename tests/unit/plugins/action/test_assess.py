# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleError
from ansible_collections.holdfast.baseline.plugins.action import assess, rules
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _catalogue
from ansible_collections.holdfast.baseline.plugins.plugin_utils._matrix import condense
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.probes import probe

PINNED = """\
title: names are pinned
severity: low
needs: [resolver.hosts_file]
fails: resolver.hosts_file.overrides
why: They stay.
remedy: {text: Remove the line.}
"""
ASKED = """\
title: a layer is broken
severity: low
needs: [probe]
fails: probe.verdicts
why: It is broken.
remedy: {text: Mend it.}
"""
TRAP = "{{ 7 * 7 }}{% raw %}<b>\x1b[31m"
FACTS = {
    "schema": 1,
    "host": {"os_short": TRAP, "systemd": 257},
    "resolver": {"status": "ok", "hosts_file": {"status": "ok", "overrides": [{"name": TRAP, "address": "192.0.2.1", "source": "/etc/hosts:3"}]}},
}


@pytest.fixture(name="catalogue", autouse=True)
def _catalogue_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules" / "my").mkdir(parents=True)
    (tmp_path / "rules" / "my" / "pinned.yml").write_text(PINNED)
    monkeypatch.setattr(_catalogue, "CATALOGUE", tmp_path / "rules")
    return tmp_path


def run(plugin: Any, directory: Path, check: bool = False, **args: Any) -> dict[str, Any]:
    task = MagicMock(args=args, check_mode=check, async_val=0, diff=False, environment=None, delegate_to=None)
    loader = MagicMock()
    loader.path_dwim = lambda path: str(directory / path)
    connection = MagicMock(_shell=MagicMock(tmpdir=None))
    action = plugin.ActionModule(task, connection, MagicMock(check_mode=check), loader, MagicMock(), None)
    action._load_name = plugin.__name__
    return action.run(task_vars={"inventory_hostname": "web1"})


@pytest.mark.parametrize("check", [False, True])
def test_assess(catalogue: Path, check: bool) -> None:
    result = run(assess, catalogue, check, facts=FACTS)
    assert result["changed"] is False
    assert result["ansible_facts"]["holdfast_host"]["status"] == "reached"
    finding = result["ansible_facts"]["holdfast_findings"][0]
    assert (finding["rule"], finding["host"], finding["status"]) == ("my/pinned", "web1", "fail")
    assert finding["evidence"]["offending"][0]["name"] == TRAP


def test_a_host_that_was_not_reached_has_no_findings(catalogue: Path) -> None:
    result = run(assess, catalogue, facts=FACTS, gathered={"unreachable": True, "msg": "ssh: timed out"})
    assert result["ansible_facts"]["holdfast_findings"] == []
    assert result["ansible_facts"]["holdfast_host"]["status"] == "unreachable"


def test_a_probe_is_judged_and_its_matrix_kept(catalogue: Path) -> None:
    (catalogue / "rules" / "my" / "asked.yml").write_text(ASKED)
    result = run(assess, catalogue, facts=FACTS, probed={"changed": False, "probe": probe()})["ansible_facts"]
    assert {finding["rule"]: finding["status"] for finding in result["holdfast_findings"]} == {"my/asked": "fail", "my/pinned": "fail"}
    assert result["holdfast_host"]["probe"] == condense(probe())


@pytest.mark.parametrize(
    ("probed", "status", "reason"),
    [
        ({}, "not_applicable", "holdfast_probe is off"),
        ({"skipped": True, "changed": False}, "not_applicable", "holdfast_probe is off"),
        ({"failed": True, "msg": "no sudo"}, "unknown", "no sudo"),
        ({"unreachable": True, "msg": "gone"}, "unknown", "gone"),
        ({"probe": {"status": "unknown", "why": "no dnspython"}}, "unknown", "no dnspython"),
    ],
)
def test_a_probe_that_was_not_made_is_never_good(catalogue: Path, probed: dict[str, Any], status: str, reason: str) -> None:
    (catalogue / "rules" / "my" / "pinned.yml").write_text(ASKED)
    finding = run(assess, catalogue, facts=FACTS, probed=probed)["ansible_facts"]["holdfast_findings"][0]
    assert finding["status"] == status
    assert reason in finding["reason"]


def test_only_the_rules_of_the_chosen_subjects_are_judged(catalogue: Path) -> None:
    (catalogue / "rules" / "probe").mkdir()
    (catalogue / "rules" / "probe" / "asked.yml").write_text(ASKED)
    result = run(assess, catalogue, facts=FACTS, probed={"probe": probe()}, subjects=["probe"])
    assert [finding["rule"] for finding in result["ansible_facts"]["holdfast_findings"]] == ["probe/asked"]


def test_mistakes_for_the_probe_are_told_with_the_others(catalogue: Path) -> None:
    result = run(rules, catalogue, subjects=["mine"], probe={"names": ["a b"], "deadline": 99})
    assert result["msg"].splitlines()[0] == "3 mistakes in rules or settings"
    assert [line.partition(":")[0] for line in result["msg"].splitlines()[1:]] == ["subjects", "probe", "probe"]
    assert run(rules, catalogue, probe={"tls": "perhaps"})["msg"].splitlines()[1].startswith("probe: argument 'tls'")


def test_rules(catalogue: Path) -> None:
    result = run(rules, catalogue, overrides={"my/pinned": {"severity": "high", "enabled": False}})
    assert result["rules"] == [{"id": "my/pinned", "title": "names are pinned", "severity": "high", "enabled": False}]
    assert (result["count"], result["changed"]) == (1, False)


def test_own_rules_are_found_from_the_playbook(catalogue: Path) -> None:
    (catalogue / "own" / "ours").mkdir(parents=True)
    (catalogue / "own" / "ours" / "pinned.yml").write_text(PINNED)
    assert [rule["id"] for rule in run(rules, catalogue, rule_paths=["own"])["rules"]] == ["my/pinned", "ours/pinned"]


@pytest.mark.parametrize("plugin", [assess, rules])
def test_mistakes_are_told_together(catalogue: Path, plugin: Any) -> None:
    (catalogue / "rules" / "my" / "other.yml").write_text("title: a\n")
    result = run(plugin, catalogue, rule_paths=["nowhere"], waivers=[{"rule": "x"}])
    assert result["failed"] is True
    assert result["msg"].startswith("5 mistakes in rules or settings\n")
    assert f"{catalogue}/nowhere: there is no such directory" in result["msg"]
    assert "ansible_facts" not in result


@pytest.mark.parametrize("plugin", [assess, rules])
def test_unknown_options_are_refused(catalogue: Path, plugin: Any) -> None:
    with pytest.raises(AnsibleError, match="waiver"):
        run(plugin, catalogue, waiver=[])


def test_a_controller_without_jmespath_is_told_so(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_catalogue, "MISSING", True)
    with pytest.raises(AnsibleError, match="jmespath"):
        run(rules, catalogue)


PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    facts: "{{ lookup('ansible.builtin.file', 'facts.json') | ansible.builtin.from_json }}"
  tasks:
    - holdfast.baseline.assess:
        facts: "{{ facts }}"
        rule_paths: [rules]
      register: result
    - ansible.builtin.debug:
        msg: "{{ ansible_facts.holdfast_findings | selectattr('rule', 'equalto', 'my/pinned') | map(attribute='evidence') }}"
    - ansible.builtin.debug:
        var: ansible_facts.holdfast_host
    - ansible.builtin.debug:
        msg: "{{ result }} {{ hostvars.localhost.ansible_facts.holdfast_host }}"
    - ansible.builtin.copy:
        content: "{{ result.ansible_facts.holdfast_host.os }}"
        dest: "{{ playbook_dir }}/written"
        mode: "0600"
      vars:
        ansible_python_interpreter: "{{ ansible_playbook_python }}"
"""


def test_nothing_that_a_host_wrote_is_rendered(catalogue: Path) -> None:
    """In a real play, where findings are read as facts, as a registered result and through hostvars."""
    (catalogue / "play.yml").write_text(PLAY)
    (catalogue / "facts.json").write_text(json.dumps(FACTS))
    (catalogue / "ansible.cfg").write_text("[defaults]\nlocalhost_warning = false\n")
    command = [sys.executable, "-c", "from ansible.cli.playbook import main; main()", "-i", "localhost,", "-c", "local", "play.yml"]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(Path(assess.__file__).parents[5])}
    done = subprocess.run(command, cwd=catalogue, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("{{ 7 * 7 }}{% raw %}<b>") >= 5
    assert (catalogue / "written").read_text() == TRAP.replace("\x1b", "\\x1b")
