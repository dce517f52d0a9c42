# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import (
    Link,
    Settings,
    deleted_routes,
    deleted_rules,
    deletes_nothing,
    loses_addresses,
    unprotected,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Nexthop, Path, Route, Rule

LO, HOST, BR, VPN = 1, 2, 3, 4
BOOT, STATIC, DHCP, RA, KERNEL, BIRD = 3, 4, 16, 9, 2, 12
UNICAST, LOCAL, BLACKHOLE, THROW = 1, 2, 6, 9
GATEWAY = bytes([10, 77, 0, 1])

RULES = {
    "tailscale": Rule(INET, 5270, 1, 52),
    "tailscale6": Rule(INET6, 5270, 1, 52),
    "static": Rule(INET, 6001, 1, 61, STATIC),
    "kernel": Rule(INET, 32766, 1, 254, KERNEL),
}


def route(kind, protocol, *paths, family=INET, table=52, nexthop_id=0):
    return Route(family, table, kind, protocol, b"\x0a", 8, paths=tuple(Path(*path) for path in paths), nexthop_id=nexthop_id)


# Each name says the type, the family where it is IPv6, the protocol or what is under it, and the link.
ROUTES = {
    "throw": route(THROW, BOOT),
    "throw6": route(THROW, BOOT, (LO, b""), family=INET6),
    "throw static": route(THROW, STATIC),
    "throw dhcp": route(THROW, DHCP),
    "blackhole main": route(BLACKHOLE, BIRD, table=254),
    "throw kernel": route(THROW, KERNEL),
    "host": route(UNICAST, BIRD, (HOST, b"")),
    "host6": route(UNICAST, BIRD, (HOST, b""), family=INET6),
    "host static": route(UNICAST, STATIC, (HOST, b"")),
    "host dhcp": route(UNICAST, DHCP, (HOST, b"")),
    "host6 ra": route(UNICAST, RA, (HOST, b""), family=INET6),
    "host local": route(LOCAL, BIRD, (HOST, b"")),
    "host kernel": route(UNICAST, KERNEL, (HOST, b"")),
    "br": route(UNICAST, BIRD, (BR, b"")),
    "vpn": route(UNICAST, BOOT, (VPN, b"")),
    "vpn6": route(UNICAST, BOOT, (VPN, b""), family=INET6),
    "lo": route(UNICAST, BOOT, (LO, b"")),
    "host+vpn": route(UNICAST, BIRD, (HOST, GATEWAY), (VPN, b"")),
    "vpn+host": route(UNICAST, BIRD, (VPN, GATEWAY), (HOST, GATEWAY)),
    "host+host": route(UNICAST, BIRD, (HOST, GATEWAY), (HOST, GATEWAY)),
    "bare host+vpn": route(UNICAST, BIRD, (HOST, b""), (VPN, b"")),
    "vpn+vpn": route(UNICAST, BIRD, (VPN, GATEWAY), (VPN, GATEWAY)),
    "bare vpn+vpn": route(UNICAST, BIRD, (VPN, b""), (VPN, b"")),
    "vpn+host6": route(UNICAST, BIRD, (VPN, bytes(16)), (HOST, bytes(16)), family=INET6),
    "vpn+vpn6": route(UNICAST, BIRD, (VPN, bytes(16)), (VPN, bytes(16)), family=INET6),
    "nexthop host": route(UNICAST, 196, (HOST, GATEWAY), nexthop_id=11),
    "nexthop vpn": route(UNICAST, 196, (VPN, b""), nexthop_id=12),
    "nexthop group vpn": route(UNICAST, 196, (VPN, b""), nexthop_id=13),
    "nexthop blackhole": route(BLACKHOLE, 196, (LO, b""), nexthop_id=14),
    "multicast6 of old kernels": Route(INET6, 255, 5, BOOT, b"\xff" + bytes(15), 8, paths=(Path(HOST, b""),)),
}
NEXTHOPS = [Nexthop(11, HOST, 196), Nexthop(12, VPN, 196), Nexthop(13, 0, 196), Nexthop(14, 0, 196)]

