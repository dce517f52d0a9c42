# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Every fact that `net_facts` may return under `holdfast`: the one description that rules are checked against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import nearest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._shapes import (
    ANY,
    BOOLEAN,
    NUMBER,
    TEXT,
    Shape,
    group,
    list_of,
    maybe,
    node,
    table_of,
)

SCHEMA = 1

_TEXTS = list_of(TEXT)
_LOST = list_of(group(key=TEXT, value=TEXT, source=TEXT, by_value=TEXT, by_source=TEXT))
_SETTING = list_of(group(key=TEXT, source=TEXT))
_SERVERS = list_of(group(address=TEXT, port=NUMBER, name=TEXT, ifindex=NUMBER))
_DOMAINS = list_of(group(name=TEXT, route_only=BOOLEAN))
_RULES = list_of(
    group(family=TEXT, priority=NUMBER, text=TEXT, table=NUMBER, action=TEXT, protocol=TEXT, owner=TEXT),
)
_ROUTES = list_of(
    group(family=TEXT, table=NUMBER, type=TEXT, destination=TEXT, protocol=TEXT, device=maybe(TEXT), text=TEXT, owner=TEXT),
)
_LOSSES = node(
    rules=_RULES,
    rules_count=NUMBER,
    routes=_ROUTES,
    routes_count=NUMBER,
    reject_routes=_ROUTES,
    reject_routes_count=NUMBER,
    link_routes=_ROUTES,
    link_routes_count=NUMBER,
    nexthops=list_of(group(id=NUMBER, device=maybe(TEXT), protocol=TEXT, text=TEXT)),
    nexthops_count=NUMBER,
    addresses=list_of(group(family=TEXT, address=TEXT, device=TEXT, permanent=BOOLEAN, text=TEXT)),
    addresses_count=NUMBER,
    neighbours=list_of(group(family=TEXT, address=TEXT, lladdr=maybe(TEXT), device=TEXT, proxy=BOOLEAN, text=TEXT)),
    neighbours_count=NUMBER,
    ports=list_of(group(device=TEXT, master=TEXT, text=TEXT)),
    ports_count=NUMBER,
    links_down=list_of(group(device=TEXT, text=TEXT)),
    links_down_count=NUMBER,
    settings=list_of(group(device=TEXT, key=TEXT, value=TEXT, becomes=TEXT, text=TEXT)),
    settings_count=NUMBER,
    dns=list_of(group(device=TEXT, what=TEXT, value=TEXT, becomes=TEXT, text=TEXT)),
    dns_count=NUMBER,
    count=NUMBER,
    owners=_TEXTS,
)
_SETTINGS_OF_NETWORKD = group(ManageForeignRoutes=TEXT, ManageForeignRoutingPolicyRules=TEXT, ManageForeignNextHops=TEXT)

