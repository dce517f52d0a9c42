# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Who is asked for a name with no special routing, and what is left when each of them dies. Pure: facts in, fact out.

Follows systemd-resolved 252 and 257: dns_scope_good_domain(), dns_query_go()
and manager_get_dns_server(). All scopes of the best class are asked at once and
the others not at all; inside a scope the servers are asked one after another.
"""

from __future__ import annotations

from typing import Any, Collection, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import bounded, is_loopback
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolved_drift import server_key
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolver_operators import operator
from ansible_collections.holdfast.baseline.plugins.module_utils._host import NotSeen

# Facts must stay small, and beyond these nobody reads on; survivors counts them all.
_LISTED = 16
_STUBS = ("127.0.0.53", "127.0.0.54")
_EVERY_NAME, _DEFAULT, _LAST_RESORT, _NEVER = 3, 2, 1, 0


class Asked(NamedTuple):
    """A server that is asked; `local` where it runs on this host and passes on to servers that nobody sees."""

    address: str
    scope: str
    by: str
    local: bool = False


class Ways(NamedTuple):
    """What the C library meets: its DNS services in turn, the nameservers it reads, and resolved.

    `refusing` are the indices of links told not to be a default route; `lasting`
    is whether fallback servers stay in use beside such links (systemd 257).
    `reread` are the global servers that resolved will take out of resolv.conf at
    the next question, while D-Bus shows those of the last one; None where it won't.
    """

    services: list[str]
    nameservers: list[dict[str, Any]]
    resolved: dict[str, Any]
    refusing: Collection[int] = ()
    lasting: bool = True
    reread: Collection[str] | None = None


def paths(ways: Ways) -> dict[str, Any]:
    """The fact `resolver.paths`."""
    try:
        asked = _asked(ways)
        still = [_without(server, asked) for server in asked]
        survivors = min((len(left) for left in still), default=0)
        unseen = next((server.address for server in asked if server.local), None)
        if unseen and not survivors:
            raise NotSeen(f"{unseen} is a resolver on this host: where it forwards to isn't read")
    except NotSeen as missing:
        return {"status": "unknown", "why": missing.why, "fallback": _fallback_fact(ways)}
    shown = [{"address": server.address, "scope": server.scope, "by": server.by} for server in asked]
    dead = [{"address": s.address, "scope": s.scope, **bounded("still", left, _LISTED)} for s, left in zip(asked, still)]
    names = _names(ways.resolved.get("running", {}))
    ends = {f"{server.address} ({server.scope})": None for server, left in zip(asked, still) if not left}
    return {
        "status": "ok",
        "via": _via(ways),
        **bounded("asked", shown, _LISTED),
        **bounded("if_dead", dead, _LISTED),
        "survivors": survivors,
        **bounded("dead_ends", list(ends), _LISTED),
        **bounded("operators", list({operator(server.address, names.get(server.address, "")): None for server in asked}), _LISTED),
        "fallback": _fallback_fact(ways),
    }


def _without(dead: Asked, asked: list[Asked]) -> list[str]:
    """The addresses still asked when one is dead; a local resolver may pass on to that very one and proves nothing."""
    return list({server.address: None for server in asked if server.address != dead.address and not server.local})


def _via(ways: Ways) -> str:
    if not ways.services:
        return "none"
    if ways.services[0] == "resolve":
        return "nss-resolve"
    first = ways.nameservers[0] if ways.nameservers else None
    return "stub" if first and is_stub(first["address"], ways.resolved) else "resolv.conf"


def _asked(ways: Ways) -> list[Asked]:
    asked: dict[Asked, None] = {}
    for service in ways.services:
        servers = _by_resolved(ways) if service == "resolve" else _by_resolv_conf(ways)
        asked.update(dict.fromkeys(servers))
        if service == "resolve" and servers:
            # It holds a name whose servers are silent for 120 seconds: no program waits for the service after it.
            break
    return list(asked)


def _by_resolv_conf(ways: Ways) -> list[Asked]:
    asked: list[Asked] = []
    for nameserver in ways.nameservers:
        address, listens = nameserver["address"], nameserver["listens"]
        if listens is False:
            continue
        if is_stub(address, ways.resolved):
            asked += _by_resolved(ways)
        else:
            asked.append(Asked(address, "resolv.conf", "resolv.conf", bool(listens) or is_loopback(address)))
    return asked


def is_stub(address: str, resolved: dict[str, Any]) -> bool:
    """Whether resolved answers at this address; where nothing is known of it, the usual ones are taken for its."""
    if resolved["status"] == "absent" or resolved["status"] == "ok" and not resolved["active"]:
        return False
    # With DNSStubListener=no they are free for another program (resolved.conf(5)).
    usual = resolved.get("effective", {}).get("DNSStubListener") != "no"
    return usual and address in _STUBS or address in _extra_stubs(resolved)


def _extra_stubs(resolved: dict[str, Any]) -> set[str]:
    words = resolved.get("effective", {}).get("DNSStubListenerExtra") or []
    keys = (server_key(word.partition(":")[2] if word.startswith(("udp:", "tcp:")) else word) for word in words)
    return {key[0] for key in keys if key}


def _by_resolved(ways: Ways) -> list[Asked]:
    running = _seen(ways.resolved)
    best = _NEVER
    asked: list[Asked] = []
    for rank, name, addresses, by in _scopes(ways, running):
        if rank > best:
            best, asked = rank, []
        if rank == best != _NEVER:
            asked += [Asked(address, name, by, is_loopback(address)) for address in addresses]
    return asked


def _seen(resolved: dict[str, Any]) -> dict[str, Any]:
    """The running daemon's view, whole; NotSeen where there is none."""
    if resolved["status"] != "ok":
        raise NotSeen(f"systemd-resolved: {resolved['why']}")
    running: dict[str, Any] = resolved["running"]
    if running["status"] != "ok":
        raise NotSeen(f"systemd-resolved: {running['why']}")
    if running["links_cut"]:
        raise NotSeen(f"{running['links_cut']} more links with DNS servers or domains were not asked")
    return running


