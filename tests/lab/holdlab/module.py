# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One module of the collection on one host, as users run it: by ansible over ssh, from inside the lab."""

from __future__ import annotations

import json
import re
from typing import Any

from .controller import Controller
from .hosts import Host
from .namespaces import Namespaces

_RESULT = re.compile(r"^\S+ \| (\S+) (?:=>|>>) ", re.MULTILINE)


def run_module(spaces: Namespaces, host: Host, name: str, options: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    """The module's result, with `failed`. Raises RuntimeError with ansible's output where there is none."""
    arguments = [host.name, "--module-name", f"holdfast.baseline.{name}", *(["--args", json.dumps(options)] if options else [])]
    done = Controller(spaces, [host]).run("ansible", *arguments, *(["--check", "--diff"] if check else []))
    match = _RESULT.search(done.stdout)
    if not match:
        raise RuntimeError(f"{name} said nothing:\n{done.stdout}{done.stderr}")
    return {"failed": match[1] == "FAILED!", **json.JSONDecoder().raw_decode(done.stdout[match.end() :])[0]}
