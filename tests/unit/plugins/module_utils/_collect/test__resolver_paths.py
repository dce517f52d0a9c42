# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolver_paths import Ways, paths

MAGIC = "100.100.100.100"
EVERY = {"name": ".", "route_only": True}
TAILNET = {"name": "tail.net", "route_only": False}
NO_RESOLVED = {"status": "absent", "why": "systemd-resolved is not installed"}
LOCAL = {"address": "127.0.0.1", "listens": True}
TAILNET_ONLY = {"name": "tail.net", "route_only": True}


def servers(*addresses):
    return [{"address": address, "port": 0, "name": "", "ifindex": 0} for address in addresses]


def link(*addresses, name="tailscale0", index=9, domains=(), default_route=True, in_use=True):
    return {
        "index": index,
        "name": name,
        "servers": servers(*addresses),
        "domains": list(domains),
        "default_route": default_route,
        "in_use": in_use,
    }


def resolved(own=(), fallback=(), domains=(), links=(), current=None, extra=(), cut=0):
    return {
        "status": "ok",
        "active": True,
        "effective": {"DNSStubListenerExtra": list(extra), "FallbackDNS": list(fallback)},
        "source": {"FallbackDNS": ["/etc/systemd/resolved.conf:3"] if fallback else []},
        "running": {
            "status": "ok",
            "servers": servers(*own),
            "fallback": servers(*fallback),
            "domains": list(domains),
            "links": list(links),
            "links_cut": cut,
            "current_server": current,
        },
    }


def by_resolve(view, refusing=(), lasting=True):
    return paths(Ways(["resolve"], [{"address": "127.0.0.53", "listens": True}], view, refusing, lasting))


def by_dns(*nameservers, view=None):
    read = [{"address": address, "listens": listens} for address, listens in nameservers]
    return paths(Ways(["dns"], read, view or NO_RESOLVED))


def asked(found):
    return [(server["address"], server["scope"], server["by"]) for server in found["asked"]]


def still(found):
    return {dead["address"]: dead["still"] for dead in found["if_dead"]}


# "good" answers and the link's server is dead, as tried on real hosts.
@pytest.mark.parametrize("lasting", [True, False])
@pytest.mark.parametrize(
    ("domain", "settings", "expected"),
    [
        (EVERY, {"fallback": ["192.0.2.1"]}, []),
        (TAILNET, {"fallback": ["192.0.2.1"]}, []),
        (EVERY, {"own": ["192.0.2.1"]}, []),
        (TAILNET, {"own": ["192.0.2.1"]}, ["192.0.2.1"]),
        (EVERY, {"own": ["192.0.2.1"], "domains": [EVERY]}, ["192.0.2.1"]),
        (EVERY, {"own": ["2001:db8::1"], "domains": [EVERY]}, ["2001:db8::1"]),
    ],
)
def test_what_survives_a_dead_link_server(domain, settings, expected, lasting):
    found = by_resolve(resolved(links=[link(MAGIC, domains=[domain])], **settings), lasting=lasting)
    assert still(found)[MAGIC] == expected
    assert found["dead_ends"] == ([] if expected else [f"{MAGIC} (tailscale0)"])
    assert found["survivors"] == len(expected)


def test_a_global_server_for_every_name_leaves_the_link_out():
    found = by_resolve(resolved(own=["192.0.2.1"], domains=[EVERY], links=[link(MAGIC, domains=[TAILNET])]))
    assert asked(found) == [("192.0.2.1", "global", "Domains=~.")]
    assert (found["survivors"], found["dead_ends"]) == (0, ["192.0.2.1 (global)"])


@pytest.mark.parametrize(
    ("view", "expected", "survivors"),
    [
        (resolved(own=["192.0.2.1", "192.0.2.2"]), [("192.0.2.1", "global"), ("192.0.2.2", "global")], 1),
        (resolved(own=["192.0.2.1"], links=[link("2001:db8::1")]), [("192.0.2.1", "global"), ("2001:db8::1", "tailscale0")], 1),
        (resolved(own=["192.0.2.1"], links=[link(MAGIC, domains=[TAILNET_ONLY], default_route=False)]), [("192.0.2.1", "global")], 0),
        (resolved(own=["192.0.2.1"], links=[link(MAGIC, domains=[EVERY], default_route=False)]), [(MAGIC, "tailscale0")], 0),
        (resolved(own=["192.0.2.1"], links=[link(MAGIC, domains=[EVERY], in_use=False)]), [("192.0.2.1", "global")], 0),
        (
            resolved(own=["192.0.2.1"], domains=[EVERY], links=[link("192.0.2.1", domains=[EVERY])]),
            [("192.0.2.1", "global"), ("192.0.2.1", "tailscale0")],
            0,
        ),
        (
            resolved(links=[link("fe80::1%eth0", name="eth0", index=2), link("fe80::1%eth1", name="eth1", index=3)]),
            [("fe80::1%eth0", "eth0"), ("fe80::1%eth1", "eth1")],
            1,
        ),
        (resolved(own=["192.0.2.1"], domains=[TAILNET]), [("192.0.2.1", "global")], 0),
        (resolved(), [], 0),
    ],
)
def test_the_best_class_of_scopes_is_asked(view, expected, survivors):
    found = by_resolve(view)
    assert [(server["address"], server["scope"]) for server in found["asked"]] == expected
    assert (found["status"], found["survivors"]) == ("ok", survivors)


