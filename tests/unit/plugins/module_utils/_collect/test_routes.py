# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path as File

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _route_tables
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_facts import unsupported_keys
from ansible_collections.holdfast.baseline.plugins.module_utils._collect.routes import collect
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import (
    INET,
    INET6,
    Address,
    Dump,
    LinkState,
    Path,
    Route,
    Rule,
    Unanswered,
)

STARTED = "Fri 2100-01-01 00:00:00 UTC"  # later than any file that a test writes
SHOWN = "Id=systemd-networkd.service\nLoadState={load}\nActiveState={state}\nExecMainStartTimestamp={since}\n"
BOTH = "[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n"


def net(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


KERNEL_RULES = [Rule(INET, 0, 1, 255, 2), Rule(INET, 32766, 1, 254, 2), Rule(INET6, 0, 1, 255, 2)]
TAILSCALE = [
    Rule(family, priority, action, table, fwmark=0x80000, fwmask=0xFF0000)
    for family in (INET, INET6)
    for priority, action, table in ((5210, 1, 254), (5230, 1, 253), (5250, 7, 0))
] + [Rule(INET, 5270, 1, 52), Rule(INET6, 5270, 1, 52)]
DEFAULT = Route(INET, 254, 1, 4, b"", 0, paths=(Path(2, net("10.77.0.1")),))
LOOPBACK = Route(INET, 255, 2, 2, net("127.0.0.0"), 8, paths=(Path(1, b""),))
THROWS = [
    Route(INET, 52, 9, 3, net("10.77.0.0"), 24),
    Route(INET6, 52, 9, 3, net("fe80::"), 64, 1024, paths=(Path(1, b""),)),
]
TABLE52 = [*THROWS, Route(INET, 52, 1, 3, b"", 0, paths=(Path(3, b""),))]
INCIDENT = [DEFAULT, LOOPBACK, *TABLE52]


class Kernel:
    """A replay of netlink; `refuse` is raised by the dump of that name."""

    all_neighbours = ()
    states = ((1, "lo", True), (2, "host0", True), (3, "tailscale0", True))

    def __init__(self, rules, routes, refuse=""):
        self.all_rules, self.all_routes, self.refuse = rules, routes, refuse

    def _answer(self, name, entries, limit):
        if name == self.refuse:
            raise Unanswered(f"{name}: the kernel's dump did not end in time")
        return Dump(entries[:limit], len(entries) <= limit)

    def links(self):
        return {1: "lo", 2: "host0", 3: "tailscale0"}

    def rules(self, family, limit=4096):
        return self._answer("rules", [rule for rule in self.all_rules if rule.family == family], limit)

    def routes(self, family, limit, table=None, kind=None, oif=None, protocol=None):
        wanted = {"table": table, "type": kind, "protocol": protocol or None}
        found = [one for one in self.all_routes if one.family == family and all(v in (None, getattr(one, k)) for k, v in wanted.items())]
        return self._answer("routes", [one for one in found if oif is None or oif in [path.oif for path in one.paths]], limit)

    def nexthops(self, limit=1):
        return self._answer("nexthops", [], limit)

    def neighbours(self, family, limit=1):
        return self._answer("neighbours", [one for one in self.all_neighbours if one.family == family], limit)

    def link_states(self, limit=1):
        return self._answer("links", [LinkState(*one) for one in self.states], 9)

    def addresses(self, family, limit=1):
        return self._answer("addresses", [Address(2, net("10.77.0.21"), 24)] if family == INET else [], limit)


class Replay(Host):
    """A host with files below a temporary root; each command answers as told, and `ran` remembers them."""

    def __init__(self, root, kernel, version="257 (257.13-1~deb13u1)", load="loaded", state="active", describe=None):
        super().__init__(str(root))
        self.netlink = kernel
        self.ran = []
        self.answers = {
            "systemctl --version": f"systemd {version}\n+PAM",
            "systemctl show": SHOWN.format(load=load, state=state, since=STARTED),
            "busctl": describe,
        }
        for path, text in {
            "run/systemd/system/x": "",
            "run/systemd/netif/links/1": "ADMIN_STATE=unmanaged\n",
            "run/systemd/netif/links/2": "ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10-a.network\n",
            "etc/systemd/network/10-a.network": "[Network]\nAddress=10.77.0.21/24\nGateway=10.77.0.1\n",
        }.items():
            self.put(path, text)

    def put(self, path, text):
        file = File(self.root) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, argv, limit=0):
        self.ran.append(" ".join(argv))
        answer = next(answer for start, answer in self.answers.items() if self.ran[-1].startswith(start))
        if answer is None:
            raise NotSeen("busctl did not answer in time")
        if isinstance(answer, Exception):
            raise answer
        return answer


