# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For the lab's tests only: ansible tells of every task before it starts, and waits for a word to go on (see holdlab/gate.py)."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: lab_steps
type: aggregate
short_description: Tell the lab of each task
description:
  - Tells the unix socket that the environment variable HOLDFAST_LAB_STEPS names of each task, and waits for a line before the task starts.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "lab_steps"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(os.environ["HOLDFAST_LAB_STEPS"])
        self._words = self._socket.makefile("rb")

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        role = task._role.get_name(include_role_fqcn=False) if task._role else ""
        self._tell({"event": "start", "role": role, "task": task.name, "action": task.action})
        self._words.readline()

    def v2_runner_on_ok(self, result: Any) -> None:
        # Before ansible-core 2.19 there is only the private one.
        told = result.result if hasattr(result, "result") else result._result
        self._tell({"event": "end", "status": "changed" if told.get("changed") else "ok"})

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._tell({"event": "end", "status": "skipped"})

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._tell({"event": "end", "status": "failed"})

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._tell({"event": "end", "status": "unreachable"})

    def _tell(self, event: dict[str, str]) -> None:
        """A listener that is gone lets ansible go on."""
        try:
            self._socket.sendall(json.dumps(event).encode() + b"\n")
        except OSError:
            pass
