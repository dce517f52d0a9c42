# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fcntl
import os

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._held import by, mount_points
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

MOUNTINFO = """\
22 1 0:21 / / rw,relatime shared:1 - overlay overlay rw
36 22 98:0 /mnt1 /mnt/two\\040words rw,noatime master:1 - ext3 /dev/root rw,errors=continue
37 22 0:52 /root/rc /etc/resolv.conf rw,relatime - overlay overlay rw
nonsense
"""


def test_mount_points():
    assert mount_points(MOUNTINFO) == {"/", "/mnt/two words", "/etc/resolv.conf"}


@pytest.fixture(name="host")
def _host(tmp_path):
    os.makedirs(tmp_path / "etc")
    os.makedirs(tmp_path / "proc/self")
    (tmp_path / "etc/resolv.conf").write_text("nameserver 127.0.0.53\n")
    (tmp_path / "proc/self/mountinfo").write_text("")
    return Host(str(tmp_path))


@pytest.mark.parametrize(("mountinfo", "flags", "expected"), [("", 0, None), (MOUNTINFO, 0, "mount"), ("", 0x10, "immutable"), ("", 0x80020, None)])
def test_what_holds_it(host, tmp_path, monkeypatch, mountinfo, flags, expected):
    """ext4 shows 0x80000 (extents) of almost every file."""
    (tmp_path / "proc/self/mountinfo").write_text(mountinfo)
    monkeypatch.setattr(fcntl, "ioctl", lambda _handle, _request, buffer: flags.to_bytes(4, "little") + buffer[4:])
    assert by(host, "/etc/resolv.conf") == expected


def _not_a_file_of_ext4(*_arguments):
    raise OSError(25, "not a typewriter")


def test_a_link_or_a_file_system_without_flags_holds_nothing(host, tmp_path, monkeypatch):
    monkeypatch.setattr(fcntl, "ioctl", _not_a_file_of_ext4)
    assert by(host, "/etc/resolv.conf") is None
    os.symlink("resolv.conf", tmp_path / "etc/link")
    assert by(host, "/etc/link") is None
