# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_tables import (
    Counts,
    default_routes,
    parse_fib_triestat,
    parse_rt6_stats,
    read_tables,
    table_facts,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Dump, Path, Route

BLOCK = """\
\tAver depth:     2.00
\tMax depth:      2
\tLeaves:         {0}
\tPrefixes:       {0}
\tInternal nodes: 3
\t  2: 3
\tPointers: 12
Null ptrs: 5
Total size: {1}  kB
"""
HEAD = "Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + "Id 52:\n" + BLOCK.format(3, 1) + "Main:\n" + BLOCK.format(5, 1) + "Local:\n" + BLOCK.format(8, 1),
            {52: 3, 254: 5, 255: 8},
        ),
        (HEAD + "Id 100:\n" + BLOCK.format(1000002, 7) + "Default:\n" + BLOCK.format(1, 1), {100: 1000002, 253: 1}),
        (HEAD + "Main:\n" + BLOCK.format(9, 1) + "Local:\n" + BLOCK.format(9, 1), {254: 9, 255: 0}),
        (HEAD, None),
        ("", None),
    ],
)
def test_fib_triestat(text, expected):
    assert parse_fib_triestat(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0007 0005 0016 0007 0000 0000 0000\n", 7),
        ("0007 0005 ffff 186a3 0000 0000 0000\n", 100003),
        ("", None),
        ("x " * 7, None),
        ("1 2", None),
    ],
)
def test_rt6_stats(text, expected):
    assert parse_rt6_stats(text) == expected


class Replay:
    """A kernel with these routes; `asked` are the filters of each dump."""

    def __init__(self, routes):
        self.all = routes
        self.asked = []

    def routes(self, family, limit, **filters):
        self.asked.append((family, limit, filters))
        found = [
            one
            for one in self.all
            if one.family == family
            and filters.get("table") in (None, one.table)
            and filters.get("kind") in (None, one.type)
            and filters.get("protocol") in (None, 0, one.protocol)
            and ("oif" not in filters or any(path.oif == filters["oif"] for path in one.paths))
        ]
        return Dump(found[:limit], len(found) <= limit)


def route(number, table=100, kind=1, protocol=12, oif=9, family=INET, prefixlen=24):
    return Route(family, table, kind, protocol, number.to_bytes(4, "big"), prefixlen, paths=(Path(oif, b""),) if oif else ())


DEFAULT = Route(INET, 254, 1, 4, b"", 0, paths=(Path(2, b"\x0a\x4d\0\1"),))
THROW = route(7, 52, 9, 3, 0)
BULK = [route(number) for number in range(12_000)]
BULK6 = [route(number, 254, family=INET6) for number in range(12_000)]


def test_small_tables_are_read_in_one_dump_a_family():
    kernel = Replay([DEFAULT, THROW, route(1, 254, family=INET6)])
    seen = read_tables(kernel, Counts({254: 1, 52: 1}, 1), {}, [2])
    assert [filters for _family, _limit, filters in kernel.asked] == [{}, {}]
    assert (seen.total, seen.why, seen.small, len(seen.routes)) == (3, [], True, 3)
    assert default_routes(seen) == [DEFAULT]


def test_a_big_table_is_looked_into_by_filters():
    special = [Route(INET, 100, 1, 3, b"", 0, paths=(Path(9, b""),)), route(13_000, kind=9, oif=0), route(13_001, oif=2)]
    kernel = Replay(special[:1] + BULK + special[1:] + [DEFAULT, THROW])
    seen = read_tables(kernel, Counts({100: 12_003, 254: 1, 52: 1}, 0), {}, [2])
    assert set(special[1:]) | {DEFAULT, THROW} == set(seen.routes)
    assert default_routes(seen) == [DEFAULT, special[0]]
    assert [(table.id, table.size) for table in seen.tables if table.routes is None] == [(100, 12_003)]
    assert seen.total == 12_005
    assert seen.why == ["multipath routes in table 100 were not looked for"]
    assert all(filters for family, _limit, filters in kernel.asked if family == INET)


def test_more_of_a_kind_than_are_read_is_a_doubt():
    kernel = Replay(BULK + [route(20_000 + number, kind=6, oif=0) for number in range(300)])
    seen = read_tables(kernel, Counts({100: 12_300}, 0), {}, [])
    assert len(seen.found) == 256
    assert "of table 100 only 256 routes of a kind were read" in seen.why


def test_without_counts_the_dump_itself_shows_that_it_is_big():
    kernel = Replay([*BULK, THROW])
    seen = read_tables(kernel, Counts(None, None), {INET: {52, 100}}, [])
    assert [(table.id, table.size) for table in seen.tables if table.routes is None] == [(100, None)]
    assert THROW in seen.routes
    assert seen.total is None
    assert any("ipv4 tables that no rule looks up" in why for why in seen.why)


def test_big_ipv6():
    kernel = Replay([*BULK6, route(1, 52, 9, 3, 1, INET6), Route(INET6, 254, 1, 9, b"", 0, paths=(Path(2, b""),))])
    seen = read_tables(kernel, Counts({254: 1}, 12_002), {INET6: {52}}, [])
    assert [(table.id, table.size) for table in seen.tables if table.routes is None] == [(254, 12_001)]
    assert [one.prefixlen for one in default_routes(seen)] == [0]
    assert seen.total == 12_002
    assert any("ipv6 tables that no rule looks up" in why for why in seen.why)


def test_looks_are_bounded():
    kernel = Replay(BULK + [one._replace(table=table) for table in (101, 102, 103) for one in BULK])
    seen = read_tables(kernel, Counts({table: 12_000 for table in (100, 101, 102, 103)}, 0), {}, list(range(1, 50)))
    assert len(kernel.asked) < 30
    assert any("2 of 4 big tables" in why for why in seen.why)
    assert any("45 of 49 managed links" in why for why in seen.why)


@pytest.mark.parametrize(
    ("counts", "small"),
    [
        (Counts({100: 12_000}, 0), False),
        (Counts(None, None), False),
        (Counts({100: 10}, 1), False),
        (Counts({100: 6_000}, 6_000), False),
    ],
)
def test_small_is_never_guessed(counts, small):
    assert read_tables(Replay([*BULK[:6_000], *BULK6[:6_000]] if counts.ipv6 == 6_000 else BULK), counts, {}, []).small is small


def test_table_facts():
    seen = read_tables(Replay([DEFAULT, THROW, *BULK]), Counts({52: 1, 254: 1, 100: 12_000}, 0), {}, [])
    assert table_facts(seen.tables) == [
        {"family": "ipv4", "table": 52, "name": "52", "count": 1, "by_protocol": {"boot": 1}, "by_type": {"throw": 1}},
        {"family": "ipv4", "table": 254, "name": "main", "count": 1, "by_protocol": {"static": 1}, "by_type": {"unicast": 1}},
        {"family": "ipv4", "table": 100, "name": "100", "count": 12_000, "by_protocol": None, "by_type": None},
    ]
