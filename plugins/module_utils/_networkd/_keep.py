# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Which .network files need KeepConfiguration=yes, so that a start of networkd takes nothing of others from their links. Reads only."""

from __future__ import annotations

import os
from typing import Any, Mapping, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_links, routes
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_planned import Planned
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Unanswered
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _spare
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import parse_unit_text

_KEPT = ("Network", "KeepConfiguration")
_TEXT = "# Written by holdfast.baseline.networkd_keep. What is changed here by hand is lost.\n[Network]\nKeepConfiguration=yes\n"
_OWN, _PASSING = "/etc/systemd/network", "/run/systemd/network"
# Lists of the fact `routes.foreign` whose entries a start takes from a link, whatever networkd.conf says.
_ALWAYS = ("addresses", "neighbours", "ports")
# Before, it sets addresses anew, upon which the kernel drops the routes.
_HANDS_OVER = 257


class Refused(Exception):
    """Nothing was written; `why` is one line for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Plan(NamedTuple):
    """The drop-ins that are to be written, their texts by path, with those of now; and the links that they are for."""

    files: dict[str, str]
    old: dict[str, str]
    links: list[str]


def plan(host: Host, name: str) -> Plan:
    """The plan for drop-ins called `name`. Refused where it isn't known what is to be kept, or one would not win or would hide other settings."""
    facts = routes.collect(host)
    foreign, daemon = facts.get("foreign") or facts, facts.get("networkd") or facts
    if foreign.get("status") != "ok" or daemon.get("status") != "ok":
        raise Refused(f"what could be lost can't be seen: {foreign.get('why') or daemon.get('why') or 'no reason given'}")
    version = int(daemon["version"])
    passing = dict.fromkeys(_passing(host))
    managed = _managed(Planned(host, passing), version)
    kept = _kept(managed)
    files = {link.name: os.path.basename(managed.files[link.ifindex]) for link in managed.links}
    links = [link for link in losing(foreign, version, sorted(kept)) if kept.get(link) not in (None, "yes")]
    paths = sorted({f"{_OWN}/{files[link]}.d/{name}" for link in links})
    made = Plan(dict.fromkeys(paths, _TEXT), {path: text for path in paths for text in [_read(host, path)] if text is not None}, links)
    _refuse_others(made.old)
    _refuse_losers(links, _kept(_managed(Planned(host, {**passing, **made.files}), version)))
    return made


def losing(foreign: Mapping[str, Any], version: int, managed: list[str]) -> list[str]:
    """The links that have something to lose, by the fact `routes.foreign`; all where it was cut."""
    lists = [*_ALWAYS, *(["link_routes"] if version < _HANDS_OVER else [])]
    if any(foreign.get(f"{name}_cut") for name in lists):
        return managed
    return sorted({str(item["device"]) for name in lists for item in foreign.get(name, []) if item.get("device")})


def _passing(host: Host) -> list[str]:
    """Our drop-ins that the next boot takes away."""
    try:
        folders = [entry for entry in host.listdir(_PASSING) if entry.endswith(".network.d")]
    except NotSeen:
        return []
    return [path for path in (f"{_PASSING}/{folder}/{_spare.NAME}" for folder in folders) if host.exists(path)]


def _managed(host: Host, version: int) -> _networkd_links.Managed:
    """The managed links, as the files stand."""
    try:
        return _networkd_links.read_links(host, host.netlink.links(), [], version)
    except (NotSeen, Unanswered) as failed:
        raise Refused(f"which files networkd's links have can't be seen: {failed.why}") from None


def _kept(managed: _networkd_links.Managed) -> dict[str, str]:
    """KeepConfiguration= of each managed link."""
    return {link.name: link.keep for link in managed.links}


def _refuse_others(old: Mapping[str, str]) -> None:
    for path, text in old.items():
        others = [each for each in parse_unit_text(text, path)[0] if (each.section, each.key) != _KEPT]
        if others:
            raise Refused(f"{others[0].source} ([{others[0].section}] {others[0].key}) is somebody else's; move it away, or choose another name")


def _refuse_losers(links: list[str], kept: Mapping[str, str]) -> None:
    lost = [link for link in links if kept.get(link) != "yes"]
    if lost:
        raise Refused(f"another drop-in would still win for {', '.join(lost)}, so KeepConfiguration= would be {kept.get(lost[0])} there")


def _read(host: Host, path: str) -> str | None:
    try:
        return host.read(path).text
    except Absent:
        return None
    except NotSeen as missing:
        raise Refused(missing.why) from None
