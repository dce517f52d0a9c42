# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_planned import Planned
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host


def test_planned_files_are_seen_as_if_written(tmp_path):
    (tmp_path / "d").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "d" / name).write_text("now")
    planned = Planned(Host(str(tmp_path)), {"/d/a": None, "/d/b": "then", "/d/e": "", "/new/f": "x"})
    assert planned.listdir("/d") == ["b", "c", "e"] and planned.listdir("/new") == ["f"]
    assert [planned.read(f"/d/{name}").text for name in ("b", "c", "e")] == ["then", "now", ""]
    assert [planned.stat(f"/d/{name}").st_size for name in ("b", "c", "e")] == [4, 3, 0]
    assert all(planned.stat(path).st_ctime > time.time() - 1 for path in ("/d", "/d/b", "/new", "/new/f"))
    assert (tmp_path / "d/b").read_text() == "now" and not (tmp_path / "new").exists()


@pytest.mark.parametrize("look", ["stat", "read"])
def test_a_file_that_is_to_go_is_absent(tmp_path, look):
    (tmp_path / "a").write_text("now")
    with pytest.raises(Absent, match="/a"):
        getattr(Planned(Host(str(tmp_path)), {"/a": None}), look)("/a")


def test_read_keeps_to_its_limit(tmp_path):
    assert Planned(Host(str(tmp_path)), {"/a": "12345"}).read("/a", 3) == ("123", False)
