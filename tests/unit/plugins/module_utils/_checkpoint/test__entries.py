# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _entries
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import copy
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._entries import find, look
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused


@pytest.fixture
def etc(tmp_path):
    (tmp_path / "etc/net.d/deep").mkdir(parents=True)
    (tmp_path / "etc/net.d/a.conf").write_text("a")
    (tmp_path / "etc/net.d/deep/b.conf").write_text("bb")
    (tmp_path / "etc/net.d/link").symlink_to("../missing")
    return tmp_path / "etc"


def _kinds(etc, *names, skip=()):
    found = find([str(etc / name) for name in names], [str(etc)], frozenset(str(etc / name) for name in skip))
    return [(entry.kind, os.path.relpath(entry.path, etc)) for entry in found]


def test_a_directory_is_all_that_is_in_it(etc):
    whole = [("directory", "net.d"), ("directory", "net.d/deep"), ("file", "net.d/a.conf"), ("file", "net.d/deep/b.conf"), ("link", "net.d/link")]
    assert _kinds(etc, "net.d") == whole
    assert _kinds(etc, "net.d", "net.d/a.conf") == whole
    assert _kinds(etc, "net.d", skip=["net.d/a.conf"]) == [entry for entry in whole if entry[1] != "net.d/a.conf"]


def test_what_is_absent_is_recorded_with_its_missing_parents(etc):
    absent = [("absent", "x.d/y/z.conf"), ("parent", "x.d/y"), ("parent", "x.d")]
    assert _kinds(etc, "x.d/y/z.conf") == absent
    assert _kinds(etc, "x.d/y/z.conf", "x.d") == [("absent", "x.d"), ("absent", "x.d/y/z.conf"), ("parent", "x.d/y")]
    assert _kinds(etc, "x.d", "x.d/y/z.conf") == [("absent", "x.d"), ("absent", "x.d/y/z.conf"), ("parent", "x.d/y")]


def test_other_things_are_left_alone_in_a_directory_and_refused_by_name(etc):
    os.mkfifo(etc / "net.d/fifo")
    assert ("other", "net.d/fifo") in _kinds(etc, "net.d")
    with pytest.raises(Refused, match="neither a file"):
        _kinds(etc, "net.d/fifo")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [("MOST_ENTRIES", 3, "more than 3 files"), ("MOST_BYTES", 2, "or 0 MiB"), ("MOST_DEPTH", 1, "more than 1 directories deep")],
)
def test_too_much_is_refused(etc, monkeypatch, name, value, why):
    monkeypatch.setattr(_entries, name, value)
    with pytest.raises(Refused, match=why):
        _kinds(etc, "net.d")


@pytest.mark.parametrize("name", ["a\nb", "a\x1bb"])
def test_names_that_no_script_can_hold_are_refused(etc, name):
    (etc / "net.d" / name).write_text("x")
    with pytest.raises(Refused, match="control characters"):
        _kinds(etc, "net.d")


def test_a_link_above_leads_no_way_out(etc, tmp_path):
    (tmp_path / "home").mkdir()
    (etc / "way").symlink_to(tmp_path / "home")
    with pytest.raises(Refused, match="outside of"):
        _kinds(etc, "way/file")
    (etc / "inside").symlink_to(etc / "net.d")
    assert _kinds(etc, "inside/a.conf") == [("file", "net.d/a.conf")]


def test_copies_are_whole(etc, tmp_path):
    source = etc / "net.d/a.conf"
    source.chmod(0o4640)
    for name, target in (("net.d/a.conf", "file"), ("net.d/link", "link"), ("net.d/deep", "directory")):
        copy(look(str(etc / name)), str(tmp_path / target))
        one, other = look(str(etc / name)), look(str(tmp_path / target))
        assert (one.kind, one.mode, one.owner, one.size) == (other.kind, other.mode, other.owner, other.size)
    assert (tmp_path / "file").read_text() == "a"
    assert os.readlink(tmp_path / "link") == "../missing"
    assert os.listdir(tmp_path / "directory") == []


def test_a_file_that_changes_meanwhile_is_refused(etc, tmp_path):
    seen = look(str(etc / "net.d/a.conf"))
    (etc / "net.d/a.conf").write_text("other")
    with pytest.raises(Refused, match="changed while"):
        copy(seen, str(tmp_path / "copy"))


def test_a_file_that_became_a_fifo_is_not_waited_for(etc, tmp_path):
    seen = look(str(etc / "net.d/a.conf"))
    (etc / "net.d/a.conf").unlink()
    os.mkfifo(etc / "net.d/a.conf")
    with pytest.raises(Refused, match="changed while"):
        copy(seen, str(tmp_path / "copy"))
