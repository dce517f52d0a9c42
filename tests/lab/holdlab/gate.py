# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A running ansible-playbook that stops before every task until it is told to go on, and can be killed whole."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .controller import Controller
from .namespaces import Namespaces

PLUGINS = Path(__file__).parents[1] / "callback_plugins"
# These run on the controller alone; at them nothing can be on its way on the host.
ELSEWHERE = frozenset(
    "assert assess debug fail import_role include_role include_tasks import_tasks meta prove report rules set_fact"
    " validate_argument_spec verdict wait_for_connection".split()
)
SECONDS = 300


@dataclass(frozen=True)
class Event:
    """What ansible tells: the start of a task, or with `status` (ok, changed, failed, skipped, unreachable) its end.

    step: role, name, and which time it is that a task of that name starts; action: the last part of its module's name.
    """

    step: str = ""
    action: str = ""
    status: str = ""

    @property
    def on_host(self) -> bool:
        """Whether the task runs on the host."""
        return self.action not in ELSEWHERE


class Gate:
    """One ansible-playbook in the lab. Its output is in the file `log` of the controller's folder."""

    def __init__(self, spaces: Namespaces, controller: Controller, *arguments: str, variables: Mapping[str, Any]) -> None:
        self._spaces = spaces
        token = secrets.token_hex(16)
        self._mark = f"HOLDFAST_LAB_CONTROLLER={token}\0".encode()
        self._times: dict[str, int] = {}
        self.log = controller.inside / "log"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(controller.inside / "steps"))
            listening.listen()
            listening.settimeout(60)
            environment = {
                **controller.environment(),
                "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS),
                "ANSIBLE_CALLBACKS_ENABLED": "lab_steps",
                "HOLDFAST_LAB_CONTROLLER": token,
                "HOLDFAST_LAB_STEPS": f"{controller.folder}/steps",
            }
            command = controller.command("ansible-playbook", *arguments, variables=variables)
            with self.log.open("ab") as output:
                self.process = subprocess.Popen(
                    spaces.argv(command), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment, start_new_session=True
                )
            self._socket, _peer = listening.accept()
        self._socket.settimeout(SECONDS)
        self._lines = self._socket.makefile("rb")

    def events(self) -> Iterator[Event]:
        """All that ansible tells until it ends. It stands still at a start until go()."""
        for line in self._lines:
            told = json.loads(line)
            if told["event"] == "end":
                yield Event(status=told["status"])
            else:
                yield Event(self._name(f"{told['role']}: {told['task']}"), told["action"].rpartition(".")[2])

    def go(self) -> None:
        """Let the task start."""
        with contextlib.suppress(OSError):
            self._socket.sendall(b"go\n")

    def end(self) -> int:
        """Wait for the end of ansible; its exit status."""
        try:
            return self.process.wait(SECONDS)
        finally:
            self.kill()

    def kill(self) -> None:
        """End all of the controller at once: ansible, its workers, which have sessions of their own, and the connections that ssh keeps."""
        while pids := list(self._processes()):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
        self._lines.close()
        self._socket.close()

    def output(self) -> str:
        """What ansible said."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _name(self, name: str) -> str:
        self._times[name] = self._times.get(name, 0) + 1
        return name if self._times[name] == 1 else f"{name} ({self._times[name]})"

    def _processes(self) -> Iterator[int]:
        """Those that this controller has started, by a mark in their environment that no other lab has; a zombie has none any more."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if self._mark in (entry / "environ").read_bytes():
                        yield int(entry.name)
