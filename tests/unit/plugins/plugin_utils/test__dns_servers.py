# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.filter.dns_servers import FilterModule as Servers
from ansible_collections.holdfast.baseline.plugins.filter.dns_silent import FilterModule as Silent

dns_servers, dns_silent = Servers().filters()["dns_servers"], Silent().filters()["dns_silent"]


@pytest.mark.parametrize(
    ("words", "tls", "operators", "references"),
    [
        (["1.1.1.1", "1.0.0.1"], "no", ["Cloudflare"] * 2, [{"address": each, "transports": ["udp", "tcp"]} for each in ("1.1.1.1", "1.0.0.1")]),
        (["9.9.9.9#dns.quad9.net"], True, ["Quad9"], [{"address": "9.9.9.9", "transports": ["tls"], "server_name": "dns.quad9.net"}]),
        # An opportunistic resolved goes on in the clear.
        (["192.0.2.1#x.lab"], "opportunistic", ["x.lab"], [{"address": "192.0.2.1", "transports": ["udp", "tcp"]}]),
        (["[2001:DB8::1]:5353#x.lab"], "yes", ["x.lab"], [{"address": "2001:db8::1", "transports": ["tls"], "port": 5353, "server_name": "x.lab"}]),
        (["192.0.2.1:853"], "yes", ["192.0.2.1"], [{"address": "192.0.2.1", "transports": ["tls"]}]),
        (["fe80::1%eth0#x.lab"], "no", ["x.lab"], [{"address": "fe80::1%eth0", "transports": ["udp", "tcp"]}]),
        (["192.0.2.1%eth0"], "no", ["192.0.2.1"], [{"address": "192.0.2.1", "transports": ["udp", "tcp"]}]),
        ("192.0.2.1 192.0.2.1", "no", ["192.0.2.1"] * 2, [{"address": "192.0.2.1", "transports": ["udp", "tcp"]}] * 2),
        (["dns.one.lab", "127.0.0.53", 7, "a\nb"], "no", [], []),
        ([], "no", [], []),
    ],
)
def test_servers(words: Any, tls: Any, operators: list[str], references: list[dict[str, Any]]) -> None:
    found = dns_servers(words, tls)
    assert ([each["operator"] for each in found], [each["reference"] for each in found]) == (operators, references)


def probe(*cells: tuple[str, str, int, Any, Any], kind: str = "reference") -> dict[str, Any]:
    """Cells as (address, transport, port, rcode, error)."""
    names = [f"{kind} {address} {transport} {port}" for address, transport, port, _rcode, _error in cells]
    return {
        "layers": [{"name": name, "kind": kind, "address": cell[0], "transport": cell[1], "port": cell[2]} for name, cell in zip(names, cells)],
        "cells": [{"layer": name, "rcode": cell[3], "error": cell[4], "detail": ""} for name, cell in zip(names, cells)],
    }


@pytest.mark.parametrize(
    ("words", "tls", "seen", "silent"),
    [
        (["192.0.2.1"], "no", probe(("192.0.2.1", "udp", 53, "NOERROR", None)), []),
        (["192.0.2.1"], "no", probe(("192.0.2.1", "udp", 53, None, "timeout"), ("192.0.2.1", "tcp", 53, "NXDOMAIN", None)), []),
        (["192.0.2.1"], "no", probe(("192.0.2.1", "udp", 53, None, "timeout")), ["192.0.2.1 (udp/tcp: timeout)"]),
        (["192.0.2.1"], "no", probe(("192.0.2.1", "udp", 53, "REFUSED", None)), ["192.0.2.1 (udp/tcp: REFUSED)"]),
        (["192.0.2.1", "192.0.2.2"], "no", probe(("192.0.2.1", "udp", 53, "NOERROR", None)), ["192.0.2.2 (udp/tcp: not asked)"]),
        # Another port is another server, and so is the same one as an upstream.
        (["192.0.2.1:5353"], "no", probe(("192.0.2.1", "udp", 53, "NOERROR", None)), ["192.0.2.1:5353 (udp/tcp: not asked)"]),
        (["192.0.2.1"], "no", probe(("192.0.2.1", "udp", 53, "NOERROR", None), kind="upstream"), ["192.0.2.1 (udp/tcp: not asked)"]),
        (["192.0.2.1#x"], "yes", probe(("192.0.2.1", "tls", 853, None, "tls")), ["192.0.2.1#x (tls: tls)"]),
        (["192.0.2.1"], "no", {"status": "unknown"}, ["192.0.2.1 (udp/tcp: not asked)"]),
    ],
)
def test_silent(words: list[str], tls: str, seen: dict[str, Any], silent: list[str]) -> None:
    assert dns_silent(seen, dns_servers(words, tls)) == silent
