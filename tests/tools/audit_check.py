# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does what the README tells a newcomer: `make audit` in a fresh folder, as a plain user, without any cache."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import tree

NOBODY = 65534
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def run() -> None:
    """Audit this machine from a copy; raises where that fails or its report doesn't hold this machine."""
    with tempfile.TemporaryDirectory(prefix="holdfast-audit-") as home:
        folder = Path(home) / "baseline"
        shutil.copytree(tree.export("audit"), folder, symlinks=True, ignore=shutil.ignore_patterns(".git", ".ansible"))
        for user in _users():
            _own(home, user)
            _audit(folder, home, user)


def _users() -> list[int]:
    me = os.geteuid()
    return [NOBODY] if me == 0 else [me]


def _own(home: str, user: int) -> None:
    for path in (home, *map(str, Path(home).rglob("*"))):
        os.chown(path, user, -1, follow_symlinks=False)


def _audit(folder: Path, home: str, user: int) -> None:
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if os.geteuid() != user else []
    command = [*become, "make", "--no-print-directory", "audit", "ARGS=-e holdfast_fail_on=never"]
    _make(command, folder, home).check_returncode()
    report = json.loads((folder / "holdfast-report/report.json").read_text(encoding="utf-8"))
    print(json.dumps(report["summary"]))
    status = report["hosts"]["localhost"]["status"]
    if status in ("error", "unreachable"):
        raise RuntimeError(f"the report says of this machine: {status}")
    missing = _make([*command, "INVENTORY=nosuch.yml"], folder, home)
    if missing.returncode == 0 or "inventory source" not in missing.stdout or "nosuch.yml" not in missing.stdout:
        raise RuntimeError(f"an inventory that isn't there ends with status {missing.returncode}, and is not named as the reason")


def _make(command: list[str], folder: Path, home: str) -> subprocess.CompletedProcess[str]:
    print("+", *command, flush=True)
    done = subprocess.run(command, cwd=folder, env={"PATH": _PATH, "HOME": home}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    print(done.stdout, flush=True)
    return done
