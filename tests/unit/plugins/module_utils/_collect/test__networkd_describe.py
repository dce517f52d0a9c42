# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import socket
from pathlib import Path as File

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_describe import describe, parse
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Nexthop, Path, Route, Rule

HOST = 2
GATEWAY = socket.inet_aton("10.77.0.1")


def captured(name):
    """Describe of Debian 12 and 13 with [Route], [RoutingPolicyRule] and [NextHop] sections, cut to two foreign entries a list."""
    return json.loads((File(__file__).parent / f"describe_{name}.json").read_text(encoding="utf-8"))


def throw(text, length, protocol):
    family = INET6 if ":" in text else INET
    packed = socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    lo = (Path(1, b""),) if family == INET6 else ()
    return Route(family, 52, 9, protocol, packed, length, 1024 if lo else 0, paths=lo)


def unicast(text, *gateways, table=254, protocol=4, oif=HOST):
    packed = socket.inet_aton(text) if text else b""
    paths = tuple(Path(oif, socket.inet_aton(gateway)) for gateway in gateways)
    return Route(INET, table, 1, protocol, packed, 24 if text else 0, paths=paths)


@pytest.mark.parametrize("version", ["252", "257"])
@pytest.mark.parametrize(
    ("route", "own"),
    [
        (throw("198.18.1.0", 24, 4), True),
        (throw("2001:db8:77::", 64, 4), True),
        (throw("172.30.5.0", 24, 3), False),
        (throw("172.30.5.0", 24, 4), False),
        (throw("198.18.1.0", 24, 3), False),
        (throw("198.18.1.0", 25, 4), False),
        (unicast("", "10.77.0.1"), True),
        (unicast("", "10.77.0.1", oif=7), False),
        (unicast("198.18.200.0", "10.77.0.1", table=71), True),
        (unicast("198.18.200.0", "10.77.0.1"), False),
        (unicast("198.18.201.0", "10.77.0.3", "10.77.0.4"), True),
        (unicast("198.18.202.0", "10.77.0.1")._replace(nexthop_id=77), True),
    ],
)
def test_own_routes(version, route, own):
    assert parse(captured(version)).owns_route(route) is own


SELECTIVE = Rule(
    INET,
    700,
    1,
    70,
    4,
    source=socket.inet_aton("10.99.0.0"),
    source_length=16,
    destination=socket.inet_aton("10.98.0.0"),
    destination_length=16,
    fwmark=0x80000,
    fwmask=0xFF0000,
)


@pytest.mark.parametrize("version", ["252", "257"])
@pytest.mark.parametrize(
    ("rule", "own"),
    [
        (Rule(INET, 5270, 1, 52, 4), True),
        (Rule(INET6, 5270, 1, 52, 4), True),
        (SELECTIVE, True),
        (SELECTIVE._replace(source_length=17), False),
        (SELECTIVE._replace(fwmark=1), False),
        (SELECTIVE._replace(iif="host0"), False),
        (SELECTIVE._replace(invert=True), False),
        (Rule(INET, 5271, 1, 52, 4), False),
        (Rule(INET, 5210, 1, 254, fwmark=0x80000, fwmask=0xFF0000), False),
    ],
)
def test_own_rules(version, rule, own):
    assert parse(captured(version)).owns_rule(rule) is own


@pytest.mark.parametrize("version", ["252", "257"])
def test_own_nexthops(version):
    described = parse(captured(version))
    assert described.owns_nexthop(Nexthop(77, HOST, 4))
    assert not described.owns_nexthop(Nexthop(11, HOST, 196))


KERNEL_RULES = [Rule(INET, 0, 1, 255, 2)]
KERNEL_ROUTES = [Route(INET, 255, 2, 2, b"\x7f", 8)]


@pytest.mark.parametrize(
    ("data", "rules", "routes", "manages"),
    [
        (captured("252"), KERNEL_RULES, KERNEL_ROUTES, (True, True)),
        (captured("257"), KERNEL_RULES, KERNEL_ROUTES, (True, True)),
        (captured("252_protected"), KERNEL_RULES, KERNEL_ROUTES, (False, False)),
        (captured("257_protected"), KERNEL_RULES, KERNEL_ROUTES, (False, False)),
        (captured("257_protected"), [], [], (None, None)),
        ({}, KERNEL_RULES, KERNEL_ROUTES, (False, False)),
        ({"Interfaces": None, "Routes": None}, [], [], (None, None)),
    ],
)
def test_keys_in_force(data, rules, routes, manages):
    described = parse(data)
    assert (described.manages_rules(rules), described.manages_routes(routes)) == manages


@pytest.mark.parametrize(
    "answer", ["", "no json", '{"data": []}', '{"data": ["x"]}', '{"data": ["[]"]}', '{"data": ["{\\"Routes\\": [{}]}"]}', '{"data": [7]}']
)
def test_another_shape_is_not_seen(answer, monkeypatch):
    monkeypatch.setattr(Host, "run", lambda _self, _argv, limit=0: answer)
    with pytest.raises(NotSeen):
        describe(Host())
