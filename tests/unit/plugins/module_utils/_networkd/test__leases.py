# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked, and what can't be; that servers answer is seen in the lab."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _leases

LEASE = "ADDRESS=10.0.0.2\nCLIENTID=ff01\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with the links eth0 and wwan0; a test gives them leases."""
    monkeypatch.setattr(_leases.socket, "if_nameindex", lambda: [(2, "eth0"), (3, "wwan0")])
    for link, kind in (("eth0", "1"), ("wwan0", "519")):
        folder = tmp_path / "sys/class/net" / link
        folder.mkdir(parents=True)
        (folder / "type").write_text(f"{kind}\n", encoding="ascii")
        (folder / "address").write_text("02:00:00:00:00:01\n", encoding="ascii")
    return tmp_path


def lease(root: Path, index: int, text: str = LEASE) -> None:
    folder = root / "run/systemd/netif/leases"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(index)).write_text(text, encoding="ascii")


def test_nothing_to_lose(root: Path) -> None:
    assert _leases.unrenewable(Host(root=str(root))) == []
    lease(root, 7)
    assert _leases.unrenewable(Host(root=str(root))) == []


def test_what_cannot_be_asked_is_told(root: Path) -> None:
    lease(root, 2, "ADDRESS=nonsense\n")
    lease(root, 3)
    broken, mobile = _leases.unrenewable(Host(root=str(root)))
    assert broken.startswith("whether eth0 would get its lease again can't be asked: ")
    assert mobile == "whether wwan0 would get its lease again can't be asked: wwan0 is no Ethernet link"


def test_who_is_silent_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Listener:
        """Is closed in the end, whatever happened."""

        def close(self) -> None:
            asked.append("closed")

    monkeypatch.setattr(_leases, "_listener", lambda _link: Listener())
    monkeypatch.setattr(_leases, "_silent", lambda questions: asked.extend(questions) or ["eth0"])
    lease(root, 2)
    assert _leases.unrenewable(Host(root=str(root))) == ["no DHCP server answers eth0"]
    assert asked[0].link == "eth0" and bytes([10, 0, 0, 2]) in asked[0].packet and asked[1:] == ["closed"]
