# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What the links of this host were told of DNS and NTP while networkd ran: its state files, its own words, its files and leases."""

from __future__ import annotations

import os
from typing import Any, NamedTuple, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils import _systemd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_describe, _networkd_links
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _pending, _spare, _state, _told
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told import Source, Told
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import Assignment

STATES = "/run/systemd/netif/links"
_LEASES = "/run/systemd/netif/leases"


class Seen(NamedTuple):
    """What was told, and of which links or kinds that can't be said, with the reason."""

    told: list[Told]
    doubts: list[str]


def look(host: Host, links: Sequence[Link], version: int, ask: bool) -> Seen:
    """What these links of networkd were told; `ask` is whether networkd may be asked to describe itself (see describe())."""
    described = _described(host) if ask else {}
    seen = Seen([], [])
    for link in links:
        try:
            told, doubts = _of_link(host, link, version, described.get(link.ifindex, {}))
        except Absent:
            continue  # its state file went with it
        except NotSeen as missing:
            told, doubts = [], [f"{link.name}: what it was told by resolvectl can't be seen: {missing.why}"]
        seen.told.extend(told)
        seen.doubts.extend(doubts)
    return seen


def _described(host: Host) -> dict[int, dict[str, Any]]:
    """Describe's Interfaces by index; none where it doesn't say."""
    try:
        found = _networkd_describe.answer(host).get("Interfaces")
    except NotSeen:
        return {}
    return {one.get("Index", 0): one for one in found if isinstance(one, dict)} if isinstance(found, list) else {}


def _of_link(host: Host, link: Link, version: int, described: dict[str, Any]) -> tuple[list[Told], list[str]]:
    text = host.read(f"{STATES}/{link.ifindex}").text
    file = _networkd_links.parse_state(text)
    if not file:
        return [], []
    assignments, problems = host.once(f"what {file} says", lambda: _read(host, file))
    lease = _lease(host, link.ifindex)
    source = Source(
        version,
        _told.of_files(assignments),
        _told.of_lease(lease, assignments),
        _runtime(described),
        lambda: _is_changed(host, file),
        _told.routers_give(assignments),
        _told.other_domains(assignments, version, bool(lease)),
    )
    told, doubts = _told.find(link.name, _told.parse_lines(text), source)
    return told, doubts + [f"{link.name}: {why}" for why in problems]


def _read(host: Host, file: str) -> tuple[list[Assignment], list[str]]:
    problems: list[str] = []
    return _networkd_links.read_file(host, file, problems), problems


def _runtime(described: dict[str, Any]) -> frozenset[str] | None:
    try:
        return _told.runtime(described)
    except (TypeError, AttributeError):
        return None


def _lease(host: Host, index: int) -> str:
    try:
        return host.read(f"{_LEASES}/{index}").text
    except Absent:
        return ""


def _is_changed(host: Host, file: str) -> bool:
    """Whether something of the link's .network file changed since networkd started."""
    changed = host.once("networkd's newer files", lambda: _changed(host))
    return any(os.path.basename(file) in path or path.endswith(")") for path in changed)


def _changed(host: Host) -> list[str]:
    since = _systemd.unit(host, _state.UNIT)["since"]
    # What spares other things a restart says nothing of DNS.
    return _pending.changed_since(host, since, _spare.NAME) if since is not None else []
