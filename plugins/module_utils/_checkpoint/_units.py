# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The recorded state of units, as `systemctl show` tells it."""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

_PROPERTIES = ("LoadState", "ActiveState", "UnitFileState")
# What comes to rest as active.
_ACTIVE = frozenset({"active", "reloading", "refreshing", "activating"})


class Unit(NamedTuple):
    """load: loaded, masked, not-found, …; active: whether it runs; enablement: enabled, disabled, masked, static, … or ""."""

    name: str
    load: str
    active: bool
    enablement: str


def read(host: Host, names: list[str]) -> list[Unit]:
    """The units in the order of `names`; NotSeen where systemd doesn't tell."""
    if not names:
        return []
    units = parse(host.run(["systemctl", "show", "-p", ",".join(_PROPERTIES), "--", *names]), names)
    if len(units) != len(names):
        raise NotSeen("systemctl show: not one answer for each unit")
    return units


def parse(text: str, names: list[str]) -> list[Unit]:
    """The units out of `systemctl show`, which answers in the order it is asked."""
    units = []
    for name, block in zip(names, text.strip().split("\n\n")):
        seen = dict(line.partition("=")[::2] for line in block.splitlines())
        load, active, enablement = (seen.get(key, "") for key in _PROPERTIES)
        units.append(Unit(name, load, active in _ACTIVE, enablement))
    return units
