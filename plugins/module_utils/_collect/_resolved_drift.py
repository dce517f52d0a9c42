# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""resolved.conf as its files stand against what the daemon runs with. Pure.

Values are compared in one spelling, since values decide where times only hint:
a file may have been touched, or read again by a reload.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Collection, Iterable, Mapping, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import address_text, bounded, short
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import Config, boolean

LIST_KEYS = frozenset({"DNS", "FallbackDNS", "Domains", "DNSStubListenerExtra", "RefuseRecordTypes"})
# Since which version resolved.conf(5) knows the key.
_SINCE = {
    "DNS": 213,
    "FallbackDNS": 216,
    "LLMNR": 216,
    "Domains": 229,
    "DNSSEC": 229,
    "Cache": 231,
    "DNSStubListener": 232,
    "MulticastDNS": 234,
    "DNSOverTLS": 239,
    "ReadEtcHosts": 240,
    "ResolveUnicastSingleLabel": 246,
    "DNSStubListenerExtra": 247,
    "CacheFromLocalhost": 248,
    "StaleRetentionSec": 254,
    "RefuseRecordTypes": 258,
}
# The scalar keys that D-Bus shows, with the words beside yes and no.
_SHOWN = {
    "DNSSEC": ("allow-downgrade",),
    "DNSOverTLS": ("opportunistic",),
    "LLMNR": ("resolve",),
    "MulticastDNS": ("resolve",),
    "DNSStubListener": ("udp", "tcp"),
}
_ON_DBUS = frozenset(_SHOWN) | {"DNS", "FallbackDNS", "Domains"}
_STUB = ("127.0.0.53", "127.0.0.54")
# Ports that resolved takes as its own choice between plain DNS and DNS over TLS.
_USUAL_PORTS = (53, 853)
_SERVER = re.compile(
    r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<v4>[0-9.]+)|(?P<bare>[0-9a-fA-F:.]+))"
    r"(?::(?P<port>\d+))?(?:%(?P<link>[^#]+))?(?:#(?P<name>.*))?"
)


class Foreign(NamedTuple):
    """What resolved takes over from a resolv.conf that isn't its own, while no file of its own names servers or domains.

    With credentials (network.dns, systemd.system-credentials(7)) it takes those
    instead; None is for a reader who may not see whether there are any.
    """

    servers: frozenset[Any]
    domains: frozenset[Any]
    credentials: bool | None = False


def known_keys(version: int | None) -> list[str]:
    """The keys of [Resolve] that this version reads; all where the version isn't known."""
    return [key for key, since in _SINCE.items() if version is None or version >= since]


def word(value: Any) -> Any:
    """yes or no for any spelling of them; any other value as it is."""
    truth = boolean(value)
    return ("yes" if truth else "no") if truth is not None else value


def server_key(text: str) -> tuple[str, int, str] | None:
    """ADDRESS[:PORT][%LINK][#NAME] → (address, port or 0, name); None for what resolved passes over."""
    match = _SERVER.fullmatch(text)
    address = address_text(match["v6"] or match["v4"] or match["bare"]) if match else None
    if not match or not address or address in _STUB or address in ("0.0.0.0", "::"):
        return None
    port = int(match["port"] or 0)
    return address, 0 if port in _USUAL_PORTS else port, (match["name"] or "").lower()


def domain_key(text: str) -> tuple[str, bool]:
    """`~example.com.` → ("example.com", route-only); the root is always route-only."""
    name = text.lstrip("~").rstrip(".").lower()
    return (".", True) if name in ("", "*") else (name, text.startswith("~"))


def foreign(text: str, credentials: bool | None = False) -> Foreign:
    """What resolved reads of a foreign resolv.conf: blanks at both ends go, every nameserver, every search domain."""
    servers: set[Any] = set()
    domains: set[Any] = set()
    for line in text.split("\n"):
        words = line.split()
        if words[:1] == ["nameserver"]:
            servers |= {server_key(entry) for entry in words[1:]}
        elif words[:1] in (["domain"], ["search"]):
            domains |= {domain_key(entry) for entry in words[1:]}
    return Foreign(frozenset(servers - {None}), frozenset(domains), credentials)


