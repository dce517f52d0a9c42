# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect.resolver import collect
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

STUB = "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n"
UDP = "  sl  local_address rem_address\n 1: {}:0035 00000000:0000 07\n"
LISTENS = {"127.0.0.53": "3500007F", "127.0.0.1": "0100007F", None: "01020304"}
UNITS = "Id={}.service\nLoadState=loaded\nActiveState=active\nExecMainStartTimestamp=Mon 2096-10-01 00:00:00 UTC\n"
MANAGER = {
    "DNSEx": [[0, 2, [192, 0, 2, 1], 0, ""]],
    "FallbackDNSEx": [],
    "CurrentDNSServerEx": [0, 0, [], 0, ""],
    "Domains": [],
    "ResolvConfMode": "stub",
}


class Replay(Host):
    """A host in a directory, with one active unit and a systemd-resolved that knows 192.0.2.1."""

    def __init__(self, root, unit="systemd-resolved", listens="127.0.0.53", failure=None, active=True):
        super().__init__(str(root))
        self.unit = unit
        self.active = active
        self.failure = failure
        os.makedirs(f"{root}/run/systemd/system")
        self.put("/proc/net/udp", UDP.format(LISTENS[listens]))
        self.put("/proc/net/udp6", "  sl\n")
        self.put("/proc/cmdline", "quiet\n")
        self.put("/etc/hosts", "127.0.0.1 localhost\n")
        self.put("/usr/lib/x86_64-linux-gnu/libc.so.6", "")
        self.put("/usr/lib/x86_64-linux-gnu/libnss_resolve.so.2", "")
        self.put("/etc/systemd/resolved.conf", "[Resolve]\nDNS=192.0.2.1\n")

    def put(self, path, text):
        os.makedirs(os.path.dirname(self.root + path), exist_ok=True)
        with open(self.root + path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)

    def run(self, argv, limit=0):
        if self.failure:
            raise self.failure
        if argv[0] == "busctl":
            return json.dumps({"data": [{name: {"data": value} for name, value in MANAGER.items()}]})
        if argv == ["systemctl", "--version"]:
            return "systemd 257 (257.13)\n"
        units = UNITS.format(self.unit)
        return units if self.active else units.replace("=active", "=inactive")


def paths_of(facts):
    found = facts["paths"]
    return found["status"], found.get("via"), [server["address"] for server in found.get("asked", [])]


def test_an_ordinary_host(tmp_path):
    host = Replay(tmp_path)
    host.put("/run/systemd/resolve/stub-resolv.conf", STUB)
    os.symlink("../run/systemd/resolve/stub-resolv.conf", f"{tmp_path}/etc/resolv.conf")
    host.put("/etc/nsswitch.conf", "hosts: files resolve [!UNAVAIL=return] dns\n")
    facts = collect(host)
    conf = facts["resolv_conf"]
    assert (conf["link"], conf["target"]) == ("../run/systemd/resolve/stub-resolv.conf", "/run/systemd/resolve/stub-resolv.conf")
    assert (conf["mode"], conf["problem"], conf["owner"]["name"]) == ("stub", None, "systemd-resolved")
    assert conf["nameservers"] == [{"address": "127.0.0.53", "source": "/etc/resolv.conf:1", "asked": True, "listens": True}]
    assert (facts["nsswitch"]["by"], facts["nsswitch"]["source"]) == ("resolve", "/etc/nsswitch.conf:1")
    assert facts["hosts_file"] == {"status": "ok", "overrides": [], "overrides_cut": 0, "count": 0, "complete": True}
    assert paths_of(facts) == ("ok", "nss-resolve", ["192.0.2.1"])
    assert facts["paths"]["dead_ends"] == ["192.0.2.1 (global)"]


@pytest.mark.parametrize(
    ("text", "settings", "expected"),
    [
        (STUB, {}, True),
        ("nameserver 127.0.0.54\n", {}, True),
        ("nameserver 127.0.0.53\nnameserver 192.0.2.1\n", {}, False),
        ("nameserver 10.0.0.1\n", {}, False),
        ("search .\n", {}, False),
        (STUB, {"active": False}, False),
        (STUB, {"failure": NotSeen("systemctl did not answer in time")}, None),
    ],
)
def test_who_reads_a_copy_of_the_stubs_file_asks_resolved(tmp_path, text, settings, expected):
    host = Replay(tmp_path, **settings)
    host.put("/etc/resolv.conf", text)
    conf = collect(host)["resolv_conf"]
    assert (conf["mode"], conf["asks_only_stub"], conf["held"]) == ("foreign", expected, None)


