# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket
import sys
import time

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _libc
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._exchange import run
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Layer, Question
from ansible_collections.holdfast.baseline.tests.unit.plugins.module_utils._dns.servers import asks, descriptors, limits

LAYER = Layer("C library", "libc", "libc")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"addresses": ["192.0.2.1"]}, {"rcode": "NOERROR", "answers": ["192.0.2.1"], "answers_cut": 0, "ttl": None}),
        ({"eai": socket.EAI_NONAME, "text": ""}, {"rcode": "NXDOMAIN", "flags": ["noname"]}),
        ({"eai": -5, "text": ""}, {"rcode": "NXDOMAIN", "flags": ["noname"]}),
        ({"eai": socket.EAI_AGAIN, "text": ""}, {"rcode": "SERVFAIL", "detail": "EAI_AGAIN: temporary failure"}),
        ({"eai": socket.EAI_FAIL, "text": ""}, {"rcode": "SERVFAIL", "detail": "EAI_FAIL: failure that would last"}),
        ({"eai": socket.EAI_SYSTEM, "text": "System error"}, ("failed", "system error")),
        ({"eai": 0, "text": "host name too long"}, ("failed", "host name too long")),
    ],
)
def test_outcome(result, expected):
    assert _libc.outcome(result) == expected


def test_real_answers():
    before = descriptors()
    literal = [Question("A", "127.0.0.1.", "A", typed="127.0.0.1"), Question("AAAA", "::1.", "AAAA", typed="::1")]
    other = [Question("MX", "example.com.", "MX"), Question("long", f"{'x' * 70}.", "A", typed="x" * 70)]
    cells = run([Ask(LAYER, question) for question in literal + other], [], limits(10)).cells
    assert [cell["answers"] for cell in cells] == [["127.0.0.1"], ["::1"], [], []]
    assert [cell["error"] for cell in cells[:3]] == [None, None, "unsupported"]
    assert cells[3]["rcode"] != "NOERROR" and descriptors() == before


def child(monkeypatch, tmp_path, code):
    """Another program in place of the child, which writes its process id first."""
    monkeypatch.setattr(_libc, "_CODE", f"import json, os, sys, time\nopen({str(tmp_path / 'pid')!r}, 'a').write(f'{{os.getpid()}} ')\n{code}")


def gone(tmp_path):
    return not any(os.path.exists(f"/proc/{pid}") for pid in (tmp_path / "pid").read_text().split())


ECHO = """
for line in sys.stdin:
    place, name, family = json.loads(line)
    open({!r}, "a").write(name + " ")
"""


def test_a_hanging_library_is_killed_at_the_deadline(monkeypatch, tmp_path):
    child(monkeypatch, tmp_path, "time.sleep(60)")
    before, begun = descriptors(), time.monotonic()
    cells = run(asks(LAYER, "a.example.com"), [], limits(0.5)).cells
    assert (cells[0]["error"], cells[0]["tries"]) == ("timeout", 1)
    assert time.monotonic() - begun < 3 and gone(tmp_path) and descriptors() == before


def test_what_is_not_answered_is_asked_again_and_absent_labels_are_new(monkeypatch, tmp_path):
    monkeypatch.setattr(_libc, "_AGAIN", (0.3, 0.6))
    child(monkeypatch, tmp_path, ECHO.format(str(tmp_path / "names")) + "time.sleep(60)")
    cells = run(asks(LAYER, "a.example.com", absent="example.com"), [], limits(1.5)).cells
    names = (tmp_path / "names").read_text().split()
    absent = [name for name in names if name.startswith("hf-") and name.endswith(".example.com.")]
    assert [cell["tries"] for cell in cells] == [3, 3] and gone(tmp_path)
    assert names.count("a.example.com") == 3 and len(set(absent)) == len(absent) == 3


@pytest.mark.parametrize("code", ["", "sys.stdout.write('no JSON\\n')", "sys.stdout.write('[0, {}]\\n')", "sys.stdout.write('x' * 200000)", "1 / 0"])
def test_a_child_that_goes_wrong(monkeypatch, tmp_path, code):
    child(monkeypatch, tmp_path, code)
    result = run(asks(LAYER, "a.example.com"), [], limits(5))
    assert result.cells[0]["error"] == "failed" and result.cells[0]["detail"]
    assert result.took_ms < 4000 and gone(tmp_path)


def test_no_child_at_all(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    result = run(asks(LAYER, "a.example.com"), [], limits(5))
    assert result.cells[0]["error"] == "failed" and result.took_ms < 4000


@pytest.mark.parametrize("name", ["RES_OPTIONS", "SYSTEMD_NSS_RESOLVE_CACHE"])
def test_what_a_login_has_set_changes_nothing(monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, "0")
    child(monkeypatch, tmp_path, f"open({str(tmp_path / 'env')!r}, 'w').write(os.environ.get({name!r}, 'unset'))")
    run(asks(LAYER, "a.example.com"), [], limits(5))
    assert (tmp_path / "env").read_text() == "unset"


def test_only_what_is_asked_again_is_not_merged_with_what_waits(monkeypatch, tmp_path):
    monkeypatch.setattr(_libc, "_AGAIN", (0.3, 0.6))
    child(monkeypatch, tmp_path, f"open({str(tmp_path / 'env')!r}, 'a').write(os.environ.get('SYSTEMD_NSS_RESOLVE_ZONE', 'unset ')); time.sleep(60)")
    run(asks(LAYER, "a.example.com"), [], limits(1.5))
    assert (tmp_path / "env").read_text() == "unset 00"
