# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _whole_look
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._ip_words import until
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._network import Saved
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._whole import Whole
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_links import Managed, Network
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_tables import Counts, Table
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Dump, LinkState, Unanswered

IDENT = "20261121T072400Z-3fa9c1"
HOST = Host()
OWN, FOREIGN = ("-4", "address", "add", "10.77.0.10/24", "dev", "host0"), ("-4", "address", "add", "10.77.5.10/24", "dev", "host0")
DEFAULT = tuple("-4 route add unicast default table 254 proto 4 scope 0 via 10.77.0.1 dev host0".split())
LINK_LOCAL = tuple("-6 route add local fe80::1/128 table 255 proto 2 metric 0 dev host0".split())
ASKS = Network(addresses=frozenset(["10.77.0.10/24"]), destinations=frozenset(["0.0.0.0/0"]))
RA, PROXY = (("holds", f"/proc/sys/net/ipv6/conf/host0/{name}", "1") for name in ("accept_ra", "proxy_ndp"))
ALL = (OWN, FOREIGN, DEFAULT)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(str(tmp_path / "holdfast"))
    store.open_up()
    os.makedirs(store.path(IDENT))
    return store


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list:
    """What the looks to come will see, each a tuple of entries or an error."""
    coming: list = []

    def look(_host, _held):
        seen = coming.pop(0)
        if isinstance(seen, Exception):
            raise seen
        return Whole({each: each for each in seen}, {}, {"host0": 2})

    monkeypatch.setattr(_whole_look, "look", look)
    monkeypatch.setattr(_whole_look, "_managed", lambda _host: Managed([Link(2, "host0", "no", frozenset())], [ASKS]))
    return coming


def kept(store: Store, looks: list) -> list[float]:
    """Keep all of ALL; for how long it waited between its two looks."""
    slept: list[float] = []
    looks += [ALL, ALL]
    _whole_look.keep(HOST, store, IDENT, _whole_look.look(HOST, []), _whole_look.time.monotonic(), slept.append)
    return slept


def test_the_two_looks_are_apart(store: Store, looks: list) -> None:
    assert kept(store, looks) == [pytest.approx(2.0, abs=0.1)]


@pytest.mark.parametrize(
    ("seen", "missing", "slept"),
    [
        ([ALL], 0, []),
        ([(OWN,), ALL], 0, [2.0]),
        ([(OWN,), (OWN, DEFAULT), ALL], 0, [2.0, 2.0]),
        ([(OWN,), (OWN,), (OWN, DEFAULT)], 1, [2.0, 2.0]),
    ],
)
def test_what_is_on_its_way_back_is_not_missing(store: Store, looks: list, seen: list, missing: int, slept: list) -> None:
    kept(store, looks)
    pauses: list[float] = []
    looks += seen
    found = _whole_look.compare(HOST, store, IDENT, pauses.append)
    assert (found["missing_count"], pauses, looks) == (missing, slept, [])


