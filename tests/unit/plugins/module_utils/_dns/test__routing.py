# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._routing import Scope, is_split, of_name, scopes, uplink
from ansible_collections.holdfast.baseline.plugins.module_utils._host import NotSeen

LAN = Scope("eth0", [], [], True)
VPN = Scope("vpn0", [], ["corp.lab"], False)
SUB = Scope("vpn1", [], ["dev.corp.lab"], False)
ALL = Scope("tailscale0", [], ["."], False)


def server(address):
    return {"address": address, "port": 0, "name": ""}


@pytest.mark.parametrize(
    ("name", "known", "asked"),
    [
        pytest.param("www.example.com.", [LAN, VPN], ["eth0"], id="by default"),
        pytest.param("git.corp.lab.", [LAN, VPN], ["vpn0"], id="routed"),
        pytest.param("corp.lab.", [LAN, VPN], ["vpn0"], id="the domain itself"),
        pytest.param("notcorp.lab.", [LAN, VPN], ["eth0"], id="only whole labels"),
        pytest.param("a.dev.corp.lab.", [LAN, VPN, SUB], ["vpn1"], id="the longest domain"),
        pytest.param("www.example.com.", [LAN, ALL], ["tailscale0"], id="every name to one link"),
        pytest.param("GIT.Corp.Lab.", [LAN, VPN], ["vpn0"], id="whatever its case"),
    ],
)
def test_of_name(name, known, asked):
    assert [scope.name for scope in of_name(name, known)] == asked


@pytest.mark.parametrize(("name", "split"), [("git.corp.lab.", True), ("www.example.com.", False)])
def test_is_split(name, split):
    assert is_split(name, [LAN, VPN, ALL]) is split


def running(**changes):
    link = {"name": "eth0", "servers": [server("10.0.0.1")], "domains": [{"name": "corp.lab"}], "default_route": True, "in_use": True, "dns_over_tls": "no"}
    view = {"status": "ok", "servers": [], "fallback": [server("9.9.9.9")], "domains": [], "dns_over_tls": "yes", "links": [link], **changes}
    return {"resolved": {"running": view}, "paths": {"fallback": {"used": True}}}


def test_scopes_of_the_running_daemon():
    fallback, eth0 = scopes(running())
    assert (fallback.name, fallback.dns_over_tls, fallback.device) == ("fallback", "yes", "")
    assert (eth0.name, eth0.domains, eth0.device) == ("eth0", ["corp.lab"], "eth0")


def test_own_servers_come_before_the_fallback_and_a_stub_is_none():
    assert scopes(running(servers=[server("10.0.0.9"), server("127.0.0.53")]))[0].servers == [server("10.0.0.9")]


def test_a_daemon_that_does_not_answer():
    with pytest.raises(NotSeen, match="did not answer"):
        scopes({"resolved": {"running": {"status": "unknown", "why": "busctl did not answer in time"}}})
    assert [each["address"] for each in uplink(["10.0.0.1", "127.0.0.53"], "no").servers] == ["10.0.0.1"]