def describe(foreign=True):
    """Describe with the default route as networkd's own, and the kernel's rules and routes where it manages foreign ones."""
    numbers = {"Family": 2, "Table": 254, "Type": 1, "Protocol": 4, "DestinationPrefixLength": 0, "Priority": 0}
    route = {**numbers, "Destination": [0, 0, 0, 0], "ConfigSource": "static"}
    zero = dict.fromkeys(("TOS", "FirewallMark", "FirewallMask", "IPProtocol"), 0)
    rule = {"Family": 2, "Priority": 0, "Type": 1, "Table": 255, "Protocol": 2, "Invert": False, "ConfigSource": "foreign", **zero}
    data = {"Interfaces": [{"Index": 2, "Routes": [route]}]}
    if foreign:
        data.update(Routes=[{**route, "ConfigSource": "foreign"}], RoutingPolicyRules=[rule])
    return json.dumps({"data": [json.dumps(data)]})


def texts(node, name):
    return [fact["text"] for fact in node[name]]


@pytest.mark.parametrize("version", ["252 (252.39-1~deb12u2)", "257 (257.13-1~deb13u1)"])
def test_incident_004(tmp_path, version):
    host = Replay(tmp_path, Kernel(KERNEL_RULES + TAILSCALE, INCIDENT), version, describe=describe())
    facts = collect(host)
    assert facts["at_risk"] == facts["foreign"]
    assert facts["at_risk"]["rules_count"] == 8
    assert texts(facts["at_risk"], "reject_routes") == ["throw 10.77.0.0/24 table 52", "throw fe80::/64 table 52"]
    assert facts["at_risk"]["link_routes"] == []
    assert facts["at_risk"]["owners"] == ["tailscale"]
    assert facts["at_risk"]["complete"] is True
    assert facts["networkd"]["running"] == {
        "status": "ok",
        "ManageForeignRoutes": "yes",
        "ManageForeignRoutingPolicyRules": "yes",
        "by": "Describe",
    }


@pytest.mark.parametrize(
    ("drop_in", "rules", "rejects"),
    [
        ("", 8, 2),
        ("[Network]\nManageForeignRoutingPolicyRules=no\n", 0, 2),
        ("[Network]\nManageForeignRoutes=off\n", 8, 0),
        (BOTH, 0, 0),
        ("[Link]\nManageForeignRoutes=no\n", 8, 2),
        (BOTH + "ManageForeignRoutes=maybe\n", 0, 0),
        (BOTH + "ManageForeignRoutes=yes\n", 0, 2),
    ],
)
def test_what_the_files_protect(tmp_path, drop_in, rules, rejects):
    host = Replay(tmp_path, Kernel(KERNEL_RULES + TAILSCALE, INCIDENT), describe=describe())
    host.put("etc/systemd/networkd.conf.d/50-x.conf", drop_in)
    facts = collect(host)
    assert (facts["at_risk"]["rules_count"], facts["at_risk"]["reject_routes_count"]) == (rules, rejects)
    assert (facts["foreign"]["rules_count"], facts["foreign"]["reject_routes_count"]) == (8, 2)


@pytest.mark.parametrize(
    ("version", "rules"), [("247 (247.3-7+deb11u5)", "no"), ("248 (248.8-1)", "yes"), ("249 (249.4-1)", "yes"), ("257", "yes")]
)
def test_before_248_no_rules_are_taken(tmp_path, version, rules):
    effective = collect(Replay(tmp_path, Kernel(KERNEL_RULES, [DEFAULT]), version))["networkd"]["effective"]
    assert effective == {"ManageForeignRoutes": "yes", "ManageForeignRoutingPolicyRules": rules}


