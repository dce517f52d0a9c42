# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One role of the collection on one host, as users run it: ansible-playbook over ssh, from inside the lab."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import audit
from .hosts import Host
from .namespaces import ROOM, Namespaces

_RECAP = re.compile(r"^\S+ +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Done:
    """How a role ended: how many tasks changed something, whether it failed, and all that ansible said."""

    changed: int
    failed: bool
    output: str


def run_role(spaces: Namespaces, host: Host, role: str, variables: Mapping[str, Any], *, check: bool = False) -> Done:
    """Run holdfast.baseline.<role> as root. Raises RuntimeError with ansible's output where it doesn't even begin."""
    folder = f"{ROOM}/role-{next(_numbers)}"
    inside = spaces.path(folder)
    inside.mkdir()
    (inside / "ansible.cfg").touch()
    audit._write(inside / "hosts.json", {"all": {"hosts": {host.name: audit._connection(host, "root")}}})
    audit._write(inside / "variables.json", variables)
    play = {"name": f"Run {role}", "hosts": "all", "gather_facts": False, "roles": [f"holdfast.baseline.{role}"]}
    audit._write(inside / "play.json", [play])
    audit._link_collection(spaces)
    command = [str(Path(sys.executable).parent / "ansible-playbook"), f"{folder}/play.json", "--inventory", f"{folder}/hosts.json"]
    command += ["--extra-vars", f"@{folder}/variables.json", *(["--check", "--diff"] if check else [])]
    done = spaces.run(command, env=audit._environment(folder), timeout=audit.SECONDS, check=False)
    recap = _RECAP.search(done.stdout)
    if not recap:
        raise RuntimeError(f"the role {role} did not run:\n{done.stdout}{done.stderr}")
    return Done(int(recap[1]), bool(done.returncode or int(recap[2]) + int(recap[3])), done.stdout + done.stderr)
