# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _told
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import parse_unit_text

# As networkd of 257 wrote it after resolvectl had told all there is to tell.
TOLD = """\
ADMIN_STATE=configured
NETWORK_FILE=/etc/systemd/network/10-lab.network
DNS=10.77.0.1 10.77.0.44#dns.lab [fd77::44]:5353 fe80::9
NTP=10.77.0.9
DOMAINS=here.lab
ROUTE_DOMAINS=corp.lab .
LLMNR=no
MDNS=yes
DNS_DEFAULT_ROUTE=yes
DNS_OVER_TLS=opportunistic
DNSSEC=allow-downgrade
DNSSEC_NTA=other.lab bad.lab
"""
FILE = "[Network]\nDNS=10.77.0.1\nDNS=10.77.0.2\nIPv6AcceptRA=no\n"
LEASE = "ADDRESS=10.77.0.50\nDNS=10.77.0.3 127.0.0.1\nNTP=10.77.0.4\nDOMAINNAME=lease.lab\n"
ALL = ["servers", "domains", "default_route", "llmnr", "mdns", "dnssec", "dns_over_tls", "nta", "ntp"]


def assignments(text: str) -> list:
    return parse_unit_text(text, "x.network")[0]


def find(state: str, file: str = FILE, lease: str = "", **facts: Any) -> tuple:
    """What was told, as (kind, value), and the doubts."""
    known = {"version": 257, "runtime": None, "changed": lambda: False, "routers": False, "domains": False, **facts}
    source = _told.Source(files=_told.of_files(assignments(file)), lease=_told.of_lease(lease, assignments(file)), **known)
    told, doubts = _told.find("host0", _told.parse_lines(state), source)
    return [(one.kind.what, one.value) for one in told], doubts


def lines(**changes: str) -> str:
    """A state file that says what FILE says, but for these."""
    return "".join(f"{key}={value}\n" for key, value in {"DNS": "10.77.0.1 10.77.0.2", "LLMNR": "yes", "MDNS": "no", **changes}.items())


@pytest.mark.parametrize("version", [247, 252, 257])
def test_everything_that_can_be_told(version: int) -> None:
    told, doubts = find(TOLD, version=version, runtime=None if version == 247 else frozenset(ALL) - {"dnssec"})
    assert [what for what, _value in told] == ALL and not doubts
    assert dict(told) == {
        "servers": "10.77.0.1 10.77.0.44#dns.lab [fd77::44]:5353 fe80::9",
        "domains": "here.lab ~corp.lab ~.",
        "default_route": "yes",
        "llmnr": "no",
        "mdns": "yes",
        "dnssec": "allow-downgrade",
        "dns_over_tls": "opportunistic",
        "nta": "bad.lab other.lab",
        "ntp": "10.77.0.9",
    }


