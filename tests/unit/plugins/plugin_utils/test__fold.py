# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._fold import fold, natural


@pytest.mark.parametrize(
    ("names", "folded"),
    [
        ([], []),
        (["web"], [("web", 1)]),
        (["app2", "app1"], [("app1", 1), ("app2", 1)]),
        (["app3", "app1", "app2"], [("app[1:3]", 3)]),
        ([f"app{number}" for number in range(8, 13)], [("app[8:12]", 5)]),
        ([f"app{number:02}" for number in range(8, 13)], [("app[08:12]", 5)]),
        (["app1", "app2", "app3", "app5", "app7", "app8", "app9"], [("app[1:3]", 3), ("app5", 1), ("app[7:9]", 3)]),
        (["a1.x.org", "a2.x.org", "a3.x.org", "a3.y.org"], [("a[1:3].x.org", 3), ("a3.y.org", 1)]),
        (["rack2-node1", "rack2-node2", "rack2-node3"], [("rack2-node[1:3]", 3)]),
        (["10.0.0.9", "10.0.0.10", "10.0.0.11"], [("10.0.0.[9:11]", 3)]),
        (["app1", "app01", "app001"], [("app1", 1), ("app01", 1), ("app001", 1)]),
        (["app1", "app1", "app1"], [("app1", 1)]),
        (["x" + "9" * 5000], [("x" + "9" * 5000, 1)]),
    ],
)
def test_fold(names: list[str], folded: list[tuple[str, int]]) -> None:
    assert sorted(fold(names), key=str) == sorted(folded, key=str)
    assert sum(count for _text, count in fold(names)) == len(set(names))


def test_natural_order() -> None:
    assert sorted(["b1", "a10", "a9", "a", "9", "10"], key=natural) == ["9", "10", "a", "a9", "a10", "b1"]
