# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The rules and routes that a restart of networkd must not cost: remembered before it, looked for and put back after it."""

from __future__ import annotations

import time
from typing import Callable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _ip_words, _network
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Rule, Unanswered

# One entry as the words of the ip command that adds it.
Words = tuple[str, ...]

_MOST_READ = 20_000
_PAUSE = 0.5
# networkd deletes when it configures its links, which goes on after its start.
_QUIET_ROUNDS = 4
_ROUNDS = 30


class Outcome(NamedTuple):
    """What was missing at some time, and why it still is, by entry."""

    lost: list[Words]
    missing: dict[Words, str]


def present(timeout: float, routes: bool) -> set[Words]:
    """All rules, and routes if asked for, of the kernel; Unanswered where it doesn't tell, or there are too many."""
    kernel = _network._Recorder(timeout)
    for family in (INET, INET6):
        if not (kernel.rules(family).whole and (not routes or kernel.routes(family, _MOST_READ).whole)):
            raise Unanswered("there are too many rules or routes to look for some of them")
    found = set()
    for entry, body in kernel.bodies.items():
        try:
            words = _ip_words.rule_words(body) if isinstance(entry, Rule) else _ip_words.route_words(body, _network._link_name)
        except ValueError:
            continue
        found.add(tuple(words))
    return found


def settle(
    kept: list[Words], look: Callable[[], set[Words]], put: Callable[[Words], str], sleep: Callable[[float], None] = time.sleep
) -> Outcome:
    """Put back what is missing of `kept`, until nothing went missing for a while; `put` returns why it could not."""
    lost: dict[Words, None] = {}
    why: dict[Words, str] = {}
    quiet = 0
    for _round in range(_ROUNDS):
        there = look()
        missing = [words for words in kept if words not in there]
        why = {words: put(words) for words in missing}
        lost.update(dict.fromkeys(missing))
        quiet = 0 if missing else quiet + 1
        if quiet == _QUIET_ROUNDS:
            break
        sleep(_PAUSE)
    return Outcome(list(lost), why)


def put_back(words: Words) -> str:
    """Add one entry; "" where it is there now, else the reason."""
    try:
        Host().run(["ip", *words])
    except NotSeen as failed:
        return "" if "xists" in failed.why else failed.why
    return ""
