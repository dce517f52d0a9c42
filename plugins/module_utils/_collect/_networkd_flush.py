# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What systemd-networkd deletes when it starts: a model of its source, held against real restarts of 252 and 257.

networkd enumerates the kernel's rules, routes and nexthops (unless its
Manage… keys say no) and, for each link that it configures, drops what neither
the kernel nor its own files made. Sources: link_drop_foreign_config() in
networkd-link.c of 252, link_drop_unmanaged_config() of 257, and the functions
of the same names in networkd-route.c, networkd-nexthop.c, networkd-address.c.
"""

from __future__ import annotations

from typing import Iterable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_text import REJECTS
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Nexthop, Route, Rule

# Before, networkd only took back rules of its own (routing_policy_rule_purge() of 247.3, and seen there).
_DROPS_RULES = 248  # nexthops as well
# Since then routes are the manager's, each found by its link; before, each link had its own.
_MANAGER_WIDE = 256
# Since then static addresses are compared without their broadcast address; before, networkd removed and set them again.
_KEEPS_STATIC_ADDRESSES = 255
# Since then what DHCP and RA gave is handed over a restart.
_HANDS_OVER = 257
_REDIRECT, _KERNEL, _BOOT, _STATIC, _RA, _DHCP = 1, 2, 3, 4, 9, 16
_DYNAMIC_PROTOCOLS = frozenset({_DHCP, _RA, _REDIRECT})
# The kinds of addresses that a start takes for good, by KeepConfiguration=.
_OTHERS = {
    "no": frozenset({"foreign", "lifetime"}),
    "dynamic-on-stop": frozenset({"foreign", "lifetime"}),
    "dynamic": frozenset({"foreign"}),
    "static": frozenset({"lifetime"}),
}
_MULTICAST6 = b"\xff" + bytes(15)


class Link(NamedTuple):
    """A link that networkd manages.

    `keep` is KeepConfiguration= as no, dynamic, dynamic-on-stop, static or yes.
    `addresses` tells the kinds of IPv4 addresses that it has: "requested" by its file just as
    it is, "rebroadcast": by its file but with the default broadcast address, "dhcp", "lifetime" (of others), "foreign".
    `keep_master` is KeepMaster=, `activation` is ActivationPolicy=.
    """

    ifindex: int
    name: str
    keep: str = "no"
    addresses: frozenset[str] = frozenset()
    loopback: bool = False
    keep_master: bool = False
    activation: str = "up"


class Settings(NamedTuple):
    """systemd's major version, and whether networkd manages what is foreign."""

    version: int
    routes: bool = True
    rules: bool = True
    nexthops: bool = True


def unprotected(settings: Settings, links: Iterable[Link]) -> tuple[Settings, list[Link]]:
    """The same host as if no setting protected anything."""
    bare = [link._replace(keep="no", keep_master=False, activation="up") for link in links]
    return Settings(settings.version), bare


def deletes_nothing(nexthops: Iterable[Nexthop], links: Iterable[Link], settings: Settings) -> bool:
    """Whether the next start spares whatever there may be, seen or not."""
    flushing = [link for link in _flushing(links, settings) if link.keep != "yes"]
    spared = not settings.routes and not settings.rules and not deleted_nexthops(nexthops, flushing, settings)
    return not flushing or (spared and not any(loses_addresses(link, settings) for link in flushing))


def deleted_rules(rules: Iterable[Rule], links: Iterable[Link], settings: Settings) -> list[Rule]:
    """Those of the foreign `rules` that the next start deletes."""
    spared = ("yes", "static") if settings.version >= _MANAGER_WIDE else ("yes",)
    if settings.version < _DROPS_RULES or not settings.rules or not any(link.keep not in spared for link in _flushing(links, settings)):
        return []
    return [rule for rule in rules if rule.protocol != _KERNEL]


def deleted_routes(
    routes: Iterable[Route],
    nexthops: Iterable[Nexthop],
    links: Iterable[Link],
    settings: Settings,
    sources: frozenset[bytes] = frozenset(),
) -> list[Route]:
    """Those of the foreign `routes` that the next start deletes, be it with a nexthop or an address under them.

    `sources` are the addresses that it takes: the kernel drops an IPv4 route with its source, on whatever link (fib_sync_down_addr()).
    """
    nexthops = list(nexthops)
    links = _flushing(links, settings)
    known = {nexthop.id: nexthop.oif for nexthop in nexthops} if settings.nexthops else {}
    gone = deleted_nexthops(nexthops, links, settings)
    bare = frozenset(link.ifindex for link in links if loses_addresses(link, settings))
    return [
        route
        for route in routes
        if not _by_kernel(route)
        and (
            (settings.routes and any(_drops(link, route, known, settings.version) for link in links))
            or route.nexthop_id in gone
            or _falls_with_addresses(route, bare)
            or (route.family == INET and route.source in sources)
        )
    ]


