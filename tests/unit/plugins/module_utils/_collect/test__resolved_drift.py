# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolved_drift import (
    LIST_KEYS,
    Foreign,
    domain_key,
    drift,
    foreign,
    known_keys,
    server_key,
    word,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import Config, parse_unit_text

FILE = "/etc/systemd/resolved.conf"
OWN = Foreign(frozenset(), frozenset())


def config(text):
    assignments, _broken = parse_unit_text(f"[Resolve]\n{text}", FILE)
    return Config(assignments, "Resolve", LIST_KEYS)


def daemon(servers=(), fallback=(), domains=()):
    entries = [{"address": address, "port": port, "name": name, "ifindex": 0} for address, port, name in servers]
    return {
        "servers": entries,
        "fallback": [{"address": address, "port": 0, "name": "", "ifindex": 0} for address in fallback],
        "domains": [{"name": name, "route_only": only} for name, only in domains],
    }


def stale(text, running=None, manager=None, other=OWN, newer=()):
    return [entry["key"] for entry in drift(config(text), manager or {}, running or daemon(), newer, other)["stale"]]


ONE = ("192.0.2.1", 0, "")


@pytest.mark.parametrize(
    ("text", "servers", "expected"),
    [
        ("", [], []),
        ("DNS=192.0.2.1\n", [ONE], []),
        ("DNS=192.0.2.1:53\n", [ONE], []),
        ("DNS=192.0.2.1:853#Dns.Example\n", [("192.0.2.1", 0, "dns.example")], []),
        ("DNS=192.0.2.1:5353\n", [("192.0.2.1", 5353, "")], []),
        ("DNS=192.0.2.1%eth0\n", [ONE], []),
        ("DNS=[2001:DB8::1]:5353#a\n", [("2001:db8::1", 5353, "a")], []),
        ("DNS=2001:db8:0::1\n", [("2001:db8::1", 0, "")], []),
        ("DNS=fe80::1%eth0\n", [("fe80::1%eth0", 0, "")], []),
        ("DNS=192.0.2.1 nonsense 127.0.0.53 0.0.0.0\n", [ONE], []),
        ("DNS=192.0.2.9\nDNS=\nDNS=192.0.2.1\n", [ONE], []),
        ("DNS=192.0.2.1\n", [], ["DNS"]),
        ("DNS=192.0.2.1\n", [("192.0.2.2", 0, "")], ["DNS"]),
        ("DNS=192.0.2.1#a\n", [ONE], ["DNS"]),
        ("DNS=192.0.2.1#dns.example\n", [("192.0.2.1", 853, "DNS.Example")], []),
        ("DNS=192.0.2.1\n", [ONE, ("2001:db8::1", 0, "")], ["DNS"]),
        ("", [ONE], ["DNS"]),
        ("DNS=\n", [ONE], ["DNS"]),
    ],
)
def test_global_servers(text, servers, expected):
    assert stale(text, daemon(servers=servers)) == expected


@pytest.mark.parametrize(
    ("text", "domains", "expected"),
    [
        ("Domains=~.\n", [(".", True)], []),
        ("Domains=. Lab.Example.\n", [(".", True), ("lab.example", False)], []),
        ("Domains=*\n", [(".", True)], []),
        ("Domains=~lab\n", [("lab", True)], []),
        ("Domains=~lab\n", [("lab", False)], ["Domains"]),
        ("Domains=~.\n", [], ["Domains"]),
        ("", [(".", True)], ["Domains"]),
    ],
)
def test_domains(text, domains, expected):
    assert stale(text, daemon(domains=domains)) == expected


@pytest.mark.parametrize(
    ("text", "fallback", "expected"),
    [
        ("", ["1.1.1.1", "2606:4700:4700::1111"], []),
        ("FallbackDNS=\n", ["1.1.1.1"], ["FallbackDNS"]),
        ("FallbackDNS=192.0.2.1\n", ["192.0.2.1"], []),
        ("FallbackDNS=192.0.2.1\n", [], ["FallbackDNS"]),
    ],
)
def test_fallback_compiled_in_is_not_stale(text, fallback, expected):
    assert stale(text, daemon(fallback=fallback)) == expected


FOREIGN = " nameserver 192.0.2.1\r\nnameserver 2001:db8::1\n#nameserver 192.0.2.7\nsearch lab\ndomain corp.\n"


