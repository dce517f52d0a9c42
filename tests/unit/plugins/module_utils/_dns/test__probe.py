# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _probe
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._exchange import Result
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import empty_cell
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

OPTIONS = {
    "names": [{"name": "www.example.lab", "types": ["A"], "expect": "answer"}],
    "zones": [],
    "references": [],
    "connect": [{"name": "www.example.lab", "port": 443, "tls": True}],
    "tls": False,
    "own_names": False,
    "deadline": 5.0,
    "rate": 50,
    "slow_ms": 500,
}


@pytest.fixture
def host(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/resolv.conf").write_text("nameserver 192.0.2.53\n")
    (tmp_path / "etc/nsswitch.conf").write_text("hosts: files dns\n")
    (tmp_path / "etc/hosts").write_text("127.0.0.1 localhost\n")
    return Host(str(tmp_path))


def answered(ask):
    right = {"rcode": "NXDOMAIN"} if ask.question.absent else {"rcode": "NOERROR", "answers": ["192.0.2.1"], "ttl": 60}
    return {**empty_cell(ask), **right, "tries": 1, "ms": 2.0}


def probe(host, monkeypatch, change=lambda ask, cell: cell, **options):
    seen = {}

    def run(asks, targets, limits):
        seen.update(asks=asks, targets=targets, limits=limits)
        return Result([change(ask, answered(ask)) for ask in asks], [], 12.3)

    monkeypatch.setattr(_probe, "run", run)
    return _probe.probe(host, {**OPTIONS, **options}), seen


def test_a_healthy_host(host, monkeypatch):
    fact, seen = probe(host, monkeypatch)
    assert (fact["status"], fact["complete"], fact["verdicts"]) == ("ok", True, [])
    assert [layer["name"] for layer in fact["layers"]] == ["C library", "resolv.conf 192.0.2.53 udp", "resolv.conf 192.0.2.53 tcp"]
    assert {cell["state"] for cell in fact["cells"]} == {"ok"}
    assert (seen["targets"][0].port, seen["limits"].deadline) == (443, 5.0)


def test_what_could_not_be_asked_leaves_a_hole(host, monkeypatch):
    fact, _seen = probe(host, monkeypatch, lambda ask, cell: {**cell, "rcode": None, "error": "denied"} if ask.layer.kind == "libc" else cell)
    assert fact["complete"] is False
    assert "C library was not asked (2 questions in all)" in fact["why"]


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({"names": [], "own_names": True}, {"deb.example.lab A": "/etc/apt/sources.list", ". NS": "", "absent.example.com A": ""}),
        ({"names": [], "own_names": False}, {". NS": "", "absent.example.com A": ""}),
        ({"own_names": True}, {"www.example.lab A": "", "absent.example.lab A": ""}),
        ({"names": [], "zones": ["example.lab"], "own_names": True}, {"absent.example.lab A": ""}),
    ],
)
def test_names_that_the_host_itself_tells_of(host, monkeypatch, options, asked):
    (Path(host.root) / "etc/apt").mkdir()
    (Path(host.root) / "etc/apt/sources.list").write_text("deb http://deb.example.lab/debian x main\n")
    fact, _seen = probe(host, monkeypatch, **options)
    assert {each["key"]: each["from"] for each in fact["questions"]} == asked
    assert {cell["question"] for cell in fact["cells"]} == set(asked)


def test_an_own_name_that_nobody_answers_gives_no_verdict(host, monkeypatch):
    (Path(host.root) / "etc/fstab").write_text("nas.example.lab:/srv /mnt nfs defaults 0 0\n")
    broken = {"rcode": "NXDOMAIN", "answers": []}
    fact, _seen = probe(host, monkeypatch, lambda ask, cell: {**cell, **broken} if "nas" in ask.question.key else cell, names=[], own_names=True)
    assert {each["key"]: each["answered"] for each in fact["questions"]}["nas.example.lab A"] is False
    assert (fact["verdicts"], {cell["state"] for cell in fact["cells"] if "nas" in cell["question"]}) == ([], {"bad"})


def test_questions_that_were_sent_again_are_counted(host, monkeypatch):
    fact, _seen = probe(host, monkeypatch, lambda ask, cell: {**cell, "tries": 1 if ask.question.absent else 3})
    assert fact["loss"] == [{"layer": "resolv.conf 192.0.2.53 udp", "answered": 2, "sent_again": 1}]


@pytest.mark.parametrize(
    ("node", "seen", "hole"),
    [
        pytest.param("resolv_conf", {"status": "unknown", "why": "permission denied", "nameservers": []}, "permission denied", id="not read"),
        pytest.param("hosts_file", {"status": "ok", "complete": False, "why": "too large"}, "too large", id="read in part"),
        pytest.param("resolved", {"status": "ok", "running": {"links": [], "links_cut": 3}}, "3 servers, domains or links", id="cut"),
    ],
)
def test_a_layer_that_nobody_knows_of_is_a_hole(node, seen, hole):
    right = {"status": "ok"}
    facts = {"resolv_conf": right, "nsswitch": right, "hosts_file": right, "resolved": {"status": "absent"}}
    assert _probe._unread(facts) == []
    assert hole in _probe._unread({**facts, node: seen})[0]
