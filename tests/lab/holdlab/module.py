# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One module of the collection on one host, as users run it: by ansible over ssh, from inside the lab."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from . import audit
from .hosts import Host
from .namespaces import ROOM, Namespaces

_RESULT = re.compile(r"^\S+ \| (\S+) (?:=>|>>) ", re.MULTILINE)


def run_module(spaces: Namespaces, host: Host, name: str, options: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    """The module's result, with `failed`. Raises RuntimeError with ansible's output where there is none."""
    folder = _folder(spaces, host)
    command = [str(Path(sys.executable).parent / "ansible"), host.name, "--inventory", f"{folder}/hosts.json"]
    command += ["--module-name", f"holdfast.baseline.{name}", *(["--args", json.dumps(options)] if options else []), *(["--check", "--diff"] if check else [])]
    done = spaces.run(command, env=audit._environment(folder), timeout=audit.SECONDS, check=False)
    match = _RESULT.search(done.stdout)
    if not match:
        raise RuntimeError(f"{name} said nothing:\n{done.stdout}{done.stderr}")
    return {"failed": match[1] == "FAILED!", **json.JSONDecoder().raw_decode(done.stdout[match.end() :])[0]}


def _folder(spaces: Namespaces, host: Host) -> str:
    """The folder of this host's inventory, and of ansible's own files."""
    folder = f"{ROOM}/module-{host.name}"
    inside = spaces.path(folder)
    if not inside.exists():
        inside.mkdir()
        (inside / "ansible.cfg").touch()
        audit._write(inside / "hosts.json", {"all": {"hosts": {host.name: audit._connection(host, "root")}}})
        audit._link_collection(spaces)
    return folder
