# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of a campaign as the tables of docs/faults.md; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from .faulty_rollout import Result
from .rollout_faults import EVERY, Fault

SYSTEMD = {"debian11": "247", "debian12": "252", "debian13": "257"}
OUTSET = "there from the outset"
HEAD = """\
<!-- Written by make faults. -->
# Faults, counted

What becomes of a real host when something goes wrong in the middle of `enforce.yml`. The hosts are in the state of incident 004, the rollout
protects networkd and gives systemd-resolved servers. After each case the host is held against what it was like before, and against a host
that was changed undisturbed: every file below /etc with its mode and owner, policy rules, routes and addresses, units, what networkd and
systemd-resolved run with, DNS, the default route, and what is left of a checkpoint. What is neither is worse.

"Changed" is changed, proven and confirmed. "By" tells who put the host back: the controller, its own deadline, or its boot. "Not armed":
there was no checkpoint yet, and nothing was touched. "Abandoned": it was on its way, and was taken away when its time was over.
A host that reboots in the moment when its record is being written may keep that record, which counts as worse and was seen once: it has no
timer, boot unit or claim, nothing reads it, and the next checkpoint takes it away.
A task with (2) is the one that changes the host; its first time it only tells what it would do.
"""


def page(results: Sequence[Result], faults: Sequence[Fault], places: Sequence[str]) -> str:
    """The whole page. places: all of `every step`, in their order."""
    everywhere = [fault for fault in faults if EVERY in fault.at]
    others = [fault for fault in faults if EVERY not in fault.at]
    by = {(result.fault, result.place, result.image): result for result in results}
    images = sorted({result.image for result in results})
    steps = "".join(_steps(by, everywhere, places, images))
    played = ", ".join(f"{image} (systemd {SYSTEMD.get(image, '?')})" for image in images)
    return f"{HEAD}\nPlayed on {played}: {count(results)}\n\n## At every step\n\n{steps}\n## At some steps\n\n{''.join(_single(by, others, images))}"


def count(results: Sequence[Result]) -> str:
    """The last line: how many cases ended how."""
    states = Counter(result.state for result in results)
    told = ", ".join(f"{states[state]} {state}" for state in ("as before", "changed", "unknown") if states[state])
    bad = sum(1 for result in results if result.problems)
    return f"{len(results)} cases: {told}. **{states['worse']} hosts worse**{f', {bad} cases with problems' if bad else ''}."


def _steps(by: Mapping[tuple[str, str, str], Result], faults: Sequence[Fault], places: Sequence[str], images: Sequence[str]) -> Iterable[str]:
    yield f"| Where | {' | '.join(fault.title for fault in faults)} |\n|{'---|' * (len(faults) + 1)}\n"
    for place in places:
        cells = [_cell({image: by[fault.name, place, image] for image in images if (fault.name, place, image) in by}) for fault in faults]
        yield f"| {place} | {' | '.join(cells)} |\n"


def _single(by: Mapping[tuple[str, str, str], Result], faults: Sequence[Fault], images: Sequence[str]) -> Iterable[str]:
    yield "| Fault | Where | The host is | The report says |\n|---|---|---|---|\n"
    for fault in faults:
        for place in fault.at:
            results = {image: by[fault.name, place, image] for image in images if (fault.name, place, image) in by}
            said = {image: (result.report or "nothing").replace("_", " ") for image, result in results.items()}
            yield f"| {fault.title} | {place or OUTSET} | {_cell(results)} | {_merged(said)} |\n"


def _cell(results: Mapping[str, Result]) -> str:
    return _merged({image: _words(result) for image, result in results.items()})


def _words(result: Result) -> str:
    """How a case ended."""
    words = result.state if result.by == "confirmed" else f"{result.state}, {result.by}"
    return f"**{words}**" if result.problems else words


def _merged(words: Mapping[str, str]) -> str:
    """Once, where it is the same with every version of systemd."""
    if len(set(words.values())) <= 1:
        return next(iter(words.values()), "")
    return "; ".join(f"{SYSTEMD.get(image, image)}: {text}" for image, text in words.items())
