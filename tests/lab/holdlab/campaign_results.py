# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a campaign has found so far, in a file, so that hours of it are not lost with one bad case or a machine that is switched off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from .controller import COLLECTION
from .faulty_rollout import Result

_PLAYED = ("playbooks", "plugins", "roles")


def digest(collection: Path = COLLECTION) -> str:
    """Of all that a rollout runs."""
    found = hashlib.sha256()
    for path in sorted(path for folder in _PLAYED for path in (collection / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        found.update(f"{path.relative_to(collection)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def save(path: Path, results: Iterable[Result], of: str) -> None:
    """Write the results, and of which code they are."""
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"of": of, "results": [asdict(result) for result in results]}, indent=1), encoding="utf-8")
    new.replace(path)


def load_good(path: Path, of: str) -> list[Result]:
    """The saved results without problems; none where there is no such file, or where it is of other code."""
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Result(**result) for result in saved["results"] if not result["problems"]] if saved["of"] == of else []
