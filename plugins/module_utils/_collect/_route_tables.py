# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""The kernel's routing tables: read whole where they are small, looked into where they are big."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Iterable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_text import (
    REJECTS,
    UNICAST,
    family_name,
    protocol_name,
    table_name,
    type_name,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Dump, Netlink, Route

# Up to so many routes of both families networkd can be asked to describe itself.
SMALL = 10_000
_MAIN, _LOCAL = 254, 255
_NAMED = {"Main": _MAIN, "Local": _LOCAL, "Default": 253}
# Each look into a big table walks the whole of it, 50 ms for a million routes.
_MOST_BIG_TABLES = 2
_MOST_LINKS = 4
_MOST_TABLES = 512
_MOST_OF_A_KIND = 256
# boot, static, ra, dhcp
_HOST_PROTOCOLS = (3, 4, 9, 16)


class Table(NamedTuple):
    """One table; `routes` is None for a big one, `size` None where nobody counted."""

    family: int
    id: int
    size: int | None
    routes: list[Route] | None


class Tables(NamedTuple):
    """All tables; `found` are the routes of big ones that matter, `defaults` their default routes, `why` what was not seen.

    Only where `small` is true may networkd be asked to describe itself.
    """

    tables: list[Table]
    total: int | None
    found: list[Route]
    defaults: list[Route]
    why: list[str]
    small: bool

    @property
    def routes(self) -> list[Route]:
        """All routes that were read, without doubles."""
        small = [route for table in self.tables for route in table.routes or ()]
        return small + list(dict.fromkeys(self.found))


class Counts(NamedTuple):
    """Routes counted without a dump: IPv4 by table (None: nobody tells), IPv6 in all (None likewise)."""

    ipv4: dict[int, int] | None
    ipv6: int | None


def read_counts(host: Host) -> Counts:
    """Counts out of /proc/net."""
    try:
        ipv4 = parse_fib_triestat(host.read("/proc/net/fib_triestat").text)
    except NotSeen:
        ipv4 = None
    try:
        ipv6 = parse_rt6_stats(host.read("/proc/net/rt6_stats").text)
    except NotSeen:
        ipv6 = None
    return Counts(ipv4, ipv6)


def parse_fib_triestat(text: str) -> dict[int, int] | None:
    """Routes by table; Main and Local share one trie until the first rule is added, and each then shows all of it."""
    blocks = re.findall(r"^(?:Id (\d+)|(Main|Local|Default)):\n((?:[ \t].*\n)+)", text, re.MULTILINE)
    counts, shapes = {}, {}
    for number, name, block in blocks:
        prefixes = re.search(r"Prefixes:\s*(\d+)", block)
        if prefixes:
            table = int(number) if number else _NAMED[name]
            counts[table], shapes[table] = int(prefixes[1]), block
    if counts.get(_MAIN) and shapes.get(_MAIN) == shapes.get(_LOCAL):
        counts[_LOCAL] = 0
    return counts or None


def parse_rt6_stats(text: str) -> int | None:
    """Routes of all IPv6 tables: the fourth of seven hexadecimal numbers (the third counts allocations)."""
    fields = text.split()
    return int(fields[3], 16) if len(fields) == 7 and re.fullmatch("[0-9a-f]+", fields[3]) else None


def read_tables(netlink: Netlink, counts: Counts, looked_up: dict[int, set[int]], managed: list[int]) -> Tables:
    """Both families; `looked_up` are the tables that rules name, `managed` the indexes of links whose routes matter."""
    tables: list[Table] = []
    found: list[Route] = []
    defaults: list[Route] = []
    why: list[str] = []
    totals: list[int | None] = []
    for family, count in ((INET, sum(counts.ipv4.values()) if counts.ipv4 else None), (INET6, counts.ipv6)):
        dump = netlink.routes(family, SMALL) if count is None or count <= SMALL else None
        if dump and dump.whole:
            tables += by_table(family, dump.entries)
            totals.append(len(dump.entries))
            continue
        known = {_MAIN, _LOCAL} | looked_up.get(family, set()) | set(counts.ipv4 or () if family == INET else ())
        some = _read_big(netlink, family, sorted(known), counts)
        big = [table for table in some if table.routes is None]
        tables += some
        # A dump that goes on beyond what was counted: then the count was wrong.
        totals.append(None if dump else count)
        found += _look_into(netlink, big, managed, why)
        defaults += _first_defaults(netlink, big)
        if family == INET6 or not counts.ipv4:
            why.append(f"{family_name(family)} tables that no rule looks up were not read: there are more than {SMALL} routes")
    total = None if None in totals else sum(one or 0 for one in totals)
    return Tables(tables, total, found, defaults, why, total is not None and total <= SMALL)


