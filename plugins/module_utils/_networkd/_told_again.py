# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Tell links again what a restart of networkd made it forget.

By networkd's own methods: resolvectl need not be there, and would start a systemd-resolved that is stopped.
"""

from __future__ import annotations

import time
from typing import Callable, NamedTuple, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _told
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told import Told
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told_read import STATES

BUS = ("org.freedesktop.network1", "/org/freedesktop/network1")
MANAGER = "org.freedesktop.network1.Manager"
_PAUSE = 0.5
# A link can be told as soon as networkd has found its .network file.
_ROUNDS = 20
_SECONDS = 5.0


class Outcome(NamedTuple):
    """What was told again, and what still isn't there, with the reason; both as text."""

    told: list[str]
    missing: list[str]


def unreachable(told: Sequence[Told]) -> list[str]:
    """Why it could not be told again; nothing where networkd can be asked on the bus, or nothing was told."""
    if not told:
        return []
    try:
        _busctl(BUS[0], BUS[1], "org.freedesktop.DBus.Peer", "Ping")
    except NotSeen as missing:
        return [f"{', '.join(sorted({one.link for one in told})[:5])}: what resolvectl told them could not be told again: {missing.why}"]
    return []


def put_back(told: Sequence[Told]) -> Outcome:
    """Tell this host's links again what they don't know any more; takes 10 s where networkd doesn't take it."""
    return settle(told, _holds, _tell)


def settle(
    told: Sequence[Told], holds: Callable[[Told], bool], tell: Callable[[Told], str], sleep: Callable[[float], None] = time.sleep
) -> Outcome:
    """Tell again what doesn't hold, until networkd has taken it all; `tell` returns why it didn't."""
    why: dict[str, str] = {}
    for number in range(_ROUNDS):
        now = {text(one): tell(one) for one in told if not holds(one)}
        why.update(now)
        if not any(now.values()) or number + 1 == _ROUNDS:
            break
        sleep(_PAUSE)
    missing = [f"{text(one)}: {why.get(text(one)) or 'networkd took it and does not have it'}" for one in told if not holds(one)]
    return Outcome([name for name, refused in why.items() if not refused], missing)


def text(one: Told) -> str:
    """One line for people."""
    return f"{one.link} {one.kind.what} {one.value or 'none'}"


def _holds(one: Told) -> bool:
    try:
        lines = _told.parse_lines(Host().read(f"{STATES}/{_index(one.link)}").text)
    except NotSeen:
        return False
    return all(lines[key] == words for key, words in one.lines.items())


def _index(link: str) -> str:
    """A link may have got another index since."""
    return Host().read(f"/sys/class/net/{link}/ifindex").text.strip()


def _tell(one: Told) -> str:
    """Call networkd once; "" where it took it."""
    try:
        _busctl(*BUS, MANAGER, one.kind.method, one.kind.types, _index(one.link), *one.words)
    except NotSeen as failed:
        return failed.why
    return ""


def _busctl(*words: str) -> None:
    Host(timeout=_SECONDS).run(["busctl", f"--timeout={_SECONDS:g}", "--", "call", *words])
