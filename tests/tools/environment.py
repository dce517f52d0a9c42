# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual environments in the cache, one for each set of pinned requirements; a damaged one is made anew."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from machine import ROOT, cache

_SEAL = "sealed.json"


def ensure(name: str, python: str) -> Path:
    """The folder of an environment with requirements/`name`.txt for the interpreter `python`; made if need be.

    Raises subprocess.CalledProcessError where pip fails.
    """
    pins = ROOT / "requirements" / f"{name}.txt"
    identity = json.dumps([pins.read_text(encoding="utf-8"), python, _version(python)])
    folder = cache() / "venv" / f"{name}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_whole(folder):
            _make(folder, python, pins)
    return folder


def seal(folder: Path) -> None:
    """Note what the finished environment consists of."""
    (folder / _SEAL).write_text(json.dumps(_sizes(folder)), encoding="utf-8")


def is_sealed(folder: Path) -> bool:
    return (folder / _SEAL).exists()


def is_whole(folder: Path) -> bool:
    """Whether the environment was sealed, and every file is there as it was then, the interpreter it links to included."""
    try:
        sealed = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return sealed.items() <= _sizes(folder).items()


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.suffix != ".pyc" and path.name != _SEAL and path.is_file())
    return {str(path.relative_to(folder)): path.stat().st_size for path in files}


def _version(python: str) -> str:
    return subprocess.run([python, "--version"], capture_output=True, text=True, check=True).stdout


def _make(folder: Path, python: str, pins: Path) -> None:
    print(f"making {folder} from {pins.name}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", folder], check=True)
    pip = [folder / "bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--requirement", pins], check=True)
    seal(folder)