def test_effective_and_overridden(tmp_path):
    host = Replay(tmp_path, Kernel(KERNEL_RULES, [DEFAULT]), describe=describe(foreign=False))
    host.put("etc/systemd/networkd.conf.d/50-x.conf", BOTH)
    host.put("run/systemd/networkd.conf.d/90-y.conf", "[Network]\nManageForeignRoutes=yes\n")
    networkd = collect(host)["networkd"]
    assert networkd["effective"]["ManageForeignRoutes"] == "yes"
    assert networkd["source"]["ManageForeignRoutes"] == "/run/systemd/networkd.conf.d/90-y.conf:2"
    assert networkd["source"]["ManageForeignRoutingPolicyRules"] == "/etc/systemd/networkd.conf.d/50-x.conf:3"
    assert [entry["source"] for entry in networkd["protection_overridden"]] == ["/etc/systemd/networkd.conf.d/50-x.conf:2"]
    assert networkd["running"]["ManageForeignRoutingPolicyRules"] == "no"


def test_protection_that_a_still_later_file_gives_back(tmp_path):
    host = Replay(tmp_path, Kernel(KERNEL_RULES, [DEFAULT]), describe=describe())
    for name, value in (("50-x", "no"), ("60-y", "yes"), ("70-z", "no")):
        host.put(f"etc/systemd/networkd.conf.d/{name}.conf", f"[Network]\nManageForeignRoutes={value}\n")
    networkd = collect(host)["networkd"]
    assert networkd["effective"]["ManageForeignRoutes"] == "no"
    assert networkd["protection_overridden"] == []


def test_a_key_in_force_hides_the_own_routes_from_describe(tmp_path):
    empty = json.dumps({"data": [json.dumps({"Interfaces": []})]})
    facts = collect(Replay(tmp_path, Kernel(KERNEL_RULES, [DEFAULT, LOOPBACK]), describe=empty))
    assert facts["networkd"]["running"]["ManageForeignRoutes"] == "no"
    assert facts["foreign"]["routes_count"] == 0


def test_keep_configuration(tmp_path):
    host = Replay(tmp_path, Kernel(KERNEL_RULES + TAILSCALE, INCIDENT), describe=describe())
    host.put("run/systemd/network/10-a.network.d/50-keep.conf", "[Network]\nKeepConfiguration=yes\n")
    facts = collect(host)
    assert facts["networkd"]["links"]["keep_configuration"] == {"host0": "yes"}
    assert (facts["at_risk"]["rules_count"], facts["at_risk"]["routes_count"], facts["foreign"]["rules_count"]) == (0, 0, 8)


@pytest.mark.parametrize(
    ("version", "unsupported"),
    [
        ("245 (245.4-4ubuntu3)", ["ManageForeignRoutes"]),
        ("247 (247.3-7+deb11u5)", []),
        ("248 (248.7-1)", ["ManageForeignRoutingPolicyRules"]),
        ("248 (248.8-1)", []),
        ("249 (249.4-1)", ["ManageForeignRoutingPolicyRules"]),
        ("249 (249.11-0ubuntu3)", []),
        ("252 (252.39-1~deb12u2)", []),
        ("257", []),
    ],
)
def test_unsupported(tmp_path, version, unsupported):
    host = Replay(tmp_path, Kernel(KERNEL_RULES + TAILSCALE, INCIDENT), version)
    host.put("etc/systemd/networkd.conf", BOTH)
    facts = collect(host)
    assert facts["networkd"]["unsupported"] == unsupported
    assert facts["at_risk"]["rules_count"] == (8 if "ManageForeignRoutingPolicyRules" in unsupported else 0)
    assert facts["at_risk"]["reject_routes_count"] == (1 if "ManageForeignRoutes" in unsupported else 0)


