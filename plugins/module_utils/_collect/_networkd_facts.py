# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""networkd as facts: its keys by files and as it runs, its links, and what of the kernel's state is its own."""

from __future__ import annotations

import re
from typing import Any, Callable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils import _systemd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_links
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_describe import Described, describe
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link, Settings
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_tables import Tables
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_text import prefix
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Address, Neighbour, Nexthop, Route, Rule
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import Config, boolean, read_config

_UNIT = "systemd-networkd.service"
_ROUTES, _RULES, _NEXTHOPS = "ManageForeignRoutes", "ManageForeignRoutingPolicyRules", "ManageForeignNextHops"
_PROTECTIONS = (_ROUTES, _RULES)
_NEXTHOPS_SINCE = 256
_TAKES_RULES = 248
_MOST_LISTED = 64
# Describe tells of every link; beyond so many its answer alone is megabytes.
_MOST_DESCRIBED_LINKS = 256
_STATIC, _RA, _DHCP = 4, 9, 16


class Daemon(NamedTuple):
    """networkd: its facts, and what the model needs. `settings` is None where nothing is known of it."""

    facts: dict[str, Any]
    settings: Settings | None = None
    active: bool = False
    links: list[Link] = []
    managed: _networkd_links.Managed = _networkd_links.Managed([], [])
    config: Config | None = None
    doubts: list[str] = []


class Own(NamedTuple):
    """What networkd made itself: True, False, or None where that is open, for the reason `why`."""

    running: dict[str, Any]
    rule: Callable[[Rule], bool | None]
    route: Callable[[Route], bool | None]
    nexthop: Callable[[Nexthop], bool]
    address: Callable[[Address], bool | None]
    neighbour: Callable[[Neighbour], bool]
    why: str = ""


def look(host: Host, names: dict[int, str], addresses: list[Address]) -> Daemon:
    """networkd by its files; `names` are the kernel's links by index, `addresses` its IPv4 addresses."""
    try:
        unit = _systemd.unit(host, _UNIT)
        version = _systemd.version(host)
    except Absent as missing:
        return Daemon({"status": "absent", "why": missing.why}, Settings(0))
    except NotSeen as missing:
        return Daemon({"status": "unknown", "why": missing.why})
    if not unit["installed"]:
        return Daemon({"status": "absent", "why": "systemd-networkd is not installed"}, Settings(version["major"]))
    config = read_config(
        host, "networkd.conf", "Network", boolean_keys=frozenset({*_PROTECTIONS, _NEXTHOPS}), version=version["major"]
    )
    try:
        managed = _networkd_links.read_links(host, names, addresses, version["major"])
    except NotSeen as missing:
        managed = _networkd_links.Managed([], [], missing.why)
    unsupported = unsupported_keys(version)
    ignored = unsupported + ([_NEXTHOPS] if version["major"] < _NEXTHOPS_SINCE else [])
    settings = Settings(version["major"], *(_manages(config, key, ignored, version["major"]) for key in (_ROUTES, _RULES, _NEXTHOPS)))
    facts = _facts(unit, version["major"], config, unsupported)
    facts["links"] = _link_facts(managed)
    doubts = [why for why in (config.problem, managed.why) if why]
    return Daemon(facts, settings, unit["active"], managed.links, managed, config, doubts)


def unsupported_keys(version: dict[str, Any]) -> list[str]:
    """The keys that this systemd ignores and would need, by `{"major": 249, "full": "249.11-0ubuntu3"}`."""
    minor = re.match(r"\d+\.(\d+)", version["full"])
    exact = (version["major"], int(minor[1]) if minor else 0)
    routes = version["major"] >= 246
    # 247 deletes no foreign rules, so it needs no key against that.
    rules = exact >= (249, 5) or (248, 8) <= exact < (249, 0) or exact < (248, 0)
    return [key for key, works in ((_ROUTES, routes), (_RULES, rules)) if not works]


def _manages(config: Config, key: str, unsupported: list[str], version: int) -> bool:
    """Whether networkd takes others' for its own; before 248 it takes no rules, whatever a file says."""
    if key == _RULES and version < _TAKES_RULES:
        return key in unsupported
    return key in unsupported or boolean(config.value(key)) is not False


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def _facts(unit: dict[str, Any], version: int, config: Config, unsupported: list[str]) -> dict[str, Any]:
    lost = [entry for entry in config.overridden if entry["key"] in _PROTECTIONS]
    facts: dict[str, Any] = {
        "status": "ok",
        "version": version,
        "active": unit["active"],
        "since": unit["since"],
        "effective": {key: _yes_no(_manages(config, key, unsupported, version)) for key in _PROTECTIONS},
        "source": {key: config.source(key) for key in _PROTECTIONS},
        **_bounded("overridden", lost),
        **_bounded("newer_files", config.newer_than(unit["since"]) if unit["since"] else []),
        "protection_overridden": [entry for entry in lost if _lost_protection(entry, config)][:_MOST_LISTED],
        "unsupported": unsupported,
    }
    if config.problem:
        facts.update(complete=False, why=config.problem)
    return facts


def _lost_protection(entry: dict[str, Any], config: Config) -> bool:
    """Whether a file said no, a later one yes, and it stayed so: a still later one may say no again."""
    if boolean(config.value(entry["key"])) is False:
        return False
    return boolean(entry["value"]) is False and boolean(entry["by_value"]) is True


def _bounded(name: str, entries: list[Any]) -> dict[str, Any]:
    return {name: entries[:_MOST_LISTED], f"{name}_cut": max(0, len(entries) - _MOST_LISTED)}


