# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import (
    Assignment,
    boolean,
    parse_unit_text,
    read_config,
)

ETC, RUN, LOCAL, USR = "etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd"
NO, YES = "[Network]\nManageForeignRoutes=no\n", "[Network]\nManageForeignRoutes=yes\n"
MASK, DANGLING = object(), object()


def tree(root, files):
    (root / "dev").mkdir()
    (root / "dev/null").touch()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text in (MASK, DANGLING):
            path.symlink_to("/dev/null" if text is MASK else "/nowhere")
        else:
            path.write_text(text)
    return Host(str(root))


def routes(root, files, version=257):
    keys = frozenset({"ManageForeignRoutes"})
    return read_config(tree(root, files), "networkd.conf", "Network", boolean_keys=keys, version=version)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Network]\nA=1", [("Network", "A", "1", "f:2")]),
        ("[Network]\n  A = 1 2 \n", [("Network", "A", "1 2", "f:2")]),
        ("[Network]\n;A=1\n # A=2\nA=3", [("Network", "A", "3", "f:4")]),
        ("[Network]\nA=1 \\\n# in between\n 2\nB=", [("Network", "A", "1   2", "f:4"), ("Network", "B", "", "f:5")]),
        ("A=1\n[B]\nnonsense\n=x\n", [("", "A", "1", "f:1")]),
        ("\ufeff[Network]\r\nA=1\r\n", [("Network", "A", "1", "f:2")]),
        ("[Network]\nA=1\\", [("Network", "A", "1", "f:2")]),
    ],
)
def test_parse_unit_text(text, expected):
    assert parse_unit_text(text, "f") == ([Assignment(*each) for each in expected], None)


def test_a_broken_section_header_ends_the_file_as_in_systemd():
    found, broken = parse_unit_text("[Network]\nA=1\n[Broken\nA=2\n", "f")
    assert [each.value for each in found] == ["1"]
    assert broken.source == "f:3"


@pytest.mark.parametrize(
    ("files", "value", "source"),
    [
        ({}, None, "default"),
        ({f"{ETC}/networkd.conf": NO}, "no", "/etc/systemd/networkd.conf:2"),
        ({f"{ETC}/networkd.conf": YES, f"{USR}/networkd.conf.d/1.conf": NO}, "no", "/usr/lib/systemd/networkd.conf.d/1.conf:2"),
        ({f"{ETC}/networkd.conf.d/1.conf": NO, f"{RUN}/networkd.conf.d/2.conf": YES}, "yes", "/run/systemd/networkd.conf.d/2.conf:2"),
        ({f"{ETC}/networkd.conf.d/1.conf": NO, f"{RUN}/networkd.conf.d/1.conf": YES}, "no", "/etc/systemd/networkd.conf.d/1.conf:2"),
        ({f"{RUN}/networkd.conf.d/1.conf": NO, f"{LOCAL}/networkd.conf.d/1.conf": YES}, "no", "/run/systemd/networkd.conf.d/1.conf:2"),
        ({f"{ETC}/networkd.conf.d/1.conf": MASK, f"{USR}/networkd.conf.d/1.conf": NO}, None, "default"),
        ({f"{ETC}/networkd.conf.d/1.conf": "", f"{USR}/networkd.conf.d/1.conf": NO}, None, "default"),
        ({f"{USR}/networkd.conf.d/1.conf": MASK, f"{ETC}/networkd.conf.d/1.conf": NO}, "no", "/etc/systemd/networkd.conf.d/1.conf:2"),
        ({f"{ETC}/networkd.conf.d/1.txt": NO}, None, "default"),
        ({f"{ETC}/networkd.conf.d/.1.conf": NO}, None, "default"),
        ({f"{ETC}/networkd.conf.d/1.conf": DANGLING, f"{USR}/networkd.conf.d/1.conf": NO}, None, "default"),
        ({f"{ETC}/networkd.conf": "[DHCPv4]\nManageForeignRoutes=no\n"}, None, "default"),
        ({f"{ETC}/networkd.conf": NO + "ManageForeignRoutes=maybe\n"}, "no", "/etc/systemd/networkd.conf:2"),
        ({f"{ETC}/networkd.conf": NO + "ManageForeignRoutes=\n"}, "no", "/etc/systemd/networkd.conf:2"),
    ],
)
def test_the_last_assignment_wins(tmp_path, files, value, source):
    config = routes(tmp_path, files)
    assert (config.value("ManageForeignRoutes"), config.source("ManageForeignRoutes")) == (value, source)
    assert config.problem is None


