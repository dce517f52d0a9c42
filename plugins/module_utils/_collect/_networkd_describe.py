# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""What the running networkd says of itself: the JSON of its D-Bus method Describe.

It tells what networkd configured itself, and, by what it lists as foreign,
which of its Manage… keys are in force.
"""

from __future__ import annotations

import json
from typing import Any, Iterable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils import _systemd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_text import REJECTS
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Nexthop, Route, Rule

_SERVICE = "org.freedesktop.network1"
_STRANGE = "networkd's Describe has another shape than systemd 249 to 257 give it"
_KERNEL = 2
_NO_UID = 0xFFFFFFFF


class Described(NamedTuple):
    """What networkd calls its own, as keys; and whether it lists anything foreign (None: there was nothing to list).

    `addresses` has where each address comes from, by link and address: static, foreign, DHCPv4, NDisc, …
    """

    routes: frozenset[tuple[Any, ...]]
    rules: frozenset[tuple[Any, ...]]
    nexthops: frozenset[int]
    lists_foreign_routes: bool
    lists_foreign_rules: bool
    addresses: dict[tuple[int, bytes], str] = {}

    def owns_route(self, route: Route) -> bool:
        """Whether networkd made this route; of a multipath route it may list each path by its link, or none of them."""
        indexes = {0} if route.type in REJECTS else {0, *(path.oif for path in route.paths)}
        return any((*_route_key(route), index) in self.routes for index in indexes)

    def owns_rule(self, rule: Rule) -> bool:
        """Whether networkd made this rule."""
        return _rule_key(rule) in self.rules

    def owns_nexthop(self, nexthop: Nexthop) -> bool:
        """Whether networkd made this nexthop object."""
        return nexthop.id in self.nexthops

    def manages_rules(self, rules: Iterable[Rule]) -> bool | None:
        """ManageForeignRoutingPolicyRules= in force: networkd lists even the kernel's rules, or none that isn't its own."""
        if self.lists_foreign_rules:
            return True
        return False if any(rule.protocol == _KERNEL for rule in rules) else None

    def manages_routes(self, routes: Iterable[Route]) -> bool | None:
        """ManageForeignRoutes= in force, by the kernel's own routes."""
        if self.lists_foreign_routes:
            return True
        return False if any(route.protocol == _KERNEL for route in routes) else None


def describe(host: Host) -> Described:
    """Ask networkd; NotSeen where it doesn't answer. Never call it where tables are big: it takes networkd off the bus."""
    try:
        return parse(answer(host))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise NotSeen(_STRANGE) from None


def answer(host: Host) -> dict[str, Any]:
    """Describe's JSON object, asked for once; see describe()."""
    try:
        data = json.loads(host.once("networkd Describe", lambda: _ask(host))[0])
    except (ValueError, TypeError, KeyError, IndexError):
        raise NotSeen(_STRANGE) from None
    if not isinstance(data, dict):
        raise NotSeen(_STRANGE)
    return data


def _ask(host: Host) -> list[Any]:
    return _systemd.call(host, _SERVICE, "/org/freedesktop/network1", f"{_SERVICE}.Manager", "Describe")


def parse(data: dict[str, Any]) -> Described:
    """Described out of Describe's JSON object."""
    interfaces = data.get("Interfaces") or []
    routes = [(0, route) for route in data.get("Routes") or []]
    nexthops = list(data.get("NextHops") or [])
    for interface in interfaces:
        routes += [(interface["Index"], route) for route in interface.get("Routes") or []]
        nexthops += interface.get("NextHops") or []
    rules = data.get("RoutingPolicyRules") or []
    return Described(
        frozenset(_described_route(route, index) for index, route in routes if _is_own(route)),
        frozenset(_described_rule(rule) for rule in rules if _is_own(rule)),
        frozenset(int(nexthop["ID"]) for nexthop in nexthops if _is_own(nexthop)),
        any(not _is_own(route) for _index, route in routes),
        any(not _is_own(rule) for rule in rules),
        {
            (interface["Index"], bytes(address["Address"])): str(address["ConfigSource"])
            for interface in interfaces
            for address in interface.get("Addresses") or []
        },
    )


def _is_own(entry: dict[str, Any]) -> bool:
    return entry["ConfigSource"] != "foreign"


def _described_route(route: dict[str, Any], index: int) -> tuple[Any, ...]:
    destination = _significant(bytes(route["Destination"]))
    numbers = ("Family", "Table", "Type", "Protocol", "DestinationPrefixLength", "Priority")
    return (*(route[name] for name in numbers), destination, index)


def _route_key(route: Route) -> tuple[Any, ...]:
    destination = _significant(route.destination)
    return route.family, route.table, route.type, route.protocol, route.prefixlen, route.metric, destination


def _significant(address: bytes) -> bytes:
    """Without trailing zeros: the kernel leaves a null address out."""
    return address.rstrip(b"\0")


def _selector(address: bytes, length: int) -> tuple[bytes, int]:
    """Describe leaves out a prefix of zeros, whatever its length."""
    significant = _significant(address)
    return significant, length if significant else 0


# Without the protocol: where a foreign rule is the same but for that, one of the two is there after any restart.
def _described_rule(rule: dict[str, Any]) -> tuple[Any, ...]:
    uids = rule.get("User") or (_NO_UID, _NO_UID)
    return (
        rule["Family"],
        rule["Priority"],
        rule["Type"],
        rule.get("Table", 0),
        rule["Invert"],
        rule["TOS"],
        rule["FirewallMark"],
        rule["FirewallMask"],
        rule["IPProtocol"],
        *_selector(bytes(rule.get("FromPrefix") or b""), rule.get("FromPrefixLength", 0)),
        *_selector(bytes(rule.get("ToPrefix") or b""), rule.get("ToPrefixLength", 0)),
        rule.get("IncomingInterface", ""),
        rule.get("OutgoingInterface", ""),
        rule.get("SuppressPrefixLength", -1),
        rule.get("SuppressInterfaceGroup", -1),
        tuple(rule.get("SourcePort") or ()),
        tuple(rule.get("DestinationPort") or ()),
        () if _NO_UID in uids else tuple(uids),
    )


def _rule_key(rule: Rule) -> tuple[Any, ...]:
    return (
        rule.family,
        rule.priority,
        rule.action,
        rule.table,
        rule.invert,
        rule.tos,
        rule.fwmark,
        rule.fwmask,
        rule.ip_protocol,
        *_selector(rule.source, rule.source_length),
        *_selector(rule.destination, rule.destination_length),
        rule.iif,
        rule.oif,
        rule.suppress_prefixlength,
        rule.suppress_group,
        rule.source_ports,
        rule.destination_ports,
        rule.uids,
    )