REJECTS = {"throw", "throw6", "throw static", "throw dhcp", "blackhole main"}
ON_HOST4 = {"host", "host static", "host dhcp", "host local", "nexthop host", "host+host"}
ON_HOST = ON_HOST4 | {"host6", "host6 ra", "vpn+host6", "host+vpn"}
BY_NEXTHOP = {"nexthop host", "nexthop group vpn", "nexthop blackhole"}
ALL_252 = REJECTS | ON_HOST | BY_NEXTHOP | {"bare host+vpn"}
ALL_257 = REJECTS | ON_HOST | BY_NEXTHOP | {"vpn+host", "vpn+vpn"}

# What went when systemd-networkd was restarted on Debian 12 (252.39) and Debian 13 (257.13): the version,
# KeepConfiguration= of host, the settings at "no", the routes gone. host has its address as networkd set it.
RESTARTS = [
    (252, "no", "", ALL_252),
    (252, "yes", "", set()),
    (252, "static", "", ALL_252 - {"host static"}),
    (252, "dynamic", "", ALL_252),
    (252, "dynamic-on-stop", "", ALL_252),
    (252, "no", "rules", ALL_252),
    (252, "no", "routes", ON_HOST4 | BY_NEXTHOP),
    (252, "yes", "routes", set()),
    (252, "static", "routes", BY_NEXTHOP),
    (257, "no", "", ALL_257),
    (257, "yes", "", set()),
    (257, "static", "", (ALL_257 - {"throw static", "host static", "nexthop blackhole"})),
    (257, "dynamic", "", ALL_257 - {"throw dhcp", "host dhcp", "host6 ra"}),
    (257, "dynamic-on-stop", "", ALL_257),
    (257, "no", "rules", ALL_257),
    (257, "no", "routes", BY_NEXTHOP),
    (257, "no", "nexthops", (ALL_257 | {"nexthop vpn"}) - {"nexthop blackhole"}),
    (257, "no", "routes nexthops", set()),
]


def settings(version, at_no):
    return Settings(version, *(name not in at_no.split() for name in ("routes", "rules", "nexthops")))


def host(keep, *addresses):
    return Link(HOST, "host0", keep, frozenset(addresses or {"rebroadcast"}))


def gone(routes):
    names = {value: name for name, value in ROUTES.items()}
    return {names[one] for one in routes}


@pytest.mark.parametrize(("version", "keep", "at_no", "expected"), RESTARTS)
def test_routes_that_went_at_a_restart(version, keep, at_no, expected):
    assert gone(deleted_routes(ROUTES.values(), NEXTHOPS, [host(keep)], settings(version, at_no))) == expected


@pytest.mark.parametrize(
    ("version", "keep", "at_no", "expected"),
    [
        (247, "no", "", set()),
        (252, "no", "", {"tailscale", "tailscale6", "static"}),
        (252, "dynamic", "", {"tailscale", "tailscale6", "static"}),
        (252, "static", "", {"tailscale", "tailscale6", "static"}),
        (252, "yes", "", set()),
        (252, "no", "routes", {"tailscale", "tailscale6", "static"}),
        (252, "no", "rules", set()),
        (257, "no", "", {"tailscale", "tailscale6", "static"}),
        (257, "dynamic", "", {"tailscale", "tailscale6", "static"}),
        (257, "static", "", set()),
        (257, "yes", "", set()),
        (257, "no", "rules", set()),
    ],
)
def test_rules_that_went_at_a_restart(version, keep, at_no, expected):
    names = {value: name for name, value in RULES.items()}
    assert {names[one] for one in deleted_rules(RULES.values(), [host(keep)], settings(version, at_no))} == expected


@pytest.mark.parametrize("version", [252, 257])
def test_one_unprotected_link_takes_what_belongs_to_none(version):
    links = [host("yes"), Link(BR, "br9", "no")]
    lost = gone(deleted_routes(ROUTES.values(), NEXTHOPS, links, Settings(version)))
    assert lost >= REJECTS | {"br", "nexthop group vpn", "nexthop blackhole"}
    assert not lost & {"host", "host6", "host+host" if version == 252 else "host", "nexthop host", "vpn"}
    assert len(deleted_rules(RULES.values(), links, Settings(version))) == 3


@pytest.mark.parametrize(("version", "expected"), [(252, set()), (257, REJECTS | {"lo"})])
def test_a_managed_loopback(version, expected):
    links = [Link(LO, "lo", "no", loopback=True), host("yes")]
    lost = gone(deleted_routes(ROUTES.values(), [], links, Settings(version)))
    assert lost - {"host+vpn", "vpn+host", "host+host", "vpn+vpn"} - {name for name in lost if "nexthop" in name} == expected
    assert bool(deleted_rules(RULES.values(), links, Settings(version))) is bool(expected)