@pytest.mark.parametrize(
    ("lines", "address", "expected"),
    [
        ("DNSStubListener=no", "127.0.0.53", False),
        ("DNSStubListener=udp", "127.0.0.53", True),
        ("DNSStubListener=no\nDNSStubListenerExtra=10.0.0.1", "10.0.0.1", True),
    ],
)
def test_which_listener_is_resolveds(tmp_path, lines, address, expected):
    """With DNSStubListener=no another program may listen at 127.0.0.53."""
    host = Replay(tmp_path)
    host.put("/etc/systemd/resolved.conf", f"[Resolve]\n{lines}\n")
    host.put("/etc/resolv.conf", f"nameserver {address}\n")
    assert collect(host)["resolv_conf"]["asks_only_stub"] is expected


@pytest.mark.parametrize(
    ("nsswitch", "remove", "expected"),
    [
        ("files resolve [!UNAVAIL=return] dns", None, ("ok", "nss-resolve", ["192.0.2.1"])),
        ("files resolve [!UNAVAIL=return] dns", "/usr/lib/x86_64-linux-gnu/libnss_resolve.so.2", ("ok", "resolv.conf", ["2001:db8::7"])),
        ("files resolve", "/usr/lib/x86_64-linux-gnu/libnss_resolve.so.2", ("ok", "none", [])),
        ("files resolve", "/usr/lib/x86_64-linux-gnu/libc.so.6", ("ok", "nss-resolve", ["192.0.2.1"])),
        ("files dns", None, ("ok", "resolv.conf", ["2001:db8::7"])),
        ("files [NOTFOUND=return] dns", None, ("ok", "none", [])),
        ("files [NOTFOUND=return] dns", "/etc/hosts", ("ok", "resolv.conf", ["2001:db8::7"])),
        ("myhostname [NOTFOUND=return] dns", None, ("ok", "resolv.conf", ["2001:db8::7"])),
    ],
)
def test_services_that_work(tmp_path, nsswitch, remove, expected):
    host = Replay(tmp_path)
    host.put("/etc/resolv.conf", "nameserver 2001:db8::7\n")
    host.put("/etc/nsswitch.conf", f"hosts: {nsswitch}\n")
    if remove:
        os.remove(f"{tmp_path}{remove}")
    facts = collect(host)
    assert paths_of(facts) == expected
    assert facts["nsswitch"]["asks_dns"] is (expected[1] != "none")


@pytest.mark.parametrize(
    ("settings", "socket", "by"),
    [
        ({"active": False}, True, "dns"),
        ({"active": True}, False, "resolve"),
        ({"failure": NotSeen("systemctl did not answer in time")}, True, "resolve"),
        ({"failure": NotSeen("systemctl did not answer in time")}, False, "dns"),
    ],
)
def test_nss_resolve_needs_the_daemon(tmp_path, settings, socket, by):
    host = Replay(tmp_path, **settings)
    host.put("/etc/resolv.conf", "nameserver 2001:db8::7\n")
    host.put("/etc/nsswitch.conf", "hosts: files resolve [!UNAVAIL=return] dns\n")
    if socket:
        host.put("/run/systemd/resolve/io.systemd.Resolve", "")
    assert collect(host)["nsswitch"]["by"] == by


class Denied(Replay):
    """A host that keeps one file from the reader."""

    def read(self, path, limit=1 << 20):
        if path == self.denied:
            raise NotSeen(f"{path}: permission denied")
        return super().read(path, limit)


@pytest.mark.parametrize("link", [True, False])
@pytest.mark.parametrize(("path", "node"), [("/etc/resolv.conf", "resolv_conf"), ("/etc/hosts", "hosts_file")])
def test_a_file_that_may_not_be_read(tmp_path, path, node, link):
    host = Denied(tmp_path)
    host.denied = path
    host.put("/etc/target" if link else "/etc/resolv.conf", "nameserver 192.0.2.1\n")
    if link:
        os.symlink("target", f"{tmp_path}/etc/resolv.conf")
    found = collect(host)[node]
    assert (found["status"], found["why"]) == ("unknown", f"{path}: permission denied")
    assert not found.get("problem")


def fifo(path):
    os.mkfifo(path)


def cycle(path):
    os.symlink("resolv.conf.2", path)
    os.symlink("resolv.conf", f"{path}.2")


@pytest.mark.parametrize(
    ("make", "problem", "mode", "link"),
    [
        (lambda path: None, "missing", None, None),
        (lambda path: os.symlink("../run/nowhere", path), "dangling", None, "../run/nowhere"),
        (lambda path: os.symlink("/dev/null", path), "dangling", None, "/dev/null"),
        (cycle, "link_cycle", None, "resolv.conf.2"),
        (fifo, "not_a_file", "foreign", None),
        (os.mkdir, "not_a_file", "foreign", None),
    ],
)
def test_resolv_conf_that_is_no_file(tmp_path, make, problem, mode, link):
    host = Replay(tmp_path)
    make(f"{tmp_path}/etc/resolv.conf")
    conf = collect(host)["resolv_conf"]
    assert (conf["status"], conf["problem"], conf["mode"], conf["link"]) == ("ok", problem, mode, link)
    assert conf["nameservers"] == []


