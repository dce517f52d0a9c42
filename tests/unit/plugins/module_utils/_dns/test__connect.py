# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _connect, _dial
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._exchange import run
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Target
from ansible_collections.holdfast.baseline.tests.unit.plugins.module_utils._dns.servers import (
    descriptors,
    honest,
    limits,
    secured,
    settled,
    stream,
    trusting,
    udp,
)


def connect(target, deadline=2.0):
    before, begun = descriptors(), time.monotonic()
    entries = run([], [target], limits(deadline)).connections
    assert time.monotonic() - begun < deadline + 2 and settled(before)
    return entries[0]


def shake_hands(_peer):
    pass


def test_tcp():
    with stream(shake_hands) as (port, _count):
        entry = connect(Target("127.0.0.1", port))
    assert (entry["ok"], entry["address"], entry["error"], entry["tls"], entry["not_after"]) == (True, "127.0.0.1", None, False, None)
    assert entry["ms"] > 0


@pytest.mark.parametrize(
    ("certificate", "ok", "error", "detail", "not_after"),
    [("tls.pem", True, None, "", 4922899200), ("tls_expired.pem", False, "tls", "certificate has expired", None)],
)
def test_tls(monkeypatch, certificate, ok, error, detail, not_after):
    monkeypatch.setattr(_dial, "tls_context", trusting)
    with stream(shake_hands, secured(certificate)) as (port, _count):
        entry = connect(Target("127.0.0.1", port, True))
    assert (entry["ok"], entry["error"], entry["not_after"]) == (ok, error, not_after) and detail in entry["detail"]


def test_a_certificate_that_nobody_vouches_for():
    with stream(shake_hands, secured()) as (port, _count):
        entry = connect(Target("127.0.0.1", port, True))
    assert (entry["ok"], entry["error"]) == (False, "tls") and "self" in entry["detail"]


def test_no_handshake():
    with stream(lambda peer: time.sleep(1.5)) as (port, _count):
        entry = connect(Target("127.0.0.1", port, True), deadline=1.0)
    assert (entry["ok"], entry["error"], entry["detail"]) == (False, "timeout", "connected, but the TLS handshake was not answered")


def test_nobody_listens():
    with udp(honest) as (port, _seen):
        pass
    assert connect(Target("127.0.0.1", port))["error"] == "refused"


@pytest.mark.parametrize("name", ["holdfast..bad", "x" * 300])
def test_names_that_are_none(name):
    entry = connect(Target(name, 443))
    assert (entry["address"], entry["error"], entry["ok"]) == (None, "unresolved", False) and entry["detail"]


async def never(wanted, tell):
    await _connect.asyncio.sleep(60)


async def many(wanted, tell):
    tell(0, {"addresses": [f"127.0.0.{last}" for last in range(1, 20)], "seconds": 0})


def test_no_resolution_in_time(monkeypatch):
    monkeypatch.setattr(_connect, "look_up", never)
    assert connect(Target("a.test", 443), deadline=0.3)["detail"] == "no answer in time"


def test_addresses_are_bounded(monkeypatch):
    monkeypatch.setattr(_connect, "look_up", many)
    with stream(shake_hands) as (port, _count):
        entries = run([], [Target("a.test", port)], limits(2)).connections
    assert [entry["address"] for entry in entries] == [f"127.0.0.{last}" for last in range(1, 9)]