@pytest.mark.parametrize(
    ("links", "refusing", "lasting", "used", "why"),
    [
        ([], (), True, True, "resolved knows of no other server"),
        ([link(MAGIC)], (), True, False, "link tailscale0 has its own servers"),
        ([link(MAGIC, in_use=False)], (), True, False, "link tailscale0 has its own servers"),
        ([link(MAGIC, domains=[TAILNET_ONLY], default_route=False)], (), True, False, "link tailscale0 has its own servers"),
        ([link(MAGIC, default_route=False)], (9,), True, True, "resolved knows of no other server"),
        ([link(MAGIC, default_route=False)], (9,), False, False, "link tailscale0 has its own servers"),
        ([link(domains=[TAILNET])], (), True, True, "resolved knows of no other server"),
    ],
)
def test_when_fallback_is_used(links, refusing, lasting, used, why):
    found = by_resolve(resolved(fallback=["192.0.2.1", "2001:db8::1"], links=links), refusing, lasting)
    assert found["fallback"] == {
        "configured": ["192.0.2.1", "2001:db8::1"],
        "configured_cut": 0,
        "source": ["/etc/systemd/resolved.conf:3"],
        "used": used,
        "why": why,
    }
    assert (("192.0.2.1", "fallback", "FallbackDNS") in asked(found)) is used


@pytest.mark.parametrize(
    ("settings", "used", "why"),
    [
        ({"own": ["192.0.2.2"]}, False, "resolved has a global server of its own: 192.0.2.2"),
        ({"current": "192.0.2.1", "links": [link(MAGIC)]}, True, "resolved asks it now"),
        ({"own": ["127.0.0.53"]}, True, "resolved knows of no other server"),
        ({"own": ["2001:db8::53"], "extra": ["udp:[2001:db8::53]:53"]}, True, "resolved knows of no other server"),
    ],
)
def test_fallback_beside_global_servers(settings, used, why):
    found = by_resolve(resolved(fallback=["192.0.2.1"], **settings))["fallback"]
    assert (found["used"], found["why"]) == (used, why)


def test_fallback_is_a_last_resort_beside_a_link_for_every_name():
    view = resolved(fallback=["192.0.2.1"], links=[link("192.0.2.9", domains=[EVERY], default_route=False)])
    assert [address for address, _scope, _by in asked(by_resolve(view, refusing=(9,)))] == ["192.0.2.9"]


@pytest.mark.parametrize(
    ("services", "nameserver", "used"),
    [
        (["resolve"], "192.0.2.9", True),
        (["dns"], "127.0.0.53", True),
        (["dns"], "192.0.2.9", False),
        ([], "127.0.0.53", False),
    ],
)
def test_no_fallback_where_resolved_is_not_asked(services, nameserver, used):
    ways = Ways(services, [{"address": nameserver, "listens": None}], resolved(fallback=["192.0.2.1"]))
    found = paths(ways)["fallback"]
    assert found["used"] is used
    assert (found["why"] == "the C library does not ask systemd-resolved") is not used


@pytest.mark.parametrize(
    ("view", "configured", "why"),
    [
        (resolved(own=["192.0.2.2"]), [], "there are no fallback servers, neither set nor compiled in"),
        (NO_RESOLVED, [], "systemd-resolved is not installed"),
        (
            {**resolved(fallback=["192.0.2.1"]), "active": False, "running": {"status": "unknown", "why": "it does not run"}},
            ["192.0.2.1"],
            "systemd-resolved: it does not run",
        ),
    ],
)
def test_fallback_that_nobody_reads(view, configured, why):
    found = by_dns(("192.0.2.9", None), view=view)["fallback"]
    assert (found["configured"], found["used"], found["why"]) == (configured, False, why)


