# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import time

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen


@pytest.fixture
def host(tmp_path):
    (tmp_path / "etc").mkdir()
    return Host(str(tmp_path), timeout=1)


@pytest.mark.parametrize(
    ("data", "limit", "text", "complete"),
    [
        (b"nameserver ::1\n", 100, "nameserver ::1\n", True),
        (b"12345", 5, "12345", True),
        (b"123456", 5, "12345", False),
        (b"caf\xe9", 100, "caf\\xe9", True),
        (b"", 100, "", True),
    ],
)
def test_read(host, tmp_path, data, limit, text, complete):
    (tmp_path / "etc/file").write_bytes(data)
    assert host.read("/etc/file", limit) == (text, complete)


def test_read_follows_links_inside_the_root(host, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/real").write_text("x")
    (tmp_path / "etc/absolute").symlink_to("/run/real")
    (tmp_path / "etc/relative").symlink_to("../run/real")
    assert host.read("/etc/absolute").text == host.read("/etc/relative").text == "x"
    assert host.resolve("/etc/relative") == (["../run/real"], "/run/real")


@pytest.mark.parametrize(
    ("make", "kind", "why"),
    [
        (lambda path: None, Absent, "no such file"),
        (lambda path: path.symlink_to("/nowhere"), Absent, "no such file"),
        (lambda path: path.symlink_to(path.name), NotSeen, "too many levels"),
        (lambda path: path.mkdir(), NotSeen, "not a regular file"),
        (os.mkfifo, NotSeen, "not a regular file"),
    ],
    ids=["missing", "dangling", "cycle", "directory", "fifo"],
)
def test_read_says_why_not(host, tmp_path, make, kind, why):
    make(tmp_path / "etc/file")
    with pytest.raises(kind, match=why) as raised:
        host.read("/etc/file")
    assert isinstance(raised.value, Absent) == (kind is Absent)


@pytest.mark.parametrize(
    ("argv", "kind", "why"),
    [
        (["no-such-command-here"], Absent, "not installed"),
        (["sh", "-c", "echo first >&2; echo last >&2; exit 3"], NotSeen, "exited with 3: last"),
        (["sh", "-c", "exit 1"], NotSeen, "no message"),
        (["sleep", "60"], NotSeen, "did not answer in time"),
        (["sh", "-c", "exec >&- 2>&-; sleep 60"], NotSeen, "did not answer in time"),
        (["sh", "-c", "sleep 60 & wait"], NotSeen, "did not answer in time"),
        (["sh", "-c", "yes"], NotSeen, "printed more than 1000 bytes"),
        (["sh", "-c", "printf '\\033[0;31mred\\033[0m' >&2; exit 1"], NotSeen, "exited with 1: red$"),
        (["/etc"], Absent, "not installed"),
    ],
)
def test_run_says_why_not(host, argv, kind, why):
    began = time.monotonic()
    with pytest.raises(kind, match=why) as raised:
        host.run(argv, limit=1000)
    assert isinstance(raised.value, Absent) == (kind is Absent)
    assert time.monotonic() - began < 15


def test_run_gives_no_input_and_the_c_locale(host):
    assert host.run(["sh", "-c", 'cat; echo "$LC_ALL"']) == "C\n"


def test_a_host_that_answers_nothing_costs_four_deadlines_in_all(tmp_path):
    host = Host(str(tmp_path), timeout=0.2)
    reasons = []
    for _time in range(20):
        with pytest.raises(NotSeen) as raised:
            host.run(["sleep", "60"])
        reasons.append(raised.value.why)
    assert "did not answer in time" in reasons[0]
    assert "no time left" in reasons[-1]


def test_once_remembers_answers_and_refusals(host):
    asked = []

    def look():
        asked.append(1)
        raise Absent("not there")

    for _time in range(2):
        with pytest.raises(Absent):
            host.once("it", look)
    assert len(asked) == 1


def test_run_does_not_wait_for_what_a_command_leaves_running(host):
    began = time.monotonic()
    assert host.run(["sh", "-c", "sleep 20 & echo started"]) == "started\n"
    assert time.monotonic() - began < 15