_RESOLV_CONF = node(
    path=TEXT,
    link=maybe(TEXT),
    target=maybe(TEXT),
    problem=maybe(TEXT),
    owner=group(name=TEXT, evidence=TEXT),
    mode=maybe(TEXT),
    held=maybe(TEXT),
    asks_only_stub=maybe(BOOLEAN),
    nameservers=list_of(group(address=TEXT, source=TEXT, asked=BOOLEAN, listens=maybe(BOOLEAN))),
    search=_TEXTS,
    search_source=maybe(TEXT),
    options=_TEXTS,
    options_source=_TEXTS,
    ignored=list_of(group(source=TEXT, text=TEXT, why=TEXT)),
)
_RESOLVED_RUNNING = node(
    servers=_SERVERS,
    fallback=_SERVERS,
    domains=_DOMAINS,
    dns_over_tls=TEXT,
    dnssec=TEXT,
    current_server=maybe(TEXT),
    resolv_conf_mode=TEXT,
    links=list_of(
        group(
            index=NUMBER,
            name=TEXT,
            servers=_SERVERS,
            domains=_DOMAINS,
            default_route=BOOLEAN,
            dns_over_tls=TEXT,
            dnssec=TEXT,
            current_server=maybe(TEXT),
            in_use=BOOLEAN,
        ),
    ),
)
_RESOLVED = node(
    absent=True,
    version=maybe(NUMBER),
    active=BOOLEAN,
    since=maybe(NUMBER),
    effective=table_of(ANY),
    source=table_of(ANY),
    overridden=_LOST,
    unknown_keys=_SETTING,
    newer_files=_TEXTS,
    drift=node(
        stale=list_of(group(key=TEXT, file=ANY, running=ANY, source=ANY, text=TEXT)),
        undecided=_SETTING,
    ),
    running=_RESOLVED_RUNNING,
)
_PATHS = node(
    via=TEXT,
    asked=list_of(group(address=TEXT, scope=TEXT, by=TEXT)),
    if_dead=list_of(group(address=TEXT, scope=TEXT, still=_TEXTS)),
    survivors=NUMBER,
    dead_ends=_TEXTS,
    operators=_TEXTS,
    fallback=group(configured=_TEXTS, source=_TEXTS, used=BOOLEAN, why=TEXT),
)
_NETWORKD = node(
    absent=True,
    version=NUMBER,
    active=BOOLEAN,
    since=maybe(NUMBER),
    effective=_SETTINGS_OF_NETWORKD,
    source=_SETTINGS_OF_NETWORKD,
    overridden=_LOST,
    newer_files=_TEXTS,
    protection_overridden=_LOST,
    unsupported=_TEXTS,
    running=node(ManageForeignRoutes=maybe(TEXT), ManageForeignRoutingPolicyRules=maybe(TEXT), by=TEXT),
    links=node(managed=_TEXTS, keep_configuration=table_of(TEXT, sparse=True)),
)
_TRIGGERS = node(
    absent=True,
    automatic=list_of(
        group(name=TEXT, does=TEXT, restarts=_TEXTS, evidence=TEXT, next=maybe(NUMBER), when=TEXT, soon=BOOLEAN),
    ),
    systemd_update=node(absent=True, pending=BOOLEAN, installed=TEXT, candidate=TEXT, packages=_TEXTS),
)

_PROBE = node(
    absent=True,
    took_ms=NUMBER,
    dnspython=group(version=TEXT, **{"from": TEXT}),
    layers=list_of(group(name=TEXT, kind=TEXT, transport=TEXT, address=TEXT, port=NUMBER, device=TEXT, scope=TEXT)),
    questions=list_of(group(**{"key": TEXT, "rtype": TEXT, "absent": BOOLEAN, "expect": TEXT, "from": TEXT, "answered": BOOLEAN})),
    cells=list_of(
        group(
            layer=TEXT,
            question=TEXT,
            state=TEXT,
            kind=TEXT,
            why=TEXT,
            rcode=maybe(TEXT),
            answers=_TEXTS,
            ttl=maybe(NUMBER),
            flags=_TEXTS,
            ede=list_of(group(code=NUMBER, text=TEXT)),
            bytes=NUMBER,
            source=maybe(TEXT),
            tries=NUMBER,
            ms=maybe(NUMBER),
            waited_ms=maybe(NUMBER),
            error=maybe(TEXT),
            detail=TEXT,
            junk=table_of(NUMBER, sparse=True),
            follow=table_of(ANY, sparse=True),
        ),
    ),
    verdicts=list_of(
        group(
            kind=TEXT,
            layer=TEXT,
            layers=_TEXTS,
            questions=_TEXTS,
            names=_TEXTS,
            zones=_TEXTS,
            effect=TEXT,
            still=_TEXTS,
            rate_limited=BOOLEAN,
            text=TEXT,
        ),
    ),
    search=node(absent=True, ndots=NUMBER, domains=NUMBER, tried=_TEXTS, questions=NUMBER, fewest=NUMBER),
    loss=list_of(group(layer=TEXT, answered=NUMBER, sent_again=NUMBER)),
    connections=list_of(
        group(
            name=TEXT,
            port=NUMBER,
            address=maybe(TEXT),
            tls=BOOLEAN,
            ok=BOOLEAN,
            ms=maybe(NUMBER),
            error=maybe(TEXT),
            detail=TEXT,
            not_after=maybe(NUMBER),
        ),
    ),
)