@pytest.mark.parametrize(
    ("load", "state", "status"),
    [("not-found", "inactive", "absent"), ("loaded", "inactive", "ok"), ("loaded", "failed", "ok")],
)
def test_a_networkd_that_does_not_run_deletes_nothing(tmp_path, load, state, status):
    host = Replay(tmp_path, Kernel(KERNEL_RULES + TAILSCALE, INCIDENT), load=load, state=state)
    facts = collect(host)
    assert facts["networkd"]["status"] == status
    assert (facts["at_risk"]["status"], facts["at_risk"]["rules_count"], facts["at_risk"]["complete"]) == ("ok", 0, True)
    assert facts["rules"]["count"] == 11
    assert not any("busctl" in command for command in host.ran)


@pytest.mark.parametrize("failure", [NotSeen("systemctl did not answer in time"), Absent("systemctl is not installed")])
def test_no_systemctl(tmp_path, failure):
    host = Replay(tmp_path, Kernel(KERNEL_RULES + TAILSCALE, INCIDENT))
    host.answers["systemctl show"] = failure
    facts = collect(host)
    unseen = "absent" if isinstance(failure, Absent) else "unknown"
    assert facts["networkd"] == {"status": unseen, "why": failure.why}
    assert facts["at_risk"]["status"] == ("unknown" if unseen == "unknown" else "ok")
    assert facts["routes_total"] == 5


@pytest.mark.parametrize("refuse", ["rules", "nexthops", "addresses", "routes"])
def test_a_silent_kernel_is_unknown(tmp_path, refuse):
    facts = collect(Replay(tmp_path, Kernel(KERNEL_RULES, INCIDENT, refuse), describe=describe()))
    assert facts["at_risk"] == facts["foreign"] == {"status": "unknown", "why": f"{refuse}: the kernel's dump did not end in time"}
    assert facts["networkd"]["status"] == "ok"
    assert facts["networkd"]["running"]["status"] == "unknown"


STATIC = [Rule(INET, 700, 1, 70, 4), Rule(INET, 701, 1, 70, 4)]
OWN_RULES = "[RoutingPolicyRule]\nPriority=700\nTable=70\n"


@pytest.mark.parametrize(
    ("file", "rules", "complete"),
    [("", ["700", "701"], True), (OWN_RULES, [], False)],
)
def test_without_describe_static_rules_may_be_own(tmp_path, file, rules, complete):
    host = Replay(tmp_path, Kernel(KERNEL_RULES + STATIC, [DEFAULT]))
    host.put("etc/systemd/network/10-a.network", f"[Network]\nGateway=10.77.0.1\n{file}")
    at_risk = collect(host)["at_risk"]
    assert [str(rule["priority"]) for rule in at_risk["rules"]] == rules
    assert at_risk["complete"] is complete
    assert complete or at_risk["why"] == "1 rules and routes may be networkd's own (busctl did not answer in time)"


@pytest.mark.parametrize(
    ("file", "route", "foreign"),
    [
        ("", Route(INET6, 254, 1, 9, b"", 0, 1024, paths=(Path(2, net("fe80::1")),)), 0),
        ("", Route(INET6, 254, 1, 9, b"", 0, 1024, paths=(Path(3, net("fe80::1")), Path(2, net("fe80::2")))), 0),
        ("DHCP=yes\n", Route(INET, 254, 1, 16, b"", 0, 1024, paths=(Path(2, net("10.77.0.1")),)), 0),
        ("", Route(INET, 254, 1, 16, b"", 0, 1024, paths=(Path(2, net("10.77.0.1")),)), 1),
        ("Gateway=10.77.0.1\n", DEFAULT, 0),
        ("", DEFAULT, 1),
        ("Gateway=10.77.0.1\n", DEFAULT._replace(table=57), 1),
        ("Gateway=10.77.0.1\n[Route]\nTable=vpn\n", DEFAULT._replace(table=57), 0),
    ],
)
def test_without_describe_routes_are_own_by_protocol_and_file(tmp_path, file, route, foreign):
    host = Replay(tmp_path, Kernel(KERNEL_RULES, [LOOPBACK, route]))
    host.put("etc/systemd/network/10-a.network", f"[Network]\n{file}")
    assert collect(host)["foreign"]["routes_count"] == foreign


