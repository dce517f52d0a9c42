# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults as data: what goes wrong, at which steps of a rollout, and what must have become of the host; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[1] / "faults"
EVERY = "every step"
# What can be done to a host or its controller, as faulty_rollout.py does it.
DEEDS = (
    "nothing",
    "lines",
    "kill the controller",
    "cut the link",
    "reboot",
    "kill the module",
    "hold the controller until the deadline has passed",
    "another controller",
)
STATES = ("as before", "changed")
WHENS = ("start", "middle")


class FaultError(Exception):
    """A fault's file says something that can't be; the text names the file."""


@dataclass(frozen=True)
class Fault:
    """One file of faults/. `prepare` runs on the host before the rollout, `lines` at the step besides the deed, `afterwards` when all is over.

    killed_at: a later place at which the controller is killed as well, if it comes there. host: what may have become of the host.
    report: which outcomes the report may have; any that is true where there are none.
    always: the places that `make test` plays, as `at` has them.
    """

    name: str
    title: str
    deed: str = "nothing"
    at: tuple[str, ...] = ("",)
    prepare: str = ""
    lines: str = ""
    afterwards: str = ""
    killed_at: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    host: tuple[str, ...] = STATES
    report: tuple[str, ...] = ()
    always: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A task of the rollout that runs on the host, as seen in one that nothing disturbed: how long it took, and whether it changes the host."""

    name: str
    seconds: float
    changes: bool


@dataclass(frozen=True)
class Place:
    """Where in a rollout: the task `step`, and in it `start`, `middle`, or the lines that succeed on the host as soon as its moment has come.

    All "" for what is there from the outset.
    """

    name: str = ""
    step: str = ""
    when: str = ""


@dataclass(frozen=True)
class Case:
    """A fault at one place of the rollout on one image; `killed` is where its controller is killed besides."""

    fault: Fault
    image: str
    place: Place
    killed: Place | None = None

    @property
    def name(self) -> str:
        """As one word."""
        place = f"-{self.place.name}" if self.place.name else ""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.fault.name}{place}-{self.image}".lower()).strip("-")


def load(folder: Path = FOLDER) -> list[Fault]:
    """All faults, by name. Raises FaultError."""
    return [_fault(path) for path in sorted(folder.glob("*.yml")) if path.stem != "moments"]


def moments(folder: Path = FOLDER) -> dict[str, Place]:
    """The places that moments.yml tells, by name."""
    data = yaml.safe_load((folder / "moments.yml").read_text(encoding="utf-8"))
    return {name: Place(name, moment["step"], moment["until"]) for name, moment in data.items()}


def cases(fault: Fault, image: str, steps: Sequence[Step], known: Mapping[str, Place], only: Sequence[str] | None = None) -> Iterator[Case]:
    """A case for each place of the fault, or for `only` these.

    A place is written as the name of a moment, or as `step, start` or `step, middle`; `every step` stands for all of them.
    """
    killed = _place(fault.killed_at, known) if fault.killed_at else None
    for written in fault.at if only is None else only:
        for name in _every(steps, known) if written == EVERY else [written]:
            yield Case(fault, image, _place(name, known), killed)


def _every(steps: Sequence[Step], known: Mapping[str, Place]) -> Iterator[str]:
    """The middle of a step that only reads is like its start."""
    for step in steps:
        yield f"{step.name}, start"
        if step.changes:
            yield f"{step.name}, middle"
        yield from (moment.name for moment in known.values() if moment.step == step.name)


def _place(name: str, known: Mapping[str, Place]) -> Place:
    if name in known or not name:
        return known.get(name, Place())
    step, _comma, when = name.rpartition(", ")
    if when not in WHENS:
        raise FaultError(f"{name} is neither a moment nor a step with start or middle")
    return Place(name, step, when)


def _fault(path: Path) -> Fault:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    names = {each.name for each in fields(Fault)} - {"name"}
    if unknown := set(data) - names:
        raise FaultError(f"{path.name}: {', '.join(sorted(unknown))} is no key of a fault")
    fault = Fault(name=path.stem, **{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})
    if fault.deed not in DEEDS:
        raise FaultError(f"{path.name}: deed {fault.deed} is none of {', '.join(DEEDS)}")
    if not set(fault.host) <= set(STATES):
        raise FaultError(f"{path.name}: host {fault.host} is not of {', '.join(STATES)}")
    return fault
