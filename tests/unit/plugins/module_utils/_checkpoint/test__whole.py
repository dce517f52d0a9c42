# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import zlib

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _whole
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._ip_words import identity
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._whole import Record, Whole

RULE = "-4 rule add from default to default pref 5270 table 52"
ADDRESS = "-4 address add 10.77.5.10/24 dev host0"
BIRD, BIRD_TOO = (f"-4 route add unicast 10.{each}.0.0/16 table 254 proto 12 scope 0 via 10.77.0.1 dev host0" for each in (1, 2))
THROW = "-6 route add throw fd00::/64 table 52 proto 3 metric 1024"
DOCKER = "-4 address add 172.17.0.1/16 dev docker0"
NO_WORDS = ("unsaid", "Nexthop(id=5, oif=0, protocol=0)")
ALL = (RULE, ADDRESS, BIRD, BIRD_TOO, THROW, DOCKER)
BIRDS = "-4 route table 254 proto 12 dev host0"
LINKS = {"host0": 2, "docker0": 3}
BIG, BIG_TOO = "ipv4 routes of table 254", "ipv6 routes"


def whole(*entries: str, counts: dict | None = None, links: dict | None = None) -> Whole:
    words = [tuple(entry.split()) for entry in entries]
    return Whole({identity(each): each for each in words}, counts or {}, LINKS if links is None else links)


def record(had: Whole, moving: tuple = (), boots: tuple = ()) -> Record:
    return Record(had, frozenset(moving), frozenset(["host0"]), frozenset(identity(tuple(entry.split())) for entry in boots), "b-1")


def without(*entries: str) -> tuple[str, ...]:
    return tuple(entry for entry in ALL if entry not in entries)


@pytest.mark.parametrize(
    ("now", "moving", "missing", "moved"),
    [
        (whole(*ALL), (), [], []),
        (whole(*ALL, "-4 rule add from default to default pref 1 table 1"), (), [], []),
        (whole(*without(RULE)), (), ["ipv4 rule from default to default pref 5270 table 52"], []),
        (whole(*without(ADDRESS)), (BIRDS,), ["ipv4 address 10.77.5.10/24 dev host0"], []),
        (whole(*without(THROW)), (BIRDS,), ["ipv6 route throw fd00::/64 table 52 proto 3 metric 1024"], []),
        (whole(*without(BIRD)), (), ["ipv4 route unicast 10.1.0.0/16"], []),
        (whole(*without(BIRD)), (BIRDS,), [], ["ipv4 route unicast 10.1.0.0/16"]),
        # A class that moves doesn't go as a whole by itself.
        (whole(*without(BIRD, BIRD_TOO)), (BIRDS,), ["ipv4 route unicast 10.1.0.0/16", "ipv4 route unicast 10.2.0.0/16"], []),
        (whole(*without(DOCKER)), (), ["ipv4 address 172.17.0.1/16 dev docker0"], []),
        (whole(*without(DOCKER), links={"host0": 2}), (), [], ["ipv4 address 172.17.0.1/16 dev docker0: it went with the link docker0"]),
        # Another link of that name is there by now.
        (whole(*without(DOCKER), links={"host0": 2, "docker0": 9}), (), [], ["ipv4 address 172.17.0.1/16 dev docker0: it went"]),
        (whole(*without(ADDRESS), links={"docker0": 3}), (), ["ipv4 address 10.77.5.10/24 dev host0"], []),
    ],
)
def test_what_is_missing(now: Whole, moving: tuple, missing: list, moved: list) -> None:
    found = _whole.compare(record(whole(*ALL), moving), now, "b-1")
    for name, expected in (("missing", missing), ("moved", moved)):
        assert len(found[name]) == found[f"{name}_count"] == len(expected)
        assert all(text.startswith(start) for text, start in zip(found[name], expected))
    assert (found["status"], found["rebooted"], found["compared"]) == ("ok", False, 6)


def test_after_a_boot_only_what_the_files_ask_for_counts() -> None:
    found = _whole.compare(record(whole(*ALL, counts={BIG: 9}), boots=(ADDRESS,)), whole(), "b-2")
    assert (found["missing"], found["moved_count"], found["rebooted"]) == (["ipv4 address 10.77.5.10/24 dev host0"], 5, True)


