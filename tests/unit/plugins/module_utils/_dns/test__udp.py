# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import dns.message
import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _follow, _udp
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._exchange import run
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Layer
from ansible_collections.holdfast.baseline.tests.unit.plugins.module_utils._dns.servers import (
    asks,
    descriptors,
    honest,
    label,
    limits,
    reply,
    udp,
)

ADDRESS = ["192.0.2.1"]
FLAGS_CUT = 0x02


def ask(behave, deadline=1.5, absent="", kind="upstream", names=("www.example.com",)):
    """The cells, and the queries that the server saw."""
    with udp(behave) as (port, seen):
        layer = Layer("here", kind, "udp", "127.0.0.1", port)
        before = descriptors()
        begun = time.monotonic()
        cells = run(asks(layer, *names, absent=absent), [], limits(deadline)).cells
        assert time.monotonic() - begun < deadline + 1
        assert descriptors() == before
    return cells, seen


def test_an_answer():
    cells, seen = ask(honest, absent="example.com")
    cell = cells[0]
    assert (cell["rcode"], cell["answers"], cell["ttl"], cell["error"], cell["tries"]) == ("NOERROR", ADDRESS, 60, None, 1)
    assert 0 < cell["ms"] == cell["waited_ms"]
    assert (cells[1]["rcode"], cells[1]["answers"], cells[1]["ttl"]) == ("NXDOMAIN", [], None)
    # The first answer of a layer is asked for again.
    assert cell["follow"]["again"]["answers"] == ADDRESS and len(seen) == 3


def changed(query, **parts):
    wire = bytearray(honest(query)[0])
    for place, data in parts.items():
        at = int(place[1:])
        wire[at : at + len(data)] = data
    return bytes(wire)


JUNK = {
    "another id": (lambda query: changed(query, _0=bytes([query[0] ^ 1])), "wrong_id"),
    "another name": (lambda query: query[:2] + reply(b"\0\0" + query[2:].replace(b"www", b"vvv"))[2:], "wrong_question"),
    "the query itself": (lambda query: query, "garbled"),
    "garbage": (lambda query: query[:2] + b"\x81\x80" + b"\xff" * 40, "garbled"),
    "too short": (lambda query: query[:11], "garbled"),
    "a loop of names": (lambda query: changed(query, _33=b"\xc0\x21"), "garbled"),
    "64 KiB": (lambda query: changed(query) + bytes(64000), "garbled"),
    "records cut off": (lambda query: changed(query, _7=b"\x09"), "garbled"),
}


@pytest.mark.parametrize("name", list(JUNK))
def test_junk_is_counted_and_the_answer_still_believed(name):
    make, reason = JUNK[name]
    cells, _seen = ask(lambda query: [make(query), *honest(query)])
    assert (cells[0]["answers"], cells[0]["junk"], cells[0]["error"]) == (ADDRESS, {reason: 1}, None)


@pytest.mark.parametrize("name", list(JUNK))
def test_junk_alone_is_no_answer(name):
    make, reason = JUNK[name]
    cells, seen = ask(lambda query: [make(query)], deadline=0.6)
    assert (cells[0]["rcode"], cells[0]["error"], cells[0]["tries"]) == (None, "timeout", 2)
    assert cells[0]["junk"] == {reason: len(seen)}


def test_a_flood_of_junk_ends_the_reading(monkeypatch):
    monkeypatch.setattr(_udp, "_JUNK_LIMIT", 10)
    cells, _seen = ask(lambda query: [changed(query, _0=bytes([query[0] ^ 1]))] * 30 + honest(query), deadline=0.3)
    assert cells[0]["error"] == "timeout" and 10 <= cells[0]["junk"]["wrong_id"] <= 30


def test_a_lost_packet_is_sent_again():
    lost = [True]
    cells, seen = ask(lambda query: [] if lost and lost.pop() else honest(query))
    assert (cells[0]["answers"], cells[0]["tries"]) == (ADDRESS, 2)
    assert cells[0]["ms"] < 300 < cells[0]["waited_ms"]
    assert len({query[:2] for query in seen}) == len(seen)


def test_silence_costs_the_deadline():
    cells, seen = ask(lambda query: [], deadline=1.5)
    assert (cells[0]["error"], cells[0]["tries"], cells[0]["ms"]) == ("timeout", 4, None)
    # From the third try on, once without EDNS.
    assert [dns.message.from_wire(query).edns for query in seen] == [0, 0, 0, -1, 0, -1]


def test_a_reply_after_the_deadline_counts_for_nothing():
    def late(query):
        time.sleep(0.5)
        return honest(query)

    cells, _seen = ask(late, deadline=0.3)
    assert (cells[0]["error"], cells[0]["rcode"]) == ("timeout", None)


def test_a_late_reply_to_an_early_try():
    def late(query):
        if len(times) < 1:
            times.append(query)
            time.sleep(0.6)
            return honest(query)
        return []

    times: list[bytes] = []
    cells, _seen = ask(late)
    assert cells[0]["answers"] == ADDRESS and 600 <= cells[0]["ms"] == cells[0]["waited_ms"]


@pytest.mark.parametrize(
    ("kind", "labels"), [("upstream", 1), ("reference", 1), ("stub", 3), ("proxy", 3), ("resolv.conf", 3)]
)
def test_fresh_labels_where_equal_questions_are_merged(kind, labels):
    _cells, seen = ask(lambda query: [], deadline=1.0, absent="example.com", kind=kind, names=())
    made = {label(query) for query in seen if dns.message.from_wire(query).edns == 0}
    assert len(made) == labels and all(one.startswith("hf-") and len(one) == 13 for one in made)


