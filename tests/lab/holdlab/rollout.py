# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real rollout: ansible-playbook with the collection's enforce.yml or rollback.yml, from inside the lab."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .controller import Controller
from .hosts import Host
from .namespaces import Namespaces

_CHANGED = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Rollout:
    """How it ended: ansible's exit status, the hosts of report.json (none where there is no report), and all that ansible said."""

    status: int
    hosts: dict[str, Any]
    output: str

    def outcome(self, host: Host) -> str:
        """In one word."""
        return str(self.hosts.get(host.name, {}).get("enforced", {}).get("outcome"))

    def changed(self, host: Host) -> int:
        """How many tasks changed something on that host."""
        return dict((name, int(count)) for name, count in _CHANGED.findall(self.output))[host.name]


def rollout(
    spaces: Namespaces, hosts: Sequence[Host], variables: Mapping[str, Any], *arguments: str, playbook: str = "enforce", user: str = "root"
) -> Rollout:
    """Run holdfast.baseline.<playbook> on the hosts, with more arguments for ansible-playbook."""
    controller = Controller(spaces, hosts, user)
    own = {"holdfast_report_dir": controller.folder, "holdfast_report_formats": ["json"]}
    done = controller.run("ansible-playbook", f"holdfast.baseline.{playbook}", *arguments, variables={**own, **variables})
    try:
        found = json.loads((controller.inside / "report.json").read_text(encoding="utf-8"))["hosts"]
    except OSError:
        found = {}
    return Rollout(done.returncode, found, done.stdout + done.stderr)