@pytest.mark.parametrize(
    ("before", "now", "moving", "missing", "moved"),
    [
        (whole(counts={BIG: 30000}), whole(counts={BIG: 30000}), (), [], []),
        (whole(counts={BIG: 30000}), whole(counts={BIG: 30001}), (), [], []),
        (whole(counts={BIG: 30000}), whole(counts={BIG: 29990}), (), [f"10 of 30000 {BIG}"], []),
        (whole(counts={BIG: 30000}), whole(counts={BIG: 29990}), (BIG,), [], [f"10 of 30000 {BIG}"]),
        (whole(counts={BIG: 30000}), whole(counts={}), (BIG,), [f"30000 of 30000 {BIG}"], []),
        # What was few is too much by now, and the reverse.
        (whole(BIRD, BIRD_TOO), whole(counts={BIG: 30000}), (), [], [f"{_whole.text(tuple(each.split()))}: there are" for each in (BIRD, BIRD_TOO)]),
        (whole(counts={BIG: 3}), whole(BIRD, BIRD_TOO), (), [f"1 of 3 {BIG}"], []),
        (whole(THROW), whole(counts={BIG_TOO: 0}), (), [f"1 of 1 {BIG_TOO}"], ["ipv6 route throw fd00::/64 table 52"]),
    ],
)
def test_what_is_only_counted(before: Whole, now: Whole, moving: tuple, missing: list, moved: list) -> None:
    found = _whole.compare(record(before, moving), now, "b-1")
    assert found["missing"] == missing
    assert len(found["moved"]) == len(moved) and all(text.startswith(start) for text, start in zip(found["moved"], moved))


def test_all_that_is_missing_is_counted_and_some_of_it_told() -> None:
    rules = [f"-4 rule add from 10.0.0.{number} pref {number} table 52" for number in range(200)]
    found = _whole.compare(record(whole(*rules)), whole(), "b-1")
    assert (found["missing_count"], len(found["missing"])) == (200, _whole.MOST_TOLD)


@pytest.mark.parametrize(
    ("first", "second", "entries", "moving"),
    [
        (whole(*ALL), whole(*ALL), 6, set()),
        (whole(*ALL), whole(*without(BIRD)), 5, {BIRDS}),
        (whole(*without(BIRD)), whole(*ALL), 5, {BIRDS}),
        # An address or a rule stands for itself alone.
        (whole(*ALL), whole(*without(ADDRESS, RULE)), 4, set()),
        (whole(counts={BIG: 9}), whole(counts={BIG: 8}), 0, {BIG}),
        (whole(counts={BIG: 9}), whole(counts={BIG: 9}), 0, set()),
    ],
)
def test_two_looks_at_what_nobody_touched(first: Whole, second: Whole, entries: int, moving: set) -> None:
    both, moves = _whole.steady(first, second)
    assert (len(both.entries), moves) == (entries, moving)
    assert both.counts == ({BIG: min(first.counts[BIG], second.counts[BIG])} if first.counts else {})


def test_a_record_is_read_as_it_was_written() -> None:
    had = whole(*ALL, "-4 address add 10.9.9.9/32 dev od\udcffd", counts={BIG: 9})
    had.entries[NO_WORDS] = NO_WORDS
    kept = record(had, (BIRDS,), (ADDRESS,))
    assert _whole.unpacked(_whole.packed(kept)) == kept
    missing = _whole.compare(kept, whole(*ALL, counts={BIG: 9}), "b-1")["missing"]
    assert missing == ["ipv4 address 10.9.9.9/32 dev od\\udcffd", "Nexthop(id=5, oif=0, protocol=0), which no ip command can make"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("holds", "/proc/sys/net/ipv6/conf/host0/accept_ra", "2"), "net.ipv6.conf.host0.accept_ra 2"),
        (("link", "dev", "dum0", "master", "br0"), "link dev dum0 master br0"),
        (("-4", "address", "add", "10.0.0.1/24", "dev", "a", "valid_lft", "@99", "preferred_lft", "@99"), "ipv4 address 10.0.0.1/24 dev a"),
    ],
)
def test_text(words: tuple, text: str) -> None:
    assert _whole.text(words) == text


@pytest.mark.parametrize("data", [b"", b"garbage", zlib.compress(b"[]"), zlib.compress(b"{}"), zlib.compress(b'{"entries": [')])
def test_what_is_no_record(data: bytes) -> None:
    with pytest.raises(ValueError):
        _whole.unpacked(data)
