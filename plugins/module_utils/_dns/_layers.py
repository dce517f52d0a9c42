# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""The layers that this host's lookups pass, from programs outwards. Pure: the facts of `resolver`, options and scopes in, layers out."""

from __future__ import annotations

from typing import Any, Iterator, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import is_loopback
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Layer
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._routing import Scope

MOST = 48
STUB, PROXY = "127.0.0.53", "127.0.0.54"
VARLINK = "/run/systemd/resolve/io.systemd.Resolve"
# sd_resolved flags, resolved-def.h of systemd 252 and 257. Without search list, /etc/hosts and synthesized names: these are other layers' work.
_PLAIN = 1 << 0 | 1 << 8 | 1 << 11  # DNS, NO_SEARCH, NO_SYNTHESIZE
_FROM_NETWORK = _PLAIN | 1 << 12  # NO_CACHE
_FROM_CACHE = _PLAIN | 1 << 15  # NO_NETWORK
_FLAGS_SINCE = 248
_PROXY_SINCE = 250
_LISTENS = {"no": (), "udp": ("udp",), "tcp": ("tcp",)}
_PORTS = {"udp": 53, "tcp": 53, "tls": 853}


def layers(resolver: dict[str, Any], options: dict[str, Any], scopes: Sequence[Scope]) -> list[Layer]:
    """All layers of the host, each once, and then the references. What resolv.conf shares with the upstreams is there once, as an upstream."""
    found = [Layer("C library", "libc", "libc")]
    if runs(resolver):
        found += _resolved(resolver["resolved"])
    upstreams = [layer for scope in scopes for server in scope.servers for layer in _upstream(server, scope, options["tls"])]
    known = {layer.address for layer in [*found, *upstreams]}
    found += [layer for address in asked_by_libc(resolver) if address not in known for layer in _nameserver(address)]
    found += upstreams
    found += [layer for reference in options["references"] for layer in _reference(reference)]
    return list({layer.name: layer for layer in found}.values())


def runs(resolver: dict[str, Any]) -> bool:
    """Whether systemd-resolved is active, or may be."""
    resolved = resolver["resolved"]
    return resolved["status"] == "ok" and bool(resolved["active"])


def asked_by_libc(resolver: dict[str, Any]) -> list[str]:
    """The nameservers of resolv.conf that glibc asks; 127.0.0.1 where it names none (resolv.conf(5)), nobody where it wasn't seen."""
    conf = resolver["resolv_conf"]
    if conf["status"] == "unknown":
        return []
    return [each["address"] for each in conf["nameservers"] if each["asked"]] or ["127.0.0.1"]


def _resolved(resolved: dict[str, Any]) -> Iterator[Layer]:
    version = resolved["version"] or 0
    transports = _LISTENS.get(str(resolved["effective"].get("DNSStubListener")), ("udp", "tcp"))
    for transport in transports:
        yield Layer(f"stub {STUB} {transport}", "stub", transport, STUB)
    for transport in transports if version >= _PROXY_SINCE else ():
        yield Layer(f"proxy {PROXY} {transport}", "proxy", transport, PROXY)
    if version >= _FLAGS_SINCE:
        yield Layer("resolved cache", "cache", "varlink", VARLINK, 0, flags=_FROM_CACHE)
        yield Layer("resolved network", "network", "varlink", VARLINK, 0, flags=_FROM_NETWORK)


def _nameserver(address: str) -> Iterator[Layer]:
    for transport in ("udp", "tcp"):
        yield Layer(f"resolv.conf {address} {transport}", "resolv.conf", transport, address)


def _upstream(server: dict[str, Any], scope: Scope, tls: bool) -> Iterator[Layer]:
    """A server of systemd-resolved: bound to its link as resolved binds it, over TLS where that is configured or was asked for."""
    address, name, port = server["address"], server["name"], server["port"]
    device = "" if is_loopback(address) else scope.device
    mode = scope.dns_over_tls
    for transport in ("udp", "tcp", "tls") if tls or mode != "no" else ("udp", "tcp"):
        # A port that was set is the one of the transport that is used.
        used = mode == "opportunistic" or (transport == "tls") == (mode == "yes")
        own = port if port and used else _PORTS[transport]
        shown = f"upstream {_at(address, own, transport)} {transport} ({scope.name})"
        # An opportunistic resolved takes any certificate, resolved.conf(5).
        yield Layer(shown, "upstream", transport, address, own, device, name, mode != "opportunistic", 0, scope.name)


def _reference(reference: dict[str, Any]) -> Iterator[Layer]:
    for transport in reference["transports"]:
        port = reference["port"] or _PORTS[transport]
        shown = f"reference {_at(reference['address'], port, transport)} {transport}"
        yield Layer(shown, "reference", transport, reference["address"], port, "", reference["server_name"])


def _at(address: str, port: int, transport: str) -> str:
    return address if port == _PORTS[transport] else f"{address} port {port}"
