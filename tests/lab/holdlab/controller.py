# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller: ansible of the environment that the tests run in, over ssh, from inside the lab, with the collection as it lies here."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .hosts import Host
from .namespaces import ROOM, Namespaces

COLLECTION = Path(__file__).resolve().parents[3]
SECONDS = 300
SSH = (
    "-F none -o ControlMaster=auto -o ControlPersist=10s -o StrictHostKeyChecking=no"
    " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
)

_numbers = itertools.count(1)


class Controller:
    """One controller with a folder of its own in the lab, `folder` as the lab and `inside` as the machine sees it."""

    def __init__(self, spaces: Namespaces, hosts: Sequence[Host], user: str = "root") -> None:
        self._spaces = spaces
        self.folder = f"{ROOM}/controller-{next(_numbers)}"
        self.inside = spaces.path(self.folder)
        self.inside.mkdir()
        (self.inside / "ansible.cfg").touch()
        self.write("hosts.json", {"all": {"hosts": {host.name: _connection(host, user) for host in hosts}}})
        _link_collection(spaces)

    def write(self, name: str, data: Any) -> str:
        """Write a JSON file into its folder; the file's path in the lab."""
        (self.inside / name).write_text(json.dumps(data), encoding="utf-8")
        return f"{self.folder}/{name}"

    def run(self, tool: str, *arguments: str, variables: Mapping[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
        """Run `ansible` or `ansible-playbook` for its hosts, with extra variables."""
        command = self.command(tool, *arguments, variables=variables)
        return self._spaces.run(command, env=self.environment(), timeout=SECONDS, check=False)

    def command(self, tool: str, *arguments: str, variables: Mapping[str, Any] | None = None) -> list[str]:
        """The command line of that."""
        command = [str(Path(sys.executable).parent / tool), *arguments, "--inventory", f"{self.folder}/hosts.json"]
        return [*command, "--extra-vars", f"@{self.write('variables.json', variables)}"] if variables else command

    def environment(self) -> dict[str, str]:
        """The environment without any settings for ansible that the caller has.

        All hosts have the same few addresses, so a connection that ssh keeps open must be found by this controller only.
        """
        clean = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        return {
            **clean,
            "ANSIBLE_COLLECTIONS_PATH": f"{ROOM}/collections",
            "ANSIBLE_CONFIG": f"{self.folder}/ansible.cfg",
            "ANSIBLE_HOME": self.folder,
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_SSH_ARGS": SSH,
            "ANSIBLE_SSH_CONTROL_PATH_DIR": f"{self.folder}/ssh",
        }


def _connection(host: Host, user: str) -> dict[str, str]:
    return {
        "ansible_host": host.address,
        "ansible_user": user,
        "ansible_ssh_private_key_file": f"{ROOM}/key",
        "ansible_python_interpreter": "/usr/bin/python3",
    }


def _link_collection(spaces: Namespaces) -> None:
    link = spaces.path(f"{ROOM}/collections/ansible_collections/holdfast/baseline")
    if not link.is_symlink():
        link.parent.mkdir(parents=True)
        link.symlink_to(COLLECTION)
