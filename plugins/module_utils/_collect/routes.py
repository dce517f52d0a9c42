# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Facts about routes: networkd by its files and as it runs, policy rules, tables, and what networkd would delete."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _link_dns as link_dns
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_facts as networkd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_others as others
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _restart_triggers as triggers
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _route_tables as tables
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _rule_owners as owners
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import (
    Link,
    Settings,
    deleted_nexthops,
    deleted_routes,
    deleted_rules,
    deletes_nothing,
    unprotected,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_taken import Others, taken
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_text import (
    REJECTS,
    default_route_facts,
    protocol_name,
    route_fact,
    rule_fact,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import (
    INET,
    INET6,
    Nexthop,
    Route,
    Rule,
    Unanswered,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told import Told

# What keeps the facts below 64 KiB.
_LISTED_RULES = 48
_LISTED_TABLES = 64
_LISTED_DEFAULTS = 24
_LISTED = 16
_PARTS_OF_ROUTES = ("reject_routes_count", "link_routes_count")


class Kernel(NamedTuple):
    """What the kernel has: `rules_whole` is false where the limit cut them."""

    names: dict[int, str]
    rules: list[Rule]
    rules_whole: bool
    nexthops: list[Nexthop]
    others: others.Kernel


class Text(NamedTuple):
    """How items become facts: the links' names and the owners."""

    names: dict[int, str]
    rules: dict[Rule, str]
    tables: dict[tuple[int, int], str]

    def rule(self, rule: Rule) -> dict[str, Any]:
        """The fact of a rule."""
        return rule_fact(rule, self.rules.get(rule, owners.UNKNOWN))

    def route(self, route: Route) -> dict[str, Any]:
        """The fact of a route."""
        return route_fact(route, self.names, owners.route_owner(route, self.tables))

    def nexthop(self, nexthop: Nexthop) -> dict[str, Any]:
        """The fact of a nexthop object."""
        device = self.names.get(nexthop.oif) if nexthop.oif else None
        text = f"nexthop {nexthop.id}{f' on {device}' if device else ''} proto {protocol_name(nexthop.protocol)}"
        return {"id": nexthop.id, "device": device, "protocol": protocol_name(nexthop.protocol), "text": text}


def collect(host: Host) -> dict[str, Any]:
    """The subject `routes` of docs/facts.md; what can't be seen is unknown, with the reason."""
    return {**_collect(host), "triggers": triggers.look(host)}


def _collect(host: Host) -> dict[str, Any]:
    try:
        kernel = _read_kernel(host)
    except Unanswered as failed:
        unseen = {"status": "unknown", "why": failed.why}
        return {**_unseen(networkd.look(host, {}, []), failed.why), "rules": unseen}
    daemon = networkd.look(host, kernel.names, [one for one in kernel.others.addresses if one.family == INET])
    looked_up = {family: {rule.table for rule in kernel.rules if rule.family == family} - {0} for family in (INET, INET6)}
    try:
        seen = tables.read_tables(host.netlink, tables.read_counts(host), looked_up, [link.ifindex for link in daemon.links])
    except Unanswered as failed:
        text = Text(kernel.names, owners.rule_owners(kernel.rules), {})
        return {**_unseen(daemon, failed.why), "rules": _rules(kernel, text)}
    own = networkd.find_own(host, daemon, kernel.rules, seen)
    rule_owners = owners.rule_owners(kernel.rules, frozenset(rule for rule in kernel.rules if own.rule(rule)))
    text = Text(kernel.names, rule_owners, owners.table_owners(rule_owners))
    return {
        "status": "ok",
        "networkd": {**daemon.facts, "running": own.running} if daemon.facts["status"] == "ok" else daemon.facts,
        "rules": _rules(kernel, text),
        **_table_facts(seen, kernel.names),
        **_losses(kernel, seen, daemon, own, text, others.look(host, kernel.others, daemon, own), link_dns.told(host, daemon, own)),
    }


def _unseen(daemon: networkd.Daemon, why: str) -> dict[str, Any]:
    unseen = {"status": "unknown", "why": why}
    return {"status": "ok", "networkd": networkd.unseen(daemon, why), "foreign": unseen, "at_risk": unseen}


def _read_kernel(host: Host) -> Kernel:
    netlink = host.netlink
    dumps = [netlink.rules(family) for family in (INET, INET6)]
    rules = [rule for dump in dumps for rule in dump.entries]
    whole = all(dump.whole for dump in dumps)
    return Kernel(netlink.links(), rules, whole, netlink.nexthops().entries, others.read_kernel(netlink))


def _rules(kernel: Kernel, text: Text) -> dict[str, Any]:
    node = {"status": "ok", "count": len(kernel.rules), **_listed("listed", kernel.rules, text.rule, _LISTED_RULES)}
    if not kernel.rules_whole:
        node.update(complete=False, why=f"only {len(kernel.rules)} rules were read")
    return node


def _table_facts(seen: tables.Tables, names: dict[int, str]) -> dict[str, Any]:
    defaults = [fact for route in tables.default_routes(seen) for fact in default_route_facts(route, names)]
    return {
        **_listed("tables", tables.table_facts(seen.tables), dict, _LISTED_TABLES),
        **({} if seen.total is None else {"routes_total": seen.total}),
        **_listed("default_routes", defaults, dict, _LISTED_DEFAULTS),
    }


def _listed(name: str, items: list[Any], fact: Callable[[Any], dict[str, Any]], most: int) -> dict[str, Any]:
    return {name: [fact(item) for item in items[:most]], f"{name}_cut": max(0, len(items) - most)}


def _counted(name: str, items: list[Any], fact: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    return {**_listed(name, items, fact, _LISTED), f"{name}_count": len(items)}


def _losses(
    kernel: Kernel, seen: tables.Tables, daemon: networkd.Daemon, own: networkd.Own, text: Text, besides: others.Seen, told: link_dns.Seen
) -> dict[str, Any]:
    """`foreign` and `at_risk`: what goes without any setting, and what goes as the files stand."""
    if daemon.settings is None:
        unseen = {"status": "unknown", "why": daemon.facts["why"]}
        return {"foreign": unseen, "at_risk": unseen}
    foreign = _Foreign(
        [rule for rule in kernel.rules if own.rule(rule) is False],
        [route for route in seen.routes if own.route(route) is False],
        [nexthop for nexthop in kernel.nexthops if not own.nexthop(nexthop)],
        besides.others,
        told.told,
    )
    links = daemon.links if daemon.active else []
    doubts = _doubts(kernel, seen, own, links)
    without = _loss(foreign, *unprotected(daemon.settings, links), text, doubts + told.doubts)
    if deletes_nothing(foreign.nexthops, links, daemon.settings):
        doubts = []
    doubts += besides.doubts + told.doubts
    return {"foreign": without, "at_risk": _loss(foreign, daemon.settings, links, text, daemon.doubts + doubts)}


class _Foreign(NamedTuple):
    rules: list[Rule]
    routes: list[Route]
    nexthops: list[Nexthop]
    besides: Others
    told: list[Told]


def _doubts(kernel: Kernel, seen: tables.Tables, own: networkd.Own, links: list[Link]) -> list[str]:
    """Why the foreign rules and routes may not be all; nothing is deleted without managed links."""
    if not links:
        return []
    doubts = list(seen.why)
    if not kernel.rules_whole:
        doubts.append(f"only {len(kernel.rules)} rules were read")
    undecided = sum(own.rule(rule) is None for rule in kernel.rules) + sum(own.route(route) is None for route in seen.routes)
    if undecided:
        doubts.append(f"{undecided} rules and routes may be networkd's own ({own.why})")
    return doubts


def _loss(foreign: _Foreign, settings: Settings, links: list[Link], text: Text, doubts: list[str]) -> dict[str, Any]:
    rules = deleted_rules(foreign.rules, links, settings)
    besides = taken(foreign.besides, links, settings)
    sources = frozenset(address.address for address in besides.addresses)
    routes = deleted_routes(foreign.routes, foreign.nexthops, links, settings, sources)
    gone = deleted_nexthops(foreign.nexthops, links, settings)
    nexthops = [nexthop for nexthop in foreign.nexthops if nexthop.id in gone]
    rejects = [route for route in routes if route.type in REJECTS]
    bound = [route for route in routes if route.type not in REJECTS]
    whose = {text.rules.get(rule, owners.UNKNOWN) for rule in rules}
    whose |= {owners.route_owner(route, text.tables) for route in routes}
    node: dict[str, Any] = {"status": "ok"}
    for name, items, fact in (
        ("rules", rules, text.rule),
        ("routes", routes, text.route),
        ("reject_routes", rejects, text.route),
        ("link_routes", bound, text.route),
        ("nexthops", nexthops, text.nexthop),
    ):
        node.update(_counted(name, items, fact))
    node.update(others.facts(besides, text.names, _counted))
    node.update(_counted("dns", foreign.told, link_dns.fact))
    node["count"] = sum(number for name, number in node.items() if name.endswith("_count") and name not in _PARTS_OF_ROUTES)
    node["owners"] = sorted(whose)
    node["complete"] = not doubts
    if doubts:
        node["why"] = "; ".join(doubts[:3])
    return node