def test_what_a_boot_brings_back(store: Store, looks: list, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(store, looks)
    monkeypatch.setattr(_whole_look._record, "boot_id", lambda: "another")
    looks += [()] * 3
    found = _whole_look.compare(HOST, store, IDENT, lambda _seconds: None)
    assert [text.split()[1:4] for text in found["missing"]] == [["address", "10.77.0.10/24", "dev"], ["route", "unicast", "default"]]
    assert found["moved"] == ["ipv4 address 10.77.5.10/24 dev host0: a boot makes it anew only if its owner does"]


def test_what_can_not_be_compared(store: Store, looks: list) -> None:
    assert _whole_look.compare(HOST, store, IDENT)["status"] == "absent"
    kept(store, looks)
    looks.append(Unanswered("the kernel's dump did not end in time"))
    assert _whole_look.compare(HOST, store, IDENT) == {"status": "unknown", "why": "the kernel's dump did not end in time"}
    Path(store.path(IDENT, "whole")).write_bytes(b"x")
    assert _whole_look.compare(HOST, store, IDENT)["status"] == "unknown"


@pytest.mark.parametrize(("counted", "routes"), [(Counts({254: 20_000}, 0), True), (Counts({254: 20_000}, 1), False), (Counts(None, None), True)])
def test_so_many_routes_are_not_read_one_by_one(monkeypatch: pytest.MonkeyPatch, counted: Counts, routes: bool) -> None:
    asked = []
    monkeypatch.setattr(_whole_look.tables, "read_counts", lambda _host: counted)
    monkeypatch.setattr(_whole_look._kept, "everything", lambda _timeout, routes: asked.append(routes) or [OWN, DEFAULT, LINK_LOCAL])
    monkeypatch.setattr(_whole_look, "_of_big_tables", lambda *_all: ([], {"ipv4 routes of table 254": 20_000}))
    monkeypatch.setattr(HOST.netlink, "link_states", lambda: Dump([], True))
    monkeypatch.setattr(_whole_look._whole_dns, "look", lambda _host, _names: [])
    monkeypatch.setattr(_whole_look._kept, "holds", lambda words: words == RA)
    seen = _whole_look.look(HOST, [RA, PROXY])
    assert (asked, list(seen.entries), seen.counts) == ([routes], [OWN, DEFAULT, RA], {} if routes else {"ipv4 routes of table 254": 20_000})


@pytest.mark.parametrize(
    ("tables", "counted", "counts"),
    [
        ([Table(INET, 254, 2, [None] * 2), Table(INET, 99, 30_000, None)], Counts({254: 2, 99: 30_000}, 0), {"ipv4 routes of table 99": 30_000}),
        ([Table(INET6, 254, 2, [None] * 2), Table(INET6, 98, 30_000, None)], Counts({}, 30_002), {"ipv6 routes": 30_002}),
        # No rule looks it up, so that nobody knows of it.
        ([Table(INET6, 254, 2, [None] * 2)], Counts({}, 30_002), {"ipv6 routes": 30_002}),
        ([Table(INET6, 254, 2, [None] * 2)], Counts(None, 2), {}),
        ([Table(INET6, 254, 2, [None] * 2)], Counts(None, None), {}),
    ],
)
def test_what_was_not_read_is_counted(tables: list, counted: Counts, counts: dict) -> None:
    assert _whole_look.counts_of(tables, counted) == counts


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (LinkState(2, "host0", True, 0, 1500), ["link dev host0 up", "link dev host0 mtu 1500"]),
        (LinkState(3, "dum0", False, 9, 9000), ["link dev dum0 down", "link dev dum0 mtu 9000", "link dev dum0 master br0"]),
        (LinkState(3, "dum0", True, 8, 1500), ["link dev dum0 up", "link dev dum0 mtu 1500", "link dev dum0 master 8"]),
    ],
)
def test_what_a_link_is_like(link: LinkState, words: list) -> None:
    assert [" ".join(each) for each in _whole_look.link_words(link, {9: "br0"})] == words


def test_only_settings_are_asked_of_their_files() -> None:
    held = [list(RA), ["holds", "/sys/class/net/dum0/master/ifindex", "9", "link", "set", "dev", "dum0", "master", "br0"]]
    assert _whole_look.settings_of(Saved([], [], [], held=held)) == [RA]


@pytest.mark.parametrize(("seconds", "missing"), [(0, 0), (600, 1)])
def test_what_has_had_its_time_is_not_missing(store: Store, looks: list, seconds: int, missing: int) -> None:
    short = (*FOREIGN, "valid_lft", until(seconds), "preferred_lft", until(seconds))
    looks += [(OWN, short)] * 2
    _whole_look.keep(HOST, store, IDENT, _whole_look.look(HOST, []), 0.0, lambda _seconds: None)
    looks += [(OWN,)] * 3
    found = _whole_look.compare(HOST, store, IDENT, lambda _seconds: None)
    assert found["missing"] == ["ipv4 address 10.77.5.10/24 dev host0"] * missing
