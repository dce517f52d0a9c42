# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.action import prove
from ansible_collections.holdfast.baseline.tests.unit.plugins.action.running import run_action
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import finding, missed, reached


@pytest.mark.parametrize(
    ("after", "options", "status"),
    [
        (reached(finding("pass")), {}, "better"),
        (reached(finding("fail")), {}, "same"),
        (reached(finding("fail")), {"targets": ["routes/lost"]}, "unmended"),
        (missed("unreachable", "timed out"), {}, "worse"),
        ({}, {}, "worse"),
        (reached(finding("pass")), {"probed": {"compared": {"status": "ok", "why": "", "overall": "worse", "questions": {}}}}, "worse"),
        (reached(finding("pass")), {"probed": {"failed": True, "msg": "no dnspython"}}, "worse"),
        (reached(finding("pass")), {"probed": {"unreachable": True}}, "worse"),
        (reached(finding("pass")), {"probed": {"skipped": True}}, "better"),
        (reached(finding("pass")), {"network": {"network": {"status": "ok", "missing": [], "missing_count": 0}}}, "better"),
        (reached(finding("pass")), {"network": {"network": {"status": "ok", "missing": ["x"], "missing_count": 1}}}, "worse"),
        (reached(finding("pass")), {"network": {"network": {"status": "unknown", "why": "x"}}}, "worse"),
        (reached(finding("pass")), {"network": {"failed": True, "msg": "no root"}}, "worse"),
        (reached(finding("pass")), {"network": {"unreachable": True}}, "worse"),
        (reached(finding("pass")), {"network": {"skipped": True}}, "better"),
        (reached(finding("pass")), {"before_again": reached(finding("pass"))}, "same"),
        (reached(finding("fail", severity="critical")), {"before_again": reached(finding("fail", severity="critical"))}, "same"),
        (reached(finding("fail", severity="critical")), {}, "worse"),
        (reached(finding("pass")), {"facts_before": {"resolver": {"resolved": {"active": True}}}}, "worse"),
    ],
)
def test_prove(after: dict[str, Any], options: dict[str, Any], status: str) -> None:
    result = run_action(prove, {"before": reached(finding("fail")), "after": after, **options}, {})
    assert (result["proof"]["status"], result["changed"]) == (status, False)
