# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What of the network a restart of networkd must not cost: remembered before it, looked for and put back after it."""

from __future__ import annotations

import time
from typing import Any, Callable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _ip_words, _network, _other_words
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Address, Neighbour, Nexthop, Rule, Unanswered

# One entry as the words of the ip command that adds it.
Words = tuple[str, ...]

_MOST_READ = 20_000
_MOST_BYTES = 64
_PAUSE = 0.5
# networkd deletes when it configures its links, which goes on after its start.
_QUIET_ROUNDS = 4
_ROUNDS = 30
# "File exists"; "Address already assigned" since Linux 6.8.
_THERE = ("xists", "lready assigned")


class Outcome(NamedTuple):
    """What was missing at some time, and why it still is, by entry."""

    lost: list[Words]
    missing: dict[Words, str]


def present(timeout: float, routes: bool) -> set[Words]:
    """The identities of all addresses, neighbours, nexthops, rules, and routes if asked for, of the kernel.

    Unanswered where it doesn't tell, or there are too many.
    """
    return {_ip_words.identity(words) for words in everything(timeout, routes)}


def everything(timeout: float, routes: bool) -> list[Words]:
    """The words of all that present() is about."""
    kernel = _network._Recorder(timeout)
    dumps = [kernel.nexthops(), *(dump(family) for family in (INET, INET6) for dump in (kernel.rules, kernel.addresses, kernel.neighbours))]
    dumps += [kernel.routes(family, _MOST_READ) for family in (INET, INET6) if routes]
    if not all(dump.whole for dump in dumps):
        raise Unanswered("there are too many addresses, neighbours, nexthops, rules or routes to look for some of them")
    entries: list[tuple[Any, bytes]] = [*kernel.bodies.items(), *((entry, body) for body, entry in kernel.addressed.items())]
    return [words for words in (said(entry, body) for entry, body in entries) if words]


def said(entry: Any, body: bytes) -> Words:
    """The words of an entry, or what tells one from others that `ip` can't be told; none for one that is the kernel's to make."""
    try:
        if isinstance(entry, Rule):
            return tuple(_ip_words.rule_words(body))
        if isinstance(entry, Neighbour):
            return tuple(_other_words.neighbour_words(entry, _network._link_name))
        words = {Address: _ip_words.address_words, Nexthop: _ip_words.nexthop_words}.get(type(entry), _ip_words.route_words)
        return tuple(words(body, _network._link_name))
    except ValueError:
        return ("unsaid", str(entry))


def settle(
    kept: list[Words], look: Callable[[], set[Words]], put: Callable[[Words], str], sleep: Callable[[float], None] = time.sleep
) -> Outcome:
    """Put back what is missing of `kept`, until nothing went missing for a while; `put` returns why it could not."""
    lost: dict[Words, None] = {}
    why: dict[Words, str] = {}
    quiet = 0
    for _round in range(_ROUNDS):
        there = look()
        missing = [words for words in kept if not _is_there(words, there)]
        why = {words: put(words) for words in missing}
        lost.update(dict.fromkeys(missing))
        quiet = 0 if missing else quiet + 1
        if quiet == _QUIET_ROUNDS:
            break
        sleep(_PAUSE)
    return Outcome(list(lost), why)


def text(words: Words) -> str:
    """The command that puts an entry back."""
    if words[0] == _other_words.HOLDS:
        words = words[3:] or ("sysctl", f"{words[1].partition('/sys/')[2]}={words[2]}")
    return " ".join(words) if words[0] == "sysctl" else f"ip {' '.join(words)}"


def _is_there(words: Words, there: set[Words]) -> bool:
    """Whether an entry is among those, its file says so, or its time is over."""
    if words[0] == _other_words.HOLDS:
        return holds(words)
    return _ip_words.identity(words) in there or any(_ip_words.is_moment(word) and not _ip_words.left(word) for word in words)


def holds(words: Words) -> bool:
    """Whether the file of a `holds` says its value."""
    return _content(words[1]) == words[2]


def _content(path: str) -> str:
    """What a file of /sys or /proc says; nothing where the kernel doesn't tell, as of the carrier of a link that is down."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(_MOST_BYTES).strip()
    except OSError:
        return ""


def put_back(words: Words) -> str:
    """Add one entry, or set what is to hold; "" where it is there now, else the reason."""
    if words[0] == _other_words.HOLDS:
        return _ip(words[3:]) if words[3:] else _set(words[1], words[2])
    why = _ip(words)
    twin = _ip_words.without_source(words)
    if twin and any(word in why for word in _THERE):
        _ip(tuple(twin))
        why = _ip(words)
    return "" if any(word in why for word in _THERE) else why


def _set(path: str, value: str) -> str:
    try:
        with open(path, "w", encoding="ascii") as file:
            file.write(f"{value}\n")
    except OSError as error:
        return f"{path}: {(error.strerror or str(error)).lower()}"
    return ""


def _ip(words: Words) -> str:
    try:
        Host().run(["ip", *(str(_ip_words.left(word)) if _ip_words.is_moment(word) else word for word in words)])
    except NotSeen as failed:
        return failed.why
    return ""
