# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._follow import Follows
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Layer


def cell(rcode, answers=(), flags=(), **follow):
    return {"rcode": rcode, "answers": list(answers), "flags": list(flags), "ms": 3.0, "waited_ms": 3.0, "follow": follow}


def names(found):
    return [follow.name for _cell, follow in found]


@pytest.mark.parametrize(
    ("transport", "seen", "expected"),
    [
        ("udp", cell("SERVFAIL"), ["cd"]),
        ("tls", cell("SERVFAIL"), ["cd"]),
        ("libc", cell("SERVFAIL"), []),
        ("varlink", cell("SERVFAIL"), []),
        ("udp", cell("NOERROR", flags=["tc"]), ["large"]),
        ("tcp", cell("NOERROR", flags=["tc"]), []),
        ("udp", cell("NOERROR", ["192.0.2.1"]), ["again"]),
        ("udp", cell("NOERROR", ["192.0.2.1"], ["tc"]), ["large", "again"]),
        ("udp", cell("NOERROR"), []),
        ("udp", cell("NXDOMAIN"), []),
        ("udp", {**cell("NXDOMAIN"), "ms": 900.0}, ["again"]),
        ("varlink", {**cell("NXDOMAIN"), "ms": 900.0}, ["again"]),
        ("varlink", cell("NOERROR", ["192.0.2.1"]), ["again"]),
        ("libc", cell("NOERROR", ["192.0.2.1"]), []),
        ("libc", {**cell("NOERROR", ["192.0.2.1"]), "waited_ms": 900.0}, ["again"]),
        ("libc", {**cell("SERVFAIL"), "waited_ms": 5003.0}, ["again"]),
        ("udp", {**cell("SERVFAIL"), "ms": 5003.0}, ["cd"]),
        ("udp", cell("FORMERR"), ["no_edns"]),
        ("udp", cell("FORMERR", no_edns={}), []),
        ("udp", cell("REFUSED"), []),
        ("udp", cell(None), []),
    ],
)
def test_what_one_answer_asks_for(transport, seen, expected):
    assert names(Follows().after(Layer("x", "upstream", transport), seen)) == expected


@pytest.mark.parametrize("address", ["127.0.0.53", "::1"])
def test_nothing_unvalidated_is_brought_into_a_cache_of_this_host(address):
    assert names(Follows().after(Layer("x", "stub", "udp", address), cell("SERVFAIL"))) == []


@pytest.mark.parametrize(
    ("rcodes", "expected"),
    [
        (["REFUSED", "REFUSED"], []),
        (["REFUSED", "NXDOMAIN"], [0]),
        (["NXDOMAIN", "REFUSED"], [1]),
        (["REFUSED", "REFUSED", "NXDOMAIN", "REFUSED"], [0, 1, 3]),
    ],
)
@pytest.mark.parametrize(("kind", "transport"), [("upstream", "udp"), ("proxy", "tcp"), ("network", "varlink")])
def test_refused_is_asked_again_only_where_the_server_says_something_else(rcodes, expected, kind, transport):
    follows, layer = Follows(), Layer("x", kind, transport)
    cells = [cell(rcode) for rcode in rcodes]
    found = [one for seen in cells for one in follows.after(layer, seen)]
    assert sorted([other is refused for other in cells].index(True) for refused, _follow in found) == expected
    assert {follow.delay for _cell, follow in found} <= {1.5}


def test_only_a_layers_first_answer_is_repeated():
    follows = Follows()
    seen = [names(follows.after(Layer(name, "upstream", "udp"), cell("NOERROR", ["x"]))) for name in ("a", "a", "b")]
    assert seen == [["again"], [], ["again"]]
