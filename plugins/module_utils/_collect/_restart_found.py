# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""What the search for restarts by themselves collects, and the timers that it goes by."""

from __future__ import annotations

import calendar
import time
from typing import Any, Iterable, NamedTuple, Optional

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_commands import Command, find_commands
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

_SOON = 86400
_MOST_BYTES = 1 << 16
_MOST_FILES = 256
_SHOWN = "Id,LoadState,ActiveState,Unit,NextElapseUSecRealtime"


class Timer(NamedTuple):
    """A timer or service as systemd has it. unit: what a timer starts; next: epoch seconds, None where that isn't by the calendar."""

    active: bool
    unit: str
    next: Optional[int]


class Found:
    """Entries of `routes.triggers.automatic`, and why there may be more."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.entries: list[dict[str, Any]] = []
        self.doubts: list[str] = []
        self._files = 0

    def add(self, name: str, does: str, daemons: Iterable[str], evidence: str, due: Optional[int], otherwise: str = "") -> None:
        """Note one; `due` in epoch seconds, or None with `otherwise`, the words for when it comes."""
        when = otherwise if due is None else time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(due))
        soon = due is not None and due - self.now <= _SOON
        entry = {"name": name, "does": does[:200], "restarts": sorted(daemons), "evidence": evidence[:300]}
        self.entries.append({**entry, "next": due, "when": when, "soon": soon})

    def read(self, host: Host, path: str) -> str:
        """The text of a file, "" where there is none; what can't be read leaves a doubt."""
        self._files += 1
        if self._files > _MOST_FILES:
            self.doubt("more files than are looked at")
            return ""
        try:
            text = host.read(path, _MOST_BYTES)
        except Absent:
            return ""
        except NotSeen as missing:
            self.doubt(missing.why)
            return ""
        if not text.complete:
            self.doubt(f"{path}: only the first {_MOST_BYTES} bytes were read")
        return text.text

    def names(self, host: Host, path: str) -> list[str]:
        """The names in a directory, none where there is no such directory."""
        try:
            return host.listdir(path)
        except Absent:
            return []
        except NotSeen as missing:
            self.doubt(missing.why)
            return []

    def commands(self, host: Host, path: str) -> list[Command]:
        """The lines of a file that restart a daemon."""
        return find_commands(self.read(host, path))

    def doubt(self, why: str) -> None:
        """Note once why there may be more."""
        if why not in self.doubts:
            self.doubts.append(why)


def read_timers(host: Host) -> dict[str, Timer]:
    """All loaded timers by name, and cron's service; Absent where systemd doesn't run this host, NotSeen where it doesn't answer."""
    if not host.exists("/run/systemd/system"):
        raise Absent("systemd does not run this host")
    return parse_timers(host.run(["systemctl", "show", "-p", _SHOWN, "*.timer", "cron.service", "crond.service"]))


def parse_timers(text: str) -> dict[str, Timer]:
    """Timers by name out of `systemctl show` in UTC."""
    timers = {}
    for block in text.strip().split("\n\n"):
        shown = dict(line.partition("=")[::2] for line in block.splitlines())
        active = shown.get("ActiveState") == "active" and shown.get("LoadState") == "loaded"
        timers[shown.get("Id", "")] = Timer(active, shown.get("Unit", ""), _epoch(shown.get("NextElapseUSecRealtime", "")))
    return timers


def _epoch(text: str) -> Optional[int]:
    try:
        return calendar.timegm(time.strptime(text, "%a %Y-%m-%d %H:%M:%S UTC"))
    except ValueError:
        return None