def _link_facts(managed: _networkd_links.Managed) -> dict[str, Any]:
    shown = managed.links[:_MOST_LISTED]
    facts: dict[str, Any] = {
        "status": "ok",
        **_bounded("managed", [link.name for link in managed.links]),
        "keep_configuration": {link.name: link.keep for link in shown},
    }
    if managed.why:
        facts.update(complete=False, why=managed.why)
    return facts


def unseen(daemon: Daemon, why: str) -> dict[str, Any]:
    """networkd's facts where the kernel's routes, and so the running values, stay unknown."""
    return {**daemon.facts, "running": {"status": "unknown", "why": why}} if daemon.facts["status"] == "ok" else daemon.facts


def find_own(host: Host, daemon: Daemon, rules: list[Rule], tables: Tables) -> Own:
    """What networkd made itself, as it says; where it can't be asked, by its files and the protocols it uses."""
    if not daemon.active or daemon.settings is None:
        running = {"status": "ok", _ROUTES: None, _RULES: None, "by": "nothing runs"}
        return Own(running, *[lambda _entry: False] * 5)
    links = host.netlink.links()
    if not tables.small or len(links) > _MOST_DESCRIBED_LINKS:
        return _by_files(daemon, f"{tables.total or 'so many'} routes and {len(links)} links are too many to ask networkd about")
    try:
        described = describe(host)
    except NotSeen as missing:
        return _by_files(daemon, missing.why)
    return _by_describe(daemon, described, rules, tables)


def _by_describe(daemon: Daemon, described: Described, rules: list[Rule], tables: Tables) -> Own:
    routes_managed, rules_managed = described.manages_routes(tables.routes), described.manages_rules(rules)
    running = {"status": "ok", _ROUTES: _yes_no(routes_managed), _RULES: _yes_no(rules_managed), "by": "Describe"}
    by_files = _by_files(daemon, "")

    # With a key at "no" networkd doesn't even know those of its own that were there when it started.
    def own_rule(rule: Rule) -> bool | None:
        return described.owns_rule(rule) or (rules_managed is not True and by_files.rule(rule))

    def own_route(route: Route) -> bool | None:
        return described.owns_route(route) or (routes_managed is not True and by_files.route(route))

    def own_address(address: Address) -> bool | None:
        source = described.addresses.get((address.ifindex, address.address), "foreign")
        if source == "static":
            return _is_set(daemon, address)
        return source != "foreign" or _asks_for(daemon, address)

    why = "networkd.conf keeps networkd from listing them"
    return Own(running, own_rule, own_route, described.owns_nexthop, own_address, by_files.neighbour, why)


def _asks_for(daemon: Daemon, address: Address) -> bool:
    """Whether the link's file sets just this address."""
    network = daemon.managed.by_link.get(address.ifindex, _networkd_links.Network())
    return prefix(address.family, address.address, address.prefixlen) in network.addresses


def _is_set(daemon: Daemon, address: Address) -> bool:
    """Whether the link's file sets the address, be it with another prefix length, as one with a peer, or any address that is free."""
    network = daemon.managed.by_link.get(address.ifindex)
    plain = prefix(address.family, address.address, 0).partition("/")[0]
    wanted = {one.partition("/")[0] for one in network.addresses} if network else set()
    return not wanted.isdisjoint({plain, "0.0.0.0", "::"})


def _by_files(daemon: Daemon, why: str) -> Own:
    networks = daemon.managed.networks
    wanted = {(table, destination) for network in networks for table in network.tables for destination in network.destinations}
    priorities = {priority for network in networks for priority in network.priorities}
    has_rules = any(network.has_rules for network in networks)
    managed = frozenset(link.ifindex for link in daemon.links)
    leased = frozenset(index for index, network in daemon.managed.by_link.items() if network.dhcp)

    def own_rule(rule: Rule) -> bool | None:
        if rule.protocol != _STATIC or not has_rules:
            return False
        return True if rule.priority in priorities else None

    def own_route(route: Route) -> bool | None:
        if route.protocol == _DHCP or (route.protocol == _RA and route.family == INET6):
            return any(path.oif in (managed if route.family == INET6 else leased) for path in route.paths)
        destination = prefix(route.family, route.destination, route.prefixlen)
        return route.protocol == _STATIC and not wanted.isdisjoint({(route.table, destination), (-1, destination)})

    def own_address(address: Address) -> bool | None:
        if _asks_for(daemon, address):
            return True
        if address.family == INET:
            return daemon.managed.by_link.get(address.ifindex, _networkd_links.Network()).dhcp and not address.permanent
        # A router's, a DHCP server's, or one that somebody set for a time.
        return False if address.permanent else None

    def own_neighbour(neighbour: Neighbour) -> bool:
        network = daemon.managed.by_link.get(neighbour.ifindex, _networkd_links.Network())
        return prefix(neighbour.family, neighbour.address, 0).partition("/")[0] in network.neighbours

    return Own(_by_start_time(daemon, why), own_rule, own_route, lambda _nexthop: False, own_address, own_neighbour, why)


def _by_start_time(daemon: Daemon, why: str) -> dict[str, Any]:
    """No file changed since the start: then the files are what runs."""
    facts = daemon.facts
    if facts["since"] is None or facts["newer_files"] or facts.get("complete") is False:
        return {"status": "unknown", "why": f"{why}; its files are newer than its start" if facts["newer_files"] else why}
    return {"status": "ok", **{key: facts["effective"][key] for key in _PROTECTIONS}, "by": "start time"}
