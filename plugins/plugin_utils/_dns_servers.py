# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""DNS servers as resolved.conf(5) has them: who runs them, and whether a probe saw them answer. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolved_drift import server_key
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolver_operators import operator
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import boolean

# Any other rcode, such as REFUSED, is no help to whoever asks.
_HELPS = ("NOERROR", "NXDOMAIN")


def servers(words: Iterable[str], dns_over_tls: Any) -> list[dict[str, Any]]:
    """[{server, address, operator, reference}] of each word that systemd-resolved would take for a server.

    reference: as dns_probe takes it, over the transports that systemd-resolved depends on with this DNSOverTLS=.
    """
    strict = boolean(str(dns_over_tls)) is True
    found = []
    for word in words:
        key = server_key(str(word))
        if key:
            address, port, name = key
            reference = _reference(_zoned(address, str(word)), port, name, strict)
            found.append({"server": str(word), "address": address, "operator": operator(address, name), "reference": reference})
    return found


def _zoned(address: str, word: str) -> str:
    """fe80::1 is asked by the link that ADDRESS%LINK names."""
    link = word.partition("#")[0].partition("%")[2]
    return f"{address}%{link}" if link and ipaddress.ip_address(address).is_link_local and ":" in address else address


def _reference(address: str, port: int, name: str, strict: bool) -> dict[str, Any]:
    # Without strict TLS it goes on in the clear, whatever the certificate.
    transports = ["tls"] if strict else ["udp", "tcp"]
    reference: dict[str, Any] = {"address": address, "transports": transports}
    return {**reference, **({"port": port} if port else {}), **({"server_name": name} if strict and name else {})}


def silent(probe: Mapping[str, Any], asked: Iterable[Mapping[str, Any]]) -> list[str]:
    """`SERVER (why)` of each server, as servers() gives them, that answered nothing usable in this probe."""
    return [f"{each['server']} ({why})" for each in asked for why in [_why(probe, each["reference"])] if why]


def _why(probe: Mapping[str, Any], reference: Mapping[str, Any]) -> str:
    layers = [layer["name"] for layer in probe.get("layers", []) if _is_of(layer, reference)]
    cells = [cell for cell in probe.get("cells", []) if cell["layer"] in layers]
    if any(cell["rcode"] in _HELPS for cell in cells):
        return ""
    by = "/".join(reference["transports"])
    return f"{by}: {_word(cells[0])}" if cells else f"{by}: not asked"


def _word(cell: Mapping[str, Any]) -> str:
    detail = f", {cell['detail']}" if cell.get("detail") else ""
    return str(cell["rcode"] or f"{cell['error'] or 'no reply'}{detail}")


def _is_of(layer: Mapping[str, Any], reference: Mapping[str, Any]) -> bool:
    usual = 853 if layer["transport"] == "tls" else 53
    return (layer["kind"], layer["address"]) == ("reference", reference["address"]) and layer["port"] == reference.get("port", usual)
