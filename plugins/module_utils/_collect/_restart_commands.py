# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Lines of shell text that restart systemd-networkd or systemd-resolved, or make networkd configure its links anew."""

from __future__ import annotations

import re
from typing import NamedTuple

NETWORKD, RESOLVED = "systemd-networkd", "systemd-resolved"

_VERB = r"(?:try-|reload-or-|reload-or-try-|try-reload-or-|cond)?restart|stop|\$_dh_action"
# Debian's maintainer scripts call systemctl by a function `_systemctl`, and deb-systemd-invoke with a variable.
_SYSTEMCTL = re.compile(rf"(?<![\w.-])_?(?:systemctl|deb-systemd-invoke)\s(?:[^;&|#]*\s)?[\"']?(?:{_VERB})[\"']?\s([^;&|#]*)")
_SERVICE = re.compile(r"(?<![\w.-])(?:service|invoke-rc\.d|rc-service)\s+(\S+)\s+\S*restart\b")
_NETWORKD_BY = re.compile(r"(?<![\w.-])(?:netplan\s+(?:--\S+\s+)*apply|networkctl\s+(?:-\S+\s+)*(?:reload|reconfigure))\b")
# What rpm's %systemd_postun_with_restart becomes since systemd 250 (src/rpm/macros.systemd.in); systemd restarts what is marked.
_MARKED = re.compile(r"systemd-update-helper\s+mark-restart-system-units\s+([^;&|#]*)")
_NAME = re.compile(r"(?<![\w.-])systemd-(?:networkd|resolved)(?:\.service)?(?![\w.-])")
_MOST_LINES = 20_000
_MOST_CHARACTERS = 1000


class Command(NamedTuple):
    """A line, counted from 1, that restarts these daemons."""

    line: int
    daemons: tuple[str, ...]
    text: str


def find_commands(text: str) -> list[Command]:
    """The lines that restart a daemon; what stands behind a # is a comment. Variables, but that of debhelper, aren't followed."""
    dh_restarts = re.search(r"_dh_action=(?:try-)?restart", text) is not None
    found = []
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        bare = re.sub(r"(?:^|\s)#.*", "", line[:_MOST_CHARACTERS])
        daemons = _daemons(bare, dh_restarts)
        if daemons:
            found.append(Command(number, daemons, " ".join(bare.split())[:160]))
    return found


def _daemons(line: str, dh_restarts: bool) -> tuple[str, ...]:
    if "$_dh_action" in line and not dh_restarts:
        return ()
    named = [name for pattern in (_SYSTEMCTL, _SERVICE, _MARKED) for match in pattern.finditer(line) for name in _NAME.findall(match[1])]
    names = {name.replace(".service", "") for name in named}
    if _NETWORKD_BY.search(line):
        names.add(NETWORKD)
    return tuple(sorted(names))