@pytest.mark.parametrize(("version", "value"), [(252, None), (255, None), (256, "no"), (257, "no")])
def test_a_main_file_below_usr_counts_since_256(tmp_path, version, value):
    assert routes(tmp_path, {f"{USR}/networkd.conf": NO}, version).value("ManageForeignRoutes") == value


def test_overridden_tells_what_lost_to_what(tmp_path):
    config = routes(tmp_path, {f"{ETC}/networkd.conf.d/1.conf": NO, f"{ETC}/networkd.conf.d/2.conf": YES})
    assert config.overridden == [
        {
            "key": "ManageForeignRoutes",
            "value": "no",
            "source": "/etc/systemd/networkd.conf.d/1.conf:2",
            "by_value": "yes",
            "by_source": "/etc/systemd/networkd.conf.d/2.conf:2",
        }
    ]


@pytest.mark.parametrize(
    ("lines", "value", "lost"),
    [
        (["DNS=1.1.1.1", "DNS=9.9.9.9 ::1"], ["1.1.1.1", "9.9.9.9", "::1"], 0),
        (["DNS=1.1.1.1", "DNS=", "DNS=9.9.9.9"], ["9.9.9.9"], 1),
        (["DNS=1.1.1.1", "DNS="], [], 1),
        (["DNS="], [], 0),
        ([], [], 0),
    ],
)
def test_list_keys_accumulate_until_an_empty_assignment(tmp_path, lines, value, lost):
    host = tree(tmp_path, {f"{ETC}/resolved.conf": "\n".join(["[Resolve]", *lines])})
    config = read_config(host, "resolved.conf", "Resolve", list_keys=frozenset({"DNS"}), version=257)
    assert config.value("DNS") == value
    assert len(config.overridden) == lost
    assert config.assigned_keys == (["DNS"] if lines else [])


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (os.mkfifo, "not a regular file"),
        (lambda path: path.mkdir(), "not a regular file"),
        (lambda path: path.symlink_to(path.name), "too many levels"),
        (lambda path: path.write_text("[Net"), "closing bracket"),
        (lambda path: path.write_text("#" * (2 << 20)), "too large"),
    ],
)
def test_a_drop_in_that_cannot_be_read_is_a_problem(tmp_path, make, why):
    directory = tmp_path / ETC / "networkd.conf.d"
    directory.mkdir(parents=True)
    make(directory / "1.conf")
    assert why in routes(tmp_path, {}).problem


def test_newer_than_counts_ctime_and_removed_files(tmp_path):
    config = routes(tmp_path, {f"{ETC}/networkd.conf": NO, f"{ETC}/networkd.conf.d/1.conf": NO})
    os.utime(tmp_path / ETC / "networkd.conf", (1, 1))
    assert config.newer_than(0) == ["/etc/systemd/networkd.conf", "/etc/systemd/networkd.conf.d", "/etc/systemd/networkd.conf.d/1.conf"]
    assert config.newer_than(1 << 40) == []


@pytest.mark.parametrize(
    ("text", "value"), [("Yes", True), ("ON", True), ("1", True), ("off", False), ("N", False), ("", None), ("2", None), (None, None)]
)
def test_boolean(text, value):
    assert boolean(text) is value
