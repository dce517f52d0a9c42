# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _way_in

CAME_IN = "PATH=/bin\0SSH_CONNECTION=10.77.0.1 40000 10.77.5.14 22\0HOME=/root\0"
ADDRESS = socket.inet_aton("10.77.5.14")


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        (CAME_IN, ADDRESS),
        ("SSH_CONNECTION=::ffff:10.77.0.1 40000 ::ffff:10.77.5.14 22\0", ADDRESS),
        ("SSH_CONNECTION=fe80::1%eth0 40000 fe80::2%eth0 22\0", socket.inet_pton(socket.AF_INET6, "fe80::2")),
        ("PATH=/bin\0NOT_SSH_CONNECTION=1 2 10.77.5.14 22\0", b""),
        ("SSH_CONNECTION=$(reboot) 1 `x` 22\0", b""),
        ("SSH_CONNECTION=10.77.0.1\0", b""),
        ("", b""),
    ],
)
def test_parse(environment: str, address: bytes) -> None:
    assert _way_in.parse(environment) == address


@pytest.mark.parametrize(("stat", "parent"), [("12 (sh) S 7 12 12", 7), ("12 (a) S 1) S 9 12", 9), ("", 0), ("12 (sh) S x", 0)])
def test_parent(stat: str, parent: int) -> None:
    assert _way_in.parent(stat) == parent


@pytest.mark.parametrize(("generations", "address"), [(1, ADDRESS), (3, ADDRESS), (40, b"")])
def test_looked_for_in_the_parents(tmp_path: Path, generations: int, address: bytes) -> None:
    """As behind sudo, which takes the variable away."""
    process = os.getpid()
    for number in range(generations):
        folder = tmp_path / f"proc/{process + number}"
        folder.mkdir(parents=True)
        (folder / "environ").write_text(CAME_IN if number == generations - 1 else "PATH=/bin\0")
        (folder / "stat").write_text(f"{process + number} (sh) S {process + number + 1} 1 1")
    assert _way_in.address(Host(str(tmp_path))) == address
