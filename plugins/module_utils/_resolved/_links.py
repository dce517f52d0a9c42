# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What links told systemd-resolved: what of it a restart cost, and the D-Bus calls that tell it again. Pure.

Methods: org.freedesktop.resolve1(5), since systemd 246. Shapes: the fact `resolver.resolved.running`.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Iterable, Mapping, NamedTuple

# With what a link has of its own they are the global ones, unless the link has other ones.
_MODES = {"dns_over_tls": "DNSOverTLS", "dnssec": "DNSSEC"}


class Link(NamedTuple):
    """What one link has: servers as (address, port, name), domains as (name, route-only), and of `modes` those that are its own."""

    index: int
    name: str
    servers: tuple[tuple[str, int, str], ...]
    domains: tuple[tuple[str, bool], ...]
    default_route: bool
    modes: tuple[tuple[str, str], ...]


class Loss(NamedTuple):
    """One thing that a link no longer has: `text` for the reader, `call` the method, its signature and its arguments."""

    text: str
    call: tuple[str, ...]


def links(running: Mapping[str, Any]) -> list[Link]:
    """All links with servers or domains."""
    return [_link(link, running) for link in running["links"]]


def _link(link: Mapping[str, Any], running: Mapping[str, Any]) -> Link:
    return Link(
        link["index"],
        link["name"],
        tuple((server["address"], server["port"], server["name"]) for server in link["servers"]),
        tuple((domain["name"], domain["route_only"]) for domain in link["domains"]),
        link["default_route"],
        tuple((name, link[name]) for name in _MODES if link[name] and link[name] != running[name]),
    )


def cut(running: Mapping[str, Any]) -> int:
    """How many links, servers and domains were too many to be looked at."""
    return int(running["links_cut"]) + sum(link["servers_cut"] + link["domains_cut"] for link in running["links"])


def losses(before: Iterable[Link], running: Mapping[str, Any]) -> list[Loss]:
    """What links had and have no more."""
    now = {link["index"]: link for link in running["links"]}
    nothing = {"index": 0, "name": "", "servers": [], "domains": [], "default_route": False, "dns_over_tls": "", "dnssec": ""}
    return [loss for link in before for loss in _losses(link, now.get(link.index, nothing), running)]


def _losses(link: Link, seen: Mapping[str, Any], running: Mapping[str, Any]) -> list[Loss]:
    now = _link(seen, running)
    found = []
    servers = [server for server in link.servers if server not in now.servers]
    if servers:
        found.append(Loss(f"{link.name}: DNS servers {' '.join(_server_text(server) for server in servers)}", _set_servers(link)))
    domains = [domain for domain in link.domains if domain not in now.domains]
    if domains:
        found.append(Loss(f"{link.name}: domains {' '.join(_domain_text(domain) for domain in domains)}", _set_domains(link)))
    for name, mode in link.modes:
        if seen[name] != mode:
            found.append(Loss(f"{link.name}: {_MODES[name]}={mode}", (f"SetLink{_MODES[name]}", "is", str(link.index), mode)))
    # It follows from servers and domains, unless it was set.
    if not found and link.default_route != now.default_route:
        route = ("SetLinkDefaultRoute", "ib", str(link.index), _word(link.default_route))
        found.append(Loss(f"{link.name}: default route {'yes' if link.default_route else 'no'}", route))
    return found


def _set_servers(link: Link) -> tuple[str, ...]:
    words = [word for server in link.servers for word in _server_words(*server)]
    return ("SetLinkDNSEx", "ia(iayqs)", str(link.index), str(len(link.servers)), *words)


def _server_words(address: str, port: int, name: str) -> list[str]:
    ip = ipaddress.ip_address(address.partition("%")[0])
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    return [str(int(family)), str(len(ip.packed)), *(str(byte) for byte in ip.packed), str(port), name]


def _set_domains(link: Link) -> tuple[str, ...]:
    words = [word for name, route_only in link.domains for word in (name, _word(route_only))]
    return ("SetLinkDomains", "ia(sb)", str(link.index), str(len(link.domains)), *words)


def _word(truth: bool) -> str:
    return "true" if truth else "false"


def _server_text(server: tuple[str, int, str]) -> str:
    address, port, name = server
    at = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return f"{at if port else address}{f'#{name}' if name else ''}"


def _domain_text(domain: tuple[str, bool]) -> str:
    return f"~{domain[0]}" if domain[1] else domain[0]