@pytest.mark.parametrize(
    ("text", "listens", "problem"),
    [
        ("", "127.0.0.53", "empty"),
        ("nameserver\nnameserver x\n", "127.0.0.53", "empty"),
        ("nameserver 192.0.2.1\r\n", "127.0.0.53", "empty"),
        (STUB, None, "nothing_listens"),
        ("nameserver 127.0.0.1\nnameserver ::1\n", "127.0.0.53", "nothing_listens"),
        ("nameserver 127.0.0.1\nnameserver 2001:db8::7\n", "127.0.0.53", None),
        ("nameserver 127.0.0.11\n", None, None),
        (STUB, "127.0.0.53", None),
        ("\0\x1b[31m{{ x }}\udcff\n", "127.0.0.53", "empty"),
    ],
)
def test_resolv_conf_that_leads_nowhere(tmp_path, text, listens, problem):
    host = Replay(tmp_path, listens=listens)
    host.put("/etc/resolv.conf", text)
    facts = collect(host)
    assert facts["resolv_conf"]["problem"] == problem
    json.dumps(facts)


def test_an_empty_resolv_conf_means_loopback(tmp_path):
    host = Replay(tmp_path, unit="unbound", listens="127.0.0.1")
    host.put("/etc/resolv.conf", "")
    assert collect(host)["paths"]["why"].startswith("127.0.0.1 is a resolver on this host")


@pytest.mark.parametrize(
    ("unit", "text", "name"),
    [
        ("unbound", "nameserver 127.0.0.1\n", "unbound"),
        ("dnsmasq", "nameserver ::1\n", "dnsmasq"),
        ("unbound", "nameserver 127.0.0.1\nnameserver 192.0.2.1\n", "unknown"),
        ("unbound", "# Generated by NetworkManager\nnameserver 127.0.0.1\n", "NetworkManager"),
        ("cron", "nameserver 127.0.0.1\n", "unknown"),
    ],
)
def test_owner_by_service(tmp_path, unit, text, name):
    host = Replay(tmp_path, unit=unit)
    host.put("/etc/resolv.conf", text)
    facts = collect(host)
    assert facts["resolv_conf"]["owner"]["name"] == name
    assert [local["name"] for local in facts["local_resolvers"]] == ([unit] if unit != "cron" else [])


def test_the_stub_file_under_another_name(tmp_path):
    host = Replay(tmp_path)
    host.put("/run/systemd/resolve/stub-resolv.conf", STUB)
    os.link(f"{tmp_path}/run/systemd/resolve/stub-resolv.conf", f"{tmp_path}/etc/resolv.conf")
    assert collect(host)["resolv_conf"]["mode"] == "stub"


def test_huge_files_are_read_in_part(tmp_path):
    host = Replay(tmp_path)
    host.put("/etc/resolv.conf", "# a comment\n" * 200_000)
    host.put("/etc/hosts", "0.0.0.0 ads.example\n" * 200_000)
    host.put("/etc/nsswitch.conf", "hosts: files dns\n")
    facts = collect(host)
    assert (facts["resolv_conf"]["complete"], facts["resolv_conf"]["problem"]) == (False, None)
    assert facts["paths"]["status"] == "unknown"
    assert (facts["hosts_file"]["complete"], len(facts["hosts_file"]["overrides"])) == (False, 64)
    assert "too large" in facts["hosts_file"]["why"]
    assert len(json.dumps(facts)) < 20_000


@pytest.mark.parametrize("failure", [NotSeen("systemctl did not answer in time"), Absent("systemctl is not installed")])
def test_without_systemctl(tmp_path, failure):
    host = Replay(tmp_path, failure=failure)
    host.put("/etc/resolv.conf", STUB)
    host.put("/run/systemd/resolve/io.systemd.Resolve", "")
    facts = collect(host)
    assert facts["status"] == "ok"
    assert facts["resolved"]["status"] == ("absent" if isinstance(failure, Absent) else "unknown")
    assert facts["paths"]["status"] == "unknown"


@pytest.mark.parametrize(
    ("path", "node"),
    [("/etc/nsswitch.conf", "nsswitch"), ("/etc/hosts", "hosts_file"), ("/etc/systemd/resolved.conf", "resolved")],
)
def test_a_fifo_where_a_file_should_be(tmp_path, path, node):
    host = Replay(tmp_path)
    host.put("/etc/resolv.conf", "nameserver 192.0.2.1\n")
    if os.path.exists(f"{tmp_path}{path}"):
        os.remove(f"{tmp_path}{path}")
    os.mkfifo(f"{tmp_path}{path}")
    found = collect(host)[node]
    assert found["status"] == "unknown" or found["complete"] is False
    assert path in found["why"]


def test_an_empty_directory_is_a_host_too(tmp_path):
    facts = collect(Host(str(tmp_path)))
    assert (facts["resolv_conf"]["status"], facts["resolved"]["status"]) == ("ok", "absent")
    assert paths_of(facts)[0] == "unknown"
