# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One lab host under many names, and playbooks run against all of them."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from holdlab.controller import COLLECTION, SSH
from holdlab.hosts import Host
from holdlab.namespaces import ROOM, Namespaces

FORKS = 20
SECONDS = 300
# sshd refuses connections when many come at once, as they would not to many hosts.
WELCOME = "echo 'MaxStartups 1000' >/etc/ssh/sshd_config.d/20-bench.conf; systemctl restart ssh"


class Run(NamedTuple):
    """One run of a playbook: seconds by the clock, and CPU seconds of ansible and ssh without the host's."""

    seconds: float
    cpu: float


class Fleet:
    """`host` under as many names as a run asks for; each name has an ssh connection of its own, new in each run."""

    def __init__(self, spaces: Namespaces, host: Host, collections: Path) -> None:
        self._spaces = spaces
        self._host = host
        self._collections = collections
        self._runs = 0
        done = host.run(WELCOME)
        if done.returncode:
            raise RuntimeError(f"sshd can't be prepared:\n{done.stdout}")

    def play(self, playbook: str, count: int) -> Run:
        """Run a playbook against `count` names. Raises RuntimeError with ansible's output where it fails."""
        self._runs += 1
        folder = f"{ROOM}/bench-{self._runs}"
        inside = self._spaces.path(folder)
        inside.mkdir()
        _write(inside / "hosts.json", {"all": {"hosts": {f"web{n}": self._connection(f"{folder}/{n}") for n in range(1, count + 1)}}})
        _write(inside / "variables.json", {"holdfast_report_dir": folder})
        started, cpu = time.monotonic(), _children_cpu()
        done = self._spaces.run(
            [str(Path(sys.executable).parent / "ansible-playbook"), playbook, "--inventory", f"{folder}/hosts.json"]
            + ["--extra-vars", f"@{folder}/variables.json", "--forks", str(FORKS)],
            env=self._environment(folder),
            timeout=SECONDS,
            check=False,
        )
        run = Run(time.monotonic() - started, _children_cpu() - cpu)
        if done.returncode:
            raise RuntimeError(f"{playbook} on {count} hosts: status {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
        return run

    def report(self) -> dict[str, Any]:
        """The report of the last run, where that was an audit."""
        return json.loads(self._spaces.path(f"{ROOM}/bench-{self._runs}/report.json").read_text(encoding="utf-8"))

    def _connection(self, control_path: str) -> dict[str, str]:
        return {
            "ansible_host": self._host.address,
            "ansible_user": "root",
            "ansible_control_path": control_path,
            "ansible_ssh_private_key_file": f"{ROOM}/key",
            "ansible_python_interpreter": "/usr/bin/python3",
        }

    def _environment(self, folder: str) -> dict[str, str]:
        """The collection's own ansible.cfg, without any settings for ansible that the caller has."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        return {
            **clean,
            "ANSIBLE_COLLECTIONS_PATH": str(self._collections),
            "ANSIBLE_CONFIG": str(COLLECTION / "ansible.cfg"),
            "ANSIBLE_HOME": folder,
            # ssh takes the first value of an option: connections live as long as in ansible.cfg.
            "ANSIBLE_SSH_ARGS": f"-o ControlPersist=60s {SSH}",
        }


def _children_cpu() -> float:
    """CPU seconds of the programs that this process ran to their end, with all that those ran."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data), encoding="utf-8")
