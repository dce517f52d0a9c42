# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The whole network of a host at two times, held against each other, entry by entry. Pure.

What came or went between two looks at the untouched host, while its checkpoint was being armed, isn't compared. Routes and neighbours of its
class (those of one protocol in one table over one link) come and go by themselves: they are told and decide nothing, unless none is left.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from typing import Any, Iterator, Mapping, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._ip_words import identity
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._other_words import HOLDS

# One entry as the words of the ip command that adds it.
Words = tuple[str, ...]

MOST_TOLD = 50
_MOST_BYTES = 64 << 20
_FAMILIES = {"-4": "ipv4", "-6": "ipv6"}
_MOVING = ("route", "neighbour", "neigh")
_OF_A_CLASS = ("table", "proto", "dev")


class Whole(NamedTuple):
    """One look. entries: words by identity; counts: by label, of what is too much to keep each entry; links: index by name."""

    entries: dict[Words, Words]
    counts: dict[str, int]
    links: dict[str, int]


class Record(NamedTuple):
    """What is kept of a host before it is changed. steady: what two looks had, with the lower counts; moving: classes and labels that differed.

    managed: the links that networkd configures; boots: the identities of what its files ask for, so that a boot brings it back.
    """

    steady: Whole
    moving: frozenset[str]
    managed: frozenset[str]
    boots: frozenset[Words]
    boot_id: str


def steady(first: Whole, second: Whole) -> tuple[Whole, frozenset[str]]:
    """What both looks have, and the classes that differ."""
    both = {key: words for key, words in second.entries.items() if key in first.entries}
    moved = [*_only(first, second), *_only(second, first)]
    labels = {*first.counts, *second.counts}
    counts = {label: (_count(first, label), _count(second, label)) for label in labels}
    uneven = {label for label, (one, other) in counts.items() if one != other}
    low = {label: min(pair) for label, pair in counts.items()}
    return Whole(both, low, second.links), frozenset({*map(class_of, moved), *uneven} - {""})


def _only(one: Whole, other: Whole) -> Iterator[Words]:
    return (words for key, words in one.entries.items() if key not in other.entries)


def compare(record: Record, now: Whole, boot_id: str) -> dict[str, Any]:
    """{status, why, rebooted, compared, missing, missing_count, moved, moved_count}.

    missing: what was there, isn't now, and must be. moved: what isn't there either and decides nothing, with the reason. Texts, cut at MOST_TOLD.
    """
    rebooted = boot_id != record.boot_id
    gone = [words for key, words in record.steady.entries.items() if key not in now.entries]
    reasons = {words: _excuse(words, record, now, rebooted) for words in gone}
    _decide_where_none_is_left(reasons, record)
    missing = [text(words) for words, reason in reasons.items() if not reason]
    moved = [f"{text(words)}: {reason}" for words, reason in reasons.items() if reason]
    fewer = {} if rebooted else dict(_fewer(record, now))
    missing += [told for told, decides in fewer.items() if decides]
    moved += [told for told, decides in fewer.items() if not decides]
    about = {"status": "ok", "why": "", "rebooted": rebooted, "compared": len(record.steady.entries) + sum(record.steady.counts.values())}
    return {**about, **_bounded("missing", missing), **_bounded("moved", moved)}


def _bounded(name: str, texts: list[str]) -> dict[str, Any]:
    return {name: texts[:MOST_TOLD], f"{name}_count": len(texts)}


_MOVES = "its like comes and goes by itself"


def _excuse(words: Words, record: Record, now: Whole, rebooted: bool) -> str:
    """Why its absence decides nothing; "" where it does."""
    if rebooted and identity(words) not in record.boots:
        return "a boot makes it anew only if its owner does"
    if any(label in now.counts for label in labels(words)):
        return "there are too many by now to look for each"
    lost = [name for name in devices(words) if now.links.get(name) != record.steady.links.get(name)]
    if lost and not record.managed.intersection(lost):
        return f"it went with the link {lost[0]}"
    return _MOVES if class_of(words) in record.moving else ""


def _decide_where_none_is_left(reasons: dict[Words, str], record: Record) -> None:
    """A class that moves doesn't go as a whole by itself."""
    had = Counter(map(class_of, record.steady.entries.values()))
    lacks = Counter(class_of(words) for words, reason in reasons.items() if reason == _MOVES)
    for words, reason in reasons.items():
        if reason == _MOVES and lacks[class_of(words)] == had[class_of(words)]:
            reasons[words] = ""


def _fewer(record: Record, now: Whole) -> Iterator[tuple[str, bool]]:
    """The counts that fell, and whether that decides."""
    for label in {**record.steady.counts, **now.counts}:
        before, after = _count(record.steady, label), _count(now, label)
        if after < before:
            yield f"{before - after} of {before} {label}", label not in record.moving or not after


def _count(whole: Whole, label: str) -> int:
    if label in whole.counts:
        return whole.counts[label]
    return sum(label in labels(words) for words in whole.entries.values())


def labels(words: Words) -> tuple[str, ...]:
    """What a route is counted under where its table, or all of its family, is too big."""
    if "route" not in words[1:2]:
        return ()
    family = _FAMILIES[words[0]]
    return (label(family, words[words.index("table") + 1]), label(family))


def label(family: str, table: str = "") -> str:
    """Of the routes of one table, or of a family."""
    return f"{family} routes of table {table}" if table else f"{family} routes"


def devices(words: Words) -> list[str]:
    """The links that an entry belongs to."""
    return [words[at + 1] for at, word in enumerate(words[:-1]) if word == "dev"]


def class_of(words: Words) -> str:
    """What a route or a neighbour has in common with those that the same owner makes and takes away; "" for what is only itself."""
    if not words[1:2] or words[1] not in _MOVING:
        return ""
    return " ".join([*words[:2], *(f"{word} {value}" for word, value in zip(words, words[1:]) if word in _OF_A_CLASS)])


def text(words: Words) -> str:
    """An entry for people."""
    if words[:1] == ("unsaid",):
        return f"{words[1]}, which no ip command can make"
    if words[:1] == (HOLDS,):
        words = (words[1].rpartition("/sys/")[2].replace("/", "."), *words[2:])
    # A lifetime only says how long it was to last.
    ends = words.index("valid_lft") if "valid_lft" in words else len(words)
    shown = " ".join(_FAMILIES.get(word, word) for word in words[:ends] if word != "add")
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")


def packed(record: Record) -> bytes:
    """A record as it is kept."""
    entries = list(record.steady.entries.values())
    boots = [at for at, words in enumerate(entries) if identity(words) in record.boots]
    data = {"entries": entries, "counts": record.steady.counts, "links": record.steady.links, "boots": boots, "boot_id": record.boot_id}
    return zlib.compress(json.dumps({**data, "moving": sorted(record.moving), "managed": sorted(record.managed)}).encode("ascii"))


def unpacked(data: bytes) -> Record:
    """What packed() made; ValueError for anything else."""
    try:
        kept: Mapping[str, Any] = json.loads(zlib.decompressobj().decompress(data, _MOST_BYTES))
        entries = [tuple(words) for words in kept["entries"]]
        steadily = Whole({identity(words): words for words in entries}, kept["counts"], kept["links"])
        boots = frozenset(identity(entries[at]) for at in kept["boots"])
        return Record(steadily, frozenset(kept["moving"]), frozenset(kept["managed"]), boots, kept["boot_id"])
    except (zlib.error, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"not a record of a network: {error}") from None
