# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The policy rules and routes that a restart of networkd can delete, as commands that put back what is missing.

They are those that the fact `routes.foreign` counts: what is at risk as the files stand
may be nothing, and yet be lost once the files are put back.
"""

from __future__ import annotations

import os
import socket
from typing import Any, Callable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._ip_words import route_words, rule_words
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, quote
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_facts as networkd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _route_tables as tables
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import (
    deleted_routes,
    deleted_rules,
    unprotected,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import (
    INET,
    INET6,
    Dump,
    Netlink,
    Route,
    Rule,
    Unanswered,
)

# Each is a process of its own when it is put back, and looked after until they stay.
MOST = 1000


class Saved(NamedTuple):
    """The words of each `ip` command, and what can't be put back, with the reason."""

    rules: list[list[str]]
    routes: list[list[str]]
    lost: list[str]


class _Recorder(Netlink):
    """Netlink that also keeps the kernel's own words for each entry."""

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout)
        self.bodies: dict[Any, bytes] = {}

    def _dump(
        self, kind: int, request: bytes, parse: Callable[[bytes], Any], family: int, limit: int, strict: bool = False
    ) -> Dump:
        def keep(body: bytes) -> Any:
            entry = parse(body)
            if isinstance(entry, (Rule, Route)):
                self.bodies[entry] = body
            return entry

        return super()._dump(kind, request, keep, family, limit, strict)


def save(host: Host, rules: bool, routes: bool) -> Saved:
    """What of the kernel's rules and routes isn't networkd's own; Refused where that can't be seen, or is too much."""
    if not rules and not routes:
        return Saved([], [], [])
    recorder = _Recorder(host.timeout)
    host.netlink = recorder
    try:
        gone_rules, gone_routes, doubts = _foreign(host, recorder)
    except Unanswered as failed:
        raise Refused(f"rules, routes: {failed.why}; set both to false to go on without them") from None
    gone_rules, gone_routes = gone_rules if rules else [], gone_routes if routes else []
    if len(gone_rules) + len(gone_routes) > MOST:
        raise Refused(f"rules, routes: {len(gone_rules) + len(gone_routes)} could be lost, and at most {MOST} can be put back")
    return _words(recorder, gone_rules, gone_routes, doubts)


def _foreign(host: Host, recorder: _Recorder) -> tuple[list[Rule], list[Route], list[str]]:
    """Rules and routes that some start of networkd could delete, and why these may not be all."""
    all_rules = [rule for family in (INET, INET6) for rule in recorder.rules(family).entries]
    daemon = networkd.look(host, recorder.links(), recorder.addresses(INET).entries)
    if daemon.settings is None or not daemon.active:
        return [], [], [] if daemon.settings else [daemon.facts["why"]]
    looked_up = {family: {rule.table for rule in all_rules if rule.family == family} - {0} for family in (INET, INET6)}
    seen = tables.read_tables(recorder, tables.read_counts(host), looked_up, [link.ifindex for link in daemon.links])
    own = networkd.find_own(host, daemon, all_rules, seen)
    settings, links = unprotected(daemon.settings, daemon.links)
    nexthops = [nexthop for nexthop in recorder.nexthops().entries if not own.nexthop(nexthop)]
    # What may be networkd's own is kept as well: it is put back only where it is missing.
    rules = deleted_rules([rule for rule in all_rules if own.rule(rule) is not True], links, settings)
    routes = deleted_routes([route for route in seen.routes if own.route(route) is not True], nexthops, links, settings)
    return rules, routes, list(seen.why)


def _words(recorder: _Recorder, rules: list[Rule], routes: list[Route], doubts: list[str]) -> Saved:
    saved = Saved([], [], doubts)
    for rule in rules:
        try:
            saved.rules.append(rule_words(recorder.bodies[rule]))
        except ValueError as error:
            saved.lost.append(str(error))
    for route in routes:
        try:
            saved.routes.append(route_words(recorder.bodies[route], _link_name))
        except ValueError as error:
            saved.lost.append(str(error))
    return saved


def _link_name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        raise ValueError(f"link {index} is gone") from None


def commands(saved: Saved, boot_id: str) -> bytes:
    """What the script reads: one line a rule or route. After a reboot they are others' to make, so it does nothing then."""
    lines = [f"[ \"$(cat /proc/sys/kernel/random/boot_id)\" = {quote(boot_id)} ] || return 0"]
    lines += ["put " + " ".join(map(quote, words)) for words in saved.rules + saved.routes]
    return os.fsencode("\n".join(lines) + "\n")
