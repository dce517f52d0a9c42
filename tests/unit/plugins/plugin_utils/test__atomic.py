# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _atomic


@pytest.fixture(autouse=True)
def tight_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_makes_directories_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "report.json"
    _atomic.write(str(path), b"old")
    _atomic.write(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert [mode(path), mode(path.parent), mode(path.parent.parent)] == [0o644, 0o755, 0o755]
    assert list(path.parent.iterdir()) == [path]


def test_leaves_an_existing_directory_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    _atomic.write(str(tmp_path / "private" / "x"), b"")
    assert mode(tmp_path / "private") == 0o700


def test_a_failure_keeps_the_old_file_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        _atomic.write(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_in_the_way_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        _atomic.write(str(tmp_path / "file" / "report.json"), b"")
