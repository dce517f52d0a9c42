# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Which servers of systemd-resolved are asked for which name. Pure: the facts of `resolver` in, scopes out.

Follows dns_scope_good_domain() of systemd 252 and 257: of all scopes with a domain that ends the name, those with the
longest are asked and no other; a name that no domain ends goes to the scopes that are asked by default.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils._host import NotSeen

_STUBS = ("127.0.0.53", "127.0.0.54")
_NO_MATCH = -1


class Scope(NamedTuple):
    """Servers that belong together: those of a link, the global ones, or the fallback ones.

    servers: {address, port, name}; domains: routing and search domains, `.` for every name; default: asked for names that no domain ends.
    """

    name: str
    servers: list[dict[str, Any]]
    domains: list[str]
    default: bool
    device: str = ""
    dns_over_tls: str = "no"


def scopes(resolver: dict[str, Any]) -> list[Scope]:
    """The scopes with servers of the running daemon. NotSeen where it can't be asked."""
    resolved = resolver["resolved"]
    running = resolved.get("running", {"status": "unknown", "why": resolved.get("why", "systemd-resolved was not seen")})
    if running["status"] != "ok":
        raise NotSeen(running["why"])
    found = []
    own = [server for server in running["servers"] if server["address"] not in _STUBS]
    if own:
        found.append(Scope("global", own, _names(running), True, "", running["dns_over_tls"]))
    elif resolver["paths"].get("fallback", {}).get("used"):
        found.append(Scope("fallback", running["fallback"], _names(running), True, "", running["dns_over_tls"]))
    for link in running["links"]:
        if link["in_use"] and link["servers"]:
            found.append(Scope(link["name"], link["servers"], _names(link), link["default_route"], link["name"], link["dns_over_tls"]))
    return found


def uplink(addresses: Sequence[str], dns_over_tls: str) -> Scope:
    """The servers that systemd-resolved wrote to its resolv.conf, where it can't be asked itself; which link is whose isn't known then."""
    servers = [{"address": address, "port": 0, "name": ""} for address in addresses if address not in _STUBS]
    return Scope("uplink", servers, [], True, "", dns_over_tls)


def of_name(name: str, known: Sequence[Scope]) -> list[Scope]:
    """The scopes that are asked for a name (absolute, with its final dot)."""
    best = max((_match(name, scope) for scope in known), default=_NO_MATCH)
    if best == _NO_MATCH:
        return [scope for scope in known if scope.default]
    return [scope for scope in known if _match(name, scope) == best]


def is_split(name: str, known: Sequence[Scope]) -> bool:
    """Whether a domain other than `.` routes this name to servers of its own."""
    return any(_match(name, scope) > 0 for scope in known)


def _match(name: str, scope: Scope) -> int:
    """The number of labels of the scope's longest domain that ends the name; -1 for none."""
    return max((_labels(domain) for domain in scope.domains if _ends(name, domain)), default=_NO_MATCH)


def _ends(name: str, domain: str) -> bool:
    tail = domain.strip(".").lower()
    whole = name.rstrip(".").lower()
    return not tail or whole == tail or whole.endswith(f".{tail}")


def _labels(domain: str) -> int:
    tail = domain.strip(".")
    return tail.count(".") + 1 if tail else 0


def _names(scope: dict[str, Any]) -> list[str]:
    return [domain["name"] for domain in scope["domains"]]
