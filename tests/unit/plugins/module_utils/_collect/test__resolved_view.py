# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolved_view import links_to_ask, running

# GetAll of a Debian 13 host, without the properties that aren't read.
MANAGER = {
    "LLMNR": "yes",
    "DNSOverTLS": "no",
    "DNS": [[2, 2, [10, 77, 0, 1]]],
    "DNSEx": [[2, 2, [10, 77, 0, 1], 0, ""]],
    "FallbackDNS": [],
    "FallbackDNSEx": [],
    "CurrentDNSServer": [0, 0, []],
    "CurrentDNSServerEx": [0, 0, [], 0, ""],
    "Domains": [],
    "DNSSEC": "no",
    "DNSStubListener": "yes",
    "ResolvConfMode": "stub",
}
HOST0 = {
    "ScopesMask": 7,
    "DNS": [[2, [10, 77, 0, 1]]],
    "DNSEx": [[2, [10, 77, 0, 1], 0, ""]],
    "CurrentDNSServer": [2, [10, 77, 0, 1]],
    "Domains": [],
    "DefaultRoute": True,
    "DNSOverTLS": "no",
    "DNSSEC": "no",
}
LINK_LOCAL = [254, 128] + [0] * 13 + [1]
DOCUMENTATION = [32, 1, 13, 184] + [0] * 11 + [1]
LOOPBACK = [127, 0, 0, 1]
ONE = [192, 0, 2, 1]


def server(address, port=0, name="", ifindex=0):
    return {"address": address, "port": port, "name": name, "ifindex": ifindex}


def test_a_real_host():
    found = running(MANAGER, {2: HOST0}, {2: "host0"})
    assert (found["servers"], found["resolv_conf_mode"], found["current_server"]) == ([], "stub", None)
    assert found["links"] == [
        {
            "index": 2,
            "name": "host0",
            "servers": [server("10.77.0.1", ifindex=2)],
            "servers_cut": 0,
            "domains": [],
            "domains_cut": 0,
            "default_route": True,
            "dns_over_tls": "no",
            "dnssec": "no",
            "current_server": "10.77.0.1",
            "in_use": True,
        }
    ]


@pytest.mark.parametrize(
    ("entries", "links", "expected"),
    [
        ([[0, 2, ONE, 853, "dns.example"]], {}, [server("192.0.2.1", 853, "dns.example")]),
        ([[0, 10, DOCUMENTATION, 0, ""]], {}, [server("2001:db8::1")]),
        # DNS=127.0.0.1 is shown as if it were lo's, DNS=192.0.2.1%host0 as if it were host0's.
        ([[1, 2, LOOPBACK, 0, ""]], {}, [server("127.0.0.1", ifindex=1)]),
        ([[2, 2, ONE, 0, ""], [2, 2, [10, 77, 0, 1], 0, ""]], {2: HOST0}, [server("192.0.2.1", ifindex=2)]),
        ([[1, 2, LOOPBACK, 0, ""]], {9: {"DNSEx": [[2, LOOPBACK, 0, ""]]}}, []),
        ([[1, 2, LOOPBACK, 0, ""]] * 2, {9: {"DNSEx": [[2, LOOPBACK, 0, ""]]}}, [server("127.0.0.1", ifindex=1)]),
        # A link that was not asked keeps its own.
        ([[17, 2, ONE, 0, ""]], {}, []),
    ],
)
def test_global_servers(entries, links, expected):
    found = running({**MANAGER, "DNSEx": entries}, links, dict.fromkeys(links, "link"))
    assert found["servers"] == expected


def test_a_link_local_server_carries_its_link():
    found = running(MANAGER, {2: {**HOST0, "DNSEx": [[10, LINK_LOCAL, 0, ""]], "CurrentDNSServer": [10, LINK_LOCAL]}}, {2: "host0"})
    assert found["links"][0]["servers"] == [server("fe80::1%host0", ifindex=2)]
    assert found["links"][0]["current_server"] == "fe80::1%host0"


def test_versions_without_the_longer_properties():
    manager = {
        "DNS": [[0, 2, ONE], [2, 2, [10, 77, 0, 1]]],
        "Domains": [[0, ".", True], [2, "lab", False]],
        "FallbackDNS": [[0, 10, DOCUMENTATION]],
    }
    found = running(manager, {2: {"DNS": [[2, [10, 77, 0, 1]]], "ScopesMask": 6}}, {2: "host0"})
    assert (found["servers"], found["fallback"]) == ([server("192.0.2.1")], [server("2001:db8::1")])
    assert found["domains"] == [{"name": ".", "route_only": True}]
    assert found["links"][0]["domains"] == [{"name": "lab", "route_only": False}]
    assert (found["links"][0]["in_use"], found["links"][0]["default_route"], found["resolv_conf_mode"]) == (False, False, "")


@pytest.mark.parametrize(
    "strange",
    [None, "x", 7, {}, [None], [[0]], [[0, 2]], [[0, 2, "x", 0, ""]], [[0, 2, [1, 2], 0, ""]], [[0, 2, [999] * 4, 0, ""]]],
)
def test_strange_properties_do_no_harm(strange):
    manager = dict.fromkeys(MANAGER, strange)
    found = running(manager, {2: dict.fromkeys(HOST0, strange)}, {2: "host0"})
    assert (found["servers"], found["links"][0]["servers"], found["current_server"]) == ([], [], None)
    assert isinstance(links_to_ask(manager), list)


@pytest.mark.parametrize(
    ("servers", "domains", "expected"),
    [
        (MANAGER["DNSEx"], [], [2]),
        ([[5, 2, ONE, 0, ""], [3, 2, ONE, 0, ""]], [[9, ".", True], [4, "lab", False], [0, ".", True]], [9, 3, 5, 4]),
        ([[1, 2, LOOPBACK, 0, ""], [0, 2, ONE, 0, ""]], [], []),
    ],
)
def test_links_to_ask(servers, domains, expected):
    assert links_to_ask({"DNSEx": servers, "Domains": domains}) == expected
