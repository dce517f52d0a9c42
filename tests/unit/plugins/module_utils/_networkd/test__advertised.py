# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET6, Path, Route
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _advertised, _given

DEFAULT = Route(INET6, 254, 1, 9, b"", 0, paths=(Path(2, b"\xfe\x80" + bytes(14)),))
PREFIX = DEFAULT._replace(destination=bytes(16), prefixlen=64)


def link(name: str, *routes: Route) -> _given.Link:
    return _given.Link(name, "", "", [], list(routes))


def _told(found: Any) -> Any:
    """A look, which may fail."""
    if isinstance(found, NotSeen):
        raise found
    return iter(found)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """`links` has what is seen at each look, the last one for ever; `asked` the links whose routers were asked."""
    seen: dict[str, Any] = {"links": [[]], "asked": []}

    def links(_host: Host) -> Any:
        return _told(seen["links"][0])

    def ask(questions: list[str]) -> list[str]:
        seen["asked"] += questions
        seen["links"] = seen["links"][1:] or seen["links"]
        return []

    monkeypatch.setattr(_advertised._given, "links", links)
    monkeypatch.setattr(_advertised._leases, "router_question", lambda _host, link: link.name)
    monkeypatch.setattr(_advertised._ask, "ask", ask)
    monkeypatch.setattr(_advertised, "_PAUSE", 0)
    return seen


@pytest.mark.parametrize(
    ("links", "found"),
    [
        ([link("eth0", PREFIX, DEFAULT), link("eth1", PREFIX), link("eth2")], {"eth0"}),
        (NotSeen("x"), set()),
    ],
)
def test_where_routers_gave_one(seen: dict[str, Any], links: Any, found: set[str]) -> None:
    seen["links"] = [links]
    assert _advertised.default_links(Host()) == found


@pytest.mark.parametrize(
    ("looks", "asked", "lost"),
    [
        ([[link("eth0", DEFAULT), link("eth1")]], [], []),
        ([[link("eth0", PREFIX), link("eth1")], [link("eth0", DEFAULT)]], ["eth0"], []),
        ([[link("eth0")], [link("eth0")], [link("eth0", DEFAULT)]], ["eth0"] * 2, []),
        ([[link("eth0")]], ["eth0"] * 3, ["eth0"]),
        ([NotSeen("x")], [], ["eth0"]),
    ],
)
def test_it_comes_back_when_asked_for(seen: dict[str, Any], looks: list[Any], asked: list[str], lost: list[str]) -> None:
    seen["links"] = looks
    assert (_advertised.lost(Host(), frozenset({"eth0"})), seen["asked"]) == (lost, asked)