def drift(
    config: Config, manager: Mapping[str, Any], running: Mapping[str, Any], newer: Collection[str], other: Foreign | None
) -> dict[str, Any]:
    """`{status, stale: [{key, file, running, source, text}], undecided: [{key, source}]}`.

    `other` is None where the kernel's command line gives the servers, whatever the files say.
    """
    lists = list(_lists(config, running, bool(newer), other))
    stale = [_stale(key, config, now) for key, now, certain in [*lists, *_words(config, manager)] if certain]
    undecided = [{"key": key, "source": "default"} for key, _now, certain in lists if not certain]
    files = tuple(f"{path}:" for path in newer)
    undecided += [
        {"key": key, "source": source}
        for key in config.assigned_keys
        if key in _SINCE and key not in _ON_DBUS
        for source in _listed(config.source(key))
        if source.startswith(files)
    ]
    node = {"status": "ok", **bounded("stale", stale), **bounded("undecided", undecided)}
    if undecided:
        node.update(complete=False, why=f"{undecided[0]['key']} may have changed after resolved started, which does not show it")
    return node


def _lists(config: Config, running: Mapping[str, Any], aged: bool, other: Foreign | None) -> Iterable[tuple[str, Any, bool]]:
    """(key, what runs, whether it is certain) of each list that differs; `aged`: a file is newer than the daemon."""
    now, shown = _running_servers(running["fallback"])
    if "FallbackDNS" in config.assigned_keys and _file_keys(config, "FallbackDNS", server_key) != now:
        yield "FallbackDNS", shown, True
    if other is None:
        return
    # With either of the two in a file, resolved reads neither credentials nor resolv.conf.
    set_here = bool({"DNS", "Domains"} & set(config.assigned_keys))
    servers = ("DNS", server_key, *_running_servers(running["servers"]), other.servers)
    domains = ("Domains", domain_key, *_running_domains(running["domains"]), other.domains)
    for key, key_of, now, shown, elsewhere in (servers, domains):
        if set_here and _file_keys(config, key, key_of) != now:
            yield key, shown, True
        # It reads a changed resolv.conf at the next question only: without a newer file it is merely behind.
        elif not set_here and not now <= elsewhere and not other.credentials and (aged or not elsewhere):
            yield key, shown, other.credentials is False


def _words(config: Config, manager: Mapping[str, Any]) -> Iterable[tuple[str, Any, bool]]:
    """The same of the keys with one value."""
    for key, words in _SHOWN.items():
        file, now = word(config.value(key)), manager.get(key)
        if file in ("yes", "no", *words) and isinstance(now, str) and now and file != now:
            yield key, now, True


def _stale(key: str, config: Config, now: Any) -> dict[str, Any]:
    file, now, source = _few(word(config.value(key))), _few(now), _few(config.source(key))
    wanted, runs = (" ".join(_listed(value)) or "nothing" for value in (file, now))
    text = f"{key}: runs with {runs}, the files have {wanted} ({', '.join(_listed(source)) or 'no file sets it'})"
    return {"key": key, "file": file, "running": now, "source": source, "text": text}


def _file_keys(config: Config, key: str, key_of: Callable[[str], Any]) -> frozenset[Any]:
    return frozenset(key_of(entry) for entry in _listed(config.value(key))) - {None}


def _running_servers(servers: list[dict[str, Any]]) -> tuple[frozenset[Any], list[str]]:
    """The servers as server_key() spells them, and for the reader."""
    keys = (
        (server["address"].partition("%")[0], 0 if server["port"] in _USUAL_PORTS else server["port"], server["name"].lower())
        for server in servers
    )
    return frozenset(keys), [server["address"] for server in servers]


def _running_domains(domains: list[dict[str, Any]]) -> tuple[frozenset[Any], list[str]]:
    """The domains as domain_key() spells them, and for the reader."""
    shown = [f"~{domain['name']}" if domain["route_only"] else domain["name"] for domain in domains]
    return frozenset(domain_key(text) for text in shown), shown


def _listed(source: Any) -> list[str]:
    return source if isinstance(source, list) else [source]


def _few(words: Any) -> Any:
    return [short(word) for word in words[:16]] if isinstance(words, list) else words
