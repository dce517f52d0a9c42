# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole campaign: every fault at every one of its places, some cases at a time, each process with a lab of its own."""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any, TypeVar

from . import faulty_rollout, rollout_faults
from .faulty_rollout import Result
from .lab import Lab
from .reference import Reference, measure
from .rollout_faults import Case

PR_SET_PDEATHSIG = 1
_lab: Lab
Played = TypeVar("Played")


@contextmanager
def pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes with a lab each, which ends with them, and they with us."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin) as executor:
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=True, cancel_futures=True)
            raise


def _begin() -> None:
    global _lab
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _lab = Lab()
    _lab.__enter__()


def in_lab(play: Callable[..., Played], *arguments: Any) -> Played:
    """For a process of the pool: play it in its lab."""
    return play(_lab, *arguments)


def _measure(image: str) -> Reference:
    return measure(_lab, image)


def _play(case: Case, reference: Reference) -> Result:
    try:
        return faulty_rollout.play(_lab, case, reference)
    except Exception as error:  # noqa: BLE001 - one case that can't be played must not end the others
        return Result(case.name, case.fault.name, case.place.name, case.image, "unknown", problems=[f"the lab itself: {error!r}"])


def references(executor: ProcessPoolExecutor, images: Sequence[str]) -> dict[str, Reference]:
    """What an undisturbed rollout is like, by image."""
    return dict(zip(images, executor.map(_measure, images)))


def all_cases(known: dict[str, Reference]) -> list[Case]:
    """Every case there is, for the images of the references."""
    moments = rollout_faults.moments()
    return [
        case
        for fault in rollout_faults.load()
        for image, reference in known.items()
        for case in rollout_faults.cases(fault, image, reference.steps, moments)
    ]


def play(executor: ProcessPoolExecutor, cases: Sequence[Case], known: dict[str, Reference]) -> Iterator[Result]:
    """The results, as they come."""
    futures: list[Future[Result]] = [executor.submit(_play, case, known[case.image]) for case in cases]
    for future in as_completed(futures):
        yield future.result()