def test_a_route_falls_with_its_source():
    elsewhere = route(UNICAST, BOOT, (VPN, b""))._replace(source=GATEWAY)
    six = elsewhere._replace(family=INET6, source=GATEWAY)
    held = Link(HOST, "host0", "no", frozenset({"requested"}))
    assert deleted_routes([elsewhere, six], [], [held], settings(257, "routes"), frozenset({GATEWAY})) == [elsewhere]
    assert deleted_routes([elsewhere, six], [], [held], settings(257, "routes")) == []


def test_247_leaves_nexthops_and_what_leads_to_the_loopback():
    routes = [ROUTES[name] for name in ("throw", "throw6", "nexthop blackhole")]
    assert gone(deleted_routes(routes, NEXTHOPS, [host("no")], Settings(247))) == {"throw"}
    assert gone(deleted_routes(routes, NEXTHOPS, [host("no")], Settings(252))) == {"throw", "throw6", "nexthop blackhole"}


@pytest.mark.parametrize("version", [252, 257])
def test_without_managed_links_nothing_goes(version):
    assert deleted_routes(ROUTES.values(), NEXTHOPS, [], Settings(version)) == []
    assert deleted_rules(RULES.values(), [], Settings(version)) == []
    assert deletes_nothing(NEXTHOPS, [], Settings(version))


# Seen on 252: with a plain Address= the address goes and comes back, and with it goes each IPv4 route of the link.
@pytest.mark.parametrize(
    ("version", "keep", "addresses", "at_no", "expected"),
    [
        (252, "no", {"rebroadcast"}, "", True),
        (252, "no", {"requested"}, "", False),
        (252, "no", {"rebroadcast", "requested"}, "", False),
        (252, "no", {"dhcp"}, "routes", True),
        (252, "no", set(), "", False),
        (252, "static", {"rebroadcast"}, "", False),
        (252, "static", {"dhcp"}, "", True),
        (252, "dynamic", {"rebroadcast"}, "", True),
        (252, "dynamic", {"dhcp"}, "", False),
        (252, "dynamic", {"dhcp"}, "routes", True),
        (252, "yes", {"dhcp", "rebroadcast"}, "", False),
        (255, "no", {"rebroadcast"}, "", False),
        (255, "no", {"foreign"}, "", True),
        (255, "no", {"dhcp"}, "", True),
        (257, "no", {"dhcp"}, "", False),
        (257, "no", {"foreign", "dhcp"}, "", False),
        (257, "no", {"foreign", "lifetime"}, "", True),
        (257, "static", {"foreign"}, "", False),
        (257, "static", {"lifetime"}, "", True),
        (257, "dynamic", {"lifetime"}, "", False),
        (257, "yes", {"foreign"}, "", False),
        (247, "no", {"rebroadcast"}, "", False),
        (247, "no", {"foreign"}, "", True),
    ],
)
def test_links_that_lose_their_addresses(version, keep, addresses, at_no, expected):
    assert loses_addresses(Link(HOST, "host0", keep, frozenset(addresses)), settings(version, at_no)) is expected


@pytest.mark.parametrize(
    ("version", "keep", "at_no", "nexthops", "expected"),
    [
        (257, "no", "", [], False),
        (257, "no", "routes", [], False),
        (257, "no", "routes rules", [], True),
        (257, "no", "routes rules", NEXTHOPS, False),
        (257, "no", "routes rules nexthops", NEXTHOPS, True),
        (257, "yes", "", NEXTHOPS, True),
        (252, "no", "routes rules", [], False),
        (252, "yes", "", NEXTHOPS, True),
    ],
)
def test_when_nothing_can_go(version, keep, at_no, nexthops, expected):
    assert deletes_nothing(nexthops, [host(keep)], settings(version, at_no)) is expected


def test_foreign_is_what_goes_without_any_setting():
    bare, links = unprotected(settings(257, "routes rules nexthops"), [host("yes")])
    assert gone(deleted_routes(ROUTES.values(), NEXTHOPS, links, bare)) == ALL_257