@pytest.mark.parametrize(
    ("nameservers", "via", "expected", "survivors"),
    [
        ([("192.0.2.1", None), ("2001:db8::1", None)], "resolv.conf", ["192.0.2.1", "2001:db8::1"], 1),
        ([("192.0.2.1", None), ("192.0.2.1", None)], "resolv.conf", ["192.0.2.1"], 0),
        ([("127.0.0.1", False), ("192.0.2.1", None)], "resolv.conf", ["192.0.2.1"], 0),
        ([("127.0.0.1", True), ("192.0.2.1", None), ("192.0.2.2", None)], "resolv.conf", ["127.0.0.1", "192.0.2.1", "192.0.2.2"], 1),
        ([("127.0.0.1", False)], "resolv.conf", [], 0),
        ([("127.0.0.53", False)], "resolv.conf", [], 0),
    ],
)
def test_without_resolved(nameservers, via, expected, survivors):
    found = by_dns(*nameservers)
    assert (found["via"], [address for address, _scope, _by in asked(found)], found["survivors"]) == (via, expected, survivors)


@pytest.mark.parametrize(
    ("nameservers", "expected"),
    [
        ([("127.0.0.53", True)], [("192.0.2.1", "global", "default route")]),
        (
            [("127.0.0.54", True), ("192.0.2.2", None)],
            [("192.0.2.1", "global", "default route"), ("192.0.2.2", "resolv.conf", "resolv.conf")],
        ),
        ([("127.0.0.53", False), ("192.0.2.2", None)], [("192.0.2.2", "resolv.conf", "resolv.conf")]),
        ([("2001:db8::53", True)], [("192.0.2.1", "global", "default route")]),
    ],
)
def test_by_the_stub(nameservers, expected):
    found = by_dns(*nameservers, view=resolved(own=["192.0.2.1"], extra=["2001:db8::53"]))
    assert (found["via"], asked(found)) == ("stub", expected)


@pytest.mark.parametrize(
    ("services", "own", "expected"),
    [
        (["resolve", "dns"], ["192.0.2.1"], ["192.0.2.1"]),
        (["resolve", "dns"], [], ["192.0.2.2"]),
        (["dns", "resolve"], ["192.0.2.1"], ["192.0.2.2", "192.0.2.1"]),
    ],
)
def test_one_service_after_the_other(services, own, expected):
    found = paths(Ways(services, [{"address": "192.0.2.2", "listens": None}], resolved(own=own)))
    assert [address for address, _scope, _by in asked(found)] == expected


@pytest.mark.parametrize(
    ("reread", "expected"), [(None, ["192.0.2.1"]), (["192.0.2.2", "2001:db8::1"], ["192.0.2.2", "2001:db8::1"]), (["127.0.0.53"], [])]
)
def test_a_foreign_resolv_conf_is_read_at_the_next_question(reread, expected):
    found = paths(Ways(["resolve"], [], resolved(own=["192.0.2.1"]), reread=reread))
    assert [address for address, _scope, _by in asked(found)] == expected


def test_two_addresses_of_one_operator():
    assert by_dns(("1.1.1.1", None), ("2606:4700:4700::1001", None))["operators"] == ["Cloudflare"]


def test_no_dns_service_at_all():
    found = paths(Ways([], [{"address": "192.0.2.1", "listens": None}], resolved(own=["192.0.2.1"])))
    assert (found["via"], found["asked"], found["survivors"]) == ("none", [], 0)


@pytest.mark.parametrize(
    ("ways", "why"),
    [
        (Ways(["dns"], [LOCAL], NO_RESOLVED), "127.0.0.1 is a resolver on this host"),
        (Ways(["dns"], [{"address": "::1", "listens": None}], NO_RESOLVED), "::1 is a resolver on this host"),
        (Ways(["dns"], [LOCAL, {"address": "192.0.2.1", "listens": None}], NO_RESOLVED), "127.0.0.1 is a resolver on this host"),
        (Ways(["dns"], [{"address": "192.0.2.7", "listens": True}], NO_RESOLVED), "192.0.2.7 is a resolver on this host"),
        (Ways(["resolve"], [], resolved(own=["127.0.0.1"])), "127.0.0.1 is a resolver on this host"),
        (Ways(["resolve"], [], resolved(own=["192.0.2.1"], cut=3)), "3 more links"),
        (Ways(["resolve"], [], {"status": "unknown", "why": "systemctl did not answer in time"}), "systemctl did not answer in time"),
        (Ways(["dns"], [{"address": "127.0.0.53", "listens": True}], {"status": "unknown", "why": "no systemctl"}), "no systemctl"),
        (Ways(["resolve"], [], {**resolved(), "running": {"status": "unknown", "why": "no D-Bus"}}), "no D-Bus"),
    ],
)
def test_what_can_not_be_known_is_not_called_good(ways, why):
    found = paths(ways)
    assert found["status"] == "unknown"
    assert why in found["why"]


def test_many_servers_stay_few_facts():
    found = by_resolve(resolved(links=[link(*(f"2001:db8::{number:x}" for number in range(1, 257)))]))
    assert (len(found["asked"]), found["asked_cut"], found["survivors"]) == (16, 240, 255)
    assert (len(found["if_dead"][0]["still"]), found["if_dead"][0]["still_cut"]) == (16, 239)
