# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

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


def test_nothing_is_there(tmp_path: Path) -> None:
    assert _pending.changed_since(Host(str(tmp_path)), LONG_AGO) == []


def test_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pending, "_MOST", 1)
    with pytest.raises(NotSeen, match="more than 1 files"):
        _pending.changed_since(put(tmp_path, "etc/systemd/network/a.network", "etc/systemd/network/b.network"), LONG_AGO)
