# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of the checkout where tools want a collection to be: …/ansible_collections/holdfast/baseline."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
from pathlib import Path

from machine import ROOT


def export(name: str) -> Path:
    """Bring the copy called `name` up to date and return the collection's folder in it.

    It holds what git tracks or would track, and a repository of its own: without one, tools that ask git find the
    checkout's, which ignores all of .build. Files that tests left in ignored places survive, so later runs are warm.
    """
    target = ROOT / ".build" / "test" / name / "ansible_collections" / "holdfast" / "baseline"
    target.mkdir(parents=True, exist_ok=True)
    if not (target / ".git").exists():
        subprocess.run(["git", "init", "--quiet", target], check=True)
    wanted = set(files(ROOT))
    for path in set(files(target)) - wanted:
        (target / path).unlink()
    for path in wanted:
        _copy(ROOT / path, target / path)
    return target


def files(folder: Path) -> list[str]:
    """The paths under `folder` that git tracks or would track, and that are there."""
    listing = ["git", "-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split("\0")
    return [name for name in names if name and os.path.lexists(folder / name)]


def _copy(source: Path, target: Path) -> None:
    if target.is_file() and not target.is_symlink() and filecmp.cmp(source, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)
