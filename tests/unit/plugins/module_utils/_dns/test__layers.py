# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._layers import layers
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._routing import Scope

OPTIONS = {"tls": False, "references": []}


def facts(nameservers=("127.0.0.53",), version=257, active=True, listener=None):
    return {
        "resolved": {"status": "ok", "active": active, "version": version, "effective": {"DNSStubListener": listener}},
        "resolv_conf": {"status": "ok", "nameservers": [{"address": address, "asked": True} for address in nameservers]},
    }


def scope(mode="no", port=0, name="", address="10.0.0.1"):
    return Scope("eth0", [{"address": address, "port": port, "name": name}], [], True, "eth0", mode)


def names(host, *known, **options):
    return [layer.name for layer in layers(host, {**OPTIONS, **options}, known)]


@pytest.mark.parametrize(
    ("version", "listener", "kinds"),
    [
        pytest.param(257, None, ["stub", "stub", "proxy", "proxy", "cache", "network"], id="257"),
        pytest.param(249, None, ["stub", "stub", "cache", "network"], id="no proxy before 250"),
        pytest.param(247, None, ["stub", "stub"], id="no flags before 248"),
        pytest.param(257, "udp", ["stub", "proxy", "cache", "network"], id="UDP only"),
        pytest.param(257, "no", ["cache", "network", "resolv.conf", "resolv.conf"], id="no listener: nobody answers what resolv.conf says"),
    ],
)
def test_doors_of_resolved(version, listener, kinds):
    found = layers(facts(version=version, listener=listener), OPTIONS, [])
    assert [layer.kind for layer in found if layer.kind != "libc"] == kinds


@pytest.mark.parametrize(
    ("mode", "port", "tls", "expected"),
    [
        pytest.param("no", 0, False, {"udp": 53, "tcp": 53}, id="plain"),
        pytest.param("no", 5353, True, {"udp": 5353, "tcp": 5353, "tls": 853}, id="a port for plain DNS"),
        pytest.param("yes", 8853, False, {"udp": 53, "tcp": 53, "tls": 8853}, id="a port for TLS"),
        pytest.param("opportunistic", 0, False, {"udp": 53, "tcp": 53, "tls": 853}, id="opportunistic"),
    ],
)
def test_ports_of_an_upstream(mode, port, tls, expected):
    found = layers(facts(), {**OPTIONS, "tls": tls}, [scope(mode, port)])
    assert {layer.transport: layer.port for layer in found if layer.kind == "upstream"} == expected


@pytest.mark.parametrize(("mode", "verify"), [("yes", True), ("opportunistic", False)])
def test_only_a_strict_resolved_checks_certificates(mode, verify):
    [tls] = [layer for layer in layers(facts(), OPTIONS, [scope(mode, name="dns.lab")]) if layer.transport == "tls"]
    assert (tls.verify, tls.server_name, tls.device) == (verify, "dns.lab", "eth0")


def test_a_server_on_this_host_is_bound_to_no_link():
    [udp, tcp] = [layer for layer in layers(facts(), OPTIONS, [scope(address="127.0.0.1")]) if layer.kind == "upstream"]
    assert udp.device == tcp.device == ""


def test_what_resolv_conf_shares_with_the_upstreams_is_asked_once():
    assert not [name for name in names(facts(["10.0.0.1", "127.0.0.53"]), scope()) if name.startswith("resolv.conf")]
    assert "resolv.conf 9.9.9.9 tcp" in names(facts(["9.9.9.9"]), scope())


def test_without_any_nameserver_glibc_asks_this_host():
    assert "resolv.conf 127.0.0.1 udp" in names(facts([], active=False))


def test_a_resolv_conf_that_was_not_seen_names_nobody():
    host = facts(active=False)
    host["resolv_conf"] = {"status": "unknown", "why": "/etc/resolv.conf: permission denied", "nameservers": []}
    assert names(host) == ["C library"]


def test_references():
    reference = {"address": "9.9.9.9", "port": 5353, "transports": ["udp", "tls"], "server_name": "dns.quad9.net"}
    assert names(facts(), references=[reference])[-2:] == ["reference 9.9.9.9 port 5353 udp", "reference 9.9.9.9 port 5353 tls"]
