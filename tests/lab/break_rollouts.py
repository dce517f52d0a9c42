# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Breaks rollouts on real hosts in every way there is, and counts what became of the hosts.

    break_rollouts.py [--image NAME…] [--jobs N] [--list] [--again] [-k TEXT…]    with all cases of its images it writes docs/faults.md
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from holdlab import campaign, campaign_results, campaign_table, machine, rollout_faults
from holdlab.faulty_rollout import Result
from holdlab.reference import Reference
from holdlab.rollout_faults import Case

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "faults.md"
RESULTS = ROOT / ".build" / "faults.json"
IMAGES = ["debian12", "debian13"]


def main(arguments: Sequence[str]) -> int:
    """0, or 1 where a host is worse, a report is untrue, or the campaign could not be played."""
    options = _options(arguments)
    if reason := machine.why_not():
        print(reason, file=sys.stderr)
        return 1
    with campaign.pool(options.jobs) as executor:
        print("faults: what an undisturbed rollout is like …", flush=True)
        known = campaign.references(executor, options.image)
        every = campaign.all_cases(known)
        cases = [case for case in every if all(text in case.name for text in options.k)]
        if options.list:
            print(*(case.name for case in cases), sep="\n")
            return 0
        results = _play(executor, cases, every, known, options.again)
    return _end(results, every)


def _play(executor: ProcessPoolExecutor, cases: list[Case], every: list[Case], known: dict[str, Reference], again: bool) -> list[Result]:
    """The results, with the good ones of the last time for what is not played now."""
    of = campaign_results.digest()
    names = {case.name for case in every} - (set() if again else {case.name for case in cases})
    results = [result for result in campaign_results.load_good(RESULTS, of) if result.case in names]
    kept = {result.case for result in results}
    left = [case for case in cases if case.name not in kept]
    print(f"faults: {len(left)} cases to play, {len(kept)} good ones of the last time kept", flush=True)
    for result in _told(campaign.play(executor, left, known), len(left)):
        results.append(result)
        campaign_results.save(RESULTS, results, of)
    return results


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Break rollouts on real hosts.")
    parser.add_argument("--image", nargs="+", default=os.environ.get("IMAGE", "").split() or IMAGES, help="the hosts' images (%(default)s)")
    parser.add_argument("--jobs", type=int, default=3 * (os.cpu_count() or 1), help="how many cases at a time (%(default)s)")
    parser.add_argument("--list", action="store_true", help="name the cases, and play none")
    parser.add_argument("--again", action="store_true", help="play only what was bad the last time, or is missing")
    parser.add_argument("-k", action="append", default=[], metavar="TEXT", help="only the cases with this in their name")
    return parser.parse_args(arguments)


def _told(results: Iterable[Result], number: int) -> Iterable[Result]:
    """The results, each told as it comes."""
    for done, result in enumerate(results, 1):
        said = f", reported as {result.report}" if result.report else ""
        print(f"{done} of {number}  {result.state}, {result.by}{said}  {result.case} ({result.seconds:.0f} s)", flush=True)
        for problem in result.problems:
            print(f"    {problem}", flush=True)
        yield result


def _end(results: list[Result], every: list[Case]) -> int:
    """Write the page, and tell the bad cases; the exit status."""
    bad = sorted((result for result in results if result.problems), key=lambda result: result.case)
    # Named once, the places are in the order of the steps.
    places = list(dict.fromkeys(case.place.name for case in every if rollout_faults.EVERY in case.fault.at))
    if len(results) == len(every) and not bad:
        PAGE.write_text(campaign_table.page(results, rollout_faults.load(), places), encoding="utf-8")
        print(f"written: {PAGE.relative_to(ROOT)}")
    for result in bad:
        print(f"----- {result.case}", *result.problems, sep="\n")
        print(f"what ansible said is in {RESULTS.relative_to(ROOT)}; run it alone: make faults IMAGE={result.image} ARGS='-k {result.case}'")
    if bad or len(results) < len(every):
        print("to play what was bad or is missing: make faults ARGS=--again")
    print(campaign_table.count(results).replace("*", ""))
    return int(bool(bad) or not results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
