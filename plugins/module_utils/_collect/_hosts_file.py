# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""hosts(5) → the names that are pinned there, without those that every host has."""

from __future__ import annotations

from typing import Any, Collection, Iterator

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import (
    LIMIT,
    address_text,
    bounded,
    is_loopback,
    short,
)

PATH = "/etc/hosts"
_LOCALHOST = tuple(f"localhost{kind}{domain}" for kind in ("", "4", "6") for domain in ("", f".localdomain{kind}"))


def parse(text: str, own: Collection[str], path: str = PATH, complete: bool = True) -> dict[str, Any]:
    """`{overrides: [{name, address, source}], overrides_cut, count}`.

    `own` are the host's own names. Where the file is cut, its last line is left
    out. Names that lead to a real address come before those that are blocked.
    """
    pins: list[dict[str, str]] = []
    blocked: list[dict[str, str]] = []
    blocked_cut = 0
    for number, address, loopback, names in _lines(text if complete else text.rpartition("\n")[0]):
        for name in _pinned(names, loopback, own):
            entry = {"name": short(name), "address": address, "source": f"{path}:{number}"}
            if not loopback:
                pins.append(entry)
            elif len(blocked) < LIMIT:
                blocked.append(entry)
            else:
                blocked_cut += 1
    found = bounded("overrides", pins + blocked)
    found["overrides_cut"] += blocked_cut
    return {**found, "count": len(pins) + len(blocked) + blocked_cut}


def own_names(*hostnames: str) -> set[str]:
    """A host's names, long and short, lower-case, out of /etc/hostname and the kernel's."""
    words = {line.split("#", 1)[0].strip().lower() for text in hostnames for line in text.splitlines()}
    return {name for word in words if word for name in (word, word.partition(".")[0])}


def _lines(text: str) -> Iterator[tuple[int, str, bool, list[str]]]:
    """Line number, address, whether it stays on the host, and names; blocklists repeat one address, so it is parsed once."""
    known: dict[str, tuple[str, bool] | None] = {}
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split("#", 1)[0].lower().split()
        if len(words) < 2:
            continue
        if words[0] not in known:
            address = address_text(words[0])
            known[words[0]] = (address, is_loopback(address)) if address else None
        found = known[words[0]]
        if found:
            yield number, found[0], found[1], words[1:]


def _pinned(names: list[str], loopback: bool, own: Collection[str]) -> Iterator[str]:
    """The names of a line that are neither localhost, nor the usual IPv6 groups, nor the host itself."""
    # The long form of an own name counts as own only beside the short one, or on 127.0.1.1 as Debian writes it.
    itself = loopback or any(name in own for name in names)
    for name in names:
        if name == "broadcasthost" or name.startswith(("ip6-", "ipv6-")) or name in own:
            continue
        if loopback and name in _LOCALHOST or itself and name.partition(".")[0] in own:
            continue
        yield name
