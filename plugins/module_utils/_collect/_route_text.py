# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Policy rules and routes of the kernel as facts: names for numbers, and one line of text as iproute2 writes it."""

from __future__ import annotations

import ipaddress
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET6, Path, Route, Rule

UNICAST = 1
REJECTS = {6: "blackhole", 7: "unreachable", 8: "prohibit", 9: "throw"}
_TYPES = {1: "unicast", 2: "local", 3: "broadcast", 4: "anycast", 5: "multicast", 10: "nat", 11: "xresolve", **REJECTS}
_ACTIONS = {1: "lookup", 2: "goto", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}
_TABLES = {253: "default", 254: "main", 255: "local"}
# /etc/iproute2/rt_protos, which a host may not have.
PROTOCOLS = {
    0: "unspec", 1: "redirect", 2: "kernel", 3: "boot", 4: "static", 8: "gated", 9: "ra", 10: "mrt", 11: "zebra",
    12: "bird", 13: "dnrouted", 14: "xorp", 15: "ntk", 16: "dhcp", 17: "mrouted", 18: "keepalived", 42: "babel",
    99: "openr", 186: "bgp", 187: "isis", 188: "ospf", 189: "rip", 192: "eigrp",
}  # fmt: skip
_IP_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp", 132: "sctp"}
_ALL_BITS = 0xFFFFFFFF
# What the kernel gives to an IPv6 route that was added without a metric.
_DEFAULT_METRIC6 = 1024


def family_name(family: int) -> str:
    """ipv4 or ipv6."""
    return "ipv6" if family == INET6 else "ipv4"


def table_name(table: int) -> str:
    """The built-in names; a number for all others."""
    return _TABLES.get(table, str(table))


def type_name(kind: int) -> str:
    """unicast, throw, blackhole, …"""
    return _TYPES.get(kind, str(kind))


def protocol_name(protocol: int) -> str:
    """Who made a route or rule, as rt_protos names it."""
    return PROTOCOLS.get(protocol, str(protocol))


def prefix(family: int, packed: bytes, length: int) -> str:
    """`10.77.0.0/24`, normalised; 0.0.0.0/0 or ::/0 for a default route."""
    whole = packed.ljust(16 if family == INET6 else 4, b"\0")
    return f"{ipaddress.ip_address(whole)}/{length}"


def gateway_text(path: Path) -> str | None:
    """The gateway's address; None for a path without one."""
    return str(ipaddress.ip_address(path.gateway)) if len(path.gateway) in (4, 16) else None


def rule_fact(rule: Rule, owner: str) -> dict[str, Any]:
    """One policy rule as `{family, priority, text, table, action, protocol, owner}`."""
    return {
        "family": family_name(rule.family),
        "priority": rule.priority,
        "text": rule_text(rule),
        "table": rule.table,
        "action": _ACTIONS.get(rule.action, str(rule.action)),
        "protocol": protocol_name(rule.protocol),
        "owner": owner,
    }


def rule_text(rule: Rule) -> str:
    """As `ip rule` shows it, without priority and protocol."""
    words = ["not"] if rule.invert else []
    words += ["from", _selector(rule.family, rule.source, rule.source_length)]
    if rule.destination:
        words += ["to", _selector(rule.family, rule.destination, rule.destination_length)]
    if rule.tos:
        words += ["tos", f"0x{rule.tos:02x}"]
    if rule.fwmark or rule.fwmask:
        mask = "" if rule.fwmask in (0, _ALL_BITS) else f"/0x{rule.fwmask:x}"
        words += ["fwmark", f"0x{rule.fwmark:x}{mask}"]
    for name, value in (("iif", rule.iif), ("oif", rule.oif)):
        words += [name, value] if value else []
    words += ["uidrange", _span(rule.uids, True)] if rule.uids else []
    if rule.ip_protocol:
        words += ["ipproto", _IP_PROTOCOLS.get(rule.ip_protocol, str(rule.ip_protocol))]
    for name, span in (("sport", rule.source_ports), ("dport", rule.destination_ports)):
        words += [name, _span(span, False)] if span else []
    return " ".join(words + _action_words(rule))


def _selector(family: int, packed: bytes, length: int) -> str:
    return _short(prefix(family, packed, length)) if packed else "all"


def _short(text: str) -> str:
    """A host route's or rule's address without its length, as iproute2 has it."""
    host = "/128" if ":" in text else "/32"
    return text[: -len(host)] if text.endswith(host) else text


def _span(span: tuple[int, ...], always: bool) -> str:
    return f"{span[0]}-{span[1]}" if always or span[0] != span[1] else str(span[0])


def _action_words(rule: Rule) -> list[str]:
    if rule.action == 2:
        return ["goto", str(rule.goto)]
    if rule.action != 1:
        return [_ACTIONS.get(rule.action, str(rule.action))]
    words = ["lookup", "[l3mdev-table]" if rule.l3mdev else table_name(rule.table)]
    if rule.suppress_prefixlength >= 0:
        words += ["suppress_prefixlength", str(rule.suppress_prefixlength)]
    if rule.suppress_group >= 0:
        words += ["suppress_ifgroup", str(rule.suppress_group)]
    return words


def route_fact(route: Route, names: dict[int, str], owner: str) -> dict[str, Any]:
    """One route as `{family, table, type, destination, protocol, device, text, owner}`; `device` is the first path's."""
    return {
        "family": family_name(route.family),
        "table": route.table,
        "type": type_name(route.type),
        "destination": prefix(route.family, route.destination, route.prefixlen),
        "protocol": protocol_name(route.protocol),
        "device": _device(route, names),
        "text": route_text(route, names),
        "owner": owner,
    }


def default_route_facts(route: Route, names: dict[int, str]) -> list[dict[str, Any]]:
    """A default route, one entry for each of its paths."""
    return [
        {
            "family": family_name(route.family),
            "table": route.table,
            "device": names.get(path.oif, str(path.oif)),
            "via": gateway_text(path),
            "metric": route.metric,
            "protocol": protocol_name(route.protocol),
            "text": route_text(route, names),
        }
        for path in route.paths
    ]


def _device(route: Route, names: dict[int, str]) -> str | None:
    if route.type in REJECTS or not route.paths:
        return None
    return names.get(route.paths[0].oif, str(route.paths[0].oif))


def route_text(route: Route, names: dict[int, str]) -> str:
    """As `ip route` shows it; a reject route without the `dev lo` of IPv6."""
    words = [] if route.type == UNICAST else [type_name(route.type)]
    words.append(_short(prefix(route.family, route.destination, route.prefixlen)) if route.prefixlen else "default")
    reject = route.type in REJECTS
    if len(route.paths) == 1 and not reject:
        words += _path_words(route.paths[0], names)
    if route.table != 254:
        words += ["table", table_name(route.table)]
    if route.protocol != 3:
        words += ["proto", protocol_name(route.protocol)]
    if route.metric and not (reject and route.family == INET6 and route.metric == _DEFAULT_METRIC6):
        words += ["metric", str(route.metric)]
    if len(route.paths) > 1:
        # Two ways show what it is; a route can have hundreds.
        for path in route.paths[:2]:
            words += ["nexthop", *_path_words(path, names)]
        words += ["..."] if len(route.paths) > 2 else []
    return " ".join(words)


def _path_words(path: Path, names: dict[int, str]) -> list[str]:
    gateway = gateway_text(path)
    return (["via", gateway] if gateway else []) + ["dev", names.get(path.oif, str(path.oif))]
