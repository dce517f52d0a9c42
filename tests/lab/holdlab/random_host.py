# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host as a list of parts, each of which it can be without; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

FILES, STATE, LATE = "files", "state", "late"
BEGIN_ANEW = "systemctl restart systemd-networkd systemd-resolved\nsleep 5"


@dataclass(frozen=True)
class Part:
    """One thing that a host has.

    stage: its lines run before networkd begins anew (`files`), once it has settled (`state`), or at last (`late`).
    needs: the names of the parts it leans on.
    """

    name: str
    stage: str
    lines: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class RandomHost:
    """A host of an image, by its seed, or a smaller one of the same.

    way_in: the address that ansible comes in by, and the part that makes it; "" for the lab's own, "dhcp" for the leased one.
    tags: of the playbook, "" for all.
    """

    seed: int
    image: str
    parts: tuple[Part, ...]
    way_in: str = ""
    way_in_part: str = ""
    tags: str = ""

    @property
    def name(self) -> str:
        """As the results have it."""
        return f"{self.image}-{self.seed}"

    def without(self, names: Collection[str]) -> RandomHost:
        """The same host without these parts, what leans on them, and what is told of them."""
        parts = self.parts
        lost = set(names)
        while more := {part.name for part in parts if part.name not in lost and lost & set(part.needs)}:
            lost |= more
        kept = replace(self, parts=tuple(part for part in parts if part.name not in lost))
        return replace(kept, way_in="", way_in_part="") if self.way_in_part in lost else kept

    def stage(self, name: str) -> list[Part]:
        """The parts of a stage, in their order."""
        return [part for part in self.parts if part.stage == name]

    def script(self) -> str:
        """All of it as lines for a shell."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield from (part.lines for part in self.stage(FILES))
        yield BEGIN_ANEW
        yield from (part.lines for stage in (STATE, LATE) for part in self.stage(stage))
