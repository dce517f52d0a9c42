# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.holdfast.baseline.plugins.action import rules


class HostVars(dict):
    """Ansible's hostvars, with what is written and what it comes to being the same."""

    raw_get = dict.__getitem__


def said(hosts: dict[str, dict[str, Any]], template: Any = lambda value: value, **of_play: Any) -> list[str]:
    variables = {"inventory_hostname": "a", "ansible_play_hosts_all": list(hosts), "hostvars": HostVars(hosts), **hosts["a"], **of_play}
    return [line.partition(" is ")[0] for line in rules.of_hosts(variables, template)]


@pytest.mark.parametrize(
    ("hosts", "of_play", "lines"),
    [
        ({"a": {"holdfast_owner": "anna"}, "b": {"holdfast_findings": [1], "other": 1}}, {}, []),
        ({"a": {"holdfast_serial": 0}, "b": {"holdfast_serial": 0}}, {}, ["holdfast_serial: 0"]),
        ({"a": {}, "b": {"holdfast_serial": 0}, "c": {"holdfast_serial": -1}}, {}, ["b: holdfast_serial: 0", "c: holdfast_serial: -1"]),
        ({"a": {}, "b": {}}, {"holdfast_serial": 0}, ["holdfast_serial: 0"]),
    ],
)
def test_the_variables_of_all_hosts(hosts: dict[str, Any], of_play: dict[str, Any], lines: list[str]) -> None:
    assert said(hosts, **of_play) == lines


def test_what_cannot_be_worked_out() -> None:
    def template(value: Any) -> Any:
        raise AnsibleError(f"{value}: no such thing")

    assert said({"a": {"holdfast_owner": "x\ny"}}, template) == ["holdfast_owner: can't be worked out: x y: no such thing; mend the expression"]


PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    holdfast_owner: "{{ text }}"
    holdfast_waivers: [x]
  tasks:
    - holdfast.baseline.rules:
        waivers: "{{ holdfast_waivers }}"
        variables: true
"""


def test_no_value_is_a_template_once_more(tmp_path: Path) -> None:
    """In a real play; and what is wrong with an option is told of the variable that it comes from."""
    (tmp_path / "play.yml").write_text(PLAY)
    text = '{"text": "{% raw %}{{ lookup(\'pipe\', \'touch executed\') }}\\n{% endraw %}"}'
    command = [sys.executable, "-c", "from ansible.cli.playbook import main; main()", "-i", "localhost,", "-c", "local", "-e", text, "play.yml"]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(Path(rules.__file__).parents[5])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 2 and "2 mistakes in rules or settings" in output, output
    assert "{{ lookup(" in output and "holdfast_waivers: entry 1: 'x' is no mapping" in output, output
    assert not (tmp_path / "executed").exists()
