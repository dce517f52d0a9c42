# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolved import look
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

LONG_AGO = "Thu 1970-01-01 00:00:01 UTC"
LATER = "Mon 2096-10-01 00:00:00 UTC"
MANAGER = {
    "DNSEx": [[0, 2, [192, 0, 2, 1], 0, ""], [2, 10, [32, 1, 13, 184] + [0] * 11 + [1], 0, ""]],
    "FallbackDNSEx": [],
    "CurrentDNSServerEx": [0, 0, [], 0, ""],
    "Domains": [],
    "DNSSEC": "no",
    "DNSOverTLS": "no",
    "ResolvConfMode": "stub",
}
LINK = {"DNSEx": [[10, [32, 1, 13, 184] + [0] * 11 + [1], 0, ""]], "ScopesMask": 1, "DefaultRoute": False}


def getall(properties):
    return json.dumps({"type": "a{sv}", "data": [{name: {"type": "v", "data": value} for name, value in properties.items()}]})


class Replay(Host):
    """A host with a few files, whose systemd 257 says what was recorded."""

    def __init__(self, root, files=(), active=True, installed=True, started=LATER, manager=None, link=None, fails=()):
        super().__init__(str(root))
        os.makedirs(f"{root}/run/systemd/system")
        for path, text in dict(files).items():
            os.makedirs(os.path.dirname(f"{root}{path}"), exist_ok=True)
            with open(f"{root}{path}", "w", encoding="utf-8") as file:
                file.write(text)
        self.state = ("loaded" if installed else "not-found", "active" if active else "inactive", started)
        self.objects = {"/org/freedesktop/resolve1": MANAGER if manager is None else manager, "/org/freedesktop/resolve1/link/_32": link or LINK}
        self.fails = fails
        self.asked = []

    def run(self, argv, limit=0):
        self.asked.append(argv)
        if argv[0] in self.fails:
            raise self.fails[argv[0]]
        if argv == ["systemctl", "--version"]:
            return "systemd 257 (257.13-1~deb13u1)\n"
        if argv[:2] == ["systemctl", "show"]:
            load, active, started = self.state
            return f"Id=systemd-resolved.service\nLoadState={load}\nActiveState={active}\nExecMainStartTimestamp={started}\n"
        assert argv[0] == "busctl"
        return getall(self.objects[argv[argv.index("call") + 2]])


MAIN = "/etc/systemd/resolved.conf"
DROP_IN = "/etc/systemd/resolved.conf.d/10.conf"


def test_since_256_the_main_file_may_be_anywhere(tmp_path):
    node = look(Replay(tmp_path, {"/usr/lib/systemd/resolved.conf": "[Resolve]\nDNS=192.0.2.1\n"}), "stub", "").node
    assert node["source"]["DNS"] == ["/usr/lib/systemd/resolved.conf:2"]


@pytest.mark.parametrize(("mode", "stale"), [("foreign", []), ("stub", ["DNS"])])
def test_only_a_foreign_resolv_conf_gives_servers(tmp_path, mode, stale):
    host = Replay(tmp_path, {MAIN: "[Resolve]\nDNSSEC=no\n", "/proc/cmdline": ""}, started=LONG_AGO)
    found = look(host, mode, "nameserver 192.0.2.1\n").node["drift"]["stale"]
    assert [entry["key"] for entry in found] == stale


def test_files_and_daemon_agree(tmp_path):
    node = look(Replay(tmp_path, {MAIN: "[Resolve]\nDNS=192.0.2.1\nDNSSEC=false\n", "/proc/cmdline": "quiet"}), "stub", "").node
    assert (node["status"], node["version"], node["active"]) == ("ok", 257, True)
    assert (node["effective"]["DNS"], node["source"]["DNS"]) == (["192.0.2.1"], [f"{MAIN}:2"])
    assert (node["effective"]["DNSSEC"], node["source"]["DNSSEC"]) == ("no", f"{MAIN}:3")
    assert (node["effective"]["Cache"], node["source"]["Cache"]) == (None, "default")
    assert node["drift"]["stale"] == []
    assert "complete" not in node["drift"]
    assert node["running"]["links"][0]["servers"][0]["address"] == "2001:db8::1"


@pytest.mark.parametrize(
    ("files", "started", "stale", "undecided"),
    [
        ({MAIN: "[Resolve]\nDNS=192.0.2.9\n"}, LATER, ["DNS"], []),
        ({MAIN: "[Resolve]\nDNS=192.0.2.9\n", DROP_IN: "[Resolve]\nDNS=\nDNS=192.0.2.1\n"}, LATER, [], []),
        ({MAIN: "[Resolve]\nDNS=192.0.2.1\nCache=no\n"}, LATER, [], []),
        ({MAIN: "[Resolve]\nDNS=192.0.2.1\nCache=no\n"}, LONG_AGO, [], ["Cache"]),
        ({MAIN: "[Resolve]\nDNSOverTLS=yes\nDNS=192.0.2.1\n"}, LATER, ["DNSOverTLS"], []),
        # No file names the server, nor does resolv.conf: whoever did is gone from the files.
        ({}, LATER, ["DNS"], []),
        ({"/proc/cmdline": "quiet nameserver=192.0.2.1"}, LATER, [], []),
        ({"/run/credentials/systemd-resolved.service/network.dns": ""}, LATER, [], []),
        ({"/run/credentials/systemd-resolved.service": ""}, LATER, ["DNS"], []),
    ],
)
def test_drift(tmp_path, files, started, stale, undecided):
    drift = look(Replay(tmp_path, {"/proc/cmdline": "quiet", **files}, started=started), "stub", "").node["drift"]
    assert [entry["key"] for entry in drift["stale"]] == stale
    assert [entry["key"] for entry in drift["undecided"]] == undecided
    assert drift.get("complete", True) is not bool(undecided)