def by_table(family: int, routes: Iterable[Route]) -> list[Table]:
    """Routes sorted into their tables."""
    tables: dict[int, list[Route]] = {}
    for route in routes:
        tables.setdefault(route.table, []).append(route)
    return [Table(family, number, len(mine), mine) for number, mine in sorted(tables.items())]


def _read_big(netlink: Netlink, family: int, numbers: list[int], counts: Counts) -> list[Table]:
    """The tables of a family that has many routes: the small ones whole, in all not more than SMALL."""
    known = counts.ipv4 or {} if family == INET else {}
    budget = SMALL
    tables = []
    # Small tables first, so that the budget reaches as many as it can.
    for number in sorted(numbers, key=lambda one: known.get(one, 0))[:_MOST_TABLES]:
        count = known.get(number)
        dump = Dump([], False) if count is not None and count > budget else netlink.routes(family, budget, table=number)
        if dump.whole:
            budget -= len(dump.entries)
            tables += [Table(family, number, len(dump.entries), dump.entries)] if dump.entries else []
        else:
            tables.append(Table(family, number, count, None))
    return _count_the_last(family, tables, counts)


def _count_the_last(family: int, tables: list[Table], counts: Counts) -> list[Table]:
    """The one table that nobody counted has what the others leave of the total."""
    total = sum((counts.ipv4 or {}).values()) if family == INET else counts.ipv6
    unsure = [table for table in tables if table.routes is None]
    if len(unsure) != 1 or not total:
        return tables
    rest = total - sum(table.size or 0 for table in tables if table.routes is not None)
    return [table._replace(size=rest) if table.routes is None else table for table in tables]


def _look_into(netlink: Netlink, big: list[Table], managed: list[int], why: list[str]) -> list[Route]:
    """The reject routes and the routes on managed links of big tables."""
    found: list[Route] = []
    if len(big) > _MOST_BIG_TABLES:
        why.append(f"{len(big) - _MOST_BIG_TABLES} of {len(big)} big tables were not looked into")
    if big and len(managed) > _MOST_LINKS:
        why.append(f"{len(managed) - _MOST_LINKS} of {len(managed)} managed links were not looked for in big tables")
    for table in big[:_MOST_BIG_TABLES]:
        asked = [{"kind": kind} for kind in REJECTS] + [{"oif": index} for index in managed[:_MOST_LINKS]]
        for filters in asked:
            dump = netlink.routes(table.family, _MOST_OF_A_KIND, table=table.id, **filters)
            found += dump.entries
            if not dump.whole:
                why.append(f"of table {table_name(table.id)} only {_MOST_OF_A_KIND} routes of a kind were read")
        # IPv4 routes with several ways and no managed link can't be filtered; networkd deletes those too.
        if table.family == INET:
            why.append(f"multipath routes in table {table_name(table.id)} were not looked for")
    return found


def _first_defaults(netlink: Netlink, big: list[Table]) -> list[Route]:
    """The default routes of big tables; in IPv6, where they come last, those that the host's own tools make."""
    found: list[Route] = []
    for table in big[:_MOST_BIG_TABLES]:
        for protocol in (0,) if table.family == INET else _HOST_PROTOCOLS:
            found += netlink.routes(table.family, _MOST_OF_A_KIND, table=table.id, protocol=protocol).entries
    return [route for route in found if not route.prefixlen]


def default_routes(tables: Tables) -> list[Route]:
    """All unicast default routes that were seen."""
    return [route for route in tables.routes + tables.defaults if not route.prefixlen and route.type == UNICAST and route.paths]


def table_facts(tables: list[Table]) -> list[dict[str, Any]]:
    """Per table its size and, where it was read, its routes by protocol and type."""
    return [
        {
            "family": family_name(table.family),
            "table": table.id,
            "name": table_name(table.id),
            "count": table.size,
            "by_protocol": _tally(protocol_name(route.protocol) for route in table.routes) if table.routes is not None else None,
            "by_type": _tally(type_name(route.type) for route in table.routes) if table.routes is not None else None,
        }
        for table in tables
    ]


def _tally(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
