# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import time

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _varlink
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._exchange import run
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Layer, Question
from ansible_collections.holdfast.baseline.tests.unit.plugins.module_utils._dns.servers import asks, descriptors, limits, stream

NETWORK, CACHE, SECURE = 1 << 23, 1 << 20, 1 << 9
ADDRESSES = [{"ifindex": 2, "family": 2, "address": [192, 0, 2, 1]}, {"family": 10, "address": [0] * 15 + [1]}]
MX = base64.b64encode(b"\1x\0\0\x0f\0\1\0\0\0\x3c\0\5\0\x0a\1M\0").decode()


def error(name, **parameters):
    return {"error": name if "." in name else f"io.systemd.Resolve.{name}", "parameters": parameters}


def good(**parameters):
    return {"parameters": parameters}


@pytest.mark.parametrize(
    ("reply", "rtype", "expected"),
    [
        (good(addresses=ADDRESSES, name="x", flags=NETWORK | SECURE), "A", ("NOERROR", ["192.0.2.1"], ["ad"], "network")),
        (good(addresses=ADDRESSES, name="x", flags=CACHE), "AAAA", ("NOERROR", ["::1"], [], "cache")),
        (good(addresses=ADDRESSES, name="x", flags=CACHE | NETWORK), "A", ("NOERROR", ["192.0.2.1"], [], "network")),
        (good(addresses=[], name="x", flags=1), "A", ("NOERROR", [], [], None)),
        (good(rrs=[{"raw": MX}], flags=NETWORK), "MX", ("NOERROR", ["10 m."], [], "network")),
        (error("DNSError", rcode=3), "A", ("NXDOMAIN", [], None, None)),
        (error("NoSuchResourceRecord"), "A", ("NOERROR", [], None, None)),
        (error("DNSSECValidationFailed", result="no-signature"), "A", ("SERVFAIL", [], None, None)),
    ],
)
def test_answers(reply, rtype, expected):
    seen = _varlink.outcome(json.dumps(reply).encode(), rtype)
    assert (seen["rcode"], seen["answers"], seen.get("flags"), seen.get("source")) == expected


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error("NoSource"), "miss"),
        (error("QueryTimedOut"), "timeout"),
        (error("MaxAttemptsReached"), "timeout"),
        (error("NetworkDown"), "unreachable"),
        (error("NoNameServers"), "failed"),
        (error("org.varlink.service.InvalidParameter", parameter="flags"), "unsupported"),
        (error("org.varlink.service.MethodNotFound", method="x"), "unsupported"),
        (error("org.varlink.service.PermissionDenied"), "denied"),
        (error("io.systemd.System", errno=12), "failed"),
        (error("io.systemd.System"), "failed"),
        (error("DNSError"), "failed"),
        (error("DNSError", rcode="x"), "failed"),
        (good(), "failed"),
        (good(addresses=[{"family": 2, "address": [999]}], flags=0), "failed"),
        (good(addresses=[{"family": 2, "address": [1]}], flags=0), "failed"),
        (good(addresses="x", flags=0), "failed"),
        ([], "failed"),
        ("x", "failed"),
    ],
)
def test_errors(reply, kind):
    seen = _varlink.outcome(json.dumps(reply).encode(), "A")
    assert seen[0] == kind and seen[1]


@pytest.mark.parametrize("reply", [b"", b"{", b"\xff", b"[" * 100000, b'{"parameters":{"flags":1e999,"addresses":[]}}'])
def test_what_is_no_reply(reply):
    assert _varlink.outcome(reply, "A") == ("failed", "systemd-resolved's reply could not be read")


@pytest.mark.parametrize(("raw", "rtype"), [("!", "MX"), (base64.b64encode(b"\1x").decode(), "MX"), (7, "MX")])
def test_records_that_cannot_be_read(raw, rtype):
    assert _varlink.outcome(json.dumps(good(rrs=[{"raw": raw}], flags=0)).encode(), rtype)[0] == "failed"


def test_extended_errors():
    reply = error("DNSError", rcode=2, extendedDNSErrorCode=22, extendedDNSErrorMessage="No Reachable Authority")
    assert _varlink.outcome(json.dumps(reply).encode(), "A")["ede"] == [{"code": 22, "text": "No Reachable Authority"}]


