# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays hosts of random foreign state, and holds the audit's and enforce's words against the hosts themselves.

    play_random.py [--seeds A-B] [--image NAME…] [--only audit|enforce] [--times N] [--jobs N] [--plays N] [--again] [--show]
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import as_completed
from pathlib import Path

from holdlab import campaign, images, machine, random_case, random_results
from holdlab.random_case import TWINS, Result
from holdlab.random_host import RandomHost
from holdlab.random_make import make

RESULTS = Path(__file__).resolve().parents[2] / ".build" / "random.json"
Play = tuple[RandomHost, str]


def main(arguments: Sequence[str]) -> int:
    """0, or 1 where a host is worse, a loss was not foretold, an alarm was false, or nothing could be played."""
    options = _options(arguments)
    plays = [(make(seed, image), twin) for seed in options.seeds for image in options.image for twin in options.only or TWINS]
    if options.show:
        print(*(f"# {host.name}\n{random_case.told(host)}" for host in dict(plays)), sep="\n")
        return 0
    if reason := machine.why_not():
        print(reason, file=sys.stderr)
        return 1
    results = _play(plays, options)
    return _end(results)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Play random hosts.")
    parser.add_argument("--seeds", type=_seeds, default=_seeds(os.environ.get("SEEDS") or "1-20"), help="of the hosts, such as 7 or 1-50 (1-20)")
    parser.add_argument("--image", nargs="+", default=os.environ.get("IMAGE", "").split() or images.names(), help="the hosts' images (%(default)s)")
    parser.add_argument("--only", action="append", choices=TWINS, help="only the audit and a restart, or only enforce")
    parser.add_argument("--times", type=int, default=1, help="play each so many times: it must end alike (%(default)s)")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1), help="how many at a time (%(default)s)")
    parser.add_argument("--plays", type=int, default=16, help="how many plays more make a failing host small (%(default)s)")
    parser.add_argument("--again", action="store_true", help="keep the good ones of the last time, and play what was bad or is missing")
    parser.add_argument("--show", action="store_true", help="print the hosts, and play none")
    return parser.parse_args(arguments)


def _seeds(text: str) -> range:
    first, _dash, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _play(plays: list[Play], options: argparse.Namespace) -> list[Result]:
    """The results of all, with the good ones of the last time where these are kept."""
    of = random_results.digest()
    wanted = {(host.name, twin) for host, twin in plays}
    last = random_results.load(RESULTS, of) if options.again else []
    results = [result for result in last if not result.problems and (result.name, result.twin) in wanted]
    kept = {(result.name, result.twin) for result in results}
    left = [play for play in plays if (play[0].name, play[1]) not in kept]
    print(f"random: {len(left)} to play, {len(kept)} good ones of the last time kept", flush=True)
    for image in options.image:
        images.image(image)
    for done, result in enumerate(_results(left, options), 1):
        _tell(result, f"{done} of {len(left)}")
        results.append(result)
        random_results.save(RESULTS, results, of)
    return results


def _results(plays: Iterable[Play], options: argparse.Namespace) -> Iterator[Result]:
    """The results, as they come."""
    with campaign.pool(options.jobs) as executor:
        futures = [executor.submit(campaign.in_lab, random_case.play, host, twin, options.times, options.plays) for host, twin in plays]
        for future in as_completed(futures):
            yield future.result()


def _tell(result: Result, where: str) -> None:
    losses = f", {result.foretold} of {result.losses} losses foretold, {result.false} false alarms" if result.twin == random_case.AUDIT else ""
    print(f"{where}  {result.twin} {result.name}: {result.state}{losses} ({result.seconds:.0f} s) {result.said}", flush=True)
    for problem in result.problems:
        print(f"    {problem}", flush=True)


def _end(results: list[Result]) -> int:
    """Tell the bad ones, made small, and the count; the exit status."""
    bad = sorted((result for result in results if result.problems), key=lambda result: (result.name, result.twin))
    for result in bad:
        print(f"----- {result.name}, {result.twin}: {result.said}", *result.problems[:12], "which needs no more than", result.small, sep="\n")
        print(f"alone: make random SEEDS={result.seed} IMAGE={result.image} ARGS='--only {result.twin}'")
    print(random_results.count(results))
    return int(bool(bad) or not results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
