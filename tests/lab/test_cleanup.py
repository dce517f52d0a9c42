# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""However the tests end, no process, namespace, mount or cgroup of theirs is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Whoever runs these tests in the background has SIGINT ignored, and a child of theirs would, too.
WITH_SIGINT = ["env", "--default-signal=INT"]
PYTEST = [*WITH_SIGINT, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_scenarios.py", "-k", "routes/healthy-debian13"]
KINDS = ("net", "mnt", "pid")


@pytest.mark.usefixtures("lab_machine")
@pytest.mark.parametrize(
    ("options", "number"),
    [
        pytest.param([], signal.SIGKILL, id="killed"),
        pytest.param([], signal.SIGTERM, id="terminated"),
        pytest.param([], signal.SIGINT, id="interrupted"),
        pytest.param(["-n", "1"], signal.SIGKILL, id="killed-with-worker"),
    ],
)
def test_nothing_is_left(options: list[str], number: int) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    tests = subprocess.Popen([*PYTEST, *options], cwd=HERE, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(lambda: "systemd" in map(_name, _descendants(tests.pid)), "a host boots")
        namespaces = {each for pid in _descendants(tests.pid) for each in _namespaces(pid)} - set(_namespaces(os.getpid()))
        cgroups = _cgroups(tests.pid)
        assert len(namespaces) >= 2 * len(KINDS)
        assert cgroups
    finally:
        tests.send_signal(number)
        tests.wait(60)
    _wait(lambda: not _processes_in(namespaces), "all processes are gone")
    _wait(lambda: not any(cgroup.exists() for cgroup in cgroups), "all cgroups are gone")
    assert "/run/lab" not in Path("/proc/self/mountinfo").read_text(encoding="utf-8")


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from _descendants(child)


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _namespaces(pid: int) -> list[str]:
    try:
        return [os.readlink(f"/proc/{pid}/ns/{kind}") for kind in KINDS]
    except OSError:
        return []


def _processes_in(namespaces: set[str]) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if namespaces & set(_namespaces(pid))]


def _cgroups(pid: int) -> list[Path]:
    """The lab's own, as told by the command line of its supervisor."""
    for child in _descendants(pid):
        words = Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8").split("\0")
        if "holdfast-lab" in words:
            return [Path(word) for word in words[words.index("holdfast-lab") + 1 :] if word]
    return []


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"not within a minute: {what}"
        time.sleep(0.1)
