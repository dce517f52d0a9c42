# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Shapes of plain data: what a fact is, whether it may be null, and what may stand below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "number": (int, float),
    "boolean": bool,
    "group": dict,
    "table": dict,
    "list": list,
}
STATUSES = ("ok", "unknown", "absent")


@dataclass(frozen=True)
class Shape:
    """One kind of value.

    kind: text, number, boolean, null, list, group (a mapping with known fields), table (a mapping with free keys) or any.
    node: a group that carries `status`; absent: such a group may be absent from a host.
    sparse: a table where a missing key means "none of it" and not "not seen".
    """

    kind: str
    null: bool = False
    fields: Mapping[str, Shape] = field(default_factory=dict)
    of: Shape | None = None
    node: bool = False
    absent: bool = False
    sparse: bool = False
    choices: tuple[str, ...] = ()

    def child(self, name: str) -> Shape | None:
        """The shape below that name, or None where there is no such name."""
        if self.kind == "any":
            return ANY
        if self.kind == "table":
            return self.of
        if name in self.fields:
            return self.fields[name]
        if name.endswith("_cut") and name[:-4] in self.fields and self.fields[name[:-4]].kind == "list":
            return NUMBER
        return None

    def fits(self, value: Any) -> bool:
        """Whether a value is of this kind (its insides aren't looked at)."""
        if value is None:
            return self.null or self.kind in ("null", "any")
        if isinstance(value, bool):
            return self.kind in ("boolean", "any")
        return self.kind == "any" or isinstance(value, _PYTHON_TYPES.get(self.kind, ()))


TEXT, NUMBER, BOOLEAN = Shape("text"), Shape("number"), Shape("boolean")
NULL, ANY = Shape("null", null=True), Shape("any", null=True)


def maybe(shape: Shape) -> Shape:
    """The same, or null."""
    return replace(shape, null=True)


def list_of(shape: Shape) -> Shape:
    return Shape("list", of=shape)


def table_of(shape: Shape, *, sparse: bool = False) -> Shape:
    return Shape("table", of=shape, sparse=sparse)


def group(**fields: Shape) -> Shape:
    return Shape("group", fields=fields)


def node(*, absent: bool = False, **fields: Shape) -> Shape:
    """A group that says by `status` whether it could be seen, by `why` why not, and by `complete: false` that it was seen in part."""
    status = replace(TEXT, choices=STATUSES if absent else STATUSES[:2])
    return Shape("group", fields={"status": status, "why": TEXT, "complete": BOOLEAN, **fields}, node=True, absent=absent)
