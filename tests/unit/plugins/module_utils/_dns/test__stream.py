# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import time

import dns.message
import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _dial, _stream
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._exchange import run
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Layer
from ansible_collections.holdfast.baseline.tests.unit.plugins.module_utils._dns.servers import (
    asks,
    descriptors,
    honest,
    honestly,
    label,
    limits,
    secured,
    settled,
    stream,
    trusting,
    udp,
)

ADDRESS = ["192.0.2.1"]
NAMES = ("a.example.com", "b.example.com", "c.example.com")


def ask(behave, deadline=1.5, names=NAMES, absent="", kind="upstream", tls=None, **layer):
    """The cells, and how many connections there were."""
    with stream(behave, tls) as (port, count):
        asked = Layer("here", kind, "tls" if tls or layer.pop("dot", False) else "tcp", "127.0.0.1", port, **layer)
        before, begun = descriptors(), time.monotonic()
        cells = run(asks(asked, *names, absent=absent), [], limits(deadline)).cells
        assert time.monotonic() - begun < deadline + 1
        assert settled(before)
    return cells, len(count)


def test_answers():
    cells, connections = ask(honestly, absent="example.com")
    assert [cell["answers"] for cell in cells] == [ADDRESS] * 3 + [[]]
    assert [cell["rcode"] for cell in cells] == ["NOERROR"] * 3 + ["NXDOMAIN"]
    assert ({cell["tries"] for cell in cells}, connections) == ({1}, 1)
    assert [sorted(cell["follow"]) for cell in cells].count(["again"]) == 1


def backwards(peer):
    queries = [peer.query() for _name in NAMES]
    for query in reversed(queries):
        peer.send(honest(query)[0])
    honestly(peer)


def one_each(peer):
    peer.send(honest(peer.query())[0])


def test_a_server_that_closes_after_each_reply():
    names = [f"n{number}.example.com" for number in range(8)]
    cells, count = ask(one_each, names=names, deadline=5)
    assert [cell["answers"] for cell in cells] == [ADDRESS] * 8
    # One each for the questions and the repeated one.
    assert count == 9


def by_bytes(peer):
    while True:
        message = honest(peer.query())[0]
        for byte in len(message).to_bytes(2, "big") + message:
            peer.connection.sendall(bytes([byte]))
            time.sleep(0.001)


def junk_first(peer):
    query = peer.query()
    peer.send(bytes([query[0] ^ 1]) + honest(query)[0][1:])
    peer.send(b"short")
    peer.send(honest(query)[0])
    honestly(peer)


@pytest.mark.parametrize("behave", [backwards, by_bytes, junk_first], ids=lambda value: value.__name__)
def test_odd_servers_are_understood(behave):
    cells, count = ask(behave)
    assert [(cell["answers"], cell["error"]) for cell in cells] == [(ADDRESS, None)] * 3
    assert count == 1


def test_junk_is_counted():
    cells, _count = ask(junk_first)
    assert sum(cell["junk"].get("wrong_id", 0) for cell in cells) == sum(cell["junk"].get("garbled", 0) for cell in cells) == 1


def hang_up(peer):
    peer.query()


def reset(peer):
    peer.query()
    peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def endless(peer):
    peer.query()
    while True:
        peer.connection.sendall(b"\xff\xff" + bytes(65535))


def many(peer):
    peer.query()
    while True:
        peer.connection.sendall(bytes(1 << 14))


@pytest.mark.parametrize(
    ("behave", "error"), [(hang_up, "reset"), (reset, "reset"), (endless, "reset"), (many, "reset")], ids=lambda value: getattr(value, "__name__", "")
)
def test_connections_that_bring_nothing_are_given_up(behave, error):
    cells, count = ask(behave, deadline=5)
    assert [(cell["error"], cell["tries"]) for cell in cells] == [(error, 4)] * 3
    assert count == 4 and all(cell["detail"] and cell["waited_ms"] < 3000 for cell in cells)


def drip(peer):
    peer.query()
    while True:
        peer.connection.sendall(b"\1")
        time.sleep(0.05)


def silent(peer):
    while True:
        peer.query()


@pytest.mark.parametrize("behave", [drip, silent], ids=lambda value: value.__name__)
def test_silence_costs_the_deadline_and_is_tried_twice(behave):
    cells, count = ask(behave, deadline=0.8)
    assert [(cell["error"], cell["tries"], cell["detail"]) for cell in cells] == [("timeout", 2, "connected, but no reply")] * 3
    assert count == 2


@pytest.mark.parametrize(("kind", "tries"), [("upstream", 2), ("resolv.conf", 2), ("stub", 4), ("proxy", 4)])
def test_systemd_resolved_is_asked_more_often(monkeypatch, kind, tries):
    monkeypatch.setattr(_stream, "_AGAIN", (0.2, 0.6))
    cells, count = ask(silent, deadline=0.8, kind=kind)
    assert ({cell["tries"] for cell in cells}, count) == ({tries}, tries)