def _scopes(ways: Ways, running: dict[str, Any]) -> list[tuple[int, str, list[str], str]]:
    """Every scope with servers: its class, its name, its servers, and by what it is asked."""
    scopes = []
    own = _global_servers(ways, running)
    if own:
        scopes.append((*_rank(running, "default route", _DEFAULT), "global", own))
    elif _fallback_use(ways, running)[0]:
        rank = _LAST_RESORT if ways.lasting else _DEFAULT
        scopes.append((*_rank(running, "FallbackDNS", rank), "fallback", _addresses(running["fallback"])))
    for link in running["links"]:
        if link["in_use"] and link["servers"]:
            rank = _DEFAULT if link["default_route"] else _NEVER
            scopes.append((*_rank(link, "default route", rank), link["name"], _addresses(link["servers"])))
    return [(rank, name, addresses, by) for rank, by, name, addresses in scopes]


def _rank(scope: dict[str, Any], by: str, otherwise: int) -> tuple[int, str]:
    if any(domain["name"] == "." for domain in scope["domains"]):
        return _EVERY_NAME, by if by == "FallbackDNS" else "Domains=~."
    return otherwise, by


def _global_servers(ways: Ways, running: dict[str, Any]) -> list[str]:
    """The addresses of the global servers without resolved's own listeners, which it passes over."""
    own = _extra_stubs(ways.resolved) | set(_STUBS)
    addresses = _addresses(running["servers"]) if ways.reread is None else ways.reread
    return [address for address in addresses if address not in own]


def _addresses(servers: list[dict[str, Any]]) -> list[str]:
    return [server["address"] for server in servers]


def _names(running: dict[str, Any]) -> dict[str, str]:
    """The names that servers were given for DNS over TLS, by address."""
    scopes = [running, *running.get("links", [])]
    return {server["address"]: server["name"] for scope in scopes for server in scope.get("servers", [])}


def _fallback_use(ways: Ways, running: dict[str, Any]) -> tuple[bool, str]:
    """Whether FallbackDNS is in use, and why."""
    own = _global_servers(ways, running)
    if not running["fallback"]:
        return False, "there are no fallback servers, neither set nor compiled in"
    if own:
        return False, f"resolved has a global server of its own: {own[0]}"
    if running["current_server"] in _addresses(running["fallback"]):
        return True, "resolved asks it now"
    for link in running["links"]:
        if link["servers"] and not (ways.lasting and link["index"] in ways.refusing):
            return False, f"link {link['name']} has its own servers"
    return True, "resolved knows of no other server"


def _fallback_fact(ways: Ways) -> dict[str, Any]:
    resolved = ways.resolved
    if resolved["status"] != "ok":
        return {"configured": [], "source": [], "used": False, "why": resolved["why"]}
    configured = resolved["effective"].get("FallbackDNS") or []
    source = resolved["source"].get("FallbackDNS") or ["default"]
    try:
        running = _seen(resolved)
        used, why = _fallback_use(ways, running)
        configured = _addresses(running["fallback"])
    except NotSeen as missing:
        used, why = False, missing.why
    stub = any(is_stub(nameserver["address"], resolved) for nameserver in ways.nameservers)
    if used and "resolve" not in ways.services and not ("dns" in ways.services and stub):
        used, why = False, "the C library does not ask systemd-resolved"
    return {**bounded("configured", configured, _LISTED), "source": source, "used": used, "why": why}
