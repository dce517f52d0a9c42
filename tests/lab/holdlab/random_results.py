# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What random hosts have shown so far, in a file, and counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from . import campaign_results
from .random_case import AUDIT, ENFORCE, Result


def digest() -> str:
    """Of all that is played, and of what makes the hosts from their seeds."""
    made = sha256(campaign_results.digest().encode())
    for path in sorted(Path(__file__).parent.glob("random_*.py")):
        made.update(path.read_bytes())
    return made.hexdigest()


def save(path: Path, results: Iterable[Result], of: str) -> None:
    """Write the results, and of which code they are."""
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"of": of, "results": [asdict(result) for result in results]}, indent=1), encoding="utf-8")
    new.replace(path)


def load(path: Path, of: str) -> list[Result]:
    """The saved results; none where there is no such file, or where it is of other code."""
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [Result(**result) for result in saved["results"]] if saved["of"] == of else []


def count(results: Iterable[Result]) -> str:
    """How many hosts ended how, for each image and in all."""
    results = list(results)
    images = sorted({result.image for result in results})
    rows = [(image, [result for result in results if result.image == image]) for image in images]
    return "\n".join(f"{name}: {_line(some)}" for name, some in [*rows, ("all", results)])


def _line(results: list[Result]) -> str:
    enforced = Counter(result.state for result in results if result.twin == ENFORCE)
    audited = [result for result in results if result.twin == AUDIT]
    losses, foretold, false = (sum(getattr(result, name) for result in audited) for name in ("losses", "foretold", "false"))
    told = ", ".join(f"{enforced[state]} {state}" for state in ("as before", "changed", "refused", "unknown", "worse"))
    unknown = sum(1 for result in audited if result.state == "unknown")
    bad = sum(1 for result in results if result.problems)
    return (f"{sum(enforced.values())} hosts: {told}; {len(audited)} audited: losses foretold {foretold} of {losses}, "
            f"false alarms {false}, {unknown} unknown; {bad} with problems")