def test_the_second_connection_may_answer():
    connections = []

    def second(peer):
        connections.append(peer)
        if len(connections) == 1:
            silent(peer)
        honestly(peer)

    cells, _count = ask(second, deadline=1)
    assert [(cell["answers"], cell["tries"]) for cell in cells] == [(ADDRESS, 2)] * 3


def test_one_question_that_the_server_cannot_bear_hides_no_other():
    def fragile(peer):
        while True:
            query = peer.query()
            if label(query) == "a":
                return
            peer.send(honest(query)[0])

    cells, _count = ask(fragile, deadline=5)
    assert [cell["error"] for cell in cells] == ["reset", None, None]


@pytest.mark.parametrize(("kind", "labels"), [("upstream", 1), ("stub", 2)])
def test_fresh_labels_where_equal_questions_are_merged(kind, labels):
    seen = []

    def watch(peer):
        while True:
            seen.append(label(peer.query()))

    ask(watch, deadline=0.4, names=(), absent="example.com", kind=kind)
    assert (len(seen), len(set(seen))) == (2, labels)


@pytest.mark.parametrize(("kind", "expected"), [("upstream", [False, False]), ("stub", [False, True])])
def test_the_second_try_is_not_merged_with_the_first(kind, expected):
    seen = []

    def watch(peer):
        while True:
            seen.append(bool(dns.message.from_wire(peer.query()).ednsflags & 0x8000))

    ask(watch, deadline=0.4, names=("a.example.com",), kind=kind)
    assert seen == expected


def test_nobody_listens():
    with udp(honest) as (port, _seen):
        pass
    result = run(asks(Layer("here", "upstream", "tcp", "127.0.0.1", port), *NAMES), [], limits(5))
    assert {(cell["error"], cell["tries"]) for cell in result.cells} == {("refused", 0)} and result.took_ms < 2000


def test_nobody_accepts(monkeypatch):
    monkeypatch.setattr(_stream, "_ATTEMPT", 0.2)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket.create_connection(full.getsockname()):
            result = run(asks(Layer("here", "upstream", "tcp", *full.getsockname()), "a.example.com"), [], limits(0.7))
    assert (result.cells[0]["error"], result.cells[0]["detail"]) == ("timeout", "no TCP connection")


@pytest.mark.parametrize(
    ("certificate", "layer", "error", "detail"),
    [
        ("tls.pem", {"server_name": "dot.test"}, None, ""),
        ("tls.pem", {}, None, ""),
        ("tls.pem", {"server_name": "other.test"}, "tls", "Hostname mismatch"),
        ("tls.pem", {"server_name": "other.test", "verify": False}, None, ""),
        ("tls_expired.pem", {"server_name": "dot.test"}, "tls", "certificate has expired"),
        ("tls_expired.pem", {"server_name": "dot.test", "verify": False}, None, ""),
        ("tls.pem", {"server_name": "bad..name"}, "failed", "label"),
    ],
)
def test_certificates(monkeypatch, certificate, layer, error, detail):
    monkeypatch.setattr(_dial, "tls_context", trusting)
    cells, _count = ask(honestly, tls=secured(certificate), **layer)
    assert {cell["error"] for cell in cells} == {error}
    assert detail in cells[0]["detail"] and (error or cells[0]["answers"] == ADDRESS)


def test_a_certificate_that_nobody_vouches_for():
    cells, count = ask(honestly, tls=secured(), server_name="dot.test")
    assert ({cell["error"] for cell in cells}, count) == ({"tls"}, 1) and "self" in cells[0]["detail"]


def web(peer):
    peer.connection.recv(10)
    peer.connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def leave(peer):
    peer.connection.recv(1000)


@pytest.mark.parametrize(
    ("behave", "error", "detail"),
    [
        (web, "tls", "does not speak TLS"),
        (leave, "tls", "closed the connection during the TLS handshake"),
        (silent, "timeout", "handshake was not answered"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_no_tls_is_spoken(behave, error, detail):
    cells, _count = ask(behave, dot=True, deadline=1.5)
    assert {cell["error"] for cell in cells} == {error} and detail in cells[0]["detail"]


def test_hanging_up_after_the_handshake():
    cells, _count = ask(hang_up, tls=secured(), verify=False, deadline=5)
    assert {(cell["error"], cell["tries"]) for cell in cells} == {("reset", 4)}


def test_silence_for_names_that_cannot_exist_only():
    def selective(peer):
        while True:
            query = peer.query()
            if not label(query).startswith("hf-"):
                peer.send(honest(query)[0])

    cells, _count = ask(selective, tls=secured(), verify=False, absent="example.com", deadline=0.8)
    assert [cell["error"] for cell in cells] == [None, None, None, "timeout"]
