# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One role of the collection on one host, as users run it: ansible-playbook over ssh, from inside the lab."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .controller import Controller
from .hosts import Host
from .namespaces import Namespaces

_RECAP = re.compile(r"^\S+ +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Done:
    """How a role ended: how many tasks changed something, whether it failed, and all that ansible said."""

    changed: int
    failed: bool
    output: str


def run_role(spaces: Namespaces, host: Host, role: str, variables: Mapping[str, Any], *, check: bool = False) -> Done:
    """Run holdfast.baseline.<role> as root. Raises RuntimeError with ansible's output where it doesn't even begin."""
    controller = Controller(spaces, [host])
    play = controller.write("play.json", [{"name": f"Run {role}", "hosts": "all", "gather_facts": False, "roles": [f"holdfast.baseline.{role}"]}])
    done = controller.run("ansible-playbook", play, *(["--check", "--diff"] if check else []), variables=variables)
    recap = _RECAP.search(done.stdout)
    if not recap:
        raise RuntimeError(f"the role {role} did not run:\n{done.stdout}{done.stderr}")
    return Done(int(recap[1]), bool(done.returncode or int(recap[2]) + int(recap[3])), done.stdout + done.stderr)