@pytest.mark.parametrize(
    ("mode", "files", "started", "rereads"),
    [
        ("foreign", {}, LATER, True),
        ("stub", {}, LATER, False),
        ("foreign", {MAIN: "[Resolve]\nDomains=~.\n"}, LATER, False),
        ("foreign", {MAIN: "[Resolve]\nDNS=\n"}, LATER, False),
        ("foreign", {MAIN: "[Resolve]\nCache=no\n"}, LONG_AGO, False),
        ("foreign", {"/proc/cmdline": "nameserver=192.0.2.1"}, LATER, False),
    ],
)
def test_who_rereads_resolv_conf(tmp_path, mode, files, started, rereads):
    assert look(Replay(tmp_path, files, started=started), mode, "nameserver 192.0.2.1\n").rereads is rereads


@pytest.mark.parametrize(
    ("files", "link", "expected"),
    [
        ({}, LINK, set()),
        ({"/run/systemd/netif/links/2": "DNS=2001:db8::1\nDNS_DEFAULT_ROUTE=no\n"}, LINK, {2}),
        ({"/run/systemd/resolve/netif/2": "LLMNR=yes\nDEFAULT_ROUTE=no\n"}, LINK, {2}),
        ({"/run/systemd/netif/links/2": "DNS_DEFAULT_ROUTE=yes\n"}, LINK, set()),
        ({"/run/systemd/netif/links/2": "X_DEFAULT_ROUTE=no\n"}, LINK, set()),
        ({"/run/systemd/netif/links/2": "DNS_DEFAULT_ROUTE=no\n"}, {**LINK, "DefaultRoute": True}, set()),
    ],
)
def test_links_told_not_to_be_a_default_route(tmp_path, files, link, expected):
    assert look(Replay(tmp_path, files, link=link), "stub", "").refusing == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Resolve]\nDns=192.0.2.1\n", ["Dns"]),
        ("[Resolve]\nRefuseRecordTypes=AAAA\n", ["RefuseRecordTypes"]),
        ("[Network]\nDNS=192.0.2.1\n", ["[Network] DNS"]),
        ("[Resolve]\nX-Mine=1\n[X-Mine]\nDNS=1\n", []),
    ],
)
def test_keys_that_do_nothing(tmp_path, text, expected):
    node = look(Replay(tmp_path, {MAIN: text}), "stub", "").node
    assert [entry["key"] for entry in node["unknown_keys"]] == expected


def test_overridden_settings(tmp_path):
    files = {DROP_IN: "[Resolve]\nDNSSEC=yes\n", "/run/systemd/resolved.conf.d/20.conf": "[Resolve]\nDNSSEC=no\n"}
    assert look(Replay(tmp_path, files), "stub", "").node["overridden"] == [
        {
            "key": "DNSSEC",
            "value": "yes",
            "source": f"{DROP_IN}:2",
            "by_value": "no",
            "by_source": "/run/systemd/resolved.conf.d/20.conf:2",
        }
    ]


@pytest.mark.parametrize(
    ("settings", "status", "running", "drift", "calls"),
    [
        ({"installed": False}, "absent", None, None, 0),
        ({"active": False}, "ok", "unknown", "ok", 0),
        ({"fails": {"systemctl": NotSeen("systemctl did not answer in time")}}, "unknown", None, None, 0),
        ({"fails": {"busctl": Absent("busctl is not installed")}}, "ok", "unknown", "unknown", 1),
        ({"manager": {}}, "ok", "ok", "ok", 1),
    ],
)
def test_what_can_not_be_seen(tmp_path, settings, status, running, drift, calls):
    host = Replay(tmp_path, {"/proc/cmdline": ""}, **settings)
    node, refusing, rereads = look(host, "foreign", "nameserver 192.0.2.1\n")
    assert (refusing, rereads) == (set(), node.get("active", False))
    assert (node["status"], node.get("running", {}).get("status"), node.get("drift", {}).get("status")) == (status, running, drift)
    # A call to a daemon that does not run would start it.
    assert sum(argv[0] == "busctl" for argv in host.asked) == calls


def test_files_that_can_not_be_read_make_no_drift_known(tmp_path):
    host = Replay(tmp_path, {"/proc/cmdline": ""}, manager={})
    os.makedirs(f"{tmp_path}{DROP_IN[:-8]}")
    os.mkfifo(f"{tmp_path}{DROP_IN}")
    node = look(host, "stub", "").node
    assert (node["complete"], node["drift"]["status"]) == (False, "unknown")
    assert DROP_IN in node["why"]


def test_without_systemd(tmp_path):
    host = Replay(tmp_path)
    os.rmdir(f"{tmp_path}/run/systemd/system")
    node, refusing, rereads = look(host, "foreign", "nameserver 192.0.2.1\n")
    assert (node["status"], refusing, rereads) == ("absent", set(), False)


def test_few_links_are_asked(tmp_path):
    servers = [[index, 2, [192, 0, 2, 1], 0, ""] for index in range(2, 2000)]
    host = Replay(tmp_path, {"/proc/cmdline": ""}, manager={"DNSEx": servers})
    host.objects.update({f"/org/freedesktop/resolve1/link/_3{index}": LINK for index in range(2, 20)})
    running = look(host, "stub", "").node["running"]
    assert (len(running["links"]), running["links_cut"], len(host.asked)) == (16, 1982, 19)
