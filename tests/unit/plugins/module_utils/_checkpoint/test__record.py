# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._info import describe
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._network import Saved
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._record import Recorded
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

IDENT = "20261121T072400Z-3fa9c1"
COUNTS = Recorded([], [], Saved([["rule"]] * 4, [["route"]] * 3, ["x"], [["address"]] * 2, [["nexthop"]])).counts()
EARLIER = {name: count for name, count in COUNTS.items() if name not in ("addresses", "nexthops")}


def test_all_of_the_network_is_counted():
    assert {**EARLIER, "addresses": 2, "nexthops": 1} == COUNTS
    assert (COUNTS["rules"], COUNTS["routes"]) == (4, 3)


@pytest.mark.parametrize("counts", [COUNTS, EARLIER])
def test_what_was_counted_is_told_as_it_was(tmp_path, counts):
    store = Store(str(tmp_path))
    store.open_up()
    folder = tmp_path / "checkpoints" / IDENT
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"recorded": counts}), encoding="ascii")
    store.write_state(IDENT, "confirmed")
    assert describe(Host(str(tmp_path)), store, IDENT)["recorded"] == counts
