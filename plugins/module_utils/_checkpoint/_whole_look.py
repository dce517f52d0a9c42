# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The whole network of this host: looked at, kept with a checkpoint, and compared with what was kept."""

from __future__ import annotations

import time
from typing import Any, Callable, Iterable, Mapping

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _record, _whole, _whole_dns
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import write_new
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._ip_words import identity, is_moment, left
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._network import Saved, _Recorder
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._other_words import HOLDS
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._whole import Record, Whole, Words
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_links
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _route_tables as tables
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_links import Managed
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, LinkState, Unanswered
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _kept

FILE = "whole"
# Of the routes of both families; beyond that those of big tables are counted.
MOST = 20_000
_MOST_BYTES = 16 << 20
# Between two looks at what nobody touches: some routing daemon may work meanwhile.
_APART = 2.0
# An address that is still being probed (RFC 4862, 5.4) has no route of its own for a second or two.
_LOOKS, _PAUSE = 3, 2.0
_ALL_VERSIONS = 999
# Words of what is held that is no command of ip: holds FILE VALUE.
_SETTING = 3


def look(host: Host, held: Iterable[Words]) -> Whole:
    """All that the kernel has, but what it makes for itself, and which of `held` still holds (_other_words.py).

    Unanswered where the kernel doesn't tell, or there is too much.
    """
    counted = tables.read_counts(host)
    few = sum((counted.ipv4 or {}).values()) + (counted.ipv6 or 0) <= MOST
    entries = _kept.everything(host.timeout, routes=few)
    names = host.netlink.links()
    routes, counts = ([], {}) if few else _of_big_tables(host, counted, entries)
    links = host.netlink.link_states()
    if not links.whole:
        raise Unanswered("there are too many links to look at each")
    entries += [*(words for link in links.entries for words in link_words(link, names)), *_whole_dns.look(host, names)]
    found = [words for words in [*entries, *routes] if not _is_of_link_local(words)] + [words for words in held if _kept.holds(words)]
    return Whole({identity(words): words for words in found}, counts, {link.name: link.ifindex for link in links.entries})


def link_words(link: LinkState, names: Mapping[int, str]) -> list[Words]:
    """What a link is like, each thing as an entry of its own."""
    about: list[Words] = [("up",) if link.up else ("down",), ("mtu", str(link.mtu))]
    about += [("master", names.get(link.master, str(link.master)))] if link.master else []
    return [("link", "dev", link.name, *words) for words in about]


def _is_of_link_local(words: Words) -> bool:
    """The route of an address that the kernel makes up, and makes anew with another mode or hardware address."""
    return words[:4] == ("-6", "route", "add", "local") and words[4].startswith("fe80:")


def _of_big_tables(host: Host, counted: tables.Counts, entries: Iterable[Words]) -> tuple[list[Words], dict[str, int]]:
    """The routes of small tables, and how many the big ones have."""
    kernel = _Recorder(host.timeout)
    named = {family: {int(words[words.index("table") + 1]) for words in entries if words[:2] == (word, "rule") and "table" in words}
             for family, word in ((INET, "-4"), (INET6, "-6"))}  # fmt: skip
    seen = tables.read_tables(kernel, counted, named, [])
    words = [_kept.said(route, kernel.bodies[route]) for table in seen.tables for route in table.routes or ()]
    return words, counts_of(seen.tables, counted)


def counts_of(seen: Iterable[tables.Table], counted: tables.Counts) -> dict[str, int]:
    """By label, how many routes there are where not each was read. A table of IPv6 that no rule looks up may not have been seen at all."""
    big = {table.id for table in seen if table.family == INET and table.routes is None}
    counts = {_whole.label("ipv4", str(number)): count for number, count in (counted.ipv4 or {}).items() if number in big}
    read = sum(len(table.routes or ()) for table in seen if table.family == INET6)
    return {**counts, **({_whole.label("ipv6"): counted.ipv6} if counted.ipv6 and counted.ipv6 > read else {})}


def settings_of(saved: Saved) -> list[Words]:
    """The settings of links that networkd writes; the rest of what is held is seen of the links themselves."""
    return [tuple(words) for words in saved.held if len(words) == _SETTING]


def keep(host: Host, store: Store, ident: str, first: Whole, looked_at: float, sleep: Callable[[float], None] = time.sleep) -> None:
    """Write what `first`, a look at that time of the monotonic clock, and another one have in common."""
    sleep(max(0.0, looked_at + _APART - time.monotonic()))
    steady, moving = _whole.steady(first, look(host, _held(first)))
    managed = _managed(host)
    names = frozenset(link.name for link in managed.links)
    boots = frozenset(key for key, words in steady.entries.items() if names.intersection(_whole.devices(words)) and _asked_for(words, managed))
    write_new(store.path(ident, FILE), _whole.packed(Record(steady, moving, names, boots, _record.boot_id())))


def _lasting(record: Record) -> Record:
    """Without what has only had its time, such as an address with a lifetime."""
    entries = {key: words for key, words in record.steady.entries.items() if not any(is_moment(word) and not left(word) for word in words)}
    return record._replace(steady=record.steady._replace(entries=entries))


def _managed(host: Host) -> Managed:
    try:
        return _networkd_links.read_links(host, host.netlink.links(), [], _ALL_VERSIONS)
    except NotSeen:
        return Managed([], [])


def _asked_for(words: Words, managed: Managed) -> bool:
    """Whether a .network file asks for this address or this route."""
    if words[1] == "address":
        return any(words[3] in network.addresses for network in managed.networks)
    if words[1] != "route":
        return False
    destination = words[4] if words[4] != "default" else "0.0.0.0/0" if words[0] == "-4" else "::/0"
    table = int(words[words.index("table") + 1])
    return any(destination in network.destinations and table in network.tables for network in managed.networks)


def compare(host: Host, store: Store, ident: str, sleep: Callable[[float], None] = time.sleep) -> dict[str, Any]:
    """What became of the network since the checkpoint was armed, as _whole.compare() tells it; looked at again where something is missing.

    status: `unknown` where it can't be seen, with the reason, and `absent` where nothing of it was kept.
    """
    try:
        with open(store.path(ident, FILE), "rb") as file:
            record = _whole.unpacked(file.read(_MOST_BYTES))
        return _compare(host, record, sleep)
    except FileNotFoundError:
        return {"status": "absent", "why": f"the checkpoint {ident} has no record of the whole network"}
    except (OSError, ValueError, Unanswered) as failed:
        return {"status": "unknown", "why": str(failed)}


def _held(whole: Whole) -> list[Words]:
    return [words for words in whole.entries.values() if words[0] == HOLDS]


def _compare(host: Host, record: Record, sleep: Callable[[float], None]) -> dict[str, Any]:
    for again in range(_LOOKS):
        found = _whole.compare(_lasting(record), look(host, _held(record.steady)), _record.boot_id())
        if not found["missing"] or again == _LOOKS - 1:
            break
        sleep(_PAUSE)
    return found
