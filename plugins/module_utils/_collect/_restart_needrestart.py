# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""needrestart's configuration, which is Perl: read by pattern for what decides about the network daemons, never run.

Source: needrestart 3.6 (Debian 12) and 3.8 (Debian 13), /usr/sbin/needrestart: the mode is NEEDRESTART_MODE, else
`$nrconf{restart}`, by default "i"; a service is left alone where a pattern of `override_rc` matches with 0 or one of
`blacklist_rc` matches; files of conf.d come after needrestart.conf, in order. With DEBIAN_FRONTEND=noninteractive, as
unattended-upgrades sets it, "i" only lists. ui_mode "e" only lists too.
"""

from __future__ import annotations

import re
from typing import Iterable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_patterns import matches

_ASSIGNED = re.compile(r"\$nrconf\{\s*['\"]?(restart|ui_mode)['\"]?\s*\}\s*=\s*(?:'(\w)'|\"(\w)\"|q\((\w)\))\s*;")
_TABLE = re.compile(r"\$nrconf\{\s*['\"]?(override_rc|blacklist_rc)['\"]?\s*\}\s*=\s*[\[{](.*)")
_ONE = re.compile(
    r"\$nrconf\{\s*['\"]?override_rc['\"]?\s*\}\s*(?:->)?\s*\{\s*(?:qr?\((.+)\)|['\"](.+?)['\"])\s*\}\s*=\s*['\"]?(\d)['\"]?\s*;"
)
_ENTRY = re.compile(r"(?:qr?\((.+?)\)(?=\s*(?:=>|,|[\]}]|$))|['\"](.+?)['\"])\s*(?:=>\s*['\"]?(\d)['\"]?)?\s*,?")
_TOUCHES = re.compile(r"\$nrconf\{\s*['\"]?(?:restart|ui_mode|override_rc|blacklist_rc|defno)\b|networkd|resolved")
_MODE = re.compile(r"\$nrconf\{\s*['\"]?restart\b")
_AUTOMATIC, _EASY, _OPEN = "a", "e", "?"


class Needrestart(NamedTuple):
    """What it would do by itself.

    mode: a, i or l, or "?" where the line is not understood; source: FILE:LINE of the mode, or "default";
    spared: unit → FILE:LINE of what spares it.
    """

    mode: str
    source: str
    spared: dict[str, str]
    doubts: list[str]

    @property
    def automatic(self) -> bool:
        """Whether it restarts services without asking, or may."""
        return self.mode in (_AUTOMATIC, _OPEN)


class _Reading:
    """The state while the files are read one after the other."""

    def __init__(self) -> None:
        self.assigned = {"restart": ("i", "default"), "ui_mode": ("a", "default")}
        self.tables: dict[str, list[tuple[str, str, str]]] = {"override_rc": [], "blacklist_rc": []}
        self.open = ""
        self.doubts: list[str] = []

    def line(self, text: str, where: str) -> None:
        """Take in one line without its comment."""
        assigned, table, one = _ASSIGNED.match(text), _TABLE.match(text), _ONE.match(text)
        if assigned:
            self.assigned[assigned[1]] = (assigned[2] or assigned[3] or assigned[4], where)
        elif one:
            self.tables["override_rc"].append((one[1] or one[2], one[3], where))
        elif table:
            self.open = table[1]
            self.tables[self.open] = []
            self._entries(table[2], where)
        elif self.open:
            self._entries(text, where)
        elif _TOUCHES.search(text):
            self.doubts.append(f"{where} is not understood: {text[:80]}")
            if _MODE.search(text):
                self.assigned["restart"] = (_OPEN, where)

    def _entries(self, text: str, where: str) -> None:
        bare = text.strip()
        closed = bare.endswith((";", "};", "];")) or bare in ("}", "]")
        found = list(_ENTRY.finditer(bare.rstrip(";")))
        self.tables[self.open] += [(match[1] or match[2], match[3] or "0", where) for match in found]
        if not found and _TOUCHES.search(bare):
            self.doubts.append(f"{where} is not understood: {bare[:80]}")
        if closed:
            self.open = ""


def read_configuration(files: Iterable[tuple[str, str]], units: Iterable[str]) -> Needrestart:
    """What the files, (path, text) in the order that needrestart reads them, say about these units (with .service)."""
    reading = _Reading()
    for path, text in files:
        for number, line in enumerate(text.splitlines(), 1):
            bare = re.sub(r"(?:^|\s)#.*", "", line).strip()
            if bare:
                reading.line(bare, f"{path}:{number}")
        reading.open = ""
    mode, source = reading.assigned["restart"]
    if reading.assigned["ui_mode"][0] == _EASY and mode == _AUTOMATIC:
        mode, source = "l", reading.assigned["ui_mode"][1]
    spared = {unit: where for unit in units for where in [_spared(unit, reading)] if where}
    return Needrestart(mode, source, spared, reading.doubts)


def _spared(unit: str, reading: _Reading) -> str:
    """What keeps needrestart from restarting a unit, or ""; Perl asks a hash in no order, so where two disagree nothing is sure."""
    for pattern, _value, where in reading.tables["blacklist_rc"]:
        if _matches(pattern, unit, where, reading.doubts):
            return where
    found = [(value, where) for pattern, value, where in reading.tables["override_rc"] if _matches(pattern, unit, where, reading.doubts)]
    if len({value != "0" for value, _where in found}) > 1:
        reading.doubts.append(f"{found[-1][1]}: patterns disagree about {unit}")
        return ""
    return found[-1][1] if found and found[0][0] == "0" else ""


def _matches(pattern: str, unit: str, where: str, doubts: list[str]) -> bool:
    found = matches(pattern, unit)
    if found is None:
        doubts.append(f"{where} is not understood: {pattern[:80]}")
    return bool(found)