FACTS = group(
    schema=NUMBER,
    host=group(
        os=TEXT,
        os_short=TEXT,
        systemd=maybe(NUMBER),
        systemd_full=maybe(TEXT),
        privileged=BOOLEAN,
        python=TEXT,
        time=NUMBER,
    ),
    resolver=node(
        resolv_conf=_RESOLV_CONF,
        nsswitch=node(hosts=_TEXTS, source=TEXT, asks_dns=BOOLEAN, by=maybe(TEXT)),
        hosts_file=node(absent=True, overrides=list_of(group(name=TEXT, address=TEXT, source=TEXT)), count=NUMBER),
        local_resolvers=list_of(group(name=TEXT, evidence=TEXT)),
        resolved=_RESOLVED,
        paths=_PATHS,
    ),
    routes=node(
        networkd=_NETWORKD,
        rules=node(count=NUMBER, listed=_RULES),
        tables=list_of(
            group(
                family=TEXT,
                table=NUMBER,
                name=TEXT,
                count=maybe(NUMBER),
                by_protocol=maybe(table_of(NUMBER, sparse=True)),
                by_type=maybe(table_of(NUMBER, sparse=True)),
            ),
        ),
        routes_total=NUMBER,
        default_routes=list_of(
            group(family=TEXT, table=NUMBER, device=maybe(TEXT), via=maybe(TEXT), metric=maybe(NUMBER), protocol=TEXT, text=TEXT),
        ),
        foreign=_LOSSES,
        at_risk=_LOSSES,
        triggers=_TRIGGERS,
    ),
    probe=_PROBE,
)


def lookup(path: str) -> Shape | None:
    """The shape at a dotted path such as `routes.networkd`, or None where no fact has it."""
    shape: Shape | None = FACTS
    for name in path.split("."):
        shape = shape.child(name) if shape else None
    return shape


def nodes(shape: Shape = FACTS, path: str = "") -> Iterator[str]:
    """The paths of all nodes, that is of all groups that carry `status`."""
    if shape.node:
        yield path
    for name, child in shape.fields.items():
        yield from nodes(child, f"{path}.{name}".lstrip("."))


def near(name: str, shape: Shape = FACTS) -> str | None:
    """What may have been meant by a name that the shape doesn't have: a field beside it, or the whole path of such a fact."""
    beside = nearest(name, shape.fields)
    if beside:
        return beside
    paths = [path for path in _all_paths(FACTS, "") if path.rpartition(".")[2] == name]
    return min(paths, key=len, default=None)


def strangers(value: Any, shape: Shape = FACTS, path: str = "") -> list[str]:
    """What in these facts has no place in the description, or another kind than it says: one line each."""
    if not shape.fits(value):
        return [f"{path}: {type(value).__name__}, not {shape.kind}"]
    if isinstance(value, dict):
        return [line for name, child in value.items() for line in _stranger(name, child, shape, path)]
    if isinstance(value, list) and shape.of:
        return [line for index, child in enumerate(value) for line in strangers(child, shape.of, f"{path}[{index}]")]
    return []


def _stranger(name: str, value: Any, shape: Shape, path: str) -> list[str]:
    below = shape.child(name)
    where = f"{path}.{name}".lstrip(".")
    return [f"{where}: no such fact"] if below is None else strangers(value, below, where)


def _all_paths(shape: Shape, path: str) -> Iterator[str]:
    for name, child in shape.fields.items():
        below = f"{path}.{name}".lstrip(".")
        yield below
        yield from _all_paths(child, below)
