# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this machine has: interpreters, rights, and a folder for caches."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
# The oldest and the newest ansible-core, each with the interpreters its controller may run on, best first.
CORES = {"2.18": ("3.11",), "2.21": ("3.12", "3.13", "3.14")}


def cache() -> Path:
    """The folder that outlives a checkout. All of it can be rebuilt, so it may be deleted at any time."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "holdfast"


@functools.lru_cache(maxsize=None)
def find_python(version: str) -> str | None:
    """The path of a real CPython `version` that can make virtual environments, or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [str(path) for path in sorted(pyenv.glob(f"versions/*/bin/python{version}"))]
    on_path = shutil.which(f"python{version}")
    if on_path:
        candidates.append(on_path)
    for candidate in candidates:
        real = _real_path(candidate, version)
        if real:
            return real
    return None


def _real_path(candidate: str, version: str) -> str | None:
    # Asking the interpreter itself sees through shims, which ansible-test can't use.
    probe = "import sys, ensurepip, venv; print('%d.%d' % sys.version_info[:2]); print(sys.executable)"
    try:
        done = subprocess.run([candidate, "-I", "-c", probe], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.splitlines()
    return lines[1] if done.returncode == 0 and lines[0] == version else None


def core_python(core: str) -> str | None:
    """The interpreter that runs the controller of ansible-core `core` here, or None."""
    return next((path for path in map(find_python, CORES[core]) if path), None)


def newest_core() -> str | None:
    """The newest ansible-core this machine can run, or None."""
    return next((core for core in reversed(CORES) if core_python(core)), None)


def missing(need: str) -> str | None:
    """Why this machine lacks `need` ("root", "debian", "core 2.21", "python 3.9", "command git"), or None if it has it."""
    kind, name = [*need.split(" "), ""][:2]
    if kind == "root":
        return None if os.geteuid() == 0 else "needs root"
    if kind == "debian":
        return None if Path("/etc/debian_version").exists() else "needs Debian or Ubuntu"
    if kind == "core":
        return None if core_python(name) else f"needs Python {' or '.join(CORES[name])}"
    if kind == "python":
        return None if find_python(name) else f"needs Python {name}"
    if kind == "command":
        return None if shutil.which(name) else f"needs {name}"
    raise ValueError(f"unknown need: {need}")
