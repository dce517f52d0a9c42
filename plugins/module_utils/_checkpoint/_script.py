# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""restore.sh of one checkpoint: its data as shell words before the text that is the same for all. Pure."""

from __future__ import annotations

import os
from typing import NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._concerns import concerned
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._entries import Entry
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import quote
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._restore_text import TEXT
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._units import Unit

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Places(NamedTuple):
    """Where a checkpoint has what: the store, the unit for the next boot and the link that enables it."""

    store: str
    boot_unit: str
    boot_link: str
    made_wants: bool
    path: str = _PATH


def render(ident: str, places: Places, entries: list[Entry], units: list[Unit]) -> bytes:
    """The whole script; file names that aren't UTF-8 come out as they are on disk."""
    names = [unit.name for unit in units]
    lines = [
        "#!/bin/sh",
        f"# Checkpoint {ident} of holdfast.baseline: puts back what was recorded, restarts what reads it.",
        "# sh restore.sh check   shows what differs, and changes nothing",
        "# sh restore.sh asked   rolls back now",
        "# sh restore.sh keep    confirms an armed one: everything stays as it is",
        f"id={quote(ident)}",
        f"store={quote(places.store)}",
        f"boot_unit={quote(places.boot_unit)}",
        f"boot_link={quote(places.boot_link)}",
        f"made_wants={int(places.made_wants)}",
        f"PATH={quote(places.path)}",
        *_function("files", [_item(number, entry, names) for number, entry in enumerate(entries) if entry.kind != "other"]),
        *_function("units", [_unit(unit) for unit in units if unit.load in ("loaded", "masked")]),
        *_recorded([entry.path for entry in entries] + [places.boot_unit, places.boot_link, os.path.dirname(places.boot_link)]),
    ]
    return os.fsencode("\n".join(lines) + TEXT)


def _item(number: int, entry: Entry, units: list[str]) -> str:
    words = [entry.kind, str(number), entry.path, entry.stamp, entry.mode, entry.owner, *concerned(entry.path, units)]
    return "item " + " ".join(map(quote, words))


def _unit(unit: Unit) -> str:
    return "unit " + " ".join(map(quote, (unit.name, "active" if unit.active else "inactive", unit.enablement)))


def _function(name: str, lines: list[str]) -> list[str]:
    return ["", f"{name}() {{", *(f"    {line}" for line in lines or [":"]), "}"]


def _recorded(paths: list[str]) -> list[str]:
    """A function that tells the recorded paths; quoted, a pattern of `case` is that text only."""
    return ["", "recorded() {", "    case $1 in", *(f"        {quote(path)}) ;;" for path in dict.fromkeys(paths)),
            "        *) return 1 ;;", "    esac", "}"]  # fmt: skip
