# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the audit foretold, held against what a restart really took; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .random_look import Thing

# Of at_risk; `routes` holds its reject_routes and link_routes.
LISTS = ("addresses", "neighbours", "ports", "links_down", "settings", "dns", "routes", "rules", "nexthops")


@dataclass(frozen=True)
class Held:
    """losses: how much went, without what goes along by itself; unforetold, and foretold but false: a line each."""

    losses: int = 0
    unforetold: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)


def hold(at_risk: Mapping[str, Any], lost: Mapping[Thing, str]) -> Held:
    """Hold `routes.at_risk` of the facts against what a restart took."""
    said = [thing for name in LISTS for item in at_risk.get(name, []) for thing in _things(name, item)]
    cut = {name for name in LISTS if at_risk.get(f"{name}_cut", 0)}
    left = dict(lost)
    false = [thing for thing in said if not _take(left, thing)]
    along = _Along.of(said, lost)
    surprises = [thing for thing in left if not along.has(thing) and thing[0] not in {_KIND_OF[name] for name in cut}]
    counts = [_miscount(at_risk, name, lost) for name in sorted(cut)]
    unforetold = [f"{' '.join(thing)}: {lost[thing]}" for thing in surprises] + [line for line in counts if line]
    return Held(len(lost) - len(left) + len(surprises), unforetold, [" ".join(filter(None, thing)) for thing in false])


_KIND_OF = {
    "addresses": "address", "neighbours": "neighbour", "ports": "master", "links_down": "state", "settings": "setting", "dns": "dns",
    "routes": "route", "rules": "rule", "nexthops": "nexthop",
}  # fmt: skip


def _things(name: str, item: Mapping[str, Any]) -> Iterable[Thing]:
    """The thing of a look that an item names; "" stands for anything."""
    device = item.get("device") or ""
    of = {
        "addresses": lambda: ("address", device, item["address"]),
        "neighbours": lambda: ("proxy" if item["proxy"] else "neighbour", device, item["address"]),
        "ports": lambda: ("master", device),
        "links_down": lambda: ("state", device),
        "settings": lambda: ("setting", device, item["key"]),
        "dns": lambda: ("dns", device, item["what"]),
        "routes": lambda: ("route", item["family"], item["type"], _destination(item), _table(item["table"]), item["protocol"]),
        "rules": lambda: ("rule", item["family"], str(item["priority"])),
        "nexthops": lambda: ("nexthop", str(item["id"])),
    }
    return [of[name]()]


def _destination(item: Mapping[str, Any]) -> str:
    """As ip has it: a host without its length."""
    text = str(item["destination"])
    if text in ("0.0.0.0/0", "::/0"):
        return "default"
    return text.removesuffix("/128" if ":" in text else "/32")


def _table(table: Any) -> str:
    return {"254": "main", "253": "default", "255": "local"}.get(str(table), str(table))


def _take(left: dict[Thing, str], thing: Thing) -> bool:
    """Take the lost thing that a foretold one names."""
    for each in left:
        if each[: len(thing)] == thing:
            del left[each]
            return True
    return False


class _Along(NamedTuple):
    """What goes by itself with what was foretold: the kernel's routes with their addresses, a port's entries with its bridge.

    links: those whose addresses, bridge or state were foretold; ports; the bridges of these; links whose DNS was.
    """

    links: set[str]
    ports: set[str]
    bridges: set[str]
    dns: set[str]

    @classmethod
    def of(cls, said: Iterable[Thing], lost: Mapping[Thing, str]) -> _Along:
        devices = {kind: {thing[1] for thing in said if thing[0] == kind} for kind in ("address", "master", "state", "dns")}
        bridges = {value.split()[0] for thing, value in lost.items() if thing[0] == "master" and thing[1] in devices["master"]}
        return cls(devices["address"] | devices["master"] | devices["state"], devices["master"], bridges, devices["dns"])

    def has(self, thing: Thing) -> bool:
        kind = thing[0]
        if kind == "route":
            return thing[5] == "kernel" and thing[6] in self.links
        if kind in ("fdb", "mdb", "vlan", "promisc", "allmulticast"):
            return not self.ports.isdisjoint(" ".join(thing).split())
        return (kind in ("mac", "mtu") and thing[1] in self.bridges) or (thing[0] == "dns" and thing[2] == "default_route" and thing[1] in self.dns)


def _miscount(at_risk: Mapping[str, Any], name: str, lost: Mapping[Thing, str]) -> str:
    """Where a list is cut, its count is what can be held against the truth."""
    kind = _KIND_OF[name]
    gone = sum(1 for thing in lost if thing[0] == kind and not (kind == "route" and thing[5] == "kernel"))
    return "" if gone == at_risk[f"{name}_count"] else f"{gone} {name} went, and {at_risk[f'{name}_count']} were foretold"
