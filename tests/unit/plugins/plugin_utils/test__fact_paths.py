# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _fact_paths


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"schema": 1}, []),
        ({"resolver": {"status": "unknown", "why": "x"}}, []),
        ({"resolver": {"hosts_file": {"overrides": [], "overrides_cut": 3, "complete": False}}}, []),
        ({"routes": {"tables": [{"by_protocol": {"boot": 1}}, {"by_protocol": None}]}}, []),
        ({"resolver": {"hosts_file": {"pins": []}}}, ["resolver.hosts_file.pins: no such fact"]),
        ({"resolver": {"hosts_file": {"count_cut": 1}}}, ["resolver.hosts_file.count_cut: no such fact"]),
        ({"host": {"os": None}}, ["host.os: NoneType, not text"]),
        ({"host": {"privileged": 1}}, ["host.privileged: int, not boolean"]),
        ({"host": {"systemd": True}}, ["host.systemd: bool, not number"]),
        ({"routes": {"tables": [{}, {"count": "1"}]}}, ["routes.tables[1].count: str, not number"]),
        ([], [": list, not group"]),
    ],
)
def test_strangers(facts: object, said: list[str]) -> None:
    assert _fact_paths.strangers(facts) == said


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("routes.networkd.active", "boolean"),
        ("resolver.resolved.effective.DNS", "any"),
        ("routes.networkd.why", "text"),
        ("routes.nothing.active", None),
        ("host.os.name", None),
    ],
)
def test_lookup(path: str, kind: str | None) -> None:
    shape = _fact_paths.lookup(path)
    assert (shape.kind if shape else None) == kind