def deleted_nexthops(nexthops: Iterable[Nexthop], links: Iterable[Link], settings: Settings) -> frozenset[int]:
    """The ids of the foreign nexthop objects that go, and with them every route through them.

    The key that spares them, ManageForeignNextHops=, came with 256.
    """
    spared = ("yes", "static") if settings.version >= _MANAGER_WIDE else ("yes",)
    dropping = {link.ifindex for link in _flushing(links, settings) if link.keep not in spared}
    if not dropping or not settings.nexthops or settings.version < _DROPS_RULES:
        return frozenset()
    # Groups and blackholes belong to no link, so any link drops them.
    return frozenset(nh.id for nh in nexthops if nh.protocol != _KERNEL and (not nh.oif or nh.oif in dropping))


def loses_addresses(link: Link, settings: Settings) -> bool:
    """Whether all IPv4 addresses of the link are removed and set again, upon which the kernel drops its IPv4 routes."""
    if link.keep == "yes" or link.loopback:
        return False
    if settings.version >= _HANDS_OVER:
        return bool(link.addresses) and link.addresses <= _OTHERS[link.keep]
    kept = {"requested"}
    if settings.version >= _KEEPS_STATIC_ADDRESSES or settings.version < _DROPS_RULES:
        kept.add("rebroadcast")
    if link.keep == "static":
        kept |= {"rebroadcast", "foreign"}
    # A lease that is kept is told by the routes of DHCP, which networkd doesn't see where it leaves foreign routes alone.
    if link.keep == "dynamic" and settings.routes:
        kept |= {"dhcp", "lifetime"}
    return bool(link.addresses) and not link.addresses & kept


def _flushing(links: Iterable[Link], settings: Settings) -> list[Link]:
    """Until 255 the loopback link and those with KeepConfiguration=yes drop nothing; later each item is looked at."""
    if settings.version >= _MANAGER_WIDE:
        return list(links)
    return [link for link in links if not link.loopback and link.keep != "yes"]


def _by_kernel(route: Route) -> bool:
    """Kernels before 5.11 made the multicast route of IPv6 with protocol boot."""
    multicast = route.family == INET6 and route.prefixlen == 8 and route.destination == _MULTICAST6
    return route.protocol == _KERNEL or (route.protocol == _BOOT and multicast)


def _drops(link: Link, route: Route, known: dict[int, int], version: int) -> bool:
    if route.nexthop_id and route.type in REJECTS:
        # The kernel refuses networkd's message; it goes only with its nexthop.
        return False
    if version < _DROPS_RULES and route.type in REJECTS and route.family == INET6:
        # The kernel lets them lead to lo, and 247 leaves what is there alone.
        return False
    if version < _MANAGER_WIDE:
        return route.type in REJECTS or (_on_before_256(link, route) and not _kept_before_256(link, route))
    if _kept(link, route):
        return False
    if route.type in REJECTS:
        return True
    if route.nexthop_id:
        # A group, or a nexthop that networkd doesn't know, leads to no link: then any link drops the route.
        return known.get(route.nexthop_id, 0) in (0, link.ifindex)
    if route.family == INET and len(route.paths) > 1:
        # It belongs to no link either, but the kernel refuses networkd's message where no path has a gateway.
        return any(path.gateway for path in route.paths)
    return _on(link, route)


def _on(link: Link, route: Route) -> bool:
    return any(path.oif == link.ifindex for path in route.paths)


def _on_before_256(link: Link, route: Route) -> bool:
    """networkd asks for each path by itself; for IPv4 the kernel compares only the first one and deletes them all."""
    return _on(link, route._replace(paths=route.paths[:1]) if route.family == INET else route)


def _kept_before_256(link: Link, route: Route) -> bool:
    return (link.keep == "static" and route.protocol == _STATIC) or (link.keep == "dynamic" and route.protocol == _DHCP)


def _kept(link: Link, route: Route) -> bool:
    return (
        link.keep == "yes"
        or (link.keep == "static" and route.protocol == _STATIC)
        or (link.keep == "dynamic" and route.protocol in _DYNAMIC_PROTOCOLS)
    )


def _falls_with_addresses(route: Route, bare: frozenset[int]) -> bool:
    """The kernel drops an IPv4 route when no path of it has a link with an address left."""
    if route.family != INET or route.type in REJECTS or not route.paths:
        return False
    return all(path.oif in bare for path in route.paths)
