# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What systemd-resolved says of itself over D-Bus → the fact `resolver.resolved.running`. Pure: properties in, dict out.

Properties as in org.freedesktop.resolve1(5), read at systemd 252 and 257. Old
versions lack the …Ex ones, which add port and name.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Any, Mapping

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import bounded, short

_LOOPBACK_INDEX = 1
_IN_USE = 1  # SD_RESOLVED_DNS in ScopesMask
MOST_LINKS = 16


def links_to_ask(manager: Mapping[str, Any]) -> list[int]:
    """The indices of the links with servers or domains, those that take every name first."""
    servers = {_number(entry[0]) for entry in _entries(manager, "DNS")}
    domains = {index: name for index, name, _route_only in _domains(manager)}
    everything = {index for index, name, _route_only in _domains(manager) if name == "."}
    # Servers on a loopback address are shown with the index of lo, whichever link they belong to.
    indices = (servers - {_LOOPBACK_INDEX} | set(domains)) - {0}
    return sorted(indices, key=lambda index: (index not in everything, index not in servers, index))


def running(manager: Mapping[str, Any], links: Mapping[int, Mapping[str, Any]], names: Mapping[int, str], cut: int = 0) -> dict[str, Any]:
    """The daemon's view, out of the manager's properties and those of each link that was asked."""
    return {
        "status": "ok",
        **bounded("servers", [server for entry in _global_entries(manager, links) for server in _server(entry)]),
        **bounded("fallback", [server for entry in _entries(manager, "FallbackDNS") for server in _server(entry)]),
        **_domains_of(manager, 0),
        "dns_over_tls": _text(manager, "DNSOverTLS"),
        "dnssec": _text(manager, "DNSSEC"),
        "current_server": _current(manager.get("CurrentDNSServer"), 1, ""),
        "resolv_conf_mode": _text(manager, "ResolvConfMode"),
        "links": [_link(index, names[index], manager, links[index]) for index in sorted(links)],
        "links_cut": cut,
    }


def _link(index: int, name: str, manager: Mapping[str, Any], link: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "index": index,
        "name": name,
        **bounded("servers", [server for entry in _entries(link, "DNS", index) for server in _server(entry, name)]),
        **_domains_of(manager, index),
        "default_route": bool(link.get("DefaultRoute", False)),
        "dns_over_tls": _text(link, "DNSOverTLS"),
        "dnssec": _text(link, "DNSSEC"),
        "current_server": _current(link.get("CurrentDNSServer"), 0, name),
        "in_use": bool(_number(link.get("ScopesMask")) & _IN_USE),
    }


def _global_entries(manager: Mapping[str, Any], links: Mapping[int, Mapping[str, Any]]) -> list[list[Any]]:
    """The manager's servers that belong to no link.

    It lists its own first and then all links', and shows with a link's index also
    its own that are bound to that link (DNS=192.0.2.1%eth0) or are on loopback.
    """
    owned: Counter[Any] = Counter()
    for index, link in links.items():
        for entry in _entries(link, "DNS", index):
            owned[_key(index, entry[2])] += 1
    own = []
    for entry in reversed(_entries(manager, "DNS")):
        index = _number(entry[0])
        key = _key(index, entry[2])
        if owned[key]:
            owned[key] -= 1
        elif index in (0, _LOOPBACK_INDEX) or index in links:
            own.append(entry)
    return own[::-1]


def _key(index: int, data: Any) -> tuple[int, str]:
    address = _address(data)
    return (_LOOPBACK_INDEX if address and address.is_loopback else index), str(address)


def _entries(properties: Mapping[str, Any], name: str, index: int | None = None) -> list[list[Any]]:
    """A property's servers as [index, family, bytes[, port, name]], the Ex one where there is one.

    A link's own lack the index, which is then given. What has another shape is left out.
    """
    entries = properties.get(f"{name}Ex", properties.get(name))
    lists = [entry for entry in entries if isinstance(entry, list)] if isinstance(entries, list) else []
    whole = lists if index is None else [[index, *entry] for entry in lists]
    return [entry for entry in whole if len(entry) > 2]


def _server(entry: list[Any], zone: str = "") -> list[dict[str, Any]]:
    """One server, or none where the entry has no address."""
    address = _address(entry[2])
    if not address:
        return []
    port, name = (entry[3], entry[4]) if len(entry) > 4 else (0, "")
    return [{"address": _zoned(address, zone), "port": _number(port), "name": short(str(name or "")), "ifindex": _number(entry[0])}]


def _current(entry: Any, at: int, zone: str) -> str | None:
    address = _address(entry[at + 1]) if isinstance(entry, list) and len(entry) > at + 1 else None
    return _zoned(address, zone) if address else None


def _zoned(address: Any, zone: str) -> str:
    """fe80::1 is another server on each link."""
    return f"{address}%{zone}" if zone and address.is_link_local and address.version == 6 else str(address)


def _address(data: Any) -> Any:
    try:
        return ipaddress.ip_address(bytes(data)) if isinstance(data, list) else None
    except ValueError:
        return None


def _domains(manager: Mapping[str, Any]) -> list[tuple[int, str, bool]]:
    entries = manager.get("Domains")
    entries = entries if isinstance(entries, list) else []
    return [(_number(entry[0]), str(entry[1]), bool(entry[2])) for entry in entries if isinstance(entry, list) and len(entry) == 3]


def _domains_of(manager: Mapping[str, Any], index: int) -> dict[str, Any]:
    return bounded("domains", [{"name": short(name), "route_only": only} for at, name, only in _domains(manager) if at == index])


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