@pytest.mark.parametrize(
    ("rtype", "method", "more"),
    [("A", "ResolveHostname", {"family": 2}), ("AAAA", "ResolveHostname", {"family": 10}), ("MX", "ResolveRecord", {"type": 15})],
)
def test_requests(rtype, method, more):
    call = json.loads(_varlink.request("x.test.", rtype, 1 << 12)[:-1])
    assert call == {"method": f"io.systemd.Resolve.{method}", "parameters": {"name": "x.test.", "flags": 1 << 12 | 1 << 8, **more}}


def received(peer):
    """A call as it comes in, one that ends at once with the connection."""
    data = b""
    while not data.endswith(b"\0"):
        data += peer.connection.recv(4096) or b"\0"
    return json.loads(data[:-1])


def exchange(tmp_path, answer, deadline=1.0, kind="network", absent=""):
    """The cells, the parameters of the calls, and the number of connections."""
    path, calls = str(tmp_path / "socket"), []

    def serve(peer):
        calls.append(received(peer)["parameters"])
        answer(peer)

    with stream(serve, path=path) as (_port, count):
        before, begun = descriptors(), time.monotonic()
        cells = run(asks(Layer("x", kind, "varlink", path), "a.test", absent=absent), [], limits(deadline)).cells
        assert time.monotonic() - begun < deadline + 1
    assert descriptors() < before
    return cells, calls, len(count)


def test_a_reply_in_pieces(tmp_path):
    def slowly(peer):
        data = json.dumps(good(addresses=ADDRESSES, name="x", flags=NETWORK)).encode() + b"\0"
        for start in range(0, len(data), 16):
            peer.connection.sendall(data[start : start + 16])
            time.sleep(0.005)

    cells, calls, _count = exchange(tmp_path, slowly, deadline=5)
    assert (cells[0]["answers"], cells[0]["source"], cells[0]["tries"]) == (["192.0.2.1"], "network", 1)
    assert {call["name"] for call in calls} == {"a.test."} and cells[0]["ms"] > 20


def silent(peer):
    peer.connection.recv(1)


def endless(peer):
    while True:
        peer.connection.sendall(b"x" * 65536)


def leave(peer):
    peer.connection.sendall(b'{"para')


@pytest.mark.parametrize(
    ("answer", "kind"), [(silent, "timeout"), (endless, "reset"), (leave, "reset")], ids=lambda value: getattr(value, "__name__", "")
)
def test_no_reply(tmp_path, answer, kind):
    cells, _calls, _count = exchange(tmp_path, answer)
    assert (cells[0]["error"], cells[0]["tries"]) == (kind, 1)


def test_no_try_is_merged_with_another(tmp_path, monkeypatch):
    monkeypatch.setattr(_varlink, "_AGAIN", (0.2, 0.4))
    cells, calls, count = exchange(tmp_path, silent, absent="test")
    assert [cell["tries"] for cell in cells] == [3, 3] and count == 6
    assert sorted(call["flags"] for call in calls if call["name"] == "a.test.") == [1 << 8, 1 << 8 | 1 << 14, 1 << 8 | 3 << 13]
    assert len({call["name"] for call in calls}) == 4


@pytest.mark.parametrize(("failing", "error"), [("all without their trust anchor", "timeout"), ("the first", None)])
def test_a_failure_without_the_trust_anchor_says_nothing(tmp_path, monkeypatch, failing, error):
    monkeypatch.setattr(_varlink, "_AGAIN", (0.2, 0.4))
    failed = {"error": "io.systemd.Resolve.DNSSECValidationFailed", "parameters": {"result": "missing-key"}}
    calls = iter(range(100))

    def answer(peer):
        if (next(calls) > 0) is (failing != "the first"):
            peer.connection.sendall(json.dumps(failed).encode() + b"\0")
        else:
            silent(peer)

    cells, _calls, _count = exchange(tmp_path, answer)
    assert (cells[0]["error"], cells[0]["rcode"]) == (error, None if error else "SERVFAIL")


def test_only_so_many_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(_varlink, "_AT_ONCE", 1)
    cells, _calls, count = exchange(tmp_path, silent, absent="test")
    assert ([cell["error"] for cell in cells], [cell["tries"] for cell in cells], count) == (["timeout"] * 2, [1, 0], 1)
    assert "too many" in cells[1]["detail"]


def test_no_daemon(tmp_path):
    layer = Layer("x", "cache", "varlink", str(tmp_path / "none"))
    cells = run([Ask(layer, Question("a", "a.test.", "A"))], [], limits(1)).cells
    assert cells[0]["error"] == "refused"