@pytest.mark.parametrize(
    ("state", "file", "lease"),
    [
        (lines(), FILE, ""),
        (lines(DNS="10.77.0.1 10.77.0.2 10.77.0.3", NTP="10.77.0.4"), FILE, LEASE),
        # UseDNS=no leaves the lease's servers out, UseDomains= takes its domains in.
        (lines(), FILE + "[DHCPv4]\nUseDNS=no\nUseNTP=no\n", LEASE),
        (lines(DNS="10.77.0.3", NTP="10.77.0.4", DOMAINS="lease.lab"), "[DHCPv4]\nUseDomains=yes\n", LEASE),
        (lines(DNS="10.77.0.3", NTP="10.77.0.4", ROUTE_DOMAINS="lease.lab"), "[DHCPv4]\nUseDomains=route\n", LEASE),
        # The file in other words.
        (lines(DNS="fd77::44#a.lab [fd77::4]:54 10.0.0.1:55"), "[Network]\nDNS=[FD77:0::44]:853#a.lab [fd77::4]:54 x 10.0.0.1:55\n", ""),
        (lines(DNS="", DOMAINS="a.lab", ROUTE_DOMAINS="b.lab ."), "[Network]\nDNS=\nDomains=x\nDomains=\nDomains=a.lab. ~b.lab\nDomains=~. a.lab *\n", ""),
        (lines(DNS="", LLMNR="resolve", MDNS="yes", DNS_DEFAULT_ROUTE="no", DNSSEC="yes", DNS_OVER_TLS="no", DNSSEC_NTA="b a"),
         "[Network]\nLLMNR=resolve\nMulticastDNS=on\nDNSDefaultRoute=0\nDNSSEC=true\nDNSSEC=what\nDNSOverTLS=off\n"
         "DNSSECNegativeTrustAnchors=a b\nDNSSECNegativeTrustAnchors=a\n", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", [247, 257])
def test_what_files_and_leases_give_was_not_told(state: str, file: str, lease: str, version: int) -> None:
    assert find(state, file, lease, version=version) == ([], [])


@pytest.mark.parametrize(
    ("state", "facts", "told"),
    [
        (lines(DNS="10.77.0.44 10.77.0.3"), {"version": 247}, [("servers", "10.77.0.44")]),
        (lines(DNS="10.77.0.44"), {"version": 257}, [("servers", "10.77.0.44")]),
        (lines(DNS="10.77.0.44 10.77.0.3"), {"version": 252}, [("servers", "10.77.0.44 10.77.0.3")]),
        # Told what it has anyway.
        (lines(DNS="10.77.0.1 10.77.0.2 10.77.0.3"), {"runtime": frozenset({"servers"})}, []),
        (lines(DNS="10.77.0.3"), {"version": 247}, [("servers", "")]),
        (lines(DNS=""), {"version": 257, "runtime": frozenset()}, [("servers", "")]),
        # A router's server, says networkd itself.
        (lines(DNS="10.77.0.1 10.77.0.2 10.77.0.3 fd77::1"), {"runtime": frozenset(), "routers": True}, []),
        (lines(LLMNR="no"), {"runtime": frozenset()}, []),
        (lines(LLMNR="no"), {"runtime": frozenset({"llmnr"})}, [("llmnr", "no")]),
    ],
)
def test_beside_a_lease(state: str, facts: dict, told: list) -> None:
    assert find(state + "NTP=10.77.0.4\n", FILE, LEASE, **facts) == (told, [])


@pytest.mark.parametrize(
    ("state", "facts", "why"),
    [
        (lines(DNS="10.77.0.1 10.77.0.2 fd77::1"), {"routers": True}, "host0: servers 10.77.0.1 10.77.0.2 fd77::1: it can't be told whether"),
        (lines(DNS="10.77.0.44 fd77::1"), {"routers": True, "version": 247}, "it can't be told which of them"),
        (lines(DNS="10.77.0.1 10.77.0.2 10.77.0.1#dnr.lab"), {"routers": True}, "it can't be told whether"),
        (lines(DOMAINS="ra.lab"), {"domains": True}, "host0: domains ra.lab: it can't be told whether"),
        (lines(NTP="ntp.lab"), {"routers": True}, "host0: ntp ntp.lab: it can't be told whether"),
        (lines(LLMNR="no"), {"changed": lambda: True}, "host0: llmnr no: its .network file says something else, and changed"),
        (lines(DNS=""), {"changed": lambda: True, "runtime": frozenset()}, "host0: servers none: its .network file says something else"),
        (lines(DNS="10.77.0.1%2"), {}, "10.77.0.1%2 can't be told again"),
        (lines(DNS="999.1.1.1"), {}, "999.1.1.1"),
    ],
)
def test_what_can_not_be_known_is_a_doubt(state: str, facts: dict, why: str) -> None:
    told, doubts = find(state, **facts)
    assert not told and len(doubts) == 1 and why in doubts[0]


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ({}, None),
        ({"DNSSettings": [], "DNS": [{"ConfigSource": "runtime"}]}, None),
        ({"DNSSettings": [{"LLMNR": "yes", "ConfigSource": "static"}]}, set()),
        ({"DNSSettings": [{"LLMNR": "no", "ConfigSource": "runtime"}, {"MDNS": "no", "ConfigSource": "static"}], "DNS": None}, {"llmnr"}),
        ({"DNSSettings": [{"LLMNR": "no", "ConfigSource": "static"}],
          "DNS": [{"Family": 2, "ConfigSource": "DHCPv4"}], "RouteDomains": [{"Domain": "a", "ConfigSource": "runtime"}],
          "DNSSECNegativeTrustAnchors": [{"DNSSECNegativeTrustAnchor": "a", "ConfigSource": "runtime"}]}, {"domains", "nta"}),
    ],
)  # fmt: skip
def test_what_networkd_itself_calls_told(link: dict, told: set | None) -> None:
    assert _told.runtime(link) == told


def test_told_again_in_words_of_the_bus() -> None:
    known = _told.Source(257, _told.of_files([]), {}, None, lambda: False, False, False)
    words = {one.kind.what: " ".join([one.kind.method, one.kind.types, *one.words]) for one in _told.find("host0", _told.parse_lines(TOLD), known)[0]}
    assert words == {
        "servers": "SetLinkDNSEx ia(iayqs) 4 2 4 10 77 0 1 0  2 4 10 77 0 44 0 dns.lab"
                   " 10 16 253 119 0 0 0 0 0 0 0 0 0 0 0 0 0 68 5353  10 16 254 128 0 0 0 0 0 0 0 0 0 0 0 0 0 9 0 ",
        "domains": "SetLinkDomains ia(sb) 3 here.lab false corp.lab true . true",
        "default_route": "SetLinkDefaultRoute ib yes",
        "llmnr": "SetLinkLLMNR is no",
        "mdns": "SetLinkMulticastDNS is yes",
        "dnssec": "SetLinkDNSSEC is allow-downgrade",
        "dns_over_tls": "SetLinkDNSOverTLS is opportunistic",
        "nta": "SetLinkDNSSECNegativeTrustAnchors ias 2 bad.lab other.lab",
        "ntp": "SetLinkNTP ias 1 10.77.0.9",
    }  # fmt: skip


@pytest.mark.parametrize(("version", "domains"), [(247, "~corp.lab"), (252, "lease.lab ~corp.lab")])
def test_domains_beside_those_of_a_lease(version: int, domains: str) -> None:
    """Before 252 the lease adds its own again, and later it doesn't."""
    state, file = lines(DNS="", DOMAINS="lease.lab", ROUTE_DOMAINS="corp.lab"), "[DHCPv4]\nUseDomains=yes\n"
    assert find(state, file, "DOMAINNAME=lease.lab\n", version=version) == ([("domains", domains)], [])


@pytest.mark.parametrize(
    ("file", "routers", "domains"),
    [
        ("", True, False),
        ("[Network]\nIPv6AcceptRA=no\n", False, False),
        ("[Network]\nIPv6AcceptRA=no\nDHCP=ipv4\n[DHCPv4]\nUseDomains=yes\n", False, False),
        ("[Network]\nIPv6AcceptRA=no\nDHCP=yes\n", True, False),
        ("[Network]\nIPv6AcceptRA=no\nDHCP=ipv6\n[DHCPv6]\nUseDomains=route\n", True, True),
        ("[IPv6AcceptRA]\nUseDomains=no\n", True, False),
    ],
)
def test_who_else_may_give(file: str, routers: bool, domains: bool) -> None:
    known = assignments(file)
    assert (_told.routers_give(known), _told.other_domains(known, 252, True)) == (routers, domains)
    # networkd.conf may say so as well.
    assert _told.other_domains(known, 257, True) and _told.other_domains(known, 257, False) is routers
