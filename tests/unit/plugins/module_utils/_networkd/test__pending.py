# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _pending

LONG_AGO = 1.0
FAR_AHEAD = 9e9


def put(root: Path, *paths: str) -> Host:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("[Match]\n", encoding="ascii")
    return Host(str(root))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("etc/systemd/network/10-x.network", True),
        ("run/systemd/network/10-netplan.netdev", True),
        ("usr/lib/systemd/network/80-x.network", True),
        ("usr/local/lib/systemd/network/10-x.network.d/y.conf", True),
        ("etc/systemd/network/10-x.netdev.d/y.conf", True),
        ("etc/systemd/network/10-x.network.d/90-own.conf", False),
        ("etc/systemd/network/10-x.network.d/notes.txt", False),
        ("etc/systemd/network/10-x.link", False),
        ("etc/systemd/network/README", False),
        ("etc/systemd/networkd.conf", False),
    ],
)
def test_what_a_restart_would_bring_into_force(tmp_path: Path, path: str, found: bool) -> None:
    host = put(tmp_path, path)
    assert _pending.changed_since(host, LONG_AGO, "90-own.conf") == ([f"/{path}"] if found else [])
    assert _pending.changed_since(host, FAR_AHEAD, "90-own.conf") == []


def test_a_dangling_link_counts_by_itself(tmp_path: Path) -> None:
    host = put(tmp_path, "etc/systemd/network/a.network")
    (tmp_path / "etc/systemd/network/b.network").symlink_to("/nowhere")
    assert _pending.changed_since(host, LONG_AGO) == ["/etc/systemd/network/a.network", "/etc/systemd/network/b.network"]


OWN, PLACE = "90-own.conf", "etc/systemd/network"
DROP_INS = f"{PLACE}/10-x.network.d"


def _delete(root: Path, name: str) -> None:
    (root / name).unlink()


def _own_in_a_new_folder(root: Path) -> None:
    put(root, f"{PLACE}/20-y.network.d/{OWN}")


def _target(root: Path) -> None:
    (root / "etc/shared").write_text("[Match]\nName=x\n", encoding="ascii")


def _retarget(root: Path) -> None:
    os.replace(root / "etc/other", root / "etc/shared")


def _link_elsewhere(root: Path) -> None:
    (root / PLACE / "new").symlink_to("/etc/other")
    os.replace(root / PLACE / "new", root / PLACE / "30-link.network")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(lambda _root: None, [], id="nothing"),
        pytest.param(lambda root: _delete(root, f"{PLACE}/10-x.network"), [f"/{PLACE} (what is in it)"], id="a file is gone"),
        pytest.param(lambda root: _delete(root, f"{DROP_INS}/y.conf"), [f"/{DROP_INS} (what is in it)"], id="a drop-in is gone"),
        pytest.param(lambda root: _delete(root, f"{DROP_INS}/{OWN}"), [f"/{DROP_INS} (what is in it)"], id="our own is gone"),
        pytest.param(lambda root: put(root, f"{DROP_INS}/{OWN}"), [], id="our own anew"),
        pytest.param(_own_in_a_new_folder, [], id="our own in a folder of its own"),
        pytest.param(lambda root: put(root, f"{PLACE}/README"), [], id="a file that isn't read"),
        pytest.param(lambda root: put(root, f"{PLACE}/20-y.network"), [f"/{PLACE}/20-y.network"], id="a new file"),
        pytest.param(_target, [f"/{PLACE}/30-link.network"], id="a link's target was written"),
        pytest.param(_retarget, [f"/{PLACE}/30-link.network"], id="a link's target was replaced"),
        pytest.param(_link_elsewhere, [f"/{PLACE}/30-link.network"], id="a link leads elsewhere"),
        pytest.param(lambda root: os.utime(root / "dev/null"), [], id="the target of what is masked was touched"),
    ],
)
def test_since_networkd_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object], found: list[str]) -> None:
    monkeypatch.setattr(_pending, "_AT_ONCE", 0.05)
    host = put(tmp_path, f"{PLACE}/10-x.network", f"{PLACE}/a.link", f"{DROP_INS}/y.conf", f"{DROP_INS}/{OWN}", "etc/shared", "etc/other")
    (tmp_path / "dev").mkdir()
    os.mkfifo(tmp_path / "dev/null")
    for name, target in (("30-link", "/etc/shared"), ("40-masked", "/dev/null")):
        (tmp_path / PLACE / f"{name}.network").symlink_to(target)
    time.sleep(0.2)
    started = time.time() - 0.05
    change(tmp_path)
    assert _pending.changed_since(host, started, OWN) == found


def test_a_folder_that_is_new_and_empty_counts(tmp_path: Path) -> None:
    """It could be one that was emptied."""
    (tmp_path / PLACE).mkdir(parents=True)
    assert _pending.changed_since(Host(str(tmp_path)), LONG_AGO) == [f"/{PLACE} (what is in it)"]


def test_nothing_is_there(tmp_path: Path) -> None:
    assert _pending.changed_since(Host(str(tmp_path)), LONG_AGO) == []


def test_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pending, "_MOST", 1)
    with pytest.raises(NotSeen, match="more than 1 files"):
        _pending.changed_since(put(tmp_path, "etc/systemd/network/a.network", "etc/systemd/network/b.network"), LONG_AGO)
