# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import time

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._exchange import run
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Layer, Limits, Question, Target, empty_cell
from ansible_collections.holdfast.baseline.tests.unit.plugins.module_utils._dns.servers import (
    asks,
    descriptors,
    honest,
    honestly,
    limits,
    reply,
    settled,
    stream,
    udp,
)

NAMES = [f"n{number}.example.com" for number in range(10)]


@contextlib.contextmanager
def layers():
    """One of each kind that a test can have: answering, silent and closed, by UDP and TCP, and the C library."""
    with udp(honest) as (good, _seen), udp(lambda query: []) as (dead, _none), stream(honestly) as (tcp, _count):
        with udp(honest) as (closed, _gone):
            pass
        yield [
            Layer("good", "upstream", "udp", "127.0.0.1", good),
            Layer("dead", "upstream", "udp", "127.0.0.1", dead),
            Layer("tcp", "upstream", "tcp", "127.0.0.1", tcp),
            Layer("closed", "upstream", "udp", "127.0.0.1", closed),
            Layer("closed tcp", "upstream", "tcp", "127.0.0.1", closed),
            Layer("libc", "libc", "libc"),
            Layer("resolved", "cache", "varlink", "/nonexistent"),
        ]


def test_everything_at_once_costs_one_deadline():
    with layers() as all_layers:
        before, begun = descriptors(), time.monotonic()
        wanted = [ask for layer in all_layers for ask in asks(layer, *NAMES[: 1 if layer.kind == "libc" else 10])]
        result = run(wanted, [Target("127.0.0.1", all_layers[3].port)], limits(2))
        assert time.monotonic() - begun < 4 and settled(before)
    assert [(cell["layer"], cell["question"]) for cell in result.cells] == [(ask.layer.name, ask.question.key) for ask in wanted]
    errors = {layer.name: {cell["error"] for cell in result.cells if cell["layer"] == layer.name} for layer in all_layers}
    expected = {"good": {None}, "dead": {"timeout"}, "tcp": {None}, "closed": {"refused"}, "closed tcp": {"refused"}, "resolved": {"refused"}}
    assert {name: errors[name] for name in expected} == expected
    assert result.connections[0]["error"] == "refused" and 2000 <= result.took_ms < 4000


def test_what_is_healthy_ends_at_once():
    with udp(honest) as (port, _seen), stream(honestly) as (other, _count):
        wanted = asks(Layer("a", "upstream", "udp", "127.0.0.1", port), *NAMES) + asks(Layer("b", "upstream", "tcp", "127.0.0.1", other), *NAMES)
        result = run(wanted, [], limits(30))
    assert {cell["rcode"] for cell in result.cells} == {"NOERROR"} and result.took_ms < 5000


def test_nothing_to_do():
    assert run([], [], limits(30))[:2] == ([], [])


def test_cells_have_the_keys_of_the_model():
    with udp(lambda query: [reply(query, rcode="SERVFAIL")]) as (port, _seen):
        wanted = asks(Layer("a", "reference", "udp", "127.0.0.1", port), "a.example.com")
        cell = run(wanted, [], limits(5)).cells[0]
    assert set(cell) == set(empty_cell(wanted[0]))
    assert set(cell["follow"]["cd"]) == {"rcode", "answers", "flags", "ede", "ttl", "bytes", "ms", "error", "tries"}


def test_a_follow_up_that_nobody_answers_costs_less_than_the_deadline():
    def once(query):
        return [] if seen[:-1] else honest(query)

    with udp(once) as (port, seen):
        result = run(asks(Layer("a", "upstream", "udp", "127.0.0.1", port), "a.example.com"), [], limits(20))
    assert (result.cells[0]["rcode"], result.cells[0]["follow"]["again"]["error"]) == ("NOERROR", "timeout")
    assert result.cells[0]["follow"]["again"]["tries"] == 3 and result.took_ms < 5000


def test_a_follow_up_that_has_no_time_left_is_not_asked():
    def slowly(query):
        time.sleep(0.1)
        return [reply(query, rcode="REFUSED")] if b"n0" in query else honest(query)

    with udp(slowly) as (port, _seen):
        result = run(asks(Layer("a", "upstream", "udp", "127.0.0.1", port), *NAMES[:2]), [], limits(1.5))
    assert (result.cells[0]["rcode"], result.cells[0]["follow"]) == ("REFUSED", {}) and result.took_ms < 1400


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_lot_of_questions(transport):
    with udp(honest) as (port, _seen), stream(honestly) as (other, _count):
        layer = Layer("a", "upstream", transport, "127.0.0.1", port if transport == "udp" else other)
        questions = [Question(f"q{number} A", f"q{number}.example.com.", "A") for number in range(300)]
        result = run([Ask(layer, question) for question in questions], [], Limits(20, 1))
    assert {cell["rcode"] for cell in result.cells} == {"NOERROR"}
