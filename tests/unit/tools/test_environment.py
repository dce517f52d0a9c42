# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys

import environment
import pytest


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    """A sealed environment with one package of one file."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    (tmp_path / "lib/sample.py").write_text("1234")
    environment.seal(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("damage", "whole"),
    [
        ("true", True),
        ("touch lib/sample.pyc lib/new.py", True),
        ("rm lib/sample.py", False),
        ("truncate -s 2 lib/sample.py", False),
        ("rm bin/python", False),
        ("ln -sf /nowhere/python bin/python", False),
        ("rm -r lib", False),
        ("truncate -s 9 sealed.json", False),
        ("rm sealed.json", False),
    ],
)
def test_damage_is_seen(folder, damage: str, whole: bool) -> None:
    subprocess.run(["sh", "-ec", damage], cwd=folder, check=True)
    assert environment.is_whole(folder) is whole
