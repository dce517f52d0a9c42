# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios: broken hosts as data. Their keys are told in ../README.md."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .software import Server
from .verdicts import Verdict

OWN = Path(__file__).parents[1] / "scenarios"
STATUSES = ("pass", "fail", "unknown", "not_applicable", "waived")
RULE = re.compile(r"[a-z0-9_]+/[a-z0-9_]+")


class ScenarioError(Exception):
    """A scenario that can't be played, with its file and what is wrong with it."""


@dataclass(frozen=True)
class Expected:
    """What one finding must be; `evidence` and `reason` are texts that must occur there."""

    status: str
    severity: str = ""
    evidence: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Damage:
    """What goes wrong on a host with this fault: a trigger, and lines that succeed while nothing is wrong.

    Where `comes` is false the host holds, and the damage must stay away.
    """

    check: str
    comes: bool = True
    do: str = ""
    reboot: bool = False
    servers_down: tuple[str, ...] = ()

    @property
    def has_trigger(self) -> bool:
        return bool(self.do or self.reboot or self.servers_down)


@dataclass(frozen=True)
class Scenario:
    """One file of tests/lab/scenarios."""

    name: str  # <subject>/<file>, without its suffix
    title: str
    images: tuple[str, ...]
    expect: dict[str, Expected] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] | None = None  # None: nobody asks for a probe
    servers: tuple[Server, ...] = ()
    firewall: tuple[str, ...] = ()
    loss: int = 0
    repeatable: bool = True
    break_: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    audit_as: str = "root"
    damage: Damage | None = None
    remedy: str = ""
    remedy_role: str = ""  # a role of the collection, in the remedy's place
    after: dict[str, Expected] = field(default_factory=dict)

    @property
    def has_remedy(self) -> bool:
        return bool(self.remedy or self.remedy_role)


def load_all(folder: Path, images: list[str], default: list[str]) -> list[Scenario]:
    """The scenarios of a directory, laid out as <subject>/<name>.yml. Raises ScenarioError."""
    found = [load(path, images, default) for path in sorted(folder.glob("*/*.yml"))]
    if not found:
        raise ScenarioError(f"{folder}: no scenario there, as <subject>/<name>.yml")
    return found


def load(path: Path, images: list[str], default: list[str]) -> Scenario:
    """One scenario; without `images:` of its own it is for those of `default`. Raises ScenarioError."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _scenario(f"{path.parent.name}/{path.stem}", data, images, default)
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise ScenarioError(f"{path}: {error}") from error


def _scenario(name: str, data: Any, images: list[str], default: list[str]) -> Scenario:
    data = _mapping(data, "a scenario", Scenario)
    own_images = data.pop("images", default)
    if unknown := sorted(set(own_images) - set(images)):
        raise ValueError(f"images: no such image: {', '.join(unknown)}")
    if data.get("remedy") and data.get("remedy_role"):
        raise ValueError("remedy, remedy_role: one of them mends it")
    if data.get("after") and not (data.get("remedy") or data.get("remedy_role")):
        raise ValueError("after: what is it after? There is no remedy")
    return Scenario(
        name=name,
        images=tuple(own_images),
        expect=_expectations(data.pop("expect", {})),
        after=_expectations(data.pop("after", {})),
        servers=tuple(Server(**_mapping(each, "servers", Server)) for each in data.pop("servers", [])),
        firewall=tuple(data.pop("firewall", ())),
        verdicts=_verdicts(data.pop("verdicts", None)),
        damage=_damage(data.pop("damage", None)),
        **data,
    )


def _verdicts(data: Any) -> tuple[Verdict, ...] | None:
    if data is None:
        return None
    return tuple(_verdict(_mapping(each, "verdicts", Verdict)) for each in data)


def _verdict(data: dict[str, Any]) -> Verdict:
    return Verdict(**{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})


def _damage(data: Any) -> Damage | None:
    if data is None:
        return None
    data = _mapping(data, "damage", Damage)
    return Damage(servers_down=tuple(data.pop("servers_down", ())), **data)


def _expectations(data: Any) -> dict[str, Expected]:
    return {rule: _expected(rule, what) for rule, what in (data or {}).items()}


def _expected(rule: str, what: Any) -> Expected:
    what = {"status": what} if isinstance(what, str) else _mapping(what, rule, Expected)
    evidence = what.pop("evidence", ())
    expected = Expected(evidence=(evidence,) if isinstance(evidence, str) else tuple(evidence), **what)
    if not RULE.fullmatch(rule):
        raise ValueError(f"{rule}: not the id of a rule, <subject>/<rule>")
    if expected.status not in STATUSES:
        raise ValueError(f"{rule}: status {expected.status} is none of {', '.join(STATUSES)}")
    return expected


def _mapping(data: Any, where: str, kind: type) -> dict[str, Any]:
    """A copy of a mapping that has only keys `kind` knows (`break_` is written as `break`)."""
    known = set(kind.__dataclass_fields__) - {"name"} if kind is Scenario else set(kind.__dataclass_fields__)
    if not isinstance(data, dict):
        raise ValueError(f"{where}: not a mapping: {data!r}")
    renamed = {"break_" if key == "break" else key: value for key, value in data.items()}
    if unknown := sorted(str(key) for key in set(renamed) - known):
        raise ValueError(f"{where}: unknown keys: {', '.join(unknown)}")
    return renamed
