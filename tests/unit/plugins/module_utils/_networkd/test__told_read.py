# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _told_read

FILE = "/etc/systemd/network/10-lab.network"
STATE = f"ADMIN_STATE=configured\nNETWORK_FILE={FILE}\nDNS=10.77.0.44\nDOMAINS=\nROUTE_DOMAINS=\nLLMNR=yes\nMDNS=no\n"
LINKS = [Link(2, "host0"), Link(3, "gone0")]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    def put(path: str, text: str) -> None:
        file = tmp_path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    put(FILE, "[Network]\nDNS=10.77.0.1\nIPv6AcceptRA=no\n")
    put("/run/systemd/netif/links/2", STATE)
    monkeypatch.setattr(_told_read._systemd, "unit", lambda _host, _name: {"since": os.stat(tmp_path).st_ctime + 1000})
    return put


def _answers(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    def call(*_what: Any) -> list:
        if isinstance(answer, Exception):
            raise answer
        return [json.dumps(answer)]

    monkeypatch.setattr(_told_read._networkd_describe._systemd, "call", call)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"Interfaces": [{"Index": 2, "DNS": [{"ConfigSource": "runtime"}], "DNSSettings": [{"LLMNR": "yes"}]}]}, ["10.77.0.44"]),
        ({"Interfaces": [{"Index": 2, "DNS": [{"ConfigSource": "static"}], "DNSSettings": [{"LLMNR": "yes"}]}]}, []),
        # By the files alone.
        ({"Interfaces": [{"Index": 2}]}, ["10.77.0.44"]),
        ({"Interfaces": [{"Index": 2, "DNSSettings": 7}, 7]}, ["10.77.0.44"]),
        ({"Interfaces": 7}, ["10.77.0.44"]),
        (NotSeen("not on the bus"), ["10.77.0.44"]),
    ],
)
def test_look(put: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Any, told: list) -> None:
    _answers(monkeypatch, answer)
    seen = _told_read.look(Host(str(tmp_path)), LINKS, 257, True)
    assert ([one.value for one in seen.told], seen.doubts) == (told, [])


def test_networkd_is_left_alone_where_it_must_not_be_asked(put: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, AssertionError("asked"))
    assert [one.value for one in _told_read.look(Host(str(tmp_path)), LINKS, 257, False).told] == ["10.77.0.44"]


def test_a_lease_is_no_telling(put: Callable, tmp_path: Path) -> None:
    put("/run/systemd/netif/leases/2", "DNS=10.77.0.3\n")
    put("/run/systemd/netif/links/2", STATE.replace("10.77.0.44", "10.77.0.1 10.77.0.3"))
    assert _told_read.look(Host(str(tmp_path)), LINKS, 252, False) == ([], [])


@pytest.mark.parametrize(
    ("path", "doubt"),
    [
        ("/etc/systemd/network/10-lab.network.d/dns.conf", True),
        ("/etc/systemd/network/20-other.network", False),
        # It only keeps other things over the restart.
        ("/run/systemd/network/10-lab.network.d/zzz-holdfast.conf", False),
    ],
)
def test_files_that_changed_since(put: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, doubt: bool) -> None:
    put(path, "[Network]\nLLMNR=yes\n")
    began = os.stat(tmp_path / path.lstrip("/")).st_ctime - 0.001
    for name in ("etc", "etc/systemd/network/10-lab.network"):
        os.utime(tmp_path / name)
    monkeypatch.setattr(_told_read._pending, "_changed", lambda host, file: host.stat(file).st_ctime if file == path else 0.0)
    monkeypatch.setattr(_told_read._systemd, "unit", lambda _host, _name: {"since": began})
    monkeypatch.setattr(_told_read._pending, "_is_unexplained", lambda *_what: False)
    seen = _told_read.look(Host(str(tmp_path)), LINKS, 247, False)
    assert bool(seen.doubts) is doubt and bool(seen.told) is not doubt


def test_a_state_file_that_can_not_be_read_is_a_doubt(put: Callable, tmp_path: Path) -> None:
    (tmp_path / "run/systemd/netif/links/2").unlink()
    (tmp_path / "run/systemd/netif/links/2").mkdir()
    seen = _told_read.look(Host(str(tmp_path)), LINKS, 257, False)
    assert not seen.told and seen.doubts[0].startswith("host0: what it was told by resolvectl can't be seen: ")
