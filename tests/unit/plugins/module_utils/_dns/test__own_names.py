# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _own_names
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._own_names import Own
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

NOTHING = {"resolved": {"status": "absent"}, "resolv_conf": {"status": "unknown"}}


def resolver(domains=(), links=(), search=()):
    shown = [{"name": name, "domains": [{"name": domain, "route_only": True} for domain in mine]} for name, mine in links]
    running = {"status": "ok", "domains": [{"name": domain} for domain in domains], "links": shown}
    return {"resolved": {"status": "ok", "running": running}, "resolv_conf": {"status": "ok", "search": list(search)}}


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("deb http://deb.debian.org/debian trixie main", _own_names._URL, ["deb.debian.org"]),
        ("deb [signed-by=/x arch=amd64] https://user:secret@Repo.Example.COM:8443/x trixie main", _own_names._URL, ["repo.example.com"]),
        ("# deb http://old.example.com/ x main\n;deb http://old.example.com/", _own_names._URL, []),
        ("deb cdrom:[Debian]/ trixie main\ndeb file:///srv/apt ./\ndeb http://10.0.0.1/debian x main", _own_names._URL, []),
        ("Types: deb\nURIs: http://a.example.com/x\n https://b.example.com/x\nSigned-By: /x", _own_names._URL, ["a.example.com", "b.example.com"]),
        ("[base]\nbaseurl=https://mirror.example.com/$releasever\ngpgkey=https://keys.example.com/x", _own_names._URL, ["mirror.example.com"]),
        ("metalink = https://mirrors.example.com/metalink?repo=x&arch=$basearch", _own_names._URL, ["mirrors.example.com"]),
        ("deb http://{{ 7*7 }}.example.com/ x\ndeb http://a\x1b[31m.b/ x", _own_names._URL, []),
        ("pool 2.debian.pool.ntp.org iburst\nserver 192.0.2.1\n# server old.example.com\npeer ntp", _own_names._SERVER, ["2.debian.pool.ntp.org"]),
        ("[Peer]\nEndpoint = vpn.example.com:51820\nEndpoint = 192.0.2.1:51820\nEndpoint = [2001:db8::1]:51820", _own_names._PEER, ["vpn.example.com"]),
        ("nas.example.com:/srv /mnt nfs defaults 0 0\nUUID=1 / ext4\n/dev/sda1 /x\n", _own_names._PEER, ["nas.example.com"]),
    ],
)
def test_hosts(text, pattern, found):
    assert _own_names.hosts(text, pattern) == found


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (NOTHING, []),
        (resolver(["corp.lab", "."]), [Own("corp.lab", "SOA", "domain global")]),
        (resolver(links=[("wg0", ["Corp.Lab."]), ("host0", ["10.in-addr.arpa", "lan", "a b"])]), [Own("corp.lab", "SOA", "domain of wg0")]),
        (resolver(search=["example.lab"]), [Own("example.lab", "SOA", "search in /etc/resolv.conf")]),
    ],
)
def test_domains(facts, found):
    assert _own_names.domains(facts) == found


@pytest.fixture
def host(tmp_path):
    for path, text in {
        "etc/apt/sources.list": "deb http://deb.debian.org/debian trixie main\ndeb http://deb.debian.org/debian trixie-updates main\n",
        "etc/apt/sources.list.d/own.sources": "URIs: https://repo.corp.lab/x\n",
        "etc/systemd/timesyncd.conf": "[Time]\nFallbackNTP=fallback.example.com\n",
        "etc/systemd/timesyncd.conf.d/own.conf": "[Time]\nNTP=10.0.0.1 ntp.corp.lab\n",
        "etc/chrony/chrony.conf": "pool pool.example.com\n",
        "etc/fstab": "nas.corp.lab:/srv /mnt nfs defaults 0 0\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return Host(str(tmp_path))


def test_each_kind_has_its_turn_and_each_name_once(host):
    found = _own_names.find(host, resolver(["corp.lab", "deep.corp.lab"]))
    assert [own.name for own in found] == [
        "corp.lab", "deb.debian.org", "ntp.corp.lab", "nas.corp.lab", "deep.corp.lab", "pool.example.com", "repo.corp.lab"
    ]  # fmt: skip
    assert [own.source for own in found][1:4] == ["/etc/apt/sources.list", "/etc/systemd/timesyncd.conf.d/own.conf", "/etc/fstab"]


def test_there_are_not_too_many(host):
    assert len(_own_names.find(host, resolver([f"d{number}.lab" for number in range(20)]))) == _own_names.MOST


def test_a_host_that_tells_of_nothing(tmp_path):
    assert _own_names.find(Host(str(tmp_path)), NOTHING) == []


def test_only_the_fallback(host):
    with open(f"{host.root}/etc/systemd/timesyncd.conf.d/own.conf", "w", encoding="ascii") as file:
        file.write("[Time]\nNTP=\n")
    assert "fallback.example.com" in [own.name for own in _own_names.find(host, NOTHING)]