@pytest.mark.parametrize(("kind", "expected"), [("stub", [False] * 4 + [True] * 2), ("upstream", [False] * 6)])
def test_a_later_try_is_not_merged_with_the_first(monkeypatch, kind, expected):
    monkeypatch.setattr(_udp, "_PAUSES", (0.05,) * 5 + (5,))
    _cells, seen = ask(lambda query: [], deadline=0.8, kind=kind)
    messages = [dns.message.from_wire(query) for query in seen]
    assert [bool(message.ednsflags & 0x8000) for message in messages if message.edns == 0] == expected


def test_any_label_answers():
    seen_labels: list[str] = []

    def only_the_second(query):
        seen_labels.append(label(query))
        return honest(query) if len(seen_labels) == 2 else []

    cells, _seen = ask(only_the_second, absent="example.com", kind="stub", names=())
    assert (cells[0]["rcode"], cells[0]["tries"]) == ("NXDOMAIN", 2)


def test_no_edns(monkeypatch):
    monkeypatch.setattr(_udp, "_PLAIN_WAIT", 0.3)
    cells, _seen = ask(lambda query: honest(query) if dns.message.from_wire(query).edns < 0 else [], deadline=4)
    assert (cells[0]["error"], cells[0]["rcode"]) == ("timeout", None) and "EDNS" in cells[0]["detail"]
    assert cells[0]["follow"]["no_edns"]["answers"] == ADDRESS
    assert cells[0]["waited_ms"] < 2000


def test_edns_that_comes_after_all():
    answered = []

    def slow_with_edns(query):
        answered.append(dns.message.from_wire(query).edns)
        return honest(query) if answered[-1] < 0 or answered.count(0) > 3 else []

    cells, _seen = ask(slow_with_edns, deadline=4)
    assert (cells[0]["error"], cells[0]["answers"], cells[0]["tries"]) == (None, ADDRESS, 4)
    assert cells[0]["follow"]["no_edns"]["answers"] == ADDRESS


@pytest.mark.parametrize(("large", "answers", "error"), [(True, ADDRESS, None), (False, [], "timeout")])
def test_a_cut_reply_is_asked_for_again_with_more_room(large, answers, error):
    def cut(query):
        wire = bytearray(reply(query))
        wire[2] |= FLAGS_CUT
        whole = dns.message.from_wire(query).payload == 4096
        return (honest(query) if large else []) if whole else [bytes(wire)]

    cells, _seen = ask(cut, deadline=2.5)
    follow = cells[0]["follow"]["large"]
    assert ("tc" in cells[0]["flags"], follow["answers"], follow["error"]) == (True, answers, error)
    assert follow["tries"] == (1 if large else 3)


def test_servfail_is_asked_for_without_validation():
    def bogus(query):
        message = dns.message.from_wire(query)
        unchecked = bool(message.flags & 0x0010) and bool(message.ednsflags & 0x8000)
        return honest(query) if unchecked else [reply(query, rcode="SERVFAIL")]

    cells, _seen = ask(bogus, kind="reference")
    assert (cells[0]["rcode"], cells[0]["follow"]["cd"]["answers"]) == ("SERVFAIL", ADDRESS)


def test_refused_then_answered(monkeypatch):
    monkeypatch.setattr(_follow, "_AGAIN_LATER", _follow._AGAIN_LATER._replace(delay=0.1))
    patient = {"n": 0}

    def limited(query):
        patient["n"] += 1
        return [reply(query, rcode="REFUSED")] if patient["n"] == 2 else honest(query)

    cells, _seen = ask(limited, names=("a.example.com", "b.example.com"))
    refused = next(cell for cell in cells if cell["rcode"] == "REFUSED")
    assert (refused["follow"]["again"]["rcode"], refused["follow"]["again"]["answers"]) == ("NOERROR", ADDRESS)


def test_all_refused_waits_for_nothing():
    cells, seen = ask(lambda query: [reply(query, rcode="REFUSED")], names=("a.example.com", "b.example.com"))
    assert {cell["rcode"] for cell in cells} == {"REFUSED"} and len(seen) == 2


def test_nobody_listens():
    with udp(honest) as (port, _seen):
        pass
    layer = Layer("here", "upstream", "udp", "127.0.0.1", port)
    result = run(asks(layer, "a.example.com", "b.example.com"), [], limits(5))
    assert [(cell["error"], cell["tries"]) for cell in result.cells] == [("refused", 2)] * 2
    assert result.took_ms < 2000


@pytest.mark.parametrize(
    ("address", "device", "error"), [("127.0.0.1.5", "", "failed"), ("fe80::1", "", "unreachable"), ("192.0.2.1", "holdfast-none", "unreachable")]
)
def test_what_cannot_be_dialled(address, device, error):
    result = run(asks(Layer("here", "upstream", "udp", address, 53, device), "a.example.com"), [], limits(5))
    assert result.cells[0]["error"] == error and result.cells[0]["detail"] and result.took_ms < 2000


def test_replies_in_any_order_find_their_questions():
    held: list[bytes] = []

    def backwards(query):
        held.extend(honest(query))
        return list(reversed(held)) if len(held) == 20 else honest(query) if len(held) > 20 else []

    names = [f"n{number}.example.com" for number in range(20)]
    cells, _seen = ask(backwards, names=names)
    assert [cell["answers"] for cell in cells] == [ADDRESS] * 20