@pytest.mark.parametrize(
    ("text", "servers", "domains", "newer", "expected"),
    [
        ("", [ONE, ("2001:db8::1", 0, "")], [("lab", False), ("corp", False)], [FILE], []),
        ("", [], [], [FILE], []),
        # Without a newer file the daemon has merely not read the changed resolv.conf yet.
        ("", [("192.0.2.7", 0, "")], [(".", True)], [], []),
        ("", [("192.0.2.7", 0, "")], [], [FILE], ["DNS"]),
        ("", [], [(".", True)], [FILE], ["Domains"]),
        ("DNS=192.0.2.9\n", [ONE], [], [], ["DNS"]),
        ("Domains=~.\n", [ONE], [(".", True)], [], ["DNS"]),
    ],
)
def test_servers_from_a_foreign_resolv_conf(text, servers, domains, newer, expected):
    found = stale(text, daemon(servers=servers, domains=domains), other=foreign(FOREIGN), newer=newer)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "other", "expected", "undecided"),
    [
        # The kernel's command line counts whatever the files say, credentials only where these say nothing.
        ("DNS=192.0.2.9\n", None, [], []),
        ("", None, [], []),
        ("DNS=192.0.2.9\n", Foreign(frozenset(), frozenset(), True), ["DNS"], []),
        ("", Foreign(frozenset(), frozenset(), True), [], []),
        ("DNS=192.0.2.9\n", Foreign(frozenset(), frozenset(), None), ["DNS"], []),
        ("", Foreign(frozenset(), frozenset(), None), [], [{"key": "DNS", "source": "default"}]),
        ("", Foreign(frozenset(), frozenset(), False), ["DNS"], []),
    ],
)
def test_servers_from_elsewhere(text, other, expected, undecided):
    found = drift(config(text), {}, daemon(servers=[ONE]), [], other)
    assert ([entry["key"] for entry in found["stale"]], found["undecided"]) == (expected, undecided)


@pytest.mark.parametrize(
    ("text", "manager", "expected"),
    [
        ("DNSSEC=true\n", {"DNSSEC": "yes"}, []),
        ("DNSSEC=allow-downgrade\n", {"DNSSEC": "allow-downgrade"}, []),
        ("DNSSEC=0\n", {"DNSSEC": "allow-downgrade"}, ["DNSSEC"]),
        ("DNSOverTLS=opportunistic\n", {"DNSOverTLS": "no"}, ["DNSOverTLS"]),
        ("DNSStubListener=udp\n", {"DNSStubListener": "yes"}, ["DNSStubListener"]),
        ("LLMNR=resolve\nMulticastDNS=no\n", {"LLMNR": "yes", "MulticastDNS": "yes"}, ["LLMNR", "MulticastDNS"]),
        ("DNSSEC=nonsense\n", {"DNSSEC": "no"}, []),
        ("DNSSEC=\n", {"DNSSEC": "no"}, []),
        ("", {"DNSSEC": "yes"}, []),
        ("DNSSEC=yes\n", {}, []),
        ("DNSSEC=yes\n", {"DNSSEC": None}, []),
    ],
)
def test_words(text, manager, expected):
    assert stale(text, manager=manager) == expected


def test_what_is_said_of_a_difference():
    found = drift(config("DNS=192.0.2.1\n"), {}, daemon(), [], OWN)
    assert found["stale"] == [
        {
            "key": "DNS",
            "file": ["192.0.2.1"],
            "running": [],
            "source": [f"{FILE}:2"],
            "text": f"DNS: runs with nothing, the files have 192.0.2.1 ({FILE}:2)",
        }
    ]


@pytest.mark.parametrize(
    ("text", "newer", "expected"),
    [
        ("Cache=no\n", [FILE], [{"key": "Cache", "source": f"{FILE}:2"}]),
        ("DNSStubListenerExtra=::1\n", [FILE], [{"key": "DNSStubListenerExtra", "source": f"{FILE}:2"}]),
        ("Cache=no\n", [], []),
        ("Cache=no\n", [f"{FILE}.d"], []),
        ("DNSSEC=no\nNonsense=1\n", [FILE], []),
    ],
)
def test_undecided(text, newer, expected):
    assert drift(config(text), {}, daemon(), newer, OWN)["undecided"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", ("192.0.2.1", 0, "")),
        ("2001:db8::1", ("2001:db8::1", 0, "")),
        ("::1", ("::1", 0, "")),
        ("[::1]:54", ("::1", 54, "")),
        ("192.0.2.1:54%eth0#a.b", ("192.0.2.1", 54, "a.b")),
        ("2001:db8::1%eth0#A", ("2001:db8::1", 0, "a")),
        ("127.0.0.54", None),
        ("::", None),
        ("example.com", None),
        ("{{ x }}", None),
        ("", None),
    ],
)
def test_server_key(text, expected):
    assert server_key(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("~.", (".", True)), (".", (".", True)), ("*", (".", True)), ("~A.b.", ("a.b", True)), ("a.b", ("a.b", False))],
)
def test_domain_key(text, expected):
    assert domain_key(text) == expected


@pytest.mark.parametrize(
    ("version", "key", "known"),
    [
        (252, "StaleRetentionSec", False),
        (254, "StaleRetentionSec", True),
        (257, "RefuseRecordTypes", False),
        (None, "RefuseRecordTypes", True),
    ],
)
def test_known_keys(version, key, known):
    assert (key in known_keys(version)) is known


@pytest.mark.parametrize(("value", "expected"), [("TRUE", "yes"), ("off", "no"), ("opportunistic", "opportunistic"), (None, None)])
def test_word(value, expected):
    assert word(value) == expected