def test_newer_files_leave_the_running_value_open(tmp_path):
    host = Replay(tmp_path, Kernel(KERNEL_RULES, [DEFAULT]))
    host.answers["systemctl show"] = SHOWN.format(load="loaded", state="active", since="Thu 1970-01-01 00:00:01 UTC")
    host.put("etc/systemd/networkd.conf.d/x.conf", BOTH)
    networkd = collect(host)["networkd"]
    assert networkd["running"]["status"] == "unknown"
    assert "/etc/systemd/networkd.conf.d/x.conf" in networkd["newer_files"]


@pytest.mark.parametrize("counts", [True, False], ids=["counted", "uncounted"])
def test_networkd_is_not_asked_where_tables_are_big(tmp_path, counts):
    bulk = [Route(INET, 100, 1, 12, number.to_bytes(4, "big"), 24, paths=(Path(3, b""),)) for number in range(11_000)]
    host = Replay(tmp_path, Kernel(KERNEL_RULES + TAILSCALE, INCIDENT + bulk), describe=describe())
    if counts:
        host.put("proc/net/fib_triestat", "".join(f"Id {table}:\n\tPrefixes:       {count}\n" for table, count in ((52, 2), (100, 11_000))))
        host.put("proc/net/rt6_stats", "0001 0001 0001 0001 0000 0000 0000\n")
    facts = collect(host)
    assert not any("busctl" in command for command in host.ran)
    assert facts["networkd"]["running"] == {
        "status": "ok",
        "ManageForeignRoutes": "yes",
        "ManageForeignRoutingPolicyRules": "yes",
        "by": "start time",
    }
    assert facts.get("routes_total") == (11_003 if counts else None)
    assert (facts["at_risk"]["rules_count"], facts["at_risk"]["complete"]) == (8, False)
    host.put("etc/systemd/networkd.conf", BOTH)
    assert collect(Replay(tmp_path, host.netlink))["at_risk"]["complete"] is True


def test_facts_stay_small(tmp_path, monkeypatch):
    monkeypatch.setattr(_route_tables, "SMALL", 50_000)
    long = Rule(INET6, 1, 1, source=bytes(range(16)), source_length=127, iif="x" * 15, oif="y" * 15)
    rules = [long._replace(priority=number, table=number) for number in range(4000)]
    paths = tuple(Path(2, bytes(range(16))) for _path in range(64))
    routes = [Route(INET6, number, kind, 9, bytes(range(16)), 127, 7, paths=paths) for number in range(500) for kind in (1, 7)]
    routes += [Route(INET6, number, 1, 9, b"", 0, 7, paths=paths) for number in range(40)]
    facts = collect(Replay(tmp_path, Kernel(rules, routes)))
    assert facts["rules"]["listed_cut"] == 4000 - len(facts["rules"]["listed"])
    assert facts["at_risk"]["routes_cut"] == facts["at_risk"]["routes_count"] - len(facts["at_risk"]["routes"])
    assert len(json.dumps(facts)) < 60_000


def test_hostile_names_are_data(tmp_path):
    rule = Rule(INET, 1, 1, 7, iif="{{ 7*7 }}\x1b[31m")
    facts = collect(Replay(tmp_path, Kernel([*KERNEL_RULES, rule], [DEFAULT]), describe='{"data": ["{{ 7*7 }}"]}'))
    assert "from all iif {{ 7*7 }}\x1b[31m lookup 7" in texts(facts["rules"], "listed")
    assert facts["networkd"]["running"]["by"] == "start time"


def test_a_fifo_as_a_configuration_file(tmp_path):
    host = Replay(tmp_path, Kernel(KERNEL_RULES + TAILSCALE, INCIDENT), describe=describe())
    os.mkfifo(tmp_path / "etc/systemd/networkd.conf")
    facts = collect(host)
    assert facts["networkd"]["complete"] is False
    assert facts["at_risk"]["complete"] is False
    assert re.search("networkd.conf: not a regular file", facts["at_risk"]["why"])


def test_unsupported_keys_without_a_minor_number():
    assert unsupported_keys({"major": 249, "full": "249"}) == ["ManageForeignRoutingPolicyRules"]
