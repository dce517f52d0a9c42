# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real audit: ansible-playbook with the collection's own playbook, over ssh, from inside the lab."""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .hosts import Host
from .namespaces import ROOM, Namespaces

COLLECTION = Path(__file__).resolve().parents[3]
KEEP_FACTS = Path(__file__).parent / "keep_facts.yml"
SECONDS = 300
SSH = (
    "-F none -o ControlMaster=auto -o ControlPersist=10s -o StrictHostKeyChecking=no"
    " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
)

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Audit:
    """What one audit of one host said: findings by rule id, and the facts behind them (empty unless asked for)."""

    findings: dict[str, dict[str, Any]]
    facts: dict[str, Any]


def audit(
    spaces: Namespaces,
    host: Host,
    variables: Mapping[str, Any],
    user: str = "root",
    keep_facts: bool = False,
    playbook: str = "audit",
) -> Audit:
    """Audit a host as `user`, by the collection's `playbook`. Raises RuntimeError with ansible's output where there is no report of it."""
    folder = f"{ROOM}/audit-{next(_numbers)}"
    inside = spaces.path(folder)
    inside.mkdir()
    (inside / "ansible.cfg").touch()
    own = {"holdfast_report_dir": folder, "holdfast_report_formats": ["json"], "holdfast_fail_on": "never"}
    _write(inside / "variables.json", {**own, **variables})
    _write(inside / "hosts.json", {"all": {"hosts": {host.name: _connection(host, user)}}})
    _link_collection(spaces)
    done = spaces.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), f"holdfast.baseline.{playbook}", *([str(KEEP_FACTS)] * keep_facts)]
        + ["--inventory", f"{folder}/hosts.json", "--extra-vars", f"@{folder}/variables.json"],
        env=_environment(folder),
        timeout=SECONDS,
        check=False,
    )
    try:
        report = json.loads((inside / "report.json").read_text(encoding="utf-8"))["hosts"][host.name]
        facts = json.loads((inside / "facts.json").read_text(encoding="utf-8")) if keep_facts else {}
    except (OSError, KeyError) as error:
        raise RuntimeError(f"the audit has no report of {host.name} ({error!r}):\n{done.stdout}{done.stderr}") from error
    if done.returncode or not report["findings"]:
        raise RuntimeError(f"the audit itself failed, with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return Audit({finding["rule"]: finding for finding in report["findings"]}, facts)


def _connection(host: Host, user: str) -> dict[str, str]:
    return {
        "ansible_host": host.address,
        "ansible_user": user,
        "ansible_ssh_private_key_file": f"{ROOM}/key",
        "ansible_python_interpreter": "/usr/bin/python3",
    }


def _environment(folder: str) -> dict[str, str]:
    """The environment without any settings for ansible that the caller has.

    All hosts have the same few addresses, so a connection that ssh keeps open must be found by this audit only.
    """
    clean = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    return {
        **clean,
        "ANSIBLE_COLLECTIONS_PATH": f"{ROOM}/collections",
        "ANSIBLE_CONFIG": f"{folder}/ansible.cfg",
        "ANSIBLE_HOME": folder,
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_SSH_ARGS": SSH,
        "ANSIBLE_SSH_CONTROL_PATH_DIR": f"{folder}/ssh",
    }


def _link_collection(spaces: Namespaces) -> None:
    link = spaces.path(f"{ROOM}/collections/ansible_collections/holdfast/baseline")
    if not link.is_symlink():
        link.parent.mkdir(parents=True)
        link.symlink_to(COLLECTION)


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data), encoding="utf-8")
